//! What lies in the slot is no card that this terminal can use, and is said as what it is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use rig::{PATIENCE, Visit};
use serde_json::{Value, json};
use tests::{READER, TestDesk, next_result, until_failure, until_station};

#[test]
fn what_takes_no_power_is_said_as_such() {
    assert_said("takes-no-power", "CARD_UNRESPONSIVE");
}

#[test]
fn a_telephone_is_said_as_such() {
    assert_said("telephone", "CARD_TELEPHONE");
}

/// The visit ends with this code before anything is asked, and the next patient is served.
fn assert_said(fault: &str, code: &str) {
    let desk = TestDesk::start().unwrap();
    let mut events = desk.events(None).unwrap();
    let bench = desk.simulator.bench();
    bench.act(READER, "place", &json!({ "persona": "worker", "faults": [fault] })).unwrap();
    let failed = until_failure(&mut events, code).unwrap();
    assert_eq!(failed["step"], "failed", "{failed}");
    bench.wait(READER, "screen", &json!(code), PATIENCE).unwrap();
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
    bench.pull(READER).unwrap();
    until_station(&mut events, "an idle station", |s| s["state"] == "idle" && s["insertion"] == 1).unwrap();
    bench.visit(READER, &Visit::pin("elderly")).unwrap();
    assert_eq!(next_result(&mut events).unwrap().json().unwrap()["insertion"], 2);
}
