//! From a device's last byte to the event at a client.
//!
//! The simulated reader notes CLOCK_MONOTONIC right before the write that ends a "card placed" frame; the client
//! notes the same clock when it has the whole event that the station's visit began.

use super::samples::Samples;
use crate::{Fault, desk_up::DeskUp, stop::Stop};
use nix::time::{ClockId, clock_gettime};
use rig::{RigError, ServerEvent};
use serde_json::{Value, json};
use std::{
    sync::mpsc::{Receiver, sync_channel},
    time::{Duration, Instant},
};

/// One state of the station.
const BOUND: Duration = Duration::from_secs(20);
/// A card nobody else uses here.
const PERSONA: &str = "worker";
/// From one card to the next. Faster than any patient; without a pause the readers would say so much that their drivers
/// take it for babble (600 frames in a second).
const PACE: Duration = Duration::from_millis(20);

/// Places and takes a card `events` times at each reader in turn, all others idle; milliseconds each, by reader.
pub(super) fn latency(up: &DeskUp, stop: &Stop, setting: &str, events: usize) -> Result<Vec<Samples>, Fault> {
    let bench = up.simulator.bench();
    let mut all = Vec::new();
    for reader in up.readers() {
        let model = bench.reader(reader)?;
        let model = model.get("model").and_then(Value::as_str).unwrap_or_default();
        let mut samples = Samples::new(format!("device_byte_to_event.{setting}.{model}"), "ms");
        let stations = listen(up)?;
        wait_for(&stations, reader, "idle")?;
        for _ in 0..events {
            let begun = Instant::now();
            // The tray alone: the slot behind pcscd takes up to 0.4 s to notice and is not measured here.
            bench.act(reader, "place", &json!({ "persona": PERSONA, "only": "tray" }))?;
            let seen = wait_for(&stations, reader, "in_visit")?;
            let written = written(&bench.reader(reader)?)?;
            samples.push(millis(seen, written)?);
            bench.act(reader, "pull", &json!({ "only": "tray" }))?;
            wait_for(&stations, reader, "idle")?;
            if let Some(fault) = stop.soon(PACE.saturating_sub(begun.elapsed())) {
                return Err(fault);
            }
        }
        all.push(samples);
    }
    Ok(all)
}

/// Every station event with the clock's nanoseconds of its arrival.
type Stations = Receiver<(i64, Result<ServerEvent, RigError>)>;

fn listen(up: &DeskUp) -> Result<Stations, Fault> {
    let mut events = up.daemon.desk().events(None, rig::PATIENCE)?;
    let (heard, stations) = sync_channel(1024);
    std::thread::spawn(move || {
        loop {
            let event = events.next_within(BOUND);
            let now = now();
            let over = event.is_err();
            if heard.send((now, event)).is_err() || over {
                return;
            }
        }
    });
    Ok(stations)
}

fn wait_for(stations: &Stations, reader: &str, state: &str) -> Result<i64, Fault> {
    loop {
        let (at, event) = stations
            .recv_timeout(BOUND)
            .map_err(|_| Fault::Unexpected(format!("no station {state} within {} s", BOUND.as_secs())))?;
        let event = event?;
        if event.kind != "station" {
            continue;
        }
        let station = event.json()?;
        let is = |key: &str, word: &str| station.get(key).and_then(Value::as_str) == Some(word);
        if is("reader", reader) && is("state", state) {
            return Ok(at);
        }
    }
}

fn written(reader: &Value) -> Result<i64, Fault> {
    reader.get("card_placed_written_ns").and_then(Value::as_i64).ok_or_else(|| {
        Fault::Unexpected("the bench does not say when the reader wrote its `card placed` frame".into())
    })
}

#[allow(clippy::cast_precision_loss, reason = "nanoseconds of minutes fit into 52 bits")]
fn millis(later: i64, earlier: i64) -> Result<f64, Fault> {
    let nanos = later.saturating_sub(earlier);
    if nanos < 0 {
        return Err(Fault::Unexpected("an event came before the frame that it tells of".into()));
    }
    Ok(nanos as f64 / 1e6)
}

/// CLOCK_MONOTONIC in nanoseconds; the same for every process of a machine.
fn now() -> i64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0, |at| at.tv_sec().saturating_mul(1_000_000_000).saturating_add(at.tv_nsec()))
}
