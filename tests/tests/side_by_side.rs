//! Five readers at once: every visit its own result; and one reader's trouble stays its own (design promises 1 and 8).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::{Daemon, Events, Simulator, SimulatorOptions, Timeline, Visit};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tests::{PATIENCE, until_station};

/// Models in the order of their readers, and who comes to each.
const DESK: [(&str, &str); 5] = [
    ("caora", "worker"),
    ("stfr2", "housewife"),
    ("sma-pa", "elderly"),
    ("hi-cara", "resident"),
    ("exc-9000", "rare-name"),
];

struct FiveReaders {
    daemon: Daemon,
    simulator: Simulator,
}

impl FiveReaders {
    fn start(daemon: Option<PathBuf>) -> Self {
        let models = DESK.map(|(model, _)| model.to_owned());
        let simulator =
            Simulator::start(SimulatorOptions { readers: models.into(), ..SimulatorOptions::default() })
                .unwrap();
        let mut options = simulator.daemon();
        options.binary = daemon;
        options.log_level = String::from("warn");
        let daemon = Daemon::start(options).unwrap();
        let desk = Self { daemon, simulator };
        let mut events = desk.daemon.desk().events(None, PATIENCE).unwrap();
        // Whichever comes first: an event that is passed over does not come again.
        let mut waiting: Vec<&String> = desk.simulator.ready().readers.iter().collect();
        let idle = until_station(&mut events, "every reader idle", |station| {
            if station["state"] == "idle" {
                waiting.retain(|reader| station["reader"] != **reader);
            }
            waiting.is_empty()
        });
        idle.unwrap();
        desk
    }

    fn reader(&self, model: &str) -> (&str, &'static str) {
        let at = DESK.iter().position(|(known, _)| *known == model).unwrap();
        (&self.simulator.ready().readers[at], DESK[at].1)
    }

    /// Visits at these readers at the same time.
    fn visits(&self, visits: &[(&str, Visit)]) -> Vec<Timeline> {
        let bench = self.simulator.bench();
        std::thread::scope(|scope| {
            let playing: Vec<_> = visits
                .iter()
                .map(|(reader, visit)| scope.spawn(move || bench.visit(reader, visit).unwrap()))
                .collect();
            playing.into_iter().map(|visit| visit.join().unwrap()).collect()
        })
    }

    /// Every result names the reader, insertion, verification and certificate of its own card, as the centre has it.
    fn assert_each_its_own(&self, expected: &BTreeMap<(String, u64), (String, &str)>) {
        let results = self.daemon.desk().results().unwrap();
        let results = results["results"].as_array().unwrap();
        assert_eq!(results.len(), expected.len(), "{expected:?}");
        let personas = self.simulator.bench().get("/v1/personas").unwrap();
        let oracle = self.simulator.bench().oracle().unwrap();
        for result in results {
            let reader = result["reader"].as_str().unwrap().to_owned();
            let key = (reader, result["insertion"].as_u64().unwrap());
            let (persona, method) = expected.get(&key).unwrap_or_else(|| panic!("nobody was at {key:?}"));
            assert_eq!(result["verification"], *method, "{key:?}");
            let persona = find(&personas, "id", &json!(persona));
            assert_eq!(find(&oracle, "visit", &result["visit"])["serial"], persona["serial"], "{key:?}");
            let name = &result["qualification"]["body"]["result_list"][0]["name"];
            assert_eq!(name, &persona["name"], "{key:?}");
        }
    }
}

fn wait_for(events: &mut Events, reader: &str, state: &str) -> Value {
    until_station(events, &format!("{reader} {state}"), |station| {
        station["reader"] == reader && station["state"] == state
    })
    .unwrap()
}

fn find<'a>(list: &'a Value, key: &str, value: &Value) -> &'a Value {
    list.as_array().unwrap().iter().find(|item| item[key] == *value).unwrap_or(&Value::Null)
}

#[test]
fn five_models_serve_five_patients_at_once_by_both_ways() {
    let desk = FiveReaders::start(None);
    let mut expected = BTreeMap::new();
    for round in 0..2_u64 {
        let mut visits = Vec::new();
        for (at, (model, _)) in (0..).zip(DESK) {
            let (reader, persona) = desk.reader(model);
            let visit =
                if (at + round).is_multiple_of(2) { Visit::face(persona) } else { Visit::pin(persona) };
            let method = if visit.method == "face" { "face" } else { "pin" };
            expected.insert((reader.to_owned(), round + 1), (persona.to_owned(), method));
            visits.push((reader, visit));
        }
        for (timeline, (reader, _)) in desk.visits(&visits).iter().zip(&visits) {
            assert_eq!(timeline.ended, "take_card", "{reader}: {timeline:?}");
        }
    }
    desk.assert_each_its_own(&expected);
}

#[test]
fn a_panicking_a_spinning_and_a_silent_driver_change_no_step_of_the_others() {
    let undisturbed = {
        let desk = FiveReaders::start(None);
        good_visits(&desk)
    };
    let desk = FiveReaders::start(Some(PathBuf::from(env!("CARGO_BIN_EXE_uketsuked-among-bad-drivers"))));
    let mut events = desk.daemon.desk().events(None, PATIENCE).unwrap();
    for model in ["caora", "sma-pa", "hi-cara"] {
        let (reader, persona) = desk.reader(model);
        desk.simulator.bench().place(reader, persona).unwrap();
    }
    let panicked = until_station(&mut events, "the panicking reader out of order", |station| {
        station["reader"] == desk.reader("caora").0 && station["failure"]["code"] == "DRIVER_STOPPED"
    });
    panicked.unwrap();
    // A spinning driver keeps its own thread running through all that the others do.
    let thread = format!("station {}", desk.reader("sma-pa").0);
    let before = processor_time(desk.daemon.pid(), &thread);
    assert_eq!(good_visits(&desk), undisturbed);
    let after = processor_time(desk.daemon.pid(), &thread);
    // An idle one needs a tick or two for its heartbeats.
    assert!(after > before + 20, "{thread} does not spin: {before} ticks before, {after} after");
    // The reader of the panicking driver serves again once its card is taken and placed anew - with another fate in
    // store, so only as far as idle.
    let (reader, _) = desk.reader("caora");
    desk.simulator.bench().pull(reader).unwrap();
    wait_for(&mut events, reader, "idle");
    // A stop leaves the spinning one behind and ends in its bound.
    assert!(desk.daemon.stop().unwrap().success());
}

/// User time of one thread of the daemon in hundredths of a second, proc(5).
fn processor_time(pid: u32, thread: &str) -> u64 {
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let stat = std::fs::read_to_string(task.unwrap().path().join("stat")).unwrap();
        let (name, fields) = stat.rsplit_once(')').unwrap();
        if name.ends_with(&format!("({thread}")) {
            return fields.split_whitespace().nth(11).unwrap().parse().unwrap();
        }
    }
    panic!("no thread {thread}");
}

/// One visit by face and one by PIN at each of the two sound readers, at the same time: their steps without the times.
fn good_visits(desk: &FiveReaders) -> Vec<Vec<String>> {
    let mut steps = Vec::new();
    for method in [Visit::pin as fn(&str) -> Visit, Visit::face] {
        let (stfr2, exc) = (desk.reader("stfr2"), desk.reader("exc-9000"));
        let visits = [(stfr2.0, method(stfr2.1)), (exc.0, method(exc.1))];
        for timeline in desk.visits(&visits) {
            assert_eq!(timeline.ended, "take_card", "{timeline:?}");
            steps.push(timeline.steps.into_iter().map(|step| step.step).collect());
        }
    }
    steps
}
