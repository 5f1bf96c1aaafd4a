//! 健康保険証利用の登録 on the spot, and cards that are no longer in use.

use crate::desk::{Desk, patient, persona};
use centre_wire::Operation;
use model::Validity;
use simulator_centre::{Outcome, Patient};

#[test]
fn a_card_is_registered_only_by_a_relay_for_it() {
    for (registering, plain) in
        [(Operation::RegisterPinLess, Operation::PinLess), (Operation::RegisterPin, Operation::Pin)]
    {
        let mut desk = Desk::open();
        desk.centre.put_patient(Patient { registered: false, ..patient("not-registered") });
        for _ in 0..2 {
            assert_eq!(desk.relay_for("not-registered", plain).unwrap_err(), "not_registered");
        }
        let (session, validity) = desk.relay_for("not-registered", registering).unwrap();
        assert_eq!(validity, Validity::Valid);
        assert!(!desk.screens(&session).is_empty());
        desk.relay_for("not-registered", plain).expect("registered now");
        let serial = u64::from(persona("not-registered").serial);
        let oracle = desk.centre.oracle();
        assert!(oracle.iter().all(|entry| entry.serial == Some(serial)));
        let answered = |of: &&simulator_centre::OracleEntry| matches!(of.outcome, Outcome::Answered(_));
        let first = oracle.iter().find(answered).unwrap();
        assert_eq!(first.operation, registering);
    }
}

#[test]
fn registering_twice_changes_nothing() {
    let mut desk = Desk::open();
    assert_eq!(desk.relay_for("worker", Operation::RegisterPinLess).unwrap().1, Validity::Valid);
}

#[test]
fn who_is_not_insured_cannot_be_registered() {
    let mut desk = Desk::open();
    desk.centre.remove_patient(persona("worker").serial.into());
    for operation in [Operation::PinLess, Operation::RegisterPinLess, Operation::RegisterPin] {
        assert_eq!(desk.relay_for("worker", operation).unwrap_err(), "not_registered");
    }
}

#[test]
fn a_replaced_card_is_refused_and_not_registered() {
    let mut desk = Desk::open();
    let replaced = Patient { replaced: true, registered: false, ..patient("replaced") };
    desk.centre.put_patient(replaced);
    for operation in [Operation::PinLess, Operation::RegisterPinLess, Operation::Pin] {
        assert_eq!(desk.relay_for("replaced", operation).unwrap_err(), "card_replaced");
    }
    desk.centre.put_patient(Patient { registered: false, ..patient("replaced") });
    assert_eq!(desk.relay("replaced").unwrap_err(), "not_registered", "it was not registered meanwhile");
}
