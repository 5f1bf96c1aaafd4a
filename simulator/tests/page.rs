//! The bench's page, its door and its stream of events, as a browser meets them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use rig::{ServerEvent, Simulator, SimulatorOptions};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

fn start(readers: &[&str]) -> Simulator {
    let options = SimulatorOptions {
        readers: readers.iter().map(|model| (*model).to_owned()).collect(),
        binary: Some(PathBuf::from(env!("CARGO_BIN_EXE_uketsuke-simulator"))),
        ..SimulatorOptions::default()
    };
    Simulator::start(options).unwrap()
}

/// One exchange with exactly these headers.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

fn ask(simulator: &Simulator, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let host = simulator.ready().bench.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.0\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        head.push_str(&format!("Host: {host}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

#[test]
fn a_browser_gets_the_page_pairs_once_and_uses_the_bench_by_its_cookie() {
    let simulator = start(&["caora"]);
    let origin = simulator.ready().bench.clone();
    let own = ("Origin", origin.as_str());

    let page = ask(&simulator, "GET", "/", &[("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate")], "");
    assert_eq!(page.status, 200);
    for header in [
        "content-security-policy: default-src 'none'; script-src 'self'",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
    ] {
        assert!(page.head.contains(header), "{header} is not in {}", page.head);
    }
    assert!(!page.head.contains("access-control"), "no answer opens the bench to other pages");
    assert!(page.body.contains("/pages/bench.js"));
    for file in ["bench.js", "bench.css", "base.css", "pairing.js"] {
        let file =
            ask(&simulator, "GET", &format!("/pages/{file}"), &[("Sec-Fetch-Site", "same-origin")], "");
        assert_eq!(file.status, 200);
    }
    assert_eq!(ask(&simulator, "GET", "/pages/kiosk.js", &[], "").status, 404, "another page's");

    let code = &simulator.ready().bench_code;
    let pair = |headers: &[(&str, &str)], code: &str| {
        ask(&simulator, "POST", "/v1/pairings", headers, &json!({ "code": code }).to_string())
    };
    assert_eq!(pair(&[("Origin", "http://127.0.0.1:1")], code).status, 403, "a foreign page");
    assert_eq!(pair(&[own], "AAAA-AAAA").status, 403);
    let paired = pair(&[own], &code.to_lowercase());
    assert_eq!(paired.status, 200, "{}", paired.body);
    let cookie = paired.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.contains("; httponly") && cookie.contains("; samesite=strict"), "{cookie}");
    assert_eq!(pair(&[own], code).status, 403, "used");

    // The header names were made lower case for looking at them; the value must not be.
    let more = json!({}).to_string();
    let token = std::fs::read_to_string(&simulator.ready().bench_token_file).unwrap();
    let bearer = format!("Bearer {token}");
    let made = ask(&simulator, "POST", "/v1/pairing-codes", &[("Authorization", &bearer)], &more);
    assert_eq!(made.status, 201);
    let code: Value = serde_json::from_str(&made.body).unwrap();
    let cookie = cookie_of(&simulator, code["code"].as_str().unwrap());
    let cookie = ("Cookie", cookie.as_str());
    let same = ("Sec-Fetch-Site", "same-origin");

    assert_eq!(ask(&simulator, "GET", "/v1/personas", &[cookie, same], "").status, 200);
    let place = json!({ "persona": "worker" }).to_string();
    let route = "/v1/readers/front-1/place";
    for (headers, status) in [
        (vec![own], 401),
        (vec![cookie], 403),
        (vec![cookie, same], 403),
        (vec![cookie, ("Origin", "http://127.0.0.1:1")], 403),
        (vec![cookie, ("Origin", "null")], 403),
        (vec![cookie, own, ("Sec-Fetch-Site", "same-site")], 403),
        (vec![cookie, own, ("Host", "bench.example")], 421),
        (vec![("Authorization", bearer.as_str()), own], 403),
        (vec![cookie, own, same], 204),
    ] {
        let answer = ask(&simulator, "POST", route, &headers, &place);
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.body);
    }
    assert_eq!(ask(&simulator, "POST", "/v1/pairing-codes", &[cookie, own], &more).status, 403);
    assert_eq!(ask(&simulator, "GET", "/v1/personas", &[same], "").status, 401);
    let link = [("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "navigate")];
    assert_eq!(ask(&simulator, "GET", "/", &link, "").status, 200, "a link may lead here");
    let other = start(&["caora"]);
    assert_eq!(ask(&other, "GET", "/v1/personas", &[cookie, same], "").status, 401, "another simulator's");
}

fn cookie_of(simulator: &Simulator, code: &str) -> String {
    let host = simulator.ready().bench.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    let body = json!({ "code": code }).to_string();
    let head = format!(
        "POST /v1/pairings HTTP/1.0\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie: ")).unwrap();
    line["set-cookie: ".len()..].split(';').next().unwrap().to_owned()
}

/// The next event of this kind that is so.
fn heard(events: &mut rig::Events, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
    let wanted = |event: &ServerEvent| event.kind == kind && event.json().is_ok_and(|data| is(&data));
    events.wait_for(kind, PATIENCE, wanted).unwrap().json().unwrap()
}

#[test]
fn the_stream_begins_with_what_is_and_goes_on_with_what_happens() {
    let simulator = start(&["caora", "stfr2"]);
    let bench = simulator.bench();
    let mut events = bench.events(None, PATIENCE).unwrap();
    heard(&mut events, "reader", |reader| reader["id"] == "front-1" && reader["tray"] == false);
    heard(&mut events, "reader", |reader| reader["id"] == "front-2" && reader["screen"] == "dark");
    heard(&mut events, "switches", |switches| *switches == json!({}));
    heard(&mut events, "playing", |playing| playing["play"].is_null());
    heard(&mut events, "ready", |_| true);

    let body = json!({ "persona": "worker", "turned_over": true });
    bench.act("front-1", "place", &body).unwrap();
    let deed = heard(&mut events, "deed", |_| true);
    assert_eq!(
        (&deed["deed"], &deed["by"], &deed["reader"]),
        (&json!("place"), &json!("program"), &json!("front-1"))
    );
    assert_eq!(deed["said"], body);
    heard(&mut events, "reader", |reader| {
        reader["turned_over"] == true && reader["slot"]["card"] == "worker"
    });
    heard(&mut events, "card", |card| card["what"] == "power_up");

    bench.act("front-1", "faults", &json!({ "slow_ms": 40 })).unwrap();
    heard(&mut events, "reader", |reader| reader["faults"]["slow_ms"] == 40);
    bench.act("front-1", "unplug", &json!({})).unwrap();
    heard(&mut events, "link", |link| link["what"] == "unplugged");
    heard(&mut events, "reader", |reader| reader["plugged"] == false);
    bench.misbehave(Some(&json!({ "silent_at": "nonce" }))).unwrap();
    heard(&mut events, "switches", |switches| switches["misbehave"]["silent_at"] == "nonce");
    let refused = bench.act("front-1", "choose", &json!({ "method": "pin" }));
    assert!(refused.is_err());
    let last = events.wait_for("refusal", PATIENCE, |event| {
        event.kind == "deed" && event.json().is_ok_and(|data| data["refused"] == 409)
    });
    let last = last.unwrap();

    // Whoever was away gets what it missed, and what is now before that.
    bench.post("/v1/desk", &json!({ "url": "http://localhost:8099" })).unwrap();
    bench.act("front-1", "replug", &json!({})).unwrap();
    drop(events);
    let mut events = bench.events(last.id.as_deref(), PATIENCE).unwrap();
    heard(&mut events, "reader", |reader| reader["id"] == "front-1" && reader["plugged"] == true);
    heard(&mut events, "desk", |desk| desk["url"] == "http://127.0.0.1:8099");
    heard(&mut events, "deed", |deed| deed["deed"] == "replug");
    assert!(bench.post("/v1/desk", &json!({ "url": "http://desk.example:80" })).is_err());
}

#[test]
fn the_scenarios_are_told_and_one_that_cannot_be_played_here_says_why() {
    let simulator = start(&["caora"]);
    let bench = simulator.bench();
    let all = bench.get("/v1/scenarios").unwrap();
    let all = all.as_array().unwrap();
    assert!(all.len() > 100);
    let named = |name: &str| all.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(named("pin-agreed")["own_desk"], false);
    assert_eq!(named("passcode-wrong")["own_desk"], true);
    let text = bench.get("/v1/scenarios/pin-agreed").unwrap();
    assert!(text["text"].as_str().unwrap().starts_with("title ja "));
    assert!(bench.get("/v1/scenarios/none-such").is_err());
    let refused = |name: &str, reader: &str| {
        let answer = bench.post(&format!("/v1/scenarios/{name}/play"), &json!({ "reader": reader }));
        match answer.unwrap_err() {
            rig::RigError::Refused { status, .. } => status,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused("passcode-wrong", "front-1"), 409);
    assert_eq!(refused("pin-agreed", "front-9"), 404);
    assert_eq!(refused("language-chinese-korean", "front-1"), 409);
    // Without a daemon a play ends at once, and says why.
    let mut events = bench.events(None, PATIENCE).unwrap();
    let begun =
        bench.post("/v1/scenarios/pin-agreed/play", &json!({ "reader": "front-1", "seed": 7 })).unwrap();
    assert_eq!(begun["seed"], 7);
    let end =
        heard(&mut events, "play", |play| play["number"] == begun["number"] && play.get("passed").is_some());
    assert_eq!(
        (&end["passed"], &end["seed"], &end["scenario"]),
        (&json!(false), &json!(7), &json!("pin-agreed"))
    );
    heard(&mut events, "playing", |playing| playing["play"].is_null());
}
