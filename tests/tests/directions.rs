//! The law of directions (ARCHITECTURE.md section 1), read from `cargo metadata`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every room, whether it is pure, and what it points at (normal and build dependencies): all of that and no more.
const LAW: &[(&str, Purity, &[&str])] = &[
    ("model", Pure, &[]),
    ("failure", Pure, &["model"]),
    ("oqs", Pure, &["failure", "model"]),
    ("card", Pure, &["failure", "model"]),
    ("pages", Pure, &[]),
    ("reader", Pure, &["model"]),
    ("visit", Pure, &["failure", "model", "reader"]),
    ("centre-wire", Pure, &["model"]),
    ("caora-frames", Pure, &["model", "reader"]),
    ("caora", Pure, &["caora-frames", "failure", "model", "reader"]),
    ("hi-cara-frames", Pure, &["model", "reader"]),
    ("hi-cara", Pure, &["failure", "hi-cara-frames", "model", "reader"]),
    ("exc-9000-frames", Pure, &["model", "reader"]),
    ("exc-9000", Pure, &["exc-9000-frames", "failure", "model", "reader"]),
    ("stfr2-frames", Pure, &["model", "reader"]),
    ("stfr2", Pure, &["failure", "model", "reader", "stfr2-frames"]),
    ("sma-pa-frames", Pure, &["model", "reader"]),
    ("sma-pa", Pure, &["failure", "model", "reader", "sma-pa-frames"]),
    (
        "simulator-firmware",
        Pure,
        &[
            "caora-frames",
            "exc-9000-frames",
            "hi-cara-frames",
            "model",
            "reader",
            "sma-pa-frames",
            "simulator-card",
            "stfr2-frames",
        ],
    ),
    ("simulator-card", Pure, &[]),
    ("simulator-centre", Pure, &["centre-wire", "model"]),
    ("scenario", Pure, &["failure", "model"]),
    ("devices", Io, &["card", "failure", "model", "reader"]),
    ("centre", Io, &["centre-wire", "failure", "model", "oqs"]),
    ("ledger", Io, &["failure", "model"]),
    ("desk", Io, &["failure", "model", "oqs", "pages"]),
    ("folders", Io, &["failure", "model", "oqs"]),
    (
        "terminal",
        Io,
        &[
            "card",
            "centre",
            "centre-wire",
            "desk",
            "devices",
            "failure",
            "folders",
            "ledger",
            "model",
            "oqs",
            "reader",
            "visit",
        ],
    ),
    (
        "uketsuke",
        Io,
        &["caora", "exc-9000", "failure", "hi-cara", "model", "reader", "sma-pa", "stfr2", "terminal"],
    ),
    (
        "simulator",
        Io,
        &[
            "centre-wire",
            "failure",
            "model",
            "pages",
            "reader",
            "rig",
            "scenario",
            "simulator-card",
            "simulator-centre",
            "simulator-firmware",
            "stage",
        ],
    ),
    ("rig", Io, &[]),
    ("stage", Io, &["rig", "scenario"]),
    ("xtask", Io, &["rig", "scenario", "stage"]),
    (
        "tests",
        Io,
        &[
            "caora",
            "card",
            "centre",
            "centre-wire",
            "exc-9000",
            "failure",
            "hi-cara",
            "model",
            "oqs",
            "reader",
            "rig",
            "scenario",
            "simulator",
            "simulator-card",
            "simulator-centre",
            "simulator-firmware",
            "sma-pa",
            "stfr2",
            "terminal",
            "uketsuke",
            "visit",
        ],
    ),
];

/// Crates that open, wait, listen or draw. None may stand anywhere under a pure room, but for [`UNUSED`].
const IO_CRATES: &[&str] = &[
    "axum",
    "fastrand",
    "getrandom",
    "hyper",
    "hyper-util",
    "mio",
    "nix",
    "pcsc",
    "rand",
    "rusqlite",
    "rustls",
    "serialport",
    "socket2",
    "tempfile",
    "tokio",
    "tokio-rustls",
    "tokio-serial",
    "tokio-tungstenite",
    "ureq",
];

/// What brings a crate that draws randomness into a pure room, without its being used; see [`DRAWS`].
const UNUSED: &[(&str, &[&str], &str)] = &[
    (
        "rsa",
        &["card", "simulator-card", "simulator-centre", "simulator-firmware"],
        "to make keys and to blind: keys come from a seed, and a signature of PKCS #1 v1.5 is checked or made without",
    ),
    (
        "rand_chacha",
        &["simulator-firmware", "simulator-card"],
        "for generators that other packages seed by the system: here the seed is an argument",
    ),
    (
        "ring",
        &["card", "simulator-card", "simulator-centre", "simulator-firmware"],
        "to make keys: here it hashes, checks, and signs with keys from a seed",
    ),
];

/// The ways to the system's randomness through those; `clippy.toml` bans the direct one.
const DRAWS: &[&str] = &["OsRng", "SystemRandom", "from_entropy", "thread_rng"];

#[derive(PartialEq, Clone, Copy)]
enum Purity {
    Pure,
    Io,
}
use Purity::{Io, Pure};

struct House {
    /// Name to folder and dependencies, for our own packages. Dependencies of tests are none.
    rooms: BTreeMap<String, (PathBuf, BTreeSet<String>)>,
    /// Package id to the names and ids of its dependencies, for all packages.
    resolved: BTreeMap<String, Vec<(String, String)>>,
    ids: BTreeMap<String, String>,
}

#[test]
fn every_edge_between_rooms_is_in_the_law() {
    let house = House::read();
    let law: BTreeMap<&str, BTreeSet<&str>> =
        LAW.iter().map(|(room, _, edges)| (*room, edges.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for (room, (_, edges)) in &house.rooms {
        let Some(allowed) = law.get(room.as_str()) else {
            wrong.push(format!("{room} is not in the law"));
            continue;
        };
        let ours: BTreeSet<&str> =
            edges.iter().map(String::as_str).filter(|edge| house.rooms.contains_key(*edge)).collect();
        wrong.extend(ours.difference(allowed).map(|edge| format!("{room} -> {edge} is not in the law")));
        wrong.extend(allowed.difference(&ours).map(|edge| format!("{room} -> {edge} is only in the law")));
    }
    wrong.extend(
        law.keys()
            .filter(|room| !house.rooms.contains_key(**room))
            .map(|room| format!("{room} is only in the law")),
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_io_crate_stands_under_a_pure_room() {
    let house = House::read();
    let mut wrong = Vec::new();
    for (room, purity, _) in LAW {
        if *purity == Pure {
            let unused = |but: &str| -> Vec<&str> {
                let of_room =
                    UNUSED.iter().filter(|(through, rooms, _)| rooms.contains(room) && *through != but);
                of_room.map(|(through, ..)| *through).collect()
            };
            let under = house.under(room, &unused(""));
            // An exception that is no longer needed is none.
            for through in unused("") {
                let with = house.under(room, &unused(through));
                if !IO_CRATES.iter().any(|io| with.contains(*io)) {
                    wrong.push(format!("{room} no longer draws through {through}"));
                }
            }
            wrong.extend(
                IO_CRATES.iter().filter(|io| under.contains(**io)).map(|io| format!("{room} stands on {io}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_pure_room_draws_or_lifts_the_ban_on_clocks_and_randomness() {
    let house = House::read();
    for (room, purity, _) in LAW {
        if *purity == Pure {
            let (folder, _) = &house.rooms[*room];
            for file in rust_files(&folder.join("src")) {
                let text = std::fs::read_to_string(&file).unwrap();
                for word in DRAWS.iter().chain(&["clippy::disallowed_methods"]) {
                    assert!(!text.contains(word), "{room} says {word} in {}", file.display());
                }
            }
        }
    }
}

impl House {
    fn read() -> Self {
        // Only what is built here was fetched; the other platforms' crates were not.
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &platform])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let members: BTreeSet<&str> =
            list(&metadata["workspace_members"]).filter_map(Value::as_str).collect();
        let mut rooms = BTreeMap::new();
        let mut ids = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let id = text(&package["id"]);
            if members.contains(id) {
                let folder = Path::new(text(&package["manifest_path"])).parent().unwrap().to_owned();
                let used = list(&package["dependencies"]).filter(|dependency| dependency["kind"] != "dev");
                let edges = used.map(|dependency| text(&dependency["name"]).to_owned()).collect();
                rooms.insert(text(&package["name"]).to_owned(), (folder, edges));
                ids.insert(text(&package["name"]).to_owned(), id.to_owned());
            }
        }
        let mut resolved = BTreeMap::new();
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        for node in list(&metadata["resolve"]["nodes"]) {
            let used = list(&node["deps"])
                .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev"));
            let edges = used.map(|dependency| {
                let id = text(&dependency["pkg"]);
                (names[id].to_owned(), id.to_owned())
            });
            resolved.insert(text(&node["id"]).to_owned(), edges.collect());
        }
        Self { rooms, resolved, ids }
    }

    /// Names of all packages that a room stands on, without what only the packages in `through` bring.
    fn under(&self, room: &str, through: &[&str]) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut open = vec![self.ids[room].clone()];
        while let Some(id) = open.pop() {
            for (name, below) in &self.resolved[&id] {
                names.insert(name.clone());
                if !through.contains(&name.as_str()) && seen.insert(below.clone()) {
                    open.push(below.clone());
                }
            }
        }
        names
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
