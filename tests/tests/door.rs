//! Who gets through the desk's door, over TCP and over the Unix socket, byte by byte; and the control's commands as
//! processes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use rig::Visit;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::Command;
use tests::control::{Watching, control};
use tests::{PATIENCE, READER, TestDesk, next_result};

#[test]
fn the_door_opens_to_the_token_s_holder_only() {
    let desk = TestDesk::start().unwrap();
    let token = std::fs::read_to_string(&desk.daemon.ready().token_file).unwrap();
    let token = format!("Authorization: Bearer {}", token.trim());
    for (way, host) in ways(&desk) {
        let ask = |path: &str, headers: &[&str]| request(&desk, way, path, headers);
        let good = ask("/v1/readers", &[&host, &token]);
        assert_eq!((good.status, &*good.kind), (200, "application/json"), "{way:?}");
        assert_eq!(good.body["readers"][0]["reader"], READER);

        let foreign = "Host: desk.example";
        let origin = "Origin: http://desk.example";
        let wrong = "Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let cross = "Sec-Fetch-Site: cross-site";
        let ours = format!("Origin: {}", desk.daemon.ready().api);
        for (path, headers, status, code) in [
            ("/v1/results", &[&*host, "Authorization: Basic dTpw"][..], 401, "API_TOKEN_MISSING"),
            ("/v1/results", &[&host, &token, &token], 401, "API_TOKEN_MISSING"),
            ("/v1/events", &[&host, wrong], 401, "API_TOKEN_WRONG"),
            ("/v1/readers", &[foreign, &token], 421, "API_HOST_FOREIGN"),
            ("/v1/readers", &[&host, foreign, &token], 421, "API_HOST_FOREIGN"),
            ("http://desk.example/v1/readers", &[&host, &token], 421, "API_HOST_FOREIGN"),
            ("/v1/readers", &[&host, &token, origin], 403, "API_ORIGIN_FOREIGN"),
            ("/v1/audit/verification", &[&host, &token, &ours], 403, "API_ORIGIN_FOREIGN"),
            ("/v1/readers", &[&host, &token, cross], 403, "API_ORIGIN_FOREIGN"),
            ("/v1/nothing", &[&host, &token], 404, "API_NOT_FOUND"),
            ("/v1/results/7", &[&host, &token], 404, "API_NOT_FOUND"),
            ("/v1/failures/NO_SUCH_CODE", &[&host, &token], 404, "API_NOT_FOUND"),
            ("/v1/results?limit=0", &[&host, &token], 400, "API_BAD_REQUEST"),
            ("/v1/results?colour=red", &[&host, &token], 400, "API_BAD_REQUEST"),
            ("/v1/results/first", &[&host, &token], 400, "API_BAD_REQUEST"),
            ("/v1/results?since=7", &[&host, &token], 410, "API_GONE"),
        ] {
            let answer = ask(path, headers);
            assert_refused(&answer, status, code, &format!("{way:?} {path} {}", headers.len()));
            let entry = ask(&format!("/v1/failures/{code}"), &[&host, &token]);
            assert_eq!((entry.status, &entry.body["code"]), (200, &json!(code)));
        }
        // On the socket the kernel says who it is: the daemon's own user needs no token. On loopback anybody may be there.
        for path in ["/v1/readers", "/v1/readers?token=AAAA"] {
            let answer = ask(path, &[&host]);
            match way {
                Way::Tcp => assert_refused(&answer, 401, "API_TOKEN_MISSING", path),
                Way::Unix => assert_eq!(answer.status, 200, "{path}"),
            }
        }
    }
}

#[test]
fn every_code_is_explained_in_both_languages() {
    let desk = TestDesk::start().unwrap();
    for code in failure::codes::ALL {
        let entry = desk.daemon.desk().get(&format!("/v1/failures/{code}")).unwrap();
        assert_eq!(entry["code"], code.as_str());
        for part in ["cause", "patient", "reception", "technician"] {
            let [ja, en] = ["ja", "en"].map(|language| entry[part][language].as_str().unwrap());
            assert!(!en.is_empty() && !ja.is_ascii(), "{code} {part}");
        }
    }
}

#[test]
fn the_control_shows_the_desk_without_personal_data() {
    let desk = TestDesk::start().unwrap();
    let shown = run(control(desk.daemon.ready()).unwrap().arg("status"));
    assert!(shown.status, "{shown:?}");
    assert!(shown.out.contains(READER) && shown.out.contains("idle"), "{shown:?}");

    let watching = Watching::start(desk.daemon.ready()).unwrap();
    let first = watching.next_line().unwrap();
    assert!(first.contains(READER) || first.contains("centre"), "{first}");
    let mut events = desk.events(None).unwrap();
    desk.simulator.bench().visit(READER, &Visit::pin("elderly")).unwrap();
    let result = next_result(&mut events).unwrap().json().unwrap();
    let mut seen = vec![first];
    while !seen.last().is_some_and(|line| line.contains("result 1")) {
        seen.push(watching.next_line().unwrap());
    }
    assert!(seen.last().unwrap().contains(result["visit"].as_str().unwrap()), "{seen:?}");
    watching.interrupt().unwrap();
    let rest = watching.until_over().unwrap();
    assert!(rest.status.success() && rest.stderr.is_empty(), "{rest:?}");
    seen.push(String::from_utf8(rest.stdout).unwrap());

    let everything = seen.join("\n");
    let personas = desk.simulator.bench().get("/v1/personas").unwrap();
    for persona in personas.as_array().unwrap() {
        for key in ["name", "kana", "address", "birthdate", "number", "individual_number"] {
            let personal = persona[key].as_str().unwrap();
            assert!(!everything.contains(personal), "{key} of {}", persona["id"]);
        }
    }
}

#[test]
fn the_control_shows_a_failure_and_explains_it() {
    let desk = TestDesk::start().unwrap();
    desk.simulator.bench().visit(READER, &Visit::pin("revoked")).unwrap();
    let shown = run(control(desk.daemon.ready()).unwrap().arg("status"));
    assert!(shown.out.contains("uketsuke explain CERTIFICATE_REVOKED"), "{shown:?}");

    let explained = run(control(desk.daemon.ready()).unwrap().args(["explain", "CERTIFICATE_REVOKED"]));
    let entry = failure::explain("CERTIFICATE_REVOKED").unwrap();
    assert!(explained.status && explained.out.contains(entry.reception.ja), "{explained:?}");
    assert!(explained.out.contains(entry.technician.en), "{explained:?}");
    assert!(!run(control(desk.daemon.ready()).unwrap().args(["explain", "NO_SUCH_CODE"])).status);
}

#[test]
fn the_control_says_why_it_cannot_see_the_desk() {
    let TestDesk { daemon, simulator: _simulator } = TestDesk::start().unwrap();
    let ready = daemon.ready().clone();
    assert!(daemon.stop().unwrap().success());
    let shown = run(control(&ready).unwrap().arg("status"));
    assert!(!shown.status && shown.err.contains(&*ready.socket.to_string_lossy()), "{shown:?}");
}

// ----- requests ---------------------------------------------------------------------------------------------------

#[derive(Debug, Clone, Copy)]
enum Way {
    Tcp,
    Unix,
}

/// Each listener with the name under which it may be called.
fn ways(desk: &TestDesk) -> [(Way, String); 2] {
    [(Way::Tcp, format!("Host: {}", address(desk))), (Way::Unix, String::from("Host: uketsuke"))]
}

fn address(desk: &TestDesk) -> &str {
    desk.daemon.ready().api.strip_prefix("http://").unwrap()
}

#[derive(Debug)]
struct Answer {
    status: u16,
    kind: String,
    body: Value,
}

fn request(desk: &TestDesk, way: Way, path: &str, headers: &[&str]) -> Answer {
    match way {
        Way::Tcp => {
            let stream = TcpStream::connect(address(desk)).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            exchange(stream, path, headers)
        }
        Way::Unix => {
            let stream = UnixStream::connect(&desk.daemon.ready().socket).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            exchange(stream, path, headers)
        }
    }
}

fn exchange(mut stream: impl Read + Write, path: &str, headers: &[&str]) -> Answer {
    let head = format!("GET {path} HTTP/1.1\r\n{}\r\nConnection: close\r\n\r\n", headers.join("\r\n"));
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let kind = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        kind: kind.to_owned(),
        body: serde_json::from_str(body).unwrap(),
    }
}

/// Problem details with status, code and both languages.
fn assert_refused(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{what}");
    assert_eq!(answer.kind, "application/problem+json", "{what}");
    assert_eq!(answer.body["status"], status, "{what}");
    assert_eq!(answer.body["type"], format!("/v1/failures/{code}"), "{what}");
    assert!(!answer.body["detail"].as_str().unwrap().is_ascii(), "{what}");
    assert!(answer.body["detail_en"].as_str().unwrap().len() > 20, "{what}");
}

// ----- the control ------------------------------------------------------------------------------------------------

#[derive(Debug)]
struct Shown {
    status: bool,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Shown {
    let output = command.output().unwrap();
    Shown {
        status: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
