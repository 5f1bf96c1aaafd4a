//! Refusals as problem details (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a request was not carried out.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    pub(super) detail: String,
    /// The reader's state at that moment.
    pub(super) seen: Option<Value>,
}

impl Problem {
    pub(super) fn not_found(what: &'static str, name: &str) -> Self {
        let detail = format!("`{}` is not known", name.chars().take(64).collect::<String>());
        Self { status: StatusCode::NOT_FOUND, title: what, detail, seen: None }
    }

    /// The world is not in the state for this.
    pub(super) fn conflict(title: &'static str, seen: Option<Value>) -> Self {
        Self { status: StatusCode::CONFLICT, title, detail: String::new(), seen }
    }

    pub(super) fn bad_request(title: &'static str, detail: impl std::fmt::Display) -> Self {
        Self { status: StatusCode::BAD_REQUEST, title, detail: detail.to_string(), seen: None }
    }

    /// A wait reached its bound.
    pub(super) fn timed_out(waited_for: String, seen: Value) -> Self {
        let title = "this did not come true in time";
        Self { status: StatusCode::REQUEST_TIMEOUT, title, detail: waited_for, seen: Some(seen) }
    }

    /// The simulator itself failed.
    pub(super) fn broken(detail: impl std::fmt::Display) -> Self {
        let title = "the simulator failed";
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, title, detail: detail.to_string(), seen: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({ "status": self.status.as_u16(), "title": self.title });
        if let Some(fields) = body.as_object_mut() {
            if !self.detail.is_empty() {
                fields.insert(String::from("detail"), self.detail.into());
            }
            if let Some(seen) = self.seen {
                fields.insert(String::from("seen"), seen);
            }
        }
        let mut response = (self.status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
