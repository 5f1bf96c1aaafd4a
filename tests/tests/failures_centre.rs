//! A centre that lies, asks too much, breaks off or falls silent: each ends with its typed failure, on screen and event
//! stream, without a result; the next patient is served without a restart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

mod failing;

use failing::{SECONDS, Troubled};
use rig::{Timeline, Visit};
use serde_json::{Value, json};

/// VERIFY, by its instruction byte.
const VERIFY: &str = "20";
/// PERFORM SECURITY OPERATION: the signature.
const SIGN: &str = "2a";

#[test]
fn a_replayed_signature_brings_nothing() {
    let mut desk = Troubled::start();
    desk.serves(&Visit::face("worker"));
    desk.misbehave(&json!("replay_earlier_signature"));
    desk.fails(&Visit::face("worker"), "SIGNATURE_REFUSED");
    desk.fails(&Visit::pin("worker"), "SIGNATURE_REFUSED");
    desk.behave();
    desk.serves(&Visit::face("worker"));
    desk.only_served_are_told();
}

#[test]
fn a_centre_that_wants_a_pin_verified_never_reaches_the_card() {
    let mut desk = Troubled::start();
    let usual = counted(&mut desk, VERIFY, |desk| drop(desk.serves(&Visit::pin("worker"))));
    assert!(usual > 0, "the card counts the terminal's own VERIFY");
    let tries = desk.tries_left("worker");

    desk.misbehave(&json!("ask_verify"));
    let hostile = counted(&mut desk, VERIFY, |desk| {
        desk.fails(&Visit::pin("worker"), "RELAY_COMMAND_REFUSED");
    });
    assert_eq!(hostile, usual, "only the terminal's own VERIFY");
    assert!(desk.log().contains("the relay must not send VERIFY"));
    // By face: only 照合番号B is verified, once in each attempt.
    let (mut bad, mut good) = (None, None);
    let hostile = counted(&mut desk, VERIFY, |desk| {
        bad = Some(desk.fails(&Visit::face("worker"), "RELAY_COMMAND_REFUSED"));
    });
    desk.behave();
    let usual = counted(&mut desk, VERIFY, |desk| {
        good = Some(desk.serves(&Visit::face("worker")));
    });
    assert_eq!(hostile * attempts(&good.unwrap()), usual * attempts(&bad.unwrap()));
    assert_eq!(desk.tries_left("worker"), tries);
    desk.only_served_are_told();
}

#[test]
fn a_centre_that_wants_another_text_signed_gets_no_signature() {
    let mut desk = Troubled::start();
    let usual = counted(&mut desk, SIGN, |desk| drop(desk.serves(&Visit::pin("worker"))));
    assert_eq!(usual, 1, "one signature for one visit");
    desk.misbehave(&json!("ask_other_text"));
    let hostile = counted(&mut desk, SIGN, |desk| {
        desk.fails(&Visit::pin("worker"), "RELAY_OTHER_TEXT");
    });
    assert_eq!(hostile, 0, "the card never saw a command to sign");
    // By face the chip proves its photo by a signature of its own, once in each attempt.
    let mut by_face = None;
    let hostile = counted(&mut desk, SIGN, |desk| {
        by_face = Some(desk.fails(&Visit::face("worker"), "RELAY_OTHER_TEXT"));
    });
    assert_eq!(hostile, attempts(&by_face.unwrap()), "nothing but the photo's own");
    desk.behave();
    desk.serves(&Visit::pin("worker"));
    desk.only_served_are_told();
}

#[test]
fn a_centre_that_selects_another_application_never_reaches_the_card() {
    let mut desk = Troubled::start();
    // What the card sees of a visit whose relay brings no command at all.
    desk.misbehave(&json!({ "silent_at": "first_command" }));
    let before = desk.apdus();
    desk.fails(&Visit::pin("worker"), "CENTRE_SILENT");
    let without_relay = desk.apdus() - before;
    desk.misbehave(&json!("ask_other_application"));
    let before = desk.apdus();
    desk.fails(&Visit::pin("worker"), "RELAY_COMMAND_REFUSED");
    assert_eq!(desk.apdus() - before, without_relay, "the card saw no command of the relay");
    desk.fails(&Visit::face("worker"), "RELAY_COMMAND_REFUSED");
    desk.behave();
    desk.serves(&Visit::pin("worker"));
    desk.only_served_are_told();
}

#[test]
fn a_centre_that_floods_or_answers_amiss_brings_nothing() {
    let mut desk = Troubled::start();
    for (kind, code) in [
        ("flood_commands", "RELAY_LIMIT"),
        ("answer_other_session", "CENTRE_GARBLED"),
        ("half_answer", "CENTRE_GARBLED"),
        ("garbage", "CENTRE_GARBLED"),
    ] {
        desk.fails_while(&json!(kind), code);
    }
    desk.only_served_are_told();
}

#[test]
fn a_centre_that_falls_silent_in_the_relay_is_said_within_seconds() {
    let mut desk = Troubled::start();
    for (kind, awaited) in [
        (json!({ "silent_at": "nonce" }), "nonce"),
        (json!({ "silent_at": "first_command" }), "next relay message"),
        (json!({ "silent_at": "sign" }), "next relay message"),
        (json!({ "silent_at": "answer" }), "next relay message"),
    ] {
        is_silent(&mut desk, &kind, awaited);
    }
    desk.only_served_are_told();
}

#[test]
fn a_centre_that_falls_silent_around_the_relay_is_said_within_seconds() {
    let mut desk = Troubled::start();
    desk.until_line("up", None);
    for (kind, awaited) in [
        (json!("silent_after_accept"), "TLS handshake"),
        (json!({ "silent_at": "login" }), "reply to the login"),
        (json!({ "silent_at": "screens" }), "list of consent screens"),
        (json!({ "silent_at": "answers" }), "result"),
    ] {
        // Else the token at hand makes a login needless.
        desk.desk.simulator.bench().post("/v1/centre/forget-logins", &json!({})).unwrap();
        is_silent(&mut desk, &kind, awaited);
    }
    desk.only_served_are_told();
}

/// The message names how long was waited and for what; patient and desk hear of it within seconds.
fn is_silent(desk: &mut Troubled, kind: &Value, awaited: &str) {
    let logged = desk.log().len();
    let timeline = desk.fails_while(kind, "CENTRE_SILENT");
    let log = desk.log().split_off(logged);
    let message = format!("said nothing for {} ms; awaited: {awaited}", SECONDS * 1000);
    assert!(log.contains(&message), "{kind}: {message:?} in {log}");
    let waited = last_at(&timeline) - at(&timeline, "PIN typed");
    // The card's own part, the deadline, and the time that the simulated patient takes to believe it.
    assert!(waited < 10_000.0, "{kind}: {timeline:?}");
}

/// How many commands of this kind the card got meanwhile.
fn counted(desk: &mut Troubled, instruction: &str, deed: impl FnOnce(&mut Troubled)) -> u64 {
    let before = desk.instructions(instruction);
    deed(desk);
    desk.instructions(instruction) - before
}

fn attempts(timeline: &Timeline) -> u64 {
    timeline.steps.iter().filter(|step| step.step == "method chosen").count() as u64
}

fn at(timeline: &Timeline, step: &str) -> f64 {
    timeline.steps.iter().find(|seen| seen.step == step).expect("the step").at_ms
}

/// When the failure was there; the steps after it are the patient's.
fn last_at(timeline: &Timeline) -> f64 {
    timeline.steps.iter().find(|seen| seen.step.starts_with("failure shown")).expect("a failure").at_ms
}
