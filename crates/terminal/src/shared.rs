//! What the stations show and the desk reads: the one place where both meet.

use crate::pair::PairDesk;
use crate::panels::Panels;
use crate::seats::Seats;
use desk::{DeskEvent, DeskFault, Hub, PairFault, PairStep, ShownPanel, TouchFault};
use failure::codes;
use ledger::LedgerHandle;
use model::panel::Touch;
use model::{CentreHealth, CommittedResult, ReaderId, ResultId, StationState, StationStatus};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};

/// Statuses, the line's health and the ledger, as the desk asks for them.
pub(crate) struct Shared {
    statuses: Mutex<Vec<StationStatus>>,
    centre: Mutex<CentreHealth>,
    ledger: LedgerHandle,
    hub: Hub,
    pub(crate) panels: Panels,
    seats: Arc<Seats>,
    pairing: Arc<PairDesk>,
}

impl Shared {
    pub(crate) fn new(
        statuses: Vec<StationStatus>,
        panels: Panels,
        (seats, pairing): (Arc<Seats>, PairDesk),
        ledger: LedgerHandle,
        hub: Hub,
    ) -> Self {
        let centre = Mutex::new(CentreHealth::Unknown);
        let (statuses, pairing) = (Mutex::new(statuses), Arc::new(pairing));
        Self { statuses, centre, ledger, hub, panels, seats, pairing }
    }

    /// Shows a station's new status and tells it; the same status twice is told once.
    pub(crate) fn show(&self, status: StationStatus) {
        let mut statuses = lock(&self.statuses);
        let Some(shown) = statuses.iter_mut().find(|shown| shown.reader == status.reader) else { return };
        if *shown == status {
            return;
        }
        shown.clone_from(&status);
        // Told under the lock, so that the order of telling is the order of showing.
        self.hub.publish(DeskEvent::Station(status));
    }

    /// Shows how the line stands.
    pub(crate) fn centre_is(&self, health: CentreHealth) {
        let mut shown = lock(&self.centre);
        if *shown != health {
            *shown = health;
            self.hub.publish(DeskEvent::Centre(health));
        }
    }
}

impl desk::DeskPort for Shared {
    fn readers(&self) -> Vec<StationStatus> {
        lock(&self.statuses).clone()
    }

    fn centre(&self) -> CentreHealth {
        *lock(&self.centre)
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
