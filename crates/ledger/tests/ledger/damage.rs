//! Damage of the file: each kind of row has its failure, and takes no other row along.

use crate::site::{NOTHING, Place, at, card, deed, id, ids, large, named, nothing_beside, result, try_open};
use failure::codes;
use ledger::{AuditRow, LedgerError, ResultRow};
use model::{Day, Timestamp};
use proptest::prelude::*;
use std::os::unix::fs::FileExt;

/// Five results on one day and a sixth on another, three deeds, two consumers; closed.
fn filled(place: &Place) {
    let mut ledger = place.open();
    ledger.register(&named("clinic"), at(0)).unwrap();
    for number in 1..=5 {
        ledger.commit(&result(number), &card(1)).unwrap();
    }
    ledger.commit(&crate::site::received(6, crate::site::DAY), &card(2)).unwrap();
    ledger.register(&named("face-folder"), at(0)).unwrap();
    ledger.notes(&[deed(1), deed(2), deed(3)]).unwrap();
}

/// Turns over one bit of the file where this value lies.
fn flip_in(place: &Place, query: &str) {
    let value: Vec<u8> = place.raw().query_row(query, [], |row| row.get(0)).unwrap();
    let bytes = std::fs::read(&place.ledger).unwrap();
    let found: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&value)).collect();
    assert_eq!(found.len(), 1, "{query}");
    flip(place, found[0] + value.len() / 2, 0x10);
}

fn flip(place: &Place, at: usize, bit: u8) {
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&place.ledger).unwrap();
    let mut byte = [0];
    let at = at.try_into().unwrap();
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ bit], at).unwrap();
}

fn damaged(rows: &[ResultRow]) -> Vec<u64> {
    rows.iter().filter(|row| matches!(row, ResultRow::Damaged { .. })).map(|row| row.id().0).collect()
}

#[test]
fn a_flipped_bit_in_a_result_takes_no_other_along() {
    for column in ["qualification", "consents"] {
        let place = Place::new();
        filled(&place);
        flip_in(&place, &format!("SELECT {column} FROM result WHERE id = 3"));
        let mut ledger = place.open();
        let rows = ledger.since(id(0), 10).unwrap();
        assert_eq!(ids(&rows), [1, 2, 3, 4, 5, 6], "{column}");
        assert_eq!(damaged(&rows), [3], "{column}");
        assert_eq!(ids(&ledger.since(id(2), 1).unwrap()), [3], "a page of nothing but damage is not the end");
        let error = ledger.result(id(3)).unwrap_err();
        assert_eq!(error.code(), codes::LEDGER_UNUSABLE);
        assert!(matches!(error, LedgerError::Damaged { .. }), "{error}");
        ledger.acknowledge(&named("clinic"), id(3), at(1)).unwrap();
        assert_eq!(ledger.commit(&result(7), &nothing_beside()).unwrap().id, id(7));
        assert_eq!(
            ledger.retain(Timestamp(i64::MAX), NOTHING).unwrap().results,
            7,
            "it goes with the others"
        );
    }
}

#[test]
fn a_flipped_bit_in_a_day_s_key_takes_its_day_along_and_no_other() {
    let place = Place::new();
    filled(&place);
    flip_in(&place, "SELECT sealed FROM day_key ORDER BY day LIMIT 1");
    let mut ledger = place.open();
    assert_eq!(damaged(&ledger.since(id(0), 10).unwrap()), [1, 2, 3, 4, 5]);
    let error = ledger.result(id(1)).unwrap_err();
    assert!(matches!(error, LedgerError::DayDamaged { .. }), "{error}");
    assert_eq!(error.code(), codes::LEDGER_UNUSABLE);
    assert_eq!(ledger.commit(&result(7), &nothing_beside()).unwrap().id, id(7), "the day goes on");
    assert_eq!(ledger.result(id(7)).unwrap().unwrap().result, result(7));
    assert_eq!(damaged(&ledger.since(id(0), 10).unwrap()), [1, 2, 3, 4, 5]);
}

#[test]
fn a_flipped_bit_in_another_row_has_its_own_failure() {
    let place = Place::new();
    filled(&place);
    flip_in(&place, "SELECT sealed FROM audit WHERE id = 2");
    let ledger = place.open();
    let rows = ledger.audit_since(0, 10).unwrap();
    assert!(matches!(rows[..], [AuditRow::Whole(_), AuditRow::Damaged(2), AuditRow::Whole(_)]), "{rows:?}");
    assert_eq!(ledger.verify_audit().unwrap().broken_at, Some(2));

    let place = Place::new();
    filled(&place);
    flip_in(&place, "SELECT link FROM audit WHERE id = 3");
    assert_eq!(place.open().verify_audit().unwrap().broken_at, Some(3));

    let place = Place::new();
    filled(&place);
    flip_in(&place, "SELECT sealed FROM audit_head");
    assert_eq!(place.open().verify_audit().unwrap().broken_at, Some(1));

    let place = Place::new();
    filled(&place);
    flip_in(&place, "SELECT sealed FROM consumer WHERE name = 'clinic'");
    let ledger = place.open();
    assert_eq!(ledger.consumer(&named("clinic")).unwrap_err().code(), codes::LEDGER_UNUSABLE);
    assert_eq!(ledger.consumer(&named("face-folder")).unwrap().unwrap().up_to, id(6));

    let place = Place::new();
    filled(&place);
    flip_in(&place, "SELECT sealed FROM key_check");
    let error = try_open(&place.ledger, || place.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_KEY_UNUSABLE, "{error}");
}

#[test]
fn a_row_that_is_not_there_is_said_in_its_place() {
    let place = Place::new();
    filled(&place);
    place.tamper("DELETE FROM result WHERE id IN (3, 4)");
    let ledger = place.open();
    let rows = ledger.since(id(0), 10).unwrap();
    assert_eq!((ids(&rows), damaged(&rows)), (vec![1, 2, 3, 4, 5, 6], vec![3, 4]));
    assert_eq!(ids(&ledger.since(id(2), 1).unwrap()), [3]);
    place.tamper("UPDATE result SET id = 4000000000000 WHERE id = 5");
    assert_eq!(
        ids(&ledger.since(id(1), 10).unwrap()),
        [2, 3, 4, 5, 6],
        "and never one from beyond the newest"
    );
}

#[test]
fn a_file_that_was_cut_short_or_overwritten_is_refused() {
    for length in [0.25, 0.5, 0.9] {
        let place = Place::new();
        filled(&place);
        let mut ledger = place.open();
        ledger.commit(&large(7), &nothing_beside()).unwrap();
        drop(ledger);
        let file = std::fs::OpenOptions::new().write(true).open(&place.ledger).unwrap();
        let whole = file.metadata().unwrap().len();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "about so much"
        )]
        file.set_len((whole as f64 * length) as u64).unwrap();
        let error = try_open(&place.ledger, || place.key()).unwrap_err();
        assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{length}: {error}");
    }
    let place = Place::new();
    filled(&place);
    let file = std::fs::OpenOptions::new().write(true).open(&place.ledger).unwrap();
    file.write_all_at(&[0x55; 100], 0).unwrap();
    let error = try_open(&place.ledger, || place.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{error}");
}

/// Whatever bit of the file turns over: no panic, no endless read, and never another result than the one committed.
#[test]
fn no_flipped_bit_shows_something_that_was_not_committed() {
    let place = Place::new();
    filled(&place);
    let sound = std::fs::read(&place.ledger).unwrap();
    let ledger = place.open();
    let rows = ledger.since(id(0), 10).unwrap();
    let deeds = ledger.audit_since(0, 10).unwrap();
    drop(ledger);

    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) };
    proptest!(config, |(at in 0..sound.len(), bit in 0..8_u8)| {
        std::fs::write(&place.ledger, &sound).unwrap();
        for leftover in ["ledger.db-wal", "ledger.db-shm"] {
            let _ = std::fs::remove_file(place.ledger.with_file_name(leftover));
        }
        flip(&place, at, 1 << bit);
        let Ok(mut ledger) = try_open(&place.ledger, || place.key()) else { return Ok(()) };
        for row in ledger.since(id(0), 100).unwrap_or_default() {
            prop_assert!(matches!(row, ResultRow::Damaged { .. }) || rows.contains(&row), "{row:?}");
        }
        for row in ledger.audit_since(0, 100).unwrap_or_default() {
            prop_assert!(matches!(row, AuditRow::Damaged(_)) || deeds.contains(&row), "{row:?}");
        }
        for number in 1..=6 {
            if let Ok(Some(found)) = ledger.previous(id(number)) {
                prop_assert!(rows.contains(&ResultRow::Whole(found)));
            }
        }
        let _ = (ledger.consumers(), ledger.counts(Day(i64::MIN), Day(i64::MAX)), ledger.verify_audit());
        let _ = (ledger.commit(&result(7), &nothing_beside()), ledger.note(&deed(4)));
        let _ = ledger.retain(Timestamp(i64::MAX), NOTHING);
    });
}
