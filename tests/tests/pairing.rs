//! `uketsuke pair reader` over the real parts: readers and slots find each other by one card, and only so; and a unit
//! beyond what may be driven stays closed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::{Daemon, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::path::PathBuf;
use tests::control::Watching;
use tests::{PATIENCE, next_result, until_station};

const FIRST: &str = "front-1";
const SECOND: &str = "front-2";

struct Desk {
    daemon: Daemon,
    simulator: Simulator,
    site: PathBuf,
}

impl Desk {
    /// Two readers of these models at a site that `change` edits; it gives the site and the pairings that are there
    /// already.
    fn start(models: [&str; 2], change: impl FnOnce(&str) -> (String, String)) -> Self {
        let readers = models.map(str::to_owned).into();
        let simulator =
            Simulator::start(SimulatorOptions { readers, ..SimulatorOptions::default() }).unwrap();
        let text = std::fs::read_to_string(&simulator.ready().site).unwrap();
        let site = simulator.directory().join("changed.toml");
        let (text, pairings) = change(&text);
        std::fs::write(&site, text).unwrap();
        std::fs::write(simulator.directory().join("ledger").join("pairings.toml"), pairings).unwrap();
        let daemon = Self::daemon(&simulator, &site);
        Self { daemon, simulator, site }
    }

    fn daemon(simulator: &Simulator, site: &std::path::Path) -> Daemon {
        let mut options = simulator.daemon();
        options.config = site.to_owned();
        options.log_level = "warn".to_owned();
        Daemon::start(options).unwrap()
    }

    fn restart(self) -> Self {
        self.daemon.stop().unwrap();
        let daemon = Self::daemon(&self.simulator, &self.site);
        Self { daemon, simulator: self.simulator, site: self.site }
    }

    /// Waits until this reader's station stands so.
    fn until(&self, reader: &str, state: &str, code: Option<&str>) {
        let mut events = self.daemon.desk().events(None, PATIENCE).unwrap();
        let what = format!("{reader} {state} {code:?}");
        until_station(&mut events, &what, |station| {
            station["reader"] == reader
                && station["state"] == state
                && code.is_none_or(|code| station["failure"]["code"] == code)
        })
        .unwrap();
    }

    fn pair(&self, reader: &str) -> Watching {
        Watching::run(self.daemon.ready(), &["pair", "reader", reader]).unwrap()
    }

    fn place(&self, reader: &str) {
        // Each reader has a card of its own.
        let persona = if reader == FIRST { "worker" } else { "elderly" };
        self.simulator.bench().act(reader, "place", &json!({ "persona": persona })).unwrap();
    }

    fn pull(&self, reader: &str) {
        self.simulator.bench().pull(reader).unwrap();
    }

    /// A whole visit; its result names this reader.
    fn serve(&self, reader: &str) {
        self.until(reader, "idle", None);
        let mut events = self.daemon.desk().events(None, PATIENCE).unwrap();
        let timeline = self.simulator.bench().visit(reader, &Visit::pin("worker")).unwrap();
        assert_eq!(timeline.ended, "take_card", "{timeline:?}");
        let result = next_result(&mut events).unwrap().json().unwrap();
        assert_eq!(result["reader"], reader);
    }

    /// Pairs a reader from the first line of the control to the last.
    fn paired(&self, reader: &str) {
        let pairing = self.pair(reader);
        let placing = pairing.next_line().unwrap();
        assert!(placing.contains(reader) && placing.contains("60"), "{placing}");
        self.place(reader);
        let taking = pairing.next_line().unwrap();
        self.pull(reader);
        let ended = pairing.until_over().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        assert!(ended.status.success(), "{taking} {said} {}", String::from_utf8_lossy(&ended.stderr));
        assert!(said.contains("組み合わせました") && said.contains(reader), "{said}");
    }

    /// The pairing ends without success and names this code; the reader is still without a slot.
    fn refused(&self, pairing: Watching, reader: &str, code: &str) {
        let ended = pairing.until_over().unwrap();
        let complaint = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && complaint.contains(code), "{code}: {complaint}");
        self.until(reader, "out_of_order", Some("SLOT_UNPAIRED"));
    }
}

/// The site without the slots of these readers, counted from 0.
fn without_slots(site: &str, of: &[usize]) -> String {
    let mut blocks = site.split("[[reader]]");
    let mut text = blocks.next().unwrap().to_owned();
    for (nth, block) in blocks.enumerate() {
        text += "[[reader]]";
        for line in block.lines().filter(|line| !(of.contains(&nth) && line.starts_with("slot = "))) {
            text.extend([line, "\n"]);
        }
    }
    text
}

/// The same, and nothing paired yet.
fn unpaired(site: &str, of: &[usize]) -> (String, String) {
    (without_slots(site, of), String::new())
}

/// The PC/SC names of the slots, in the order of the readers.
fn slots(site: &str) -> Vec<String> {
    let names = site.lines().filter_map(|line| line.strip_prefix("slot = "));
    names.map(|name| name.trim_matches('"').to_owned()).collect()
}

#[test]
fn a_reader_is_paired_by_a_card_used_at_once_and_still_after_a_restart() {
    let desk = Desk::start(["caora", "hi-cara"], |site| unpaired(site, &[0, 1]));
    for reader in [FIRST, SECOND] {
        desk.until(reader, "out_of_order", Some("SLOT_UNPAIRED"));
    }
    desk.paired(FIRST);
    desk.serve(FIRST);
    desk.until(SECOND, "out_of_order", Some("SLOT_UNPAIRED"));
    desk.paired(SECOND);
    desk.serve(SECOND);
    let desk = desk.restart();
    desk.serve(FIRST);
    desk.serve(SECOND);
}

#[test]
fn a_card_in_the_wrong_place_pairs_nothing() {
    let desk = Desk::start(["caora", "hi-cara"], |site| unpaired(site, &[0, 1]));
    for reader in [FIRST, SECOND] {
        desk.until(reader, "out_of_order", Some("SLOT_UNPAIRED"));
    }
    let pairing = desk.pair(FIRST);
    pairing.next_line().unwrap();
    let second = Watching::run(desk.daemon.ready(), &["pair", "reader", SECOND]).unwrap();
    desk.refused(second, SECOND, "PAIRING_RUNNING");
    desk.place(SECOND);
    desk.refused(pairing, FIRST, "PAIRING_OTHER_READER");
    // It lies there still.
    desk.refused(desk.pair(FIRST), FIRST, "PAIRING_NOT_EMPTY");
    desk.pull(SECOND);

    let pairing = desk.pair(FIRST);
    pairing.next_line().unwrap();
    desk.place(FIRST);
    pairing.next_line().unwrap();
    desk.place(SECOND);
    desk.refused(pairing, FIRST, "PAIRING_SEVERAL_CARDS");
    desk.pull(FIRST);
    desk.pull(SECOND);
    desk.paired(FIRST);
    desk.serve(FIRST);
}

#[test]
fn a_pairing_that_is_given_up_leaves_everything_as_it_was() {
    let desk = Desk::start(["caora", "caora"], |site| unpaired(site, &[0]));
    desk.until(FIRST, "out_of_order", Some("SLOT_UNPAIRED"));
    let pairing = desk.pair(FIRST);
    pairing.next_line().unwrap();
    // Another reader's patients are served meanwhile.
    desk.serve(SECOND);
    pairing.interrupt().unwrap();
    desk.refused(pairing, FIRST, "cancelled");
}

#[test]
fn what_the_configuration_names_is_not_paired_and_a_foreign_slot_is_not_taken() {
    let taken = |site: &str| {
        let names = slots(site);
        // The second reader has the first one's slot; the first has none.
        (without_slots(site, &[0]).replace(&names[1], &names[0]), String::new())
    };
    let desk = Desk::start(["caora", "caora"], taken);
    desk.until(FIRST, "out_of_order", Some("SLOT_UNPAIRED"));
    desk.until(SECOND, "idle", None);
    let configured = desk.pair(SECOND).until_over().unwrap();
    let complaint = String::from_utf8_lossy(&configured.stderr);
    assert!(complaint.contains("PAIRING_SLOT_CONFIGURED"), "{complaint}");
    let pairing = desk.pair(FIRST);
    pairing.next_line().unwrap();
    desk.place(FIRST);
    desk.refused(pairing, FIRST, "PAIRING_SLOT_TAKEN");
}

#[test]
fn a_crossed_pairing_ends_at_the_first_card() {
    let crossed = |site: &str| {
        let names = slots(site);
        let pairings = format!("[slots]\n{FIRST} = {:?}\n{SECOND} = {:?}\n", names[1], names[0]);
        (without_slots(site, &[0, 1]), pairings)
    };
    let desk = Desk::start(["caora", "caora"], crossed);
    for reader in [FIRST, SECOND] {
        desk.until(reader, "idle", None);
    }
    let mut events = desk.daemon.desk().events(None, PATIENCE).unwrap();
    desk.place(FIRST);
    let mut failed = Vec::new();
    until_station(&mut events, "both visits ended", |station| {
        let reader = station["reader"].as_str().unwrap_or_default().to_owned();
        let code = if reader == FIRST { "CARD_NO_CHIP" } else { "CARD_SLOT_DISAGREES" };
        if station["failure"]["code"] == code && !failed.contains(&reader) {
            failed.push(reader);
        }
        failed.len() == 2
    })
    .unwrap();
    assert_eq!(desk.daemon.desk().results().unwrap()["results"], json!([]));
}

#[test]
fn a_unit_without_licence_stays_closed_and_the_others_work() {
    let unlicensed = |site: &str| {
        let lines = site.lines().filter(|line| !line.starts_with("caora = "));
        (lines.map(|line| format!("{line}\n")).collect(), String::new())
    };
    let desk = Desk::start(["caora", "caora"], unlicensed);
    desk.until(SECOND, "out_of_order", Some("READER_TOO_MANY"));
    desk.serve(FIRST);
    let site = std::fs::read_to_string(&desk.site).unwrap();
    let ports: Vec<_> = site
        .lines()
        .filter_map(|line| line.strip_prefix("port = "))
        .map(|port| port.trim_matches('"'))
        .collect();
    let open: Vec<_> = std::fs::read_dir(format!("/proc/{}/fd", desk.daemon.pid()))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .collect();
    let port = |nth: usize| std::fs::canonicalize(ports[nth]).unwrap();
    assert!(open.contains(&port(0)), "{open:?}");
    assert!(!open.contains(&port(1)), "the port of the unit that is too many was opened");
    let refused: Value = desk.daemon.desk().readers().unwrap();
    assert_eq!(refused["readers"][1]["failure"]["code"], "READER_TOO_MANY");
    let pairing = desk.pair(SECOND).until_over().unwrap();
    assert!(!pairing.status.success());
}
