//! What happened in a visit, as the reader and as the receipt computer's side saw it, on one line of time.

use crate::say;
use rig::{Events, RigError, ServerEvent, Timeline};
use serde_json::Value;
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    time::{Duration, Instant},
};

/// Events that may wait for us; one visit has some twenty.
const QUEUE: usize = 1024;
/// A quiet stream has a heartbeat, but no event, for as long as nobody comes.
const LONG: Duration = Duration::from_secs(3600);

/// Listens to the desk from now on and notes when each event came. Dropping it closes the stream with the next event.
#[derive(Debug)]
pub(super) struct Ear(Receiver<(Instant, Result<ServerEvent, RigError>)>);

impl Ear {
    pub(super) fn listen(mut events: Events) -> Self {
        let (heard, ear) = sync_channel(QUEUE);
        std::thread::spawn(move || {
            loop {
                let event = events.next_within(LONG);
                let over = event.is_err();
                if heard.send((Instant::now(), event)).is_err() || over {
                    return;
                }
            }
        });
        Self(ear)
    }

    /// Everything up to the first event that is `wanted`; an error if that does not come within `bound`.
    pub(super) fn until(
        &self,
        what: &str,
        bound: Duration,
        wanted: impl Fn(&ServerEvent) -> bool,
    ) -> Result<Vec<(Instant, ServerEvent)>, RigError> {
        let end = Instant::now() + bound;
        let mut heard: Vec<(Instant, ServerEvent)> = Vec::new();
        loop {
            match self.0.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((at, event)) => {
                    let event = event?;
                    let last = wanted(&event);
                    heard.push((at, event));
                    if last {
                        return Ok(heard);
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    let seen: Vec<&str> = heard.iter().map(|(_, event)| event.kind.as_str()).collect();
                    return Err(RigError::TimedOut {
                        waited_for: what.into(),
                        after: bound,
                        seen: seen.join(", "),
                    });
                }
            }
        }
    }
}

/// A visit as its reader showed it, and when it began.
pub(super) struct Placed<'a> {
    pub(super) reader: &'a str,
    pub(super) placed: Instant,
    pub(super) timeline: Timeline,
}

/// Prints both views in the order of time. Milliseconds count from the first card's placing; the desk's are when its
/// event reached us.
pub(super) fn print(readers: &[Placed<'_>], desk: &[(Instant, ServerEvent)]) {
    let Some(begun) = readers.iter().map(|shown| shown.placed).min() else { return };
    let since = |at: Instant| at.saturating_duration_since(begun).as_secs_f64() * 1000.0;
    let alone = readers.len() == 1;
    let named = |reader: &str, what: String| if alone { what } else { format!("{reader}: {what}") };
    let mut rows: Vec<(f64, &str, String)> = Vec::new();
    for shown in readers {
        let late = since(shown.placed);
        rows.extend(
            shown
                .timeline
                .steps
                .iter()
                .map(|step| (late + step.at_ms, "リーダー reader", named(shown.reader, step.step.clone()))),
        );
    }
    rows.extend(desk.iter().filter(|(at, _)| *at >= begun).filter_map(|(at, event)| {
        let (reader, what) = told(event)?;
        Some((since(*at), "受付 desk      ", named(&reader, what)))
    }));
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    for (millis, who, what) in rows {
        say::line(format_args!("  {millis:>8.1} ms  {who}  {what}"));
    }
}

/// Whose event, and the event in a few words; none of a person.
fn told(event: &ServerEvent) -> Option<(String, String)> {
    let data = event.json().ok()?;
    let word = |key: &str| data.get(key).and_then(Value::as_str);
    let what = match event.kind.as_str() {
        "result" => format!("result {} ({})", event.id.as_deref()?, word("verification")?),
        "station" => match word("step") {
            Some(step) => format!("{}: {step}", word("state")?),
            None => word("state")?.to_owned(),
        },
        "centre" => format!("centre: {}", word("state")?),
        _ => return None,
    };
    Some((word("reader").unwrap_or("centre").to_owned(), what))
}
