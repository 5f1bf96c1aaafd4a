//! Look-ups without a card, over real TLS sockets.

use crate::desk::{Desk, PASSWORD, account, config, impatient, patient_of, persona};
use centre::{Centre, CentreError, LookedUp, Password};
use failure::codes;
use model::{
    Answer, FailureCode, Lookup, Maintenance, PersonField, Pii, Purpose, Remark, Timestamp, Validity,
};
use simulator::centre::{LineOptions, TlsVersions};
use simulator_centre::{LimitCertificate, Manner, Misbehaviour, Patient, QueryKind, Step};
use std::time::Duration;
use time::macros::date;

/// When every answer arrives.
const ARRIVAL: Timestamp = Timestamp(1_933_115_412_000);

/// What stands on this persona's 資格確認書.
fn written(id: &str) -> Lookup {
    let of = patient_of(&persona(id)).insurance;
    Lookup {
        insurer_number: of.insurer_number,
        symbol: of.symbol,
        number: of.number,
        branch: of.branch,
        birth_date: format!("{:04}{:02}{:02}", of.birth.year(), u8::from(of.birth.month()), of.birth.day()),
        limit_certificate: false,
    }
}

async fn ask(centre: &Centre, lookup: &Lookup) -> Result<LookedUp, CentreError> {
    // In a task of its own, as a desk asks.
    let (centre, lookup) = (centre.clone(), Pii::new(lookup.clone()));
    let asking = async move { centre.look_up(&account(), &lookup, || ARRIVAL).await };
    tokio::spawn(asking).await.unwrap()
}

async fn answer(desk: &Desk, lookup: &Lookup) -> Answer {
    match ask(&desk.centre, lookup).await.unwrap() {
        LookedUp::Answered(answer) => answer,
        LookedUp::Processing { .. } => panic!("still processing"),
    }
}

/// The failure, which shows nothing of what was asked nor of whom the centre knows.
async fn fails(centre: &Centre, lookup: &Lookup, code: FailureCode, part: &str) {
    let error = ask(centre, lookup).await.map(drop).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    let shown = format!("{error} {error:?}");
    assert!(shown.contains(part), "{part:?} in {shown}");
    for personal in [&lookup.number, &lookup.birth_date, &persona("housewife").name, &persona("worker").name]
    {
        assert!(!shown.contains(personal.as_str()), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_looked_up_over_both_versions_of_tls() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let desk = Desk::open(LineOptions { versions, ..LineOptions::default() }).await;
        let found = answer(&desk, &written("housewife")).await;
        assert_eq!((found.validity, found.received_at), (Validity::Valid, ARRIVAL));
        assert!(found.remarks.is_empty());
        let xml = &found.qualification.expose(Purpose::Simulate).xml;
        assert!(
            xml.contains("<Name>見本　花子</Name>") && xml.contains("<ReferenceClassification>2<"),
            "{xml}"
        );
        assert!(!format!("{found:?}").contains("見本"), "Debug tells nothing of the person");

        let query = desk.mock.queries().pop().unwrap();
        assert_eq!((query.kind, query.account, query.visit), (QueryKind::Lookup, account(), None));
        assert!(query.opened.is_empty());
        assert!(desk.mock.oracle().is_empty(), "no relay, no card");
        desk.mock.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn width_does_not_keep_a_person_from_being_found() {
    let desk = Desk::plain().await;
    let half = Lookup { symbol: Some("123".to_owned()), number: "4502".to_owned(), ..written("housewife") };
    assert_ne!(half, written("housewife"));
    assert_eq!(answer(&desk, &half).await.validity, Validity::Valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_several_are_answers_too() {
    let desk = Desk::plain().await;
    let nobody = Lookup { number: "9999".to_owned(), ..written("housewife") };
    let nobody = answer(&desk, &nobody).await;
    assert_eq!(nobody.validity, Validity::NotFound);
    let several = Lookup { branch: None, ..written("twin-elder") };
    let several = answer(&desk, &several).await;
    assert_eq!(several.validity, Validity::Several);
    for found in [nobody, several] {
        assert!(!found.qualification.expose(Purpose::Simulate).xml.contains("<ResultList>"));
    }
    assert_eq!(answer(&desk, &written("twin-elder")).await.validity, Validity::Valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_is_shown_only_to_whoever_agreed() {
    let desk = Desk::plain().await;
    let day = date!(2024 - 04 - 01);
    let limit = LimitCertificate {
        classification: "01".to_owned(),
        flag: "A03".to_owned(),
        issued: day,
        from: day,
        until: None,
    };
    let limited = Patient { limit: Some(limit), ..patient_of(&persona("housewife")) };
    desk.mock.with(|judgement| judgement.put_patient(limited));
    for agreed in [false, true] {
        let asked = Lookup { limit_certificate: agreed, ..written("housewife") };
        let found = answer(&desk, &asked).await;
        assert_eq!(found.qualification.expose(Purpose::Simulate).xml.contains(">A03<"), agreed);
        assert_eq!(desk.mock.queries().pop().unwrap().opened.len(), usize::from(agreed));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn remarks_stand_beside_an_answer_as_beside_a_result() {
    let desk = Desk::plain().await;
    let mut patient = patient_of(&persona("housewife"));
    patient.insurance.name = "見本　●子".to_owned();
    let manner = Manner { note: Some("new_thing".try_into().unwrap()), ..Manner::default() };
    desk.mock.with(|judgement| {
        judgement.put_patient(patient);
        judgement.set_manner(manner);
    });
    assert_eq!(
        answer(&desk, &written("housewife")).await.remarks,
        [
            Remark::CharactersBlanked { field: PersonField::Name },
            Remark::CentreNote { word: "new_thing".to_owned() }
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_ready_is_asked_for_again() {
    let desk = Desk::plain().await;
    desk.mock.with(|judgement| judgement.set_processing(2, 1500));
    for _ in 0..2 {
        let reply = ask(&desk.centre, &written("housewife")).await.unwrap();
        assert_eq!(reply, LookedUp::Processing { again_after: Duration::from_millis(1500) });
    }
    assert_eq!(answer(&desk, &written("housewife")).await.validity, Validity::Valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_another_person_is_never_taken() {
    let desk = Desk::plain().await;
    desk.mock.set_misbehaviour(Some(Misbehaviour::AnswerAboutAnother));
    fails(&desk.centre, &written("housewife"), codes::CENTRE_GARBLED, "another look-up").await;
    let nobody = Lookup { number: "9999".to_owned(), ..written("housewife") };
    fails(&desk.centre, &nobody, codes::CENTRE_GARBLED, "another look-up").await;
    desk.mock.set_misbehaviour(None);
    answer(&desk, &written("housewife")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_half_an_answer_are_garbled() {
    let desk = Desk::plain().await;
    for misbehaviour in [Misbehaviour::Garbage, Misbehaviour::HalfAnswer] {
        // A kept token, so that the look-up itself is what is garbled.
        desk.centre.log_in(&account()).await.unwrap();
        desk.mock.set_misbehaviour(Some(misbehaviour));
        let endpoint = desk.mock.address().to_string();
        fails(&desk.centre, &written("housewife"), codes::CENTRE_GARBLED, &endpoint).await;
        desk.mock.set_misbehaviour(None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_says_what_was_awaited() {
    let desk = Desk::plain().await;
    let mut hurried = config(desk.mock.address(), desk.mock.files());
    hurried.deadlines = impatient();
    let hurried = Centre::new(hurried).unwrap();
    for (step, awaited) in [
        (Step::Login, "awaited: reply to the login"),
        (Step::Lookup, "150 ms; awaited: answer to the look-up"),
    ] {
        desk.mock.set_misbehaviour(Some(Misbehaviour::SilentAt(step)));
        fails(&hurried, &written("housewife"), codes::CENTRE_SILENT, awaited).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_token_is_renewed_once_and_a_refused_login_named() {
    let desk = Desk::plain().await;
    answer(&desk, &written("housewife")).await;
    desk.mock.with(simulator_centre::Judgement::forget_tokens);
    answer(&desk, &written("housewife")).await;
    assert_eq!(desk.mock.counters().logins, 2);
    desk.mock.with(|judgement| judgement.refuse_logins(true));
    fails(&desk.centre, &written("housewife"), codes::CENTRE_LOGIN_REFUSED, "F0AB12").await;
    desk.mock.with(|judgement| judgement.refuse_logins(false));
    let mut other = config(desk.mock.address(), desk.mock.files());
    other.accounts = [("F0ZZ".parse().unwrap(), Password::new(PASSWORD.to_owned()))].into();
    let other = Centre::new(other).unwrap();
    fails(&other, &written("housewife"), codes::CENTRE_LOGIN_REFUSED, "F0AB12").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_is_named() {
    let desk = Desk::plain().await;
    answer(&desk, &written("housewife")).await;
    let always = Maintenance { from: Timestamp(0), until: Timestamp(i64::MAX) };
    desk.mock.with(|judgement| judgement.set_maintenance(Some(always)));
    fails(&desk.centre, &written("housewife"), codes::CENTRE_MAINTENANCE, "stands still").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_without_its_form_is_the_centre_s_to_refuse() {
    let desk = Desk::plain().await;
    let formless = Lookup { birth_date: "19800230".to_owned(), ..written("housewife") };
    fails(&desk.centre, &formless, codes::CENTRE_REFUSED, "bad_message").await;
    assert!(desk.mock.queries().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_centre_is_unreachable() {
    let desk = Desk::plain().await;
    answer(&desk, &written("housewife")).await;
    let Desk { mock, centre, .. } = desk;
    mock.stop().await;
    fails(&centre, &written("housewife"), codes::CENTRE_UNREACHABLE, "cannot be reached").await;
}
