//! What a reader and its line can do wrong, over a real pseudo-terminal. What retransmission mends nobody sees;
//! the rest is said by its code, and the reader comes back by itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use rig::{Daemon, Events, PATIENCE, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use tests::{READER, TestDesk, next_result, until_failure, until_station};

#[test]
fn damaged_frames_are_sent_again_and_nobody_sees_it() {
    let (desk, mut events) = start();
    let bench = desk.simulator.bench();
    let wait = |state: &str, value: &str| bench.wait(READER, state, &json!(value), PATIENCE).unwrap();
    // A frame is sent four times at most: each of these is mended.
    let damage = || faults(&desk, &json!({ "corrupt_next_frames": 2 }));
    damage();
    bench.place(READER, "worker").unwrap();
    wait("asked", "methods");
    damage();
    act(&desk, "choose", &json!({ "method": "pin" }));
    wait("asked", "pin");
    damage();
    act(&desk, "type", &json!({ "digits": "1234" }));
    for question in ["medical-information", "operations"] {
        wait("consent", question);
        damage();
        act(&desk, "consent", &json!({ "decision": "agree", "screen": question }));
    }
    wait("screen", "take_card");
    damage();
    pull(&desk);

    let mut told = Vec::new();
    events
        .wait_for("the end of the visit", PATIENCE, |event| {
            let seen = event.json().unwrap();
            let over = seen["state"] == "idle" && seen["insertion"] == 1;
            told.push((event.kind.clone(), seen));
            over
        })
        .unwrap();
    assert_eq!(told.iter().filter(|(kind, _)| kind == "result").count(), 1, "{told:?}");
    assert!(told.iter().all(|(_, seen)| seen["failure"].is_null()), "{told:?}");
}

/// The answer is so long a block that damage to it is always seen: what comes is garbled, not missing.
#[test]
fn a_line_that_damages_everything_is_garbled_and_used_again_once_it_is_mended() {
    let (desk, mut events) = start();
    begin_visit(&desk);
    act(&desk, "choose", &json!({ "method": "pin" }));
    desk.simulator.bench().wait(READER, "asked", &json!("pin"), PATIENCE).unwrap();
    act(&desk, "type", &json!({ "digits": "1234" }));
    let question = "medical-information";
    desk.simulator.bench().wait(READER, "consent", &json!(question), PATIENCE).unwrap();
    faults(&desk, &json!({ "corrupt_next_frames": u32::MAX }));
    act(&desk, "consent", &json!({ "decision": "agree", "screen": question }));
    assert_lost(&mut events, "READER_GARBLED");
    // The centre had accepted the card: its result is told, without an answer that nobody could read.
    let told = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(told["consents"], json!([]));
    assert_eq!(told["remarks"][0]["code"], "CONSENT_MISSING");
    pull(&desk);
    faults(&desk, &json!({ "corrupt_next_frames": 0 }));
    until_station(&mut events, "an idle station", |station| station["state"] == "idle").unwrap();
    assert_eq!(desk.simulator.bench().visit(READER, &Visit::pin("elderly")).unwrap().ended, "take_card");
    let next = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(desk.results().unwrap(), [told, next]);
}

#[test]
fn a_reader_that_falls_silent_in_a_visit_ends_it() {
    let (desk, mut events) = start();
    begin_visit(&desk);
    faults(&desk, &json!({ "silent": true }));
    assert_lost(&mut events, "READER_SILENT");
    pull(&desk);
    faults(&desk, &json!({ "silent": false }));
    assert_served_again(&desk, &mut events);
}

#[test]
fn a_reader_unplugged_in_a_visit_comes_back_by_itself() {
    let (desk, mut events) = start();
    begin_visit(&desk);
    act(&desk, "unplug", &json!({}));
    assert_lost(&mut events, "READER_UNPLUGGED");
    pull(&desk);
    act(&desk, "replug", &json!({}));
    assert_served_again(&desk, &mut events);
}

#[test]
fn a_card_that_lay_there_while_the_reader_was_away_must_be_placed_again() {
    let (desk, mut events) = start();
    begin_visit(&desk);
    act(&desk, "unplug", &json!({}));
    until_failure(&mut events, "READER_UNPLUGGED").unwrap();
    act(&desk, "replug", &json!({}));
    let left = until_station(&mut events, "a card left", |station| station["state"] == "card_left").unwrap();
    assert_eq!(left["visit"], Value::Null);
    pull(&desk);
    assert_served_again(&desk, &mut events);
}

#[test]
fn a_card_that_lay_there_before_the_start_must_be_placed_again() {
    let (desk, _) = start();
    begin_visit(&desk);
    let TestDesk { daemon, simulator } = desk;
    daemon.kill().unwrap();
    let daemon = Daemon::start(simulator.daemon()).unwrap();
    let desk = TestDesk { daemon, simulator };
    let mut events = desk.events(None).unwrap();
    let left = until_station(&mut events, "a card left", |station| {
        assert_eq!(station["visit"], Value::Null, "a visit with a card that nobody placed");
        station["state"] == "card_left"
    });
    assert_eq!(left.unwrap()["insertion"], 0);
    pull(&desk);
    assert_served_again(&desk, &mut events);
    // That visit was the first.
    assert_eq!(desk.results().unwrap()[0]["insertion"], 1);
    assert_eq!(desk.simulator.bench().oracle().unwrap().as_array().unwrap().len(), 1);
}

#[test]
fn a_reader_that_is_plugged_in_after_the_start_is_found() {
    let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
    simulator.bench().act(READER, "unplug", &json!({})).unwrap();
    let daemon = Daemon::start(simulator.daemon()).unwrap();
    let desk = TestDesk { daemon, simulator };
    let mut events = desk.events(None).unwrap();
    assert_eq!(until_failure(&mut events, "READER_ABSENT").unwrap()["state"], "out_of_order");
    act(&desk, "replug", &json!({}));
    assert_served_again(&desk, &mut events);
}

#[test]
fn a_reader_that_reports_a_fault_of_its_own_is_out_of_order() {
    let (desk, mut events) = start();
    faults(&desk, &json!({ "self_test": 7, "restart": true }));
    assert_eq!(until_failure(&mut events, "READER_FAULT").unwrap()["state"], "out_of_order");
    faults(&desk, &json!({ "self_test": 0, "restart": true }));
    assert_served_again(&desk, &mut events);
}

#[test]
fn one_readers_trouble_delays_no_other() {
    let simulator = Simulator::start(SimulatorOptions {
        readers: vec![String::from("caora"), String::from("caora")],
        ..SimulatorOptions::default()
    })
    .unwrap();
    let daemon = Daemon::start(simulator.daemon()).unwrap();
    let desk = TestDesk { daemon, simulator };
    let bench = desk.simulator.bench();
    for reader in [READER, "front-2"] {
        bench.wait(reader, "screen", &json!("place_card"), PATIENCE).unwrap();
    }
    let mut events = desk.events(None).unwrap();
    // Between bursts of noise the unit can still be understood, so this need not be a failure.
    faults(&desk, &json!({ "babble": true }));
    bench.visit("front-2", &Visit::pin("elderly")).unwrap();
    assert_eq!(next_result(&mut events).unwrap().json().unwrap()["reader"], "front-2");
    faults(&desk, &json!({ "babble": false }));
    for trouble in
        [json!({ "corrupt_next_frames": u32::MAX }), json!({ "corrupt_next_frames": 0, "silent": true })]
    {
        faults(&desk, &trouble);
        let lost = until_station(&mut events, "the trouble", |station| station["state"] == "out_of_order");
        assert_eq!(lost.unwrap()["reader"], READER);
        bench.visit("front-2", &Visit::pin("elderly")).unwrap();
        assert_eq!(next_result(&mut events).unwrap().json().unwrap()["reader"], "front-2");
    }
}

fn start() -> (TestDesk, Events) {
    let desk = TestDesk::start().unwrap();
    let events = desk.events(None).unwrap();
    (desk, events)
}

fn act(desk: &TestDesk, deed: &str, how: &Value) {
    desk.simulator.bench().act(READER, deed, how).unwrap();
}

fn faults(desk: &TestDesk, which: &Value) {
    act(desk, "faults", which);
}

fn pull(desk: &TestDesk) {
    act(desk, "pull", &json!({}));
}

/// A card lies there and the patient is asked for a method.
fn begin_visit(desk: &TestDesk) {
    desk.simulator.bench().place(READER, "worker").unwrap();
    desk.simulator.bench().wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
}

/// The station says this of its reader, and its visit is over.
fn assert_lost(events: &mut Events, code: &str) {
    let lost = until_station(events, code, |station| station["state"] == "out_of_order").unwrap();
    assert_eq!((&lost["failure"]["code"], &lost["visit"]), (&json!(code), &Value::Null));
}

/// The station comes back by itself, nothing was told meanwhile, and the next patient's is the first result.
fn assert_served_again(desk: &TestDesk, events: &mut Events) {
    let back = until_station(events, "an idle station", |station| station["state"] == "idle").unwrap();
    assert_eq!(back["failure"], Value::Null);
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
    assert_eq!(desk.face_files().unwrap(), []);
    let timeline = desk.simulator.bench().visit(READER, &Visit::pin("elderly")).unwrap();
    assert_eq!(timeline.ended, "take_card", "{timeline:?}");
    assert_eq!(next_result(events).unwrap().id.as_deref(), Some("1"));
}
