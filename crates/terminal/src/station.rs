//! One station's thread: its link, its driver, its machine and its tasks, in a loop that waits for events only.
//!
//! Every reader has a thread of its own, so that a spinning or panicking driver, a silent link or a stuck card
//! delays no other reader (design promise 8).

use crate::config::ReaderSettings;
use crate::fence::Fence;
use crate::guide::Guide;
use crate::line_probe::{LineProbe, Probed};
use crate::panels::Touched;
use crate::place::{Place, is_line};
use crate::seats::Seat;
use crate::staff::{StaffOrder, said};
use crate::{card_work, centre_work};
use card::Identity;
use devices::link::{LinkError, LinkPort};
use devices::pcsc::{SlotState, SlotStatus};
use devices::slot::SlotError;
use failure::codes;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use model::{
    AuditEntry, Beside, CardMark, CentreHealth, Counted, FailureCode, Insertion, Passcode, Pii, Purpose,
    StationStatus, VisitId, VisitResult,
};
use reader::{Effect as DriverEffect, Event, Input as DriverInput, Panel};
use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use visit::{
    CardReply, CentreReply, CentreTask, Effect, Input, PasscodeCheck, SlotChange, Station, StationConfig,
    Taken, Ticket,
};
use zeroize::{Zeroize, Zeroizing};

/// After a driver's fault the link is opened again, at the earliest after this.
const REOPEN: Duration = Duration::from_millis(500);
/// A reader that does not take bytes for so long is frozen.
const SEND_LIMIT: Duration = Duration::from_secs(2);
/// A disk that takes longer than this is not waited for: with a result at a stop, and with a deed of staff.
const COMMIT_LIMIT: Duration = Duration::from_secs(2);
/// A PC/SC service that runs has answered by then; one that was never heard of is away.
const FIRST_LOOK: Duration = Duration::from_millis(300);

/// A task that ended: what the station is told of it.
enum Done {
    Card(Ticket, Result<CardReply, FailureCode>, Option<Identity>),
    Centre(Ticket, Result<CentreReply, FailureCode>),
    Passcode(Ticket, Result<PasscodeCheck, FailureCode>),
}

struct Connected {
    link: LinkPort,
    driver: Fence,
}

/// What one visit cost the terminal, for `cargo xtask measure`.
#[derive(Debug, Default)]
struct Cost {
    visit: Option<VisitId>,
    begun: Option<Instant>,
    busy: Duration,
    card: Duration,
    centre: Duration,
    commit: Duration,
}

/// A visit whose result is still to come. As many as there are settlements, and the one in progress.
struct Begun {
    at: Instant,
    card: Option<Pii<CardMark>>,
}

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
                None => Woke::Opened(open(settings, self.reopen_at).await),
            }
        };
        tokio::select! {
            () = stop.cancelled() => Woke::Stop,
            woke = link => woke,
            // An error means that its sender ended, which it does only when the terminal stops.
            Ok(()) = self.seats.changed() => Woke::Seat,
            () = next_change(&mut self.slots) => Woke::Slot,
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

    // ----- link and driver ------------------------------------------------------------------------------------

    fn opened(&mut self, link: LinkPort) {
        self.link_trouble = None;
        self.connected = Some(Connected { link, driver: Fence::around(self.place.settings.factory) });
        self.reopen_at = None;
        self.drive(DriverInput::LinkOpened);
    }

    fn link_failed(&mut self, error: &LinkError) {
        let code = error.code();
        // A port that stays held or absent is tried again and again, and said once.
        if self.link_trouble.replace(code) != Some(code) {
            tracing::warn!(reader = %self.place.settings.id, %code, %error, "link");
            self.count_failure(code);
        }
        self.reader_lost(code);
    }

    fn reader_lost(&mut self, code: FailureCode) {
        self.connected = None;
        self.place.shared.panels.show(&self.place.settings.id, None);
        self.place.seat.tray.send_replace(None);
        self.reopen_at = Some(Instant::now() + REOPEN);
        self.tell_station(Input::ReaderLost(code));
    }

    fn drive(&mut self, input: DriverInput<'_>) {
        let now = self.place.clock.now().moment;
        if let Some(connected) = &mut self.connected {
            connected.driver.handle(input, now);
        }
    }

    /// The panel may have changed since the desk took the touch: then it was meant for another.
    fn touched(&mut self, touched: Touched) {
        if self.place.shared.panels.is_shown(&self.place.settings.id, &touched.nonce) {
            self.drive(DriverInput::Touched(touched.touch));
        }
    }

    /// Pairing gave the reader a slot, or took it away for a while.
    async fn seat_changed(&mut self) {
        self.release().await;
        self.seat = self.seats.borrow_and_update().clone();
        self.slots = self.seat.as_ref().map(|seat| seat.changes.clone());
        self.removals = 0;
        if self.seat.is_some() {
            self.first_look = Some(Instant::now() + FIRST_LOOK);
        } else {
            self.first_look = None;
            self.tell_station(Input::Slot(SlotChange::Unusable(codes::SLOT_UNPAIRED)));
        }
    }

    fn slot_changed(&mut self) {
        self.first_look = None;
        let Some(slots) = &mut self.slots else { return };
        let status = *slots.borrow_and_update();
        let change = match status.state {
            SlotState::Present { count } => SlotChange::Present { count },
            SlotState::Empty => SlotChange::Empty,
            SlotState::Absent => SlotChange::Unusable(codes::SLOT_ABSENT),
            SlotState::ServiceStopped => SlotChange::Unusable(codes::PCSC_STOPPED),
        };
        if status.removals != self.removals && matches!(change, SlotChange::Present { .. }) {
            // Another card than the one last told of: its predecessor's removal must not go unheard.
            self.tell_station(Input::Slot(SlotChange::Empty));
        }
        self.removals = status.removals;
        self.tell_station(Input::Slot(change));
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

    /// Lets go of the card. The slot does what it is told in its order, so that the next session waits for this and
    /// nothing else does.
    async fn release(&self) {
        let Some(seat) = self.seat.clone() else { return };
        let mut release: LocalBoxFuture<'static, _> = Box::pin(async move { seat.slot.release().await });
        // Told now, before anything that the station wants of the card later.
        match poll_fn(|context| Poll::Ready(release.as_mut().poll(context))).await {
            Poll::Ready(released) => self.released(released),
            Poll::Pending => self.releases.push(release),
        }
    }

    /// A stuck card is the slot's own matter.
    fn released(&self, released: Result<(), SlotError>) {
        if let Err(error) = released {
            tracing::warn!(reader = %self.place.settings.id, code = %error.code(), %error, "slot");
        }
    }

    // ----- the machine ----------------------------------------------------------------------------------------

    fn tell_station(&mut self, input: Input) {
        if let Taken::Refused(refusal) = self.station.handle(input, self.place.clock.now()) {
            tracing::debug!(reader = %self.place.settings.id, ?refusal, "an input for nobody");
        }
    }

    fn task_done(&mut self, done: Done, took: Duration) {
        match done {
            Done::Card(ticket, reply, identity) => {
                self.cost.card += took;
                if identity.is_some() {
                    self.card_identified(identity);
                }
                self.tell_station(Input::Card(ticket, reply));
            }
            Done::Centre(ticket, reply) => {
                self.cost.centre += took;
                match &reply {
                    Ok(_) => {
                        self.place.centre_answered();
                        self.line.seen_up();
                    }
                    Err(code) if is_line(*code) => self.line.seen_down(*code),
                    Err(_) => {}
                }
                self.tell_station(Input::Centre(ticket, reply));
            }
            Done::Passcode(ticket, checked) => self.tell_station(Input::Passcode(ticket, checked)),
        }
    }

    fn card_identified(&mut self, identity: Option<Identity>) {
        let leaf = identity.as_ref().and_then(|identity| identity.leaf.as_ref());
        let mark = leaf.map(|leaf| Pii::new(mark(leaf.der.expose(Purpose::CommitToLedger))));
        if let Some(begun) = self.station.view().visit.and_then(|visit| self.visits.get_mut(&visit)) {
            begun.card = mark;
        }
        self.card = identity;
    }

    fn committed(&mut self, ticket: Ticket, commit: Result<ledger::Commit, FailureCode>) {
        if let Ok(commit) = &commit {
            self.cost.commit = commit.took;
        }
        self.tell_station(Input::Committed(ticket, commit.map(|commit| commit.committed.id)));
    }

    fn line_probed(&mut self, outcome: Probed) {
        match outcome {
            Ok(token) => {
                self.place.logged_in();
                self.line.up(token);
            }
            Err(error) => {
                let code = self.place.centre_failed(&error);
                self.line.down(code);
            }
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

    async fn driver_wants(&mut self, effect: DriverEffect) {
        match effect {
            DriverEffect::Send(bytes) => {
                let Some(connected) = &mut self.connected else { return };
                match tokio::time::timeout(SEND_LIMIT, connected.link.send(&bytes)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => self.link_failed(&error),
                    Err(_) => {
                        self.count_failure(codes::READER_SILENT);
                        self.reader_lost(codes::READER_SILENT);
                    }
                }
            }
            DriverEffect::Report(event) => {
                tracing::debug!(reader = %self.place.settings.id, event = event.name(), "reader");
                if let Event::Ready { unit, .. } = &event {
                    tracing::info!(reader = %self.place.settings.id, firmware = unit.firmware, "reader ready");
                }
                self.note_tray(&event);
                self.guide(|guide| guide.heard(&event));
                self.tell_station(Input::Reader(event));
            }
            DriverEffect::Draw(panel) => {
                tracing::debug!(reader = %self.place.settings.id, panel = panel.name(), "panel");
                self.place.shared.panels.show(&self.place.settings.id, Some(panel));
            }
            DriverEffect::Unsupported(kind) => {
                tracing::debug!(reader = %self.place.settings.id, ?kind, "the reader does not offer this");
                self.tell_station(Input::Unsupported(kind));
            }
            DriverEffect::Fault(fault) => {
                tracing::warn!(reader = %self.place.settings.id, code = %fault.code(), %fault, "driver");
                self.count_failure(fault.code());
                self.reader_lost(fault.code());
            }
        }
    }

    /// The page beside a unit with a screen of its own follows it.
    fn guide(&mut self, follow: impl FnOnce(&mut Guide) -> Option<Panel>) {
        if let Some(panel) = self.guide.as_mut().and_then(follow) {
            self.place.shared.panels.show(&self.place.settings.id, Some(panel));
        }
    }

    /// Pairing sees what the reader says of its tray.
    fn note_tray(&self, event: &Event) {
        let card = match event {
            Event::Ready { card, .. } => *card,
            Event::CardPlaced => true,
            Event::CardTaken => false,
            _ => return,
        };
        self.place.seat.tray.send_replace(Some(card));
    }

    async fn station_wants(&mut self, effect: Effect) {
        match effect {
            Effect::Reader(command) => {
                self.guide(|guide| guide.told(&command));
                self.drive(DriverInput::Command(command));
            }
            Effect::Card(ticket, task) => {
                let place = Arc::clone(&self.place);
                self.tasks.push(timed(async move {
                    match card_work::carry_out(&place, task).await {
                        Ok((reply, identity)) => Done::Card(ticket, Ok(reply), identity),
                        Err(code) => Done::Card(ticket, Err(code), None),
                    }
                }));
            }
            Effect::Centre(ticket, task) => {
                let place = Arc::clone(&self.place);
                let card = self.card.clone();
                let with_card = matches!(task, CentreTask::Relay { .. });
                let work =
                    timed(
                        async move { Done::Centre(ticket, centre_work::carry_out(&place, task, card).await) },
                    );
                if with_card { self.tasks.push(work) } else { self.settling.push(work) }
            }
            Effect::Commit(ticket, result) => self.commit(ticket, *result).await,
            Effect::LetGo => {
                self.tasks.clear();
                self.release().await;
            }
            Effect::CheckPasscode(ticket, passcode) => {
                let place = Arc::clone(&self.place);
                self.tasks.push(timed(async move {
                    Done::Passcode(ticket, check_passcode(&place, passcode).await)
                }));
            }
            Effect::Audit(entry) => {
                tracing::info!(reader = %self.place.settings.id, deed = ?entry.deed, "audit");
                self.note(*entry).await;
            }
            Effect::Failed(visit, code) => {
                self.visits.remove(&visit);
                self.count_failure(code);
                tracing::info!(reader = %self.place.settings.id, %visit, %code, "visit failed");
            }
            Effect::Changed => self.show(),
        }
    }

    /// Never abandoned: what the centre said is made durable and told, whatever becomes of the card. The ledger does what
    /// it is told in the order in which it is told, so it is told now.
    async fn commit(&mut self, ticket: Ticket, result: VisitResult) {
        let ledger = self.place.ledger.clone();
        let beside = match self.visits.remove(&result.visit) {
            Some(begun) => Beside { card: begun.card, took: Some(begun.at.elapsed()) },
            None => Beside::default(),
        };
        let mut commit: LocalBoxFuture<'static, _> =
            Box::pin(
                async move { (ticket, ledger.commit(result, beside).await.map_err(|error| error.code())) },
            );
        match poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await {
            Poll::Ready(committed) => self.commits.push(Box::pin(std::future::ready(committed))),
            Poll::Pending => self.commits.push(commit),
        }
    }

    /// Durable before anything that follows from it, also before staff are answered. What the ledger cannot note its
    /// thread logs; no visit is undone by it.
    async fn note(&self, entry: AuditEntry) {
        let noted = tokio::time::timeout(COMMIT_LIMIT, self.place.ledger.note(entry).into_future()).await;
        if noted.is_err() {
            tracing::error!(reader = %self.place.settings.id, code = %codes::LEDGER_WRITE_FAILED, "the ledger takes long to note a deed");
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

    /// Notes what a visit cost; logged once, when its result is durable.
    fn account(&mut self, visit: Option<VisitId>, step: Option<&'static str>) {
        if let Some(id) = visit.filter(|_| visit != self.cost.visit) {
            self.visits.insert(id, Begun { at: Instant::now(), card: None });
            self.cost = Cost { visit, begun: Some(Instant::now()), ..Cost::default() };
        }
        if step == Some("done")
            && let (Some(visit), Some(begun)) = (self.cost.visit, self.cost.begun.take())
        {
            tracing::info!(
                target: "uketsuke::timing",
                %visit,
                total_us = begun.elapsed().as_micros(),
                busy_us = self.cost.busy.as_micros(),
                card_us = self.cost.card.as_micros(),
                centre_us = self.cost.centre.as_micros(),
                commit_us = self.cost.commit.as_micros(),
                "visit timing"
            );
        }
    }
}

/// The same card, the same mark.
fn mark(certificate: &[u8]) -> CardMark {
    let mut mark = CardMark([0; 32]);
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    mark.0.copy_from_slice(digest.as_ref());
    mark
}

/// Off the loop: the hash takes a good part of a second.
async fn check_passcode(place: &Arc<Place>, passcode: Passcode) -> Result<PasscodeCheck, FailureCode> {
    let Some(site) = place.passcode.clone() else { return Err(codes::READER_UNSUPPORTED) };
    let clock = place.clock;
    tokio::task::spawn_blocking(move || site.check(&passcode, || clock.now().moment))
        .await
        .map_err(|_| codes::INTERNAL)
}

/// A task that says how long it took.
fn timed(task: impl Future<Output = Done> + 'static) -> LocalBoxFuture<'static, (Done, Duration)> {
    Box::pin(async move {
        let begun = Instant::now();
        let done = task.await;
        (done, begun.elapsed())
    })
}

/// Opens the reader's port, at the earliest at `earliest`; waits for it to be there.
async fn open(settings: &ReaderSettings, earliest: Option<Instant>) -> Result<LinkPort, LinkError> {
    let link = settings.factory.link();
    let Some(earliest) = earliest else { return LinkPort::open(link, &settings.port).await };
    tokio::time::sleep_until(earliest.into()).await;
    LinkPort::open_when_there(link, &settings.port).await
}

async fn next_change(slots: &mut Option<watch::Receiver<SlotStatus>>) {
    let changed = match slots {
        Some(slots) => slots.changed().await,
        None => std::future::pending().await,
    };
    if changed.is_err() {
        // The watcher ended, which it does only when the terminal stops or the reader has another slot by now.
        std::future::pending::<()>().await;
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
