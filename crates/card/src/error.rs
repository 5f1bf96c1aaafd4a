//! What can go wrong with a card, each with its stable code.

use crate::{ChannelError, PortraitError};
use failure::codes;
use model::FailureCode;
use std::fmt;

/// What was being done with the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// SELECT of the JPKI application.
    SelectJpki,
    /// SELECT of the card-face application.
    SelectFace,
    /// Reading the token label, JPKI EF 0006.
    ReadLabel,
    /// Reading the authentication certificate, JPKI EF 000A.
    ReadCertificate,
    /// The PIN file, JPKI EF 0018.
    Pin,
    /// 照合番号B, card face EF 0012.
    NumberB,
    /// Reading the card face, EF 0002.
    ReadFace,
    /// Reading the card face's key certificate, EF 0004.
    ReadFaceKey,
    /// Having the chip sign a challenge.
    ProveChip,
    /// Leaving the applications.
    EndSession,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelectJpki => "selecting the JPKI application",
            Self::SelectFace => "selecting the card-face application",
            Self::ReadLabel => "reading the token label (EF 0006)",
            Self::ReadCertificate => "reading the authentication certificate (EF 000A)",
            Self::Pin => "the PIN (EF 0018)",
            Self::NumberB => "照合番号B (EF 0012)",
            Self::ReadFace => "reading the card face (EF 0002)",
            Self::ReadFaceKey => "reading the card-face key certificate (EF 0004)",
            Self::ProveChip => "the chip's proof of itself",
            Self::EndSession => "leaving the card's applications",
        })
    }
}

/// Why a card did not do what was wanted. Carries no data of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The way to the card failed.
    #[error("{step}: {cause}")]
    Channel {
        /// During what.
        step: Step,
        /// How.
        cause: ChannelError,
    },
    /// Not a My Number Card, or one of the former 住基カード.
    #[error("the card is not a My Number Card")]
    NotMyNumberCard,
    /// A status word that this step cannot mean.
    #[error("{step}: the card answered {sw:04X}")]
    Status {
        /// During what.
        step: Step,
        /// The status word.
        sw: u16,
    },
    /// The bytes are not what the file should hold.
    #[error("{step}: {cause}")]
    Malformed {
        /// During what.
        step: Step,
        /// What is wrong with them.
        cause: &'static str,
    },
    /// 照合番号B was wrong.
    #[error("照合番号B is wrong, {left} tries left")]
    NumberBWrong {
        /// Tries left.
        left: u8,
    },
    /// One try of 照合番号B is left; it was not spent.
    #[error("照合番号B has one try left, it was not spent")]
    NumberBLastTry,
    /// 照合番号B is locked.
    #[error("照合番号B is locked")]
    NumberBLocked,
    /// The photo is not signed by a known issuer.
    #[error("the photo is not signed by a known issuer: {cause}")]
    PhotoForged {
        /// Which check failed.
        cause: &'static str,
    },
    /// The chip could not prove that the photo is its own.
    #[error("the photo belongs to another chip")]
    PhotoOfOtherChip,
    /// The photo cannot be decoded.
    #[error("the photo cannot be decoded: {0}")]
    Photo(#[from] PortraitError),
}

impl CardError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> FailureCode {
        match self {
            Self::Channel { cause, .. } => cause.code(),
            Self::NotMyNumberCard => codes::CARD_OTHER,
            Self::Status { .. } | Self::Malformed { .. } => codes::CARD_UNREADABLE,
            Self::NumberBWrong { .. } => codes::NUMBER_B_WRONG,
            Self::NumberBLastTry => codes::NUMBER_B_LAST_TRY,
            Self::NumberBLocked => codes::NUMBER_B_LOCKED,
            Self::PhotoForged { .. } => codes::PHOTO_FORGED,
            Self::PhotoOfOtherChip => codes::PHOTO_OF_OTHER_CHIP,
            Self::Photo(cause) => cause.code(),
        }
    }
}
