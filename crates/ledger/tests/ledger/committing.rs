//! Committing: one row per visit, sealed, bound to its place, and nothing in clear.

use crate::site::{NAME, NOON, Place, card, id, nothing_beside, result};
use failure::codes;
use ledger::LedgerError;
use model::{
    Beside, CardMark, Consent, ConsentItem, Decision, Insertion, PersonField, Pii, Purpose, Qualification,
    Remark, ResultId, Timestamp, Validity, Verification, VisitId, VisitResult,
};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

#[test]
fn one_visit_has_one_id() {
    let place = Place::new();
    let mut ledger = place.open();
    let first = ledger.commit(&result(1), &nothing_beside()).unwrap();
    ledger.commit(&result(2), &nothing_beside()).unwrap();
    let again = VisitResult { received_at: Timestamp(NOON + 5), ..result(1) };
    assert_eq!(ledger.commit(&again, &nothing_beside()).unwrap(), first, "the first row stands");
    assert_eq!(ledger.newest().unwrap(), id(2));

    let crossed = VisitResult { reader: "front-2".parse().unwrap(), ..result(1) };
    let refused = ledger.commit(&crossed, &nothing_beside()).unwrap_err();
    assert!(matches!(refused, LedgerError::VisitForeign { id: ResultId(1), .. }), "{refused}");
    assert_eq!(refused.code(), codes::INTERNAL, "only a defect of ours offers it");
    let replaced = VisitResult { insertion: Insertion(9), ..result(1) };
    assert!(matches!(ledger.commit(&replaced, &nothing_beside()), Err(LedgerError::VisitForeign { .. })));
}

#[test]
fn what_cannot_be_written_is_said_and_not_half_there() {
    let place = Place::new();
    let mut ledger = place.open();
    place
        .raw()
        .execute_batch("CREATE TRIGGER no BEFORE INSERT ON tally BEGIN SELECT RAISE(ABORT, 'no'); END")
        .unwrap();
    let error = ledger.commit(&result(1), &nothing_beside()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_WRITE_FAILED, "{error}");
    assert_eq!(ledger.newest().unwrap(), id(0), "neither the row nor its number");
    place.raw().execute_batch("DROP TRIGGER no").unwrap();
    assert_eq!(ledger.commit(&result(1), &nothing_beside()).unwrap().id, id(1));
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
        "UPDATE result SET card = randomblob(32) WHERE id = 1",
        "UPDATE result SET card = NULL WHERE id = 1",
        "UPDATE result SET card = (SELECT card FROM result WHERE id = 2) WHERE id = 1",
        "UPDATE day_key SET sealed = randomblob(72)",
    ] {
        let place = Place::new();
        let mut ledger = place.open();
        ledger.commit(&result(1), &card(1)).unwrap();
        ledger.commit(&result(2), &card(2)).unwrap();
        place.tamper(sql);
        let altered = id(if sql.contains("id = 7") { 7 } else { 1 });
        let error = ledger.result(altered).expect_err(sql);
        assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{sql}: {error}");
    }
}

#[test]
fn no_personal_data_lies_in_the_files_and_they_are_private() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&result(1), &nothing_beside()).unwrap();
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

fn anything_beside() -> impl Strategy<Value = Beside> {
    (any::<Option<[u8; 32]>>(), any::<Option<Duration>>())
        .prop_map(|(card, took)| Beside { card: card.map(|mark| Pii::new(CardMark(mark))), took })
}

#[test]
fn any_result_reads_back_as_committed() {
    let place = Place::new();
    let ledger = std::cell::RefCell::new(place.open());
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) };
    proptest!(config, |(result in any_result(), beside in anything_beside())| {
        let mut ledger = ledger.borrow_mut();
        let committed = ledger.commit(&result, &beside).unwrap();
        let read = ledger.result(committed.id).unwrap().unwrap();
        let xml = |result: &VisitResult| result.qualification.expose(Purpose::Judge).xml.clone();
        prop_assert_eq!(xml(&read.result), xml(&result));
        prop_assert_eq!(read, committed);
    });
}
