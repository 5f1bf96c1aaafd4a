//! Bodies of the https part: login, screens, answers.

use crate::body::{body, hides};
use crate::relay::{check_session, is_name};
use crate::{Word, caps};
use model::{CentreSession, Consent, ConsentScreen, FaceAccount, Maintenance, ScreenAnswer, Timestamp};
use serde::{Deserialize, Serialize};

/// `POST` to this for a token.
pub const LOGIN: &str = "/v1/login";

/// Where the screens of a session are.
#[must_use]
pub fn screens_path(session: &CentreSession) -> String {
    format!("/v1/sessions/{}/screens", session.0)
}

/// Where the answers of a session go.
#[must_use]
pub fn answers_path(session: &CentreSession) -> String {
    format!("/v1/sessions/{}/answers", session.0)
}

/// A reader's face account and its password.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// One per reader.
    pub account: FaceAccount,
    /// 1 to 64 characters.
    pub password: String,
}

/// A bearer token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginReply {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// The next time at which the centre stands still, if it has announced one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
}

/// The status beside a [`Processing`] body: the answers or the look-up were taken, what follows is not ready.
pub const PROCESSING: u16 = 202;

/// The result, or the answer to a look-up, is still being made: ask the same again (SegmentOfResult 2 of the official
/// files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processing {
    /// At the earliest after so many milliseconds, 100 to 60,000.
    pub again_after_ms: u32,
}

/// What the centre wants asked, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreensReply {
    /// 0 to 16 screens.
    pub screens: Vec<ConsentScreen>,
}

/// What the patient answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersRequest {
    /// At most one per screen.
    pub answers: Vec<ScreenAnswer>,
}

/// The outcome of a visit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersReply {
    /// The session it belongs to; the terminal compares it.
    pub session: CentreSession,
    /// The XML of oqs-files.md section 7, UTF-8. Personal.
    pub qualification: String,
    /// The consents that stand.
    pub consents: Vec<Consent>,
    /// Remarks (module [`crate::word::warning`]).
    pub warnings: Vec<Word>,
}

/// The body beside every status other than 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Why, in one word (module [`crate::word::refusal`]).
    pub code: Word,
    /// Why, in a sentence; not shown by the terminal.
    pub message: String,
}

hides!(LoginRequest, LoginReply, AnswersReply);

body!(LoginRequest, "login", caps::SMALL_BODY, |login| {
    (!(1..=caps::NAME).contains(&login.password.chars().count()))
        .then_some("password must be 1 to 64 characters")
});
body!(LoginReply, "login reply", caps::SMALL_BODY, |reply| {
    (!is_name(&reply.token)).then_some("token must be 1 to 64 letters, digits, '-' or '_'")
});
body!(ScreensReply, "list of screens", caps::SMALL_BODY, |reply| {
    if reply.screens.len() > caps::SCREENS {
        return Some("too many screens");
    }
    let bad =
        |screen: &ConsentScreen| !is_screen(&screen.id) || !(1..=caps::ITEMS).contains(&screen.items.len());
    let doubled =
        reply.screens.iter().enumerate().any(|(n, s)| reply.screens.iter().take(n).any(|t| t.id == s.id));
    (doubled || reply.screens.iter().any(bad)).then_some("a screen has a wrong id, a double id or no items")
});
body!(AnswersRequest, "list of answers", caps::SMALL_BODY, |request| {
    let bad = request.answers.len() > caps::SCREENS || request.answers.iter().any(|a| !is_screen(&a.screen));
    bad.then_some("too many answers or a wrong screen id")
});
body!(AnswersReply, "result", caps::RESULT_BODY, |reply| {
    if check_session("result", &reply.session).is_err() {
        return Some("session must be 1 to 64 letters, digits, '-' or '_'");
    }
    (reply.consents.len() > caps::CONSENTS || reply.warnings.len() > caps::WARNINGS)
        .then_some("too many consents or warnings")
});
body!(Processing, "notice that it is processing", caps::SMALL_BODY, |processing| {
    (!(100..=60_000).contains(&processing.again_after_ms)).then_some("again_after_ms must be 100 to 60000")
});
body!(Refusal, "refusal", caps::SMALL_BODY, |refusal| {
    (refusal.message.chars().count() > caps::REFUSAL_MESSAGE).then_some("message too long")
});

fn is_screen(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
