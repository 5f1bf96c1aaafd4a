//! Why the driver cannot go on.

use failure::codes;
use model::FailureCode;
use reader::DriverError;
use std::time::Duration;
use thiserror::Error;

/// Why the driver cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExcError {
    /// Nothing came in so long a time.
    #[error("nothing heard for {time:?}")]
    Silent {
        /// How long was waited.
        time: Duration,
    },
    /// Something came in that time, but nothing that the dialect knows.
    #[error("nothing intelligible heard for {time:?}")]
    Garbled {
        /// How long was waited.
        time: Duration,
    },
    /// Damage without end among what can be understood.
    #[error("damage that went on for {time:?}")]
    Noisy {
        /// How long it went on.
        time: Duration,
    },
    /// The unit speaks but does not acknowledge.
    #[error("no acknowledgement after {transmissions} transmissions")]
    Unacknowledged {
        /// How often the oldest message was sent.
        transmissions: u32,
    },
    /// The unit let the session go because it did not hear the terminal.
    #[error("the unit does not hear the terminal")]
    Unheard,
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
    /// The unit was switched off and on, or began anew by itself.
    #[error("the unit started anew by itself")]
    Restarted,
    /// The link reached its end.
    #[error("the unit was unplugged")]
    Unplugged,
}

impl DriverError for ExcError {
    fn code(&self) -> FailureCode {
        match self {
            Self::Silent { .. } | Self::Unacknowledged { .. } | Self::Unheard => codes::READER_SILENT,
            Self::Garbled { .. } | Self::Noisy { .. } => codes::READER_GARBLED,
            Self::WrongModel { .. } => codes::READER_WRONG_MODEL,
            Self::SelfTest { .. } | Self::Fault { .. } => codes::READER_FAULT,
            Self::Restarted | Self::Unplugged => codes::READER_UNPLUGGED,
        }
    }
}
