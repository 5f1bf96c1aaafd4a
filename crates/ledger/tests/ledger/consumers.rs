//! Consumers: who must hear of each result before it may go.

use crate::site::{HOUR, Place, at, id, named, nothing_beside, result};
use failure::codes;
use ledger::LedgerError;
use model::ConsumerStatus;

#[test]
fn a_consumer_is_owed_what_comes_from_its_registration_on() {
    let place = Place::new();
    let mut ledger = place.open();
    let clinic = named("clinic");
    ledger.commit(&result(1), &nothing_beside()).unwrap();
    assert_eq!(ledger.register(&clinic, at(1)).unwrap(), id(1));
    ledger.commit(&result(2), &nothing_beside()).unwrap();
    ledger.commit(&result(3), &nothing_beside()).unwrap();
    assert_eq!(ledger.register(&clinic, at(2)).unwrap(), id(1), "again changes nothing");
    let expected = ConsumerStatus {
        consumer: clinic.clone(),
        registered_at: at(1),
        up_to: id(1),
        acknowledged_at: None,
        waiting: 2,
        missed: 0,
    };
    assert_eq!(ledger.consumers().unwrap(), std::slice::from_ref(&expected));

    ledger.acknowledge(&clinic, id(2), at(HOUR)).unwrap();
    drop(ledger);
    let mut ledger = place.open();
    let expected = ConsumerStatus { up_to: id(2), acknowledged_at: Some(at(HOUR)), waiting: 1, ..expected };
    assert_eq!(ledger.consumer(&clinic).unwrap(), Some(expected.clone()));
    ledger.acknowledge(&clinic, id(1), at(2 * HOUR)).unwrap();
    assert_eq!(ledger.consumer(&clinic).unwrap(), Some(expected), "it never goes back");

    assert!(ledger.forget_consumer(&clinic).unwrap());
    assert!(!ledger.forget_consumer(&clinic).unwrap());
    assert_eq!(ledger.consumers().unwrap(), []);
    assert_eq!(ledger.register(&clinic, at(3 * HOUR)).unwrap(), id(3), "another beginning");
}

#[test]
fn nobody_acknowledges_without_being_registered_or_what_was_not_given() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&result(1), &nothing_beside()).unwrap();
    let clinic = named("clinic");
    let unknown = ledger.acknowledge(&clinic, id(1), at(1)).unwrap_err();
    assert!(matches!(unknown, LedgerError::NoConsumer { .. }), "{unknown}");
    assert_eq!(unknown.code(), codes::CONSUMER_UNKNOWN);

    ledger.register(&clinic, at(1)).unwrap();
    let ahead = ledger.acknowledge(&clinic, id(2), at(1)).unwrap_err();
    assert!(matches!(ahead, LedgerError::Ahead { .. }), "{ahead}");
    assert_eq!(ahead.code(), codes::CONSUMER_AHEAD);
    assert_eq!(ledger.consumer(&clinic).unwrap().unwrap().acknowledged_at, None);
}

#[test]
fn a_consumer_that_was_altered_is_said_and_owed_everything_once_it_is_registered_again() {
    for sql in [
        "UPDATE consumer SET sealed = randomblob(length(sealed)) WHERE name = 'clinic'",
        "UPDATE consumer SET sealed = (SELECT sealed FROM consumer WHERE name = 'other') WHERE name = 'clinic'",
        "UPDATE consumer SET sealed = x'' WHERE name = 'clinic'",
    ] {
        let place = Place::new();
        let mut ledger = place.open();
        let (clinic, other) = (named("clinic"), named("other"));
        ledger.register(&clinic, at(0)).unwrap();
        ledger.commit(&result(1), &nothing_beside()).unwrap();
        ledger.register(&other, at(0)).unwrap();
        ledger.acknowledge(&clinic, id(1), at(0)).unwrap();
        place.tamper(sql);
        for error in [
            ledger.consumers().unwrap_err(),
            ledger.consumer(&clinic).unwrap_err(),
            ledger.acknowledge(&clinic, id(1), at(0)).unwrap_err(),
        ] {
            assert!(matches!(error, LedgerError::ConsumerDamaged { .. }), "{sql}: {error}");
            assert_eq!(error.code(), codes::LEDGER_UNUSABLE);
        }
        assert_eq!(ledger.consumer(&other).unwrap().unwrap().up_to, id(1), "the other is not touched");
        assert_eq!(ledger.register(&clinic, at(1)).unwrap(), id(0), "told again rather than never");
        assert_eq!(ledger.consumers().unwrap().len(), 2);
    }
}
