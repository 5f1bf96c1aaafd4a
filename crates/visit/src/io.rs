//! What a station is told and what it asks for.

use model::{
    AuditEntry, CentreSession, Consent, ConsentScreen, FailureCode, Moment, NumberB, Passcode, Pii, Pin,
    Qualification, Remark, ResultId, ScreenAnswer, StaffId, Timestamp, Validity, VisitId, VisitResult,
};
use std::time::Duration;

/// The time, on both clocks: deadlines follow the monotonic one, consents are dated by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Monotonic.
    pub moment: Moment,
    /// Wall clock.
    pub wall: Timestamp,
}

/// Names one task; its reply carries the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// What the PC/SC slot shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotChange {
    /// A card lies in it; `count` differs for every card that was put in.
    Present {
        /// The slot's own event counter.
        count: u32,
    },
    /// It is empty.
    Empty,
    /// It cannot be used.
    Unusable(FailureCode),
}

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The reader told something; [`reader::Event::Ready`] opens the station.
    Reader(reader::Event),
    /// The reader cannot be used any more; a later `Ready` brings it back.
    ReaderLost(FailureCode),
    /// The reader cannot do what it was told.
    Unsupported(reader::CommandKind),
    /// The slot changed.
    Slot(SlotChange),
    /// A card task ended.
    Card(Ticket, Result<CardReply, FailureCode>),
    /// A centre task ended.
    Centre(Ticket, Result<CentreReply, FailureCode>),
    /// The passcode was checked.
    Passcode(Ticket, Result<PasscodeCheck, FailureCode>),
    /// The ledger answered.
    Committed(Ticket, Result<ResultId, FailureCode>),
    /// Staff act, over the API.
    Staff(StaffId, StaffDeed),
    /// The moment of [`crate::Station::next_wakeup`] has come.
    Woken,
}

/// What staff want of a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffDeed {
    /// 目視確認 for the next card; or in the visit under way, while it waits for the patient to confirm identity.
    ArmVisualCheck,
    /// Back to unattended.
    DisarmVisualCheck,
    /// Staff compared the person with the card's photo.
    ConfirmPerson {
        /// In which visit: a card that was changed meanwhile is not confirmed by it.
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

/// What became of a passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasscodeCheck {
    /// Right.
    Right,
    /// Wrong; it may be tried again.
    Wrong,
    /// Wrong too often, here or at another reader: none is taken for a while.
    Locked,
}

/// Whether an input was for the station's present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum Taken {
    /// It was.
    Handled,
    /// It was not: nothing changed.
    Refused(Refusal),
}

/// Why an input was for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No visit is in progress.
    NoVisit,
    /// It names another visit than the one in progress.
    OtherVisit,
    /// It answers a task that is no longer open.
    StaleTicket,
    /// It answers an attempt that is not open.
    ForeignAttempt,
    /// It answers another consent screen than the one shown.
    OtherScreen,
    /// The patient chose what was not offered.
    NotOffered,
    /// The present step does not wait for it.
    NotAsked,
    /// The reader has not identified itself, or was lost.
    ReaderNotReady,
    /// Staff want what is not possible now.
    Untimely,
    /// Nothing is due.
    NothingDue,
}

/// What is to be done.
#[derive(Debug)]
pub enum Effect {
    /// Tell the reader.
    Reader(reader::Command),
    /// Do this with the card.
    Card(Ticket, CardTask),
    /// Do this with the centre.
    Centre(Ticket, CentreTask),
    /// Check the site's passcode, and count the wrong ones.
    CheckPasscode(Ticket, Passcode),
    /// Make this durable, then tell it.
    Commit(Ticket, Box<VisitResult>),
    /// Note who did what. In order with [`Effect::Commit`]: noted before what follows from it.
    Audit(Box<AuditEntry>),
    /// Give up the card tasks and the relay that are still running, and power the card down. What the centre is asked
    /// after a relay goes on.
    LetGo,
    /// A visit ended with this failure; it is counted and shown.
    Failed(VisitId, FailureCode),
    /// What the station shows has changed.
    Changed,
}

/// A task for the card in the slot.
#[derive(Debug)]
pub enum CardTask {
    /// Power it freshly and say what it is.
    Identify,
    /// Open the photo with 照合番号B, verify it, bring it into the reader's form.
    OpenPhoto(NumberB),
    /// How many PIN tries are left? Costs none.
    CountPinTries,
    /// Check the PIN, once. The card stays unlocked for the relay.
    CheckPin(Pin),
}

/// What the card answered.
#[derive(Debug)]
pub enum CardReply {
    /// A My Number Card.
    Identified,
    /// The photo, verified, in the form that the reader wants.
    Photo(Pii<Vec<u8>>),
    /// No photo: the card refused 照合番号B, or it was not tried.
    NumberB(NumberBCheck),
    /// Tries left; zero means locked.
    PinTries(u8),
    /// The PIN was checked.
    Pin(PinCheck),
}

/// Why 照合番号B did not open the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberBCheck {
    /// Wrong, with so many tries left.
    Wrong {
        /// Tries left, at least one. The last is never spent.
        left: u8,
    },
    /// One try is left; it was not spent.
    LastTry,
    /// Wrong and now locked, or locked before.
    Locked,
}

/// What the card says of a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinCheck {
    /// Right.
    Right,
    /// Wrong, with so many tries left.
    Wrong {
        /// Tries left, at least one.
        left: u8,
    },
    /// Wrong and now locked, or locked before.
    Locked,
}

/// Which relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The reader confirmed the face, or staff the person.
    PinLess,
    /// The card checked the PIN.
    Pin,
    /// As [`Operation::PinLess`], and the card is registered as insurance card.
    RegisterPinLess,
    /// As [`Operation::Pin`], and the card is registered as insurance card.
    RegisterPin,
}

/// A task for the centre.
#[derive(Debug)]
pub enum CentreTask {
    /// Carry APDUs between centre and card until the centre answers.
    Relay {
        /// Which relay.
        operation: Operation,
        /// For which visit.
        visit: VisitId,
    },
    /// Which consent screens are wanted, in which order?
    Screens(CentreSession),
    /// The patient's answers; brings the result.
    Answers(CentreSession, Vec<ScreenAnswer>),
}

/// What the centre answered.
#[derive(Debug)]
pub enum CentreReply {
    /// The relay ended with an answer.
    Relayed(RelayAnswer),
    /// The screens.
    Screens(Vec<ConsentScreen>),
    /// The result.
    Settled(Box<Settled>),
    /// The answers were taken, the result is not ready: ask again with the same answers.
    Processing {
        /// At the earliest after this.
        again_after: Duration,
    },
}

/// The centre's answer at the end of a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAnswer {
    /// What follows is asked under this name.
    pub session: CentreSession,
    /// What the centre says of the insurance.
    pub validity: Validity,
}

/// The centre's result after the consents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The centre's document.
    pub qualification: Pii<Qualification>,
    /// The consents as they stand on it.
    pub consents: Vec<Consent>,
    /// What the centre remarked, and what was found in its document.
    pub remarks: Vec<Remark>,
}
