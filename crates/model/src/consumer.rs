//! Consumers of results: who must hear of each before it may go.

use crate::{CallerName, ResultId, Timestamp};

/// The face folder's name as a consumer; no token gets it.
pub const FACE_FOLDER: &str = "face-folder";

/// How far one consumer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerStatus {
    /// Who.
    pub consumer: CallerName,
    /// Since when it is one.
    pub registered_at: Timestamp,
    /// It has acknowledged everything up to here; what was there before it was registered counts as such.
    pub up_to: ResultId,
    /// When it last acknowledged something.
    pub acknowledged_at: Option<Timestamp>,
    /// Results in the ledger that it has not acknowledged.
    pub waiting: u64,
    /// Results that were destroyed before it acknowledged them, since it was registered.
    pub missed: u64,
}
