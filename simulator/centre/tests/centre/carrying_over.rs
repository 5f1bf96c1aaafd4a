//! 同意引き継ぎ: earlier answers, with their own times, for as long as they hold.

use crate::desk::{Desk, HOUR, agreed, dialysis, patient};
use model::Decision::{Agreed, Refused};
use model::{ConsentItem, Decision};
use simulator_centre::{Manner, Patient};

fn desk() -> Desk {
    let mut desk = Desk::open();
    desk.centre.set_manner(Manner { carry_over: true, prescriptions: true, ..Manner::default() });
    desk
}

fn first_visit(desk: &mut Desk) -> Vec<model::Consent> {
    let session = desk.relay("worker").unwrap();
    let answers = [("medical-information", Agreed), ("operations", Refused), ("prescription-form", Refused)];
    desk.answers(&session, &answers).consents
}

#[test]
fn earlier_answers_are_offered_first_and_stand_with_their_own_times() {
    let mut desk = desk();
    assert_eq!(desk.asked("worker"), ["medical-information", "operations", "prescription-form"]);
    let first = first_visit(&mut desk);
    desk.pass(2 * HOUR);
    let session = desk.relay("worker").unwrap();
    assert_eq!(
        desk.screens(&session),
        ["carry-over", "medical-information", "operations", "prescription-form"]
    );
    let reply = desk.answers(&session, &[("carry-over", Agreed), ("prescription-form", Agreed)]);
    for item in
        [ConsentItem::Medicines, ConsentItem::Diagnosis, ConsentItem::HealthCheckups, ConsentItem::Operations]
    {
        let of = |consents: &[model::Consent]| consents.iter().find(|c| c.item == item).cloned();
        assert_eq!(of(&reply.consents), of(&first), "{item:?}");
        assert!(of(&first).is_some());
    }
    let form = reply.consents.iter().find(|c| c.item == ConsentItem::ElectronicPrescription).unwrap();
    assert_eq!((form.decision, form.at), (Agreed, desk.now), "a choice is made anew");
    let opened = &desk.centre.queries().last().unwrap().opened;
    assert_eq!(*opened, [ConsentItem::Medicines, ConsentItem::Diagnosis, ConsentItem::HealthCheckups]);
}

#[test]
fn a_carry_over_that_is_declined_changes_nothing() {
    let mut desk = desk();
    first_visit(&mut desk);
    let session = desk.relay("worker").unwrap();
    let reply = desk.answers(&session, &[("carry-over", Refused), ("operations", Agreed)]);
    assert_eq!(agreed(&reply), [ConsentItem::Operations]);
}

#[test]
fn what_the_carry_over_stands_for_is_not_answered_beside_it() {
    let mut desk = desk();
    first_visit(&mut desk);
    let session = desk.relay("worker").unwrap();
    let both = desk.try_answers(&session, &[("carry-over", Agreed), ("operations", Agreed)]).unwrap_err();
    assert_eq!(both.refusal.code.as_str(), "answers_refused");
}

#[test]
fn answers_that_have_ended_are_asked_again() {
    let mut desk = desk();
    first_visit(&mut desk);
    desk.pass(24 * HOUR);
    assert_eq!(desk.asked("worker"), ["medical-information", "operations", "prescription-form"]);
}

#[test]
fn an_answer_that_ends_during_the_visit_is_not_carried() {
    let mut desk = desk();
    first_visit(&mut desk);
    desk.pass(24 * HOUR - std::time::Duration::from_secs(60));
    let session = desk.relay("worker").unwrap();
    assert_eq!(desk.screens(&session)[0], "carry-over");
    desk.pass(std::time::Duration::from_secs(60));
    let reply = desk.answers(&session, &[("carry-over", Agreed)]);
    assert_eq!(agreed(&reply), [ConsentItem::CarryOver]);
    assert!(desk.centre.queries().last().unwrap().opened.is_empty());
}

#[test]
fn a_carry_over_does_not_lengthen_an_answer() {
    let mut desk = desk();
    first_visit(&mut desk);
    desk.pass(20 * HOUR);
    let session = desk.relay("worker").unwrap();
    desk.answers(&session, &[("carry-over", Agreed)]);
    desk.pass(5 * HOUR);
    assert_ne!(desk.asked("worker")[0], "carry-over");
}

#[test]
fn nothing_is_offered_while_something_was_left_unanswered() {
    let mut desk = desk();
    let session = desk.relay("worker").unwrap();
    desk.answers(&session, &[("medical-information", Agreed)]);
    assert_eq!(desk.asked("worker")[0], "medical-information", "operations were never answered");
    desk.centre.put_patient(Patient { specific_diseases: vec![dialysis()], ..patient("worker") });
    first_visit_of(&mut desk, &[("medical-information", Agreed), ("operations", Agreed)]);
    assert_eq!(desk.asked("worker")[0], "specific-diseases");
}

fn first_visit_of(desk: &mut Desk, answers: &[(&str, Decision)]) {
    let session = desk.relay("worker").unwrap();
    desk.answers(&session, answers);
}

#[test]
fn answers_given_elsewhere_or_by_another_are_not_carried() {
    let mut desk = desk();
    first_visit(&mut desk);
    assert_ne!(desk.asked("housewife")[0], "carry-over");
    desk.centre.set_institution("9930000000".parse().unwrap());
    assert_ne!(desk.asked("worker")[0], "carry-over");
    desk.centre.set_institution("9910000000".parse().unwrap());
    assert_eq!(desk.asked("worker")[0], "carry-over");
}
