//! PC/SC as it is, under a running daemon: twenty rounds of each trouble. The station says what it is, its visit ends
//! cleanly, the next patient is served without a restart of the daemon, and no thread is left behind.
//!
//! `crates/devices/tests/pcsc_life.rs` does the same to watcher and worker alone, with the service's own stale files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops"
)]

use rig::{Daemon, Events, PATIENCE, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use tests::service::PcscService;
use tests::{READER, TestDesk, next_result, until_failure, until_station};

const ROUNDS: usize = 20;

#[test]
fn the_service_killed_at_any_step_of_a_visit_is_found_again() {
    service_goes(PcscService::kill);
}

#[test]
fn the_service_stopped_at_any_step_of_a_visit_is_found_again() {
    service_goes(PcscService::stop);
}

/// Where a visit stands when the service goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Idle,
    Method,
    Pin,
    Relay,
    Consent,
}

const STEPS: [Step; 5] = [Step::Idle, Step::Method, Step::Pin, Step::Relay, Step::Consent];

fn service_goes(go: fn(&mut PcscService) -> std::io::Result<()>) {
    let mut desk = Rounds::start(1);
    let mut service = PcscService::of(&desk.desk.simulator).unwrap();
    for round in 0..ROUNDS {
        let step = STEPS[round % STEPS.len()];
        desk.bring_to(step);
        go(&mut service).unwrap();
        desk.until_out_of_order("PCSC_STOPPED", step);
        if step == Step::Consent {
            // The centre had accepted the card: its result is told without the answers.
            desk.take_result();
        }
        if step != Step::Idle {
            desk.pull(&json!({}));
        }
        service.start_again().unwrap();
        desk.serve(READER);
        desk.count_threads(round);
    }
    desk.assert_only_served();
}

#[test]
fn a_card_pulled_in_the_middle_of_a_command_leaves_the_slot_usable() {
    let mut desk = Rounds::start(1);
    for round in 0..ROUNDS {
        let in_relay = round % 2 == 1;
        if in_relay {
            desk.bring_to(Step::Relay);
        } else {
            desk.act("place", &json!({ "persona": "worker", "faults": [{ "delay": { "millis": 60 } }] }));
        }
        desk.pull(&json!({ "mid_apdu_after": 1 + round / 2 % 5, "only": "slot" }));
        until_failure(&mut desk.events, "CARD_REMOVED_EARLY").unwrap();
        desk.pull(&json!({ "only": "tray" }));
        desk.until_idle(READER);
        desk.serve(READER);
        desk.count_threads(round);
    }
    desk.assert_only_served();
}

/// Four readers at a time, because each waits out the card's limit.
#[test]
fn cards_that_never_answer_leave_their_slots_usable() {
    let mut desk = Rounds::start(4);
    let readers = desk.desk.simulator.ready().readers.clone();
    for round in 0..ROUNDS / readers.len() {
        let bench = desk.desk.simulator.bench();
        for (reader, persona) in readers.iter().zip(["worker", "elderly", "housewife", "resident"]) {
            bench.act(reader, "place", &json!({ "persona": persona, "faults": ["never-answer"] })).unwrap();
        }
        for reader in &readers {
            bench.wait(reader, "screen", &json!("CARD_SILENT"), PATIENCE).unwrap();
        }
        for reader in &readers {
            bench.pull(reader).unwrap();
        }
        for reader in &readers {
            bench.wait(reader, "screen", &json!("place_card"), PATIENCE).unwrap();
        }
        for reader in &readers {
            desk.serve(reader);
        }
        desk.count_threads(round);
    }
    desk.assert_only_served();
}

#[test]
fn a_slot_that_another_program_holds_is_said_and_used_once_it_is_free() {
    let mut desk = Rounds::start(1);
    let state = desk.desk.simulator.bench().reader(READER).unwrap();
    let slot = state["slot"]["name"].as_str().unwrap().to_owned();
    for round in 0..ROUNDS {
        let other = Other::holds(&desk.desk.simulator, &slot);
        desk.act("place", &json!({ "persona": "worker" }));
        until_failure(&mut desk.events, "SLOT_BUSY").unwrap();
        other.lets_go();
        desk.pull(&json!({}));
        desk.until_idle(READER);
        desk.serve(READER);
        desk.count_threads(round);
    }
    desk.assert_only_served();
}

#[test]
fn two_cards_in_two_slots_at_once_are_served_side_by_side() {
    let mut desk = Rounds::start(2);
    for round in 0..ROUNDS {
        let bench = desk.desk.simulator.bench();
        let visits = [(READER, "worker"), ("front-2", "elderly")];
        std::thread::scope(|scope| {
            for (reader, persona) in visits {
                scope.spawn(move || {
                    let timeline = bench.visit(reader, &Visit::pin(persona)).unwrap();
                    assert_eq!(timeline.ended, "take_card", "{timeline:?}");
                });
            }
        });
        let results = [0, 1].map(|_| next_result(&mut desk.events).unwrap().json().unwrap());
        for (reader, persona) in visits {
            let result = results.iter().find(|result| result["reader"] == reader).expect("one for each");
            let name = desk.desk.persona(persona).unwrap()["name"].clone();
            assert!(result["qualification"].to_string().contains(name.as_str().unwrap()), "{reader}");
        }
        desk.served.extend(results);
        for (reader, _) in visits {
            desk.until_idle(reader);
        }
        desk.count_threads(round);
    }
    desk.assert_only_served();
}

// ----- a desk through all rounds --------------------------------------------------------------------------------

struct Rounds {
    desk: TestDesk,
    events: Events,
    served: Vec<Value>,
    threads: Vec<usize>,
}

impl Rounds {
    fn start(readers: usize) -> Self {
        let options =
            SimulatorOptions { readers: vec![String::from("caora"); readers], ..SimulatorOptions::default() };
        let simulator = Simulator::start(options).unwrap();
        let mut options = simulator.daemon();
        options.log_level = String::from("error");
        let daemon = Daemon::start(options).unwrap();
        for reader in &simulator.ready().readers {
            simulator.bench().wait(reader, "screen", &json!("place_card"), PATIENCE).unwrap();
        }
        let desk = TestDesk { daemon, simulator };
        let events = desk.events(None).unwrap();
        Self { desk, events, served: Vec::new(), threads: Vec::new() }
    }

    fn act(&self, deed: &str, how: &Value) {
        self.desk.simulator.bench().act(READER, deed, how).unwrap();
    }

    fn pull(&self, how: &Value) {
        self.act("pull", how);
    }

    fn asked(&self, what: &str) {
        self.desk.simulator.bench().wait(READER, "asked", &json!(what), PATIENCE).unwrap();
    }

    /// A visit by PIN up to this step; the relay is slow.
    fn bring_to(&mut self, step: Step) {
        if step == Step::Idle {
            return;
        }
        let faults = if step == Step::Relay { json!([{ "delay": { "millis": 150 } }]) } else { json!([]) };
        self.act("place", &json!({ "persona": "worker", "fresh": true, "faults": faults }));
        self.asked("methods");
        if step == Step::Method {
            return;
        }
        self.act("choose", &json!({ "method": "pin" }));
        self.asked("pin");
        if step == Step::Pin {
            return;
        }
        let pin = self.desk.persona("worker").unwrap()["pin"].clone();
        self.act("type", &json!({ "digits": pin }));
        match step {
            Step::Relay => {
                let relaying = |station: &Value| station["step"] == "relaying";
                until_station(&mut self.events, "the relay", relaying).unwrap();
            }
            _ => self.asked("consent"),
        }
    }

    fn until_out_of_order(&mut self, code: &str, step: Step) {
        let lost =
            until_station(&mut self.events, code, |station| station["state"] == "out_of_order").unwrap();
        assert_eq!((&lost["failure"]["code"], &lost["visit"]), (&json!(code), &Value::Null), "{step:?}");
    }

    fn until_idle(&self, reader: &str) {
        let idle = |station: &Value| station["state"] == "idle" && station["reader"] == reader;
        // A new stream begins with how things stand.
        until_station(&mut self.desk.events(None).unwrap(), "an idle station", idle).unwrap();
    }

    /// The next patient is served.
    fn serve(&mut self, reader: &str) {
        self.until_idle(reader);
        let timeline = self.desk.simulator.bench().visit(reader, &Visit::pin("elderly")).unwrap();
        assert_eq!(timeline.ended, "take_card", "{timeline:?}");
        self.take_result();
        self.until_idle(reader);
    }

    fn take_result(&mut self) {
        self.served.push(next_result(&mut self.events).unwrap().json().unwrap());
    }

    fn count_threads(&mut self, round: usize) {
        let threads = self.desk.daemon_threads().unwrap();
        self.threads.push(threads);
        // What the first quarter did not need is not needed later.
        let early = self.threads.iter().take(self.threads.len().div_ceil(4).max(3)).max().copied();
        assert!(Some(threads) <= early, "round {round}: {:?}", self.threads);
    }

    /// Nobody heard of a visit that was broken off before the centre had accepted its card.
    fn assert_only_served(self) {
        assert_eq!(self.desk.results().unwrap(), self.served);
        println!("threads of the daemon: {:?}", self.threads);
    }
}

// ----- another program ------------------------------------------------------------------------------------------

const SLOT: &str = "UKETSUKE_TEST_SLOT";
const HELD: &str = "the slot is held";

/// Another program with a handle on a slot: the PC/SC library knows one service in a process.
struct Other {
    process: Child,
    /// Read to its end: what it says last must find a reader.
    says: BufReader<ChildStdout>,
}

impl Other {
    fn holds(simulator: &Simulator, slot: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "other_program", "--nocapture", "--test-threads=1"])
            .env("PCSCLITE_CSOCK_NAME", &simulator.ready().pcsc_socket)
            .env(SLOT, slot)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut says = BufReader::new(process.stdout.take().unwrap());
        let held = says.by_ref().lines().map_while(Result::ok).any(|line| line.contains(HELD));
        assert!(held, "the other program did not get the card");
        Self { process, says }
    }

    /// Ends it and waits until it has.
    fn lets_go(mut self) {
        drop(self.process.stdin.take());
        self.says.read_to_end(&mut Vec::new()).unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
#[ignore = "run in a process of its own"]
fn other_program() {
    let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
    let slot = std::ffi::CString::new(std::env::var(SLOT).unwrap()).unwrap();
    // Before there is a card: the daemon must find it held.
    let _handle = context.connect(&slot, pcsc::ShareMode::Direct, pcsc::Protocols::UNDEFINED).unwrap();
    println!("{HELD}");
    // Until whoever started it closes the pipe.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
