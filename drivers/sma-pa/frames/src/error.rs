//! Why bytes are not a frame, or a message has none.

use thiserror::Error;

/// Why bytes are not a frame, or a message has none. Never carries the bytes: they may hold a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The bytes end before the frame does.
    #[error("frame cut short after {have} bytes")]
    Short {
        /// Bytes there.
        have: usize,
    },
    /// Bytes follow the end of the frame.
    #[error("{extra} bytes after the end of the frame")]
    Long {
        /// Bytes too many.
        extra: usize,
    },
    /// The bytes do not begin like a frame, or the check of the header differs.
    #[error("frame header damaged")]
    Header,
    /// The body is longer than the dialect allows.
    #[error("body of {length} bytes, at most {most} are allowed")]
    Length {
        /// Bytes wanted.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The CRC-32 differs.
    #[error("frame check wrong")]
    Check,
    /// No message of this side has this kind.
    #[error("unknown message")]
    Kind,
    /// The body is not the JSON text that this kind has.
    #[error("body has not the form of its message")]
    Body,
    /// A field has not the form that the dialect gives it.
    #[error("field `{field}` has not its form")]
    Field {
        /// The field's name in the dialect document.
        field: &'static str,
    },
}
