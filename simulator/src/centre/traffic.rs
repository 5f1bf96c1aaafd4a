//! What the centre is asked and how it goes, for an ear: words, accounts and times, never what is said of a patient.

use super::{Shared, now};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One exchange, or one message of a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// `handshake`, `login`, `screens`, `answers`, `lookup`, or `relay` with its operation.
    pub operation: String,
    /// The reader's account, if it is known.
    pub account: Option<String>,
    /// `to_centre`, `to_terminal`; `exchange` for question and answer.
    pub way: &'static str,
    /// What came of it, in a few words: `answered`, a word of refusal, the kind of a message.
    pub outcome: String,
    /// How long it took, if it is over with this.
    pub took: Option<Duration>,
}

/// Hears the centre's traffic.
pub type TrafficEar = Box<dyn Fn(Traffic) + Send + Sync>;

/// Put on a response by those who know better than its status what it is.
#[derive(Debug, Clone)]
pub(super) struct Outcome(pub(super) String);

/// Put on a response to a login.
#[derive(Debug, Clone)]
pub(super) struct Of(pub(super) String);

impl Shared {
    pub(super) fn hear(&self, traffic: Traffic) {
        if let Some(ear) = self.ear.get() {
            ear(traffic);
        }
    }

    /// A handshake that was done, or failed.
    pub(super) fn hear_handshake(&self, outcome: String, began: Instant) {
        let operation = String::from("handshake");
        let took = Some(began.elapsed());
        self.hear(Traffic { operation, account: None, way: "exchange", outcome, took });
    }
}

/// A question that is told when it is answered, or when whoever asked is gone.
struct Asked<'a> {
    shared: &'a Shared,
    operation: Option<&'static str>,
    account: Option<String>,
    began: Instant,
}

impl Asked<'_> {
    fn tell(&mut self, outcome: String) {
        let Some(operation) = self.operation.take() else { return };
        self.shared.hear(Traffic {
            operation: operation.to_owned(),
            account: self.account.take(),
            way: "exchange",
            outcome,
            took: Some(self.began.elapsed()),
        });
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.tell(String::from("no_answer"));
    }
}

/// Around every question of the https part.
pub(super) async fn told(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let operation = operation(request.uri().path());
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let account = token
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| shared.judge().authorize(token, now()).ok())
        .map(|account| account.to_string());
    let mut asked = Asked { shared: &shared, operation, account, began: Instant::now() };
    let response = next.run(request).await;
    if let Some(Of(account)) = response.extensions().get() {
        asked.account = Some(account.clone());
    }
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        // From here on the relay tells its messages itself.
        asked.operation = None;
    }
    asked.tell(match response.extensions().get::<Outcome>() {
        Some(Outcome(outcome)) => outcome.clone(),
        None if response.status() == StatusCode::ACCEPTED => String::from("processing"),
        None if response.status().is_success() => String::from("answered"),
        None => format!("status {}", response.status().as_u16()),
    });
    response
}

/// A relay tells its messages itself, unless it is refused before it begins.
fn operation(path: &str) -> Option<&'static str> {
    let last = path.rsplit('/').next().unwrap_or_default();
    Some(match last {
        "login" => "login",
        "screens" => "screens",
        "answers" => "answers",
        _ if path == centre_wire::lookup::LOOKUPS => "lookup",
        _ if path == centre_wire::http::LOGIN => "login",
        _ if path.starts_with("/v1/relay/") => "relay",
        _ => return None,
    })
}
