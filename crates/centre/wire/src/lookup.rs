//! Bodies of a look-up: what is asked without a card, and the answer.

use crate::body::{body, hides};
use crate::{Word, caps};
use model::Lookup;
use serde::{Deserialize, Serialize};

/// `POST` to this for an answer.
pub const LOOKUPS: &str = "/v1/lookups";

/// What stands on a 資格確認書. Personal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LookupRequest(pub Lookup);

/// The answer, in a document that repeats what was asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupReply {
    /// The XML of oqs-files.md section 7 with the echo of section 8.1, UTF-8. Personal.
    pub qualification: String,
    /// Remarks (module [`crate::word::warning`]).
    pub warnings: Vec<Word>,
}

hides!(LookupRequest, LookupReply);

// A fault names the field and never what stands in it.
body!(LookupRequest, "look-up", caps::SMALL_BODY, |request| request.0.check().err().map(|fault| fault.field));
body!(LookupReply, "answer to a look-up", caps::RESULT_BODY, |reply| {
    (reply.warnings.len() > caps::WARNINGS).then_some("too many warnings")
});
