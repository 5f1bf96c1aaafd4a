//! What is done at the bench, told to whoever listens: by page or program, and how it went.
//!
//! Of what was said only what is listed is told on. Digits, passwords and the lines of a certificate are not.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::MOST_BODY;
use super::guard::Caller;
use super::problem::Problem;
use crate::world::World;

/// Fields of requests that say nothing secret.
const TOLD: &[&str] = &[
    "again_after_ms",
    "babble",
    "bundling",
    "carry_over",
    "certificate",
    "corrupt_next_frames",
    "face_lux",
    "faults",
    "fresh",
    "frozen",
    "institution",
    "item",
    "kind",
    "language",
    "lasts_ms",
    "method",
    "mid_apdu_after",
    "only",
    "persona",
    "prescriptions",
    "reader",
    "reading",
    "refused",
    "registered",
    "report",
    "restart",
    "rotate",
    "scene",
    "screen",
    "seed",
    "self_test",
    "silent",
    "six_infos",
    "slot_in_sun",
    "slow_ms",
    "starts_in_ms",
    "take",
    "times",
    "tries",
    "turned_over",
    "validity",
    "versions",
    "window",
];

/// Around every request; what only looks is not told, nor is what is about the page itself.
pub(super) async fn told(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let about_page = path.starts_with("/v1/pairing") || path.ends_with("/wait") || path == "/v1/desk";
    if request.method() != Method::POST || about_page || !world.feed().is_listened() {
        return next.run(request).await;
    }
    let by = match request.extensions().get::<Caller>() {
        Some(Caller::Page) => "page",
        _ => "program",
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BODY).await else {
        return Problem::bad_request("the request is too long", "").into_response();
    };
    let said = serde_json::from_slice(&body).map(only_told).unwrap_or_default();
    // Before it is done: what follows from it is told after it.
    world
        .feed()
        .tell("deed", json!({ "by": by, "deed": deed(&path), "reader": reader(&path), "said": said }));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if !response.status().is_success() {
        let status = response.status().as_u16();
        let refused = json!({ "by": by, "deed": deed(&path), "reader": reader(&path), "refused": status });
        world.feed().tell("deed", refused);
    }
    response
}

/// `place` at a reader, `centre/stop`, `scenarios/…/play`.
fn deed(path: &str) -> &str {
    let rest = path.strip_prefix("/v1/").unwrap_or(path);
    match rest.strip_prefix("readers/").and_then(|rest| rest.split_once('/')) {
        Some((_, deed)) => deed,
        None => rest,
    }
}

fn reader(path: &str) -> Option<&str> {
    path.strip_prefix("/v1/readers/")?.split_once('/').map(|(reader, _)| reader)
}

fn only_told(said: Value) -> Value {
    match said {
        Value::Object(fields) => {
            let told = fields.into_iter().filter(|(name, _)| TOLD.contains(&name.as_str()));
            Value::Object(told.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::{deed, only_told, reader};
    use serde_json::json;

    #[test]
    fn of_what_was_said_digits_and_documents_are_left_out() {
        let said = json!({ "persona": "worker", "pin": "1234", "passcode": "8642", "digits": "1234", "lines": "name=x" });
        assert_eq!(only_told(said), json!({ "persona": "worker" }));
        assert_eq!(only_told(json!({ "note": "word", "six_infos": true })), json!({ "six_infos": true }));
        assert_eq!(only_told(json!("1234")), json!(null));
    }

    #[test]
    fn a_deed_is_named_by_its_route() {
        assert_eq!(
            (deed("/v1/readers/front-1/place"), reader("/v1/readers/front-1/place")),
            ("place", Some("front-1"))
        );
        assert_eq!((deed("/v1/centre/stop"), reader("/v1/centre/stop")), ("centre/stop", None));
    }
}
