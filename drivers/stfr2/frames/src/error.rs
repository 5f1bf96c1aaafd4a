//! Why bytes are not a report, or a message has none.

use thiserror::Error;

/// Why bytes are not a report, or a message has none. Never carries the bytes: they may hold 照合番号B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Not as long as a report.
    #[error("{have} bytes are no report")]
    Size {
        /// Bytes there.
        have: usize,
    },
    /// The sum differs.
    #[error("sum of the report wrong")]
    Sum,
    /// No report of this side has this id.
    #[error("unknown report")]
    Id,
    /// Bytes after the payload, a count past its end, or a field of the header that must be 0.
    #[error("form of the report wrong")]
    Form,
    /// A fragment that has no place here.
    #[error("fragment out of place")]
    Fragment,
    /// The message is longer than the dialect allows.
    #[error("message of {length} bytes, at most {most} are allowed")]
    Length {
        /// Bytes wanted.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// No message of this side has this type.
    #[error("unknown message")]
    Type,
    /// A field has not the form that the dialect gives it.
    #[error("field `{field}` has not its form")]
    Field {
        /// The field's name in the dialect document.
        field: &'static str,
    },
}
