//! The words of the house as types, without I/O.
//!
//! Everything that two rooms must agree on stands here: identifiers, moments, personal data, verification,
//! consents, results, and what a reader's station shows to the outside.

pub mod audit;
pub mod centre;
pub mod consent;
pub mod consumer;
pub mod counts;
pub mod failure_code;
pub mod folder;
pub mod ids;
pub mod lookup;
pub mod moment;
pub mod panel;
pub mod pii;
pub mod remark;
pub mod result;
pub mod scope;
pub mod secret;
pub mod station;
pub mod verification;

pub use audit::{AuditBy, AuditDeed, AuditEntry, AuditRecord, AuditRow, AuditVerdict};
pub use centre::{CentreHealth, CentreSession, CentreStatus, Maintenance};
pub use consent::{Consent, ConsentItem, ConsentScreen, Decision, ScreenAnswer};
pub use consumer::ConsumerStatus;
pub use counts::{Counted, Counts, Day, Spread};
pub use failure_code::FailureCode;
pub use folder::{Folder, FolderStatus};
pub use ids::{FaceAccount, IdError, Insertion, InstitutionCode, ReaderId, ResultId, StaffId, VisitId};
pub use lookup::{Answer, Lookup, LookupFault};
pub use moment::{Moment, Timestamp};
pub use pii::{Pii, Purpose};
pub use remark::{PersonField, Remark};
pub use result::{Beside, CardMark, CommittedResult, Qualification, ResultRow, Validity, VisitResult};
pub use scope::{CallerName, Scope};
pub use secret::{NumberB, Passcode, Pin, SecretError};
pub use station::{Maturity, StationState, StationStatus};
pub use verification::Verification;
