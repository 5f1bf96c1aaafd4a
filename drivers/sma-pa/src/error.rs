//! Why the driver cannot go on.

use failure::codes;
use model::FailureCode;
use reader::DriverError;
use thiserror::Error;

/// Why the driver cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SmaPaError {
    /// Nothing that belongs to this session came any more.
    #[error("no sign of life: {what}")]
    Silent {
        /// What was waited for.
        what: &'static str,
    },
    /// Something came, but nothing intelligible.
    #[error("nothing intelligible: {what}")]
    Garbled {
        /// What was waited for.
        what: &'static str,
    },
    /// The unit sends noise without end between its frames.
    #[error("noise without end")]
    Babble,
    /// The unit sends frames without end.
    #[error("more than {most} frames in a second")]
    Flood {
        /// Frames allowed.
        most: u32,
    },
    /// A whole, unharmed frame holds what the dialect does not know.
    #[error("message outside the dialect: {0}")]
    Message(#[from] sma_pa_frames::FrameError),
    /// The unit hears, but takes nothing any more.
    #[error("a message was not acknowledged after {transmissions} transmissions")]
    Unacknowledged {
        /// How often it was sent.
        transmissions: u32,
    },
    /// The terminal asks faster than the reader takes.
    #[error("more than {most} messages wait for the reader")]
    Backlog {
        /// Messages allowed.
        most: usize,
    },
    /// The unit on the port is another one.
    #[error("the unit says it is a {model:?}")]
    WrongModel {
        /// What it says; printable ASCII.
        model: String,
    },
    /// The unit's self-test failed.
    #[error("self-test failed with number {number:02}")]
    SelfTest {
        /// The unit's number for what failed.
        number: u8,
    },
    /// The unit reported a fault of its own.
    #[error("the unit reports fault {number:02}")]
    Fault {
        /// The unit's number for it.
        number: u8,
    },
    /// The unit was switched off and on.
    #[error("the unit started anew by itself")]
    Restarted,
    /// The link reached its end.
    #[error("the unit was unplugged")]
    Unplugged,
}

impl DriverError for SmaPaError {
    fn code(&self) -> FailureCode {
        match self {
            Self::Silent { .. } | Self::Unacknowledged { .. } | Self::Backlog { .. } => codes::READER_SILENT,
            Self::Garbled { .. } | Self::Babble | Self::Flood { .. } | Self::Message(_) => {
                codes::READER_GARBLED
            }
            Self::WrongModel { .. } => codes::READER_WRONG_MODEL,
            Self::SelfTest { .. } | Self::Fault { .. } => codes::READER_FAULT,
            Self::Restarted | Self::Unplugged => codes::READER_UNPLUGGED,
        }
    }
}
