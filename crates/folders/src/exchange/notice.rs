//! What an exchange tells its caller: for the log, the counters and the board. No name, no value.

use crate::FolderError;
use model::FailureCode;
use oqs::{Extension, Family, Refusal, Warning};

/// One of the two folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `req`: from the receipt computer.
    Requests,
    /// `res`: to the receipt computer.
    Answers,
}

/// What happened.
#[derive(Debug)]
pub enum Notice {
    /// A folder cannot be reached, read or written. Said once, until it is back; what waits is kept.
    Away {
        /// Which.
        side: Side,
        /// Why.
        error: FolderError,
    },
    /// A folder that was away works again; what came meanwhile is answered now.
    Back {
        /// Which.
        side: Side,
    },
    /// The system gives no events of `req`, for the reason named: it is looked at every second. Said once.
    NoEvents {
        /// What the system said; names folders only.
        reason: String,
    },
    /// The centre's answer is in `res`, and the request is gone.
    Answered {
        /// Characters that the encoding could not hold.
        warnings: Vec<Warning>,
    },
    /// A technical failure is in `res` in the answer's place.
    Failed {
        /// Its code.
        code: FailureCode,
    },
    /// The answer was there already; the request, left by a crash or an outage, is gone.
    AnsweredBefore,
    /// A request went back into `res` with an `.err` beside it.
    Refused {
        /// What it was about.
        family: Family,
        /// Why.
        refusal: Refusal,
    },
    /// A file in `req` is left alone. Said once for each kind.
    LeftAlone(LeftAlone),
}

/// A file in `req` that is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftAlone {
    /// Not of the interface's form.
    Unknown,
    /// Of the interface's form, but no request in plain XML: an answer, or encrypted.
    NoRequest {
        /// What it is about.
        family: Family,
        /// What kind of file it is.
        extension: Extension,
    },
    /// Named like a request, but a folder, a link or a device.
    NotAFile,
    /// A request that cannot be read, taken back or moved.
    Stuck {
        /// What it is about.
        family: Family,
    },
}

impl Notice {
    /// The catalogue's code, where something is wrong.
    #[must_use]
    pub const fn code(&self) -> Option<FailureCode> {
        match self {
            Self::Away { .. } => Some(failure::codes::FOLDER_EXCHANGE_AWAY),
            Self::Failed { code } => Some(*code),
            Self::Refused { refusal, .. } => Some(refusal.code()),
            Self::Back { .. }
            | Self::NoEvents { .. }
            | Self::Answered { .. }
            | Self::AnsweredBefore
            | Self::LeftAlone(_) => None,
        }
    }
}
