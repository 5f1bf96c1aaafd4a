//! Messages of the stand-in protocol between terminal and centre, and the text that a card signs.
//!
//! The official wire is not public; `PROTOCOL.md` beside this room describes what stands in for it. Terminal and
//! mock centre share these types and nothing else, so a slip on one side is a message that the other refuses.

pub mod apdu;
mod body;
pub mod caps;
pub mod http;
pub mod lookup;
pub mod marker;
pub mod nonce;
pub mod relay;
pub mod signing;
pub mod word;

pub use apdu::{Command, Response};
pub use http::{AnswersReply, AnswersRequest, LoginReply, LoginRequest, Processing, Refusal, ScreensReply};
pub use lookup::{LookupReply, LookupRequest};
pub use nonce::Nonce;
pub use relay::{CentreMessage, Operation, TerminalMessage};
pub use signing::{SigningText, signing_text};
pub use word::Word;

/// Why bytes are not a message. Says nothing of what the bytes held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Longer than the cap for this kind of message.
    #[error("{what} of {size} bytes; at most {cap} are allowed")]
    TooLong {
        /// Which message.
        what: &'static str,
        /// Bytes received.
        size: usize,
        /// Bytes allowed.
        cap: usize,
    },
    /// Not JSON of the form that `PROTOCOL.md` gives.
    #[error("not a {what}: fault at line {line}, column {column}")]
    Form {
        /// Which message.
        what: &'static str,
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
    },
    /// A list or text is longer than `PROTOCOL.md` allows, or has foreign characters.
    #[error("not a {what}: {fault}")]
    Content {
        /// Which message.
        what: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
}

/// Reads JSON of at most `cap` bytes. serde's own wording is dropped: it quotes the input, which may be personal.
fn read<T: serde::de::DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
    cap: usize,
) -> Result<T, WireError> {
    if bytes.len() > cap {
        return Err(WireError::TooLong { what, size: bytes.len(), cap });
    }
    serde_json::from_slice(bytes).map_err(|fault| WireError::Form {
        what,
        line: fault.line(),
        column: fault.column(),
    })
}

/// Writes JSON. These types have string keys and finite numbers only, so writing cannot fail; an empty text, which
/// no reader accepts, stands for the impossible case.
fn write<T: serde::Serialize>(message: &T) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
