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

use std::any::Any;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, UnixAddr};
use rig::{RigError, Simulator, SimulatorOptions};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(10);

fn start() -> Simulator {
    start_with(&["caora", "caora"])
}

fn start_with(readers: &[&str]) -> Simulator {
    let options = SimulatorOptions {
        readers: readers.iter().map(|model| (*model).to_owned()).collect(),
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

/// Opens a reader's port as the site names it, as its driver's link would; what it holds keeps the port.
fn open_port(port: &str) -> std::io::Result<Box<dyn Any>> {
    if let Ok(address) = port.parse::<SocketAddr>() {
        return Ok(Box::new(TcpStream::connect(address)?));
    }
    let path = Path::new(port);
    if path.metadata()?.file_type().is_socket() {
        let flags = SockFlag::SOCK_NONBLOCK;
        let socket = socket::socket(AddressFamily::Unix, SockType::SeqPacket, flags, None)?;
        socket::connect(socket.as_raw_fd(), &UnixAddr::new(path)?)?;
        return Ok(Box::new(socket));
    }
    Ok(Box::new(std::fs::File::options().read(true).write(true).open(path)?))
}

#[test]
fn all_five_models_stand_at_one_desk_each_behind_its_own_kind_of_port() {
    let simulator = start_with(&["all"]);
    let bench = simulator.bench();
    let models: Vec<_> = bench.get("/v1/readers").unwrap().as_array().unwrap().clone();
    let models: Vec<_> = models.iter().map(|reader| reader["model"].as_str().unwrap().to_owned()).collect();
    assert_eq!(models, ["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"]);

    let site: toml::Table = std::fs::read_to_string(&simulator.ready().site).unwrap().parse().unwrap();
    let mut kinds = Vec::new();
    for reader in site["reader"].as_array().unwrap() {
        let (id, port) = (reader["id"].as_str().unwrap(), reader["port"].as_str().unwrap());
        let kind = match (port.parse::<SocketAddr>(), Path::new(port).metadata()) {
            (Ok(address), _) if address.ip().is_loopback() => "tcp",
            (Err(_), Ok(there)) if there.file_type().is_socket() => "reports",
            (Err(_), Ok(there)) if there.file_type().is_char_device() => "serial",
            other => panic!("{id}: {other:?}"),
        };
        kinds.push(kind);

        let held = open_port(port).unwrap();
        if kind != "serial" {
            // Whether the first was accepted is seen by the second's being turned away.
            becomes(&true, || open_port(port).is_err());
        }
        bench.act(id, "unplug", &json!({})).unwrap();
        assert!(open_port(port).is_err(), "{id} is unplugged");
        bench.act(id, "replug", &json!({})).unwrap();
        drop(held);
        drop(open_port(port).unwrap());
    }
    assert_eq!(kinds, ["serial", "reports", "serial", "tcp", "serial"]);
}

#[test]
fn a_reader_shows_in_what_light_it_stands_and_does_what_its_model_can() {
    let simulator = start_with(&["exc-9000", "sma-pa"]);
    let bench = simulator.bench();
    bench.act("front-1", "room", &json!({ "face_lux": 80, "slot_in_sun": true, "rotate": true })).unwrap();
    let state = bench.reader("front-1").unwrap();
    assert_eq!((&state["face_lux"], &state["slot_in_sun"]), (&json!(80), &json!(true)));
    assert_eq!((&state["language"], &state["screen"]), (&json!("ja"), &json!("out_of_order")));

    let page = json!({ "lines": "kind=child-medical\nholder=T0001" });
    bench.act("front-2", "document", &page).unwrap();
    for (reader, deed, body) in
        [("front-1", "document", &page), ("front-2", "room", &json!({ "rotate": true }))]
    {
        let refused = bench.act(reader, deed, body).unwrap_err();
        assert!(matches!(refused, RigError::Refused { status: 409, .. }), "{refused}");
    }
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
