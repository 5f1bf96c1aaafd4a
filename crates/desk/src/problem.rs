//! Problem details (RFC 9457) with the failure's stable code.

use crate::forms::CodeForm;
use crate::port::DeskFault;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use failure::codes;
use model::{FailureCode, LookupFault, ResultId};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    status: StatusCode,
    code: FailureCode,
    oldest: Option<ResultId>,
    reason: Option<&'static Reason>,
    field: Option<LookupFault>,
    wait: Option<Duration>,
}

/// Why exactly, where one code has several reasons.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reason {
    /// Stable.
    pub(crate) word: &'static str,
    pub(crate) ja: &'static str,
    pub(crate) en: &'static str,
}

/// Problem details (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// Where the code is explained.
    #[serde(rename = "type")]
    kind: String,
    /// The code in words, English.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// What happened and what to do, Japanese.
    detail: String,
    /// The same in English.
    detail_en: String,
    /// The stable code.
    #[schema(value_type = CodeForm)]
    code: &'static str,
    /// For `API_GONE`: the first id from which on nothing was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<u64>,
    /// For `STAFF_ACT_UNTIMELY`: `no_visit`, `other_visit`, `untimely`, `reader_not_ready` or `busy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The field of the request that has another form than it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// The form that this field should have.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'static str>,
}

impl Problem {
    pub(crate) const fn new(status: StatusCode, code: FailureCode) -> Self {
        Self { status, code, oldest: None, reason: None, field: None, wait: None }
    }

    /// A field of the request has a wrong form.
    pub(crate) const fn field(fault: LookupFault) -> Self {
        Self { field: Some(fault), ..Self::bad_request() }
    }

    /// Come again after that time.
    pub(crate) const fn too_often(code: FailureCode, wait: Duration) -> Self {
        Self { wait: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, code) }
    }

    pub(crate) const fn because(status: StatusCode, code: FailureCode, reason: &'static Reason) -> Self {
        Self { reason: Some(reason), ..Self::new(status, code) }
    }

    pub(crate) const fn bad_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, codes::API_BAD_REQUEST)
    }

    pub(crate) const fn too_long() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, codes::API_BAD_REQUEST)
    }

    pub(crate) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, codes::API_NOT_FOUND)
    }

    pub(crate) const fn gone(oldest: ResultId) -> Self {
        Self { oldest: Some(oldest), ..Self::new(StatusCode::GONE, codes::API_GONE) }
    }

    pub(crate) const fn internal() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, codes::INTERNAL)
    }

    /// As JSON bytes.
    pub(crate) fn json(self) -> Vec<u8> {
        let code = self.code.as_str();
        let entry = failure::entry(self.code);
        // Whoever gets a reason stands at the desk; everything else is for whoever installs a program.
        let (detail, detail_en) = match self.reason {
            Some(reason) => (
                format!("{}{}{}", reason.ja, entry.cause.ja, entry.reception.ja),
                format!("{} {} {}", reason.en, entry.cause.en, entry.reception.en),
            ),
            None => (
                format!("{}{}", entry.cause.ja, entry.technician.ja),
                format!("{} {}", entry.cause.en, entry.technician.en),
            ),
        };
        crate::body::json(&ProblemBody {
            kind: format!("/v1/failures/{code}"),
            title: entry.cause.en,
            status: self.status.as_u16(),
            detail,
            detail_en,
            code,
            oldest: self.oldest.map(|id| id.0),
            reason: self.reason.map(|reason| reason.word),
            field: self.field.map(|fault| fault.field),
            form: self.field.map(|fault| fault.form),
        })
    }
}

impl From<DeskFault> for Problem {
    fn from(fault: DeskFault) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, fault.code)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.json()).into_response();
        let headers = response.headers_mut();
        if let Some(wait) = self.wait {
            // Whole seconds, at least one (RFC 9110 section 10.2.3).
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6750 section 3: no error is named when nothing was presented.
            let challenge = if self.code == codes::API_TOKEN_WRONG {
                "Bearer realm=\"uketsuke\", error=\"invalid_token\""
            } else {
                "Bearer realm=\"uketsuke\""
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
