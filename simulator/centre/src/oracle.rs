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

/// One question that the centre answered, after a relay or without a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    /// What was asked.
    pub kind: QueryKind,
    /// The session; a look-up has none.
    pub session: Option<CentreSession>,
    /// Its visit; a look-up belongs to none.
    pub visit: Option<VisitId>,
    /// Who asked.
    pub account: FaceAccount,
    /// Serial number of the certificate of whom it is about; absent if a look-up finds nobody or several.
    pub serial: Option<u64>,
    /// What the answer opens: the items of information or certificates with an agreement that holds, given in this
    /// session or carried over. Of a look-up at most 限度額, if the look-up says that the patient agreed.
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
    /// A person without a card.
    Lookup,
}
