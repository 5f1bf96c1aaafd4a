//! Processing, maintenance, registration and remarks, over real TLS sockets.

use crate::desk::{Desk, account, card, carry, patient_of, persona, visit};
use centre::Answers;
use centre_wire::Operation;
use failure::codes;
use model::{Maintenance, PersonField, Remark, Timestamp, Validity};
use simulator_centre::{Manner, Patient};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn in_ms(from_now: i64) -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    Timestamp(now + from_now)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_not_ready_is_asked_for_again() {
    let desk = Desk::plain().await;
    desk.mock.with(|judgement| judgement.set_processing(2, 1500));
    let answer = desk.relay(&mut card("housewife"), 1).await.unwrap();
    for _ in 0..2 {
        let reply = desk.centre.answers(&answer.session, &[]).await.unwrap();
        assert_eq!(reply, Answers::Processing { again_after: Duration::from_millis(1500) });
    }
    desk.result(&answer.session, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_is_told_before_and_named_while_it_lasts() {
    let desk = Desk::plain().await;
    desk.centre.log_in(&account()).await.unwrap();
    assert_eq!(desk.centre.maintenance(), None);
    let announced = Maintenance { from: in_ms(3_600_000), until: in_ms(7_200_000) };
    desk.mock.with(|judgement| judgement.set_maintenance(Some(announced)));
    desk.centre.log_in(&account()).await.unwrap();
    assert_eq!(desk.centre.maintenance(), Some(announced));
    let answer = desk.relay(&mut card("housewife"), 1).await.unwrap();

    let now = Maintenance { from: in_ms(-1000), until: in_ms(3_600_000) };
    desk.mock.with(|judgement| judgement.set_maintenance(Some(now)));
    let refused = [
        desk.centre.log_in(&account()).await.map(drop).unwrap_err(),
        desk.relay(&mut card("housewife"), 2).await.map(drop).unwrap_err(),
        desk.centre.screens(&answer.session).await.map(drop).unwrap_err(),
        desk.centre.answers(&answer.session, &[]).await.map(drop).unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.code(), codes::CENTRE_MAINTENANCE, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_registered_on_the_spot_without_and_with_pin() {
    for (plain, registering) in
        [(Operation::PinLess, Operation::RegisterPinLess), (Operation::Pin, Operation::RegisterPin)]
    {
        let desk = Desk::plain().await;
        let unregistered = Patient { registered: false, ..patient_of(&persona("housewife")) };
        desk.mock.with(|judgement| judgement.put_patient(unregistered));
        let mut told = Vec::new();
        for (n, operation) in (1..).zip([plain, registering, plain]) {
            let mut card = card("housewife");
            if operation.with_pin() {
                let verify = [b"\x00\x20\x00\x80\x04", persona("housewife").pin.unwrap().as_bytes()].concat();
                card.transmit(b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01");
                card.transmit(b"\x00\xA4\x02\x0C\x02\x00\x18");
                assert_eq!(card.transmit(&verify), [0x90, 0x00]);
            }
            let mut relay = desk.centre.open_relay(&account(), operation, visit(n)).await.unwrap();
            let answer = carry(&mut relay, &mut card).await;
            told.push(answer.map(|answer| answer.validity).map_err(|error| error.code()));
        }
        assert_eq!(told, [Err(codes::NOT_REGISTERED), Ok(Validity::Valid), Ok(Validity::Valid)]);
        let operations: Vec<_> = desk.mock.oracle().iter().map(|entry| entry.operation).collect();
        assert_eq!(operations, [plain, registering, plain]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_card_is_named_as_such() {
    let desk = Desk::plain().await;
    let replaced = Patient { replaced: true, ..patient_of(&persona("housewife")) };
    desk.mock.with(|judgement| judgement.put_patient(replaced));
    let error = desk.relay(&mut card("housewife"), 1).await.unwrap_err();
    assert_eq!(error.code(), codes::CARD_REPLACED, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn remarks_name_the_place_of_blanks_and_the_centre_s_own_word() {
    let desk = Desk::plain().await;
    let mut patient = patient_of(&persona("expiring"));
    patient.insurance.name = "例示　●近".to_owned();
    patient.insurance.address = Some("架空県●●市".to_owned());
    let manner = Manner { note: Some("new_thing".try_into().unwrap()), ..Manner::default() };
    desk.mock.with(|judgement| {
        judgement.put_patient(patient);
        judgement.set_manner(manner);
    });
    let answer = desk.relay(&mut card("expiring"), 1).await.unwrap();
    assert_eq!(
        desk.result(&answer.session, &[]).await.remarks,
        [
            Remark::CertificateExpiresSoon,
            Remark::CharactersBlanked { field: PersonField::Name },
            Remark::CharactersBlanked { field: PersonField::Address },
            Remark::CentreNote { word: "new_thing".to_owned() },
        ]
    );
}
