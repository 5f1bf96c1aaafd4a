//! Why bytes are not a frame, or a message has none.

use thiserror::Error;

/// Why bytes are not a frame, or a message has none. Never carries the bytes: they may hold a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The bytes end before the block does.
    #[error("block cut short after {have} bytes")]
    Short {
        /// Bytes there.
        have: usize,
    },
    /// Bytes follow the end of the block.
    #[error("{extra} bytes after the end of the block")]
    Long {
        /// Bytes too many.
        extra: usize,
    },
    /// Start, number or length is not one.
    #[error("block header damaged")]
    Header,
    /// The body is longer than the dialect allows.
    #[error("body of {length} characters, at most {most} are allowed")]
    Length {
        /// Characters wanted.
        length: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A character outside printable ASCII, or no ETX where the length says it is.
    #[error("character outside the dialect in the body")]
    Character,
    /// The check character differs.
    #[error("block check character wrong")]
    Check,
    /// No message begins like this.
    #[error("unknown message")]
    Verb,
    /// A field has not the form that the dialect gives it.
    #[error("field `{field}` has not its form")]
    Field {
        /// The field's name in the dialect document.
        field: &'static str,
    },
}
