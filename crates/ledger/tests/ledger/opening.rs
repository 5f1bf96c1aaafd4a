//! Opening: the file, its key, and that one daemon has it.

use crate::site::{Place, at, id, ids, named, nothing_beside, result, try_open};
use failure::codes;
use ledger::{Ledger, LedgerKey};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn what_is_committed_is_there_after_reopening() {
    let place = Place::new();
    let mut ledger = place.open();
    assert_eq!((ledger.newest().unwrap(), ledger.oldest().unwrap()), (id(0), id(1)));
    let folder = named("face-folder");
    assert_eq!(ledger.register(&folder, at(0)).unwrap(), id(0));
    assert_eq!(ledger.commit(&result(1), &nothing_beside()).unwrap().id, id(1));
    assert_eq!(ledger.commit(&result(2), &nothing_beside()).unwrap().id, id(2));
    ledger.acknowledge(&folder, id(2), at(1)).unwrap();
    drop(ledger);

    let ledger = place.open();
    assert_eq!(ledger.result(id(1)).unwrap().unwrap().result, result(1));
    assert_eq!(ledger.result(id(3)).unwrap(), None);
    assert_eq!(ids(&ledger.since(id(0), 10).unwrap()), [1, 2]);
    assert_eq!(ids(&ledger.since(id(1), 10).unwrap()), [2]);
    assert_eq!(ids(&ledger.since(id(0), 1).unwrap()), [1]);
    assert_eq!(ledger.since(id(0), 0).unwrap(), []);
    assert_eq!(ledger.since(id(u64::MAX), 10).unwrap(), []);
    assert_eq!(ledger.consumer(&folder).unwrap().unwrap().up_to, id(2));
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
    let error = try_open(&place.ledger, || other.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_KEY_UNUSABLE);

    place.raw().pragma_update(None, "user_version", 4).unwrap();
    let error = try_open(&place.ledger, || place.key()).unwrap_err();
    assert!(error.to_string().contains("later version"), "{error}");

    let foreign = Place::new();
    foreign.raw().execute("CREATE TABLE t (x)", []).unwrap();
    let error = try_open(&foreign.ledger, || foreign.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{error}");
    let tables: i64 =
        foreign.raw().query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1, "nothing was made in a file that is not ours");

    let garbage = Place::new();
    std::fs::write(&garbage.ledger, [0x55; 4096]).unwrap();
    let error = try_open(&garbage.ledger, || garbage.key()).unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{error}");
    assert_eq!(std::fs::read(&garbage.ledger).unwrap(), [0x55; 4096]);
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
