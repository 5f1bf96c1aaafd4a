//! Messages of the Sma-pa stand-in dialect and their bytes; `DIALECT.md` beside this package is its text.
//!
//! The makers' protocol is not public: everything here is this project's own and stands in for it.
//!
//! | module | says |
//! |---|---|
//! | [`sum`] | the two checksums |
//! | [`frame`] | the checked view [`Frame`], its kinds, session and number |
//! | [`decoder`] | the stream reader [`Decoder`] |
//! | [`host`] | what the terminal sends: [`HostMessage`] |
//! | [`mod@unit`] | what the reader sends: [`ReaderMessage`] |
//! | [`piece`] | photos and images in pieces |
//! | [`words`] | the dialect's words for notices, sounds, methods, items, verdicts |
//! | [`mod@redact`] | a frame as a line of a trace, without personal fields |

pub mod decoder;
mod error;
pub mod frame;
pub mod host;
mod json;
pub mod piece;
pub mod redact;
pub mod sum;
pub mod unit;
pub mod words;

pub use decoder::Decoder;
pub use error::FrameError;
pub use frame::{Frame, Kind, Number, Session};
pub use host::HostMessage;
pub use piece::{Announced, Basket, Piece};
pub use redact::redact;
pub use unit::ReaderMessage;
pub use words::{Notice, NoticeCode};

/// What a Sma-pa says as its model in this dialect.
pub const MODEL: &str = "CPS-100W";

/// Number of a command, drawn by the terminal: 1, 2, 3 … within a session. Answers and refusals carry it.
pub type Question = u32;
