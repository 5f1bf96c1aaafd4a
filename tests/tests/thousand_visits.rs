//! A thousand visits at five readers, taken over by a receipt computer that knows only the API document and by one that
//! knows only the face folder, while the daemon and both of them are killed and the folder goes away.
//!
//! Another day by `UKETSUKE_SEED`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::{Daemon, DaemonOptions, Simulator, SimulatorOptions};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tests::virtual_day::Plan;

const READERS: [&str; 5] = ["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"];
const EACH: u64 = 200;
const ALL: usize = 1000;
const SEED: u64 = 20_261_129;
/// Between two results that somebody takes over, a kill and a new start included.
const PATIENCE: Duration = Duration::from_secs(60);

fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().and_then(Path::parent).unwrap().join(name)
}

/// What goes wrong on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    DaemonKilled,
    ApiKilled,
    FolderKilled,
    FolderAway,
}

/// After how many results of the API's consumer what goes wrong.
fn troubles(seed: u64) -> Vec<(usize, Trouble)> {
    let kinds = [Trouble::DaemonKilled, Trouble::ApiKilled, Trouble::FolderAway, Trouble::FolderKilled];
    let mut state = seed | 1;
    let mut at = 20;
    let mut all = Vec::new();
    for round in 0..16 {
        all.push((at, kinds[round % kinds.len()]));
        // Xorshift: any spread will do.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        at += 30 + usize::try_from(state % 55).unwrap();
    }
    all
}

/// One receipt computer, which may be killed and started again.
struct Taker {
    name: &'static str,
    arguments: Vec<String>,
    child: Child,
    lines: Sender<(&'static str, String)>,
}

impl Taker {
    fn start(name: &'static str, arguments: Vec<String>, lines: Sender<(&'static str, String)>) -> Self {
        let child = run(name, &arguments, lines.clone());
        Self { name, arguments, child, lines }
    }

    fn kill_and_start(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = run(self.name, &self.arguments, self.lines.clone());
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(name: &'static str, arguments: &[String], lines: Sender<(&'static str, String)>) -> Child {
    let mut child = Command::new(program("receipt-computer"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        // Sending fails when the test is over.
        BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| lines.send((name, line)))
    });
    child
}

struct Day {
    // Before the simulator: it ends first.
    daemon: Option<Daemon>,
    simulator: Simulator,
    plan: Plan,
    address: PathBuf,
    kept_by_api: PathBuf,
}

impl Day {
    fn options(&self) -> DaemonOptions {
        DaemonOptions {
            binary: Some(program("uketsuked-in-virtual-time")),
            log_level: String::from("warn"),
            ..self.simulator.daemon()
        }
    }

    /// Goes on behind what the API's consumer has, which is not all that there is: the rest is played again, and is no
    /// second result.
    fn start_daemon(&mut self) {
        let mut from = vec![1; READERS.len()];
        for result in read_all(&self.kept_by_api) {
            let at =
                self.simulator.ready().readers.iter().position(|reader| result["reader"] == *reader).unwrap();
            from[at] = from[at].max(result["insertion"].as_u64().unwrap() + 1);
        }
        self.plan.from = from;
        fs::write(Plan::file(&self.simulator.ready().site), serde_json::to_vec(&self.plan).unwrap()).unwrap();
        let daemon = Daemon::start(self.options()).unwrap();
        let partial = self.address.with_extension("partial");
        fs::write(&partial, &daemon.ready().api).unwrap();
        fs::rename(partial, &self.address).unwrap();
        self.daemon = Some(daemon);
    }

    fn kill_daemon(&mut self) {
        self.daemon.take().unwrap().kill().unwrap();
        self.start_daemon();
    }

    fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().unwrap()
    }

    /// Away until the daemon has said so, then there again until it has said that.
    fn folder_away(&self) {
        let face = &self.simulator.ready().face_dir;
        let away = face.with_extension("away");
        let mut events = self.daemon().desk().events(None, PATIENCE).unwrap();
        fs::rename(face, &away).unwrap();
        let mut until = |there: bool| loop {
            let event = events.next_within(PATIENCE).unwrap();
            if event.kind == "folder" {
                let body: Value = serde_json::from_str(&event.data).unwrap();
                if body["folder"] == "face" && body["trouble"].is_null() == there {
                    return;
                }
            }
        };
        until(false);
        fs::rename(&away, face).unwrap();
        until(true);
    }
}

/// What the API's consumer has kept, in the order of its ids.
fn read_all(kept: &Path) -> Vec<Value> {
    files(kept).iter().map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect()
}

fn files(kept: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> =
        entries.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.')).collect();
    all.sort();
    all
}

#[test]
fn two_receipt_computers_get_the_same_thousand_visits_whatever_happens() {
    let seed = std::env::var("UKETSUKE_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    eprintln!("seed {seed}");
    let place = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        let path = place.path().join(name);
        fs::create_dir(&path).unwrap();
        path
    };
    let (kept_by_api, kept_by_folder) = (folder("kept-by-api"), folder("kept-by-folder"));
    let addresses = folder("address");
    let simulator = Simulator::start(SimulatorOptions {
        readers: READERS.map(str::to_owned).to_vec(),
        ..SimulatorOptions::default()
    })
    .unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let plan = Plan {
        seed,
        // Nothing comes before the consumer is registered: it is owed what comes from then on.
        each: 0,
        from: Vec::new(),
        stock: target.join("simulator-stock"),
        scenarios: Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulator/scenarios"),
    };
    let address = addresses.join("api");
    let mut day = Day { daemon: None, simulator, plan, address, kept_by_api: kept_by_api.clone() };
    day.start_daemon();
    let made = day.daemon().desk().post("/v1/tokens", &json!({ "name": "receipt", "scopes": ["results"] }));
    let token_file = place.path().join("token");
    fs::write(&token_file, made.unwrap()["token"].as_str().unwrap()).unwrap();
    day.plan.each = EACH;
    day.kill_daemon();

    let (say, lines) = channel();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let of_api = ["api".to_owned(), text(&day.address), text(&token_file), text(&kept_by_api)];
    let of_folder = ["folder".to_owned(), text(&day.simulator.ready().face_dir), text(&kept_by_folder)];
    let mut api = Taker::start("api", of_api.to_vec(), say.clone());
    let mut by_folder = Taker::start("folder", of_folder.to_vec(), say);

    let (mut taken, mut again) = (BTreeMap::from([("api", 0), ("folder", 0)]), 0);
    let mut coming = troubles(seed).into_iter().peekable();
    while taken.values().any(|count| *count < ALL) {
        match next(&lines, &taken) {
            (who, line) if line.starts_with("NEW ") => *taken.get_mut(who).unwrap() += 1,
            (_, line) if line.starts_with("AGAIN ") => again += 1,
            (who, line) => panic!("{who}: {line}"),
        }
        if let Some((_, trouble)) = coming.next_if(|(at, _)| *at <= taken["api"]) {
            match trouble {
                Trouble::DaemonKilled => day.kill_daemon(),
                Trouble::ApiKilled => api.kill_and_start(),
                Trouble::FolderKilled => by_folder.kill_and_start(),
                Trouble::FolderAway => day.folder_away(),
            }
        }
    }
    assert_eq!(coming.next(), None, "all that was to go wrong went wrong");
    assert!(again > 0, "nothing was told twice: the kills came at no moment that matters");
    check(&day, &kept_by_api, &kept_by_folder);
}

fn next(lines: &Receiver<(&'static str, String)>, taken: &BTreeMap<&str, usize>) -> (&'static str, String) {
    lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing is taken over any more: {taken:?}"))
}

/// The same visits with both, each once, in order for each reader.
fn check(day: &Day, kept_by_api: &Path, kept_by_folder: &Path) {
    let results = read_all(kept_by_api);
    let ids: Vec<u64> = results.iter().map(|result| result["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (1..=ALL as u64).collect::<Vec<_>>(), "every id once, none left out");
    let visits: BTreeSet<&str> = results.iter().map(|result| result["visit"].as_str().unwrap()).collect();
    assert_eq!(visits.len(), ALL, "two ids for one visit never exist");
    for reader in &day.simulator.ready().readers {
        let of_reader = results.iter().filter(|result| result["reader"] == *reader);
        let insertions: Vec<u64> = of_reader.map(|result| result["insertion"].as_u64().unwrap()).collect();
        assert_eq!(insertions, (1..=EACH).collect::<Vec<_>>(), "{reader}, in order");
    }

    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    let files = files(kept_by_folder);
    assert_eq!(files.len(), ALL);
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        // Place, then the name: institution (10), the beginning of the visit (20), the time.
        let (_, name) = name.split_once("-OQSsiquc01res_face_").unwrap();
        let visit = name[10..30].to_lowercase();
        let result = results.iter().find(|result| result["visit"].as_str().unwrap().starts_with(&visit));
        let result = result.unwrap_or_else(|| panic!("{visit} is known to the folder alone"));
        let document = result["document"].as_str().unwrap();
        assert_eq!(fs::read(path).unwrap(), document.as_bytes(), "the same document, byte for byte");
        let insertion = result["insertion"].as_u64().unwrap();
        let before = last.insert(result["reader"].as_str().unwrap(), insertion).unwrap_or(0);
        assert!(before < insertion, "{}: {before} before {insertion}", result["reader"]);
    }
}
