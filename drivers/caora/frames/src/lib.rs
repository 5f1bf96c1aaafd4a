//! Messages of the Caora stand-in dialect and their bytes; `DIALECT.md` beside this package is its text.
//!
//! The makers' protocol is not public: everything here is this project's own and stands in for it.
//!
//! | module | says |
//! |---|---|
//! | [`block`] | control characters, the checked view [`Block`], the stream reader [`Collector`] |
//! | [`host`] | what the terminal sends: [`HostMessage`] |
//! | [`mod@unit`] | what the reader sends: [`ReaderMessage`] |
//! | [`mod@redact`] | a frame as a line of a trace, without personal fields |

pub mod block;
mod error;
mod field;
pub mod host;
pub mod redact;
pub mod unit;

pub use block::{Block, BlockNumber, Collector, Token};
pub use error::FrameError;
pub use host::{HostMessage, Notice, NoticeCode};
pub use redact::redact;
pub use unit::{ReaderMessage, Verb};

/// What a Caora says as its model in this dialect.
pub const MODEL: &str = "PD-CA01";
