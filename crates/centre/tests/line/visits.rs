//! Whole visits over real TLS sockets, with simulated cards.

use crate::desk::{Desk, account, card, card_under, carry, carry_until, persona, twin, visit};
use centre_wire::Operation;
use failure::codes;
use model::{Decision, Purpose, Remark, ScreenAnswer, Timestamp, Validity};
use simulator::centre::{LineOptions, TlsVersions};
use simulator_card::CertificateRule;
use simulator_centre::{Misbehaviour, Outcome};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn now() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
}

async fn a_visit_over(versions: TlsVersions) {
    let desk = Desk::open(LineOptions { versions, ..LineOptions::default() }).await;
    for n in 1..=2 {
        let answer = desk.relay(&mut card("housewife"), n).await.unwrap();
        assert_eq!(answer.validity, Validity::Valid);
        let screens = desk.centre.screens(&answer.session).await.unwrap();
        assert_eq!(screens.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["medical", "operations"]);
        let answers = [
            ScreenAnswer { screen: "medical".to_owned(), decision: Decision::Agreed, at: now() },
            ScreenAnswer { screen: "operations".to_owned(), decision: Decision::Refused, at: now() },
        ];
        let result = desk.result(&answer.session, &answers).await;
        let again = desk.result(&answer.session, &answers).await;
        assert_eq!(result, again, "asking again changes nothing");
        let xml = &result.qualification.expose(Purpose::Simulate).xml;
        for part in [
            "<QualificationValidity>1</QualificationValidity>",
            "<Name>見本　花子</Name>",
            "<InsurerNumber>  990123</InsurerNumber>",
            "<PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg><PharmacistsInfoConsTime>20",
            "<OperationInfoConsFlg>0</OperationInfoConsFlg>",
        ] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
        let agreed: Vec<_> = result.consents.iter().filter(|c| c.decision == Decision::Agreed).collect();
        assert_eq!(agreed.len(), 3);
        assert!(agreed.iter().all(|c| c.until.map(|until| until.0 - c.at.0) == Some(24 * 60 * 60 * 1000)));
        assert!(!format!("{result:?} {answer:?}").contains("見本"), "Debug tells nothing of the person");
    }
    let oracle = desk.mock.oracle();
    assert_eq!(oracle.len(), 2);
    for (n, entry) in (1..).zip(&oracle) {
        assert_eq!(entry.serial, Some(persona("housewife").serial.into()));
        assert_eq!((entry.visit, &entry.outcome), (visit(n), &Outcome::Answered(Validity::Valid)));
    }
    let counters = desk.mock.counters();
    assert_eq!(counters.logins, 1, "the token is kept");
    assert_eq!(counters.full_handshakes, 1, "later connections resume: {counters:?}");
    assert_eq!(counters.connections, 3, "questions share one connection: {counters:?}");
    desk.mock.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_over_tls_1_2() {
    a_visit_over(TlsVersions::Tls12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_over_tls_1_3() {
    a_visit_over(TlsVersions::Tls13).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_with_pin_keeps_the_selected_application() {
    let desk = Desk::plain().await;
    let mut card = card("housewife");
    let pin = persona("housewife").pin.unwrap();
    let verify = [b"\x00\x20\x00\x80\x04", pin.as_bytes()].concat();
    for apdu in [
        &b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"[..],
        b"\x00\xA4\x02\x0C\x02\x00\x18",
        &verify,
    ] {
        assert_eq!(card.transmit(apdu), [0x90, 0x00]);
    }
    let mut relay = desk.centre.open_relay(&account(), Operation::Pin, visit(1)).await.unwrap();
    let first = carry_until(&mut relay, &mut card, |_| true).await;
    assert_eq!(first, b"\x00\xA4\x02\x0C\x02\x00\x0A", "no application is selected");
    relay.respond(&card.transmit(&first)).await.unwrap();
    let sign = carry_until(&mut relay, &mut card, |apdu| apdu.starts_with(b"\x80\x2A\x00\x80")).await;
    assert_eq!(sign[24..56], relay.digest(), "both ends computed the same text");
    relay.respond(&card.transmit(&sign)).await.unwrap();
    assert_eq!(carry(&mut relay, &mut card).await.unwrap().validity, Validity::Valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_in_its_grace_opens_the_qualification_only() {
    let desk = Desk::plain().await;
    let answer = desk.relay(&mut card("in-grace"), 1).await.unwrap();
    assert!(desk.centre.screens(&answer.session).await.unwrap().is_empty());
    let consent = ScreenAnswer { screen: "medical".to_owned(), decision: Decision::Agreed, at: now() };
    let forced = desk.centre.answers(&answer.session, &[consent]).await.unwrap_err();
    assert_eq!(forced.code(), codes::CENTRE_REFUSED, "{forced}");
    let result = desk.result(&answer.session, &[]).await;
    assert_eq!(result.remarks, [Remark::CertificateInGrace]);
    assert!(result.consents.is_empty());
    assert!(desk.mock.queries().iter().all(|query| query.opened.is_empty()));

    let answer = desk.relay(&mut card("expiring"), 2).await.unwrap();
    let result = desk.result(&answer.session, &[]).await;
    assert_eq!(result.remarks, [Remark::CertificateExpiresSoon]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_may_not_gets_nothing() {
    let desk = Desk::plain().await;
    let revoked = desk.relay(&mut card("revoked"), 1).await.unwrap_err();
    assert_eq!(revoked.code(), codes::CERTIFICATE_REVOKED, "{revoked}");
    let lapsed = desk.relay(&mut card_under("housewife", CertificateRule::Lapsed), 2).await.unwrap_err();
    assert_eq!(lapsed.code(), codes::CERTIFICATE_EXPIRED, "{lapsed}");
    desk.mock.with(|judgement| judgement.remove_patient(persona("housewife").serial.into()));
    let unregistered = desk.relay(&mut card("housewife"), 3).await.unwrap_err();
    assert_eq!(unregistered.code(), codes::NOT_REGISTERED, "{unregistered}");
    assert!(desk.mock.oracle().iter().all(|entry| matches!(entry.outcome, Outcome::Refused(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_gets_nothing() {
    let desk = Desk::plain().await;
    let mut forged = card("housewife");
    let mut relay = desk.centre.open_relay(&account(), Operation::PinLess, visit(1)).await.unwrap();
    // One bit of the name: the chain no longer verifies.
    let read = carry_until(&mut relay, &mut forged, |apdu| apdu.starts_with(b"\x00\xB0\x01")).await;
    let mut part = forged.transmit(&read);
    part[0] ^= 1;
    relay.respond(&part).await.unwrap();
    let error = carry(&mut relay, &mut forged).await.unwrap_err();
    assert_eq!(error.code(), codes::CERTIFICATE_UNTRUSTED, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_swapped_after_its_certificate_gets_nothing() {
    let desk = Desk::plain().await;
    let (mut first, mut second) = (card("housewife"), twin("resident"));
    let mut relay = desk.centre.open_relay(&account(), Operation::PinLess, visit(1)).await.unwrap();
    let permit = carry_until(&mut relay, &mut first, |apdu| apdu.starts_with(b"\x80\xF5")).await;
    second.transmit(b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01");
    relay.respond(&second.transmit(&permit)).await.unwrap();
    let error = carry(&mut relay, &mut second).await.unwrap_err();
    assert_eq!(error.code(), codes::SIGNATURE_REFUSED, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_signature_gets_nothing() {
    let desk = Desk::plain().await;
    let mut card = card("housewife");
    desk.relay(&mut card, 1).await.unwrap();
    desk.mock.set_misbehaviour(Some(Misbehaviour::ReplayEarlierSignature));
    let error = desk.relay(&mut card, 2).await.unwrap_err();
    assert_eq!(error.code(), codes::SIGNATURE_REFUSED, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_terminal_reaches_the_centre() {
    let desk = Desk::plain().await;
    let relay = desk.centre.open_relay(&account(), Operation::PinLess, visit(1)).await.unwrap();
    relay.refuse(codes::CARD_REMOVED_EARLY).await.unwrap();
    let oracle = tokio::time::timeout(Duration::from_secs(5), desk.mock.oracle_of(1)).await.unwrap();
    assert_eq!(oracle[0].outcome, Outcome::Ended("CARD_REMOVED_EARLY".to_owned()));
}
