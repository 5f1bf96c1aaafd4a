//! One-time codes for the bench's page, and the cookie that it gets for one. Both end with this simulator.

use axum::http::header::{COOKIE, InvalidHeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

use super::guard::Guard;
use super::problem::Problem;

/// How long a further code holds.
const HOLDS: Duration = Duration::from_secs(300);
/// Codes that may be open at once; a further one replaces the oldest.
const MOST_OPEN: usize = 8;
/// After so many wrong codes all open ones are void: 40 bits are then out of anybody's reach.
const MOST_WRONG: u8 = 5;
/// Without letters that look alike.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// 40 bits.
const CODE_LETTERS: usize = 8;

/// 256 bits, as text.
pub(super) fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The open codes.
#[derive(Default)]
pub(super) struct Pairings(Mutex<OpenCodes>);

#[derive(Default)]
struct OpenCodes {
    codes: Vec<Code>,
    wrong: u8,
}

struct Code {
    letters: String,
    /// `None`: until it is used.
    until: Option<Instant>,
}

impl Pairings {
    /// Makes a code that holds for a time, or until it is used.
    pub(super) fn make(&self, holds: Option<Duration>) -> Result<String, getrandom::Error> {
        let mut random = [0_u8; CODE_LETTERS];
        getrandom::fill(&mut random)?;
        let letters: String = random
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
            .copied()
            .map(char::from)
            .collect();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.wrong = 0;
        if open.codes.len() == MOST_OPEN {
            open.codes.remove(0);
        }
        let until = holds.map(|holds| Instant::now() + holds);
        open.codes.push(Code { letters: letters.clone(), until });
        Ok(letters)
    }

    /// Takes a code, once; whether it was one. Case, spaces and hyphens do not count.
    fn redeem(&self, presented: &str) -> bool {
        let presented: String =
            presented.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        let now = Instant::now();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.codes.retain(|code| code.until.is_none_or(|until| until > now));
        let found =
            open.codes.iter().position(|code| code.letters.as_bytes().ct_eq(presented.as_bytes()).into());
        match found {
            Some(at) => drop(open.codes.remove(at)),
            None => {
                open.wrong = open.wrong.saturating_add(1);
                if open.wrong >= MOST_WRONG {
                    open.codes.clear();
                }
            }
        }
        found.is_some()
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

#[cfg(test)]
mod tests {
    use super::{MOST_OPEN, MOST_WRONG, Pairings};
    use std::time::Duration;

    #[test]
    fn a_code_is_good_once_and_as_it_is_typed() {
        let pairings = Pairings::default();
        let code = pairings.make(None).unwrap();
        let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
        assert!(pairings.redeem(&typed));
        assert!(!pairings.redeem(&code), "used");
        let over = pairings.make(Some(Duration::ZERO)).unwrap();
        assert!(!pairings.redeem(&over), "its time is over");
    }

    #[test]
    fn wrong_codes_void_the_open_ones_and_so_do_newer_ones() {
        let pairings = Pairings::default();
        let code = pairings.make(None).unwrap();
        for _ in 0..MOST_WRONG {
            assert!(!pairings.redeem("AAAA-AAA"));
        }
        assert!(!pairings.redeem(&code));
        let oldest = pairings.make(None).unwrap();
        for _ in 0..MOST_OPEN {
            pairings.make(None).unwrap();
        }
        assert!(!pairings.redeem(&oldest));
    }
}
