//! Messages of the EXC-9000 stand-in dialect and their bytes; `DIALECT.md` beside this package is its text.
//!
//! The maker's protocol is not public: everything here is this project's own and stands in for it.
//!
//! | module | says |
//! |---|---|
//! | [`slip`] | END, escapes, the stream reader [`Collector`] |
//! | [`frame`] | the checked view [`Frame`]: length and sum |
//! | [`packet`] | session, numbers and acknowledgements around a message: [`Packet`] |
//! | [`host`] | what the terminal says: [`HostMessage`] |
//! | [`mod@unit`] | what the unit says: [`UnitMessage`] |
//! | [`mod@redact`] | a frame as a line of a trace, without personal fields |

mod cbor;
mod error;
pub mod frame;
pub mod host;
pub mod packet;
pub mod redact;
pub mod slip;
pub mod unit;
mod words;

pub use error::FrameError;
pub use frame::Frame;
pub use host::{HostMessage, Notice, NoticeCode};
pub use packet::{HostPacket, Message, Number, Packet, Turn, UnitPacket};
pub use redact::redact;
pub use slip::{Collector, Token};
pub use unit::{Identity, UnitMessage};

/// What an EXC-9000 says as its model in this dialect.
pub const MODEL: &str = "EXC-9000";
