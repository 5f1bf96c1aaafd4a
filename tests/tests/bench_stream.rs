//! The bench's stream of events holds to the rule of redaction, though its personas are invented: whole visits at every
//! model, by PIN and by face, and nothing on the stream says who it was. And a scenario played from the bench.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops and says what it looked at"
)]

use rig::{Daemon, Events, ServerEvent, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::PATIENCE;
use tests::canary::{Searcher, spellings};

const WRONG_PIN: &str = "9071";

struct Desk {
    // Ends before the simulator.
    _daemon: Daemon,
    simulator: Simulator,
    readers: Vec<String>,
}

impl Desk {
    fn start(models: &[&str]) -> Self {
        let readers = models.iter().map(|model| (*model).to_owned()).collect();
        let simulator =
            Simulator::start(SimulatorOptions { readers, ..SimulatorOptions::default() }).unwrap();
        let daemon = Daemon::start(simulator.daemon()).unwrap();
        let readers = simulator.ready().readers.clone();
        for reader in &readers {
            simulator.bench().wait(reader, "screen", &json!("place_card"), PATIENCE).unwrap();
        }
        Self { _daemon: daemon, simulator, readers }
    }
}

/// All that came up to an event that is so.
fn up_to(events: &mut Events, what: &str, is: impl Fn(&ServerEvent) -> bool) -> Vec<ServerEvent> {
    let mut all = Vec::new();
    loop {
        let event = events.next_within(PATIENCE).unwrap_or_else(|fault| panic!("no {what}: {fault}"));
        let last = is(&event);
        all.push(event);
        if last {
            return all;
        }
    }
}

#[test]
fn nothing_on_the_stream_says_who_it_was() {
    let desk = Desk::start(&["all"]);
    let bench = desk.simulator.bench();
    let personas = bench.get("/v1/personas").unwrap();
    let mut events = bench.events(None, PATIENCE).unwrap();
    for reader in &desk.readers {
        bench.visit(reader, &Visit::pin("worker")).unwrap();
        bench.visit(reader, &Visit::face("resident")).unwrap();
        let wrong = Visit { pin: Some(WRONG_PIN.to_owned()), fresh: true, ..Visit::pin("housewife") };
        assert_eq!(bench.visit(reader, &wrong).unwrap().ended, "asked_again");
    }
    // The last deed; what was told before it is all there.
    bench.misbehave(None).unwrap();
    let all = up_to(&mut events, "last deed", |event| {
        event.kind == "deed" && event.json().is_ok_and(|data| data["deed"] == "centre/misbehave")
    });
    let text: String = all.iter().map(|event| format!("{}\n{}\n", event.kind, event.data)).collect();
    let found = searcher(&personas).search(text.as_bytes());
    assert!(found.is_empty(), "{found:#?}");

    // What is to be seen was seen: of every reader its wire in both directions and its card, and of the centre all.
    let seen: BTreeSet<(String, String)> = all
        .iter()
        .filter_map(|event| {
            let data = event.json().ok()?;
            let what = ["what", "command", "operation", "deed"].iter().find_map(|key| data[*key].as_str());
            Some((data["reader"].as_str().unwrap_or_default().to_owned(), what?.to_owned()))
        })
        .collect();
    let is_seen = |reader: &str, what: &str| seen.contains(&(reader.to_owned(), what.to_owned()));
    for reader in &desk.readers {
        for what in [
            "card",
            "number_b",
            "verdict",
            "attempt",
            "photo",
            "SELECT",
            "READ BINARY",
            "VERIFY",
            "screens",
            "answers",
        ] {
            assert!(is_seen(reader, what), "{what} of {reader} in {seen:#?}");
        }
        assert!(is_seen(reader, "relay pin") && is_seen(reader, "relay pin-less"), "{reader}");
    }
    assert!(all.iter().all(|event| event.kind != "frame" || event.json().unwrap()["what"] != "noise"));
}

fn searcher(personas: &Value) -> Searcher {
    let mut searcher = Searcher::default();
    for person in personas.as_array().unwrap() {
        let id = person["id"].as_str().unwrap();
        for field in ["name", "kana", "alias"] {
            for spelling in person[field].as_str().map(spellings).unwrap_or_default() {
                searcher.add_text(&format!("{id}: {field}"), &spelling);
            }
        }
        for field in ["address", "symbol", "number", "individual_number", "sign_password"] {
            if let Some(value) = person[field].as_str() {
                searcher.add_text(&format!("{id}: {field}"), value);
            }
        }
        let (birth, code) =
            (person["birthdate"].as_str().unwrap(), person["security_code"].as_str().unwrap());
        for expiry in 2020..2050 {
            // Without the year of the era at its beginning.
            let number_b = format!("{}{expiry}{code}", &birth[4..]);
            searcher.add_text(&format!("{id}: 照合番号B"), &number_b);
        }
        if let Some(pin) = person["pin"].as_str() {
            searcher.add_pin(&format!("{id}: PIN"), pin);
        }
    }
    searcher.add_pin("wrong PIN", WRONG_PIN);
    searcher.add_bytes("a photo", b"jP  \r\n\x87\n");
    searcher
}

#[test]
fn a_scenario_is_played_from_the_bench_and_told_line_by_line() {
    let desk = Desk::start(&["caora"]);
    let bench = desk.simulator.bench();
    let mut events = bench.events(None, PATIENCE).unwrap();
    let begun =
        bench.post("/v1/scenarios/pin-wrong-then-right/play", &json!({ "reader": "front-1" })).unwrap();
    let second = bench.post("/v1/scenarios/face-agreed/play", &json!({ "reader": "front-1" }));
    assert!(second.is_err(), "one at a time");
    let all = up_to(&mut events, "verdict", |event| {
        event.kind == "play" && event.json().is_ok_and(|data| data.get("passed").is_some())
    });
    let end = all.last().unwrap().json().unwrap();
    assert_eq!((&end["passed"], &end["seed"]), (&json!(true), &begun["seed"]), "{end}");
    let plays: Vec<Value> =
        all.iter().filter(|event| event.kind == "play").map(|event| event.json().unwrap()).collect();
    let lines: Vec<&str> = plays.iter().filter_map(|play| play["text"].as_str()).collect();
    assert_eq!(lines.first(), Some(&"place worker"));
    assert!(lines.contains(&"type ••••") && !lines.contains(&"type 0000"), "{lines:?}");
    assert_eq!(lines.last(), Some(&"ends idle"));
}
