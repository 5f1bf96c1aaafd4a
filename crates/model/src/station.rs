//! What a station shows to the outside: API, board, control.

use crate::{CentreHealth, FailureCode, Insertion, ReaderId, Timestamp, VisitId};
use serde::Serialize;

/// How far a driver was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Maturity {
    /// Ran against this project's simulated firmware only.
    Simulated,
    /// Ran against recordings of a real unit.
    Replayed,
    /// Ran against a real unit on a bench.
    HardwareSeen,
    /// Runs at sites.
    FieldProven,
}

/// The life of one reader on this terminal (design section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StationState {
    /// The link is opened, the reader tests itself.
    Starting,
    /// No card, ready.
    Idle,
    /// 目視確認 is armed for the next card.
    VisualCheckArmed,
    /// A patient is being served.
    InVisit,
    /// The visit ended, the card still lies there.
    CardLeft,
    /// The reader cannot be used.
    OutOfOrder,
}

/// A station as the API and the board show it. No personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationStatus {
    /// The reader.
    pub reader: ReaderId,
    /// What staff call it, e.g. 「内科 1」.
    pub label: String,
    /// Where its patients come from, e.g. 「発熱外来」; may be empty.
    pub lane: String,
    /// The reader's model.
    pub model: &'static str,
    /// How far its driver was proven.
    pub maturity: Maturity,
    /// Where it stands.
    pub state: StationState,
    /// The visit in progress.
    pub visit: Option<VisitId>,
    /// The step of that visit, a word of the visit machine such as `consent`.
    pub step: Option<&'static str>,
    /// Cards placed since start.
    pub insertion: Insertion,
    /// The last failure and when; kept until the next visit begins.
    pub failure: Option<(FailureCode, Timestamp)>,
    /// Until when 目視確認 stays armed for the next card.
    pub armed_until: Option<Timestamp>,
    /// Visits whose card is gone and whose result is still on its way.
    pub settling: usize,
    /// The line to the centre under this reader's account.
    pub line: CentreHealth,
}
