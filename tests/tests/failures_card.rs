//! What a card, a face or a PIN can do wrong, over the real parts. Each ends with its code on the station and on the
//! reader's screen, tells nothing, and leaves the desk to the next patient.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use rig::{Events, Face, PATIENCE, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::slice::from_ref;
use std::time::Duration;
use tests::{READER, TestDesk, next_result, until_failure, until_station};

/// A VERIFY; the question for the tries left is one without data.
const VERIFY: &str = "20";
/// What the simulated centre asks of a patient of working age, in this order.
const QUESTIONS: [&str; 2] = ["medical-information", "operations"];

#[test]
fn a_wrong_pin_costs_one_try_and_is_asked_again_until_the_last() {
    let (desk, mut events) = start();
    place(&desk, &json!({ "persona": "elderly" }));
    choose(&desk, "pin");
    let asked = asked(&desk, "pin");
    assert_eq!(asked["asked"]["tries_left"], 3);
    let counted = verifications(&asked);

    type_pin(&desk, "0000");
    until_failure(&mut events, "PIN_WRONG").unwrap();
    let again = shown_asking_pin(&desk, "PIN_WRONG");
    assert_eq!(again["asked"]["tries_left"], 2);
    assert_eq!(verifications(&again), counted + 1, "one VERIFY for one typed PIN");

    type_pin(&desk, "0000");
    until_failure(&mut events, "PIN_LAST_TRY").unwrap();
    let last = shown_asking_pin(&desk, "PIN_LAST_TRY");
    assert_eq!(last["asked"]["tries_left"], 1);
    assert_eq!(verifications(&last), counted + 2);

    // The patient decides to spend it.
    type_pin(&desk, "0000");
    until_failure(&mut events, "PIN_LOCKED").unwrap();
    let locked = shown(&desk, "PIN_LOCKED");
    assert_eq!(verifications(&locked), counted + 3);
    assert_nothing_answered(&desk);
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_wrong_pin_counts_on_the_card_and_the_right_one_goes_on() {
    let (desk, mut events) = start();
    place(&desk, &json!({ "persona": "resident" }));
    choose(&desk, "pin");
    asked(&desk, "pin");
    type_pin(&desk, "0000");
    until_failure(&mut events, "PIN_WRONG").unwrap();
    shown_asking_pin(&desk, "PIN_WRONG");
    // Leaving now ends the visit; the card remembers.
    take_card(&desk, &mut events);
    assert_nothing_answered(&desk);

    place(&desk, &json!({ "persona": "resident" }));
    choose(&desk, "pin");
    assert_eq!(asked(&desk, "pin")["asked"]["tries_left"], 2);
    type_pin(&desk, &pin_of(&desk, "resident"));
    let result = agree_to_all(&desk, &mut events);
    assert_eq!((&result["verification"], &result["insertion"]), (&json!("pin"), &json!(2)));
    take_card(&desk, &mut events);
    // The right PIN gave the tries back.
    place(&desk, &json!({ "persona": "resident" }));
    choose(&desk, "pin");
    assert_eq!(asked(&desk, "pin")["asked"]["tries_left"], 3);
}

#[test]
fn a_locked_pin_is_said_without_asking_for_it() {
    let (desk, mut events) = start();
    place(&desk, &json!({ "persona": "pin-locked" }));
    let before = verifications(&asked(&desk, "methods"));
    choose(&desk, "pin");
    until_failure(&mut events, "PIN_LOCKED").unwrap();
    let state = shown(&desk, "PIN_LOCKED");
    assert_eq!(verifications(&state), before + 1, "only the tries were asked for");
    assert_nothing_answered(&desk);
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_wrong_face_does_not_match_and_the_pin_still_serves() {
    let (desk, mut events) = start();
    assert_face_is_refused(&desk, &mut events, "housewife", "right", "FACE_NO_MATCH");
    choose(&desk, "pin");
    asked(&desk, "pin");
    type_pin(&desk, &pin_of(&desk, "worker"));
    let result = agree_to_all(&desk, &mut events);
    assert_eq!(result["verification"], "pin");
    assert_eq!(desk.results().unwrap(), [result]);
}

#[test]
fn too_little_light_is_said_as_such() {
    let (desk, mut events) = start();
    assert_face_is_refused(&desk, &mut events, "worker", "dark", "FACE_TOO_DARK");
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_mask_is_said_as_such() {
    let (desk, mut events) = start();
    assert_face_is_refused(&desk, &mut events, "worker", "masked", "FACE_MASKED");
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_head_turned_aside_is_said_as_such() {
    let (desk, mut events) = start();
    assert_face_is_refused(&desk, &mut events, "worker", "turned", "FACE_POSE");
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_photograph_is_no_patient() {
    let (desk, mut events) = start();
    assert_face_is_refused(&desk, &mut events, "worker", "photograph", "FACE_NOT_ALIVE");
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn nobody_before_the_camera_is_said_as_such() {
    let (desk, mut events) = start();
    assert_face_is_refused(&desk, &mut events, "worker", "none", "FACE_NOT_FOUND");
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn digits_that_cannot_be_read_leave_the_pin() {
    let (desk, mut events) = start();
    desk.simulator.bench().act(READER, "faults", &json!({ "reading": "unreadable" })).unwrap();
    let before = verifications(&desk.simulator.bench().reader(READER).unwrap());
    assert_face_is_refused(&desk, &mut events, "worker", "right", "NUMBER_B_UNREADABLE");
    let state = desk.simulator.bench().reader(READER).unwrap();
    assert_eq!(verifications(&state), before, "nothing was tried on the card");
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn digits_that_were_misread_are_tried_once_for_each_choice_and_three_times_in_a_visit() {
    let (desk, mut events) = start();
    let bench = desk.simulator.bench();
    bench.act(READER, "faults", &json!({ "reading": "last_digit_wrong" })).unwrap();
    let face = Face { persona: String::from("worker"), scene: String::from("right") };
    bench.act(READER, "face", &json!(face)).unwrap();
    place(&desk, &json!({ "persona": "worker" }));
    for choice in 1..=3 {
        choose(&desk, "face");
        until_failure(&mut events, "NUMBER_B_WRONG").unwrap();
        let state = asked(&desk, "methods");
        // One question for the tries left and one try for each: 照合番号B locks after ten.
        assert_eq!(verifications(&state), 2 * choice);
        let offered = state["asked"]["offered"].as_array().unwrap();
        assert_eq!(offered.contains(&json!("face")), choice < 3, "{state}");
        assert!(offered.contains(&json!("pin")), "{state}");
    }
    assert_nothing_answered(&desk);
    take_card(&desk, &mut events);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_patient_who_leaves_the_pin_may_choose_again() {
    let (desk, mut events) = start();
    place(&desk, &json!({ "persona": "worker" }));
    choose(&desk, "pin");
    let counted = verifications(&asked(&desk, "pin"));
    desk.simulator.bench().act(READER, "cancel", &json!({})).unwrap();
    until_failure(&mut events, "PIN_CANCELLED").unwrap();
    let state = asked(&desk, "methods");
    assert_eq!(verifications(&state), counted, "nothing was tried on the card");
    take_card(&desk, &mut events);
    assert_nothing_answered(&desk);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_forged_photo_reaches_no_reader() {
    let visit = Visit { faults: vec![json!("forged-photo")], ..Visit::face("worker") };
    assert_visit_fails(&visit, "PHOTO_FORGED");
}

#[test]
fn a_photo_of_another_chip_reaches_no_reader() {
    let visit = Visit { faults: vec![json!("photo-of-another-chip")], ..Visit::face("worker") };
    assert_visit_fails(&visit, "PHOTO_OF_OTHER_CHIP");
}

#[test]
fn a_revoked_card_is_refused_by_the_centre() {
    assert_visit_fails(&Visit::pin("revoked"), "CERTIFICATE_REVOKED");
}

#[test]
fn a_lapsed_card_is_refused_by_the_centre() {
    let lapsed = json!({ "certificate": { "rule": "lapsed" } });
    assert_visit_fails(&Visit { faults: vec![lapsed], ..Visit::pin("worker") }, "CERTIFICATE_EXPIRED");
}

#[test]
fn a_card_pulled_during_the_relay_ends_the_visit() {
    let (desk, mut events) = start();
    relay_slowly(&desk, &mut events);
    // Out of the tray first, as a hand does it that lifts the front.
    pull(&desk, &json!({ "only": "tray" }));
    until_failure(&mut events, "CARD_REMOVED_EARLY").unwrap();
    shown(&desk, "CARD_REMOVED_EARLY");
    pull(&desk, &json!({ "only": "slot" }));
    desk.until_idle().unwrap();
    assert_nothing_answered(&desk);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_card_pulled_at_one_stroke_during_the_relay_ends_the_visit() {
    let (desk, mut events) = start();
    relay_slowly(&desk, &mut events);
    pull(&desk, &json!({}));
    until_failure(&mut events, "CARD_REMOVED_EARLY").unwrap();
    desk.until_idle().unwrap();
    // The code stands on the screen only until reader and slot are both known to be empty; the alarm is heard.
    assert_eq!(shown(&desk, "place_card")["sound"], "alarm");
    assert_nothing_answered(&desk);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_card_pulled_in_the_middle_of_a_relays_command_ends_the_visit() {
    let (desk, mut events) = start();
    relay_slowly(&desk, &mut events);
    pull(&desk, &json!({ "mid_apdu_after": 3, "only": "slot" }));
    until_failure(&mut events, "CARD_REMOVED_EARLY").unwrap();
    shown(&desk, "CARD_REMOVED_EARLY");
    pull(&desk, &json!({ "only": "tray" }));
    desk.until_idle().unwrap();
    assert_nothing_answered(&desk);
    assert_next_patient_is_served(desk, &mut events);
}

#[test]
fn a_card_pulled_at_a_consent_question_brings_a_result_that_names_what_is_missing() {
    let (desk, mut events) = start();
    place(&desk, &json!({ "persona": "worker" }));
    choose(&desk, "pin");
    asked(&desk, "pin");
    type_pin(&desk, &pin_of(&desk, "worker"));
    let question = asked(&desk, "consent");
    pull(&desk, &json!({ "only": "tray" }));
    until_failure(&mut events, "CARD_REMOVED_EARLY").unwrap();
    assert_eq!(shown(&desk, "CARD_REMOVED_EARLY")["asked"]["what"], "nothing", "the question is withdrawn");
    let result = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(result["consents"], json!([]), "nothing was answered");
    let missing: Vec<&Value> = result["remarks"].as_array().unwrap().iter().collect();
    let asked = question["asked"]["items"].as_array().unwrap();
    assert!(missing.len() >= asked.len() && missing.iter().all(|remark| remark["code"] == "CONSENT_MISSING"));
    pull(&desk, &json!({ "only": "slot" }));
    desk.until_idle().unwrap();
    // The centre opened nothing.
    let queries = desk.simulator.bench().queries().unwrap();
    assert!(queries.as_array().unwrap().iter().all(|query| query["opened"] == json!([])), "{queries}");
    desk.simulator.bench().visit(READER, &Visit::pin("housewife")).unwrap();
    let next = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(desk.results().unwrap(), [result, next]);
}

#[test]
fn a_card_that_only_the_tray_or_only_the_slot_sees_begins_nothing() {
    for (part, code) in [("tray", "CARD_NO_CHIP"), ("slot", "CARD_SLOT_DISAGREES")] {
        let (desk, mut events) = start();
        place(&desk, &json!({ "persona": "worker", "only": part }));
        until_failure(&mut events, code).unwrap();
        let state = shown(&desk, code);
        assert_eq!(verifications(&state), 0);
        assert_nothing_answered(&desk);
        pull(&desk, &json!({ "only": part }));
        desk.until_idle().unwrap();
        assert_next_patient_is_served(desk, &mut events);
    }
}

#[test]
fn a_card_that_never_answers_is_given_up_and_delays_no_other_reader() {
    let simulator = rig::Simulator::start(SimulatorOptions {
        readers: vec![String::from("caora"), String::from("caora")],
        ..SimulatorOptions::default()
    });
    let simulator = simulator.unwrap();
    let daemon = rig::Daemon::start(simulator.daemon()).unwrap();
    let desk = TestDesk { daemon, simulator };
    for reader in [READER, "front-2"] {
        desk.simulator.bench().wait(reader, "screen", &json!("place_card"), PATIENCE).unwrap();
    }
    let mut events = desk.events(None).unwrap();

    place(&desk, &json!({ "persona": "worker", "faults": ["never-answer"] }));
    until_station(&mut events, "the stuck card", |station| station["step"] == "identifying").unwrap();
    desk.simulator.bench().visit("front-2", &Visit::pin("elderly")).unwrap();
    let result = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(result["reader"], "front-2");
    // Not before that result: what the stream had until then was passed over. And within the step's ten seconds.
    let silent = events.wait_for("CARD_SILENT", Duration::from_secs(10), |event| {
        event.json().is_ok_and(|station| station["failure"]["code"] == "CARD_SILENT")
    });
    assert_eq!(silent.unwrap().json().unwrap()["reader"], READER);
    shown(&desk, "CARD_SILENT");
    pull(&desk, &json!({}));
    shown(&desk, "place_card");
    desk.simulator.bench().visit(READER, &Visit::pin("housewife")).unwrap();
    assert_eq!(next_result(&mut events).unwrap().json().unwrap()["reader"], READER);
}

#[test]
fn a_card_that_is_not_taken_is_said_until_it_is() {
    let (desk, mut events) = start();
    desk.simulator.bench().visit(READER, &Visit::pin("worker").leaving_card()).unwrap();
    let result = next_result(&mut events).unwrap().json().unwrap();
    let left = until_failure(&mut events, "CARD_LEFT").unwrap();
    assert_eq!(left["state"], "card_left");
    let state = shown(&desk, "card_left");
    assert_eq!(state["sound"], "take_card");
    // Leaving it is no second visit.
    assert_eq!(desk.results().unwrap(), [result]);
    take_card(&desk, &mut events);
    desk.simulator.bench().visit(READER, &Visit::pin("elderly")).unwrap();
    assert_eq!(next_result(&mut events).unwrap().json().unwrap()["insertion"], 2);
}

// ----- a patient by hand ------------------------------------------------------------------------------------------

fn start() -> (TestDesk, Events) {
    let desk = TestDesk::start().unwrap();
    let events = desk.events(None).unwrap();
    (desk, events)
}

fn place(desk: &TestDesk, how: &Value) {
    desk.simulator.bench().act(READER, "place", how).unwrap();
}

fn pull(desk: &TestDesk, how: &Value) {
    desk.simulator.bench().act(READER, "pull", how).unwrap();
}

/// Takes the card; the station then waits for the next one.
fn take_card(desk: &TestDesk, events: &mut Events) {
    pull(desk, &json!({}));
    until_station(events, "an idle station", |station| station["state"] == "idle").unwrap();
    shown(desk, "place_card");
}

/// Waits until this is asked; gives the reader's state.
fn asked(desk: &TestDesk, what: &str) -> Value {
    desk.simulator.bench().wait(READER, "asked", &json!(what), PATIENCE).unwrap()
}

/// Waits until the reader's screen shows this; gives the reader's state.
fn shown(desk: &TestDesk, notice: &str) -> Value {
    desk.simulator.bench().wait(READER, "screen", &json!(notice), PATIENCE).unwrap()
}

fn shown_asking_pin(desk: &TestDesk, code: &str) -> Value {
    shown(desk, code);
    let state = asked(desk, "pin");
    assert_eq!(state["screen"], code);
    state
}

fn choose(desk: &TestDesk, method: &str) {
    asked(desk, "methods");
    desk.simulator.bench().act(READER, "choose", &json!({ "method": method })).unwrap();
}

fn type_pin(desk: &TestDesk, digits: &str) {
    desk.simulator.bench().act(READER, "type", &json!({ "digits": digits })).unwrap();
}

/// Agrees to every question; gives the result.
fn agree_to_all(desk: &TestDesk, events: &mut Events) -> Value {
    let bench = desk.simulator.bench();
    for screen in QUESTIONS {
        bench.wait(READER, "consent", &json!(screen), PATIENCE).unwrap();
        bench.act(READER, "consent", &json!({ "decision": "agree", "screen": screen })).unwrap();
    }
    next_result(events).unwrap().json().unwrap()
}

fn pin_of(desk: &TestDesk, id: &str) -> String {
    desk.persona(id).unwrap()["pin"].as_str().unwrap().to_owned()
}

/// A visit by PIN in the middle of its relay, with a card so slow that the relay lasts some seconds.
fn relay_slowly(desk: &TestDesk, events: &mut Events) {
    place(desk, &json!({ "persona": "worker", "faults": [{ "delay": { "millis": 150 } }] }));
    choose(desk, "pin");
    asked(desk, "pin");
    type_pin(desk, &pin_of(desk, "worker"));
    until_station(events, "the relay", |station| station["step"] == "relaying").unwrap();
}

fn verifications(state: &Value) -> u64 {
    state["slot"]["by_instruction"][VERIFY].as_u64().unwrap_or(0)
}

// ----- what must hold ---------------------------------------------------------------------------------------------

/// This visit ends with this code on screen and station, brings nothing, and the next patient is served.
fn assert_visit_fails(visit: &Visit, code: &str) {
    let (desk, mut events) = start();
    let timeline = desk.simulator.bench().visit(READER, visit).unwrap();
    assert_eq!((&*timeline.ended, timeline.failure.as_deref()), ("failure", Some(code)), "{timeline:?}");
    until_failure(&mut events, code).unwrap();
    assert_nothing_answered(&desk);
    assert_next_patient_is_served(desk, &mut events);
}

/// The worker's card with this scene before the camera: the code is shown and the PIN offered.
fn assert_face_is_refused(desk: &TestDesk, events: &mut Events, persona: &str, scene: &str, code: &str) {
    let face = Face { persona: persona.to_owned(), scene: scene.to_owned() };
    desk.simulator.bench().act(READER, "face", &json!(face)).unwrap();
    place(desk, &json!({ "persona": "worker" }));
    choose(desk, "face");
    until_failure(events, code).unwrap();
    shown(desk, code);
    let state = asked(desk, "methods");
    assert_eq!(state["screen"], code);
    assert!(state["asked"]["offered"].as_array().unwrap().contains(&json!("pin")), "{state}");
    assert_nothing_answered(desk);
}

fn assert_nothing_told(desk: &TestDesk) {
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
    assert_eq!(desk.face_files().unwrap(), []);
}

fn assert_nothing_answered(desk: &TestDesk) {
    assert_nothing_told(desk);
    assert_eq!(answered(desk), [Value::Null; 0]);
}

/// Relays in which the centre accepted a signature.
fn answered(desk: &TestDesk) -> Vec<Value> {
    let oracle = desk.simulator.bench().oracle().unwrap();
    let of = |entry: &&Value| !entry["outcome"]["answered"].is_null();
    oracle.as_array().unwrap().iter().filter(of).cloned().collect()
}

/// The first result that anyone hears of is that of the patient who comes now, and there is no other.
fn assert_next_patient_is_served(desk: TestDesk, events: &mut Events) {
    let timeline = desk.simulator.bench().visit(READER, &Visit::pin("housewife")).unwrap();
    assert_eq!(timeline.ended, "take_card", "{timeline:?}");
    let told = next_result(events).unwrap();
    let result = told.json().unwrap();
    assert_eq!(told.id.as_deref(), Some("1"));
    assert_eq!(answered(&desk).last().unwrap()["visit"], result["visit"]);
    assert_eq!(desk.results().unwrap(), from_ref(&result));
    // An orderly stop finishes what is on its way to the folder.
    let TestDesk { daemon, simulator } = desk;
    assert!(daemon.stop().unwrap().success());
    let files = std::fs::read_dir(&simulator.ready().face_dir).unwrap();
    let contents: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert_eq!(contents, [result["document"].as_str().unwrap().as_bytes()]);
}
