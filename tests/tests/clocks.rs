//! The wall clock jumps in mid-visit, and the daemon is stopped for longer than a deadline: neither ends a visit wrongly.
//! The clock is moved by libfaketime from outside; the daemon has no part in it. Deadlines are short, so that one that
//! followed the wrong clock would be over at once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test stops"
)]

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rig::{Events, PATIENCE};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::{READER, TestDesk, next_result, site, until_failure, until_station};

/// What the simulated centre asks of a patient of working age, in this order.
const QUESTIONS: [&str; 2] = ["medical-information", "operations"];
/// Long enough for a slow machine, short enough that no test waits long; nobody is asked twice.
const SECONDS: u64 = 3;
/// In seconds.
const DAY: i64 = 24 * 3600;

#[test]
fn a_clock_set_ahead_by_hours_in_mid_visit_ends_nothing() {
    visits_over_a_jump(5 * 3600);
}

#[test]
fn a_clock_set_back_by_hours_in_mid_visit_ends_nothing() {
    visits_over_a_jump(-5 * 3600);
}

/// One visit over the jump, and the next one over the jump back.
fn visits_over_a_jump(seconds: i64) {
    let folder = tempfile::tempdir().unwrap();
    let offset = folder.path().join("offset");
    set_clock(&offset, 0);
    let (desk, mut events) = start(&faketime(&offset));
    let mut received = Vec::new();
    for to in [seconds, 0] {
        place_and_choose_pin(&desk);
        set_clock(&offset, to);
        type_pin(&desk);
        QUESTIONS.iter().for_each(|screen| answer(&desk, screen));
        let result = next_result(&mut events).unwrap().json().unwrap();
        assert_eq!((&result["verification"], &result["remarks"]), (&json!("pin"), &json!([])));
        assert_no_failure(&mut events, &desk);
        received.push(time_of_day(result["received_at"].as_str().unwrap()));
    }
    // The clock really was moved: the results are dated by it.
    let apart = (received[0] - received[1] - seconds).rem_euclid(DAY);
    assert!(!(60..=DAY - 60).contains(&apart), "{received:?} for {seconds} s");
}

/// A deadline follows the clock that no one sets: it still comes when the wall clock stands hours behind.
#[test]
fn a_deadline_comes_also_while_the_clock_is_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let offset = folder.path().join("offset");
    set_clock(&offset, 0);
    let (desk, mut events) = start(&faketime(&offset));
    place_and_choose_pin(&desk);
    set_clock(&offset, -5 * 3600);
    until_failure(&mut events, "PATIENT_GONE").unwrap();
    assert_eq!(desk.results().unwrap(), [Value::Null; 0]);
}

#[test]
fn a_daemon_that_was_stopped_for_longer_than_a_deadline_goes_on_with_the_visit() {
    let (desk, mut events) = start(&[]);
    place_and_choose_pin(&desk);
    let daemon = Pid::from_raw(desk.daemon.pid().cast_signed());
    kill(daemon, Signal::SIGSTOP).unwrap();
    until_stopped(daemon);
    // What is shown stays as it is for longer than the deadline and all that is taken for a mere delay.
    let asked = desk.simulator.bench().wait(
        READER,
        "screen",
        &json!("PATIENT_GONE"),
        Duration::from_secs(SECONDS + 2),
    );
    assert!(asked.is_err(), "{asked:?}");
    kill(daemon, Signal::SIGCONT).unwrap();
    type_pin(&desk);
    QUESTIONS.iter().for_each(|screen| answer(&desk, screen));
    let result = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!((&result["verification"], &result["remarks"]), (&json!("pin"), &json!([])));
    assert_no_failure(&mut events, &desk);
}

// ----- clocks ------------------------------------------------------------------------------------------------------

/// Moves the wall clock of whoever was started with [`faketime`] on this file.
fn set_clock(offset: &Path, seconds: i64) {
    // Whole or not at all: the file is read at any moment.
    let new = offset.with_extension("new");
    fs::write(&new, format!("{seconds:+}\n")).unwrap();
    fs::rename(&new, offset).unwrap();
}

/// A wrapper under which the wall clock stands where the file says, and the monotonic clock is left alone. The daemon is
/// the one program that has the library loaded: nothing is started beside it.
fn faketime(offset: &Path) -> Vec<String> {
    vec![
        "env".to_owned(),
        format!("LD_PRELOAD={}", library().display()),
        format!("FAKETIME_TIMESTAMP_FILE={}", offset.display()),
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
        "FAKETIME_NO_CACHE=1".to_owned(),
    ]
}

/// Where Debian's `faketime` has its library.
fn library() -> PathBuf {
    let places = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"];
    let libraries = places.iter().map(|place| Path::new(place).join("faketime/libfaketimeMT.so.1"));
    libraries.into_iter().find(|library| library.exists()).unwrap()
}

/// Waits for the kernel to say so of every thread.
fn until_stopped(pid: Pid) {
    use nix::sys::signal::Signal::SIGSTOP;
    for _ in 0..10_000 {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let stopped = |task: fs::DirEntry| {
            let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
        };
        if tasks.flatten().all(stopped) {
            return;
        }
        std::thread::yield_now();
    }
    panic!("{SIGSTOP} did not stop the daemon");
}

/// Seconds since midnight of RFC 3339.
fn time_of_day(at: &str) -> i64 {
    let number = |from: usize| at[from..from + 2].parse::<i64>().unwrap();
    (number(11) * 60 + number(14)) * 60 + number(17)
}

// ----- a desk and its patient --------------------------------------------------------------------------------------

fn start(wrapper: &[String]) -> (TestDesk, Events) {
    let tables =
        format!("[visit]\nreminders = 0\n[visit.seconds]\npause = 1\npin = {SECONDS}\nconsent = 10\n");
    let desk = TestDesk::start_with(|options| {
        site::add_tables(options, &tables).unwrap();
        options.wrapper = wrapper.to_vec();
    })
    .unwrap();
    let events = desk.events(None).unwrap();
    (desk, events)
}

fn place_and_choose_pin(desk: &TestDesk) {
    let bench = desk.simulator.bench();
    bench.act(READER, "place", &json!({ "persona": "worker", "fresh": true })).unwrap();
    bench.wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
    bench.act(READER, "choose", &json!({ "method": "pin" })).unwrap();
    bench.wait(READER, "asked", &json!("pin"), PATIENCE).unwrap();
}

fn type_pin(desk: &TestDesk) {
    let pin = desk.persona("worker").unwrap()["pin"].clone();
    desk.simulator.bench().act(READER, "type", &json!({ "digits": pin })).unwrap();
}

fn answer(desk: &TestDesk, screen: &str) {
    let bench = desk.simulator.bench();
    bench.wait(READER, "consent", &json!(screen), PATIENCE).unwrap();
    bench.act(READER, "consent", &json!({ "decision": "agree", "screen": screen })).unwrap();
}

/// The visit ended as if nothing had happened: no failure stands on the station.
fn assert_no_failure(events: &mut Events, desk: &TestDesk) {
    desk.simulator.bench().pull(READER).unwrap();
    let over = |station: &Value| station["state"] == "idle" && station["insertion"] != 0;
    let idle = until_station(events, "an idle station", over).unwrap();
    assert!(idle["failure"].is_null(), "{idle}");
}
