//! The control program towards a real daemon: tokens, counts, the audit, look-ups, consents, folders.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use rig::{Daemon, Desk, PATIENCE, RigError, ServerEvent, Visit};
use serde_json::{Value, json};
use simulator_card::Persona;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};
use tests::{READER, TestDesk, control, next_result, until_failure, until_station};

/// What the simulated centre asks of a patient of working age, in this order.
const QUESTIONS: [&str; 2] = ["medical-information", "operations"];

// ----- tokens ------------------------------------------------------------------------------------------------------

#[test]
fn a_token_opens_the_api_for_its_scopes_until_it_is_revoked() {
    let desk = TestDesk::start().unwrap();
    let made = told(&desk, &["pair", "token", "clinic", "--scope", "results"]);
    let token = made.lines().last().unwrap();
    assert_eq!(made.matches(token).count(), 1, "alone on the last line");
    assert!(made.contains("shown this once") && made.contains("uketsuke pair revoke clinic"), "{made}");
    let folder = tempfile::tempdir().unwrap();
    let clinic = with_token(&desk, &folder.path().join("token"), token);
    assert_eq!(clinic.results().unwrap()["results"], json!([]));
    assert_eq!(clinic.get("/v1/acknowledgement").unwrap()["up_to"], 0);
    assert_status(clinic.post("/v1/lookups", &of("worker")), 403);

    desk.simulator.bench().visit(READER, &Visit::pin("worker")).unwrap();
    desk.events(Some("0")).map(|mut events| next_result(&mut events)).unwrap().unwrap();
    let listed = told(&desk, &["pair", "list"]);
    let lines: Vec<&str> = listed.lines().filter(|line| line.contains("clinic: ")).collect();
    assert!(lines[0].contains("results") && lines[1].contains("waiting 1"), "{listed}");
    assert!(!listed.contains(token), "{listed}");
    assert!(refused(&desk, &["pair", "token", "clinic", "--scope", "board"]).contains("TOKEN_NAME_TAKEN"));

    assert!(told(&desk, &["pair", "revoke", "clinic"]).contains("revoked"));
    assert_status(clinic.results(), 401);
    assert!(!told(&desk, &["pair", "list"]).contains("clinic"));
    assert!(refused(&desk, &["pair", "revoke", "clinic"]).contains("there is no token clinic"));
}

#[test]
fn nothing_is_kept_for_a_program_that_is_no_consumer() {
    let desk = TestDesk::start().unwrap();
    told(&desk, &["pair", "token", "onlooker", "--scope", "results", "--scope", "lookups", "--no-consumer"]);
    let listed = told(&desk, &["pair", "list"]);
    assert_eq!(listed.matches("onlooker").count(), 1, "{listed}");
    assert!(listed.contains("onlooker: results lookups"), "{listed}");
}

#[test]
fn a_code_is_made_for_the_board_and_for_every_reader_that_there_is() {
    let desk = TestDesk::start().unwrap();
    let board = told(&desk, &["pair", "board"]);
    assert!(board.contains("code: ") && board.contains("/#"), "{board}");
    let kiosk = told(&desk, &["pair", "kiosk", READER]);
    assert!(kiosk.contains(&format!("/kiosk/{READER}#")), "{kiosk}");
    let code = kiosk.lines().find_map(|line| line.strip_prefix("番号 / code: ")).expect("a code");
    let redeem = || desk.daemon.desk().post("/v1/pairings", &json!({ "code": code }));
    redeem().unwrap();
    assert_status(redeem(), 403);
    assert!(refused(&desk, &["pair", "kiosk", "front-9"]).contains("uketsuke status"));
}

// ----- counts ------------------------------------------------------------------------------------------------------

#[test]
fn a_visit_a_failure_and_a_look_up_are_counted() {
    let desk = TestDesk::start().unwrap();
    let mut events = desk.events(None).unwrap();
    desk.simulator.bench().place(READER, "resident").unwrap();
    desk.simulator.bench().wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
    told(&desk, &["cancel", READER, "--by", "tanaka"]);
    until_failure(&mut events, "VISIT_CANCELLED").unwrap();
    desk.simulator.bench().pull(READER).unwrap();
    until_station(&mut events, "an idle station", |station| station["state"] == "idle").unwrap();
    desk.simulator.bench().visit(READER, &Visit::pin("worker")).unwrap();
    let result = next_result(&mut events).unwrap().json().unwrap();
    // Noted after all that was counted before.
    looked_up(&desk, &[], &of("worker"));

    let day = &result["received_at"].as_str().unwrap()[..10];
    let counted = squeezed(&told(&desk, &["counts", "--day", day]));
    for part in [
        "results 1",
        "answers of look-ups 1",
        "failures 1",
        "not by receipts",
        "by PIN 1",
        "at most 30 s 1 of 1 (100 %)",
        "VISIT_CANCELLED 1",
        failure::entry(failure::codes::VISIT_CANCELLED).cause.ja,
    ] {
        assert!(counted.contains(&squeezed(part)), "{part}: {counted}");
    }
    let month = squeezed(&told(&desk, &["counts", "--month", &day[..7]]));
    assert!(month.contains("by PIN 1") && month.contains(&format!("{day} 1 1 1")), "{month}");
    let before = squeezed(&told(&desk, &["counts", "--day", "2020-02-29"]));
    assert!(before.contains("results 0") && before.contains("failures 0"), "{before}");
    assert!(told(&desk, &["counts"]).contains("counts of 20"));
}

// ----- look-ups ----------------------------------------------------------------------------------------------------

#[test]
fn a_person_without_a_card_is_looked_up_and_told_in_words() {
    let desk = TestDesk::start().unwrap();
    let worker = persona("worker");
    let answer = text(&looked_up(&desk, &[], &of("worker")).stdout);
    for part in ["有効 / valid", "at reception", &worker.name, &worker.insurer_name, &worker.insurer_number]
    {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    // ウ of a worker is told only to whom the patient allowed it.
    assert!(!answer.contains('ウ'), "{answer}");
    let agreed = text(&looked_up(&desk, &["--limit-certificate"], &of("worker")).stdout);
    assert!(agreed.contains('ウ'), "{agreed}");

    let listed = told(&desk, &["audit", "list"]);
    let lines: Vec<&str> = listed.lines().filter(|line| line.contains("looked up")).collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.contains("local user ")), "{listed}");
}

#[test]
fn who_is_not_found_leaves_reception_with_a_way_on() {
    let desk = TestDesk::start().unwrap();
    let answer = text(
        &looked_up(
            &desk,
            &[],
            &json!({
                "insurer_number": "99990123", "number": "1", "birth_date": "19850412",
            }),
        )
        .stdout,
    );
    for part in ["該当なし / not found", "uketsuke explain QUALIFICATION_NOT_FOUND", "資格確認書"] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
}

#[test]
fn what_is_typed_in_another_form_is_refused_without_being_repeated() {
    let desk = TestDesk::start().unwrap();
    for (typed, said) in [
        (r#"{"insurer_number":"kakuu","number":"1","birth_date":"19850412"}"#, "6 or 8 digits"),
        (r#"{"insurer_number":"99990123","number":"1","birth_date":19850412}"#, "not one JSON object"),
        ("kakuu", "not one JSON object"),
    ] {
        let output = uketsuke_fed(&desk, &["lookup"], typed);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let complaint = text(&output.stderr);
        assert!(
            complaint.contains(said) && !complaint.contains("kakuu") && !complaint.contains("19850412"),
            "{complaint}"
        );
        assert!(output.stdout.is_empty(), "{output:?}");
    }
    assert_eq!(desk.simulator.bench().queries().unwrap(), json!([]), "the centre was asked nothing");
}

#[test]
fn a_centre_that_does_not_answer_is_told_with_its_code() {
    let desk = TestDesk::start().unwrap();
    desk.simulator.bench().stop_centre().unwrap();
    let output = uketsuke_fed(&desk, &["lookup"], &of("worker").to_string());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("uketsuke explain CENTRE_"), "{output:?}");
}

// ----- consents ----------------------------------------------------------------------------------------------------

#[test]
fn consents_are_asked_again_in_a_visit_and_only_there() {
    let desk = TestDesk::start().unwrap();
    let again = ["consents", "ask-again", READER, "--by", "tanaka"];
    assert!(refused(&desk, &again).contains("no visit is in progress"));
    assert!(
        refused(&desk, &["consents", "ask-again", "front-9", "--by", "tanaka"]).contains("no reader front-9")
    );

    let bench = desk.simulator.bench();
    bench.place(READER, "worker").unwrap();
    bench.wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
    bench.act(READER, "choose", &json!({ "method": "pin" })).unwrap();
    bench.wait(READER, "asked", &json!("pin"), PATIENCE).unwrap();
    bench.act(READER, "type", &json!({ "digits": persona("worker").pin })).unwrap();
    asked_and_agreed(&desk, QUESTIONS[0]);
    bench.wait(READER, "consent", &json!(QUESTIONS[1]), PATIENCE).unwrap();
    assert!(told(&desk, &again).contains("begin anew"));
    let mut events = desk.events(Some("0")).unwrap();
    QUESTIONS.iter().for_each(|question| asked_and_agreed(&desk, question));
    next_result(&mut events).unwrap();
    let listed = told(&desk, &["audit", "list"]);
    let line = listed.lines().find(|line| line.contains("consents asked again")).unwrap();
    assert!(line.contains("staff tanaka") && line.contains(READER) && line.contains(" visit "), "{line}");
}

fn asked_and_agreed(desk: &TestDesk, question: &str) {
    let bench = desk.simulator.bench();
    bench.wait(READER, "consent", &json!(question), PATIENCE).unwrap();
    bench.act(READER, "consent", &json!({ "decision": "agree", "screen": question })).unwrap();
}

// ----- the audit ---------------------------------------------------------------------------------------------------

#[test]
fn an_audit_is_found_whole_and_a_changed_byte_is_told_with_its_number() {
    let desk = TestDesk::start().unwrap();
    told(&desk, &["pair", "token", "clinic", "--scope", "results"]);
    let whole = told(&desk, &["audit", "verify"]);
    let (entries, head) = verdict(&whole);
    assert!(entries > 0 && head.len() == 64, "{whole}");
    let listed = told(&desk, &["audit", "list"]);
    assert!(listed.contains("token made clinic (results)"), "{listed}");

    let TestDesk { daemon, simulator } = desk;
    daemon.stop().unwrap();
    // A start folds the log of the one before back into the file.
    Daemon::start(simulator.daemon()).unwrap().stop().unwrap();
    change(&simulator.directory().join("ledger/ledger.db"), &bytes_of(&head));
    let daemon = Daemon::start(simulator.daemon()).unwrap();
    let desk = TestDesk { daemon, simulator };
    let output = uketsuke(&desk, &["audit", "verify"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let complaint = text(&output.stderr);
    assert!(complaint.contains(&format!("from entry {entries} on")), "{complaint}");
    assert!(complaint.contains(&format!("the {} entries before it are whole", entries - 1)), "{complaint}");
    assert!(complaint.contains("Do not delete") && output.stdout.is_empty(), "{output:?}");
    // Reception goes on, and its deeds are noted.
    desk.until_idle().unwrap();
    desk.simulator.bench().visit(READER, &Visit::pin("worker")).unwrap();
    desk.events(Some("0")).map(|mut events| next_result(&mut events)).unwrap().unwrap();
}

/// Number of entries and head, as `audit verify` tells them.
fn verdict(told: &str) -> (u64, String) {
    let entries = told.split_once("all ").and_then(|(_, after)| after.split_once(" entries"));
    let head = told.split_once("head: ").and_then(|(_, after)| after.lines().next());
    (entries.unwrap().0.parse().unwrap(), head.unwrap().to_owned())
}

/// Changes one byte of these wherever they stand in the file.
fn change(file: &Path, wanted: &[u8]) {
    let mut bytes = fs::read(file).unwrap();
    let mut changed = 0;
    while let Some(place) = bytes.windows(wanted.len()).position(|window| window == wanted) {
        bytes[place] ^= 1;
        changed += 1;
    }
    assert!(changed > 0, "they stand nowhere");
    fs::write(file, bytes).unwrap();
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap()).collect()
}

// ----- folders -----------------------------------------------------------------------------------------------------

#[test]
fn a_folder_that_is_away_is_told_by_status_and_watch() {
    let desk = TestDesk::start().unwrap();
    let mut events = desk.events(None).unwrap();
    let watch = control::Watching::start(desk.daemon.ready()).unwrap();
    assert!(!told(&desk, &["status"]).contains("folder"));
    let face = &desk.simulator.ready().face_dir;
    let aside = face.with_extension("aside");
    fs::rename(face, &aside).unwrap();
    desk.simulator.bench().visit(READER, &Visit::pin("worker")).unwrap();
    until_folder(&mut events, |folder| !folder["trouble"].is_null());
    let status = told(&desk, &["status"]);
    assert!(
        status.contains("face folder: ") && status.contains("uketsuke explain FOLDER_UNWRITABLE"),
        "{status}"
    );
    fs::rename(&aside, face).unwrap();
    until_folder(&mut events, |folder| folder["trouble"].is_null());
    assert!(!told(&desk, &["status"]).contains("folder"));

    let mut seen = Vec::new();
    while seen.iter().filter(|line: &&String| line.contains("face folder")).count() < 3 {
        seen.push(watch.next_line().unwrap());
    }
    let folder: Vec<&String> = seen.iter().filter(|line| line.contains("face folder")).collect();
    assert!(
        folder[0].ends_with("there") && folder[1].contains("away since") && folder[2].ends_with("there"),
        "{seen:?}"
    );
    let name = persona("worker").name;
    assert!(seen.iter().all(|line| !line.contains(&name)), "{seen:?}");
}

fn until_folder(events: &mut rig::Events, wanted: impl Fn(&Value) -> bool) -> ServerEvent {
    let is =
        |event: &ServerEvent| event.json().is_ok_and(|folder| folder["folder"] == "face" && wanted(&folder));
    events.wait_for("the face folder", PATIENCE, |event| event.kind == "folder" && is(event)).unwrap()
}

// ----- the program -------------------------------------------------------------------------------------------------

fn uketsuke(desk: &TestDesk, words: &[&str]) -> Output {
    control::control(desk.daemon.ready()).unwrap().args(words).output().unwrap()
}

/// What it says when it does as it is told.
fn told(desk: &TestDesk, words: &[&str]) -> String {
    let output = uketsuke(desk, words);
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}: {output:?}");
    text(&output.stdout)
}

/// What it says when it does not.
fn refused(desk: &TestDesk, words: &[&str]) -> String {
    let output = uketsuke(desk, words);
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{words:?}: {output:?}");
    text(&output.stderr)
}

/// With this on its standard input.
fn uketsuke_fed(desk: &TestDesk, words: &[&str], typed: &str) -> Output {
    let mut command = control::control(desk.daemon.ready()).unwrap();
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn looked_up(desk: &TestDesk, flags: &[&str], typed: &Value) -> Output {
    let words: Vec<&str> = ["lookup"].iter().chain(flags).copied().collect();
    let output = uketsuke_fed(desk, &words, &typed.to_string());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    output
}

/// The API with this token.
fn with_token(desk: &TestDesk, file: &Path, token: &str) -> Desk {
    fs::write(file, token).unwrap();
    Desk::new(&desk.daemon.ready().api, file).unwrap()
}

fn assert_status(answer: Result<Value, RigError>, wanted: u16) {
    assert!(matches!(&answer, Err(RigError::Refused { status, .. }) if *status == wanted), "{answer:?}");
}

fn persona(id: &str) -> Persona {
    simulator_card::personas().into_iter().find(|persona| persona.id == id).unwrap()
}

/// What stands on the 資格確認書 of a persona.
fn of(id: &str) -> Value {
    let person = persona(id);
    let birth = person.birth;
    json!({
        "insurer_number": person.insurer_number, "symbol": person.symbol, "number": person.number,
        "branch": person.branch,
        "birth_date": format!("{:04}{:02}{:02}", birth.year(), u8::from(birth.month()), birth.day()),
    })
}

fn squeezed(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
