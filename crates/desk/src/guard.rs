//! The guard: every request passes Host, Origin and token, in this order.
//!
//! A page in the staff's browser can reach loopback. Host stops DNS rebinding, Origin stops pages, the token stops
//! other programs. No answer carries a CORS header.

use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use failure::codes;
use std::sync::Arc;

/// The one route that needs no token.
const OPEN_ROUTE: &str = "/v1/health";

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
    response
}

fn check(door: &Door, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    check_host(door, request)?;
    check_origin(headers)?;
    if request.uri().path() != OPEN_ROUTE {
        check_token(door, headers)?;
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

fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let cross_site = headers.get_all("sec-fetch-site").iter().any(|site| site == "cross-site");
    if headers.contains_key(header::ORIGIN) || cross_site {
        return Err(Problem::new(StatusCode::FORBIDDEN, codes::API_ORIGIN_FOREIGN));
    }
    Ok(())
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
