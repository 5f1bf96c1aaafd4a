//! Answers that are taken before the result is ready, and remarks beside a result.

use crate::desk::{Desk, warnings};
use centre_wire::Processing;
use model::Decision::{Agreed, Refused};
use simulator_card::CertificateRule;
use simulator_centre::{Answered, Manner, QueryKind};

#[test]
fn the_result_comes_after_so_many_times() {
    let mut desk = Desk::open();
    desk.centre.set_processing(2, 1500);
    let session = desk.relay("worker").unwrap();
    let answers = [("medical-information", Agreed)];
    for _ in 0..2 {
        let reply = desk.try_answers(&session, &answers).unwrap();
        assert_eq!(reply, Answered::Processing(Processing { again_after_ms: 1500 }));
        let results = desk.centre.queries().iter().filter(|query| query.kind == QueryKind::Result).count();
        assert_eq!(results, 0, "nothing was opened yet");
    }
    let other = desk.try_answers(&session, &[("medical-information", Refused)]).unwrap_err();
    assert_eq!((other.status, other.refusal.code.as_str()), (409, "answers_refused"));
    let first = desk.answers(&session, &answers);
    assert_eq!(desk.answers(&session, &answers), first, "asking again changes nothing");
    assert_eq!(desk.centre.queries().iter().filter(|query| query.kind == QueryKind::Result).count(), 1);
}

#[test]
fn each_session_is_made_to_wait_for_itself() {
    let mut desk = Desk::open();
    desk.centre.set_processing(1, 100);
    for _ in 0..2 {
        let session = desk.relay("worker").unwrap();
        assert!(matches!(desk.try_answers(&session, &[]).unwrap(), Answered::Processing(_)));
        desk.answers(&session, &[]);
    }
    desk.centre.set_processing(0, 100);
    let session = desk.relay("worker").unwrap();
    desk.answers(&session, &[]);
}

#[test]
fn a_word_of_the_centre_s_own_stands_behind_the_known_ones() {
    let mut desk = Desk::open();
    desk.rule = Some(CertificateRule::Expiring);
    let note = Some("new_thing".try_into().unwrap());
    desk.centre.set_manner(Manner { note, ..Manner::default() });
    let reply = desk.visit("worker", Agreed);
    assert_eq!(warnings(&reply), ["certificate_expires_soon", "new_thing"]);
}
