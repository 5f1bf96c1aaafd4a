//! The audit: kept sealed, chained, and looked through.

use crate::site::{DAY, NOTHING, Place, at, deed, id, nothing_beside, result};
use ledger::{AuditRow, Ledger};
use model::{AuditBy, AuditDeed, AuditEntry};

#[test]
fn deeds_are_kept_sealed_and_outlive_results() {
    let place = Place::new();
    let mut ledger = place.open();
    assert_eq!(ledger.note(&deed(1)).unwrap(), 1);
    ledger.commit(&result(1), &nothing_beside()).unwrap();
    let at_reader = AuditEntry { by: AuditBy::AtReader, visit: None, ..deed(2) };
    let shown = AuditEntry {
        reader: None,
        by: AuditBy::Caller("clinic".parse().unwrap()),
        deed: AuditDeed::ResultsShown { from: id(1), to: id(1) },
        ..deed(3)
    };
    assert_eq!(ledger.notes(&[at_reader.clone(), shown.clone()]).unwrap(), 3);
    assert_eq!(ledger.retain(at(10 * DAY), NOTHING).unwrap().results, 1);
    drop(ledger);

    let ledger = place.open();
    let kept: Vec<_> = ledger.audit_since(0, 10).unwrap().into_iter().map(entry).collect();
    assert_eq!(kept, [(1, deed(1)), (2, at_reader), (3, shown)]);
    assert_eq!(ledger.audit_since(1, 10).unwrap().len(), 2);
    assert_eq!(ledger.audit_since(0, 1).unwrap().len(), 1);
    drop(ledger);
    for (path, bytes) in place.files() {
        for word in [&b"tanaka"[..], b"clinic", b"person_confirmed"] {
            assert!(!bytes.windows(word.len()).any(|window| window == word), "{}", path.display());
        }
    }
}

fn entry(row: AuditRow) -> (u64, AuditEntry) {
    match row {
        AuditRow::Whole(record) => (record.id, record.entry),
        AuditRow::Damaged(id) => panic!("{id}"),
    }
}

#[test]
fn several_deeds_are_noted_together_or_not_at_all() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.note(&deed(1)).unwrap();
    place
        .raw()
        .execute_batch(
            "CREATE TRIGGER no BEFORE INSERT ON audit WHEN NEW.id = 3 BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        .unwrap();
    ledger.notes(&[deed(2), deed(3)]).unwrap_err();
    assert_eq!(ledger.audit_since(0, 10).unwrap().len(), 1);
    assert_eq!(ledger.verify_audit().unwrap().broken_at, None);
    assert_eq!(ledger.notes(&[]).unwrap(), 1, "nothing to note");
}

/// Six entries, then this; where the chain is broken, and how many entries before that hold.
const TAMPERED: &[(&str, u64, u64)] = &[
    ("DELETE FROM audit WHERE id = 1", 1, 0),
    ("DELETE FROM audit WHERE id = 3", 3, 2),
    ("DELETE FROM audit WHERE id = 6", 6, 5),
    ("DELETE FROM audit WHERE id > 4", 5, 4),
    ("DELETE FROM audit", 1, 0),
    ("UPDATE audit SET sealed = randomblob(length(sealed)) WHERE id = 2", 2, 1),
    ("UPDATE audit SET sealed = (SELECT sealed FROM audit WHERE id = 1) WHERE id = 2", 2, 1),
    (
        "UPDATE audit SET (sealed, link) = (SELECT sealed, link FROM audit AS other WHERE other.id = 7 - audit.id) \
         WHERE id IN (2, 5)",
        2,
        1,
    ),
    ("UPDATE audit SET link = randomblob(32) WHERE id = 6", 6, 5),
    ("UPDATE audit SET link = x'' WHERE id = 1", 1, 0),
    ("UPDATE audit SET id = 9 WHERE id = 6", 6, 5),
    ("INSERT INTO audit (id, sealed, link) SELECT 7, sealed, link FROM audit WHERE id = 6", 7, 6),
    ("DELETE FROM audit_head", 1, 0),
    ("UPDATE audit_head SET sealed = randomblob(length(sealed))", 1, 0),
];

#[test]
fn an_entry_that_was_changed_taken_moved_or_cut_off_is_found() {
    for (sql, broken_at, entries) in TAMPERED {
        let place = Place::new();
        let mut ledger = with_six(&place);
        place.tamper(sql);
        let found = ledger.verify_audit().unwrap();
        assert_eq!((found.broken_at, found.entries), (Some(*broken_at), *entries), "{sql}");
        // Deeds are noted all the same, and that does not heal it.
        ledger.note(&deed(7)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        drop(ledger);
        let mut ledger = place.open();
        ledger.note(&deed(8)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let found = ledger.verify_audit().unwrap();
        assert_eq!((found.broken_at, found.entries), (Some(*broken_at), *entries), "{sql}, later");
    }
}

fn with_six(place: &Place) -> Ledger {
    let mut ledger = place.open();
    for number in 1..=6 {
        ledger.note(&deed(number)).unwrap();
    }
    ledger
}

/// Whoever wrote the head down sees that an older copy of the file was put back.
#[test]
fn the_head_tells_one_state_from_every_other() {
    let place = Place::new();
    let mut ledger = place.open();
    let mut heads = vec![ledger.verify_audit().unwrap().head];
    assert_eq!(heads[0], "0".repeat(64));
    for number in 1..=5 {
        ledger.note(&deed(number)).unwrap();
        heads.push(ledger.verify_audit().unwrap().head);
    }
    assert!(heads.iter().all(|head| head.len() == 64));
    heads.sort();
    heads.dedup();
    assert_eq!(heads.len(), 6);

    // The same deeds in another ledger have another chain.
    ledger.note(&deed(6)).unwrap();
    let other = with_six(&Place::new()).verify_audit().unwrap();
    assert_ne!(ledger.verify_audit().unwrap().head, other.head);
}

/// More than fits one page of the walk, while the writer goes on between two of them.
#[test]
fn a_long_audit_is_walked_while_the_writer_goes_on() {
    let place = Place::new();
    let mut ledger = place.open();
    let deeds: Vec<_> = (0..1_300_u16).map(|number| deed(number.to_be_bytes()[1])).collect();
    ledger.notes(&deeds).unwrap();
    let reader = ledger.reader().unwrap();
    let verdict = std::thread::scope(|scope| {
        let walk = scope.spawn(move || (0..20).map(|_| reader.verify_audit().unwrap()).last().unwrap());
        while !walk.is_finished() {
            ledger.note(&deed(1)).unwrap();
        }
        walk.join().unwrap()
    });
    assert_eq!(verdict.broken_at, None);
    assert!(verdict.entries >= 1_300);
    place.tamper("UPDATE audit SET link = randomblob(32) WHERE id = 1200");
    assert_eq!(ledger.verify_audit().unwrap().broken_at, Some(1_200));
}

#[test]
fn a_damaged_entry_does_not_hide_the_others() {
    let place = Place::new();
    let ledger = with_six(&place);
    place.tamper("UPDATE audit SET sealed = x'00' WHERE id = 2");
    place.tamper("UPDATE audit SET id = 9 WHERE id = 5");
    let rows = ledger.audit_since(0, 10).unwrap();
    let damaged: Vec<_> =
        rows.iter().filter(|row| matches!(row, AuditRow::Damaged(_))).map(AuditRow::id).collect();
    assert_eq!((rows.len(), damaged), (6, vec![2, 9]));
}
