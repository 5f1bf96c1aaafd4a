//! Files of earlier versions are brought up when they are opened.

use crate::site::{Place, at, card, deed, id, named, nothing_beside, result, try_open};
use failure::codes;
use ledger::AuditRow;

/// Takes version 3 away again: what is left is what version 2 made.
const BACK_TO_2: &str = "
DROP INDEX result_card;
ALTER TABLE result DROP COLUMN card;
CREATE INDEX result_received_at ON result (received_at);
ALTER TABLE audit DROP COLUMN link;
DROP TABLE audit_head;
DROP TABLE consumer;
DROP TABLE destroyed;
DROP TABLE tally;
CREATE TABLE delivery (consumer TEXT PRIMARY KEY, up_to INTEGER NOT NULL) STRICT;
CREATE TABLE horizon (only INTEGER PRIMARY KEY CHECK (only = 1), dropped INTEGER NOT NULL) STRICT;
INSERT INTO horizon VALUES (1, 0);
PRAGMA user_version = 2;
";

/// And version 2.
const BACK_TO_1: &str = "DROP TABLE audit; PRAGMA user_version = 1;";

/// Two results, three deeds, and the folder told of the first.
fn of_version_2(place: &Place) {
    let mut ledger = place.open();
    ledger.commit(&result(1), &nothing_beside()).unwrap();
    ledger.commit(&result(2), &nothing_beside()).unwrap();
    ledger.notes(&[deed(1), deed(2), deed(3)]).unwrap();
    drop(ledger);
    let file = place.raw();
    file.execute_batch(BACK_TO_2).unwrap();
    file.execute("INSERT INTO delivery VALUES ('face-folder', 1)", []).unwrap();
}

#[test]
fn a_file_of_version_2_gets_its_chain_and_keeps_results_and_cursor() {
    let place = Place::new();
    of_version_2(&place);
    let mut ledger = place.open();
    assert_eq!(ledger.result(id(2)).unwrap().unwrap().result, result(2));
    let [folder] = &ledger.consumers().unwrap()[..] else { panic!("one consumer") };
    assert_eq!((folder.consumer.clone(), folder.up_to, folder.waiting), (named("face-folder"), id(1), 1));
    assert_eq!(folder.registered_at, at(0));
    let verdict = ledger.verify_audit().unwrap();
    assert_eq!((verdict.entries, verdict.broken_at), (3, None));
    assert_eq!(ledger.note(&deed(4)).unwrap(), 4);
    assert_eq!(ledger.commit(&result(3), &card(1)).unwrap().id, id(3));
    assert_eq!(ledger.previous(id(2)).unwrap(), None);
    drop(ledger);

    let ledger = place.open();
    assert_eq!(ledger.verify_audit().unwrap().entries, 4);
    place.tamper("DELETE FROM audit WHERE id = 2");
    assert_eq!(ledger.verify_audit().unwrap().broken_at, Some(2));
}

#[test]
fn an_entry_that_version_2_had_lost_is_missed() {
    let place = Place::new();
    of_version_2(&place);
    place.tamper("DELETE FROM audit WHERE id = 2");
    assert_eq!(place.open().verify_audit().unwrap().broken_at, Some(2));
}

#[test]
fn a_ledger_without_audit_gets_one_and_keeps_its_results() {
    let place = Place::new();
    of_version_2(&place);
    place.raw().execute_batch(BACK_TO_1).unwrap();
    let mut ledger = place.open();
    assert_eq!(ledger.result(id(1)).unwrap().unwrap().result, result(1));
    assert_eq!(ledger.note(&deed(1)).unwrap(), 1);
    assert_eq!(ledger.commit(&result(3), &nothing_beside()).unwrap().id, id(3));
    drop(ledger);
    let rows = place.open().audit_since(0, 10).unwrap();
    assert!(matches!(&rows[..], [AuditRow::Whole(record)] if record.entry == deed(1)), "{rows:?}");
}

/// What another key seals while it brings the file up would be lost.
#[test]
fn a_wrong_key_brings_nothing_up() {
    let place = Place::new();
    of_version_2(&place);
    let other = Place::new();
    let error = try_open(&place.ledger, || other.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_KEY_UNUSABLE);
    let version: i64 = place.raw().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 2);
    assert_eq!(place.open().verify_audit().unwrap().broken_at, None);
}

#[test]
fn a_new_file_and_one_brought_up_have_the_same_tables() {
    let tables = |place: &Place| -> Vec<String> {
        let file = place.raw();
        let mut statement =
            file.prepare("SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let (new, old) = (Place::new(), Place::new());
    drop(new.open());
    of_version_2(&old);
    drop(old.open());
    assert_eq!(tables(&new), tables(&old));
}
