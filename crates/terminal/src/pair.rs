//! `uketsuke pair reader`: carries a pairing from the first look at every slot to the file that keeps it.
//!
//! One pairing at a time. It ends with its bound, with the client that asked for it, or with the terminal. Until it has
//! succeeded nothing changes: a reader that had a slot gets it back.

use crate::pairing::{PLACE, Pairing, Stand};
use crate::pairings::Pairings;
use crate::seats::{ReaderSeat, Seat, Seats, Tray};
use desk::PairStep;
use devices::pcsc::{self, SlotState, SlotStatus, Watcher};
use failure::codes;
use futures_util::future::select_all;
use model::{FailureCode, Moment};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// How long the service is waited for.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// A PC/SC service that runs has answered by then.
    first_look: Duration,
    /// A card that was just taken is gone from its slot, too, within this: PC/SC looks every 0.4 s.
    cleared: Duration,
}

const BOUNDS: Bounds = Bounds { first_look: Duration::from_secs(3), cleared: Duration::from_secs(2) };
/// A watcher that does not end within this is left to end by itself.
const WATCHER_STOP: Duration = Duration::from_secs(2);
/// Steps of one pairing: never more than these.
const STEPS: usize = 4;

/// Pairs readers with slots.
pub(crate) struct PairDesk {
    seats: Arc<Seats>,
    file: PathBuf,
    pairings: Mutex<Pairings>,
    one: Arc<Semaphore>,
    /// Held by whoever asks the service for its slots, as long as that lasts: a service that hangs holds one thread.
    looking: Arc<Semaphore>,
    stop: CancellationToken,
    bounds: Bounds,
}

impl PairDesk {
    pub(crate) fn new(seats: Arc<Seats>, file: PathBuf, pairings: Pairings, stop: CancellationToken) -> Self {
        let [one, looking] = [1, 1].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { seats, file, pairings: Mutex::new(pairings), one, looking, stop, bounds: BOUNDS }
    }

    /// Begins to pair this reader; the receiver hears of each step, and ends the pairing when it is dropped.
    pub(crate) fn begin(
        self: &Arc<Self>,
        reader: Arc<ReaderSeat>,
    ) -> Result<mpsc::Receiver<PairStep>, FailureCode> {
        if reader.configured {
            return Err(codes::PAIRING_SLOT_CONFIGURED);
        }
        let permit = Arc::clone(&self.one).try_acquire_owned().map_err(|_| codes::PAIRING_RUNNING)?;
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| codes::INTERNAL)?;
        let (steps, heard) = mpsc::channel(STEPS);
        runtime.spawn(Arc::clone(self).run(reader, steps, permit));
        Ok(heard)
    }

    async fn run(
        self: Arc<Self>,
        reader: Arc<ReaderSeat>,
        steps: mpsc::Sender<PairStep>,
        permit: OwnedSemaphorePermit,
    ) {
        // No visit begins on it meanwhile.
        let before = reader.seat.send_replace(None);
        let found = tokio::select! {
            found = self.find(&reader, &steps) => Some(found),
            () = steps.closed() => None,
            () = self.stop.cancelled() => None,
        };
        let paired = match found {
            Some(Ok(slot)) => self.keep(&reader, slot).await,
            Some(Err(code)) => Err(code),
            None => {
                tracing::info!(reader = %reader.reader, "pairing given up");
                reader.seat.send_replace(before);
                return;
            }
        };
        let step = match paired {
            Ok((slot, seat)) => {
                tracing::info!(reader = %reader.reader, slot, "paired");
                reader.seat.send_replace(Some(seat));
                PairStep::Paired { slot }
            }
            Err(code) => {
                tracing::warn!(reader = %reader.reader, %code, "not paired");
                reader.seat.send_replace(before);
                PairStep::Refused(code)
            }
        };
        // Before the last step is told: whoever hears it may pair the next.
        drop(permit);
        // A client that has gone has nobody to tell it to.
        let _ = steps.send(step).await;
    }

    /// The slot that the card comes into.
    async fn find(&self, reader: &ReaderSeat, steps: &mpsc::Sender<PairStep>) -> Result<String, FailureCode> {
        let looking = Arc::clone(&self.looking).try_acquire_owned().map_err(|_| codes::PCSC_STOPPED)?;
        let names = tokio::task::spawn_blocking(move || {
            let _looking = looking;
            pcsc::list()
        });
        let names = timeout(self.bounds.first_look, names).await.map_err(|_| codes::PCSC_STOPPED)?;
        let names = names.map_err(|_| codes::INTERNAL)?.map_err(|error| {
            tracing::warn!(%error, "slots");
            codes::PCSC_STOPPED
        })?;
        let watcher = Watcher::start(&names).map_err(|_| codes::INTERNAL)?;
        let slots: Vec<_> =
            names.into_iter().filter_map(|name| watcher.slot(&name).map(|status| (name, status))).collect();
        let found = self.watch(reader, slots, steps).await;
        // It ends by itself in any case.
        tokio::task::spawn_blocking(move || watcher.stop(WATCHER_STOP));
        found
    }

    async fn watch(
        &self,
        reader: &ReaderSeat,
        slots: Vec<(String, watch::Receiver<SlotStatus>)>,
        steps: &mpsc::Sender<PairStep>,
    ) -> Result<String, FailureCode> {
        let (names, mut slots): (Vec<_>, Vec<_>) = slots.into_iter().unzip();
        let looked = async {
            for slot in &mut slots {
                let heard = slot.wait_for(|status| status.state != SlotState::ServiceStopped).await;
                heard.map_err(|_| codes::PCSC_STOPPED)?;
            }
            Ok(())
        };
        timeout(self.bounds.first_look, looked).await.map_err(|_| codes::PCSC_STOPPED)??;
        let readers = self.seats.all();
        let mut trays: Vec<_> = readers.iter().map(|seat| seat.tray.subscribe()).collect();

        let origin = Instant::now();
        let cleared = self.bounds.cleared;
        let now = || Moment::from_origin(origin.elapsed());
        let mut pairing = loop {
            let pairing = Pairing::begin(
                reader.reader.clone(),
                readers.iter().zip(&mut trays).filter_map(|(seat, tray)| {
                    let card = *tray.borrow_and_update();
                    card.map(|card| (seat.reader.clone(), card))
                }),
                names.iter().zip(&mut slots).map(|(name, slot)| {
                    (name.clone(), self.seats.owner(name), holds_card(*slot.borrow_and_update()))
                }),
                now(),
            );
            if *pairing.stand() != Stand::Refused(codes::PAIRING_NOT_EMPTY) || origin.elapsed() >= cleared {
                break pairing;
            }
            next_change(&mut slots, &mut trays, origin + cleared).await?;
        };
        let mut told = None;
        loop {
            let step = match pairing.stand() {
                Stand::Place => PairStep::Place { within: PLACE },
                Stand::Take { slot } => PairStep::Take { slot: slot.clone() },
                Stand::Paired { slot } => return Ok(slot.clone()),
                Stand::Refused(code) => return Err(*code),
            };
            if told.as_ref() != Some(&step) {
                // A client that has gone ends the pairing elsewhere.
                let _ = steps.send(step.clone()).await;
                told = Some(step);
            }
            let wakeup = origin + pairing.next_wakeup().since_origin();
            next_change(&mut slots, &mut trays, wakeup).await?;
            // A service that went says nothing of cards: not that one was taken.
            if slots.iter().any(|slot| slot.borrow().state == SlotState::ServiceStopped) {
                return Err(codes::PCSC_STOPPED);
            }
            let now = now();
            for (seat, tray) in readers.iter().zip(&mut trays) {
                pairing.tray(&seat.reader, *tray.borrow_and_update(), now);
            }
            for (name, slot) in names.iter().zip(&mut slots) {
                pairing.slot(name, holds_card(*slot.borrow_and_update()), now);
            }
            pairing.wake(now);
        }
    }

    /// Makes a pairing durable.
    async fn keep(&self, reader: &ReaderSeat, slot: String) -> Result<(String, Arc<Seat>), FailureCode> {
        let mut pairings = self.pairings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        pairings.pair(&reader.reader, &slot);
        // Before anything is written: what cannot be used is not kept.
        let seat = Seat::alone(&slot).map_err(|_| codes::INTERNAL)?;
        let (file, written) = (self.file.clone(), pairings.clone());
        let write = tokio::task::spawn_blocking(move || written.write(&file)).await;
        write.map_err(|_| codes::INTERNAL)?.map_err(|error| {
            tracing::error!(file = %self.file.display(), %error, "pairings");
            codes::PAIRING_UNWRITTEN
        })?;
        *self.pairings.lock().unwrap_or_else(PoisonError::into_inner) = pairings;
        Ok((slot, seat))
    }
}

const fn holds_card(status: SlotStatus) -> bool {
    matches!(status.state, SlotState::Present { .. })
}

/// Waits until a slot or a tray changes, or for that moment.
async fn next_change(
    slots: &mut [watch::Receiver<SlotStatus>],
    trays: &mut [watch::Receiver<Tray>],
    until: Instant,
) -> Result<(), FailureCode> {
    tokio::select! {
        seen = any_change(slots) => seen.map_err(|_| codes::PCSC_STOPPED),
        seen = any_change(trays) => seen.map_err(|_| codes::INTERNAL),
        () = sleep_until(until) => Ok(()),
    }
}

/// Waits until one of them changes; for ever if there are none.
async fn any_change<T>(receivers: &mut [watch::Receiver<T>]) -> Result<(), watch::error::RecvError> {
    if receivers.is_empty() {
        std::future::pending::<()>().await;
    }
    select_all(receivers.iter_mut().map(|receiver| Box::pin(receiver.changed()))).await.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops")]

    use super::*;
    use model::ReaderId;

    struct Site {
        desk: Arc<PairDesk>,
        slots: Vec<(String, watch::Sender<SlotStatus>)>,
        steps: mpsc::Receiver<PairStep>,
        tell: mpsc::Sender<PairStep>,
        folder: tempfile::TempDir,
    }

    const SHORT: Duration = Duration::from_millis(20);
    const EMPTY: SlotStatus = SlotStatus { state: SlotState::Empty, insertions: 0, removals: 0 };
    const CARD: SlotStatus =
        SlotStatus { state: SlotState::Present { count: 1 }, insertions: 1, removals: 0 };

    impl Site {
        /// `front-1` and `front-2` are to be paired, `front-3` is configured.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let id = |id: &str| id.parse::<ReaderId>().unwrap();
            let seats = Seats::of(
                [("front-1", false), ("front-2", false), ("front-3", true)]
                    .map(|(reader, configured)| (id(reader), configured))
                    .into_iter(),
            );
            for seat in seats.all() {
                seat.tray.send_replace(Some(false));
            }
            let file = folder.path().join("pairings.toml");
            let mut desk =
                PairDesk::new(Arc::new(seats), file, Pairings::default(), CancellationToken::new());
            // What never comes need not be waited for long.
            desk.bounds = Bounds { first_look: SHORT, cleared: SHORT };
            let slots = ["A", "B"].map(|name| (name.to_owned(), watch::Sender::new(EMPTY)));
            let (tell, steps) = mpsc::channel(STEPS);
            Self { desk: Arc::new(desk), slots: slots.into(), steps, tell, folder }
        }

        fn reader(&self, reader: &str) -> Arc<ReaderSeat> {
            Arc::clone(self.desk.seats.reader(&reader.parse().unwrap()).unwrap())
        }

        fn watch(&self) -> tokio::task::JoinHandle<Result<String, FailureCode>> {
            let (desk, reader, tell) = (Arc::clone(&self.desk), self.reader("front-1"), self.tell.clone());
            let slots = self.slots.iter().map(|(name, slot)| (name.clone(), slot.subscribe())).collect();
            tokio::spawn(async move { desk.watch(&reader, slots, &tell).await })
        }

        fn slot(&self, name: &str, status: SlotStatus) {
            self.slots.iter().find(|(slot, _)| slot == name).unwrap().1.send_replace(status);
        }
    }

    #[tokio::test]
    async fn a_card_placed_and_taken_again_finds_the_slot() {
        let mut site = Site::new();
        let watching = site.watch();
        assert_eq!(site.steps.recv().await, Some(PairStep::Place { within: PLACE }));
        site.reader("front-1").tray.send_replace(Some(true));
        site.slot("B", CARD);
        assert_eq!(site.steps.recv().await, Some(PairStep::Take { slot: "B".to_owned() }));
        site.reader("front-1").tray.send_replace(Some(false));
        site.slot("B", EMPTY);
        assert_eq!(watching.await.unwrap(), Ok("B".to_owned()));
    }

    #[tokio::test]
    async fn a_service_that_goes_takes_no_card() {
        let mut site = Site::new();
        let watching = site.watch();
        assert_eq!(site.steps.recv().await, Some(PairStep::Place { within: PLACE }));
        site.reader("front-1").tray.send_replace(Some(true));
        site.slot("B", CARD);
        assert_eq!(site.steps.recv().await, Some(PairStep::Take { slot: "B".to_owned() }));
        site.reader("front-1").tray.send_replace(Some(false));
        site.slot("B", SlotStatus { state: SlotState::ServiceStopped, ..CARD });
        assert_eq!(watching.await.unwrap(), Err(codes::PCSC_STOPPED));
    }

    #[tokio::test]
    async fn whatever_else_happens_is_refused_within_its_bound() {
        let site = Site::new();
        let watching = site.watch();
        site.reader("front-2").tray.send_replace(Some(true));
        site.slot("A", CARD);
        assert_eq!(watching.await.unwrap(), Err(codes::PAIRING_NOT_EMPTY), "it lay there at the start");
        site.slot("A", SlotStatus { state: SlotState::ServiceStopped, ..EMPTY });
        assert_eq!(site.watch().await.unwrap(), Err(codes::PCSC_STOPPED), "a service that says nothing");
        site.slot("A", EMPTY);
        site.reader("front-1").tray.send_replace(None);
        assert_eq!(site.watch().await.unwrap(), Err(codes::PAIRING_READER_UNREADY), "a reader that is away");
    }

    #[tokio::test]
    async fn a_watcher_that_ends_ends_the_pairing() {
        let mut site = Site::new();
        let watching = site.watch();
        assert!(site.steps.recv().await.is_some());
        site.slots.clear();
        assert_eq!(watching.await.unwrap(), Err(codes::PCSC_STOPPED));
    }

    #[tokio::test]
    async fn what_was_found_is_on_the_disk_before_it_is_used() {
        let site = Site::new();
        let (slot, seat) = site.desk.keep(&site.reader("front-1"), "B".to_owned()).await.unwrap();
        assert_eq!((slot.as_str(), seat.slot.name()), ("B", "B"));
        let file = site.folder.path().join("pairings.toml");
        let reader: ReaderId = "front-1".parse().unwrap();
        assert_eq!(Pairings::read(&file).unwrap().slot(&reader), Some("B"));
    }

    #[tokio::test]
    async fn a_pairing_that_cannot_be_kept_changes_nothing() {
        let site = Site::new();
        // A folder in the place of the file: nothing can be renamed to it.
        std::fs::create_dir_all(site.folder.path().join("pairings.toml").join("full")).unwrap();
        let Err(code) = site.desk.keep(&site.reader("front-1"), "B".to_owned()).await else {
            panic!("kept");
        };
        assert_eq!(code, codes::PAIRING_UNWRITTEN);
        assert_eq!(*site.desk.pairings.lock().unwrap(), Pairings::default());
    }

    #[tokio::test]
    async fn one_pairing_at_a_time_and_none_of_a_configured_reader() {
        let site = Site::new();
        let begun = |reader: &str| site.desk.begin(site.reader(reader)).map(drop);
        assert_eq!(begun("front-3"), Err(codes::PAIRING_SLOT_CONFIGURED));
        let running = Arc::clone(&site.desk.one).try_acquire_owned().unwrap();
        assert_eq!(begun("front-1"), Err(codes::PAIRING_RUNNING));
        drop(running);
        assert_eq!(begun("front-1"), Ok(()));
    }

    #[tokio::test]
    async fn a_pairing_whose_client_goes_gives_the_reader_its_slot_back() {
        let site = Site::new();
        let reader = site.reader("front-1");
        let (_slot, changes) = watch::channel(EMPTY);
        reader.seat.send_replace(Some(Seat::watched("A", changes)));
        let mut seen = reader.seat.subscribe();
        drop(site.desk.begin(Arc::clone(&reader)).unwrap());
        let back = async {
            // First taken away, then given back; both may have happened by the first look.
            seen.changed().await.unwrap();
            let given_back = seen.wait_for(|seat| seat.as_ref().is_some_and(|seat| seat.slot.name() == "A"));
            given_back.await.map(drop).unwrap();
            Arc::clone(&site.desk.one).acquire_owned().await.map(drop).unwrap();
        };
        timeout(Duration::from_secs(20), back).await.unwrap();
    }
}
