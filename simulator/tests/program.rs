//! The simulator as a program, as its users start, use and end it. Other programs see its slots through PC/SC.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test reads the clock, and its helpers may fail loudly"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rig::{RigError, Simulator, SimulatorOptions};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(10);

fn start() -> Simulator {
    let options = SimulatorOptions {
        readers: vec!["caora".into(), "caora".into()],
        binary: Some(PathBuf::from(env!("CARGO_BIN_EXE_uketsuke-simulator"))),
        ..SimulatorOptions::default()
    };
    Simulator::start(options).unwrap()
}

/// Whether OpenSC sees a card, slot by slot. In a process of its own: a process knows one PC/SC service only.
fn cards_seen(simulator: &Simulator) -> Vec<bool> {
    let output = Command::new("opensc-tool")
        .arg("--list-readers")
        .env("PCSCLITE_CSOCK_NAME", &simulator.ready().pcsc_socket)
        .output()
        .expect("opensc-tool (package opensc) is needed by this test");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.contains("Uketsuke Simulator"))
        .map(|line| line.split_whitespace().nth(1) == Some("Yes"))
        .collect()
}

/// Other processes tell nothing when they change: asked again until it is so.
fn becomes<T: PartialEq + std::fmt::Debug>(wanted: &T, mut look: impl FnMut() -> T) {
    let begun = Instant::now();
    loop {
        let seen = look();
        if seen == *wanted {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{seen:?}, not {wanted:?}");
        std::thread::yield_now();
    }
}

fn lives(pid: u32) -> bool {
    // A process that ended and was not yet fetched by its parent is still listed, as Z.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|rest| !rest.starts_with('Z')))
}

#[test]
fn other_programs_see_what_the_bench_does() {
    let (one, two) = (start(), start());
    assert_eq!((cards_seen(&one), cards_seen(&two)), (vec![false; 2], vec![false; 2]));

    one.bench().place("front-2", "worker").unwrap();
    let state = one.bench().wait("front-2", "slot_power_ups", &json!(1), PATIENCE).unwrap();
    assert_eq!((&state["tray"], &state["slot"]["card"]), (&json!(true), &json!("worker")));
    assert_eq!(cards_seen(&one), [false, true]);
    assert_eq!(cards_seen(&two), [false, false], "a desk beside it sees nothing of it");

    one.bench().pull("front-2").unwrap();
    becomes(&vec![false; 2], || cards_seen(&one));
}

#[test]
fn a_second_start_takes_the_cards_of_the_first() {
    drop(start());
    let begun = Instant::now();
    let simulator = start();
    let took = begun.elapsed();
    println!("started in {} ms", took.as_millis());
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(simulator.stop().unwrap().success());
}

#[test]
fn an_orderly_end_leaves_nothing_behind() {
    let simulator = start();
    let ready = simulator.ready().clone();
    let service = ready.pcsc_socket.parent().unwrap().to_owned();
    // A card that never answers, in use, and a wait that is under way must not hold the end up.
    simulator
        .bench()
        .act("front-1", "place", &json!({ "persona": "worker", "faults": ["never-answer"] }))
        .unwrap();
    simulator.bench().wait("front-1", "slot_power_ups", &json!(1), PATIENCE).unwrap();
    let user = Command::new("opensc-tool")
        .arg("--send-apdu=00A4040C0AD392F000260100000001")
        .env("PCSCLITE_CSOCK_NAME", &ready.pcsc_socket)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    simulator.bench().wait("front-1", "slot_apdus", &json!(1), PATIENCE).unwrap();
    let bench = simulator.bench().clone();
    let waiting = std::thread::spawn(move || bench.wait("front-1", "tray", &json!(false), PATIENCE));

    let begun = Instant::now();
    assert!(simulator.stop().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(waiting.join().unwrap().is_err());
    user.unwrap().wait().unwrap();
    assert!(!lives(ready.pid) && ready.pids.iter().all(|pid| !lives(*pid)));
    assert!(!service.exists(), "{}", service.display());
    assert!(!ready.site.exists(), "the rig's own directory");
}

#[test]
fn no_child_outlives_a_simulator_that_is_killed() {
    let simulator = start();
    let ready = simulator.ready().clone();
    let status = Command::new("kill").args(["-KILL", &ready.pid.to_string()]).status().unwrap();
    assert!(status.success());
    becomes(&false, || lives(ready.pid) || ready.pids.iter().any(|pid| lives(*pid)));
    // What a killed pcscd cannot remove itself.
    std::fs::remove_dir_all(ready.pcsc_socket.parent().unwrap()).unwrap();
}

#[test]
fn a_waiting_patient_is_told_what_the_reader_shows() {
    let simulator = start();
    let fault =
        simulator.bench().wait("front-1", "asked", &json!("pin"), Duration::from_millis(50)).unwrap_err();
    let RigError::Refused { status: 408, problem, .. } = fault else { panic!("{fault}") };
    assert!(problem.contains("within 50 ms") && problem.contains("out_of_order"), "{problem}");
}

#[test]
fn a_program_that_cannot_start_says_so() {
    let options = |readers: &str, binary: &Path| SimulatorOptions {
        readers: vec![readers.into()],
        binary: Some(binary.to_owned()),
        log_level: "off".into(),
        ..SimulatorOptions::default()
    };
    let own = Path::new(env!("CARGO_BIN_EXE_uketsuke-simulator"));
    let ended = Simulator::start(options("no-such-model", own)).unwrap_err();
    assert!(matches!(ended, RigError::Ended { .. }), "{ended}");
    let missing = Simulator::start(options("caora", Path::new("/nowhere/uketsuke-simulator"))).unwrap_err();
    assert!(matches!(missing, RigError::NotBuilt { .. }), "{missing}");
}
