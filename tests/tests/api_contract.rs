//! The running API against its own document, by schemathesis: thousands of requests of right and of wrong form, with a
//! token of every scope and without any. Every answer must be one that the document names, in the form that it names.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::Visit;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use tests::bounded::bounded;
use tests::{READER, TestDesk, next_result, python};

/// Not tried with a token, and why. Each has tests of its own in `crates/desk/tests`.
const NOT_TRIED: [(&str, &str); 3] = [
    ("/v1/events", "a stream that does not end: streams.rs, consumers.rs, damaged.rs"),
    ("/v1/kiosk/{reader}/panel", "a stream that does not end: kiosk.rs"),
    ("/v1/readers/{reader}/pair", "waits for a card for 90 seconds and holds the reader: pair_reader.rs"),
];
/// For each operation and each way of making requests; with it a run takes about half a minute.
const EXAMPLES: u32 = 60;
/// The same requests each time.
const SEED: u32 = 1;
/// Seconds after which a run hangs.
const BOUND: u32 = 300;

#[test]
fn schemathesis_finds_nothing_with_a_token_of_every_scope() {
    let Some(schemathesis) = python::installed("st") else { return };
    let desk = desk();
    let scopes = json!(["results", "lookups", "board", "admin", format!("kiosk:{READER}")]);
    let made =
        desk.daemon.desk().post("/v1/tokens", &json!({ "name": "schemathesis", "scopes": scopes })).unwrap();
    let mut events = desk.events(None).unwrap();
    for _ in 0..2 {
        desk.simulator.bench().visit(READER, &Visit::pin("worker")).unwrap();
        next_result(&mut events).unwrap();
        desk.until_idle().unwrap();
    }
    // And one who has not chosen yet.
    desk.simulator.bench().place(READER, "elderly").unwrap();
    desk.simulator.bench().wait(READER, "asked", &json!("methods"), tests::PATIENCE).unwrap();

    let header = format!("Authorization: Bearer {}", made["token"].as_str().unwrap());
    let mut more = vec!["--header", &header];
    NOT_TRIED.iter().for_each(|(path, _)| more.extend(["--exclude-path", path]));
    let said = run(&schemathesis, &desk, &more);
    assert_found_nothing(&said, operations(&desk) - NOT_TRIED.len());
    assert_still_serves(&desk);
}

#[test]
fn schemathesis_finds_nothing_without_a_token() {
    let Some(schemathesis) = python::installed("st") else { return };
    let desk = desk();
    // Whoever shows nothing opens no stream and holds no reader: everything is tried.
    let said = run(&schemathesis, &desk, &["--warnings", "off"]);
    assert_found_nothing(&said, operations(&desk));
    assert_still_serves(&desk);
}

/// A desk whose reader has a panel.
fn desk() -> TestDesk {
    TestDesk::of(&["stfr2"], |_| ()).unwrap()
}

fn run(schemathesis: &Path, desk: &TestDesk, more: &[&str]) -> Output {
    let place = tempfile::tempdir().unwrap();
    let document = place.path().join("v1.json");
    let told = desk.daemon.desk().get("/v1/openapi.json").unwrap();
    std::fs::write(&document, told.to_string()).unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/desk/openapi/schemathesis.toml");
    let mut command = bounded(schemathesis, BOUND);
    command.arg("--no-color").arg("--config-file").arg(config);
    command.arg("run").arg(document).args(["--url", &desk.daemon.ready().api, "--checks", "all"]);
    command.args(["--max-examples", &EXAMPLES.to_string(), "--seed", &SEED.to_string()]).args(more);
    // What it writes goes with the folder.
    command.current_dir(place.path()).output().unwrap()
}

fn assert_found_nothing(said: &Output, operations: usize) {
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{}\n{text}\n{}", said.status, String::from_utf8_lossy(&said.stderr));
    let tried = format!("Tested: {operations}");
    assert!(text.lines().any(|line| line.trim() == tried), "not {tried}:\n{text}");
}

/// Operations of the document.
fn operations(desk: &TestDesk) -> usize {
    let document = desk.daemon.desk().get("/v1/openapi.json").unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths.values().map(|item| item.as_object().map_or(0, serde_json::Map::len)).sum()
}

/// What was asked has changed no result and held up nobody.
fn assert_still_serves(desk: &TestDesk) {
    let results = desk.results().unwrap();
    let ids: Vec<_> = results.iter().map(|result| result["id"].as_u64().unwrap()).collect();
    assert!(ids.iter().copied().eq(1..=ids.len() as u64), "{ids:?}");
    let health = desk.daemon.desk().get("/v1/health").unwrap();
    assert_eq!(health["ready"], Value::Bool(true));
}
