//! Why the driver cannot go on.

use failure::codes;
use model::FailureCode;
use reader::DriverError;
use thiserror::Error;

/// Why the driver cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CaoraError {
    /// Nothing came back.
    #[error("no answer to {what} after {transmissions} transmissions")]
    Silent {
        /// What was sent.
        what: &'static str,
        /// How often.
        transmissions: u32,
    },
    /// Something came back, but nothing that the dialect knows.
    #[error("no intelligible answer to {what} after {transmissions} transmissions")]
    Garbled {
        /// What was sent.
        what: &'static str,
        /// How often.
        transmissions: u32,
    },
    /// The reader does not give the line back.
    #[error("more than {most} messages in one turn")]
    Endless {
        /// Messages allowed.
        most: u32,
    },
    /// The terminal asks faster than the reader takes.
    #[error("more than {most} blocks wait for the reader")]
    Backlog {
        /// Blocks allowed.
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

impl DriverError for CaoraError {
    fn code(&self) -> FailureCode {
        match self {
            Self::Silent { .. } | Self::Backlog { .. } => codes::READER_SILENT,
            Self::Garbled { .. } | Self::Endless { .. } => codes::READER_GARBLED,
            Self::WrongModel { .. } => codes::READER_WRONG_MODEL,
            Self::SelfTest { .. } | Self::Fault { .. } => codes::READER_FAULT,
            Self::Restarted | Self::Unplugged => codes::READER_UNPLUGGED,
        }
    }
}
