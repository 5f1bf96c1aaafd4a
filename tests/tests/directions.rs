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

/// Every room, what it may point at (normal dependencies), and whether it is pure.
const LAW: &[(&str, Purity, &[&str])] = &[
    ("model", Pure, &[]),
    ("failure", Pure, &["model"]),
    ("oqs", Pure, &["failure", "model"]),
    ("card", Pure, &["failure", "model"]),
    ("reader", Pure, &["model"]),
    ("visit", Pure, &["failure", "model", "reader"]),
    ("centre-wire", Pure, &["model"]),
    ("caora-frames", Pure, &["model", "reader"]),
    ("caora", Pure, &["caora-frames", "failure", "model", "reader"]),
    ("simulator-firmware", Pure, &["caora-frames", "model", "reader"]),
    ("simulator-card", Pure, &[]),
    ("simulator-centre", Pure, &["centre-wire", "model"]),
    ("devices", Io, &["card", "failure", "model", "reader"]),
    ("centre", Io, &["centre-wire", "failure", "model"]),
    ("ledger", Io, &["failure", "model"]),
    ("desk", Io, &["failure", "model", "oqs"]),
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
            "reader",
            "visit",
        ],
    ),
    ("uketsuke", Io, &["caora", "failure", "model", "reader", "terminal"]),
    (
        "simulator",
        Io,
        &[
            "caora-frames",
            "centre-wire",
            "model",
            "reader",
            "simulator-card",
            "simulator-centre",
            "simulator-firmware",
        ],
    ),
    ("rig", Io, &[]),
    ("xtask", Io, &["rig"]),
    ("tests", Io, &["rig"]),
];

/// Crates that open, wait, listen or draw. None may stand anywhere under a pure room.
const IO_CRATES: &[&str] = &[
    "axum",
    "hyper",
    "hyper-util",
    "mio",
    "nix",
    "pcsc",
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

#[derive(PartialEq, Clone, Copy)]
enum Purity {
    Pure,
    Io,
}
use Purity::{Io, Pure};

struct House {
    /// Name to folder and normal dependencies, for our own packages.
    rooms: BTreeMap<String, (PathBuf, BTreeSet<String>)>,
    /// Package id to the names and ids it resolves to, normal dependencies only, for all packages.
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
        let ours = edges.iter().filter(|edge| house.rooms.contains_key(*edge));
        wrong.extend(
            ours.filter(|edge| !allowed.contains(edge.as_str()))
                .map(|edge| format!("{room} -> {edge} is not in the law")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_io_crate_stands_under_a_pure_room() {
    let house = House::read();
    let mut wrong = Vec::new();
    for (room, purity, _) in LAW {
        if *purity == Pure {
            let under = house.under(room);
            wrong.extend(
                IO_CRATES.iter().filter(|io| under.contains(**io)).map(|io| format!("{room} stands on {io}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_pure_room_lifts_the_ban_on_clocks_and_randomness() {
    let house = House::read();
    for (room, purity, _) in LAW {
        if *purity == Pure {
            let (folder, _) = &house.rooms[*room];
            for file in rust_files(&folder.join("src")) {
                let text = std::fs::read_to_string(&file).unwrap();
                assert!(
                    !text.contains("clippy::disallowed_methods"),
                    "{room} lifts the ban in {}",
                    file.display()
                );
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
                let normal = list(&package["dependencies"]).filter(|dependency| dependency["kind"].is_null());
                let edges = normal.map(|dependency| text(&dependency["name"]).to_owned()).collect();
                rooms.insert(text(&package["name"]).to_owned(), (folder, edges));
                ids.insert(text(&package["name"]).to_owned(), id.to_owned());
            }
        }
        let mut resolved = BTreeMap::new();
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        for node in list(&metadata["resolve"]["nodes"]) {
            let normal = list(&node["deps"])
                .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()));
            let edges = normal.map(|dependency| {
                let id = text(&dependency["pkg"]);
                (names[id].to_owned(), id.to_owned())
            });
            resolved.insert(text(&node["id"]).to_owned(), edges.collect());
        }
        Self { rooms, resolved, ids }
    }

    /// Names of all packages that a room stands on.
    fn under(&self, room: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut open = vec![self.ids[room].clone()];
        while let Some(id) = open.pop() {
            for (name, below) in &self.resolved[&id] {
                names.insert(name.clone());
                if seen.insert(below.clone()) {
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
