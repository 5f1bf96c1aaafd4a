//! What must come true.

use model::{AuditDeed, ConsentItem, Decision, FailureCode, Validity, Verification};

/// What must come true within a bound, or hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// `reader shows take card`, `reader shows CODE`: what the screen says.
    Shows(String),
    /// `screen speaks en`.
    Speaks(&'static str),
    /// `reader asks …`.
    Asks(Asked),
    /// `tries left N`: beside the PIN pad.
    TriesLeft(u8),
    /// `board says CODE`, `board says nothing`.
    BoardSays(Option<FailureCode>),
    /// `visit is at STEP`.
    VisitAt(&'static str),
    /// `result by HOW, VALIDITY`: one more result than before.
    Result {
        /// How identity was confirmed.
        by: Verification,
        /// 資格有効性.
        validity: Validity,
    },
    /// `result is of WHO`: name, number, branch and alias of the last result are that persona's, and no other's.
    ResultOf(String),
    /// `consents ITEM DECISION, …`: exactly these on the last result; `no consents`.
    Consents(Vec<(ConsentItem, Decision)>),
    /// `remarks CODE[ about WHAT], …`: exactly these on the last result; `no remarks`.
    Remarks(Vec<Remarked>),
    /// `no result`: none since the last `result`.
    NoResult,
    /// `audit DEED by WHO`: staff are named; `at the reader` for the passcode.
    Audit {
        /// What was noted.
        deed: AuditDeed,
        /// Who did it; whoever stood at the reader if absent.
        by: Option<String>,
    },
    /// `ends STATE`: how the reader stands after everything.
    Ends(&'static str),
}

/// What the patient is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// `methods face pin`: exactly these, in any order.
    Methods(Vec<String>),
    /// To look into the camera.
    Face,
    /// The PIN.
    Pin,
    /// The passcode, of staff.
    Passcode,
    /// `consent SCREEN`.
    Consent(String),
}

/// A remark on a result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remarked {
    /// Its code.
    pub code: FailureCode,
    /// Item, field or word that it is about.
    pub about: Option<String>,
}
