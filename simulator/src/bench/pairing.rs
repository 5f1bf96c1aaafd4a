//! One-time codes for the bench's page, and the cookie that it gets for one. Both end with this simulator.

use axum::http::header::{COOKIE, InvalidHeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pages::{CODE_LETTERS, OneTimeCodes};
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

use super::guard::Guard;
use super::problem::Problem;

/// How long a further code holds.
const HOLDS: Duration = Duration::from_secs(300);
/// 256 bits, as text.
pub(super) fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The open codes.
#[derive(Default)]
pub(super) struct Pairings(Mutex<OneTimeCodes<()>>);

impl Pairings {
    /// Makes a code that holds for a time, or until it is used.
    pub(super) fn make(&self, holds: Option<Duration>) -> Result<String, getrandom::Error> {
        let mut random = [0_u8; CODE_LETTERS];
        getrandom::fill(&mut random)?;
        Ok(self.lock().make(random, (), holds.map(|holds| Instant::now() + holds)))
    }

    /// Takes a code, once; whether it was one.
    fn redeem(&self, presented: &str) -> bool {
        self.lock().redeem(presented, &Instant::now()).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, OneTimeCodes<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one cookie of this bench. Its name carries the port, because cookies do not know ports.
pub(super) struct Cookie {
    name: String,
    value: String,
}

impl Cookie {
    pub(super) fn fresh(port: u16) -> Result<Self, getrandom::Error> {
        Ok(Self { name: format!("uketsuke-bench-{port}"), value: secret()? })
    }

    /// The header that gives it to a page.
    pub(super) fn header(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        HeaderValue::try_from(format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.name, self.value))
    }

    /// Whether a request carries it.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .any(|(_, value)| value.as_bytes().ct_eq(self.value.as_bytes()).into())
    }
}

/// Makes a code for a page.
pub(super) async fn make_code(Extension(guard): Extension<Arc<Guard>>) -> Result<Response, Problem> {
    let code = guard.pairings.make(Some(HOLDS)).map_err(Problem::broken)?;
    let body = json!({ "code": code, "holds_seconds": HOLDS.as_secs() });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Not `Debug`: the code is a secret until it is used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedeemRequest {
    code: String,
}

/// Exchanges a code for the cookie.
pub(super) async fn redeem(
    Extension(guard): Extension<Arc<Guard>>,
    Json(request): Json<RedeemRequest>,
) -> Result<Response, Problem> {
    if !guard.pairings.redeem(&request.code) {
        let title = "the code is wrong or over";
        return Err(Problem { status: StatusCode::FORBIDDEN, title, detail: String::new(), seen: None });
    }
    let cookie = guard.cookie.header().map_err(Problem::broken)?;
    Ok(([(SET_COOKIE, cookie)], Json(json!({}))).into_response())
}
