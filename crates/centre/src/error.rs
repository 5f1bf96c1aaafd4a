//! What can go wrong between terminal and centre, and the stable code of each.

use centre_wire::{Word, word::refusal};
use failure::codes;
use model::{FaceAccount, FailureCode};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A failure between terminal and centre. `endpoint` is the configured `host:port`. Holds nothing personal.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CentreError {
    /// A configuration value is wrong.
    #[error("centre configuration: {key}: {cause}")]
    Config {
        /// Which value.
        key: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// A certificate or key file cannot be used.
    #[error("centre configuration: {}: {cause}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// No connection: refused, no route, name not resolved or not in time.
    #[error("centre {endpoint} cannot be reached: {cause}")]
    Unreachable {
        /// Where.
        endpoint: String,
        /// Why.
        cause: String,
    },
    /// Connected, then nothing.
    #[error("centre {endpoint} said nothing for {} ms; awaited: {awaited}", waited.as_millis())]
    Silent {
        /// Where.
        endpoint: String,
        /// How long.
        waited: Duration,
        /// For what.
        awaited: Awaited,
    },
    /// The centre's certificate is not to be trusted.
    #[error("the certificate of centre {endpoint} is not trusted: {cause}")]
    Untrusted {
        /// Where.
        endpoint: String,
        /// Why.
        cause: String,
    },
    /// The terminal's certificate was refused.
    #[error("centre {endpoint} refused the terminal's certificate: {alert}")]
    TerminalCertificateRefused {
        /// Where.
        endpoint: String,
        /// The TLS alert.
        alert: String,
    },
    /// The face account was refused.
    #[error("centre {endpoint} refused the login of account {account}")]
    LoginRefused {
        /// Where.
        endpoint: String,
        /// Whose.
        account: FaceAccount,
    },
    /// What came is no answer.
    #[error("centre {endpoint} sent no answer that can be used: {cause}")]
    Garbled {
        /// Where.
        endpoint: String,
        /// What is wrong with it; quotes nothing of it.
        cause: String,
    },
    /// The centre refused, in one word.
    #[error("centre {endpoint} refused: {word}")]
    Refused {
        /// Where.
        endpoint: String,
        /// Why (module [`centre_wire::word::refusal`]).
        word: Word,
    },
    /// The centre stands still for maintenance.
    #[error("centre {endpoint} stands still for maintenance")]
    Maintenance {
        /// Where.
        endpoint: String,
    },
    /// The relay took more commands, bytes or time than a relay may.
    #[error("the relay with centre {endpoint} exceeded its limit of {limit}")]
    RelayLimit {
        /// Where.
        endpoint: String,
        /// Which limit.
        limit: &'static str,
    },
}

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// The TLS handshake.
    Handshake,
    /// The reply to a login.
    Login,
    /// The upgrade to a websocket.
    Upgrade,
    /// The nonce of a relay.
    Nonce,
    /// The next command, or the answer.
    RelayMessage,
    /// That the centre takes what the terminal sends.
    Sending,
    /// The list of screens.
    Screens,
    /// The result.
    Result,
    /// The answer to a look-up.
    Answer,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handshake => "TLS handshake",
            Self::Login => "reply to the login",
            Self::Upgrade => "start of the relay",
            Self::Nonce => "nonce",
            Self::RelayMessage => "next relay message",
            Self::Sending => "taking our message",
            Self::Screens => "list of consent screens",
            Self::Result => "result",
            Self::Answer => "answer to the look-up",
        })
    }
}

impl CentreError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Config { .. } | Self::File { .. } => codes::CONFIG_INVALID,
            Self::Unreachable { .. } => codes::CENTRE_UNREACHABLE,
            Self::Silent { .. } => codes::CENTRE_SILENT,
            Self::Untrusted { .. } => codes::CENTRE_UNTRUSTED,
            Self::TerminalCertificateRefused { .. } => codes::TERMINAL_CERTIFICATE_REFUSED,
            Self::LoginRefused { .. } => codes::CENTRE_LOGIN_REFUSED,
            Self::Garbled { .. } => codes::CENTRE_GARBLED,
            Self::Refused { word, .. } => code_of(word.as_str()),
            Self::Maintenance { .. } => codes::CENTRE_MAINTENANCE,
            Self::RelayLimit { .. } => codes::RELAY_LIMIT,
        }
    }
}

fn code_of(word: &str) -> FailureCode {
    match word {
        refusal::NOT_REGISTERED => codes::NOT_REGISTERED,
        refusal::CERTIFICATE_REVOKED => codes::CERTIFICATE_REVOKED,
        refusal::CARD_REPLACED => codes::CARD_REPLACED,
        refusal::CERTIFICATE_EXPIRED => codes::CERTIFICATE_EXPIRED,
        refusal::CERTIFICATE_UNTRUSTED => codes::CERTIFICATE_UNTRUSTED,
        refusal::SIGNATURE_REFUSED => codes::SIGNATURE_REFUSED,
        refusal::LOGIN_REFUSED => codes::CENTRE_LOGIN_REFUSED,
        _ => codes::CENTRE_REFUSED,
    }
}
