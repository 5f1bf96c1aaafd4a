//! What the rest of the house says about the centre.

use crate::{FailureCode, Timestamp};
use serde::{Deserialize, Serialize};

/// The centre's name for one relay and what follows it; opaque, not personal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CentreSession(pub String);

/// When the centre stands still, as it announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// From then.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

/// How the line to the centre stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "code")]
pub enum CentreHealth {
    /// Not asked yet.
    Unknown,
    /// The last exchange succeeded.
    Up,
    /// The last exchange failed so.
    Down(FailureCode),
}

/// The line to the centre as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CentreStatus {
    /// The worst of the readers' accounts: one that is down counts before one that was not asked yet.
    pub health: CentreHealth,
    /// When the centre stands still next, as it announced.
    pub maintenance: Option<Maintenance>,
    /// Until when the terminal's own certificate for the centre holds, if that is known.
    pub certificate_until: Option<Timestamp>,
}
