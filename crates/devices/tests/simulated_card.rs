//! The card room's procedures and guard against the simulated card, through worker, real PC/SC service and back.
//! The simulated card was written from the same reference, apart from the card room.

#![cfg(target_os = "linux")]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod support;

use card::{CardCas, CardChannel, CardError, FaceTrust, PinOutcome, Portrait, Token, Tries};
use card::{Guard, GuardError, GuardLimits, GuardPlan, Operation, StandIn};
use devices::pcsc::{SlotState, Watcher};
use devices::slot::{SlotCard, SlotWorker};
use model::{Moment, NumberB, Pin, Purpose};
use rsa::pkcs1::DecodeRsaPublicKey;
use sha2::{Digest, Sha256};
use simulator_card::{IssueOptions, Issuer, personas, standin};
use std::time::Duration;
use support::{Reply, SLOTS, Service, in_own_process};
use time::macros::datetime;

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_whole_visit_with_the_simulated_card() {
    in_own_process("visit");
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn visit() {
    let now = datetime!(2026-04-01 09:00 UTC);
    let issuer = Issuer::create(7, now).unwrap();
    let persona =
        personas().into_iter().find(|persona| persona.pin.is_some() && !persona.pin_blocked).unwrap();
    let photo = simulator::stock::encode_jp2(&simulator_card::face::photo(persona.face_seed)).unwrap();
    let options = IssueOptions { photo, ..IssueOptions::default() };
    let mut simulated = simulator_card::Card::issue(&issuer, &persona, options, 7, now).unwrap();
    let number = simulated.number_b().to_owned();
    let service = Service::start();
    let watcher = Watcher::start(&SLOTS.map(String::from)).unwrap();
    let mut slot = watcher.slot(SLOTS[0]).unwrap();
    tokio::time::timeout(LIMIT, slot.wait_for(|slot| slot.state == SlotState::Empty)).await.unwrap().unwrap();
    let _card = support::Card::place(service.ports[0], move |message| {
        match message {
            [0x00] => simulated.power_off(),
            [0x01] => simulated.power_on(),
            [0x02] => simulated.reset(),
            command => return Reply::Answer(simulated.transmit(command)),
        }
        Reply::Nothing
    });
    let present = slot.wait_for(|slot| matches!(slot.state, SlotState::Present { .. }));
    tokio::time::timeout(LIMIT, present).await.unwrap().unwrap();

    let worker = SlotWorker::start(SLOTS[0]);
    let ca = issuer.auth_ca().to_vec();
    let trust =
        FaceTrust::new(vec![rsa::RsaPublicKey::from_pkcs1_der(&issuer.face_root_public().unwrap()).unwrap()]);
    let pin = persona.pin.clone().unwrap();
    let digest: [u8; 32] = Sha256::digest(b"the text of this relay").into();
    let permit = standin::command(&digest, &issuer.permit(&digest).unwrap());
    let job = move |card: &mut SlotCard| {
        identity(card, &ca);
        face(card, &number, &trust);
        pin_less_relay(card, digest, &permit);
        pin_relay(card, &pin, digest);
    };
    worker.run(LIMIT, job).await.unwrap();
    worker.release().await.unwrap();
}

fn identity(card: &mut SlotCard, ca: &[u8]) {
    let identity = card::identify(card, &CardCas::from_der(vec![ca.to_vec()]).unwrap()).unwrap();
    let leaf = identity.leaf.as_ref().unwrap();
    assert_eq!((identity.token, leaf.issuer_organisation.as_str()), (Token::Card, "JPKI-SIM"));
    assert!(identity.simulated());
}

fn face(card: &mut SlotCard, number: &str, trust: &FaceTrust) {
    let wrong = NumberB::from_digits(b"00000000000000").unwrap();
    let error = card::read_photo(card, &wrong, trust, [3; 32]).unwrap_err();
    assert_eq!(error, CardError::NumberBWrong { left: 9 });
    let number = NumberB::from_digits(number.as_bytes()).unwrap();
    let forged = card::read_photo(card, &number, &FaceTrust::default(), [3; 32]).unwrap_err();
    assert!(matches!(forged, CardError::PhotoForged { .. }));
    let photo = card::read_photo(card, &number, trust, [3; 32]).unwrap();
    assert_eq!(card::number_b_tries(card), Ok(Tries::Left(10)));
    let portrait = Portrait::decode(photo.jp2.expose(Purpose::Simulate)).unwrap();
    assert_eq!((portrait.width(), portrait.height()), (378, 472));
    card::end_session(card).unwrap();
}

fn pin_less_relay(card: &mut SlotCard, digest: [u8; 32], permit: &[u8]) {
    card.power_fresh().unwrap();
    let mut guard = guard(digest, Operation::PinLess, StandIn::Allowed);
    let select: [&[u8]; 4] = [
        b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
        b"\x00\xA4\x02\x0C\x02\x00\x0A",
        b"\x00\xB0\x00\x00\x00",
        b"\x00\xA4\x02\x0C\x02\x00\x17",
    ];
    for command in select.into_iter().chain([permit]) {
        assert_eq!(relay(card, &mut guard, command).last_chunk(), Some(&[0x90, 0x00]), "{command:02X?}");
    }
    let signature = relay(card, &mut guard, &sign(digest));
    assert_eq!((signature.len(), signature.last_chunk()), (258, Some(&[0x90, 0x00])));
    let verify = b"\x00\x20\x00\x80\x041234";
    assert!(matches!(guard.check(verify, Moment::ZERO), Err(GuardError::Refused { .. })));
}

fn pin_relay(card: &mut SlotCard, pin: &str, digest: [u8; 32]) {
    card.power_fresh().unwrap();
    let Tries::Left(before) = card::pin_tries(card).unwrap() else { panic!("a usable PIN") };
    let wrong: String = pin.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect();
    let [wrong, right] = [&wrong, pin].map(|pin| Pin::from_digits(pin.as_bytes()).unwrap());
    assert_eq!(card::verify_pin(card, &wrong), Ok(PinOutcome::Wrong { left: before - 1 }));
    assert_eq!(card::verify_pin(card, &right), Ok(PinOutcome::Right));
    let mut guard = guard(digest, Operation::Pin, StandIn::Refused);
    relay(card, &mut guard, b"\x00\xA4\x02\x0C\x02\x00\x17");
    let signature = relay(card, &mut guard, &sign(digest));
    assert_eq!((signature.len(), signature.last_chunk()), (258, Some(&[0x90, 0x00])));
    card.power_fresh().unwrap();
    for command in [
        &b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"[..],
        b"\x00\xA4\x02\x0C\x02\x00\x17",
    ] {
        card.transmit(command).unwrap();
    }
    assert_eq!(card.transmit(&sign(digest)).unwrap(), [0x69, 0x82], "fresh power takes back the PIN");
}

const fn guard(digest: [u8; 32], operation: Operation, stand_in: StandIn) -> Guard {
    let limits = GuardLimits { commands: 32, bytes: 8192, time: Duration::from_secs(20) };
    Guard::new(GuardPlan { digest, operation, stand_in, limits }, Moment::ZERO)
}

fn relay(card: &mut SlotCard, guard: &mut Guard, command: &[u8]) -> Vec<u8> {
    guard.check(command, Moment::ZERO).unwrap();
    let response = card.transmit(command).unwrap();
    guard.seen(&response);
    response
}

fn sign(digest: [u8; 32]) -> Vec<u8> {
    [&[0x80, 0x2A, 0x00, 0x80, 0x33][..], &standin::SHA256_PREFIX, &digest, &[0x00]].concat()
}
