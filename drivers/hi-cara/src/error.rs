//! Why the driver cannot go on.

use failure::codes;
use model::FailureCode;
use reader::DriverError;
use thiserror::Error;

/// Why the driver cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HiCaraError {
    /// Nothing came back.
    #[error("no reply after {transmissions} transmissions")]
    Silent {
        /// How often the request was said.
        transmissions: u32,
    },
    /// Damage came back.
    #[error("no intelligible reply after {transmissions} transmissions")]
    Garbled {
        /// How often the request was said.
        transmissions: u32,
    },
    /// The stream is damaged again and again.
    #[error("damage without end")]
    Noise,
    /// The unit says more than anybody asked for.
    #[error("more than {most} frames in one second that answer nothing")]
    Endless {
        /// Frames allowed.
        most: u32,
    },
    /// The unit does not begin.
    #[error("the unit refuses to begin")]
    Refused,
    /// The terminal asks faster than the unit takes.
    #[error("more than {most} requests wait for the unit")]
    Backlog {
        /// Requests allowed.
        most: usize,
    },
    /// The unit at the address is another one.
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
    /// The unit was switched off and on, or lost the session.
    #[error("the unit started anew by itself")]
    Restarted,
    /// The link reached its end.
    #[error("the unit was unplugged")]
    Unplugged,
}

impl DriverError for HiCaraError {
    fn code(&self) -> FailureCode {
        match self {
            Self::Silent { .. } | Self::Backlog { .. } => codes::READER_SILENT,
            Self::Garbled { .. } | Self::Noise | Self::Endless { .. } | Self::Refused => {
                codes::READER_GARBLED
            }
            Self::WrongModel { .. } => codes::READER_WRONG_MODEL,
            Self::SelfTest { .. } | Self::Fault { .. } => codes::READER_FAULT,
            Self::Restarted | Self::Unplugged => codes::READER_UNPLUGGED,
        }
    }
}
