//! What must hold for every byte string and every message.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use hi_cara_frames::{
    Ask, Collector, Direction, Frame, HostMessage, Identity, LampLine, Notice, NoticeCode, Phrase, Refusal,
    UnitEvent, UnitMessage, redact,
};
use model::{ConsentItem, ConsentScreen, Decision, NumberB, Passcode, Pii, Pin};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use reader::{AttemptId, Conditions, FaceVerdict, Method};

fn ask() -> impl Strategy<Value = Ask> {
    any::<u16>().prop_map(Ask)
}

fn attempt() -> impl Strategy<Value = AttemptId> {
    any::<u64>().prop_map(AttemptId)
}

fn line() -> impl Strategy<Value = LampLine> {
    select(LampLine::ALL.to_vec())
}

fn notice() -> impl Strategy<Value = Notice> {
    let plain = [
        Notice::PlaceCard,
        Notice::Wait,
        Notice::Done,
        Notice::TakeCard,
        Notice::CardLeft,
        Notice::OutOfOrder,
        Notice::VisualArmed,
        Notice::StaffCheck,
    ];
    prop_oneof![
        select(plain.to_vec()),
        "[A-Z0-9_]{1,40}".prop_map(|code| Notice::Failure(NoticeCode::new(&code).unwrap())),
    ]
}

fn screen() -> impl Strategy<Value = ConsentScreen> {
    let items = vec(select(&ConsentItem::ALL), 1..=ConsentItem::ALL.len());
    ("[a-z0-9-]{1,32}", items).prop_map(|(id, items)| ConsentScreen { id, items })
}

const METHODS: [Method; 3] = [Method::Face, Method::Pin, Method::Visual];

/// One to three methods in any order, none twice.
fn methods() -> impl Strategy<Value = Vec<Method>> {
    subsequence(&METHODS, 1..=METHODS.len()).prop_shuffle()
}

fn host_message() -> impl Strategy<Value = HostMessage> {
    prop_oneof![
        line().prop_map(HostMessage::LineOn),
        (line(), any::<bool>()).prop_map(|(line, lit)| HostMessage::LineValue { line, lit }),
        any::<u32>().prop_map(|session| HostMessage::Begin { session }),
        Just(()).prop_map(|()| HostMessage::Alive),
        Just(()).prop_map(|()| HostMessage::Taken),
        Just(()).prop_map(|()| HostMessage::Cancel),
        notice().prop_map(HostMessage::Show),
        select(vec![Phrase::Accepted, Phrase::TakeCard, Phrase::Wrong]).prop_map(HostMessage::Say),
        (ask(), methods()).prop_map(|(ask, methods)| HostMessage::OfferMethods { ask, methods }),
        (ask(), attempt()).prop_map(|(ask, attempt)| HostMessage::OpenAttempt { ask, attempt }),
        (ask(), attempt(), vec(any::<u8>(), 1..600)).prop_map(|(ask, attempt, photo)| HostMessage::Compare {
            ask,
            attempt,
            photo: Pii::new(photo)
        }),
        (ask(), any::<u8>()).prop_map(|(ask, tries_left)| HostMessage::AskPin { ask, tries_left }),
        ask().prop_map(|ask| HostMessage::AskPasscode { ask }),
        (ask(), screen()).prop_map(|(ask, screen)| HostMessage::AskConsent { ask, screen }),
    ]
}

fn verdict() -> impl Strategy<Value = FaceVerdict> {
    select(vec![
        FaceVerdict::Match,
        FaceVerdict::NoMatch,
        FaceVerdict::TooDark,
        FaceVerdict::NoFace,
        FaceVerdict::NotAlive,
        FaceVerdict::NumberBUnreadable,
        FaceVerdict::PhotoUnreadable,
        FaceVerdict::Masked,
        FaceVerdict::Pose,
    ])
}

fn conditions() -> impl Strategy<Value = Conditions> {
    (proptest::option::of(0..u16::MAX), any::<Option<bool>>())
        .prop_map(|(face_lux, slot_in_sun)| Conditions { face_lux, slot_in_sun })
}

fn event() -> impl Strategy<Value = UnitEvent> {
    prop_oneof![
        any::<u32>().prop_map(|power_up| UnitEvent::PoweredUp { power_up }),
        Just(()).prop_map(|()| UnitEvent::CardPlaced),
        Just(()).prop_map(|()| UnitEvent::CardTaken),
        any::<bool>().prop_map(UnitEvent::OnBase),
        (ask(), select(&METHODS)).prop_map(|(ask, method)| UnitEvent::MethodChosen { ask, method }),
        (ask(), attempt(), "[0-9]{14}").prop_map(|(ask, attempt, digits)| UnitEvent::NumberB {
            ask,
            attempt,
            number: NumberB::from_digits(digits.as_bytes()).unwrap()
        }),
        (ask(), attempt(), verdict(), conditions()).prop_map(|(ask, attempt, verdict, conditions)| {
            UnitEvent::Verdict { ask, attempt, verdict, conditions }
        }),
        (ask(), "[0-9]{4}").prop_map(|(ask, digits)| UnitEvent::PinEntered {
            ask,
            pin: Pin::from_digits(digits.as_bytes()).unwrap()
        }),
        (ask(), "[0-9]{4}").prop_map(|(ask, digits)| UnitEvent::PasscodeEntered {
            ask,
            passcode: Passcode::from_digits(digits.as_bytes()).unwrap()
        }),
        ask().prop_map(|ask| UnitEvent::PinCancelled { ask }),
        (ask(), "[a-z0-9-]{1,32}", select(vec![Decision::Agreed, Decision::Refused]))
            .prop_map(|(ask, screen, decision)| UnitEvent::ConsentAnswered { ask, screen, decision }),
        (1..=99_u8).prop_map(UnitEvent::Fault),
    ]
}

fn identity() -> impl Strategy<Value = Identity> {
    let name = || "[ -~]{1,16}";
    (any::<u32>(), 0..=99_u8, any::<bool>(), any::<bool>(), name(), name(), name()).prop_map(
        |(power_up, self_test, card, on_base, model, firmware, serial)| Identity {
            power_up,
            self_test,
            card,
            on_base,
            model,
            firmware,
            serial,
        },
    )
}

fn unit_message() -> impl Strategy<Value = UnitMessage> {
    let refusals =
        vec![Refusal::Unknown, Refusal::NotBegun, Refusal::Cannot, Refusal::NotNow, Refusal::Field];
    prop_oneof![
        identity().prop_map(UnitMessage::Began),
        Just(()).prop_map(|()| UnitMessage::Done(HostMessage::Cancel.verb())),
        (host_message(), select(refusals))
            .prop_map(|(message, refusal)| UnitMessage::Refused(message.verb(), refusal)),
        event().prop_map(UnitMessage::Event),
    ]
}

/// The frames that a stream holds, and the most bytes that were held at a time.
fn frames(direction: Direction, bytes: &[u8]) -> (usize, usize) {
    let mut collector = Collector::new(direction);
    let (mut found, mut held) = (0, 0);
    for byte in bytes {
        let mut frame = collector.push(*byte).is_some();
        while frame {
            found += 1;
            frame = collector.more().is_some();
        }
        held = held.max(collector.held());
    }
    (found, held)
}

proptest! {
    #[test]
    fn what_was_emitted_is_parsed_as_the_same(message in host_message(), serial in any::<u8>()) {
        let bytes = message.emit(serial).unwrap();
        prop_assert!(bytes.len() <= Direction::ToUnit.most_bytes());
        prop_assert_eq!(frames(Direction::ToUnit, &bytes).0, 1);
        let frame = Frame::new_checked(Direction::ToUnit, &bytes).unwrap();
        prop_assert_eq!((frame.verb(), frame.serial(), frame.status()), (message.verb(), serial, 0));
        prop_assert_eq!(HostMessage::parse(&frame).unwrap().emit(serial).unwrap(), bytes);
    }

    #[test]
    fn so_is_what_the_unit_emits(message in unit_message(), serial in any::<u8>()) {
        let bytes = message.emit(serial).unwrap();
        prop_assert!(bytes.len() <= Direction::FromUnit.most_bytes());
        prop_assert_eq!(frames(Direction::FromUnit, &bytes).0, 1);
        let frame = Frame::new_checked(Direction::FromUnit, &bytes).unwrap();
        prop_assert_eq!((frame.verb(), frame.serial()), (message.verb(), serial));
        prop_assert_eq!(UnitMessage::parse(&frame).unwrap().emit(serial).unwrap(), bytes);
    }

    #[test]
    fn no_single_flipped_bit_passes(host in host_message(), unit in unit_message(), serial in any::<u8>()) {
        for (direction, bytes) in
            [(Direction::ToUnit, host.emit(serial).unwrap()), (Direction::FromUnit, unit.emit(serial).unwrap())]
        {
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert!(Frame::new_checked(direction, &flipped).is_err(), "bit {bit}");
                prop_assert_eq!(frames(direction, &flipped).0, 0, "bit {}", bit);
            }
        }
    }

    #[test]
    fn a_frame_behind_damage_is_found(noise in vec(any::<u8>(), 0..300), message in unit_message(), serial in any::<u8>()) {
        let frame = message.emit(serial).unwrap();
        let mut collector = Collector::new(Direction::FromUnit);
        let mut found = 0;
        for byte in noise.iter().chain(frame.iter()) {
            found += usize::from(collector.push(*byte).is_some());
            while collector.more().is_some() {
                found += 1;
            }
        }
        // Noise may have begun what looks like a frame: once the stream is quiet, it is known to be none.
        while collector.is_pending() {
            found += usize::from(collector.expire().is_some());
        }
        prop_assert_eq!(found, 1);
    }

    #[test]
    fn arbitrary_bytes_neither_panic_nor_pile_up(bytes in vec(prop_oneof![any::<u8>(), select(vec![0xFF, 0xFE, 0xFD, 0xFC, 4, 0])], 0..2000)) {
        for direction in [Direction::ToUnit, Direction::FromUnit] {
            let (_, held) = frames(direction, &bytes);
            prop_assert!(held <= direction.most_bytes());
        }
        prop_assert!(redact(&bytes).len() < 200);
    }

    #[test]
    fn a_trace_holds_no_digits_of_a_secret(ask in 1..=9_u16, digits in "[0-9]{4}", number in "[0-9]{14}") {
        let line = |event| redact(&UnitMessage::Event(event).emit(1).unwrap());
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        let wanted = format!("< 53 04 01 question {ask} PIN typed (4 digits removed)");
        prop_assert_eq!(line(UnitEvent::PinEntered { ask: Ask(ask), pin }), wanted);
        let passcode = Passcode::from_digits(digits.as_bytes()).unwrap();
        let wanted = format!("< 53 07 01 question {ask} passcode typed (4 digits removed)");
        prop_assert_eq!(line(UnitEvent::PasscodeEntered { ask: Ask(ask), passcode }), wanted);
        let number = NumberB::from_digits(number.as_bytes()).unwrap();
        let wanted = format!("< 53 02 01 question {ask} number B: 0000000000000001 (14 digits removed)");
        prop_assert_eq!(line(UnitEvent::NumberB { ask: Ask(ask), attempt: AttemptId(1), number }), wanted);
    }

    #[test]
    fn a_sound_frame_with_any_fields_is_judged_without_panic(function in select(vec![0x01_u8, 0x40, 0x41, 0x42, 0x43, 0x50, 0x51, 0x52, 0x53, 0x54]), command in 0..8_u8, status in -6..=1_i8, content in vec(any::<u8>(), 0..80)) {
        let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
        let length = u8::try_from(content.len() + 4).unwrap();
        let mut request = [&[0xFF, function, command, 1, length, 0xFD], content.as_slice()].concat();
        request.extend(crc.checksum(&request).to_be_bytes());
        let frame = Frame::new_checked(Direction::ToUnit, &request).unwrap();
        if let Ok(message) = HostMessage::parse(&frame) {
            prop_assert_eq!(&*message.emit(1).unwrap(), &request);
        }
        let mut reply = [&[0xFE, function, command, 1, length, status.cast_unsigned(), 0xFD], content.as_slice()].concat();
        reply.extend(crc.checksum(&reply).to_be_bytes());
        let frame = Frame::new_checked(Direction::FromUnit, &reply).unwrap();
        if let Ok(message) = UnitMessage::parse(&frame) {
            prop_assert_eq!(&*message.emit(1).unwrap(), &reply);
        }
    }
}

#[test]
fn a_field_that_cannot_be_said_is_refused() {
    let offer = |methods: &[Method]| HostMessage::OfferMethods { ask: Ask(1), methods: methods.to_vec() };
    let (face, pin, visual) = (Method::Face, Method::Pin, Method::Visual);
    for methods in [&[][..], &[visual, visual], &[visual, face, visual], &[face, pin, visual, face]] {
        assert!(offer(methods).emit(1).is_err(), "{methods:?}");
    }
    let consent = |items| HostMessage::AskConsent {
        ask: Ask(1),
        screen: ConsentScreen { id: String::from("medical"), items },
    };
    assert!(consent(Vec::new()).emit(1).is_err());
    assert!(consent(ConsentItem::ALL.to_vec()).emit(1).is_ok());
    assert!(consent(vec![ConsentItem::Medicines; 18]).emit(1).is_err());
}

#[test]
fn a_caller_who_never_asks_for_more_makes_nothing_grow() {
    let mut collector = Collector::new(Direction::FromUnit);
    for byte in [0xFE_u8, 0x53, 4, 1, 0xFF, 0, 0xFD].iter().cycle().take(100_000) {
        collector.push(*byte);
    }
    assert!(collector.held() <= Direction::FromUnit.most_bytes());
}

#[test]
fn the_largest_photo_goes_and_a_larger_one_does_not() {
    let photo = |bytes| HostMessage::Compare {
        ask: Ask(1),
        attempt: AttemptId(1),
        photo: Pii::new(vec![0xFF; bytes]),
    };
    let largest = photo(64 * 1024).emit(1).unwrap();
    assert_eq!(largest.len(), Direction::ToUnit.most_bytes());
    assert_eq!(frames(Direction::ToUnit, &largest).0, 1);
    assert!(photo(64 * 1024 + 1).emit(1).is_err());
    assert!(photo(0).emit(1).is_err());
}
