//! Messages of the Hi-CARA stand-in dialect and their bytes; `DIALECT.md` beside this package is its text.
//!
//! The makers' protocol is not public. The form of a frame is what an open project saw inside the unit; everything
//! else here is this project's own and stands in for it.
//!
//! | module | says |
//! |---|---|
//! | [`frame`] | the checked view [`Frame`] of one frame, its [`Verb`] and [`Direction`] |
//! | [`collector`] | the reader of a stream: [`Collector`] |
//! | [`host`] | what the terminal sends: [`HostMessage`] |
//! | [`mod@unit`] | what the unit sends: [`UnitMessage`] |
//! | [`mod@redact`] | a frame as a line of a trace, without personal fields |

pub mod collector;
mod error;
mod field;
pub mod frame;
pub mod host;
pub mod redact;
pub mod unit;

pub use collector::Collector;
pub use error::FrameError;
pub use frame::{Direction, Frame, Verb};
pub use host::{Ask, HostMessage, LampLine, Notice, NoticeCode, Phrase};
pub use redact::redact;
pub use unit::{Identity, Refusal, UnitEvent, UnitMessage};

/// What a Hi-CARA says as its model in this dialect.
pub const MODEL: &str = "UFT-S190S(NU)";
