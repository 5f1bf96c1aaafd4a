//! The procedures against a scripted card with real keys.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod support;

use card::{CardCas, CardError, PinOutcome, Portrait, Token, Tries};
use failure::codes;
use model::{NumberB, Pin, Purpose};
use support::{KEYS, TestCard, certificates, face_file, key_certificate, trust};

fn number_b() -> NumberB {
    NumberB::from_digits(support::NUMBER_B).unwrap()
}

fn is_number_b(command: &[u8]) -> bool {
    command.starts_with(&[0x00, 0x20]) && command.len() > 4
}

#[test]
fn identify_reads_label_and_certificate_and_knows_a_simulated_card() {
    let (ca, _) = certificates("JPKI-SIM");
    let cas = CardCas::from_pem(ca.as_bytes()).unwrap();
    let identity = card::identify(&mut TestCard::new("JPKI-SIM"), &cas).unwrap();
    let leaf = identity.leaf.as_ref().unwrap();
    assert_eq!((identity.token, leaf.issuer_organisation.as_str()), (Token::Card, "JPKI-SIM"));
    assert_eq!(leaf.not_after.0, 1_929_052_800_000, "2031-02-17T00:00:00Z");
    assert_eq!(leaf.serial.expose(Purpose::Simulate), &[1, 2, 3]);
    assert!(identity.simulated());
    let real = card::identify(&mut TestCard::new("JPKI"), &CardCas::none()).unwrap();
    assert!(!real.simulated());
}

#[test]
fn the_issuers_name_alone_does_not_make_a_card_simulated_when_its_ca_is_configured() {
    let (_, mut forged) = certificates("JPKI-SIM");
    *forged.last_mut().unwrap() ^= 1;
    let mut card = TestCard::new("JPKI-SIM");
    card.files.insert((b'j', 0x000A), forged);
    let cas = CardCas::from_pem(certificates("JPKI-SIM").0.as_bytes()).unwrap();
    assert!(!card::identify(&mut card, &cas).unwrap().simulated());
}

#[test]
fn other_cards_are_told_apart() {
    let mut card = TestCard::new("JPKI");
    card.files.insert((b'j', 0x0006), b"JPKIAPGPSETOKEN                 ".to_vec());
    let phone = card::identify(&mut card, &CardCas::none()).unwrap();
    assert_eq!((phone.token, phone.leaf.is_none()), (Token::Android, true));
    card.files.insert((b'j', 0x0006), b"JPKIAPICCTOKEN                  ".to_vec());
    assert_eq!(card::identify(&mut card, &CardCas::none()).unwrap_err().code(), codes::CARD_OTHER);
    card.files.insert((b'j', 0x0006), b"JPKIAPICCTOKEN2                 ".to_vec());
    card.files.insert((b'j', 0x000A), b"\x30\x03\x02\x01\x00".to_vec());
    assert_eq!(card::identify(&mut card, &CardCas::none()).unwrap_err().code(), codes::CARD_UNREADABLE);
}

#[test]
fn the_photo_of_a_genuine_card_is_read_in_any_pieces() {
    for most_read in [256, 100, 1] {
        let mut card = TestCard::new("JPKI-SIM");
        card.most_read = most_read;
        let photo = card::read_photo(&mut card, &number_b(), &trust(), [9; 32]).unwrap();
        assert_eq!(photo.jp2.expose(Purpose::Simulate), support::JP2);
        assert_eq!(card.count(is_number_b), 1);
    }
}

#[test]
fn number_b_is_never_retried_and_its_last_try_never_spent() {
    let wrong = NumberB::from_digits(b"55021720350000").unwrap();
    let mut card = TestCard::new("JPKI-SIM");
    card.number_b_left = 3;
    let error = card::read_photo(&mut card, &wrong, &trust(), [9; 32]).unwrap_err();
    assert_eq!((error, error.code()), (CardError::NumberBWrong { left: 2 }, codes::NUMBER_B_WRONG));
    card.number_b_left = 1;
    let error = card::read_photo(&mut card, &number_b(), &trust(), [9; 32]).unwrap_err();
    assert_eq!(error, CardError::NumberBLastTry);
    card.number_b_left = 0;
    let error = card::read_photo(&mut card, &number_b(), &trust(), [9; 32]).unwrap_err();
    assert_eq!((error, error.code()), (CardError::NumberBLocked, codes::NUMBER_B_LOCKED));
    assert_eq!(card.count(is_number_b), 1, "only the first was sent");
}

#[test]
fn a_forged_photo_is_refused() {
    let mut key_of_nobody = TestCard::new("JPKI-SIM");
    key_of_nobody.files.insert((b'f', 0x0004), key_certificate(&KEYS.chip));
    let mut photo_of_nobody = TestCard::new("JPKI-SIM");
    photo_of_nobody.files.insert((b'f', 0x0002), face_file(support::JP2, &KEYS.issuer));
    let mut changed = TestCard::new("JPKI-SIM");
    let file = changed.files.get_mut(&(b'f', 0x0002)).unwrap();
    let at = file.windows(4).position(|window| window == b"ftyp").unwrap();
    file[at] ^= 1;
    for mut card in [key_of_nobody, photo_of_nobody, changed] {
        let error = card::read_photo(&mut card, &number_b(), &trust(), [9; 32]).unwrap_err();
        assert_eq!(error.code(), codes::PHOTO_FORGED, "{error}");
    }
}

#[test]
fn a_photo_copied_to_another_chip_is_refused() {
    let mut card = TestCard::new("JPKI-SIM");
    card.chip = KEYS.signer.clone();
    let error = card::read_photo(&mut card, &number_b(), &trust(), [9; 32]).unwrap_err();
    assert_eq!((error, error.code()), (CardError::PhotoOfOtherChip, codes::PHOTO_OF_OTHER_CHIP));
}

#[test]
fn a_wrong_offset_table_is_refused() {
    let mut card = TestCard::new("JPKI-SIM");
    card.files.get_mut(&(b'f', 0x0002)).unwrap()[9] ^= 1;
    let error = card::read_photo(&mut card, &number_b(), &trust(), [9; 32]).unwrap_err();
    assert_eq!(error.code(), codes::CARD_UNREADABLE, "{error}");
}

#[test]
fn the_pin_is_sent_once_and_judged() {
    let mut card = TestCard::new("JPKI-SIM");
    let [right, wrong] = [b"1234", b"9999"].map(|digits| Pin::from_digits(digits).unwrap());
    assert_eq!(card::pin_tries(&mut card), Ok(Tries::Left(3)));
    assert_eq!(card::verify_pin(&mut card, &wrong), Ok(PinOutcome::Wrong { left: 2 }));
    assert_eq!(card::verify_pin(&mut card, &right), Ok(PinOutcome::Right));
    assert_eq!(card::end_session(&mut card), Ok(()));
    card.pin_left = 1;
    assert_eq!(card::verify_pin(&mut card, &wrong), Ok(PinOutcome::Locked));
    assert_eq!(card::verify_pin(&mut card, &right), Ok(PinOutcome::Locked), "6984 means the same");
    assert_eq!(card::pin_tries(&mut card), Ok(Tries::Locked));
    assert_eq!(card.count(is_number_b), 4);
}

#[test]
fn a_card_pulled_at_any_command_is_said_so() {
    let mut at = 0;
    loop {
        let mut card = TestCard::new("JPKI-SIM");
        card.pulled_at = Some(at);
        match card::read_photo(&mut card, &number_b(), &trust(), [9; 32]) {
            Err(error) => assert_eq!(error.code(), codes::CARD_REMOVED_EARLY, "at {at}"),
            Ok(_) => break,
        }
        at += 1;
    }
    assert!(at > 15, "a visit takes more commands than {at}");
}

#[test]
fn the_portrait_becomes_the_jpeg_that_a_reader_wants() {
    let portrait = Portrait::decode(support::JP2).unwrap();
    assert_eq!((portrait.width(), portrait.height()), (378, 472));
    for (width, height, most_bytes) in
        [(240, 320, 8000), (120, 160, 1500), (378, 472, 100_000), (640, 100, 9000)]
    {
        let jpeg = card::to_jpeg(&portrait, width, height, most_bytes).unwrap();
        assert!(jpeg.len() <= most_bytes);
        let back = image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((back.width(), back.height(), back.color()), (width, height, image::ColorType::L8));
    }
    let error = card::to_jpeg(&portrait, 378, 472, 100).unwrap_err();
    assert_eq!(error.code(), codes::PHOTO_UNREADABLE);
    // The drawing's eyes stay dark and where they were.
    let jpeg = card::to_jpeg(&portrait, 189, 236, 50_000).unwrap();
    let back = image::load_from_memory(&jpeg).unwrap().into_luma8();
    assert!(back.get_pixel(75, 95).0[0] < 50 && back.get_pixel(95, 120).0[0] > 100);
}
