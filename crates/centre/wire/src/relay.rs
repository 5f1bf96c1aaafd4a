//! The messages of a relay: JSON text frames tagged `type`.

use crate::{Command, Nonce, Response, WireError, Word, caps, read, write};
use model::{CentreSession, FaceAccount, Validity, VisitId};
use serde::{Deserialize, Serialize};

/// What a relay is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Identity was confirmed by face or by staff: the card signs without PIN.
    PinLess,
    /// The terminal verified the PIN on the card just before.
    Pin,
    /// As [`Operation::PinLess`], and the card is registered as insurance card.
    RegisterPinLess,
    /// As [`Operation::Pin`], and the card is registered as insurance card.
    RegisterPin,
}

impl Operation {
    /// Where the relay is opened.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::PinLess => "/v1/relay/pin-less",
            Self::Pin => "/v1/relay/pin",
            Self::RegisterPinLess => "/v1/relay/registration/pin-less",
            Self::RegisterPin => "/v1/relay/registration/pin",
        }
    }

    /// The purpose that the text to be signed begins with.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::PinLess => "uketsuke relay v1 pin-less",
            Self::Pin => "uketsuke relay v1 pin",
            Self::RegisterPinLess => "uketsuke relay v1 registration pin-less",
            Self::RegisterPin => "uketsuke relay v1 registration pin",
        }
    }

    /// Whether the card signs after its PIN, and not by the stand-in.
    #[must_use]
    pub const fn with_pin(self) -> bool {
        matches!(self, Self::Pin | Self::RegisterPin)
    }

    /// Whether the card is registered by it.
    #[must_use]
    pub const fn registers(self) -> bool {
        matches!(self, Self::RegisterPinLess | Self::RegisterPin)
    }
}

/// From the terminal to the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TerminalMessage {
    /// The first message.
    Open {
        /// Whose visit.
        visit: VisitId,
        /// The reader's account; the one that logged in.
        account: FaceAccount,
    },
    /// The card's answer to the command before.
    Response {
        /// The answer.
        apdu: Response,
    },
    /// The terminal ends the relay: the guard refused a command, the card is gone.
    Refuse {
        /// The terminal's failure code.
        code: Word,
    },
}

/// From the centre to the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CentreMessage {
    /// The answer to `open`, before any command.
    Nonce {
        /// The centre's name for this relay.
        session: CentreSession,
        /// Fresh.
        nonce: Nonce,
    },
    /// For the card.
    Command {
        /// The command.
        apdu: Command,
    },
    /// The last message: the card was accepted.
    Answer {
        /// The session of the nonce.
        session: CentreSession,
        /// What is known of the insurance.
        validity: Validity,
    },
    /// The last message: refused.
    Refused {
        /// Why, in one word (module [`crate::word::refusal`]).
        code: Word,
        /// Why, in a sentence; not shown by the terminal.
        message: String,
    },
}

impl TerminalMessage {
    /// The message as a text frame.
    #[must_use]
    pub fn to_text(&self) -> String {
        write(self)
    }

    /// Reads a text frame.
    ///
    /// # Errors
    /// If it is too long or not of this form.
    pub fn from_text(text: &str) -> Result<Self, WireError> {
        read("terminal message", text.as_bytes(), caps::RELAY_MESSAGE)
    }
}

impl CentreMessage {
    /// The message as a text frame.
    #[must_use]
    pub fn to_text(&self) -> String {
        write(self)
    }

    /// Reads a text frame.
    ///
    /// # Errors
    /// If it is too long, not of this form, or names a session in foreign characters.
    pub fn from_text(text: &str) -> Result<Self, WireError> {
        const WHAT: &str = "centre message";
        let message = read(WHAT, text.as_bytes(), caps::RELAY_MESSAGE)?;
        match &message {
            Self::Nonce { session, .. } | Self::Answer { session, .. } => check_session(WHAT, session)?,
            Self::Refused { message, .. } if message.chars().count() > caps::REFUSAL_MESSAGE => {
                return Err(WireError::Content { what: WHAT, fault: "message too long" });
            }
            Self::Refused { .. } | Self::Command { .. } => {}
        }
        Ok(message)
    }
}

/// A session's name becomes part of a path: letters, digits, '-' and '_' only.
pub(crate) fn check_session(what: &'static str, session: &CentreSession) -> Result<(), WireError> {
    if is_name(&session.0) {
        Ok(())
    } else {
        Err(WireError::Content { what, fault: "session must be 1 to 64 letters, digits, '-' or '_'" })
    }
}

pub(crate) fn is_name(text: &str) -> bool {
    (1..=caps::NAME).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
