//! The de-facto file interface of the eligibility terminal (OQSComApp): messages, encodings, file names.
//!
//! The official layouts (別紙 3-1, 5-1) are closed. What stands here was put together from programs that read or
//! write these files, so reading is by element name, in any order, and tolerant of elements that are not known.
//! A qualification is told on as the centre said it: [`transcode()`] changes only the declaration and
//! `CharacterCodeIdentifier`; [`Message`] is for looking inside and for those who make such files. A [`Request`] is
//! what a receipt computer asks by file; it makes its own answer out of what the centre said, or a [`Refusal`].

mod answer;
mod codes;
pub mod compare;
mod consents;
mod emit;
mod encoding;
mod error;
mod face_file;
mod local_time;
mod message;
mod names;
mod outcome;
mod person;
mod record;
mod refusal;
mod request;
mod ticket;
mod transcode;
mod tree;
pub mod words;

pub use codes::{ConsentFlag, Segment, Status};
pub use encoding::{BLANK, Encoding};
pub use error::OqsError;
pub use face_file::face_file_name;
pub use local_time::{local_date, local_time, timestamp};
pub use message::{Body, Header, Message, Question};
pub use names::{Direction, Extension, Family, FileName};
pub use outcome::{Outcome, validity};
pub use person::{ElderlyCertificate, LimitCertificate, PersonQualification, SpecificDisease};
pub use refusal::Refusal;
pub use request::{Identifier, Request};
pub use ticket::MedicalTicket;
pub use transcode::{Warning, transcode};

/// The largest document that is read, bytes; single results are a few kilobytes.
pub const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;
/// The largest request that is read, bytes; a request is about one kilobyte.
pub const LARGEST_REQUEST: usize = 256 * 1024;
