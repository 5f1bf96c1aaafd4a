//! Requests over real sockets: every refusal with its code, every route with its answer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Site, ask, result};
use desk::DeskError;
use failure::codes;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn the_guard_refuses_in_its_order() {
    let site = Site::open().await;
    let (host, bearer) = (format!("Host: {}\r\n", site.host()), site.bearer());
    let port = site.desk.as_ref().unwrap().address().port();
    let wrong = format!("Authorization: Bearer {}x\r\n", &site.token[..42]);
    let origin = format!("Origin: http://{}\r\n", site.host());
    let cases = [
        (
            "a foreign host, before all else",
            format!("Host: evil.example:{port}\r\n{origin}"),
            421,
            "API_HOST_FOREIGN",
        ),
        ("another port", format!("Host: 127.0.0.1:1\r\n{bearer}"), 421, "API_HOST_FOREIGN"),
        ("no port", format!("Host: 127.0.0.1\r\n{bearer}"), 421, "API_HOST_FOREIGN"),
        ("two hosts", format!("{host}{host}{bearer}"), 421, "API_HOST_FOREIGN"),
        ("no host", bearer.clone(), 421, "API_HOST_FOREIGN"),
        (
            "a page, before the token",
            format!("{host}Origin: http://evil.example\r\n"),
            403,
            "API_ORIGIN_FOREIGN",
        ),
        (
            "a page of another port",
            format!("{host}Origin: http://127.0.0.1:1\r\n"),
            403,
            "API_ORIGIN_FOREIGN",
        ),
        ("our page without its cookie", format!("{host}{origin}"), 401, "API_TOKEN_MISSING"),
        ("a page without name", format!("{host}Origin: null\r\n{bearer}"), 403, "API_ORIGIN_FOREIGN"),
        ("a page's link", format!("{host}Sec-Fetch-Site: cross-site\r\n{bearer}"), 403, "API_ORIGIN_FOREIGN"),
        ("no token", host.clone(), 401, "API_TOKEN_MISSING"),
        ("another scheme", format!("{host}Authorization: Basic eA==\r\n"), 401, "API_TOKEN_MISSING"),
        ("a wrong token", format!("{host}{wrong}"), 401, "API_TOKEN_WRONG"),
        ("two tokens", format!("{host}{wrong}{bearer}"), 401, "API_TOKEN_MISSING"),
        ("too long a body", format!("{host}{bearer}Content-Length: 99999999\r\n"), 413, "API_BAD_REQUEST"),
    ];
    for (what, head, status, code) in cases {
        let version = if what == "no host" { "1.0" } else { "1.1" };
        let answer = ask(site.tcp().await, &format!("GET /v1/readers HTTP/{version}\r\n{head}")).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{what}");
        assert_eq!(
            answer.head.contains("www-authenticate: bearer"),
            status == 401,
            "{what}: {}",
            answer.head
        );
    }
    let whole = format!("GET http://evil.example/v1/readers HTTP/1.1\r\n{host}{bearer}");
    assert_eq!(ask(site.tcp().await, &whole).await.problem().1, "API_HOST_FOREIGN");
    let preflight = format!("OPTIONS /v1/readers HTTP/1.1\r\n{host}{origin}");
    assert_eq!(ask(site.tcp().await, &preflight).await.problem().1, "API_ORIGIN_FOREIGN");
    for (name, status) in [("127.0.0.1", 200), ("localhost", 200), ("[::1]", 421), ("0.0.0.0", 421)] {
        let head = format!("GET /v1/readers HTTP/1.1\r\nHost: {name}:{port}\r\n{bearer}");
        assert_eq!(ask(site.tcp().await, &head).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn the_socket_has_names_of_its_own_and_knows_the_local_user() {
    let site = Site::open().await;
    let mode = std::fs::metadata(&site.config.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let bearer = site.bearer();
    for (host, head, status) in [
        ("localhost", bearer.as_str(), 200),
        ("uketsuke", bearer.as_str(), 200),
        ("uketsuke", "", 200),
        ("uketsuke", "Authorization: Bearer wrong\r\n", 401),
        ("evil.example", bearer.as_str(), 421),
        (&site.host(), bearer.as_str(), 421),
    ] {
        let head = format!("GET /v1/readers HTTP/1.1\r\nHost: {host}\r\n{head}");
        assert_eq!(ask(site.unix().await, &head).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_foreign_user_gets_nothing_from_the_socket() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("not shown: only root can become a foreign user");
        return;
    }
    let site = Site::open().await;
    // Even if the file's permissions were widened.
    std::fs::set_permissions(&site.config.socket, PermissionsExt::from_mode(0o666)).unwrap();
    std::fs::set_permissions(site.config.socket.parent().unwrap(), PermissionsExt::from_mode(0o755)).unwrap();
    let request =
        format!("GET /v1/readers HTTP/1.1\r\nHost: uketsuke\r\nConnection: close\r\n{}\r\n", site.bearer());
    let socket = site.config.socket.clone();
    let client = move |user: u32| {
        let mut command = std::process::Command::new("perl");
        command.args(["-e", CLIENT]).arg(&socket).arg(&request).uid(user).gid(user).output().unwrap()
    };
    let (ours, foreign) = tokio::task::spawn_blocking(move || (client(0), client(65534))).await.unwrap();
    assert!(
        String::from_utf8_lossy(&ours.stdout).contains("front-1"),
        "the same client as ourselves is served"
    );
    assert_eq!(foreign.stdout, b"connected\n", "it reached the socket and got not one byte: {foreign:?}");
}

/// Says that it connected, then shows what it is sent. Tells the two apart, which curl does not: it calls a
/// connection that is closed at once a failed one, now and then.
const CLIENT: &str = r#"
use strict; use Socket; my $s; $| = 1; $SIG{PIPE} = "IGNORE";
socket($s, PF_UNIX, SOCK_STREAM, 0) and connect($s, pack_sockaddr_un($ARGV[0])) or die "connect: $!";
print "connected\n"; syswrite($s, $ARGV[1]);
while (sysread($s, my $bytes, 4096)) { print $bytes }
"#;

#[tokio::test]
async fn results_are_told_as_the_ledger_has_them() {
    let site = Site::open().await;
    for number in 1..=5 {
        site.tell(result(number)).await;
    }
    let first = site.get("/v1/results/1").await;
    let body = first.json();
    assert_eq!(body["id"], 1);
    assert_eq!(body["reader"], "front-1");
    assert_eq!(body["visit"], result(1).visit.to_string());
    assert_eq!(body["insertion"], 1);
    assert_eq!(body["verification"], "face");
    assert_eq!(body["received_at"], "2026-02-25T15:13:20.000+09:00");
    assert_eq!(body["validity"], "valid");
    assert!(body["qualification"]["body"]["result_list"].is_array());
    assert!(body["document"].as_str().unwrap().starts_with("<?xml"));
    assert_eq!(body["consents"][0]["until"], "2026-02-26T15:13:20.000+09:00");
    assert_eq!(site.get("/v1/results/1").await.body, first.body, "the same bytes each time");
    assert!(first.head.contains("cache-control: no-store"));

    let ids = |body: &serde_json::Value| -> Vec<u64> {
        body["results"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids(&site.get("/v1/results").await.json()), [1, 2, 3, 4, 5]);
    let page = site.get("/v1/results?since=1&limit=2").await.json();
    assert_eq!((ids(&page), &page["next"]), (vec![2, 3], &serde_json::json!(3)));
    assert_eq!(ids(&site.get("/v1/results?reader=front-0").await.json()), [2, 4]);
    let readers = site.get("/v1/readers").await.json();
    assert_eq!(readers["readers"][0]["state"], "idle");
    assert_eq!(readers["readers"][0]["failure"]["code"], "CARD_LEFT");
    assert_eq!(readers["centre"], serde_json::json!({ "state": "down", "code": "CENTRE_SILENT" }));
}

#[tokio::test]
async fn a_document_that_is_no_qualification_is_still_told() {
    let site = Site::open().await;
    let qualification = model::Pii::new(model::Qualification { xml: "<XmlMsg>".to_owned() });
    site.tell(model::VisitResult { qualification, ..result(1) }).await;
    let body = site.get("/v1/results/1").await.json();
    assert!(body["qualification"].is_null());
    assert_eq!(body["qualification_failure"], "QUALIFICATION_UNREADABLE");
    assert_eq!(body["document"], "<XmlMsg>");
}

#[tokio::test]
async fn what_is_wrong_missing_or_gone_is_said() {
    let site = Site::open().await;
    for number in 1..=3 {
        site.tell(result(number)).await;
    }
    site.forget_all().await;
    site.tell(result(4)).await;
    for (target, status, code) in [
        ("/v1/nothing", 404, "API_NOT_FOUND"),
        ("/nothing", 404, "API_NOT_FOUND"),
        ("/v1/results/99", 404, "API_NOT_FOUND"),
        ("/v1/results/0", 404, "API_NOT_FOUND"),
        ("/v1/results/2", 410, "API_GONE"),
        ("/v1/results/x", 400, "API_BAD_REQUEST"),
        ("/v1/results?since=-1", 400, "API_BAD_REQUEST"),
        ("/v1/results?limit=0", 400, "API_BAD_REQUEST"),
        ("/v1/results?limit=101", 400, "API_BAD_REQUEST"),
        ("/v1/results?reader=..%2F", 400, "API_BAD_REQUEST"),
        ("/v1/results?snice=1", 400, "API_BAD_REQUEST"),
        ("/v1/results?since=2", 410, "API_GONE"),
        ("/v1/results?since=99", 410, "API_GONE"),
        ("/v1/events?after=x", 400, "API_BAD_REQUEST"),
        ("/v1/events?after=0", 410, "API_GONE"),
        ("/v1/events?after=99", 410, "API_GONE"),
        ("/v1/failures/NO_SUCH", 404, "API_NOT_FOUND"),
    ] {
        assert_eq!(site.get(target).await.problem(), (status, code.to_owned()), "{target}");
    }
    assert_eq!(site.get("/v1/results?since=2").await.json()["oldest"], 4);
    assert_eq!(site.get("/v1/results?since=3").await.json()["results"][0]["id"], 4);
    let entry = site.get("/v1/failures/CARD_LEFT").await.json();
    assert_eq!(entry["code"], "CARD_LEFT");
    assert_eq!(entry["reception"]["ja"], failure::entry(codes::CARD_LEFT).reception.ja);
    let head = format!("POST /v1/results HTTP/1.1\r\nHost: {}\r\n{}", site.host(), site.bearer());
    assert_eq!(ask(site.tcp().await, &head).await.problem(), (405, "API_BAD_REQUEST".to_owned()));
}

#[tokio::test]
async fn one_client_cannot_hold_up_the_others() {
    let site = Site::with(|limits| {
        limits.connections = 1;
        limits.head = Duration::from_millis(100);
    })
    .await;
    let mut slow = site.tcp().await;
    slow.write_all(b"GET /v1/readers HTT").await.unwrap();
    // The only place is taken until the slow head's time is over; whoever comes meanwhile is told so at once.
    assert_eq!(site.get("/v1/readers").await.problem(), (503, "API_FULL".to_owned()));
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(common::PATIENCE, slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the slow connection was ended");
    assert_eq!(site.get_when_free("/v1/readers").await.status, 200);

    let long = format!("GET /v1/readers HTTP/1.1\r\nHost: {}\r\nX: {}\r\n", site.host(), "x".repeat(100_000));
    assert_eq!(site.when_free(&long).await.status, 431);
}

#[tokio::test]
async fn the_desk_starts_only_where_it_may() {
    let mut site = Site::open().await;
    let mode = std::fs::metadata(&site.config.tokens_file).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, site.token.len()), (0o600, 43));
    assert!(matches!(site.second(), Err(DeskError::SocketTaken { .. })), "a living socket is not taken over");

    site.desk = None;
    site.config.tcp = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(site.second(), Err(DeskError::NotLoopback(_))));
    site.config.tcp = "127.0.0.1:0".parse().unwrap();

    let tokens = std::fs::read(&site.config.tokens_file).unwrap();
    std::fs::set_permissions(&site.config.tokens_file, PermissionsExt::from_mode(0o640)).unwrap();
    assert_eq!(site.second().unwrap_err().code(), codes::CONFIG_INVALID);
    std::fs::set_permissions(&site.config.tokens_file, PermissionsExt::from_mode(0o600)).unwrap();
    for broken in [&b"short"[..], b"", b"{}", &tokens[..tokens.len() - 3]] {
        std::fs::write(&site.config.tokens_file, broken).unwrap();
        assert!(matches!(site.second(), Err(DeskError::Tokens { .. })));
    }
    std::fs::write(&site.config.tokens_file, tokens).unwrap();

    std::fs::write(&site.config.socket, "not a socket").unwrap();
    assert!(matches!(site.second(), Err(DeskError::SocketTaken { .. })));
    std::fs::remove_file(&site.config.socket).unwrap();

    // What a killed daemon leaves behind.
    drop(std::os::unix::net::UnixListener::bind(&site.config.socket).unwrap());
    site.restart();
    assert_eq!(site.get("/v1/readers").await.status, 200, "the token is kept over a restart");
}

#[tokio::test]
async fn results_of_one_day_are_given_and_no_others() {
    let site = Site::open().await;
    let day = 24 * 3600;
    for (number, later) in [(1, 0), (2, day), (3, day), (4, 2 * day)] {
        let received_at = result(number).received_at.after(Duration::from_secs(later));
        site.tell(model::VisitResult { received_at, ..result(number) }).await;
    }
    let ids = |page: serde_json::Value| -> Vec<_> {
        page["results"].as_array().unwrap().iter().map(|result| result["id"].clone()).collect()
    };
    let page = site.get("/v1/results?day=2026-02-26").await.json();
    assert_eq!((page["next"].clone(), ids(page)), (4.into(), vec![2.into(), 3.into()]));
    let page = site.get("/v1/results?day=2026-02-26&limit=1").await.json();
    assert_eq!((page["next"].clone(), ids(page)), (2.into(), vec![2.into()]), "and on from there");
    let page = site.get("/v1/results?day=2026-02-24").await.json();
    assert_eq!((page["next"].clone(), ids(page)), (4.into(), Vec::new()));
    for wrong in ["2026-02-30", "20260226", "today", ""] {
        let refused = site.get(&format!("/v1/results?day={wrong}")).await;
        assert_eq!(refused.problem(), (400, "API_BAD_REQUEST".to_owned()), "{wrong}");
    }
}
