//! What staff do at a reader over the API, the control and the passcode, and what happens when a patient is slow, goes
//! early or is not registered yet: each over the real parts, with its result or its code, and with the next patient served.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops")]

use rig::{Events, PATIENCE, RigError, Visit};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;
use tests::control::{self, set_passcode};
use tests::{READER, TestDesk, next_result, site, until_failure, until_station};

const PASSCODE: &str = "0417";
/// What the simulated centre asks of a patient of working age, in this order.
const QUESTIONS: [&str; 2] = ["medical-information", "operations"];

// ----- visual check over the API -----------------------------------------------------------------------------------

#[test]
fn staff_arm_the_visual_check_for_one_card_and_confirm_the_person() {
    let (desk, mut events) = start("");
    arm(&desk, "tanaka").unwrap();
    let armed =
        until_station(&mut events, "an armed station", |s| s["state"] == "visual_check_armed").unwrap();
    assert!(armed["armed_until"].is_string(), "{armed}");
    shown(&desk, "visual_armed");

    place(&desk, "worker");
    let visit = until_confirming(&mut events);
    shown(&desk, "staff_check");
    let other = confirm(&desk, "00000000000000000000000000000000", true).unwrap_err();
    assert_untimely(&other, "other_visit");
    confirm(&desk, &visit, true).unwrap();
    let result = agree_to_all(&desk, &mut events);
    assert_eq!((&result["verification"], &result["visit"]), (&json!("visual"), &json!(visit)));
    assert_eq!(
        deeds(&desk),
        [json!(["visual_check_armed", "tanaka", null]), json!(["person_confirmed", "tanaka", visit]),]
    );

    // One press, one card: the next patient has the choice again.
    take_card(&desk, &mut events);
    assert!(station(&desk)["armed_until"].is_null());
    desk.simulator.bench().visit(READER, &Visit::pin("resident")).unwrap();
    assert_eq!(next_result(&mut events).unwrap().json().unwrap()["verification"], "pin");
    assert_untimely(&confirm(&desk, &visit, true).unwrap_err(), "no_visit");
}

#[test]
fn staff_refuse_another_person_and_take_the_check_back_from_the_command_line() {
    let (desk, mut events) = start("");
    let said = uketsuke(&desk, &["visual", "confirm", READER, "--by", "suzuki"]);
    assert!(!said.status.success() && text(&said.stderr).contains("no visit"), "{said:?}");
    assert!(uketsuke(&desk, &["visual", "arm", READER, "--by", "suzuki"]).status.success());
    until_station(&mut events, "an armed station", |s| s["state"] == "visual_check_armed").unwrap();
    let status = uketsuke(&desk, &["status"]);
    assert!(
        text(&status.stdout).contains("visual_check_armed") && text(&status.stdout).contains("until"),
        "{status:?}"
    );
    assert!(uketsuke(&desk, &["visual", "disarm", READER, "--by", "suzuki"]).status.success());
    until_station(&mut events, "an idle station", |s| s["state"] == "idle").unwrap();

    // Begun in a visit under way: another person stands there.
    place(&desk, "worker");
    asked(&desk, "methods");
    assert!(uketsuke(&desk, &["visual", "arm", READER, "--by", "suzuki"]).status.success());
    let visit = until_confirming(&mut events);
    assert!(uketsuke(&desk, &["visual", "refuse", READER, "--by", "suzuki"]).status.success());
    until_failure(&mut events, "VISUAL_REFUSED").unwrap();
    shown(&desk, "VISUAL_REFUSED");
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
    take_card(&desk, &mut events);

    let listed = uketsuke(&desk, &["audit", "list"]);
    let said = text(&listed.stdout);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("staff suzuki")).collect();
    let deeds = ["visual check armed", "visual check disarmed", "visual check armed", "person refused"];
    assert_eq!(lines.len(), deeds.len(), "{lines:?}");
    for (line, deed) in lines.iter().zip(deeds) {
        assert!(line.contains(deed) && line.contains(READER), "{line}");
    }
    assert!(lines[3].contains(&visit), "{lines:?}");
    desk.simulator.bench().visit(READER, &Visit::pin("resident")).unwrap();
    next_result(&mut events).unwrap();
}

#[test]
fn a_visual_check_that_nobody_uses_ends_by_itself() {
    let (desk, mut events) = start("[visit.seconds]\narmed = 1\nconfirm = 1\n");
    arm(&desk, "tanaka").unwrap();
    until_station(&mut events, "an armed station", |s| s["state"] == "visual_check_armed").unwrap();
    until_station(&mut events, "an idle station", |s| s["state"] == "idle").unwrap();
    assert_eq!(deeds(&desk)[1], json!(["visual_check_disarmed", "tanaka", null]));

    arm(&desk, "tanaka").unwrap();
    place(&desk, "worker");
    until_failure(&mut events, "VISUAL_UNCONFIRMED").unwrap();
    take_card(&desk, &mut events);
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
}

#[test]
fn staff_end_a_visit_before_and_after_the_centre_accepted_the_card() {
    let (desk, mut events) = start("");
    place(&desk, "worker");
    asked(&desk, "methods");
    assert!(uketsuke(&desk, &["cancel", READER, "--by", "tanaka"]).status.success());
    until_failure(&mut events, "VISIT_CANCELLED").unwrap();
    take_card(&desk, &mut events);
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);

    by_pin(&desk, "resident");
    asked(&desk, "consent");
    let visit = station(&desk)["visit"].as_str().unwrap().to_owned();
    desk.daemon.desk().delete(&format!("/v1/readers/{READER}/visits/{visit}?by=tanaka")).unwrap();
    let result = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(result["visit"], visit);
    assert!(!missing(&result).is_empty(), "{result}");
    assert_eq!(result["consents"], json!([]));
    take_card(&desk, &mut events);
    assert_eq!(deeds(&desk).last().unwrap(), &json!(["visit_cancelled", "tanaka", visit]));
}

// ----- passcode at the reader --------------------------------------------------------------------------------------

#[test]
fn staff_confirm_at_the_reader_with_the_passcode() {
    let (desk, mut events) = start_with_passcode("");
    place(&desk, "worker");
    choose(&desk, "visual");
    asked(&desk, "passcode");
    type_digits(&desk, "9999");
    until_failure(&mut events, "PASSCODE_WRONG").unwrap();
    assert_eq!(offered(&desk), [json!("face"), json!("pin"), json!("visual")]);
    choose(&desk, "visual");
    asked(&desk, "passcode");
    type_digits(&desk, PASSCODE);
    let result = agree_to_all(&desk, &mut events);
    assert_eq!(result["verification"], "visual");
    assert_eq!(
        deeds(&desk),
        [
            json!(["passcode_refused", null, result["visit"]]),
            json!(["person_confirmed", null, result["visit"]]),
        ]
    );
}

#[test]
fn five_wrong_passcodes_lock_it_for_the_site_and_the_pin_still_serves() {
    let (desk, mut events) = start_with_passcode("");
    // Over two visits: the count is the site's.
    place(&desk, "worker");
    for _ in 0..2 {
        wrong_passcode(&desk);
        until_failure(&mut events, "PASSCODE_WRONG").unwrap();
        offered(&desk);
    }
    take_card(&desk, &mut events);
    place(&desk, "resident");
    for _ in 0..2 {
        wrong_passcode(&desk);
        until_failure(&mut events, "PASSCODE_WRONG").unwrap();
        offered(&desk);
    }
    wrong_passcode(&desk);
    until_failure(&mut events, "PASSCODE_LOCKED").unwrap();
    assert_eq!(offered(&desk), [json!("face"), json!("pin")]);
    choose(&desk, "pin");
    asked(&desk, "pin");
    type_digits(&desk, &pin_of(&desk, "resident"));
    let result = agree_to_all(&desk, &mut events);
    assert_eq!(result["verification"], "pin");
    take_card(&desk, &mut events);

    // Right, and yet not taken.
    place(&desk, "worker");
    choose(&desk, "visual");
    asked(&desk, "passcode");
    type_digits(&desk, PASSCODE);
    until_failure(&mut events, "PASSCODE_LOCKED").unwrap();
    assert_eq!(deeds(&desk).len(), 6);
}

#[test]
fn without_a_passcode_the_visual_check_is_not_offered_at_the_reader() {
    let (desk, _events) = start("");
    place(&desk, "worker");
    assert_eq!(offered(&desk), [json!("face"), json!("pin")]);
}

#[test]
fn the_passcode_is_never_an_argument_and_its_file_is_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passcode");
    for wrong in ["", "12\n", "12345\n", "abcd\n"] {
        assert!(!set_passcode(&file, wrong).unwrap().status.success(), "{wrong:?}");
        assert!(!file.exists(), "{wrong:?}");
    }
    let said = set_passcode(&file, "0417\n").unwrap();
    assert!(said.status.success(), "{said:?}");
    let kept = fs::read_to_string(&file).unwrap();
    assert!(!kept.contains(PASSCODE) && !text(&said.stdout).contains(PASSCODE), "{kept}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    // The same digits again: another salt, another file.
    assert!(set_passcode(&file, "0417\n").unwrap().status.success());
    assert_ne!(fs::read_to_string(&file).unwrap(), kept);
    let argument =
        control::alone().unwrap().args(["passcode", "set"]).arg(&file).arg(PASSCODE).output().unwrap();
    assert!(!argument.status.success());
}

// ----- patients ----------------------------------------------------------------------------------------------------

#[test]
fn a_card_without_pin_goes_on_by_face() {
    let (desk, mut events) = start("");
    place(&desk, "no-pin");
    choose(&desk, "pin");
    until_failure(&mut events, "PIN_LOCKED").unwrap();
    assert_eq!(offered(&desk), [json!("face")]);
    by_face(&desk, &mut events, "no-pin");
    answer(&desk, "specific-diseases", "agree");
    let result = agree_to_all(&desk, &mut events);
    assert_eq!(result["verification"], "face");
}

#[test]
fn a_card_taken_at_the_questions_gives_a_result_that_names_what_is_missing_while_the_next_is_served() {
    let (desk, mut events) = start("");
    let bench = desk.simulator.bench();
    // The first one's result takes its time, so that the second patient is there before it.
    bench.processing(1, 3000).unwrap();
    by_pin(&desk, "worker");
    bench.wait(READER, "consent", &json!(QUESTIONS[0]), PATIENCE).unwrap();
    bench.act(READER, "consent", &json!({ "decision": "agree", "screen": QUESTIONS[0] })).unwrap();
    bench.wait(READER, "consent", &json!(QUESTIONS[1]), PATIENCE).unwrap();
    bench.pull(READER).unwrap();
    until_station(&mut events, "a free reader", |s| s["state"] == "idle" && s["settling"] == 1).unwrap();
    place(&desk, "resident");
    asked(&desk, "methods");
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);

    let first = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(first["insertion"], 1);
    assert_eq!(missing(&first), ["operations"]);
    assert!(!first["consents"].as_array().unwrap().is_empty());
    choose(&desk, "pin");
    asked(&desk, "pin");
    type_digits(&desk, &pin_of(&desk, "resident"));
    let second = agree_to_all(&desk, &mut events);
    assert_eq!((&second["insertion"], &second["remarks"]), (&json!(2), &json!([])));
}

#[test]
fn a_card_is_registered_on_the_spot_with_pin() {
    let (desk, mut events) = start("");
    desk.simulator.bench().unregister("worker").unwrap();
    by_pin(&desk, "worker");
    answer(&desk, "registration", "agree");
    // The card was let go while the patient read.
    asked(&desk, "pin");
    type_digits(&desk, &pin_of(&desk, "worker"));
    assert_registered(&agree_to_all(&desk, &mut events), "pin");
}

#[test]
fn a_card_is_registered_on_the_spot_by_face() {
    let (desk, mut events) = start("");
    desk.simulator.bench().unregister("worker").unwrap();
    place(&desk, "worker");
    by_face(&desk, &mut events, "worker");
    answer(&desk, "registration", "agree");
    assert_registered(&agree_to_all(&desk, &mut events), "face");
}

#[test]
fn who_does_not_register_is_told_what_to_show_instead() {
    let (desk, mut events) = start("");
    desk.simulator.bench().unregister("worker").unwrap();
    by_pin(&desk, "worker");
    answer(&desk, "registration", "refuse");
    until_failure(&mut events, "REGISTRATION_DECLINED").unwrap();
    shown(&desk, "REGISTRATION_DECLINED");
    take_card(&desk, &mut events);
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
}

#[test]
fn a_slow_patient_is_asked_again_and_served() {
    let (desk, mut events) = start("[visit]\nreminders = 3\n[visit.seconds]\nchoose = 1\n");
    place(&desk, "worker");
    asked(&desk, "methods");
    until_failure(&mut events, "PATIENT_SLOW").unwrap();
    shown(&desk, "PATIENT_SLOW");
    choose(&desk, "pin");
    asked(&desk, "pin");
    type_digits(&desk, &pin_of(&desk, "worker"));
    let result = agree_to_all(&desk, &mut events);
    assert_eq!(result["verification"], "pin");
}

#[test]
fn a_patient_who_never_acts_is_let_go_after_the_reminders() {
    let (desk, mut events) = start("[visit]\nreminders = 1\n[visit.seconds]\nchoose = 1\n");
    place(&desk, "worker");
    until_failure(&mut events, "PATIENT_SLOW").unwrap();
    until_failure(&mut events, "PATIENT_GONE").unwrap();
    take_card(&desk, &mut events);
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
}

// ----- a desk ------------------------------------------------------------------------------------------------------

/// A desk whose configuration has these tables beside its own.
fn start(tables: &str) -> (TestDesk, Events) {
    let desk = TestDesk::start_with(|options| site::add_tables(options, tables).unwrap()).unwrap();
    let events = desk.events(None).unwrap();
    (desk, events)
}

fn start_with_passcode(tables: &str) -> (TestDesk, Events) {
    let desk = TestDesk::start_with(|options| {
        site::add_tables(options, tables).unwrap();
        site::add_passcode(options, PASSCODE).unwrap();
    })
    .unwrap();
    let events = desk.events(None).unwrap();
    (desk, events)
}

fn uketsuke(desk: &TestDesk, words: &[&str]) -> Output {
    control::control(desk.daemon.ready()).unwrap().args(words).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

// ----- staff -------------------------------------------------------------------------------------------------------

fn arm(desk: &TestDesk, by: &str) -> Result<Value, RigError> {
    desk.daemon.desk().put(&format!("/v1/readers/{READER}/visual-check"), &json!({ "by": by }))
}

fn confirm(desk: &TestDesk, visit: &str, same: bool) -> Result<Value, RigError> {
    let path = format!("/v1/readers/{READER}/visits/{visit}/confirmation");
    desk.daemon.desk().post(&path, &json!({ "by": "tanaka", "same_person": same }))
}

/// Waits until staff are to compare person and card; gives the visit.
fn until_confirming(events: &mut Events) -> String {
    let station = until_station(events, "staff to confirm", |s| s["step"] == "confirming").unwrap();
    station["visit"].as_str().unwrap().to_owned()
}

fn assert_untimely(refused: &RigError, reason: &str) {
    let said = refused.to_string();
    assert!(
        said.contains("409") && said.contains("STAFF_ACT_UNTIMELY") && said.contains(reason),
        "{reason}: {said}"
    );
}

/// Deed, who and visit of every entry in the audit about staff; who saw which result stands there too.
fn deeds(desk: &TestDesk) -> Vec<Value> {
    let audit = desk.daemon.desk().get("/v1/audit").unwrap();
    let entries = audit["entries"].as_array().unwrap().iter();
    let staffs = entries.filter(|entry| entry["actor"] == "staff" || entry["actor"] == "at_reader");
    staffs.map(|entry| json!([entry["deed"], entry["by"], entry["visit"]])).collect()
}

fn wrong_passcode(desk: &TestDesk) {
    choose(desk, "visual");
    asked(desk, "passcode");
    type_digits(desk, "9999");
}

// ----- a patient by hand -------------------------------------------------------------------------------------------

fn station(desk: &TestDesk) -> Value {
    desk.daemon.desk().readers().unwrap()["readers"][0].clone()
}

fn place(desk: &TestDesk, persona: &str) {
    desk.simulator.bench().act(READER, "place", &json!({ "persona": persona, "fresh": true })).unwrap();
}

fn by_pin(desk: &TestDesk, persona: &str) {
    place(desk, persona);
    choose(desk, "pin");
    asked(desk, "pin");
    type_digits(desk, &pin_of(desk, persona));
}

/// Looks into the camera, up to three times as people do: the simulated comparison misses some poses.
fn by_face(desk: &TestDesk, events: &mut Events, persona: &str) {
    for seed in 1..=3 {
        let before = json!({ "persona": persona, "scene": "right", "seed": seed });
        desk.simulator.bench().act(READER, "face", &before).unwrap();
        choose(desk, "face");
        until_station(events, "a comparison", |s| s["step"] == "comparing").unwrap();
        let after = until_station(events, "its end", |s| s["step"] != "comparing").unwrap();
        if after["step"] != "choosing" {
            return;
        }
    }
    panic!("{persona} was not recognised");
}

/// Takes the card; the station then waits for the next one.
fn take_card(desk: &TestDesk, events: &mut Events) {
    desk.simulator.bench().pull(READER).unwrap();
    until_station(events, "an idle station", |station| station["state"] == "idle").unwrap();
    shown(desk, "place_card");
}

fn asked(desk: &TestDesk, what: &str) -> Value {
    desk.simulator.bench().wait(READER, "asked", &json!(what), PATIENCE).unwrap()
}

fn offered(desk: &TestDesk) -> Vec<Value> {
    asked(desk, "methods")["asked"]["offered"].as_array().unwrap().clone()
}

fn shown(desk: &TestDesk, notice: &str) -> Value {
    desk.simulator.bench().wait(READER, "screen", &json!(notice), PATIENCE).unwrap()
}

fn choose(desk: &TestDesk, method: &str) {
    asked(desk, "methods");
    desk.simulator.bench().act(READER, "choose", &json!({ "method": method })).unwrap();
}

fn type_digits(desk: &TestDesk, digits: &str) {
    desk.simulator.bench().act(READER, "type", &json!({ "digits": digits })).unwrap();
}

fn pin_of(desk: &TestDesk, id: &str) -> String {
    desk.persona(id).unwrap()["pin"].as_str().unwrap().to_owned()
}

fn answer(desk: &TestDesk, screen: &str, decision: &str) {
    let bench = desk.simulator.bench();
    bench.wait(READER, "consent", &json!(screen), PATIENCE).unwrap();
    bench.act(READER, "consent", &json!({ "decision": decision, "screen": screen })).unwrap();
}

/// Agrees to what a patient of working age is asked; gives the result.
fn agree_to_all(desk: &TestDesk, events: &mut Events) -> Value {
    for screen in QUESTIONS {
        answer(desk, screen, "agree");
    }
    next_result(events).unwrap().json().unwrap()
}

// ----- what a result says ------------------------------------------------------------------------------------------

/// What was not answered, by the result.
fn missing(result: &Value) -> Vec<&str> {
    let remarks = result["remarks"].as_array().unwrap().iter();
    remarks
        .filter(|remark| remark["code"] == "CONSENT_MISSING")
        .map(|remark| remark["item"].as_str().unwrap())
        .collect()
}

fn assert_registered(result: &Value, verification: &str) {
    assert_eq!((&result["verification"], &result["validity"]), (&json!(verification), &json!("valid")));
    let consents = result["consents"].as_array().unwrap();
    assert!(
        consents.iter().any(|consent| consent["item"] == "registration" && consent["decision"] == "agreed"),
        "{result}"
    );
}
