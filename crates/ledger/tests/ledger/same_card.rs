//! The same card: its earlier result is found, and nobody else's.

use crate::site::{DAY, HOUR, KEEP, Place, at, card, id, nothing_beside, received, result};
use failure::codes;

#[test]
fn the_latest_earlier_result_of_the_same_card_is_found() {
    let place = Place::new();
    let mut ledger = place.open();
    for (number, mark) in [(1, 7), (2, 8), (3, 7), (4, 7)] {
        let later = i64::from(number) * DAY;
        ledger.commit(&received(number, later), &card(mark)).unwrap();
    }
    ledger.commit(&received(5, 5 * DAY), &nothing_beside()).unwrap();
    let previous = |number| ledger.previous(id(number)).unwrap().map(|found| found.id.0);
    assert_eq!([1, 2, 3, 4, 5, 6].map(previous), [None, None, Some(1), Some(3), None, None]);
    assert_eq!(ledger.previous(id(4)).unwrap(), ledger.result(id(3)).unwrap());
    drop(ledger);
    let mut ledger = place.open();
    assert_eq!(ledger.previous(id(3)).unwrap().unwrap().id, id(1), "over days and restarts");

    assert_eq!(ledger.retain(at(8 * DAY + HOUR), KEEP).unwrap().results, 1);
    assert_eq!(
        ledger.previous(id(3)).unwrap(),
        None,
        "it is gone, and with it all that is known of the card"
    );
    assert_eq!(ledger.previous(id(4)).unwrap().unwrap().id, id(3));
}

#[test]
fn the_mark_itself_is_in_no_file() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&result(1), &card(0xa7)).unwrap();
    for (path, bytes) in place.files() {
        assert!(!bytes.windows(8).any(|window| window == [0xa7; 8]), "{}", path.display());
    }
    // The same card under another ledger's key is another hash.
    let other = Place::new();
    let mut another = other.open();
    another.commit(&result(1), &card(0xa7)).unwrap();
    let hash = |place: &Place| -> Vec<u8> {
        place.raw().query_row("SELECT card FROM result", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(hash(&place).len(), 32);
    assert_ne!(hash(&place), hash(&other));
}

/// A hash that is put into another row must not lead to another person's result.
#[test]
fn a_mark_that_was_put_there_afterwards_leads_to_nobody() {
    for sql in [
        "UPDATE result SET card = (SELECT card FROM result WHERE id = 1) WHERE id = 2",
        "UPDATE result SET card = (SELECT card FROM result WHERE id = 2) WHERE id = 1",
    ] {
        let place = Place::new();
        let mut ledger = place.open();
        ledger.commit(&result(1), &card(1)).unwrap();
        ledger.commit(&result(2), &card(2)).unwrap();
        place.tamper(sql);
        let error = ledger.previous(id(2)).unwrap_err();
        assert_eq!(error.code(), codes::LEDGER_UNUSABLE, "{sql}: {error}");
    }
}
