//! The simulated My Number Card, its issuer and the personas.
//!
//! A pure room: seeds, times and encoded photographs are arguments. What is modelled, what is a stand-in and
//! what is missing stands in this package's README.

mod apdu;
mod ber;
mod card;
mod certificate;
mod dates;
mod der;
pub mod face;
mod face_files;
mod fault;
mod issue;
mod issuer;
mod jpki_files;
mod keys;
mod persona;
mod personas;
mod picture;
pub mod standin;
mod storage;
mod text_files;
mod trace;

pub use card::{AID_FACE, AID_ISSUER_DOMAIN, AID_JPKI, AID_TEXT, Card};
pub use dates::{CardDates, CertificateRule};
pub use fault::{Fault, FaultContext, Switches};
pub use issue::{IssueOptions, TokenLabel};
pub use issuer::{Issuer, IssuerKeys};
pub use keys::{CardKeys, IssueError, Key};
pub use persona::{Persona, Sex, individual_number, insurer_number, number_b};
pub use personas::personas;
pub use trace::{CardTrace, Exchange};
