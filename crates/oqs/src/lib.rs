//! The de-facto file interface of the eligibility terminal (OQSComApp): messages, encodings, file names.
//!
//! The official layouts (別紙 3-1, 5-1) are closed. What stands here was put together from programs that read or
//! write these files, so reading is by element name, in any order, and tolerant of elements that are not known.
//! A qualification is told on as the centre said it: [`transcode`] changes only the declaration and
//! `CharacterCodeIdentifier`; [`Message`] is for looking inside and for those who make such files.

mod codes;
mod consents;
mod emit;
mod encoding;
mod error;
mod face_file;
mod local_time;
mod message;
mod outcome;
mod person;
mod record;
mod ticket;
mod transcode;
mod tree;

pub use codes::{ConsentFlag, Segment, Status};
pub use encoding::{BLANK, Encoding};
pub use error::OqsError;
pub use face_file::face_file_name;
pub use local_time::{local_date, local_time, timestamp};
pub use message::{Body, Header, Message, Question};
pub use outcome::{Outcome, validity};
pub use person::{ElderlyCertificate, LimitCertificate, PersonQualification, SpecificDisease};
pub use ticket::MedicalTicket;
pub use transcode::{Warning, transcode};

/// The largest document that is read, bytes; single results are a few kilobytes.
pub const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;
