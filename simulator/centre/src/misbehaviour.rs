//! What a broken or hostile centre does; data for scenarios and tests.

use serde::{Deserialize, Serialize};

/// One way to misbehave; holds until it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misbehaviour {
    /// Judge the signature of an earlier relay in place of the fresh one: what a replaying terminal would send.
    ReplayEarlierSignature,
    /// Refuse a good signature with a word that only this centre knows.
    RefuseForItsOwnReason,
    /// Ask the card to verify a PIN.
    AskVerify,
    /// Ask the card to sign another text than this relay's.
    AskOtherText,
    /// Select the card-face application.
    AskOtherApplication,
    /// Send commands without end.
    FloodCommands,
    /// Answer under another session's name.
    AnswerOtherSession,
    /// Answer a look-up with what is known of somebody else.
    AnswerAboutAnother,
    /// Break off in the middle of the result or of the answer to a look-up.
    HalfAnswer,
    /// Send what is no message.
    Garbage,
    /// Accept the connection and say nothing, not even for TLS.
    SilentAfterAccept,
    /// Say nothing from this step on.
    SilentAt(Step),
}

/// A step at which the centre speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The reply to a login.
    Login,
    /// The nonce.
    Nonce,
    /// The first command.
    FirstCommand,
    /// The command to sign.
    Sign,
    /// The answer after the signature.
    Answer,
    /// The list of screens.
    Screens,
    /// The result.
    Answers,
    /// The answer to a look-up.
    Lookup,
}
