//! The https part: login, screens, answers, look-ups, and the way into a relay.

use super::listener::{Channel, count};
use super::traffic::{Of, Outcome, told};
use super::{Shared, now, random, relay};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use centre_wire::http::PROCESSING;
use centre_wire::lookup::LOOKUPS;
use centre_wire::{AnswersRequest, LoginRequest, LookupRequest, Operation, Processing, caps};
use model::FaceAccount;
use simulator_centre::{Answered, Denied, LookedUp, Misbehaviour, Step};
use std::fmt::Write;
use std::io;
use std::sync::Arc;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(centre_wire::http::LOGIN, post(login))
        .route("/v1/relay/{*operation}", get(open_relay))
        .route("/v1/sessions/{session}/screens", get(screens))
        .route("/v1/sessions/{session}/answers", post(answers))
        .route(LOOKUPS, post(look_up))
        .layer(DefaultBodyLimit::max(caps::SMALL_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), told))
        .with_state(shared)
}

async fn login(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    count(&shared.counts.logins);
    if shared.judge().is_silent_at(Step::Login) {
        return silence(&shared).await;
    }
    let Ok(request) = LoginRequest::from_json(&body) else { return refused(Denied::bad_message()) };
    let Ok(token) = name() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let reply = shared.judge().login(&request, token, now());
    let mut response = reply.map_or_else(refused, |reply| json(reply.to_json()));
    response.extensions_mut().insert(Of(request.account.to_string()));
    response
}

async fn open_relay(
    State(shared): State<Arc<Shared>>,
    Path(operation): Path<String>,
    ConnectInfo(channel): ConnectInfo<Channel>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let account = match authorize(&shared, &headers) {
        Ok(account) => account,
        Err(denied) => return refused(denied),
    };
    let operation = match operation.as_str() {
        "pin-less" => Operation::PinLess,
        "pin" => Operation::Pin,
        "registration/pin-less" => Operation::RegisterPinLess,
        "registration/pin" => Operation::RegisterPin,
        _ => return refused(Denied::not_offered()),
    };
    count(&shared.counts.relays);
    upgrade
        .max_message_size(caps::RELAY_MESSAGE)
        .max_frame_size(caps::RELAY_MESSAGE)
        .on_upgrade(move |socket| relay::serve(shared, socket, channel, operation, account))
}

async fn screens(
    State(shared): State<Arc<Shared>>,
    Path(session): Path<String>,
    headers: HeaderMap,
) -> Response {
    if shared.judge().is_silent_at(Step::Screens) {
        return silence(&shared).await;
    }
    let reply =
        authorize(&shared, &headers).and_then(|account| shared.judge().screens(&account, &session, now()));
    reply.map_or_else(refused, |reply| answer(&shared, reply.to_json()))
}

async fn answers(
    State(shared): State<Arc<Shared>>,
    Path(session): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if shared.judge().is_silent_at(Step::Answers) {
        return silence(&shared).await;
    }
    let reply = authorize(&shared, &headers).and_then(|account| {
        let request = AnswersRequest::from_json(&body).map_err(|_| Denied::bad_message())?;
        shared.judge().answers(&account, &session, &request, now())
    });
    match reply {
        Err(denied) => refused(denied),
        Ok(Answered::Result(reply)) => whole_or_half(&shared, reply.to_json()),
        Ok(Answered::Processing(processing)) => not_ready(&shared, processing),
    }
}

async fn look_up(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    if shared.judge().is_silent_at(Step::Lookup) {
        return silence(&shared).await;
    }
    let reply = authorize(&shared, &headers).and_then(|account| {
        let request = LookupRequest::from_json(&body).map_err(|_| Denied::bad_message())?;
        shared.judge().look_up(&account, &request, now())
    });
    match reply {
        Err(denied) => refused(denied),
        Ok(LookedUp::Answer(reply)) => whole_or_half(&shared, reply.to_json()),
        Ok(LookedUp::Processing(processing)) => not_ready(&shared, processing),
    }
}

fn authorize(shared: &Shared, headers: &HeaderMap) -> Result<FaceAccount, Denied> {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(Denied::no_token)?;
    shared.judge().authorize(token, now())
}

/// Says nothing until the mock centre stops or the client goes, which drops this future.
async fn silence(shared: &Shared) -> Response {
    shared.stop.cancelled().await;
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// A body with a qualification in it.
fn whole_or_half(shared: &Shared, body: String) -> Response {
    let misbehaviour = shared.judge().misbehaviour();
    if misbehaviour == Some(Misbehaviour::HalfAnswer) { half(&body) } else { answer(shared, body) }
}

fn not_ready(shared: &Shared, processing: Processing) -> Response {
    let status = StatusCode::from_u16(PROCESSING).unwrap_or(StatusCode::ACCEPTED);
    (status, answer(shared, processing.to_json())).into_response()
}

fn answer(shared: &Shared, body: String) -> Response {
    match shared.judge().misbehaviour() {
        Some(Misbehaviour::Garbage) => marked(json("}{ no message".to_owned()), "garbage"),
        _ => json(body),
    }
}

fn json(body: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

/// The whole length is promised, half of it sent.
fn half(body: &str) -> Response {
    let sent = Bytes::copy_from_slice(body.as_bytes().get(..body.len() / 2).unwrap_or_default());
    let parts = [Ok(sent), Err(io::Error::from(io::ErrorKind::ConnectionAborted))];
    let body_in_parts = Body::from_stream(futures_util::stream::iter(parts));
    marked(([(CONTENT_LENGTH, body.len().to_string())], body_in_parts).into_response(), "half_answer")
}

/// For whoever hears the traffic.
fn marked(mut response: Response, outcome: &str) -> Response {
    response.extensions_mut().insert(Outcome(outcome.to_owned()));
    response
}

fn refused(denied: Denied) -> Response {
    let status = StatusCode::from_u16(denied.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let word = denied.refusal.code.to_string();
    marked((status, json(denied.refusal.to_json())).into_response(), &word)
}

/// A fresh name for a token or session: 128 bits in hex.
pub(super) fn name() -> Result<String, getrandom::Error> {
    Ok(random::<16>()?.iter().fold(String::new(), |mut name, byte| {
        let _cannot_fail = write!(name, "{byte:02x}");
        name
    }))
}
