//! One station's thread: its link, its driver, its slot, its machine and its tasks, in a loop that waits for events only.
//!
//! Every reader has a thread of its own, so that a spinning or panicking driver, a silent link or a stuck card
//! delays no other reader (design promise 8).

mod cost;
mod link;
mod slot;
mod tasks;

use crate::guide::Guide;
use crate::line_probe::{LineProbe, Probed};
use crate::panels::Touched;
use crate::place::Place;
use crate::seats::Seat;
use crate::staff::{StaffOrder, said};
use card::Identity;
use cost::{Begun, Cost};
use devices::link::{LinkError, LinkPort};
use devices::pcsc::SlotStatus;
use devices::slot::SlotError;
use failure::codes;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use link::Connected;
use model::{CentreHealth, Counted, FailureCode, Insertion, StationStatus, VisitId};
use reader::Input as DriverInput;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tasks::Done;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use visit::{Input, Station, StationConfig, Taken, Ticket};
use zeroize::{Zeroize, Zeroizing};

/// A disk that takes longer than this is not waited for: with a result at a stop, and with a deed of staff.
const COMMIT_LIMIT: Duration = Duration::from_secs(2);

struct Loop {
    place: Arc<Place>,
    station: Station,
    connected: Option<Connected>,
    reopen_at: Option<Instant>,
    /// What the link last failed with, until it is open again.
    link_trouble: Option<FailureCode>,
    /// The reader's slot; pairing may give it another, or none meanwhile.
    seats: watch::Receiver<Option<Arc<Seat>>>,
    seat: Option<Arc<Seat>>,
    slots: Option<watch::Receiver<SlotStatus>>,
    /// What the unit shows, for the page beside it; only where the unit draws its own screen.
    guide: Option<Guide>,
    /// What the patient touched; only where the terminal draws the panel.
    touches: Option<mpsc::Receiver<Touched>>,
    /// What staff want.
    orders: mpsc::Receiver<StaffOrder>,
    /// Cards taken from the slot, as far as the station was told.
    removals: u64,
    /// When the slot is looked at although nothing was heard of it yet.
    first_look: Option<Instant>,
    /// What card and centre do together for the visit in progress.
    tasks: FuturesUnordered<LocalBoxFuture<'static, (Done, Duration)>>,
    /// What the centre is asked after a relay: goes on when card and patient are gone.
    settling: FuturesUnordered<LocalBoxFuture<'static, (Done, Duration)>>,
    commits: FuturesUnordered<LocalBoxFuture<'static, (Ticket, Result<ledger::Commit, FailureCode>)>>,
    /// Sessions that are being ended: a stuck card takes its time, and nothing waits for it but the next session.
    releases: FuturesUnordered<LocalBoxFuture<'static, Result<(), SlotError>>>,
    /// What the visit's card said of itself.
    card: Option<Identity>,
    /// What is kept of each visit until its result is committed or will not be.
    visits: HashMap<VisitId, Begun>,
    line: LineProbe,
    cost: Cost,
}

/// Serves one reader until `stop`.
pub(crate) async fn serve(place: Arc<Place>, seed: [u8; 32], stop: CancellationToken) {
    let station = Station::new(StationConfig {
        reader: place.settings.id.clone(),
        institution: place.institution.clone(),
        profile: place.settings.factory.profile(),
        deadlines: place.deadlines,
        passcode: place.passcode.is_some(),
        seed,
        insertion: Insertion(place.insertion.load(Ordering::Acquire)),
    });
    let line = LineProbe::new(place.centre.clone(), place.settings.account.clone());
    let touches = place.shared.panels.serve(&place.settings.id);
    let orders = place.shared.staff.serve(&place.settings.id);
    let seats = place.seat.seat.subscribe();
    let mut this = Loop {
        place,
        station,
        connected: None,
        reopen_at: None,
        link_trouble: None,
        seats,
        seat: None,
        slots: None,
        guide: touches.is_none().then(Guide::new),
        touches,
        orders,
        removals: 0,
        first_look: None,
        tasks: FuturesUnordered::new(),
        settling: FuturesUnordered::new(),
        commits: FuturesUnordered::new(),
        releases: FuturesUnordered::new(),
        card: None,
        visits: HashMap::new(),
        line,
        cost: Cost::default(),
    };
    this.seat_changed().await;
    this.settle().await;
    let mut buffer = Zeroizing::new([0; 4096]);
    while !stop.is_cancelled() {
        this.turn(&stop, buffer.as_mut_slice()).await;
    }
    this.finish().await;
}

/// What ended a wait.
enum Woke {
    Stop,
    Bytes(Result<usize, LinkError>),
    Opened(Result<LinkPort, LinkError>),
    Seat,
    Slot,
    Released(Result<(), SlotError>),
    Touched(Touched),
    Ordered(StaffOrder),
    Done(Done, Duration),
    Committed(Ticket, Result<ledger::Commit, FailureCode>),
    Line(Probed),
    Timer,
}

impl Loop {
    async fn turn(&mut self, stop: &CancellationToken, buffer: &mut [u8]) {
        let woke = self.wait(stop, buffer).await;
        let begun = Instant::now();
        match woke {
            Woke::Stop => return,
            Woke::Bytes(Ok(count)) => {
                let bytes = buffer.get_mut(..count).unwrap_or_default();
                self.drive(DriverInput::Received(bytes));
                // They may have held a PIN.
                bytes.zeroize();
            }
            Woke::Bytes(Err(error)) => self.link_failed(&error),
            Woke::Opened(Ok(link)) => self.opened(link),
            Woke::Opened(Err(error)) => {
                self.reopen_at = None;
                self.link_failed(&error);
            }
            Woke::Seat => self.seat_changed().await,
            Woke::Slot => self.slot_changed(),
            Woke::Released(released) => self.released(released),
            Woke::Touched(touched) => self.touched(touched),
            Woke::Done(done, took) => self.task_done(done, took),
            Woke::Ordered(order) => {
                let StaffOrder { by, deed, answer } = order;
                let taken = self.station.handle(Input::Staff(by, deed), self.place.clock.now());
                // First the audit, then the answer; whoever asked may have gone.
                self.settle().await;
                let _ = answer.send(said(taken));
            }
            Woke::Committed(ticket, commit) => self.committed(ticket, commit),
            Woke::Line(outcome) => self.line_probed(outcome),
            Woke::Timer => {
                let now = self.place.clock.now();
                if self
                    .connected
                    .as_ref()
                    .and_then(|c| c.driver.next_wakeup())
                    .is_some_and(|at| at <= now.moment)
                {
                    self.drive(DriverInput::Woken);
                }
                if self.station.next_wakeup().is_some_and(|at| at <= now.moment) {
                    self.tell_station(Input::Woken);
                }
            }
        }
        self.settle().await;
        self.cost.busy += begun.elapsed();
    }

    async fn wait(&mut self, stop: &CancellationToken, buffer: &mut [u8]) -> Woke {
        let settings = &self.place.settings;
        let wakeup =
            [self.connected.as_ref().and_then(|c| c.driver.next_wakeup()), self.station.next_wakeup()]
                .into_iter()
                .flatten()
                .min()
                .map(|moment| self.place.clock.instant(moment));
        let link = async {
            match &mut self.connected {
                Some(connected) => Woke::Bytes(connected.link.receive(buffer).await),
                None => Woke::Opened(link::open(settings, self.reopen_at).await),
            }
        };
        tokio::select! {
            () = stop.cancelled() => Woke::Stop,
            woke = link => woke,
            // An error means that its sender ended, which it does only when the terminal stops.
            Ok(()) = self.seats.changed() => Woke::Seat,
            () = slot::next_change(&mut self.slots) => Woke::Slot,
            Some(released) = self.releases.next() => Woke::Released(released),
            () = until(self.first_look.map(Into::into)) => Woke::Slot,
            touched = next_touch(&mut self.touches) => Woke::Touched(touched),
            Some(order) = self.orders.recv() => Woke::Ordered(order),
            Some((done, took)) = self.tasks.next() => Woke::Done(done, took),
            Some((done, took)) = self.settling.next() => Woke::Done(done, took),
            Some((ticket, commit)) = self.commits.next() => Woke::Committed(ticket, commit),
            () = until(wakeup) => Woke::Timer,
            outcome = self.line.outcome() => Woke::Line(outcome),
        }
    }

    fn tell_station(&mut self, input: Input) {
        if let Taken::Refused(refusal) = self.station.handle(input, self.place.clock.now()) {
            tracing::debug!(reader = %self.place.settings.id, ?refusal, "an input for nobody");
        }
    }

    /// Carries effects to and fro until driver and station have none left.
    async fn settle(&mut self) {
        loop {
            if let Some(effect) = self.station.poll_effect() {
                self.station_wants(effect).await;
            } else if let Some(effect) = self.connected.as_mut().and_then(|c| c.driver.poll_effect()) {
                self.driver_wants(effect).await;
            } else {
                return;
            }
        }
    }

    /// What the centre has accepted is brought to the ledger before the station ends, then the card is let go.
    async fn finish(&mut self) {
        if tokio::time::timeout(COMMIT_LIMIT, self.bring_home()).await.is_err() {
            tracing::error!(reader = %self.place.settings.id, code = %codes::LEDGER_WRITE_FAILED, "centre or ledger did not answer before the stop");
        }
        self.release().await;
        while let Some(released) = self.releases.next().await {
            self.released(released);
        }
    }

    /// Settlements to their end.
    async fn bring_home(&mut self) {
        loop {
            tokio::select! {
                Some((done, took)) = self.settling.next() => self.task_done(done, took),
                Some((ticket, commit)) = self.commits.next() => self.committed(ticket, commit),
                else => return,
            }
            self.settle().await;
        }
    }

    fn count_failure(&self, code: FailureCode) {
        self.place.ledger.count(Counted::Failure(code), self.place.clock.now().wall);
    }

    fn show(&mut self) {
        let view = self.station.view();
        self.account(view.visit, view.step);
        self.place.insertion.store(view.insertion.0, Ordering::Release);
        let settings = &self.place.settings;
        self.place.shared.show(StationStatus {
            reader: settings.id.clone(),
            label: settings.label.clone(),
            lane: settings.lane.clone(),
            model: settings.factory.profile().model,
            maturity: settings.factory.maturity(),
            state: view.state,
            visit: view.visit,
            step: view.step,
            insertion: view.insertion,
            failure: view.failure,
            armed_until: view.armed_until,
            settling: view.settling,
            // Kept as it stands.
            line: CentreHealth::Unknown,
        });
    }
}

async fn next_touch(touches: &mut Option<mpsc::Receiver<Touched>>) -> Touched {
    let touched = match touches {
        Some(touches) => touches.recv().await,
        None => None,
    };
    match touched {
        Some(touched) => touched,
        // The terminal draws no panel here, or another station took over.
        None => std::future::pending().await,
    }
}

async fn until(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
