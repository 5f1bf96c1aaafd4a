//! The canary of promise 6: after many kinds of visits at the most talkative log level, nothing that identifies a
//! person stands in anything that the daemon puts out, but in the results themselves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops and says what it looked at"
)]

use rig::{Daemon, Events, Face, RigError, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};
use tests::canary::{Searcher, narrow, spellings};
use tests::control::{Watching, control};
use tests::exchange::{Watched, lay, lookup, request};
use tests::{PATIENCE, READER, TestDesk, raw, until_station};

/// Those whose visits end well.
const FINE: [&str; 5] = ["worker", "no-pin", "elderly", "resident", "rare-name"];
/// Typed, and wrong on every card.
const WRONG_PIN: &str = "9071";

#[test]
fn nothing_but_the_results_says_anything_of_a_person() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| place.path().join(name);
    let desk = talkative_desk(&file("daemon.log"), &file("simulator.log"));
    let personas = desk.simulator.bench().get("/v1/personas").unwrap();
    let searcher = searcher(&personas);
    let watching = Watching::start(desk.daemon.ready()).unwrap();
    let heard = hear_all(desk.events(None).unwrap());

    let mut judged = vec![process("environ", &desk.daemon), process("cmdline", &desk.daemon)];
    play_visits(&desk);
    play_lookups(&desk, &personas);
    judged.extend(refusals(&desk.daemon, &personas));
    for path in [
        "/v1/readers",
        "/v1/visits",
        "/v1/consumers",
        "/v1/tokens",
        "/v1/audit",
        "/v1/audit/verification",
        "/v1/health",
        "/v1/openapi.json",
        "/v1/failures/PIN_WRONG",
        "/metrics",
    ] {
        judged.push((path.to_owned(), raw::get(&desk.daemon, path).unwrap().body));
    }
    let status = control(desk.daemon.ready()).unwrap().arg("status").output().unwrap();
    assert!(status.status.success() && !status.stdout.is_empty(), "{status:?}");
    judged.extend(said_by("uketsuke status", status));

    // The folders of the receipt computer are the named exception, but not what stands beside a refused request; the
    // cards that the simulator keeps are the patients' own.
    let ready = desk.simulator.ready();
    let answers = files_below(&ready.res_dir, &[]);
    let reasons: Vec<_> = answers.into_iter().filter(|(name, _)| name.ends_with(".err")).collect();
    assert_eq!(reasons.len(), 2, "a family that is not there yet, and a wrong form");
    judged.extend(reasons);
    let except = [
        ready.face_dir.clone(),
        ready.req_dir.clone(),
        ready.res_dir.clone(),
        desk.simulator.directory().join("stock"),
    ];
    judged.extend(files_below(desk.simulator.directory(), &except));

    // Stopped in the middle of a visit.
    desk.simulator.bench().place(READER, "housewife").unwrap();
    desk.simulator.bench().wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
    let TestDesk { daemon, simulator } = desk;
    assert!(daemon.stop().unwrap().success());
    let watched = watching.until_over().unwrap();
    assert!(!watched.stdout.is_empty());
    judged.extend(said_by("uketsuke watch", watched));
    let Heard { results, rest } = heard.recv_timeout(PATIENCE).unwrap();
    judged.push((String::from("events that are no results"), rest));
    judged.extend(files_below(simulator.directory(), &except));
    judged.push((String::from("daemon.log"), std::fs::read(file("daemon.log")).unwrap()));
    assert!(simulator.stop().unwrap().success());
    judged.push((String::from("simulator.log"), std::fs::read(file("simulator.log")).unwrap()));

    // Where they may stand, the searcher does see them.
    let seen = searcher.search(&results);
    for id in FINE {
        assert!(seen.iter().any(|what| what.starts_with(&format!("{id}: name"))), "{id} is not in {seen:?}");
    }
    let mut found = Vec::new();
    for (name, content) in &judged {
        println!("{name}: {} bytes", content.len());
        found.extend(searcher.search(content).into_iter().map(|what| format!("{name}: {what}")));
        found.extend(
            searcher.search(name.as_bytes()).into_iter().map(|what| format!("the name {name}: {what}")),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
    // Nothing was held back: the daemon was told to log all. It says nothing below DEBUG today, so that no TRACE line
    // can be asked for; the DEBUG lines show that its log is the one that was read.
    let named = |wanted: &str| &judged.iter().find(|(name, _)| name.ends_with(wanted)).unwrap().1;
    let mut environment = named("/environ").split(|byte| *byte == 0);
    assert!(environment.any(|variable| variable == b"UKETSUKE_LOG=trace"));
    assert!(String::from_utf8_lossy(named("daemon.log")).contains(" DEBUG "));
}

fn talkative_desk(daemon_log: &Path, simulator_log: &Path) -> TestDesk {
    let simulator = Simulator::start(SimulatorOptions {
        log_level: String::from("trace"),
        log_file: Some(simulator_log.to_owned()),
        ..SimulatorOptions::default()
    })
    .unwrap();
    let mut options = simulator.daemon();
    options.log_level = String::from("trace");
    options.log_file = Some(daemon_log.to_owned());
    let desk = TestDesk { daemon: Daemon::start(options).unwrap(), simulator };
    desk.until_idle().unwrap();
    desk
}

/// Visits that end well, and visits that end in many other ways.
fn play_visits(desk: &TestDesk) {
    let bench = desk.simulator.bench();
    for (persona, visit) in FINE
        .iter()
        .zip([Visit::face, Visit::face, Visit::pin, Visit::pin, |id: &str| Visit::pin(id).refusing()])
    {
        assert_eq!(failure_of(desk, &visit(persona)), None, "{persona}");
    }
    let other = Face { persona: String::from("elderly"), scene: String::from("right") };
    for (visit, code) in [
        (Visit { pin: Some(WRONG_PIN.to_owned()), fresh: true, ..Visit::pin("worker") }, "PIN_WRONG"),
        (Visit { face: Some(other), ..Visit::face("worker") }, "FACE_NO_MATCH"),
        (Visit { faults: vec![json!("forged-photo")], ..Visit::face("housewife") }, "PHOTO_FORGED"),
        (Visit::face("revoked"), "CERTIFICATE_REVOKED"),
        (Visit::pin("pin-locked"), "PIN_LOCKED"),
    ] {
        assert_eq!(failure_of(desk, &visit).as_deref(), Some(code));
    }
    for (kind, code) in [
        ("garbage", "CENTRE_GARBLED"),
        ("half_answer", "CENTRE_GARBLED"),
        ("ask_verify", "RELAY_COMMAND_REFUSED"),
        ("ask_other_text", "RELAY_OTHER_TEXT"),
    ] {
        desk.misbehave(kind).unwrap();
        assert_eq!(failure_of(desk, &Visit::pin("resident")).as_deref(), Some(code));
    }
    bench.misbehave(None).unwrap();
    // In the midst of the relay, long after the PIN.
    bench.act(READER, "pull", &json!({ "mid_apdu_after": 10 })).unwrap();
    assert_eq!(failure_of(desk, &Visit::pin("elderly")).as_deref(), Some("CARD_REMOVED_EARLY"));
    bench.act(READER, "faults", &json!({ "corrupt_next_frames": 3 })).unwrap();
    assert_eq!(failure_of(desk, &Visit::pin("elderly")), None);
}

/// Look-ups over the API and by files that are answered, and such that are refused.
fn play_lookups(desk: &TestDesk, personas: &Value) {
    let api = desk.daemon.desk();
    let fine = lookup(personas, "worker");
    assert_eq!(api.post("/v1/lookups", &fine).unwrap()["validity"], "valid");
    let unknown = json!({ "insurer_number": "01990011", "number": "99999", "birth_date": "19700101" });
    assert_eq!(api.post("/v1/lookups", &unknown).unwrap()["validity"], "not_found");
    let mut wrong = lookup(personas, "elderly");
    wrong["birth_date"] = json!("not a day");
    assert!(matches!(api.post("/v1/lookups", &wrong), Err(RigError::Refused { status: 400, .. })));
    desk.misbehave("answer_about_another").unwrap();
    assert!(matches!(api.post("/v1/lookups", &fine), Err(RigError::Refused { status: 502, .. })));
    desk.simulator.bench().misbehave(None).unwrap();

    let ready = desk.simulator.ready();
    let files = Watched::in_folder(&ready.res_dir);
    for (name, text) in [
        ("OQSsiquc01req_202611290001.xml", request(&lookup(personas, "resident"))),
        ("OQSmuquc01req_202611290002.xml", request(&lookup(personas, "resident"))),
        (
            "OQSsiquc01req_202611290003.xml",
            request(&lookup(personas, "elderly")).replace("<Birthdate>", "<Birthdate>x"),
        ),
    ] {
        lay(&ready.req_dir, name, text.as_bytes());
    }
    files.until(&[
        "OQSsiquc01res_202611290001.xml",
        "OQSmuquc01req_202611290002.err",
        "OQSsiquc01req_202611290003.err",
    ]);
}

/// Plays a visit; the code of the first failure that the station shows of it, or none. The next one may begin.
fn failure_of(desk: &TestDesk, visit: &Visit) -> Option<String> {
    let mut events = desk.events(None).unwrap();
    // A visit that failed may leave the patient before a screen that does not come.
    let _ = desk.simulator.bench().visit(READER, &Visit { step_ms: 5000, ..visit.clone() });
    let _ = desk.simulator.bench().pull(READER);
    let mut begun = false;
    let mut failure = None;
    until_station(&mut events, "an idle station after the visit", |station| {
        begun |= station["state"] == "in_visit";
        if begun && failure.is_none() {
            failure = station["failure"]["code"].as_str().map(ToOwned::to_owned);
        }
        begun && station["state"] == "idle"
    })
    .unwrap();
    failure
}

/// Requests that are refused, with personal data in every place that a request has; what the answers say.
fn refusals(daemon: &Daemon, personas: &Value) -> Vec<(String, Vec<u8>)> {
    let person = &personas[0];
    let [name, number] = ["name", "individual_number"].map(|field| person[field].as_str().unwrap());
    let percent: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let host = raw::host(daemon);
    let token = std::fs::read_to_string(&daemon.ready().token_file).unwrap();
    let entitled = format!("Host: {host}\r\nAuthorization: Bearer {}\r\n", token.trim());
    let requests = [
        ("path", format!("GET /v1/results/{percent}?number={number} HTTP/1.0\r\n{entitled}\r\n")),
        ("unknown path", format!("GET /{number}/{percent} HTTP/1.0\r\n{entitled}\r\n")),
        ("query", format!("GET /v1/results?since={percent}&limit={number} HTTP/1.0\r\n{entitled}\r\n")),
        ("raw query", format!("GET /v1/results?since={name} HTTP/1.0\r\n{entitled}\r\n")),
        ("code", format!("GET /v1/failures/{number} HTTP/1.0\r\n{entitled}\r\n")),
        ("resuming", format!("GET /v1/events HTTP/1.0\r\n{entitled}Last-Event-ID: {name}{number}\r\n\r\n")),
        (
            "token",
            format!("GET /v1/results HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {number}\r\n\r\n"),
        ),
        ("host", format!("GET /v1/results HTTP/1.0\r\nHost: {number}\r\n\r\n")),
        ("origin", format!("GET /v1/results HTTP/1.0\r\n{entitled}Origin: http://{number}\r\n\r\n")),
        ("method", format!("PATIENT{number} /v1/results HTTP/1.0\r\n{entitled}\r\n")),
        (
            "body",
            format!("POST /v1/results HTTP/1.0\r\n{entitled}Content-Length: {}\r\n\r\n{name}", name.len()),
        ),
        ("no request", format!("{name} {number}\r\n\r\n")),
    ];
    requests
        .into_iter()
        .map(|(place, request)| {
            let answer = raw::send(daemon, request.as_bytes()).unwrap();
            assert!((400..500).contains(&answer.status()), "{place}: {}", answer.status());
            (format!("answer to a request with a person in its {place}"), [answer.head, answer.body].concat())
        })
        .collect()
}

/// Everything that the personas would have kept for themselves.
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
            let Some(value) = person[field].as_str() else { continue };
            searcher.add_text(&format!("{id}: {field}"), value);
            // Three or four narrow digits stand anywhere.
            if narrow(value).len() > 6 {
                searcher.add_text(&format!("{id}: {field}"), &narrow(value));
            }
        }
        let birth = person["birthdate"].as_str().unwrap();
        let (year, month, day) = (&birth[..4], &birth[4..6], &birth[6..]);
        // None of these is a time of today: the youngest persona is years old.
        for form in [birth.to_owned(), [year, month, day].join("-"), [year, month, day].join("/")] {
            searcher.add_text(&format!("{id}: birth date"), &form);
        }
        let code = person["security_code"].as_str().unwrap();
        // The card's year of expiry is within ten years of any day on which this runs for long.
        for expiry in 2020..2050 {
            let number_b = format!("{:02}{month}{day}{expiry}{code}", year_of_era(birth));
            searcher.add_text(&format!("{id}: 照合番号B"), &number_b);
        }
        if let Some(pin) = person["pin"].as_str() {
            searcher.add_pin(&format!("{id}: PIN"), pin);
        }
    }
    searcher.add_pin("wrong PIN", WRONG_PIN);
    searcher.add_bytes("a VERIFY command", &[0x00, 0x20, 0x00, 0x80, 0x04]);
    // ISO/IEC 15444-1, annex I.5.1, without the box length.
    searcher.add_bytes("a photo", b"jP  \r\n\x87\n");
    searcher
}

/// 昭和 until 1989-01-07, 平成 from the day after, 令和 from 2019-05-01; no persona is older.
fn year_of_era(birth: &str) -> u32 {
    let year: u32 = birth[..4].parse().unwrap();
    let before = if birth <= "19890107" {
        1925
    } else if birth <= "20190430" {
        1988
    } else {
        2018
    };
    year - before
}

fn said_by(program: &str, output: Output) -> [(String, Vec<u8>); 2] {
    [(program.to_owned(), output.stdout), (format!("{program}, errors"), output.stderr)]
}

fn process(what: &str, daemon: &Daemon) -> (String, Vec<u8>) {
    let path = format!("/proc/{}/{what}", daemon.pid());
    let content = std::fs::read(&path).unwrap();
    assert!(!content.is_empty());
    (path, content)
}

/// Every file but those in `except`. Sockets, lines and locks hold nothing.
fn files_below(directory: &Path, except: &[PathBuf]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if except.contains(&path) {
            continue;
        } else if kind.is_dir() {
            files.extend(files_below(&path, except));
        } else {
            let content = if kind.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            files.push((path.display().to_string(), content));
        }
    }
    files
}

/// What an event stream brought until the daemon ended.
#[derive(Default)]
struct Heard {
    results: Vec<u8>,
    rest: Vec<u8>,
}

fn hear_all(mut events: Events) -> Receiver<Heard> {
    let (all, heard) = channel();
    std::thread::spawn(move || {
        let mut so_far = Heard::default();
        loop {
            match events.next_within(PATIENCE) {
                Ok(event) if event.kind == "result" => so_far.results.extend(event.data.into_bytes()),
                Ok(event) => so_far.rest.extend(format!("{}\n{}\n", event.kind, event.data).into_bytes()),
                Err(RigError::TimedOut { .. }) => {}
                Err(_) => break,
            }
        }
        let _ = all.send(so_far);
    });
    heard
}
