//! The mock centre's judgement, without I/O.
//!
//! A pure room: time and random bytes are arguments, messages go in and come out. `simulator` puts TLS around it.
//! It judges as design section 7 says: a forged, replayed, revoked or long expired card gets nothing.

mod asking;
mod centre;
mod certificate;
mod consents;
mod dates;
mod denied;
mod earlier;
mod lookup;
mod manner;
mod misbehaviour;
mod oracle;
mod patient;
mod qualification;
mod relay;
mod setup;
mod slowness;
mod width;
mod xml;

pub use centre::{Answered, Judgement};
pub use certificate::{Standing, TrustError};
pub use dates::grace_end;
pub use denied::Denied;
pub use lookup::LookedUp;
pub use manner::{Bundling, Manner};
pub use misbehaviour::{Misbehaviour, Step};
pub use oracle::{OracleEntry, Outcome, Query, QueryKind};
pub use patient::{
    ElderlyCertificate, Insurance, LimitCertificate, MedicalTicket, Patient, Sex, SpecificDisease, Subsidy,
    SubsidyCertificate,
};
pub use relay::{Opening, Output, Relay};
pub use setup::{Account, Setup, SetupError};
