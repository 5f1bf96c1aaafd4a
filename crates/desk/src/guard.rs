//! The guard: every request passes Host, Origin and token, in this order.
//!
//! A page in the staff's browser can reach loopback. Host stops DNS rebinding, Origin stops pages, the token stops
//! other programs. No answer carries a CORS header. Our own pages reach only what [`Admission`] opens to them.

use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use failure::codes;
use model::ReaderId;
use std::sync::Arc;

/// Who may call a route.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Admission {
    /// Whoever asks; no page.
    Anyone,
    /// Whoever asks, our own pages too: the pages themselves and the exchange of a code for a cookie.
    AnyoneAndOurPages,
    /// A page with this reader's cookie, or the token.
    Kiosk(Option<ReaderId>),
    /// The token; no page.
    Token,
}

impl Admission {
    fn of(path: &str) -> Self {
        if path == "/v1/health" {
            return Self::Anyone;
        }
        if path == "/v1/pairings" || path.starts_with("/pages/") || path.starts_with("/kiosk/") {
            return Self::AnyoneAndOurPages;
        }
        match path.strip_prefix("/v1/kiosk/") {
            Some(rest) => Self::Kiosk(rest.split('/').next().and_then(|reader| reader.parse().ok())),
            None => Self::Token,
        }
    }

    const fn admits_our_pages(&self) -> bool {
        matches!(self, Self::AnyoneAndOurPages | Self::Kiosk(_))
    }
}

/// What the guard of one listener knows.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) shared: Arc<Shared>,
    /// The names under which this listener may be called, exactly.
    pub(crate) hosts: Arc<[String]>,
}

/// Refuses, or lets the request go on for its time.
pub(crate) async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let mut response = match check(&door, &request) {
        Err(problem) => problem.into_response(),
        Ok(()) => tokio::time::timeout(door.shared.limits.request, next.run(request))
            .await
            .unwrap_or_else(|_| Problem::internal().into_response()),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn check(door: &Door, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let admission = Admission::of(request.uri().path());
    check_host(door, request)?;
    check_origin(door, headers, admission.admits_our_pages())?;
    match admission {
        Admission::Anyone | Admission::AnyoneAndOurPages => {}
        Admission::Kiosk(Some(reader)) if door.shared.cookies.admit(headers, &reader) => {}
        Admission::Kiosk(_) | Admission::Token => check_token(door, headers)?,
    }
    check_length(door, headers)
}

fn check_host(door: &Door, request: &Request) -> Result<(), Problem> {
    let ours = |name: &str| door.hosts.iter().any(|host| host == name);
    // A request line with a whole address takes precedence over the header (RFC 9112 section 3.2.2): both count.
    let target = request.uri().authority().is_none_or(|authority| ours(authority.as_str()));
    let host = single(request.headers(), header::HOST).is_some_and(ours);
    if target && host {
        Ok(())
    } else {
        Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, codes::API_HOST_FOREIGN))
    }
}

/// A page on another port of this machine is of the same site and would have its cookie sent: only the same origin is
/// ours.
fn check_origin(door: &Door, headers: &HeaderMap, our_pages: bool) -> Result<(), Problem> {
    let foreign_site =
        headers.get_all("sec-fetch-site").iter().any(|site| site == "cross-site" || site == "same-site");
    let foreign_origin = headers.contains_key(header::ORIGIN)
        && !(our_pages && single(headers, header::ORIGIN).is_some_and(|origin| is_ours(door, origin)));
    if foreign_site || foreign_origin {
        return Err(Problem::new(StatusCode::FORBIDDEN, codes::API_ORIGIN_FOREIGN));
    }
    Ok(())
}

fn is_ours(door: &Door, origin: &str) -> bool {
    origin.strip_prefix("http://").is_some_and(|host| door.hosts.iter().any(|ours| ours == host))
}

fn check_token(door: &Door, headers: &HeaderMap) -> Result<(), Problem> {
    let refused = |code| Problem::new(StatusCode::UNAUTHORIZED, code);
    let presented = single(headers, header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| refused(codes::API_TOKEN_MISSING))?;
    if door.shared.token.admits(presented.as_bytes()) { Ok(()) } else { Err(refused(codes::API_TOKEN_WRONG)) }
}

fn check_length(door: &Door, headers: &HeaderMap) -> Result<(), Problem> {
    let too_long = headers.get(header::CONTENT_LENGTH).is_some_and(|length| {
        length
            .to_str()
            .ok()
            .and_then(|text| text.parse::<usize>().ok())
            .is_none_or(|n| n > door.shared.limits.body)
    });
    if too_long {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, codes::API_BAD_REQUEST));
    }
    Ok(())
}

/// A header that stands exactly once.
fn single(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
