//! Why bytes are not a frame, or a message has none.

use thiserror::Error;

/// Why bytes are not a frame, or a message has none. Never carries the bytes: they may hold a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The bytes end before length, body and sum do.
    #[error("frame cut short after {have} bytes")]
    Short {
        /// Bytes there.
        have: usize,
    },
    /// The length says something else than the frame.
    #[error("body of {have} bytes where the length says {length}")]
    Length {
        /// What the length says.
        length: usize,
        /// What stands there.
        have: usize,
    },
    /// The body is empty or longer than the dialect allows.
    #[error("body outside 1 to {most} bytes")]
    Size {
        /// Bytes allowed.
        most: usize,
    },
    /// The sum differs.
    #[error("frame check sequence wrong")]
    Sum,
    /// The bytes on the wire are not one frame between two END.
    #[error("not one frame between two END")]
    Framing,
    /// No array of one of the three kinds, or items after it.
    #[error("no body of the dialect")]
    Kind,
    /// No message of this kind has this name.
    #[error("unknown message")]
    Name,
    /// A field is missing or has not the form that the dialect gives it.
    #[error("field `{field}` has not its form")]
    Field {
        /// The field's name in the dialect document.
        field: &'static str,
    },
    /// The items are not written in the deterministic form.
    #[error("CBOR in another than the deterministic form")]
    Form,
}
