//! What the desk asks of the terminal.

use failure::codes;
use model::panel::{Panel, Touch};
use model::{
    Answer, AuditEntry, AuditRow, AuditVerdict, CallerName, CentreStatus, CommittedResult, ConsumerStatus,
    Counts, Day, FailureCode, FolderStatus, Lookup, Passcode, Pii, ReaderId, ResultId, ResultRow, StaffId,
    StationState, StationStatus, Timestamp, VisitId,
};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// The terminal as the desk sees it. What asks the ledger may wait for the disk and is called on blocking threads
/// only; the rest answers at once.
pub trait DeskPort: Send + Sync + 'static {
    /// Every station, in the order of the configuration.
    fn readers(&self) -> Vec<StationStatus>;

    /// The line to the centre.
    fn centre(&self) -> CentreStatus;

    /// Whether each reader's true state is known (design promise 12).
    fn ready(&self) -> bool {
        self.readers().iter().all(|station| station.state != StationState::Starting)
    }

    /// The unit of this reader, for whoever shows its panel; `None` if there is no such reader.
    fn panel_unit(&self, reader: &ReaderId) -> Option<PanelUnit> {
        let _ = reader;
        None
    }

    /// What the patient at this reader is shown and asked, and every change of it: what the terminal draws, or what it has
    /// told a unit that draws its own screen. `None` inside while nothing is shown; `None` outside if there is no such
    /// reader.
    fn panel(&self, reader: &ReaderId) -> Option<watch::Receiver<Option<ShownPanel>>> {
        let _ = reader;
        None
    }

    /// The patient touched the panel of that nonce.
    ///
    /// # Errors
    /// If that panel is not shown now, asks for something else, or is touched at the unit itself; the driver hears
    /// nothing of it then.
    fn touch(&self, reader: &ReaderId, nonce: &str, touch: Touch) -> Result<(), TouchFault> {
        let _ = (reader, nonce, touch);
        Err(TouchFault::NoPanel)
    }

    /// Begins to pair this reader with the slot that a card comes into. Dropping the receiver ends it; the last step is
    /// [`PairStep::Paired`] or [`PairStep::Refused`].
    ///
    /// # Errors
    /// [`PairFault`] if it cannot begin. Needs a tokio runtime around it.
    fn pair(&self, reader: &ReaderId) -> Result<mpsc::Receiver<PairStep>, PairFault> {
        let _ = reader;
        Err(PairFault::NoReader)
    }

    /// Staff want this of a reader. The station's answer comes over the channel, which closes without one if the station
    /// ends.
    ///
    /// # Errors
    /// [`StaffFault`] if the order does not even reach the station.
    fn staff(&self, reader: &ReaderId, by: StaffId, act: StaffAct) -> Result<StaffAnswer, StaffFault> {
        let _ = (reader, by, act);
        Err(StaffFault::NoReader)
    }

    /// Whether this site has a passcode.
    fn has_passcode(&self) -> bool {
        false
    }

    /// Checks the site's passcode; wrong ones are counted together with those at the readers. Takes a good part of a
    /// second, and is called on blocking threads only.
    fn check_passcode(&self, passcode: &Passcode) -> PasscodeVerdict {
        let _ = passcode;
        PasscodeVerdict::NoPasscode
    }

    /// The folders of this site; none if it has none.
    fn folders(&self) -> Vec<FolderStatus> {
        Vec::new()
    }

    /// Asks the centre about a person without a card. The answer comes over the channel, which closes without one if the
    /// terminal stops.
    ///
    /// # Errors
    /// If so many are asked already that this one is not begun. Needs a tokio runtime around it.
    fn look_up(&self, lookup: Pii<Lookup>) -> Result<LookupAnswer, LookupsBusy> {
        let _ = lookup;
        Err(LookupsBusy)
    }

    /// At most `limit` entries of the audit after `after`, in order.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, DeskFault>;

    /// Looks through the whole audit.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn verify_audit(&self) -> Result<AuditVerdict, DeskFault>;

    /// Notes who did or saw what; durable when this returns.
    ///
    /// # Errors
    /// If the ledger cannot be written; then nobody may see it.
    fn note(&self, entry: AuditEntry) -> Result<(), DeskFault>;

    /// The same without waiting for it: for what has ended already. What cannot be noted is logged there.
    fn note_later(&self, entry: AuditEntry);

    /// The result of that id; `None` if there is none (any more).
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault>;

    /// The last earlier result of the same card that is still there.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn previous(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault>;

    /// At most `limit` results after `after`, in order of their ids.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn results_since(&self, after: ResultId, limit: usize) -> Result<Vec<ResultRow>, DeskFault>;

    /// The first id from which on nothing was deleted.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn oldest(&self) -> Result<ResultId, DeskFault>;

    /// The last id ever given; 0 if none was.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn newest(&self) -> Result<ResultId, DeskFault>;

    /// Every consumer of results.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn consumers(&self) -> Result<Vec<ConsumerStatus>, DeskFault>;

    /// From now on results are kept for this consumer.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    fn register(&self, consumer: &CallerName, at: Timestamp) -> Result<(), DeskFault>;

    /// Nothing is kept for this consumer any more.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    fn forget(&self, consumer: &CallerName) -> Result<(), DeskFault>;

    /// This consumer has everything up to that id.
    ///
    /// # Errors
    /// [`AckFault`].
    fn acknowledge(&self, consumer: &CallerName, up_to: ResultId, at: Timestamp) -> Result<(), AckFault>;

    /// What was counted on these days, both included.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn counts(&self, from: Day, to: Day) -> Result<Counts, DeskFault>;
}

/// What the centre answers to a look-up, or why it does not.
pub type LookupAnswer = oneshot::Receiver<Result<Answer, FailureCode>>;

/// As many look-ups as may be are on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as many look-ups as may be are on their way")]
pub struct LookupsBusy;

/// Why an acknowledgement was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AckFault {
    /// No consumer of this name is registered.
    #[error("no such consumer")]
    Unknown,
    /// That id was never given.
    #[error("an id that was never given")]
    Beyond,
    /// The ledger cannot be written.
    #[error(transparent)]
    Desk(#[from] DeskFault),
}

/// What became of a passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasscodeVerdict {
    /// This site has none.
    NoPasscode,
    /// It is the site's.
    Right,
    /// It is not.
    Wrong,
    /// None is taken for a while.
    Locked,
}

/// What the station says to an order of staff.
pub type StaffAnswer = oneshot::Receiver<Result<(), StaffFault>>;

/// What staff want of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffAct {
    /// 目視確認 for the next card, or in the visit under way.
    ArmVisualCheck,
    /// Back to unattended.
    DisarmVisualCheck,
    /// Person and card's photo were compared.
    ConfirmPerson {
        /// In which visit.
        visit: VisitId,
        /// Whether it is the same person.
        same: bool,
    },
    /// Ask the patient all consents anew.
    AskConsentsAgain {
        /// In which visit.
        visit: VisitId,
    },
    /// End the visit.
    CancelVisit {
        /// Which.
        visit: VisitId,
    },
}

/// Why an order of staff was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffFault {
    /// No reader of this id.
    #[error("no such reader")]
    NoReader,
    /// Earlier orders have not been taken yet.
    #[error("earlier orders are still waiting")]
    Busy,
    /// No visit is in progress.
    #[error("no visit is in progress")]
    NoVisit,
    /// Another visit than the one named is in progress.
    #[error("another visit is in progress")]
    OtherVisit,
    /// Not at this step.
    #[error("not at this step")]
    Untimely,
    /// The reader cannot be used.
    #[error("the reader cannot be used")]
    NotReady,
}

/// The terminal could not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the terminal cannot answer: {code}")]
pub struct DeskFault {
    /// Why, e.g. `LEDGER_UNUSABLE`.
    pub code: FailureCode,
}

/// Where the pairing of a reader stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairStep {
    /// Place one card on the reader.
    Place {
        /// How long that is waited for.
        within: Duration,
    },
    /// Reader and slot have seen it; take it again.
    Take {
        /// The slot's PC/SC name.
        slot: String,
    },
    /// Reader and slot belong together from now on; that is durable.
    Paired {
        /// The slot's PC/SC name.
        slot: String,
    },
    /// They were not paired; everything is as before.
    Refused(FailureCode),
}

/// Why a pairing cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairFault {
    /// No reader of this id.
    #[error("no such reader")]
    NoReader,
    /// Not this reader, or not now.
    #[error("cannot be paired: {0}")]
    Refused(FailureCode),
}

/// The unit at which a patient stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelUnit {
    /// The driver's name, e.g. `caora`: pages draw each model differently.
    pub driver: &'static str,
    /// What staff call it, e.g. 「内科 1」.
    pub label: String,
    /// Whether the panel is touched on the page; the unit has a screen of its own otherwise.
    pub touch: bool,
}

/// A panel as it is shown now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPanel {
    /// Drawn afresh for every panel, 32 hex digits: a touch names the panel that it was meant for.
    pub nonce: String,
    /// What it shows.
    pub panel: Panel,
}

/// Why a touch was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TouchFault {
    /// No such reader, or nothing is shown on it now.
    #[error("no panel is shown")]
    NoPanel,
    /// Another panel is shown by now.
    #[error("the panel has changed")]
    Stale,
    /// The panel does not ask for this.
    #[error("the panel does not ask for this")]
    NotAsked,
    /// Earlier touches have not been taken yet.
    #[error("earlier touches are still waiting")]
    Busy,
}

impl TouchFault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> FailureCode {
        match self {
            Self::NoPanel => codes::PANEL_NONE,
            Self::Stale => codes::PANEL_STALE,
            Self::NotAsked => codes::PANEL_NOT_ASKED,
            Self::Busy => codes::PANEL_BUSY,
        }
    }
}
