//! The ledger from outside: what is committed stays, opens only unaltered, and is held by one daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use failure::codes;
use ledger::{Ledger, LedgerError, LedgerKey, LedgerThread};
use model::{
    AuditBy, AuditDeed, AuditEntry, Consent, ConsentItem, Decision, Insertion, PersonField, Pii, Purpose,
    Qualification, Remark, ResultId, Timestamp, Validity, Verification, VisitId, VisitResult,
};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const NAME: &str = "見本　花子";
const DAY: i64 = 86_400_000;
const NOON: i64 = 1_772_000_000_000;

struct Place {
    ledger: PathBuf,
    key: PathBuf,
    _directories: (TempDir, TempDir),
}

impl Place {
    fn new() -> Self {
        let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = Self {
            ledger: store.path().join("ledger.db"),
            key: keys.path().join("ledger.key"),
            _directories: (store, keys),
        };
        LedgerKey::create_file(&place.key).unwrap();
        place
    }

    fn key(&self) -> LedgerKey {
        LedgerKey::read(&self.key, &self.ledger).unwrap()
    }

    fn open(&self) -> Ledger {
        Ledger::open(&self.ledger, self.key()).unwrap()
    }

    /// Does to the file what the ledger itself never would.
    fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(&self.ledger).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
    }
}

fn result(number: u8) -> VisitResult {
    VisitResult {
        visit: VisitId::from_bytes([number; 16]),
        reader: "front-1".parse().unwrap(),
        insertion: Insertion(number.into()),
        institution: "9991234567".parse().unwrap(),
        verification: Verification::Face,
        received_at: Timestamp(NOON),
        validity: Validity::Valid,
        qualification: Pii::new(Qualification { xml: format!("<Name>{NAME}</Name>") }),
        remarks: Vec::new(),
        consents: vec![Consent {
            item: ConsentItem::Medicines,
            decision: Decision::Agreed,
            at: Timestamp(NOON),
            until: Some(Timestamp(NOON + DAY)),
        }],
    }
}

#[test]
fn what_is_committed_is_there_after_reopening() {
    let place = Place::new();
    let mut ledger = place.open();
    assert_eq!((ledger.newest().unwrap(), ledger.oldest().unwrap()), (ResultId(0), ResultId(1)));
    assert_eq!(ledger.commit(&result(1)).unwrap().id, ResultId(1));
    assert_eq!(ledger.commit(&result(2)).unwrap().id, ResultId(2));
    ledger.set_delivered("folder", ResultId(2)).unwrap();
    ledger.set_delivered("folder", ResultId(1)).unwrap();
    drop(ledger);

    let ledger = place.open();
    assert_eq!(ledger.result(ResultId(1)).unwrap().unwrap().result, result(1));
    assert_eq!(ledger.result(ResultId(3)).unwrap(), None);
    let since: Vec<_> = ledger.since(ResultId(1), 10).unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(since, [ResultId(2)]);
    assert_eq!(ledger.since(ResultId(0), 1).unwrap().len(), 1);
    assert_eq!(ledger.delivered("folder").unwrap(), ResultId(2), "a delivery never goes back");
    assert_eq!(ledger.delivered("nobody").unwrap(), ResultId(0));
}

#[test]
fn one_visit_has_one_id() {
    let place = Place::new();
    let mut ledger = place.open();
    let first = ledger.commit(&result(1)).unwrap();
    ledger.commit(&result(2)).unwrap();
    let again = VisitResult { received_at: Timestamp(NOON + 5), ..result(1) };
    assert_eq!(ledger.commit(&again).unwrap(), first, "the first row stands");
    assert_eq!(ledger.newest().unwrap(), ResultId(2));

    let crossed = VisitResult { reader: "front-2".parse().unwrap(), ..result(1) };
    let refused = ledger.commit(&crossed).unwrap_err();
    assert!(matches!(refused, LedgerError::VisitForeign { id: ResultId(1), .. }), "{refused}");
    assert_eq!(refused.code(), codes::INTERNAL, "only a defect of ours offers it");
    let replaced = VisitResult { insertion: Insertion(9), ..result(1) };
    assert!(matches!(ledger.commit(&replaced), Err(LedgerError::VisitForeign { .. })));
}

#[test]
fn an_altered_row_does_not_open() {
    for sql in [
        "UPDATE result SET reader = 'front-2' WHERE id = 1",
        "UPDATE result SET visit = randomblob(16) WHERE id = 1",
        "UPDATE result SET insertion = 7 WHERE id = 1",
        "UPDATE result SET validity = 'invalid' WHERE id = 1",
        "UPDATE result SET verification = 'pin' WHERE id = 1",
        "UPDATE result SET received_at = received_at + 1 WHERE id = 1",
        "UPDATE result SET qualification = randomblob(80) WHERE id = 1",
        "UPDATE result SET qualification = x'00' WHERE id = 1",
        "UPDATE result SET qualification = consents WHERE id = 1",
        "UPDATE result SET (qualification, consents) = (consents, qualification) WHERE id = 1",
        "UPDATE result SET qualification = (SELECT qualification FROM result WHERE id = 2) WHERE id = 1",
        "UPDATE result SET id = 7 WHERE id = 1",
        "UPDATE day_key SET sealed = randomblob(72)",
    ] {
        let place = Place::new();
        let mut ledger = place.open();
        ledger.commit(&result(1)).unwrap();
        ledger.commit(&result(2)).unwrap();
        place.tamper(sql);
        let id = if sql.contains("id = 7") { ResultId(7) } else { ResultId(1) };
        let error = ledger.result(id).expect_err(sql);
        assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{sql}: {error}");
    }
}

#[test]
fn no_personal_data_lies_in_the_files_and_they_are_private() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&result(1)).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(place.ledger.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let bytes = std::fs::read(entry.path()).unwrap();
        for secret in [NAME.as_bytes(), b"<Name>", b"medicines"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} holds clear text", entry.path().display());
        }
        // The clear columns prove that this is the file the row went to.
        seen += usize::from(bytes.windows(7).any(|window| window == b"front-1"));
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", entry.path().display());
    }
    assert!(seen > 0);
}

#[test]
fn retention_takes_rows_and_day_keys_and_says_from_where_on() {
    let place = Place::new();
    let mut ledger = place.open();
    for number in 1..=3_u8 {
        let at = Timestamp(NOON + DAY * i64::from(number));
        ledger.commit(&VisitResult { received_at: at, ..result(number) }).unwrap();
    }
    let dropped = ledger.drop_older_than(Timestamp(NOON + DAY * 3)).unwrap();
    assert_eq!((dropped.results, dropped.days), (2, 2));
    assert_eq!(ledger.oldest().unwrap(), ResultId(3));
    assert_eq!(ledger.result(ResultId(2)).unwrap(), None);
    assert_eq!(ledger.result(ResultId(3)).unwrap().unwrap().result.visit, result(3).visit);
    assert_eq!(ledger.drop_older_than(Timestamp(i64::MAX)).unwrap().days, 1);
    drop(ledger);

    let mut ledger = place.open();
    assert_eq!(ledger.commit(&result(4)).unwrap().id, ResultId(4), "ids are never used again");
    assert_eq!(ledger.oldest().unwrap(), ResultId(4));
}

#[test]
fn one_daemon_holds_a_ledger() {
    let place = Place::new();
    let held = place.open();
    let error = Ledger::open(&place.ledger, place.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_HELD);
    drop(held);
    place.open();
}

#[test]
fn a_foreign_file_or_key_is_refused() {
    let place = Place::new();
    drop(place.open());
    let other = Place::new();
    let error = Ledger::open(&place.ledger, other.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_KEY_UNUSABLE);

    rusqlite::Connection::open(&place.ledger).unwrap().pragma_update(None, "user_version", 3).unwrap();
    let error = Ledger::open(&place.ledger, place.key()).unwrap_err();
    assert!(error.to_string().contains("later version"), "{error}");

    let foreign = Place::new();
    rusqlite::Connection::open(&foreign.ledger).unwrap().execute("CREATE TABLE t (x)", []).unwrap();
    let error = Ledger::open(&foreign.ledger, foreign.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{error}");

    let garbage = Place::new();
    std::fs::write(&garbage.ledger, [0x55; 4096]).unwrap();
    let error = Ledger::open(&garbage.ledger, garbage.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{error}");
}

#[test]
fn a_key_file_follows_the_rules() {
    let place = Place::new();
    let refused = |key: &Path| {
        let error = LedgerKey::read(key, &place.ledger).unwrap_err();
        assert_eq!(error.code(), codes::LEDGER_KEY_UNUSABLE);
        error.to_string()
    };
    let digits = std::fs::read(&place.key).unwrap();

    assert!(refused(&place.key.with_extension("missing")).contains("cannot be read"));
    assert!(refused(place.key.parent().unwrap()).contains("not a plain file"));

    let beside = place.ledger.with_file_name("ledger.key");
    std::fs::copy(&place.key, &beside).unwrap();
    assert!(refused(&beside).contains("own directory"));
    let linked = place.key.with_extension("link");
    std::os::unix::fs::symlink(&beside, &linked).unwrap();
    assert!(refused(&linked).contains("own directory"), "a link does not hide where the key lies");

    std::fs::set_permissions(&place.key, PermissionsExt::from_mode(0o640)).unwrap();
    assert!(refused(&place.key).contains("chmod 600"));
    std::fs::set_permissions(&place.key, PermissionsExt::from_mode(0o600)).unwrap();

    for wrong in
        [&b""[..], &digits[..63], &[&digits[..], b"\n"].concat(), &[0; 32], "A".repeat(64).as_bytes()]
    {
        std::fs::write(&place.key, wrong).unwrap();
        assert!(refused(&place.key).contains("64 lower-case hex digits"));
    }
    std::fs::write(&place.key, &digits[..64]).unwrap();
    assert!(LedgerKey::read(&place.key, &place.ledger).is_ok(), "the line end may be missing");
    assert!(LedgerKey::create_file(&place.key).is_err(), "a key is never overwritten");
    assert_eq!(format!("{:?}", place.key()), "LedgerKey(…)");
}

#[test]
fn the_thread_commits_for_many_and_finishes_what_waits() {
    let place = Place::new();
    let (thread, handle) = LedgerThread::start(place.open(), Box::new(|_| ())).unwrap();
    std::thread::scope(|scope| {
        for reader in 0..5_u8 {
            let handle = handle.clone();
            scope.spawn(move || {
                for number in 0..10 {
                    let commit = handle.commit_blocking(result(reader * 10 + number)).unwrap();
                    let read = handle.result(commit.committed.id).unwrap().unwrap();
                    assert_eq!(read, *commit.committed, "what is committed can be read at once");
                    assert!(!commit.took.is_zero());
                }
            });
        }
    });
    assert_eq!(handle.newest().unwrap(), ResultId(50));
    let ids: Vec<u64> = handle.since(ResultId(0), 100).unwrap().iter().map(|row| row.id.0).collect();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    thread.stop();
    assert!(matches!(handle.commit_blocking(result(99)), Err(LedgerError::Stopped)));
    drop(handle);
    assert_eq!(place.open().newest().unwrap(), ResultId(50));
}

fn deed(number: u8) -> AuditEntry {
    AuditEntry {
        at: Timestamp(NOON + i64::from(number)),
        reader: "front-1".parse().unwrap(),
        visit: Some(VisitId::from_bytes([number; 16])),
        by: AuditBy::Staff("tanaka".parse().unwrap()),
        deed: AuditDeed::PersonConfirmed,
    }
}

#[test]
fn deeds_of_staff_are_kept_sealed_and_outlive_results() {
    let place = Place::new();
    let mut ledger = place.open();
    assert_eq!(ledger.note(&deed(1)).unwrap(), 1);
    ledger.commit(&result(1)).unwrap();
    let at_reader = AuditEntry { by: AuditBy::AtReader, visit: None, ..deed(2) };
    assert_eq!(ledger.note(&at_reader).unwrap(), 2);
    ledger.drop_older_than(Timestamp(NOON + 10 * DAY)).unwrap();
    drop(ledger);

    let ledger = place.open();
    let kept: Vec<_> =
        ledger.audit_since(0, 10).unwrap().into_iter().map(|row| (row.id, row.entry)).collect();
    assert_eq!(kept, [(1, deed(1)), (2, at_reader)]);
    assert_eq!(ledger.audit_since(1, 10).unwrap().len(), 1);
    assert_eq!(ledger.audit_since(0, 1).unwrap().len(), 1);
    drop(ledger);
    for suffix in ["", "-wal"] {
        let mut name = place.ledger.as_os_str().to_owned();
        name.push(suffix);
        let bytes = std::fs::read(name).unwrap_or_default();
        assert!(!bytes.windows(6).any(|window| window == b"tanaka"), "{suffix}");
    }

    place.tamper("UPDATE audit SET id = 3 WHERE id = 2");
    let moved = place.open().audit_since(0, 10).unwrap_err();
    assert!(matches!(moved, LedgerError::AuditDamaged { id: 3 }), "{moved}");
}

#[test]
fn a_ledger_without_audit_gets_one_and_keeps_its_results() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&result(1)).unwrap();
    drop(ledger);
    // As version 1 left it.
    let connection = rusqlite::Connection::open(&place.ledger).unwrap();
    connection.execute_batch("DROP TABLE audit; PRAGMA user_version = 1;").unwrap();
    drop(connection);

    let mut ledger = place.open();
    assert_eq!(ledger.result(ResultId(1)).unwrap().unwrap().result, result(1));
    assert_eq!(ledger.note(&deed(1)).unwrap(), 1);
    assert_eq!(ledger.commit(&result(2)).unwrap().id, ResultId(2));
    drop(ledger);
    assert_eq!(place.open().audit_since(0, 10).unwrap().len(), 1);
}

fn any_result() -> impl Strategy<Value = VisitResult> {
    let verification = prop_oneof![
        Just(Verification::Face),
        Just(Verification::Pin),
        Just(Verification::Visual),
        Just(Verification::Smartphone)
    ];
    let validity = prop_oneof![
        Just(Validity::Valid),
        Just(Validity::Invalid),
        Just(Validity::InvalidWithNewer),
        Just(Validity::NotFound),
        Just(Validity::Several),
        Just(Validity::ValidUnregistered)
    ];
    let consent =
        (any::<bool>(), any::<i64>(), any::<Option<i64>>()).prop_map(|(agreed, at, until)| Consent {
            item: if agreed { ConsentItem::Tests } else { ConsentItem::LimitCertificate },
            decision: if agreed { Decision::Agreed } else { Decision::Refused },
            at: Timestamp(at),
            until: until.map(Timestamp),
        });
    let facts = (any::<[u8; 16]>(), "[a-z0-9-]{1,32}", any::<u64>(), "[0-9]{10}", any::<i64>());
    let remark = prop_oneof![
        Just(Remark::CertificateInGrace),
        Just(Remark::CharactersBlanked { field: PersonField::Address }),
        Just(Remark::ConsentMissing { item: ConsentItem::Medicines }),
        "[a-z_]{1,40}".prop_map(|word| Remark::CentreNote { word }),
    ];
    let told = (proptest::collection::vec(consent, 0..6), proptest::collection::vec(remark, 0..4));
    (facts, verification, validity, any::<String>(), told).prop_map(
        |((visit, reader, insertion, institution, at), verification, validity, xml, (consents, remarks))| {
            VisitResult {
                visit: VisitId::from_bytes(visit),
                reader: reader.parse().unwrap(),
                insertion: Insertion(insertion),
                institution: institution.parse().unwrap(),
                verification,
                received_at: Timestamp(at),
                validity,
                qualification: Pii::new(Qualification { xml }),
                consents,
                remarks,
            }
        },
    )
}

#[test]
fn any_result_reads_back_as_committed() {
    let place = Place::new();
    let mut ledger = place.open();
    let ledger = std::cell::RefCell::new(&mut ledger);
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) }, |(result in any_result())| {
        let mut ledger = ledger.borrow_mut();
        let committed = ledger.commit(&result).unwrap();
        let read = ledger.result(committed.id).unwrap().unwrap();
        prop_assert_eq!(&read.result.qualification.expose(Purpose::Judge).xml, &result.qualification.expose(Purpose::Judge).xml);
        prop_assert_eq!(read, committed);
    });
}
