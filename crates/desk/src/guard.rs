//! The guard: every request passes Host, Origin, caller, scope and rate, in this order.
//!
//! A page in the staff's browser can reach loopback. Host stops DNS rebinding, Origin stops pages, the token stops
//! other programs. No answer carries a CORS header. Our own pages reach only what the API document opens to them.

use crate::access::{Access, reader_in};
use crate::caller::{Caller, Peer};
use crate::clock;
use crate::cookies::Opens;
use crate::problem::Problem;
use crate::shared::Shared;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use failure::codes;
use model::{ReaderId, Scope};
use std::sync::Arc;

/// What the guard of one listener knows.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) shared: Arc<Shared>,
    /// The names under which this listener may be called, exactly.
    pub(crate) hosts: Arc<[String]>,
}

/// What a request is for.
enum Wanted<'a> {
    /// A page or a part of one, or no method of what is open: for whoever asks, and from our pages.
    Page,
    /// An operation of the API, for the reader that its path names.
    Operation(&'a Access, Option<ReaderId>),
    /// Nothing that there is: whoever may ask anything is told so.
    Nothing,
}

/// Refuses, or lets the request go on for its time.
pub(crate) async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let mut response = match check(&door, &request) {
        Err(problem) => problem.into_response(),
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            tokio::time::timeout(door.shared.limits.request, next.run(request))
                .await
                .unwrap_or_else(|_| Problem::internal().into_response())
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn check(door: &Door, request: &Request) -> Result<Caller, Problem> {
    let headers = request.headers();
    check_host(door, request)?;
    let wanted = wanted(door, request);
    if !is_link_to_page(request) {
        check_origin(door, headers, wanted.admits_our_pages())?;
    }
    let caller = caller(door, request, &wanted)?;
    let again = |wait| Problem::too_often(codes::API_TOO_OFTEN, wait);
    door.shared.rates.one_more(&caller).map_err(again)?;
    check_length(door, headers)?;
    check_kind(request)?;
    Ok(caller)
}

fn wanted<'a>(door: &'a Door, request: &Request) -> Wanted<'a> {
    let Some(route) = request.extensions().get::<MatchedPath>() else { return Wanted::Nothing };
    match door.shared.routes.access(request.method(), route.as_str()) {
        Some(access) => Wanted::Operation(access, reader_in(route.as_str(), request.uri().path())),
        None if crate::routes::is_page(route.as_str()) || door.shared.routes.is_open(route.as_str()) => {
            Wanted::Page
        }
        None => Wanted::Nothing,
    }
}

impl Wanted<'_> {
    fn admits_our_pages(&self) -> bool {
        match self {
            Self::Page => true,
            Self::Operation(access, reader) => {
                access.for_page(reader.as_ref()).next().is_some() || access.locked || access.open
            }
            Self::Nothing => false,
        }
    }
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

/// A link of the bench's page, or of another one of this machine, may lead to one of ours: it holds nothing, and is not
/// shown in a frame.
fn is_link_to_page(request: &Request) -> bool {
    let says = |name: &'static str, word| request.headers().get(name).is_some_and(|value| value == word);
    request.method() == Method::GET
        && request
            .extensions()
            .get::<MatchedPath>()
            .is_some_and(|route| crate::routes::is_page(route.as_str()))
        && says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
        // Of this machine: a page of elsewhere could put wrong codes behind our address until all are void.
        && says("sec-fetch-site", "same-site")
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

/// Who calls, if that caller may.
fn caller(door: &Door, request: &Request, wanted: &Wanted<'_>) -> Result<Caller, Problem> {
    let (access, reader) = match wanted {
        Wanted::Page => return Ok(Caller::Anyone),
        Wanted::Operation(access, _) if access.open => return Ok(Caller::Anyone),
        Wanted::Operation(access, reader) => (Some(*access), reader.as_ref()),
        Wanted::Nothing => (None, None),
    };
    let headers = request.headers();
    if let Some(caller) = access.and_then(|access| by_cookie(door, headers, access, reader)) {
        return Ok(caller);
    }
    let caller = by_token_or_peer(door, request)?;
    let admitted = match access {
        Some(access) => access.for_token(reader).any(|scope| caller.may(&scope)),
        None => true,
    };
    if admitted { Ok(caller) } else { Err(Problem::new(StatusCode::FORBIDDEN, codes::API_SCOPE_MISSING)) }
}

/// One of our pages: a board that is open goes before one that is locked.
fn by_cookie(door: &Door, headers: &HeaderMap, access: &Access, reader: Option<&ReaderId>) -> Option<Caller> {
    let (cookies, now) = (&door.shared.cookies, clock::now());
    let page = |scope: Scope| {
        let ticket = cookies.admit(headers, Opens::Page(&scope), now)?;
        Some(Caller::Page(scope, ticket))
    };
    let locked = || access.locked && cookies.admit(headers, Opens::Lock, now).is_some();
    access.for_page(reader).find_map(page).or_else(|| locked().then_some(Caller::LockedBoard))
}

/// A token goes before what the kernel says: a program on the Unix socket is the consumer whose token it shows.
fn by_token_or_peer(door: &Door, request: &Request) -> Result<Caller, Problem> {
    let headers = request.headers();
    if let (Some(Peer::User(uid)), false) =
        (request.extensions().get::<Peer>(), headers.contains_key(header::AUTHORIZATION))
    {
        return Ok(Caller::LocalUser(*uid));
    }
    let token = single(headers, header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty());
    let known = token.and_then(|token| door.shared.tokens.admit(token.as_bytes()));
    known.ok_or_else(|| {
        // Whoever tries tokens is slowed down.
        match door.shared.rates.one_more_stranger() {
            Err(wait) => Problem::too_often(codes::API_TOO_OFTEN, wait),
            Ok(()) if token.is_some() => Problem::new(StatusCode::UNAUTHORIZED, codes::API_TOKEN_WRONG),
            Ok(()) => Problem::new(StatusCode::UNAUTHORIZED, codes::API_TOKEN_MISSING),
        }
    })
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
        return Err(Problem::too_long());
    }
    Ok(())
}

/// A form of a page can post without asking anybody, but never with this type.
fn check_kind(request: &Request) -> Result<(), Problem> {
    let kind = single(request.headers(), header::CONTENT_TYPE);
    let has_body = request.headers().get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
        || request.headers().contains_key(header::TRANSFER_ENCODING);
    let is_json = kind.is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if has_body && !is_json && request.method() != Method::GET {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, codes::API_BAD_REQUEST));
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
