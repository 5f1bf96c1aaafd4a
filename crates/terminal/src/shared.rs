//! What the stations show and the desk reads: the one place where both meet.

use crate::clock::{self, Clock};
use crate::lookups::Lookups;
use crate::pair::PairDesk;
use crate::panels::Panels;
use crate::passcode::SitePasscode;
use crate::seats::Seats;
use crate::staff::StaffDesk;
use desk::{
    AckFault, DeskEvent, DeskFault, Hub, LookupAnswer, LookupsBusy, PairFault, PairStep, PanelUnit,
    PasscodeVerdict, ShownPanel, StaffAct, StaffAnswer, StaffFault, TouchFault,
};
use failure::codes;
use ledger::{LedgerError, LedgerHandle};
use model::panel::Touch;
use model::{
    AuditBy, AuditDeed, AuditEntry, AuditRow, AuditVerdict, CallerName, CentreHealth, CentreStatus,
    CommittedResult, ConsumerStatus, Counts, Day, FailureCode, Folder, FolderStatus, Lookup, Maintenance,
    Passcode, Pii, ReaderId, ResultId, ResultRow, StaffId, StationState, StationStatus, Timestamp,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, watch};
use visit::PasscodeCheck;

/// Statuses, the line's health, the folders' and the ledger, as the desk asks for them.
pub(crate) struct Shared {
    statuses: Mutex<Vec<StationStatus>>,
    lines: Mutex<Lines>,
    folders: Mutex<Vec<FolderStatus>>,
    /// Absent where no reader is driven.
    lookups: Option<Lookups>,
    /// The site's, with the clock by which its wrong tries are counted; absent if it has none.
    pub(crate) passcode: Option<Arc<SitePasscode>>,
    clock: Clock,
    ledger: LedgerHandle,
    hub: Hub,
    pub(crate) panels: Panels,
    pub(crate) staff: StaffDesk,
    seats: Arc<Seats>,
    pairing: Arc<PairDesk>,
    /// Of the desk: what is not waited for goes on there.
    runtime: tokio::runtime::Handle,
}

/// What it is made of.
pub(crate) struct Parts {
    pub(crate) statuses: Vec<StationStatus>,
    pub(crate) panels: Panels,
    pub(crate) staff: StaffDesk,
    pub(crate) seats: Arc<Seats>,
    pub(crate) pairing: PairDesk,
    /// The folders that this site has.
    pub(crate) folders: Vec<Folder>,
    pub(crate) lookups: Option<Lookups>,
    /// Absent if this site has none.
    pub(crate) passcode: Option<Arc<SitePasscode>>,
    pub(crate) clock: Clock,
    /// Until when the terminal's certificate holds.
    pub(crate) certificate_until: Option<Timestamp>,
    pub(crate) ledger: LedgerHandle,
    pub(crate) hub: Hub,
}

impl Shared {
    /// Needs a tokio runtime around it.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { statuses, panels, staff, seats, pairing, folders, lookups, ledger, hub, .. } = parts;
        let (passcode, clock) = (parts.passcode, parts.clock);
        let readers = seats.all().iter().map(|seat| seat.reader.clone());
        let lines = Mutex::new(Lines::of(readers, parts.certificate_until));
        let folders = folders.into_iter().map(|folder| FolderStatus { folder, trouble: None }).collect();
        let (statuses, folders, pairing) = (Mutex::new(statuses), Mutex::new(folders), Arc::new(pairing));
        let runtime = tokio::runtime::Handle::current();
        Self {
            runtime,
            statuses,
            lines,
            folders,
            lookups,
            passcode,
            clock,
            ledger,
            hub,
            panels,
            staff,
            seats,
            pairing,
        }
    }

    /// Shows why a folder cannot be used, or that it can; the same twice is told once, with the time of the first.
    pub(crate) fn folder_is(&self, folder: Folder, trouble: Option<FailureCode>) {
        let mut folders = lock(&self.folders);
        let Some(shown) = folders.iter_mut().find(|shown| shown.folder == folder) else { return };
        if shown.trouble.map(|(code, _)| code) != trouble {
            shown.trouble = trouble.map(|code| (code, clock::wall()));
            self.hub.publish(DeskEvent::Folder(*shown));
        }
    }

    /// A consumer will not get this result: told and noted.
    pub(crate) fn untold(&self, consumer: CallerName, id: ResultId) {
        let deed = AuditDeed::DroppedUntold { consumer: consumer.clone(), from: id, to: id, count: 1 };
        let (at, by) = (clock::wall(), AuditBy::Terminal);
        desk::DeskPort::note_later(self, AuditEntry { at, reader: None, visit: None, by, deed });
        self.hub.publish(DeskEvent::Untold { consumer, from: id, to: id, count: 1 });
    }

    pub(crate) fn folder_is_away(&self, folder: Folder) -> bool {
        lock(&self.folders).iter().any(|shown| shown.folder == folder && shown.trouble.is_some())
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
        let Some(line) = lines.readers.iter_mut().find(|line| line.reader == *reader) else { return };
        change(line);
        let whole = lines.whole();
        if whole != before {
            self.hub.publish(DeskEvent::Centre(whole));
        }
    }
}

/// The line to the centre under each reader's account: one account may be refused, or one connection be dead, while the
/// others work.
struct Lines {
    readers: Vec<ReaderLine>,
    /// Until when the certificate holds that all of them show.
    certificate_until: Option<Timestamp>,
}

struct ReaderLine {
    reader: ReaderId,
    health: CentreHealth,
    maintenance: Option<Maintenance>,
}

impl Lines {
    fn of(readers: impl Iterator<Item = ReaderId>, certificate_until: Option<Timestamp>) -> Self {
        let line = |reader| ReaderLine { reader, health: CentreHealth::Unknown, maintenance: None };
        Self { readers: readers.map(line).collect(), certificate_until }
    }

    /// The worst of all, and the next maintenance that anyone was told of and that is not over.
    fn whole(&self) -> CentreStatus {
        let healths = || self.readers.iter().map(|line| line.health);
        let down = healths().find(|health| matches!(health, CentreHealth::Down(_)));
        let unknown = || healths().find(|health| *health == CentreHealth::Unknown);
        let now = clock::wall();
        let announced =
            self.readers.iter().filter_map(|line| line.maintenance).filter(|window| window.until > now);
        CentreStatus {
            health: down.or_else(unknown).or_else(|| healths().next()).unwrap_or(CentreHealth::Unknown),
            maintenance: announced.min_by_key(|window| window.from),
            certificate_until: self.certificate_until,
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

    fn has_passcode(&self) -> bool {
        self.passcode.is_some()
    }

    fn check_passcode(&self, passcode: &Passcode) -> PasscodeVerdict {
        let Some(site) = &self.passcode else { return PasscodeVerdict::NoPasscode };
        match site.check(passcode, || self.clock.now().moment) {
            PasscodeCheck::Right => PasscodeVerdict::Right,
            PasscodeCheck::Wrong => PasscodeVerdict::Wrong,
            PasscodeCheck::Locked => PasscodeVerdict::Locked,
        }
    }

    fn folders(&self) -> Vec<FolderStatus> {
        lock(&self.folders).clone()
    }

    fn look_up(&self, lookup: Pii<Lookup>) -> Result<LookupAnswer, LookupsBusy> {
        self.lookups.as_ref().ok_or(LookupsBusy)?.begin(lookup)
    }

    fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, DeskFault> {
        self.ledger.audit_since(after, limit).map_err(|error| fault(&error))
    }

    fn verify_audit(&self) -> Result<AuditVerdict, DeskFault> {
        self.ledger.verify_audit().map_err(|error| fault(&error))
    }

    fn note(&self, entry: AuditEntry) -> Result<(), DeskFault> {
        self.ledger.note(entry).wait().map(drop).map_err(|error| fault(&error))
    }

    fn panel_unit(&self, reader: &ReaderId) -> Option<PanelUnit> {
        self.panels.unit(reader)
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

    fn note_later(&self, entry: AuditEntry) {
        let noted = self.ledger.note(entry).into_future();
        self.runtime.spawn(async move { noted.await.map_err(|error| fault(&error)) });
    }

    fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault> {
        self.ledger.result(id).map_err(|error| fault(&error))
    }

    fn previous(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault> {
        self.ledger.previous(id).map_err(|error| fault(&error))
    }

    fn results_since(&self, after: ResultId, limit: usize) -> Result<Vec<ResultRow>, DeskFault> {
        self.ledger.since(after, limit).map_err(|error| fault(&error))
    }

    fn oldest(&self) -> Result<ResultId, DeskFault> {
        self.ledger.oldest().map_err(|error| fault(&error))
    }

    fn newest(&self) -> Result<ResultId, DeskFault> {
        self.ledger.newest().map_err(|error| fault(&error))
    }

    fn consumers(&self) -> Result<Vec<ConsumerStatus>, DeskFault> {
        self.ledger.consumers().map_err(|error| fault(&error))
    }

    fn register(&self, consumer: &CallerName, at: Timestamp) -> Result<(), DeskFault> {
        self.ledger.register(consumer.clone(), at).wait().map(drop).map_err(|error| fault(&error))
    }

    fn forget(&self, consumer: &CallerName) -> Result<(), DeskFault> {
        self.ledger.forget_consumer(consumer.clone()).wait().map(drop).map_err(|error| fault(&error))
    }

    fn acknowledge(&self, consumer: &CallerName, up_to: ResultId, at: Timestamp) -> Result<(), AckFault> {
        self.ledger.acknowledge(consumer.clone(), up_to, at).wait().map_err(|error| match error {
            LedgerError::NoConsumer { .. } => AckFault::Unknown,
            LedgerError::Ahead { .. } => AckFault::Beyond,
            other => AckFault::Desk(fault(&other)),
        })
    }

    fn counts(&self, from: Day, to: Day) -> Result<Counts, DeskFault> {
        self.ledger.counts(from, to).map_err(|error| fault(&error))
    }
}

fn fault(error: &LedgerError) -> DeskFault {
    if matches!(error, LedgerError::Stopped) {
        // The terminal stops, and whoever asked is let go too.
        tracing::debug!("the ledger was asked after its end");
        return DeskFault { code: error.code() };
    }
    tracing::error!(code = %error.code(), %error, "ledger");
    DeskFault { code: error.code() }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Values are replaced whole; a panic elsewhere leaves none half-written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
