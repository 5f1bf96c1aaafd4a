//! A desk in trouble with its centre: which visits failed and which were served, and that both are told apart.

#![allow(dead_code, reason = "each suite uses its part")]

use rig::{Daemon, Events, RigError, Simulator, SimulatorOptions, Timeline, Visit};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tests::{PATIENCE, READER, TestDesk, in_file_name};

/// What every copied site waits for the centre, in seconds.
pub(crate) const SECONDS: u64 = 2;

/// A desk whose site is a copy with short deadlines; the daemon's log is kept.
pub(crate) struct Troubled {
    pub(crate) desk: TestDesk,
    pub(crate) events: Events,
    log: PathBuf,
    failed: Vec<String>,
    served: Vec<Value>,
}

impl Troubled {
    pub(crate) fn start() -> Self {
        Self::at(str::to_owned, |_| ())
    }

    /// `change` edits the site's text, `before` prepares the simulator before the daemon starts.
    pub(crate) fn at(change: impl FnOnce(&str) -> String, before: impl FnOnce(&Simulator)) -> Self {
        let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
        before(&simulator);
        let log = simulator.directory().join("daemon.log");
        let daemon = start_daemon(&simulator, change).unwrap();
        let desk = TestDesk { daemon, simulator };
        desk.until_idle().unwrap();
        let events = desk.events(None).unwrap();
        Self { desk, events, log, failed: Vec::new(), served: Vec::new() }
    }

    pub(crate) fn misbehave(&self, kind: &Value) {
        self.desk.simulator.bench().misbehave(Some(kind)).unwrap();
    }

    pub(crate) fn behave(&self) {
        self.desk.simulator.bench().misbehave(None).unwrap();
    }

    /// The visit ends with this failure, on the reader's screen and on the event stream, and no result is told.
    pub(crate) fn fails(&mut self, visit: &Visit, code: &str) -> Timeline {
        let timeline = self.desk.simulator.bench().visit(READER, visit).unwrap();
        assert_eq!(
            (timeline.ended.as_str(), timeline.failure.as_deref()),
            ("failure", Some(code)),
            "{timeline:?}"
        );
        let mut failed = None;
        self.events
            .wait_for(code, PATIENCE, |event| {
                assert_ne!(event.kind, "result", "a result of a visit that failed with {code}");
                let station = event.json().unwrap();
                // The failure before stays shown until this visit begins.
                failed = station["visit"].as_str().map(str::to_owned).filter(|id| !self.failed.contains(id));
                event.kind == "station" && failed.is_some() && station["failure"]["code"] == code
            })
            .unwrap();
        let id = failed.expect("waited for");
        self.failed.push(id);
        timeline
    }

    /// The next patient is served by the same daemon.
    pub(crate) fn serves(&mut self, visit: &Visit) -> Timeline {
        let timeline = self.desk.simulator.bench().visit(READER, visit).unwrap();
        assert_eq!(timeline.ended, "take_card", "{timeline:?}");
        let result = tests::next_result(&mut self.events).unwrap().json().unwrap();
        assert_eq!(result["verification"], visit.method.as_str());
        self.served.push(result);
        timeline
    }

    /// While the centre does so, a visit fails with the code; when it behaves again, the next patient is served.
    pub(crate) fn fails_while(&mut self, kind: &Value, code: &str) -> Timeline {
        self.misbehave(kind);
        let timeline = self.fails(&Visit::pin("worker"), code);
        self.behave();
        self.serves(&Visit::pin("elderly"));
        timeline
    }

    /// Of all visits only those that were served left a result and a file. Gives the simulator back.
    pub(crate) fn only_served_are_told(self) -> Simulator {
        assert_eq!(self.desk.results().unwrap(), self.served);
        let TestDesk { daemon, simulator } = self.desk;
        // An orderly stop writes what is still on its way to the folder.
        daemon.stop().unwrap();
        let files: Vec<String> = std::fs::read_dir(&simulator.ready().face_dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(files.len(), self.served.len(), "{files:?}");
        for result in &self.served {
            let visit = in_file_name(result["visit"].as_str().unwrap());
            assert!(files.iter().any(|name| name.contains(&visit)), "{visit} in {files:?}");
        }
        for visit in &self.failed {
            assert!(files.iter().all(|name| !name.contains(&in_file_name(visit))), "{visit} in {files:?}");
        }
        simulator
    }

    /// Commands with this instruction byte that the card got so far.
    pub(crate) fn instructions(&self, byte: &str) -> u64 {
        self.slot()["by_instruction"][byte].as_u64().unwrap_or(0)
    }

    /// All commands that the card got so far.
    pub(crate) fn apdus(&self) -> u64 {
        self.slot()["apdus"].as_u64().unwrap()
    }

    fn slot(&self) -> Value {
        self.desk.simulator.bench().reader(READER).unwrap()["slot"].clone()
    }

    /// The PIN tries that the card counts, as the reader shows them to the patient.
    pub(crate) fn tries_left(&self, persona: &str) -> u64 {
        let bench = self.desk.simulator.bench();
        bench.place(READER, persona).unwrap();
        bench.wait(READER, "asked", &"methods".into(), PATIENCE).unwrap();
        bench.act(READER, "choose", &serde_json::json!({ "method": "pin" })).unwrap();
        let asked = bench.wait(READER, "asked", &"pin".into(), PATIENCE).unwrap();
        bench.pull(READER).unwrap();
        bench.wait(READER, "screen", &"place_card".into(), PATIENCE).unwrap();
        asked["asked"]["tries_left"].as_u64().unwrap()
    }

    /// Waits until the line is said to stand so.
    pub(crate) fn until_line(&self, state: &str, code: Option<&str>) {
        // A new stream begins with how things stand.
        until_line(&mut self.desk.events(None).unwrap(), state, code);
        assert_eq!(self.desk.daemon.desk().readers().unwrap()["centre"]["state"], state);
    }

    /// What the daemon logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// A daemon at a copy of the simulator's site with short deadlines.
pub(crate) fn start_daemon(
    simulator: &Simulator,
    change: impl FnOnce(&str) -> String,
) -> Result<Daemon, RigError> {
    let mut options = simulator.daemon();
    let site = std::fs::read_to_string(&options.config).unwrap();
    let seconds = format!(
        "\n[centre.seconds]\nconnect = {SECONDS}\nmessage = {SECONDS}\nrelay = 15\nanswer = {SECONDS}\n"
    );
    options.config = simulator.directory().join("copy.toml");
    std::fs::write(&options.config, change(&site) + &seconds).unwrap();
    options.log_file = Some(simulator.directory().join("daemon.log"));
    Daemon::start(options)
}

/// The site's text with another file under a key of a table; of several such tables, in each.
pub(crate) fn with_file(site: &str, table: &str, key: &str, file: &Path) -> String {
    let line = format!("{key} = {:?}\n", file.to_str().unwrap());
    edit(site, table, key, &line)
}

/// The site's text without a key of a table.
pub(crate) fn without(site: &str, table: &str, key: &str) -> String {
    edit(site, table, key, "")
}

fn edit(site: &str, table: &str, key: &str, line: &str) -> String {
    let (mut within, mut edited, mut text) = (false, false, String::new());
    for old in site.lines() {
        if old.starts_with('[') {
            within = old.trim_matches(['[', ']']) == table;
        }
        if within && old.split_once('=').is_some_and(|(name, _)| name.trim() == key) {
            text.push_str(line);
            edited = true;
        } else {
            text.extend([old, "\n"]);
        }
    }
    assert!(edited, "no {key} under {table}");
    text
}

/// Waits until the line is said to stand so.
pub(crate) fn until_line(events: &mut Events, state: &str, code: Option<&str>) {
    let what = format!("a line {state} {code:?}");
    events
        .wait_for(&what, PATIENCE, |event| {
            event.kind == "centre"
                && event.json().is_ok_and(|line| line["state"] == state && line["code"].as_str() == code)
        })
        .unwrap();
}
