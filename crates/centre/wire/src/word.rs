//! Code words: what a centre says in one word, safe to show because it cannot hold a name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// 1 to 40 letters or '_', ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Word(String);

/// Why text is not a code word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code word: expected 1 to 40 letters or '_'")]
pub struct WordError;

impl Word {
    /// The word as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Word {
    type Error = WordError;
    fn try_from(text: &str) -> Result<Self, WordError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Word {
    type Error = WordError;
    fn try_from(text: String) -> Result<Self, WordError> {
        let fits =
            (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        if fits { Ok(Self(text)) } else { Err(WordError) }
    }
}

impl From<Word> for String {
    fn from(word: Word) -> Self {
        word.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a centre refuses; any other word is a reason of its own.
pub mod refusal {
    /// The card is not registered as insurance card.
    pub const NOT_REGISTERED: &str = "not_registered";
    /// The card's certificate stands on the revocation list.
    pub const CERTIFICATE_REVOKED: &str = "certificate_revoked";
    /// A newer card was issued to this person; this one is no longer the one in use.
    pub const CARD_REPLACED: &str = "card_replaced";
    /// The centre stands still for announced maintenance.
    pub const MAINTENANCE: &str = "maintenance";
    /// The card's certificate has expired beyond the grace.
    pub const CERTIFICATE_EXPIRED: &str = "certificate_expired";
    /// The card's certificate does not lead to the card CA or is not for authentication.
    pub const CERTIFICATE_UNTRUSTED: &str = "certificate_untrusted";
    /// The signature is not the card's over this relay's text.
    pub const SIGNATURE_REFUSED: &str = "signature_refused";
    /// The card answered a command with a fault.
    pub const CARD_FAILED: &str = "card_failed";
    /// The account or its password is wrong.
    pub const LOGIN_REFUSED: &str = "login_refused";
    /// The bearer token is missing, unknown or has expired: log in again.
    pub const TOKEN_REFUSED: &str = "token_refused";
    /// No such session, or it belongs to another account.
    pub const SESSION_UNKNOWN: &str = "session_unknown";
    /// An answer names a screen that was not wanted, or the screens were answered otherwise before.
    pub const ANSWERS_REFUSED: &str = "answers_refused";
    /// The message is not one of the protocol or comes out of turn.
    pub const BAD_MESSAGE: &str = "bad_message";
    /// The operation is reserved.
    pub const NOT_OFFERED: &str = "not_offered";
}

/// What a centre remarks beside a result; any other word may be shown as it is.
pub mod warning {
    /// The card's certificate expires within three months.
    pub const CERTIFICATE_EXPIRES_SOON: &str = "certificate_expires_soon";
    /// The card's certificate has expired; qualification only until the grace ends.
    pub const CERTIFICATE_IN_GRACE: &str = "certificate_in_grace";
    /// 公費 (PMH) was agreed to and the municipality gave no answer; that is no "none".
    pub const SUBSIDY_UNANSWERED: &str = "subsidy_unanswered";
}
