//! The stream of all that happens, as Server-Sent Events.
//!
//! A stream begins with what is now, and then goes through the feed's ring at the pace at which it is read; nothing
//! waits for it. Whoever was away names the last event that came, and gets what is still there of the rest.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::problem::Problem;
use crate::desk_unit::DeskUnit;
use crate::feed::{Heard, Told};
use crate::world::World;

/// Events given to a connection in one go.
const AT_ONCE: usize = 64;
/// How often a quiet stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) async fn events(State(world): State<Arc<World>>, headers: HeaderMap) -> Result<Response, Problem> {
    let place = world.streams().try_acquire_owned().map_err(|_| Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "too many pages listen",
        detail: String::from("close one"),
        seen: None,
    })?;
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let feed = world.feed();
    feed.listen();
    let grown = feed.grown();
    let now = *grown.borrow();
    let listening = Listening {
        cursor: last.unwrap_or(0),
        now,
        // A page that begins has missed nothing.
        counts_missed: last.is_some(),
        grown,
        first: snapshot(&world),
        heartbeat: heartbeat(),
        world,
        _place: place,
    };
    let body = Body::from_stream(stream::unfold(listening, |mut listening| async move {
        let bytes = listening.next().await;
        Some((Ok::<_, Infallible>(bytes), listening))
    }));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// Kinds of which the beginning of a stream already told what is now.
const STATES: [&str; 4] = ["reader", "switches", "desk", "playing"];

struct Listening {
    cursor: u64,
    /// The last event when the stream began.
    now: u64,
    counts_missed: bool,
    grown: watch::Receiver<u64>,
    first: VecDeque<(&'static str, Value)>,
    heartbeat: Interval,
    world: Arc<World>,
    _place: OwnedSemaphorePermit,
}

impl Listening {
    /// The next bytes; waits for them.
    async fn next(&mut self) -> Bytes {
        let first: String =
            self.first.drain(..).map(|(kind, data)| format!("event: {kind}\ndata: {data}\n\n")).collect();
        if !first.is_empty() {
            return Bytes::from(first);
        }
        loop {
            self.grown.mark_unchanged();
            let Heard { missed, events } = self.world.feed().after(self.cursor, AT_ONCE);
            if let Some(Told { number, .. }) = events.last() {
                self.cursor = *number;
                let gap = (missed > 0 && self.counts_missed)
                    .then(|| format!("event: gap\ndata: {}\n\n", json!({ "missed": missed })));
                self.counts_missed = true;
                return Bytes::from(gap.unwrap_or_default() + &written(&events, self.now));
            }
            tokio::select! {
                Ok(()) = self.grown.changed() => {}
                _ = self.heartbeat.tick() => return Bytes::from_static(b": lives\n\n"),
            }
        }
    }
}

fn written(events: &[Told], now: u64) -> String {
    let is_news = |told: &&Told| told.number > now || !STATES.contains(&told.kind);
    let event = |told: &Told| format!("id: {}\nevent: {}\ndata: {}\n\n", told.number, told.kind, told.data);
    let all: String = events.iter().filter(is_news).map(event).collect();
    // All left out: a comment, since an empty piece would end the stream.
    if all.is_empty() { String::from(": nothing new\n\n") } else { all }
}

/// What is now. It carries no number: it is older than nothing.
fn snapshot(world: &World) -> VecDeque<(&'static str, Value)> {
    let mut first: VecDeque<_> = world.units().map(DeskUnit::seen).map(|reader| ("reader", reader)).collect();
    first.push_back(("switches", world.switches()));
    first.push_back(("desk", json!({ "url": world.desk_url() })));
    first.push_back(("playing", world.playing()));
    first.push_back(("ready", json!({})));
    first
}

fn heartbeat() -> Interval {
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat
}
