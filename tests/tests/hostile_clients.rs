//! Clients that mean harm, or are broken, against a running daemon: requests in the name of a page, and programs that take
//! more than their share (design promises 10 and 11). Pages of other sites in a real browser: `tests/pages/test_foreign_sites.py`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops, and bounds its waits"
)]

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::{Duration, Instant};
use tests::raw::{self, host};
use tests::{PATIENCE, READER, TestDesk};

/// Connections that the desk serves at a time, and refuses at a time.
const SERVED: usize = 256;
const REFUSED: usize = 64;
/// Time for a request's head.
const HEAD: Duration = Duration::from_secs(10);

/// A desk whose one reader has a panel: what a page may reach at most.
fn desk() -> TestDesk {
    TestDesk::of(&["stfr2"], |_| ()).unwrap()
}

fn token(desk: &TestDesk) -> String {
    std::fs::read_to_string(&desk.daemon.ready().token_file).unwrap().trim().to_owned()
}

/// Status and code of the refusal of a request with our token and these lines.
fn refused(desk: &TestDesk, target: &str, lines: &str) -> (u16, String) {
    let request = format!("GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n");
    let answer = raw::send(&desk.daemon, request.as_bytes()).unwrap();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer.status(), body["code"].as_str().unwrap_or_default().to_owned())
}

// ----- programs that lie -----------------------------------------------------------------------------------------

#[test]
fn a_right_token_opens_nothing_under_a_foreign_name_or_from_a_nameless_page() {
    let desk = desk();
    let (host, port) =
        (host(&desk.daemon).to_owned(), host(&desk.daemon).rsplit(':').next().unwrap().to_owned());
    let bearer = format!("Authorization: Bearer {}\r\n", token(&desk));
    for (name, lines, status, code) in [
        ("ours", format!("Host: {host}\r\n{bearer}"), 200, ""),
        ("IPv6", format!("Host: [::1]:{port}\r\n{bearer}"), 421, "API_HOST_FOREIGN"),
        ("rebound", format!("Host: evil.example:{port}\r\n{bearer}"), 421, "API_HOST_FOREIGN"),
        ("all addresses", format!("Host: 0.0.0.0:{port}\r\n{bearer}"), 421, "API_HOST_FOREIGN"),
        ("ours with a dot", format!("Host: localhost.:{port}\r\n{bearer}"), 421, "API_HOST_FOREIGN"),
        ("nameless page", format!("Host: {host}\r\n{bearer}Origin: null\r\n"), 403, "API_ORIGIN_FOREIGN"),
        (
            "page next door",
            format!("Host: {host}\r\n{bearer}Origin: http://127.0.0.1:1\r\n"),
            403,
            "API_ORIGIN_FOREIGN",
        ),
        (
            "secure page",
            format!("Host: {host}\r\n{bearer}Origin: https://{host}\r\n"),
            403,
            "API_ORIGIN_FOREIGN",
        ),
    ] {
        assert_eq!(refused(&desk, "/v1/readers", &lines), (status, code.to_owned()), "{name}");
    }
}

#[test]
fn a_token_in_an_address_is_not_taken_and_not_repeated() {
    let desk = desk();
    let (token, host) = (token(&desk), host(&desk.daemon).to_owned());
    for (target, host_line) in [
        (format!("/v1/readers?token={token}"), host.clone()),
        (format!("/v1/readers?access_token={token}"), host.clone()),
        (format!("/v1/readers/{token}"), host.clone()),
        (format!("http://{token}@{host}/v1/readers"), host.clone()),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host_line}\r\nConnection: close\r\n\r\n");
        let answer = raw::send(&desk.daemon, request.as_bytes()).unwrap();
        assert!([401, 421].contains(&answer.status()), "{target}: {}", answer.status());
        let said = [answer.head, answer.body].concat();
        assert!(!String::from_utf8_lossy(&said).contains(&token), "the answer repeats it");
    }
}

// ----- programs that take more than their share ------------------------------------------------------------------

fn connect(desk: &TestDesk) -> TcpStream {
    let stream = TcpStream::connect(host(&desk.daemon)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Whether the other end has closed, or has something to say, within this.
fn speaks(streams: &[TcpStream], within: Duration) -> Vec<bool> {
    let mut polled: Vec<PollFd<'_>> =
        streams.iter().map(|stream| PollFd::new(stream.as_fd(), PollFlags::POLLIN)).collect();
    poll(&mut polled, PollTimeout::try_from(within).unwrap()).unwrap();
    polled.iter().map(|one| one.any() == Some(true)).collect()
}

#[test]
fn heads_that_never_end_are_cut_and_hold_up_nobody() {
    const SLOW: usize = 100;
    let desk = desk();
    let mut slow: Vec<TcpStream> = (0..SLOW).map(|_| connect(&desk)).collect();
    let mut trickle =
        format!("GET /v1/readers HTTP/1.1\r\nHost: {}\r\nX: ", host(&desk.daemon)).into_bytes().into_iter();
    let begun = Instant::now();
    while !slow.is_empty() {
        assert!(begun.elapsed() < HEAD + PATIENCE, "{} are still there", slow.len());
        let byte = [trickle.next().unwrap_or(b'x')];
        // One that was cut meanwhile shows below.
        slow.iter_mut().for_each(|stream| drop(stream.write_all(&byte)));
        assert_eq!(
            desk.daemon.desk().readers().unwrap()["readers"][0]["reader"],
            READER,
            "others are served"
        );
        let over = speaks(&slow, Duration::from_millis(100));
        let mut over = over.into_iter();
        slow.retain(|_| !over.next().unwrap());
    }
    assert!(
        begun.elapsed() >= HEAD - Duration::from_secs(1),
        "cut by the time for a head: {:?}",
        begun.elapsed()
    );
}

/// What is said to a request whose body or head goes on and on, however much of it is sent.
fn said_to_much(desk: &TestDesk, begin: &str, more: &[u8]) -> String {
    const MOST: usize = 64 * 1024 * 1024;
    let mut stream = connect(desk);
    stream.write_all(begin.as_bytes()).unwrap();
    let mut sent = 0;
    while sent < MOST && !speaks(std::slice::from_ref(&stream), Duration::ZERO)[0] {
        if stream.write_all(more).is_err() {
            break;
        }
        sent += more.len();
    }
    assert!(sent < MOST, "all of it was taken");
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    // The rest that was on its way resets the connection at last.
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        said.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn bodies_and_heads_that_are_too_long_are_refused_as_soon_as_that_is_seen() {
    let desk = desk();
    let before = resident(desk.daemon.pid());
    let head = format!(
        "POST /v1/lookups HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n",
        host(&desk.daemon),
        token(&desk)
    );
    let json = "Content-Type: application/json\r\n";
    let declared =
        said_to_much(&desk, &format!("{head}{json}Content-Length: 10737418240\r\n\r\n"), &[b' '; 65536]);
    assert!(declared.starts_with("HTTP/1.1 413") && declared.contains("API_BAD_REQUEST"), "{declared}");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let chunked =
        said_to_much(&desk, &format!("{head}{json}Transfer-Encoding: chunked\r\n\r\n"), chunk.as_bytes());
    assert!(chunked.starts_with("HTTP/1.1 413") && chunked.contains("API_BAD_REQUEST"), "{chunked}");
    let long_head = said_to_much(&desk, &format!("{head}X: "), &[b'x'; 4096]);
    assert!(long_head.starts_with("HTTP/1.1 431"), "{long_head}");
    let long_target = said_to_much(&desk, "GET /", &[b'x'; 4096]);
    assert!(long_target.starts_with("HTTP/1.1 4"), "{long_target}");
    let headers = said_to_much(&desk, &head, "X: x\r\n".repeat(100).as_bytes());
    assert!(headers.starts_with("HTTP/1.1 431"), "{headers}");
    let grown = resident(desk.daemon.pid()).saturating_sub(before);
    assert!(grown < 8 * 1024, "{grown} KiB more than before");
    assert_eq!(desk.daemon.desk().readers().unwrap()["readers"][0]["reader"], READER);
}

#[test]
fn a_thousand_connections_are_bounded_and_the_socket_still_answers() {
    const MANY: usize = 1000;
    allow_descriptors(4 * MANY);
    let desk = desk();
    let (files, memory) = (descriptors(desk.daemon.pid()), resident(desk.daemon.pid()));
    let many: Vec<TcpStream> = (0..MANY).map(|_| connect(&desk)).collect();
    // All that are not served are told so or let go; the others say nothing, because they were asked nothing.
    let begun = Instant::now();
    while speaks(&many, Duration::from_millis(10)).iter().filter(|speaks| **speaks).count() < MANY - SERVED {
        assert!(begun.elapsed() < PATIENCE, "more than {SERVED} are served");
        let now = descriptors(desk.daemon.pid());
        assert!(now <= files + SERVED + REFUSED + 8, "{now} descriptors, {files} before");
        over_the_socket(&desk);
    }
    let told = many.iter().zip(speaks(&many, Duration::ZERO)).filter(|(_, speaks)| *speaks);
    let told: Vec<String> = told.map(|(stream, _)| first_line(stream)).collect();
    assert!(told.iter().all(|line| line.is_empty() || line.starts_with("HTTP/1.1 503")), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("HTTP/1.1 503")), "nobody was told why");
    let now = descriptors(desk.daemon.pid());
    assert!(now <= files + SERVED + REFUSED + 8, "{now} descriptors, {files} before");
    let grown = resident(desk.daemon.pid()).saturating_sub(memory);
    assert!(grown < 16 * 1024, "{grown} KiB more than before");
    over_the_socket(&desk);

    drop(many);
    let begun = Instant::now();
    while desk.daemon.desk().readers().is_err() {
        assert!(begun.elapsed() < PATIENCE, "no place is given back");
    }
    let begun = Instant::now();
    while descriptors(desk.daemon.pid()) > files + 8 {
        assert!(begun.elapsed() < PATIENCE, "descriptors are not given back");
    }
}

/// The first line of what came; empty if the connection was closed without a word.
fn first_line(mut stream: &TcpStream) -> String {
    let mut piece = [0; 512];
    match stream.read(&mut piece) {
        Ok(count) => String::from_utf8_lossy(&piece[..count]).lines().next().unwrap_or_default().to_owned(),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => String::new(),
        Err(error) => panic!("{error}"),
    }
}

/// The Unix socket has places of its own.
fn over_the_socket(desk: &TestDesk) {
    let mut stream = UnixStream::connect(&desk.daemon.ready().socket).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /v1/readers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 200") && said.contains(READER), "{said}");
}

#[test]
fn whoever_guesses_tokens_is_slowed_down_and_nobody_else() {
    const GUESSES: usize = 2000;
    let desk = desk();
    let guess = format!(
        "GET /v1/readers HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer guess\r\n\r\n",
        host(&desk.daemon)
    );
    let last = guess.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let mut stream = connect(&desk);
    let mut writer = stream.try_clone().unwrap();
    let writing =
        std::thread::spawn(move || writer.write_all([guess.repeat(GUESSES - 1), last].concat().as_bytes()));
    let reading = std::thread::spawn(move || {
        let mut said = Vec::new();
        stream.read_to_end(&mut said).map(|_| String::from_utf8_lossy(&said).into_owned())
    });
    let mut served = 0;
    while !reading.is_finished() {
        desk.daemon.desk().readers().expect("whoever has a token is served beside it");
        served += 1;
    }
    writing.join().unwrap().unwrap();
    let said = reading.join().unwrap().unwrap();
    let count = |status: &str| said.matches(&format!("HTTP/1.1 {status} ")).count();
    assert_eq!((count("401") + count("429"), count("200")), (GUESSES, 0));
    assert!(
        count("401") < GUESSES / 2 && said.contains("retry-after: ") && said.contains("API_TOO_OFTEN"),
        "{}",
        count("401")
    );
    assert!(served > 0 && desk.daemon.desk().readers().is_ok());
}

/// As a stream whose reader stands still; what that stream loses not is shown in `crates/desk/tests/streams.rs`.
#[test]
fn a_client_that_takes_nothing_of_what_it_asked_for_is_cut() {
    let desk = desk();
    let memory = resident(desk.daemon.pid());
    let mut stuck = connect(&desk);
    let request = format!(
        "GET /v1/openapi.json HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        host(&desk.daemon),
        token(&desk)
    );
    stuck.write_all(request.repeat(400).as_bytes()).unwrap();
    // Closed with what was not sent, or not read, the connection is reset, which is seen without reading.
    let mut polled = [PollFd::new(stuck.as_fd(), PollFlags::empty())];
    let begun = Instant::now();
    while polled[0].any() != Some(true) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it still has its place");
        poll(&mut polled, 1000_u16).unwrap();
        desk.daemon.desk().readers().expect("others are served meanwhile");
    }
    let grown = resident(desk.daemon.pid()).saturating_sub(memory);
    assert!(grown < 8 * 1024, "{grown} KiB more than before");
}

// ----- what the system says of the daemon ------------------------------------------------------------------------

fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Resident memory, KiB.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// This process holds a thousand connections itself; the usual soft limit is 1024.
fn allow_descriptors(count: usize) {
    let own = std::process::id().to_string();
    let raised =
        Command::new("prlimit").args(["--pid", &own, &format!("--nofile={count}:")]).status().unwrap();
    assert!(raised.success(), "prlimit: {raised}");
}
