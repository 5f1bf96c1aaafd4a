//! What really happened, for the suites to compare with what the terminal told (design section 6, promises 1 and 5).

use centre_wire::Operation;
use model::{CentreSession, ConsentItem, FaceAccount, Timestamp, Validity, VisitId};
use serde::Serialize;

/// The end of one relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OracleEntry {
    /// Serial number of the certificate that was read; absent if none was.
    pub serial: Option<u64>,
    /// The visit that the relay was opened for.
    pub visit: VisitId,
    /// What it was for.
    pub operation: Operation,
    /// The reader's account.
    pub account: FaceAccount,
    /// The session under which it goes on.
    pub session: CentreSession,
    /// What came of it.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
}

/// What came of a relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The signature was the card's over this relay's text.
    Answered(Validity),
    /// The centre refused, with this word.
    Refused(String),
    /// The terminal refused, with this failure code.
    Ended(String),
}

/// One look-up after a relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    /// What was asked.
    pub kind: QueryKind,
    /// The session.
    pub session: CentreSession,
    /// Its visit.
    pub visit: VisitId,
    /// Its account.
    pub account: FaceAccount,
    /// Serial number of its certificate.
    pub serial: u64,
    /// What the result opens: the items of information or certificates with an agreement that holds, given in this
    /// session or carried over.
    pub opened: Vec<ConsentItem>,
    /// When.
    pub at: Timestamp,
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryKind {
    /// Which screens to show.
    Screens,
    /// The result, against the patient's answers.
    Result,
}
