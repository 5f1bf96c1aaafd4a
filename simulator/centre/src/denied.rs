//! Refusals on the https part.

use centre_wire::word::refusal;
use centre_wire::{Refusal, Word, caps};

/// Why nothing is done during maintenance.
pub(crate) const STANDS_STILL: &str = "the centre stands still for maintenance";

/// A refusal on the https part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub refusal: Refusal,
}

pub(crate) fn session_unknown() -> Denied {
    denied(404, refusal::SESSION_UNKNOWN, "no such session of this account")
}

pub(crate) fn answers_refused(why: &str) -> Denied {
    denied(409, refusal::ANSWERS_REFUSED, why)
}

impl Denied {
    /// A body that is not of the protocol.
    #[must_use]
    pub fn bad_message() -> Self {
        denied(400, refusal::BAD_MESSAGE, "the body is not of the protocol")
    }

    /// An operation that the protocol reserves.
    #[must_use]
    pub fn not_offered() -> Self {
        denied(404, refusal::NOT_OFFERED, "not offered")
    }

    /// In the time of maintenance.
    pub(crate) fn stands_still() -> Self {
        denied(503, refusal::MAINTENANCE, STANDS_STILL)
    }

    /// No bearer token.
    #[must_use]
    pub fn no_token() -> Self {
        denied(401, refusal::TOKEN_REFUSED, "no token: log in")
    }
}

pub(crate) fn denied(status: u16, word: &str, message: &str) -> Denied {
    let message = message.chars().take(caps::REFUSAL_MESSAGE).collect();
    // The words of this room are words; "refused" stands for the impossible case.
    match Word::try_from(word) {
        Ok(code) => Denied { status, refusal: Refusal { code, message } },
        Err(_) => denied(status, "refused", ""),
    }
}
