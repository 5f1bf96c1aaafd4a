//! What must hold for every byte string and every message.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use caora_frames::block::{Block, BlockNumber, Collector, MOST_BLOCK, Token};
use caora_frames::unit::Identity;
use caora_frames::{HostMessage, Notice, NoticeCode, ReaderMessage, redact};
use model::{ConsentItem, ConsentScreen, Decision, NumberB, Passcode, Pii, Pin};
use proptest::prelude::*;
use reader::{AttemptId, FaceVerdict, Lamp, Method, Sound};

fn host_message() -> impl Strategy<Value = HostMessage> {
    let attempt = || any::<u64>().prop_map(AttemptId);
    let items = || {
        let all = ConsentItem::ALL.to_vec();
        proptest::collection::vec(proptest::sample::select(all), 1..=ConsentItem::ALL.len())
    };
    prop_oneof![
        Just(()).prop_map(|()| HostMessage::Identify),
        Just(()).prop_map(|()| HostMessage::Cancel),
        Just(()).prop_map(|()| HostMessage::AskPasscode),
        proptest::sample::select(vec![Notice::PlaceCard, Notice::VisualArmed, Notice::StaffCheck])
            .prop_map(HostMessage::Show),
        "[A-Z0-9_]{1,40}".prop_map(|c| HostMessage::Show(Notice::Failure(NoticeCode::new(&c).unwrap()))),
        Just(()).prop_map(|()| HostMessage::Light(Lamp::Red)),
        Just(()).prop_map(|()| HostMessage::Sound(Sound::Alarm)),
        proptest::sample::subsequence(vec![Method::Face, Method::Pin, Method::Visual], 1..=3)
            .prop_shuffle()
            .prop_map(HostMessage::OfferMethods),
        attempt().prop_map(HostMessage::OpenAttempt),
        (attempt(), 1..=8192_usize).prop_map(|(attempt, bytes)| HostMessage::PhotoBegin { attempt, bytes }),
        (0..=99_u8, proptest::collection::vec(any::<u8>(), 1..=384))
            .prop_map(|(index, bytes)| HostMessage::PhotoChunk { index, bytes: Pii::new(bytes) }),
        attempt().prop_map(HostMessage::Compare),
        (0..=9_u8).prop_map(|tries_left| HostMessage::AskPin { tries_left }),
        ("[a-z0-9-]{1,32}", items())
            .prop_map(|(id, items)| HostMessage::AskConsent(ConsentScreen { id, items })),
    ]
}

fn reader_message() -> impl Strategy<Value = ReaderMessage> {
    let name = || "[!-+--~]{1,16}";
    prop_oneof![
        Just(()).prop_map(|()| ReaderMessage::PoweredUp),
        (name(), name(), name(), 0..=99_u8, any::<bool>()).prop_map(
            |(model, firmware, serial, self_test, card)| {
                ReaderMessage::Identity(Identity { model, firmware, serial, self_test, card })
            }
        ),
        Just(()).prop_map(|()| ReaderMessage::CardPlaced),
        Just(()).prop_map(|()| ReaderMessage::MethodChosen(Method::Pin)),
        (any::<u64>(), "[0-9]{14}").prop_map(|(attempt, digits)| ReaderMessage::NumberB {
            attempt: AttemptId(attempt),
            number: NumberB::from_digits(digits.as_bytes()).unwrap()
        }),
        (any::<u64>(), any::<u16>()).prop_map(|(attempt, face_lux)| ReaderMessage::Verdict {
            attempt: AttemptId(attempt),
            verdict: FaceVerdict::TooDark,
            face_lux,
        }),
        "[0-9]{4}".prop_map(|digits| ReaderMessage::PinEntered(Pin::from_digits(digits.as_bytes()).unwrap())),
        "[0-9]{4}".prop_map(|digits| {
            ReaderMessage::PasscodeEntered(Passcode::from_digits(digits.as_bytes()).unwrap())
        }),
        Just(()).prop_map(|()| ReaderMessage::MethodChosen(Method::Visual)),
        "[a-z0-9-]{1,32}"
            .prop_map(|screen| ReaderMessage::ConsentAnswered { screen, decision: Decision::Agreed }),
        (1..=99_u8).prop_map(ReaderMessage::Fault),
    ]
}

fn number() -> impl Strategy<Value = BlockNumber> {
    (0..=9_u8).prop_map(|n| (0..n).fold(BlockNumber::OPENING, |number, _| number.next()))
}

fn tokens(bytes: &[u8]) -> Vec<Token> {
    let mut collector = Collector::default();
    bytes.iter().filter_map(|byte| collector.push(*byte)).collect()
}

proptest! {
    #[test]
    fn what_was_emitted_is_parsed_as_the_same(message in host_message(), number in number()) {
        let bytes = message.emit(number).unwrap();
        prop_assert!(bytes.len() <= MOST_BLOCK);
        prop_assert_eq!(tokens(&bytes), vec![Token::Block]);
        let again = HostMessage::parse(Block::new_checked(&bytes).unwrap().body()).unwrap();
        prop_assert_eq!(again.emit(number).unwrap(), bytes);
    }

    #[test]
    fn so_is_what_the_reader_emits(message in reader_message(), number in number()) {
        let bytes = message.emit(number).unwrap();
        let again = ReaderMessage::parse(Block::new_checked(&bytes).unwrap().body()).unwrap();
        prop_assert_eq!(again.emit(number).unwrap(), bytes);
    }

    #[test]
    fn no_single_flipped_bit_passes(message in reader_message(), number in number()) {
        let bytes = message.emit(number).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Block::new_checked(&flipped).is_err(), "bit {bit}");
            prop_assert!(!tokens(&flipped).contains(&Token::Block), "bit {bit}");
        }
    }

    #[test]
    fn arbitrary_bytes_neither_panic_nor_pile_up(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = (tokens(&bytes), redact(&bytes), HostMessage::parse(&bytes).is_ok(), ReaderMessage::parse(&bytes).is_ok());
    }

    #[test]
    fn a_valid_block_around_any_body_is_judged_without_panic(body in "[ -~]{0,640}", verb in "(ID|NT|PC|CS|NB|PE|SE|OM|CA|RF)") {
        let body = format!("{verb}{body}");
        let _ = (HostMessage::parse(body.as_bytes()).is_ok(), ReaderMessage::parse(body.as_bytes()).is_ok());
    }
}

#[test]
fn a_stream_without_end_is_held_to_one_block() {
    let mut collector = Collector::default();
    for byte in b"\x021640".iter().chain(std::iter::repeat_n(&b'A', 100_000)) {
        collector.push(*byte);
    }
    assert_eq!(collector.push(0x03), None);
    assert!(collector.is_pending());
    assert!(format!("{collector:?}").contains(" 0 bytes"), "spoilt blocks are wiped at once");
}
