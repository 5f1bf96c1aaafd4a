//! Who of the staff did what at a reader; kept by the ledger, without any patient's data.

use crate::{ReaderId, StaffId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// At which reader.
    pub reader: ReaderId,
    /// In which visit, if there was one.
    pub visit: Option<VisitId>,
    /// Who.
    pub by: AuditBy,
    /// What.
    pub deed: AuditDeed,
}

/// One entry with its number in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Grows from 1, is never used twice.
    pub id: u64,
    /// The entry.
    pub entry: AuditEntry,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "staff")]
pub enum AuditBy {
    /// A member of staff, over the API.
    Staff(StaffId),
    /// Whoever typed at the reader where the passcode was asked.
    AtReader,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditDeed {
    /// 目視確認 armed for the next card, or begun in the visit under way.
    VisualCheckArmed,
    /// Back to unattended before a card came.
    VisualCheckDisarmed,
    /// Face and card compared: the same person.
    PersonConfirmed,
    /// Face and card compared: another person.
    PersonRefused,
    /// A wrong passcode at the reader.
    PasscodeRefused,
    /// The visit ended by staff.
    VisitCancelled,
}
