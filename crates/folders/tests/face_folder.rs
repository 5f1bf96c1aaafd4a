//! The face folder on a real disk, with a consumer looking on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use folders::{FaceFolder, FolderError};
use model::{
    CommittedResult, Insertion, Pii, Qualification, ResultId, Timestamp, Validity, Verification, VisitId,
    VisitResult,
};
use oqs::{Body, Encoding, Header, Message, PersonQualification};
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

const RECEIVED: Timestamp = Timestamp(1_933_115_412_000);

/// Long enough that writing it in place would be seen half done.
fn document() -> String {
    let own = |text: &str| Some(text.to_owned());
    let header = Header {
        process_execution_time: own("20310405093012"),
        medical_institution_code: own("9991234567"),
        segment_of_result: own("1"),
        ..Header::default()
    };
    let person = PersonQualification {
        name: own("𠮷野　花子"),
        address: Some("架空".repeat(40_000)),
        ..Default::default()
    };
    let body = Body {
        processing_result_status: own("1"),
        qualification_validity: own("1"),
        result_list: vec![person],
        ..Body::default()
    };
    String::from_utf8(Message::new(header, body).to_xml(Encoding::Utf8)).unwrap()
}

fn row(id: u8, xml: &str) -> CommittedResult {
    let result = VisitResult {
        visit: VisitId::from_bytes([id; 16]),
        reader: "front-1".parse().unwrap(),
        insertion: Insertion(1),
        institution: "9991234567".parse().unwrap(),
        verification: Verification::Face,
        received_at: RECEIVED,
        validity: Validity::Valid,
        qualification: Pii::new(Qualification { xml: xml.to_owned() }),
        consents: Vec::new(),
        remarks: Vec::new(),
    };
    CommittedResult { id: ResultId(u64::from(id)), result }
}

fn face_dir(site: &TempDir) -> std::path::PathBuf {
    let dir = site.path().join("face");
    fs::create_dir(&dir).unwrap();
    dir
}

fn names(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let folder = FaceFolder::open(&dir).unwrap();
    let xml = document();
    let done = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let consumer = scope.spawn(|| {
            let mut seen = HashSet::new();
            loop {
                let last = done.load(Ordering::Acquire);
                for name in names(&dir) {
                    assert!(name.starts_with("OQSsiquc01res_face_9991234567"), "a consumer saw {name}");
                    let whole = fs::read(dir.join(&name)).unwrap() == xml.as_bytes();
                    assert!(whole, "a consumer saw a part of {name}");
                    seen.insert(name);
                }
                if last {
                    return seen;
                }
            }
        });
        for id in 0..50 {
            folder.tell(&row(id, &xml)).unwrap();
        }
        done.store(true, Ordering::Release);
        consumer.join().unwrap()
    });
    assert_eq!(seen.len(), 50);
}

#[test]
fn telling_again_changes_nothing() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let xml = document();
    let first = FaceFolder::open(&dir).unwrap().tell(&row(1, &xml)).unwrap();
    let path = dir.join(&first.name);
    let before = fs::metadata(&path).unwrap().modified().unwrap();

    let again = FaceFolder::open(&dir).unwrap().tell(&row(1, &xml)).unwrap();
    assert_eq!((first.written, again.written, &again.name), (true, false, &first.name));
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);

    fs::remove_file(&path).unwrap();
    assert!(
        FaceFolder::open(&dir).unwrap().tell(&row(1, &xml)).unwrap().written,
        "the consumer had taken it"
    );
    assert_eq!(fs::read(&path).unwrap(), xml.as_bytes());
}

#[test]
fn a_name_is_never_reused_for_other_content() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let folder = FaceFolder::open(&dir).unwrap();
    let told = folder.tell(&row(1, &document())).unwrap();
    fs::write(dir.join(&told.name), "other").unwrap();
    let error = folder.tell(&row(1, &document())).unwrap_err();
    assert_eq!(error.code(), failure::codes::FOLDER_NAME_TAKEN);
    assert_eq!(fs::read(dir.join(&told.name)).unwrap(), b"other");
}

#[test]
fn a_site_may_want_shift_jis() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let told =
        FaceFolder::open(&dir).unwrap().in_encoding(Encoding::Cp932).tell(&row(1, &document())).unwrap();
    assert_eq!(told.warnings, [oqs::Warning { element: "Name", replaced: 1 }]);
    let message = Message::parse(&fs::read(dir.join(told.name)).unwrap()).unwrap();
    assert_eq!(message.body.result_list[0].name.as_deref(), Some("●野　花子"));
}

#[test]
fn leftovers_are_removed_at_open() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    drop(FaceFolder::open(&dir).unwrap());
    let staging = site.path().join(".uketsuke-face");
    fs::write(staging.join("OQSsiquc01res_face_half.xml"), "half").unwrap();
    drop(FaceFolder::open(&dir).unwrap());
    assert_eq!(names(&staging), Vec::<String>::new());
    assert_eq!(names(&dir), Vec::<String>::new());
}

#[test]
fn what_another_account_put_in_the_place_of_our_folder_is_not_touched() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let precious = site.path().join("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("ledger.db"), "of the daemon").unwrap();
    let staging = site.path().join(".uketsuke-face");
    std::os::unix::fs::symlink(&precious, &staging).unwrap();
    assert_eq!(FaceFolder::open(&dir).unwrap_err().code(), failure::codes::FOLDER_UNWRITABLE);
    assert_eq!(fs::read(precious.join("ledger.db")).unwrap(), b"of the daemon");
    fs::remove_file(&staging).unwrap();

    fs::create_dir(&staging).unwrap();
    fs::set_permissions(&staging, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    assert!(FaceFolder::open(&dir).is_err(), "others could read there what is not told yet");
    fs::remove_dir(&staging).unwrap();
    assert!(FaceFolder::open(&dir).is_ok());
}

#[test]
fn a_folder_that_cannot_be_written_is_said_at_open() {
    let site = TempDir::new().unwrap();
    let file = site.path().join("file");
    fs::write(&file, "").unwrap();
    // Nobody, not even root, makes files under /proc.
    for dir in [site.path().join("missing").as_path(), &file, Path::new("/proc/self/task")] {
        let error = FaceFolder::open(dir).unwrap_err();
        assert_eq!(error.code(), failure::codes::FOLDER_UNWRITABLE, "{error}");
    }
    assert!(!site.path().join("missing").exists(), "a missing share is not replaced by a folder");
}

#[test]
fn a_folder_that_vanishes_is_said_and_the_result_can_be_told_later() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let folder = FaceFolder::open(&dir).unwrap();
    let away = site.path().join("away");
    fs::rename(&dir, &away).unwrap();
    let error = folder.tell(&row(1, &document())).unwrap_err();
    assert!(matches!(error, FolderError::Unwritable { .. }), "{error}");
    assert_eq!(names(&site.path().join(".uketsuke-face")), Vec::<String>::new(), "nothing personal stays");
    fs::rename(&away, &dir).unwrap();
    assert!(folder.tell(&row(1, &document())).unwrap().written);
}

#[test]
fn what_is_no_qualification_is_not_told() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let folder = FaceFolder::open(&dir).unwrap();
    let error = folder.tell(&row(1, "<XmlMsg/>")).unwrap_err();
    assert_eq!(error.code(), failure::codes::QUALIFICATION_UNREADABLE);
    assert_eq!(names(&dir), Vec::<String>::new());
}

#[test]
fn only_our_own_old_files_are_forgotten() {
    let site = TempDir::new().unwrap();
    let dir = face_dir(&site);
    let folder = FaceFolder::open(&dir).unwrap();
    folder.tell(&row(1, &document())).unwrap();
    fs::write(dir.join("OQSsiquc01res_face_20310101000000.xml"), "of another program").unwrap();
    assert_eq!(folder.forget(RECEIVED).unwrap(), 0);
    assert_eq!(folder.forget(Timestamp(RECEIVED.0 + 1000)).unwrap(), 1);
    assert_eq!(names(&dir), ["OQSsiquc01res_face_20310101000000.xml"]);
}
