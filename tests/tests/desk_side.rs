//! What receipt computers and reception do beside visits, over the real parts: look-ups by API and by files, re-queries,
//! what changed since the last visit, consumers that were away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use model::{Beside, Insertion, ResultId, Timestamp, VisitId, VisitResult};
use rig::{Desk, RigError, Visit};
use serde_json::{Value, json};
use std::fs;
use terminal::{Config, DeskSide};
use tests::exchange::{Watched, lay, lookup, request};
use tests::{PATIENCE, READER, TestDesk};
use tokio_util::sync::CancellationToken;

fn personas(desk: &TestDesk) -> Value {
    desk.simulator.bench().get("/v1/personas").unwrap()
}

fn refused(answer: Result<Value, RigError>) -> (u16, String) {
    let Err(RigError::Refused { status, problem, .. }) = answer else { panic!("{answer:?}") };
    let problem: Value = serde_json::from_str(&problem).unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}

#[test]
fn a_look_up_is_answered_and_opens_nothing_that_nobody_agreed_to() {
    let desk = TestDesk::start().unwrap();
    let (api, all) = (desk.daemon.desk(), personas(&desk));
    let answer = api.post("/v1/lookups", &lookup(&all, "worker")).unwrap();
    assert_eq!(answer["validity"], "valid");
    assert!(answer.get("visit").is_none() && answer.get("reader").is_none(), "an answer is no result");
    assert!(answer["for_staff"]["insurance"][0]["lines"].as_array().unwrap().len() > 3, "{answer}");
    for (id, validity, code) in [
        ("invalid", "invalid", "QUALIFICATION_INVALID"),
        ("not-found", "not_found", "QUALIFICATION_NOT_FOUND"),
        ("several", "several", "QUALIFICATION_SEVERAL"),
    ] {
        let answer = api.post("/v1/lookups", &lookup(&all, id)).unwrap();
        assert_eq!((&answer["validity"], &answer["validity_code"]), (&json!(validity), &json!(code)));
    }
    assert_eq!(api.results().unwrap()["results"], json!([]), "nothing of it is a result");

    let queries = desk.simulator.bench().get("/v1/centre/queries").unwrap();
    let queries = queries.as_array().unwrap();
    assert_eq!(queries.len(), 4);
    for query in queries {
        assert_eq!((&query["kind"], &query["opened"]), (&json!("lookup"), &json!([])), "{query}");
    }
    let audit = api.get("/v1/audit").unwrap();
    let looked = audit["entries"].as_array().unwrap().iter().filter(|entry| entry["deed"] == "looked_up");
    assert_eq!(looked.count(), 4);
}

#[test]
fn a_centre_that_does_not_answer_a_look_up_is_said_with_its_code() {
    let desk = TestDesk::start().unwrap();
    let asked = lookup(&personas(&desk), "worker");
    for (kind, code) in [("garbage", "CENTRE_GARBLED"), ("answer_about_another", "CENTRE_GARBLED")] {
        desk.misbehave(kind).unwrap();
        assert_eq!(refused(desk.daemon.desk().post("/v1/lookups", &asked)), (502, code.to_owned()), "{kind}");
    }
    desk.simulator.bench().misbehave(None).unwrap();
    assert_eq!(desk.daemon.desk().post("/v1/lookups", &asked).unwrap()["validity"], "valid");
    let counts = desk.daemon.desk().get("/metrics");
    // It is no JSON, and says so.
    assert!(matches!(counts, Err(RigError::Request { .. })), "{counts:?}");
}

#[test]
fn a_result_is_asked_again_and_the_same_card_is_known_again() {
    let desk = TestDesk::start().unwrap();
    let (api, bench) = (desk.daemon.desk(), desk.simulator.bench());
    bench.visit(READER, &Visit::face("worker")).unwrap();
    desk.until_idle().unwrap();
    bench.visit(READER, &Visit::pin("housewife")).unwrap();
    desk.until_idle().unwrap();
    bench.visit(READER, &Visit::pin("worker")).unwrap();
    desk.until_idle().unwrap();

    let changes = api.get("/v1/results/3/changes").unwrap();
    assert_eq!(changes["since"], 1, "the same card, by another way: {changes}");
    assert!(changes["validity"].is_null() && changes["qualifications"] == json!([]), "{changes}");
    assert!(api.get("/v1/results/2/changes").unwrap()["since"].is_null());

    let again = api.post("/v1/results/1/requery", &json!({})).unwrap();
    assert_eq!(again["validity"], "valid");
    let stored = json!({ "name": "別人　太郎" });
    let compared = api.post("/v1/results/1/comparison", &stored).unwrap();
    let fields = compared["comparisons"][0]["fields"].as_array().unwrap();
    let name = fields.iter().find(|field| field["field"] == "name").unwrap();
    assert_eq!((&name["verdict"], &name["stored"]), (&json!("different"), &json!("別人　太郎")));
}

#[test]
fn requests_by_file_are_answered_in_their_encoding_and_refused_with_the_reason() {
    let desk = TestDesk::start().unwrap();
    let ready = desk.simulator.ready();
    let asked = request(&lookup(&personas(&desk), "worker"));
    let answers = Watched::in_folder(&ready.res_dir);
    let requests = Watched::in_folder(&ready.req_dir);
    lay(&ready.req_dir, "OQSsiquc01req_202611290001.xml", asked.as_bytes());
    let asked_in_shift_jis = asked.replace("encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"");
    let (shift_jis, _, lossy) = encoding_rs::SHIFT_JIS.encode(&asked_in_shift_jis);
    assert!(!lossy);
    lay(&ready.req_dir, "OQSsiquc01req_202611290002.xml", &shift_jis);
    lay(&ready.req_dir, "OQSsiquc01req_202611290003.xml", b"<XmlMsg/>");
    lay(&ready.req_dir, "EPSsiprs01req_202611290004.xml", asked.as_bytes());
    answers.until(&[
        "OQSsiquc01res_202611290001.xml",
        "OQSsiquc01res_202611290002.xml",
        "OQSsiquc01req_202611290003.err",
        "EPSsiprs01req_202611290004.err",
    ]);
    for (number, charset) in [(1, oqs::Encoding::Utf8), (2, oqs::Encoding::Cp932)] {
        let path = ready.res_dir.join(format!("OQSsiquc01res_20261129000{number}.xml"));
        let bytes = fs::read(path).unwrap();
        let message = oqs::Message::parse(&bytes).unwrap();
        assert_eq!(message.header.character_code_identifier.as_deref(), Some(charset.identifier()));
        assert_eq!(message.header.arbitrary_file_identifier.as_deref(), Some("20261129-0007"));
        assert_eq!(oqs::validity(&message), Some(model::Validity::Valid));
    }
    // A request goes after its answer is there, so that a stop between the two answers twice and never not at all.
    requests.until_gone(&[
        "OQSsiquc01req_202611290001.xml",
        "OQSsiquc01req_202611290002.xml",
        "OQSsiquc01req_202611290003.xml",
        "EPSsiprs01req_202611290004.xml",
    ]);
    let refused = fs::read(ready.res_dir.join("EPSsiprs01req_202611290004.err")).unwrap();
    assert!(refused.starts_with(b"FOLDER_REQUEST_NOT_YET\r\n"), "prescriptions are not there yet");
}

#[test]
fn folders_that_go_away_are_told_and_caught_up() {
    let desk = TestDesk::start().unwrap();
    let ready = desk.simulator.ready();
    let mut events = desk.events(None).unwrap();
    let mut until = |folder: &str, there: bool| loop {
        let event = events.next_within(PATIENCE).unwrap();
        let body: Value = serde_json::from_str(&event.data).unwrap();
        if event.kind == "folder" && body["folder"] == folder && body["trouble"].is_null() == there {
            return;
        }
    };
    let away = ready.res_dir.with_extension("away");
    fs::rename(&ready.res_dir, &away).unwrap();
    lay(
        &ready.req_dir,
        "OQSsiquc01req_202611290009.xml",
        request(&lookup(&personas(&desk), "worker")).as_bytes(),
    );
    until("answers", false);
    fs::rename(&away, &ready.res_dir).unwrap();
    let answers = Watched::in_folder(&ready.res_dir);
    until("answers", true);
    answers.until(&["OQSsiquc01res_202611290009.xml"]);

    let face_away = ready.face_dir.with_extension("away");
    fs::rename(&ready.face_dir, &face_away).unwrap();
    desk.simulator.bench().visit(READER, &Visit::face("worker")).unwrap();
    until("face", false);
    fs::rename(&face_away, &ready.face_dir).unwrap();
    until("face", true);
    assert_eq!(fs::read_dir(&ready.face_dir).unwrap().count(), 1);
}

/// Some hour of a week; the week's first is at 0.
fn hour(of: i64) -> Timestamp {
    Timestamp(1_795_000_000_000 + of * 3_600_000)
}

fn result(number: u64, at: Timestamp, document: &str) -> VisitResult {
    let mut visit = [0; 16];
    visit[..8].copy_from_slice(&number.to_be_bytes());
    VisitResult {
        visit: VisitId::from_bytes(visit),
        reader: READER.parse().unwrap(),
        insertion: Insertion(number),
        institution: simulator::site::INSTITUTION.parse().unwrap(),
        verification: model::Verification::Face,
        received_at: at,
        validity: model::Validity::Valid,
        qualification: model::Pii::new(model::Qualification { xml: document.to_owned() }),
        consents: Vec::new(),
        remarks: Vec::new(),
    }
}

/// The results that a stream brings next.
fn next_ids(api: &Desk, count: usize) -> Vec<u64> {
    let mut events = api.events_from_acknowledged(PATIENCE).unwrap();
    let mut ids = Vec::new();
    while ids.len() < count {
        let event = events.next_within(PATIENCE).unwrap();
        if event.kind == "result" {
            ids.push(event.id.unwrap().parse().unwrap());
        }
    }
    ids
}

/// The desk side alone, at the site of a simulator that nobody visits.
#[test]
fn a_consumer_that_was_away_gets_what_retention_allows_and_is_told_of_the_rest() {
    let TestDesk { daemon, simulator } = TestDesk::start().unwrap();
    assert!(daemon.stop().unwrap().success());
    let site = &simulator.ready().site;
    // No folder: the receipt computer is the only one for whom anything is kept.
    let is_folder =
        |line: &&str| !["face =", "requests =", "answers ="].iter().any(|key| line.starts_with(key));
    let text = fs::read_to_string(site).unwrap();
    fs::write(site, text.lines().filter(is_folder).collect::<Vec<_>>().join("\n")).unwrap();
    let drivers: [&'static dyn reader::ReaderFactory; 1] = [&caora::FACTORY];
    let config = Config::read(site, &drivers).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let desk_side = runtime.block_on(async { DeskSide::start(&config, &CancellationToken::new()).unwrap() });
    let base = format!("http://{}", desk_side.ready().api);
    let rig = Desk::new(&base, &rig::token_file(&desk_side.ready().socket).unwrap()).unwrap();
    let made = rig.post("/v1/tokens", &json!({ "name": "weekend", "scopes": ["results"] })).unwrap();
    let token = simulator.directory().join("weekend.token");
    fs::write(&token, made["token"].as_str().unwrap()).unwrap();
    let api = Desk::new(&base, &token).unwrap();
    let document = include_str!("../../crates/oqs/tests/documents/face.xml");
    let commit = |number, at| {
        let committed = desk_side.commit(result(number, at, document), Beside::default());
        assert_eq!(runtime.block_on(committed).unwrap().committed.id, ResultId(number));
    };

    // Friday: three results, of which it takes two; then it is switched off until Monday.
    for number in 1..=3 {
        commit(number, hour(0));
    }
    assert_eq!(api.put("/v1/acknowledgement", &json!({ "up_to": 2 })).unwrap()["waiting"], 1);
    for number in 4..=6 {
        commit(number, hour(30));
    }
    runtime.block_on(desk_side.retain(hour(62)));
    assert_eq!(next_ids(&api, 4), [3, 4, 5, 6], "all that it had not taken is there after the weekend");
    assert_eq!(refused(rig.get("/v1/results/1")).0, 410, "what it had taken is gone after a day");

    // It takes nothing, and is off for more than a week.
    commit(7, hour(100));
    runtime.block_on(desk_side.retain(hour(7 * 24 + 31)));
    let status = api.get("/v1/acknowledgement").unwrap();
    assert_eq!((&status["missed"], &status["waiting"]), (&json!(4), &json!(1)), "{status}");
    assert_eq!(refused(api.get("/v1/results?since=2")), (410, String::from("API_GONE")));
    let hole = api.events_from_acknowledged(PATIENCE);
    assert!(matches!(hole, Err(RigError::Refused { status: 410, .. })), "the stream says so too: {hole:?}");
    api.put("/v1/acknowledgement", &json!({ "up_to": 6 })).unwrap();
    assert_eq!(next_ids(&api, 1), [7], "it goes on with the rest");
    let audit = rig.get("/v1/audit").unwrap();
    let dropped = audit["entries"].as_array().unwrap().iter().find(|entry| entry["deed"] == "dropped_untold");
    let dropped = dropped.expect("a drop untold is audited");
    assert_eq!(
        (&dropped["name"], &dropped["from"], &dropped["to"], &dropped["count"]),
        (&json!("weekend"), &json!(3), &json!(6), &json!(4))
    );
    runtime.block_on(desk_side.stop());
}
