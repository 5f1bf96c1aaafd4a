//! Ears for the simulator's parts: what they hear goes to the feed without its secrets.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use simulator_card::CardTrace;
use simulator_firmware::trace::{Line, Trace};

use super::Feed;
use crate::centre::{Traffic, TrafficEar};
use crate::front::{Ear, Passed};
use crate::pcsc::{SlotEar, SlotHeard};

/// Tells a reader's wire. Polls, acknowledgements and heartbeats that follow each other are told as one, which counts
/// them: they say nothing but that the line lives.
pub(crate) fn wire_ear(feed: Feed, reader: &str, model: &str) -> Option<Ear> {
    let wire = Mutex::new(Wire { trace: Trace::of(model)?, idle: 0 });
    let reader = reader.to_owned();
    Some(Box::new(move |passed| {
        if !feed.is_listened() {
            return;
        }
        let mut wire = wire.lock().unwrap_or_else(PoisonError::into_inner);
        match passed {
            Passed::Sent(bytes) => {
                let line = wire.trace.sent(bytes);
                wire.tell(&feed, &reader, "terminal", &line);
            }
            Passed::Came(bytes) => {
                for line in wire.trace.received(bytes) {
                    wire.tell(&feed, &reader, "reader", &line);
                }
            }
            Passed::Link(what) => {
                wire.idle = 0;
                feed.tell("link", json!({ "reader": reader, "what": what }));
            }
        }
    }))
}

struct Wire {
    trace: Trace,
    /// Idle frames since the last that said something.
    idle: u64,
}

impl Wire {
    fn tell(&mut self, feed: &Feed, reader: &str, to: &'static str, line: &Line) {
        if line.idle {
            self.idle = self.idle.saturating_add(1);
            // The first ones are told: they show how the line answers.
            if self.idle > 2 {
                return;
            }
        }
        let idle_before = if line.idle { 0 } else { std::mem::take(&mut self.idle).saturating_sub(2) };
        feed.tell(
            "frame",
            json!({
                "reader": reader,
                "to": to,
                "bytes": line.bytes,
                "what": line.what,
                "text": line.text,
                "idle": line.idle,
                "idle_before": idle_before,
            }),
        );
    }
}

/// Tells a slot's commands and answers.
pub(crate) fn apdu_ear(feed: Feed, reader: &str) -> SlotEar {
    let trace = Mutex::new(CardTrace::default());
    let reader = reader.to_owned();
    Box::new(move |heard| {
        if !feed.is_listened() {
            return;
        }
        let mut trace = trace.lock().unwrap_or_else(PoisonError::into_inner);
        match heard {
            SlotHeard::Power(what) => {
                trace.powered();
                feed.tell("card", json!({ "reader": reader, "what": what }));
            }
            SlotHeard::Exchange { apdu, answer, took } => {
                let told = trace.exchange(apdu, answer);
                let header: String = told.header.iter().map(|byte| format!("{byte:02X}")).collect();
                feed.tell(
                    "apdu",
                    json!({
                        "reader": reader,
                        "command": told.command,
                        "header": header,
                        "about": told.about,
                        "sent": told.sent,
                        "answered": told.answered,
                        "status": told.status.map(|status| format!("{status:04X}")),
                        "ms": millis(took),
                    }),
                );
            }
        }
    })
}

/// Tells what the centre was asked and how it went. `readers` are accounts with the readers whose they are.
pub(crate) fn centre_ear(feed: Feed, readers: Vec<(String, String)>) -> TrafficEar {
    Box::new(move |traffic| {
        let Traffic { operation, account, way, outcome, took } = traffic;
        let reader = readers.iter().find(|(of, _)| Some(of) == account.as_ref()).map(|(_, reader)| reader);
        feed.tell(
            "centre",
            json!({
                "operation": operation,
                "reader": reader,
                "way": way,
                "outcome": outcome,
                "ms": took.map(millis),
            }),
        );
    })
}

fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}
