//! The mock centre's judgement, without I/O.
//!
//! A pure room: time and random bytes are arguments, messages go in and come out. `simulator` puts TLS around it.
//! It judges as design section 7 says: a forged, replayed, revoked or long expired card gets nothing.

mod centre;
mod certificate;
mod dates;
mod misbehaviour;
mod oracle;
mod patient;
mod qualification;
mod relay;
mod xml;

pub use centre::{Account, Denied, Judgement, Setup, SetupError};
pub use certificate::{Standing, TrustError};
pub use dates::grace_end;
pub use misbehaviour::{Misbehaviour, Step};
pub use oracle::{OracleEntry, Outcome, Query, QueryKind};
pub use patient::{Insurance, LimitCertificate, Patient, Sex, SpecificDisease};
pub use relay::{Opening, Output, Relay};
