//! Why the driver cannot go on.

use failure::codes;
use model::FailureCode;
use reader::DriverError;
use std::time::Duration;
use thiserror::Error;

/// Why the driver cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Stfr2Error {
    /// Nothing came, or nothing was acknowledged.
    #[error("no {awaited} within {limit:?}")]
    Silent {
        /// What was waited for.
        awaited: &'static str,
        /// So long.
        limit: Duration,
    },
    /// Something came, but nothing that the dialect knows.
    #[error("no intelligible {awaited} within {limit:?}")]
    Garbled {
        /// What was waited for.
        awaited: &'static str,
        /// So long.
        limit: Duration,
    },
    /// Too many reports are damaged or make no sense.
    #[error("{reports} senseless reports within {within:?}")]
    Noise {
        /// So many.
        reports: usize,
        /// Within so long.
        within: Duration,
    },
    /// More reports than the link can carry.
    #[error("more reports than such a link carries")]
    Flood,
    /// The unit hears the terminal no longer.
    #[error("the unit does not hear the terminal")]
    Unheard,
    /// The unit on the device is another one.
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

impl DriverError for Stfr2Error {
    fn code(&self) -> FailureCode {
        match self {
            Self::Silent { .. } | Self::Unheard => codes::READER_SILENT,
            Self::Garbled { .. } | Self::Noise { .. } | Self::Flood => codes::READER_GARBLED,
            Self::WrongModel { .. } => codes::READER_WRONG_MODEL,
            Self::SelfTest { .. } | Self::Fault { .. } => codes::READER_FAULT,
            Self::Restarted | Self::Unplugged => codes::READER_UNPLUGGED,
        }
    }
}
