//! What the stations show and the desk reads: the one place where both meet.

use crate::clock;
use crate::pair::PairDesk;
use crate::panels::Panels;
use crate::seats::Seats;
use crate::staff::StaffDesk;
use desk::{
    DeskEvent, DeskFault, Hub, PairFault, PairStep, ShownPanel, StaffAct, StaffAnswer, StaffFault, TouchFault,
};
use failure::codes;
use ledger::LedgerHandle;
use model::panel::Touch;
use model::{
    AuditRecord, CentreHealth, CentreStatus, CommittedResult, Maintenance, ReaderId, ResultId, StaffId,
    StationState, StationStatus,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};

/// Statuses, the line's health and the ledger, as the desk asks for them.
pub(crate) struct Shared {
    statuses: Mutex<Vec<StationStatus>>,
    lines: Mutex<Lines>,
    ledger: LedgerHandle,
    hub: Hub,
    pub(crate) panels: Panels,
    pub(crate) staff: StaffDesk,
    seats: Arc<Seats>,
    pairing: Arc<PairDesk>,
}

impl Shared {
    pub(crate) fn new(
        statuses: Vec<StationStatus>,
        (panels, staff): (Panels, StaffDesk),
        (seats, pairing): (Arc<Seats>, PairDesk),
        ledger: LedgerHandle,
        hub: Hub,
    ) -> Self {
        let lines = Mutex::new(Lines::of(seats.all().iter().map(|seat| seat.reader.clone())));
        let (statuses, pairing) = (Mutex::new(statuses), Arc::new(pairing));
        Self { statuses, lines, ledger, hub, panels, staff, seats, pairing }
    }

    /// Shows a station's new status and tells it; the same status twice is told once. How its line stands is
    /// [`Shared::line_is`]'s to say.
    pub(crate) fn show(&self, status: StationStatus) {
        self.change(&status.reader.clone(), |shown| *shown = StationStatus { line: shown.line, ..status });
    }

    /// Shows how the line stands under this reader's account, and what that makes of the whole.
    pub(crate) fn line_is(&self, reader: &ReaderId, health: CentreHealth) {
        self.change(reader, |shown| shown.line = health);
        self.change_lines(reader, |line| line.health = health);
    }

    /// The centre told under this reader's account when it stands still next, or that it does not.
    pub(crate) fn announced(&self, reader: &ReaderId, maintenance: Option<Maintenance>) {
        self.change_lines(reader, |line| line.maintenance = maintenance);
    }

    fn change(&self, reader: &ReaderId, change: impl FnOnce(&mut StationStatus)) {
        let mut statuses = lock(&self.statuses);
        let Some(shown) = statuses.iter_mut().find(|shown| shown.reader == *reader) else { return };
        let before = shown.clone();
        change(shown);
        if *shown != before {
            // Told under the lock, so that the order of telling is the order of showing.
            self.hub.publish(DeskEvent::Station(shown.clone()));
        }
    }

    fn change_lines(&self, reader: &ReaderId, change: impl FnOnce(&mut ReaderLine)) {
        let mut lines = lock(&self.lines);
        let before = lines.whole();
        let Some(line) = lines.0.iter_mut().find(|line| line.reader == *reader) else { return };
        change(line);
        let whole = lines.whole();
        if whole != before {
            self.hub.publish(DeskEvent::Centre(whole));
        }
    }
}

/// The line to the centre under each reader's account: one account may be refused, or one connection be dead, while the
/// others work.
struct Lines(Vec<ReaderLine>);

struct ReaderLine {
    reader: ReaderId,
    health: CentreHealth,
    maintenance: Option<Maintenance>,
}

impl Lines {
    fn of(readers: impl Iterator<Item = ReaderId>) -> Self {
        Self(
            readers
                .map(|reader| ReaderLine { reader, health: CentreHealth::Unknown, maintenance: None })
                .collect(),
        )
    }

    /// The worst of all, and the next maintenance that anyone was told of and that is not over.
    fn whole(&self) -> CentreStatus {
        let healths = || self.0.iter().map(|line| line.health);
        let down = healths().find(|health| matches!(health, CentreHealth::Down(_)));
        let unknown = || healths().find(|health| *health == CentreHealth::Unknown);
        let now = clock::wall();
        let announced = self.0.iter().filter_map(|line| line.maintenance).filter(|window| window.until > now);
        CentreStatus {
            health: down.or_else(unknown).or_else(|| healths().next()).unwrap_or(CentreHealth::Unknown),
            maintenance: announced.min_by_key(|window| window.from),
        }
    }
}

impl desk::DeskPort for Shared {
    fn readers(&self) -> Vec<StationStatus> {
        lock(&self.statuses).clone()
    }

    fn centre(&self) -> CentreStatus {
        lock(&self.lines).whole()
    }

    fn staff(&self, reader: &ReaderId, by: StaffId, act: StaffAct) -> Result<StaffAnswer, StaffFault> {
        if lock(&self.statuses).iter().all(|status| status.reader != *reader) {
            return Err(StaffFault::NoReader);
        }
        self.staff.order(reader, by, act)
    }

    fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>, DeskFault> {
        self.ledger.audit_since(after, limit).map_err(|error| fault(&error))
    }

    fn panel(&self, reader: &ReaderId) -> Option<watch::Receiver<Option<ShownPanel>>> {
        self.panels.watch(reader)
    }

    fn touch(&self, reader: &ReaderId, nonce: &str, touch: Touch) -> Result<(), TouchFault> {
        self.panels.touch(reader, nonce, touch)
    }

    fn pair(&self, reader: &ReaderId) -> Result<mpsc::Receiver<PairStep>, PairFault> {
        let status = lock(&self.statuses).iter().find(|status| status.reader == *reader).cloned();
        let status = status.ok_or(PairFault::NoReader)?;
        // A reader without a seat is one too many, and is not driven.
        let seat = self.seats.reader(reader).ok_or(PairFault::Refused(codes::READER_TOO_MANY))?;
        if status.state == StationState::InVisit {
            return Err(PairFault::Refused(codes::PAIRING_READER_UNREADY));
        }
        self.pairing.begin(Arc::clone(seat)).map_err(PairFault::Refused)
    }

    fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault> {
        self.ledger.result(id).map_err(|error| fault(&error))
    }

    fn results_since(&self, after: ResultId, limit: usize) -> Result<Vec<CommittedResult>, DeskFault> {
        self.ledger.since(after, limit).map_err(|error| fault(&error))
    }

    fn oldest(&self) -> Result<ResultId, DeskFault> {
        self.ledger.oldest().map_err(|error| fault(&error))
    }

    fn newest(&self) -> Result<ResultId, DeskFault> {
        self.ledger.newest().map_err(|error| fault(&error))
    }
}

fn fault(error: &ledger::LedgerError) -> DeskFault {
    tracing::error!(code = %error.code(), %error, "ledger");
    DeskFault { code: error.code() }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Values are replaced whole; a panic elsewhere leaves none half-written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
