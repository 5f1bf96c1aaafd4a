//! How a face file appears, as the three kinds of readers that are known hear of it (oqs-files.md section 4): real
//! observers of a real folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops, and waits with a bound"
)]

use folders::FaceFolder;
use model::{
    CommittedResult, Insertion, Pii, Qualification, ResultId, Timestamp, Validity, Verification, VisitId,
    VisitResult,
};
use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);
const DOCUMENT: &str = include_str!("documents/not_found.xml");

/// An observer of the folder, and what it hears of files.
struct Reader {
    dir: PathBuf,
    events: Receiver<Event>,
    _watcher: RecommendedWatcher,
}

impl Reader {
    fn of(dir: &Path) -> Self {
        let (hear, events) = channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let _ = hear.send(event.unwrap());
        })
        .unwrap();
        watcher.watch(dir, RecursiveMode::NonRecursive).unwrap();
        Self { dir: dir.to_owned(), events, _watcher: watcher }
    }

    /// The next event of a kind, of a file that has a face file's name.
    fn next(&self, what: &str, is_it: impl Fn(EventKind) -> bool) -> PathBuf {
        let end = Instant::now() + PATIENCE;
        loop {
            let event = self.events.recv_timeout(end.saturating_duration_since(Instant::now())).expect(what);
            let path = event.paths[0].clone();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("OQSsiquc01res_face_") && path.starts_with(&self.dir) && is_it(event.kind) {
                return path;
            }
        }
    }
}

/// A move in from outside the folder: "created" on Windows, and to programs written for it.
fn created(kind: EventKind) -> bool {
    matches!(kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)))
}

/// "Changed" on Windows: content, size or time.
fn changed(kind: EventKind) -> bool {
    matches!(kind, EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)))
}

fn row(id: u8) -> CommittedResult {
    let result = VisitResult {
        visit: VisitId::from_bytes([id; 16]),
        reader: "front-1".parse().unwrap(),
        insertion: Insertion(1),
        institution: "9991234567".parse().unwrap(),
        verification: Verification::Face,
        received_at: Timestamp(1_933_115_412_000),
        validity: Validity::Valid,
        qualification: Pii::new(Qualification { xml: DOCUMENT.to_owned() }),
        consents: Vec::new(),
        remarks: Vec::new(),
    };
    CommittedResult { id: ResultId(u64::from(id)), result }
}

fn site() -> (TempDir, PathBuf, FaceFolder) {
    let site = TempDir::new().unwrap();
    let dir = site.path().join("face");
    fs::create_dir(&dir).unwrap();
    let folder = FaceFolder::open(&dir).unwrap();
    (site, dir, folder)
}

#[test]
fn reader_b_gets_two_equal_readings_after_created() {
    let (_site, dir, folder) = site();
    let reader = Reader::of(&dir);
    for id in 0..10 {
        folder.tell(&row(id)).unwrap();
        let path = reader.next("created", created);
        let first = fs::read(&path).unwrap();
        // What B waits between its readings; a later change of the content would end it.
        let end = Instant::now() + Duration::from_millis(300);
        while let Ok(event) = reader.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
            let content = matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)));
            assert!(!content, "{:?}", event.kind);
        }
        assert_eq!(first, DOCUMENT.as_bytes());
        assert_eq!(fs::read(&path).unwrap(), first);
    }
}

#[test]
fn reader_c_hears_created_and_finds_the_file_open_by_nobody() {
    use notify::event::{AccessKind, AccessMode};
    let (_site, dir, folder) = site();
    let reader = Reader::of(&dir);
    folder.tell(&row(1)).unwrap();
    let path = reader.next("created", created);
    let of_it = |event: &Event| event.paths.contains(&path);
    let unwanted = |kind: EventKind| {
        matches!(
            kind,
            // It would be "renamed" on Windows if it had another name in this folder before.
            EventKind::Modify(ModifyKind::Name(RenameMode::From | RenameMode::Both))
                // Nobody has it open under this name, not even for a moment.
                | EventKind::Access(AccessKind::Close(AccessMode::Write) | AccessKind::Open(_))
        )
    };
    let heard: Vec<_> = reader.events.try_iter().filter(of_it).collect();
    assert!(!heard.iter().any(|event| unwanted(event.kind)), "{heard:?}");
    let own: Vec<_> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .filter(|open| *open == path)
        .collect();
    assert!(own.is_empty(), "still open here");
    assert_eq!(fs::read(&path).unwrap(), DOCUMENT.as_bytes());
}

#[test]
fn reader_d_hears_a_change_finds_the_file_whole_and_takes_it_away() {
    let (_site, dir, folder) = site();
    let reader = Reader::of(&dir);
    for id in 0..10 {
        folder.tell(&row(id)).unwrap();
        let path = reader.next("changed", changed);
        assert_eq!(fs::read_to_string(&path).unwrap(), DOCUMENT);
        fs::remove_file(path).unwrap();
    }
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_there_already_is_not_told_of_again() {
    let (_site, dir, folder) = site();
    folder.tell(&row(1)).unwrap();
    let reader = Reader::of(&dir);
    folder.tell(&row(1)).unwrap();
    folder.tell(&row(2)).unwrap();
    let first = reader.next("created", |kind| created(kind) || changed(kind));
    assert!(first.to_string_lossy().contains("0202020202"), "{first:?}");
}
