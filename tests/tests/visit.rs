//! One whole visit over real pseudo-terminal, pcscd, TLS and socket, by both ways.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::{Timeline, Visit};
use serde_json::Value;
use tests::{READER, TestDesk, in_file_name, next_result};

#[test]
fn a_visit_by_face_brings_its_result_over_every_way() {
    let desk = TestDesk::start().unwrap();
    let mut events = desk.events(None).unwrap();
    let timeline = desk.simulator.bench().visit(READER, &Visit::face("worker")).unwrap();
    assert_eq!(timeline.ended, "take_card", "{timeline:?}");
    let told = next_result(&mut events).unwrap();
    let result = told.json().unwrap();

    assert_eq!(told.id.as_deref(), Some("1"));
    assert_eq!(result["reader"], READER);
    assert_eq!(result["insertion"], 1);
    assert_eq!(result["verification"], "face");
    assert_eq!(result["validity"], "valid");
    assert_eq!(qualified(&result)["name"], desk.persona("worker").unwrap()["name"]);
    assert!(result["consents"].as_array().unwrap().iter().all(|consent| consent["decision"] == "agreed"));
    assert!(!result["consents"].as_array().unwrap().is_empty());

    // The event, the list and the single result say the same.
    assert_eq!(desk.results().unwrap(), std::slice::from_ref(&result));
    assert_eq!(desk.daemon.desk().get("/v1/results/1").unwrap(), result);
    assert_oracle_agrees(&desk, &[("worker", &result)]);
    assert_folder_says(desk, &[&result]);
}

#[test]
fn a_visit_by_pin_brings_its_result_and_keeps_refusals() {
    let desk = TestDesk::start().unwrap();
    let mut events = desk.events(None).unwrap();
    let timeline = desk.simulator.bench().visit(READER, &Visit::pin("elderly").refusing()).unwrap();
    assert!(asked(&timeline, "PIN asked"), "{timeline:?}");
    let result = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!(result["verification"], "pin");
    assert_eq!(qualified(&result)["name"], desk.persona("elderly").unwrap()["name"]);
    assert!(
        result["consents"]
            .as_array()
            .unwrap()
            .iter()
            .all(|consent| { consent["decision"] == "refused" && consent["until"].is_null() })
    );
    assert_oracle_agrees(&desk, &[("elderly", &result)]);
    // Nothing medical was opened at the centre under a refusal (design promise 5).
    let queries = desk.simulator.bench().queries().unwrap();
    assert!(queries.as_array().unwrap().iter().all(|query| query["opened"].as_array().unwrap().is_empty()));
    assert_folder_says(desk, &[&result]);
}

#[test]
fn one_patient_after_the_other_keeps_visits_and_insertions_apart() {
    let desk = TestDesk::start().unwrap();
    let mut events = desk.events(None).unwrap();
    let mut results = Vec::new();
    for (visit, persona) in [
        (Visit::face("worker"), "worker"),
        (Visit::pin("elderly"), "elderly"),
        (Visit::face("housewife"), "housewife"),
    ] {
        desk.simulator.bench().visit(READER, &visit).unwrap();
        results.push((persona, next_result(&mut events).unwrap().json().unwrap()));
        desk.until_idle().unwrap();
    }
    let insertions: Vec<_> =
        results.iter().map(|(_, result)| result["insertion"].as_u64().unwrap()).collect();
    assert_eq!(insertions, [1, 2, 3]);
    let told: Vec<_> = results.iter().map(|(persona, result)| (*persona, result)).collect();
    assert_oracle_agrees(&desk, &told);
    // A consumer that resumes gets the rest, byte by byte the same.
    let mut again = desk.events(Some("1")).unwrap();
    for (_, result) in results.iter().skip(1) {
        assert_eq!(next_result(&mut again).unwrap().json().unwrap(), *result);
    }
}

fn asked(timeline: &Timeline, step: &str) -> bool {
    timeline.steps.iter().any(|seen| seen.step == step)
}

fn qualified(result: &Value) -> &Value {
    &result["qualification"]["body"]["result_list"][0]
}

/// The face folder holds exactly these results, each as the centre's own document under its own name.
fn assert_folder_says(desk: TestDesk, results: &[&Value]) {
    let mut expected: Vec<(String, Vec<u8>)> = results
        .iter()
        .map(|result| {
            let visit = in_file_name(result["visit"].as_str().unwrap());
            let stamp: String = result["received_at"]
                .as_str()
                .unwrap()
                .chars()
                .filter(char::is_ascii_digit)
                .take(14)
                .collect();
            let name = format!("OQSsiquc01res_face_9991234567{visit}_{stamp}.xml");
            (name, result["document"].as_str().unwrap().as_bytes().to_vec())
        })
        .collect();
    expected.sort();
    assert_eq!(desk.stop_and_read_folder().unwrap(), expected);
}

/// For each result the centre read the certificate of that persona's card, in that visit and no other.
fn assert_oracle_agrees(desk: &TestDesk, told: &[(&str, &Value)]) {
    let oracle = desk.simulator.bench().oracle().unwrap();
    let answered: Vec<(u64, String)> = oracle
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| !entry["outcome"]["answered"].is_null())
        .map(|entry| (entry["serial"].as_u64().unwrap(), entry["visit"].as_str().unwrap().to_owned()))
        .collect();
    let expected: Vec<(u64, String)> = told
        .iter()
        .map(|(id, result)| {
            let serial =
                desk.persona(id).unwrap()["serial"].as_u64().expect("the bench tells a card's serial");
            (serial, result["visit"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(answered, expected);
}
