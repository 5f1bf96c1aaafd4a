//! What must hold for every byte string and every message.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use model::{NumberB, Pii};
use proptest::prelude::*;
use reader::{AttemptId, FaceVerdict};
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{
    Ack, Data, HostReport, Identity, MOST_PAYLOAD, REPORT, Reason, Report, UnitReport,
};
use stfr2_frames::unit::CardState;
use stfr2_frames::{Assembler, FrameError, HostMessage, UnitMessage, host, redact, unit};

fn host_message() -> impl Strategy<Value = HostMessage> {
    let attempt = || any::<u64>().prop_map(AttemptId);
    prop_oneof![
        attempt().prop_map(HostMessage::OpenAttempt),
        (attempt(), proptest::collection::vec(any::<u8>(), 1..1_000))
            .prop_map(|(attempt, photo)| HostMessage::Compare { attempt, photo: Pii::new(photo) }),
        any::<u64>().prop_map(|attempt| HostMessage::Compare {
            attempt: AttemptId(attempt),
            photo: Pii::new(vec![0xFF; host::MOST_PHOTO])
        }),
        Just(()).prop_map(|()| HostMessage::Cancel),
    ]
}

fn unit_message() -> impl Strategy<Value = UnitMessage> {
    let attempt = || any::<u64>().prop_map(AttemptId);
    let verdicts = [
        FaceVerdict::Match,
        FaceVerdict::NoMatch,
        FaceVerdict::TooDark,
        FaceVerdict::NoFace,
        FaceVerdict::NotAlive,
        FaceVerdict::NumberBUnreadable,
        FaceVerdict::PhotoUnreadable,
        FaceVerdict::Masked,
        FaceVerdict::Pose,
    ];
    let cards = [CardState::Placed, CardState::Taken, CardState::WrongSide];
    prop_oneof![
        proptest::sample::select(cards.to_vec()).prop_map(UnitMessage::Card),
        (attempt(), "[0-9]{14}").prop_map(|(attempt, digits)| UnitMessage::NumberB {
            attempt,
            number: NumberB::from_digits(digits.as_bytes()).unwrap()
        }),
        (attempt(), proptest::sample::select(verdicts.to_vec()), proptest::option::of(0..u16::MAX))
            .prop_map(|(attempt, verdict, lux)| UnitMessage::Verdict { attempt, verdict, lux }),
        Just(()).prop_map(|()| UnitMessage::Refused),
        (1..=99_u8).prop_map(UnitMessage::Fault),
    ]
}

fn ack() -> impl Strategy<Value = Ack> {
    any::<(u16, u16, bool)>().prop_map(|(session, expected, again)| Ack { session, expected, again })
}

/// The reports of the unit that are no fragments.
fn unit_report() -> impl Strategy<Value = UnitReport<'static>> {
    let identity = (0..=99_u8, any::<bool>(), "[!-~]{1,16}", "[!-~]{1,12}", "[!-~]{1,16}");
    let identity = identity.prop_map(|(self_test, card, model, firmware, serial)| Identity {
        self_test,
        card,
        model,
        firmware,
        serial,
    });
    let reason = proptest::sample::select(vec![Reason::PoweredUp, Reason::NotHeard]);
    prop_oneof![
        (any::<u16>(), identity).prop_map(|(session, identity)| UnitReport::Opened { session, identity }),
        ack().prop_map(UnitReport::Ack),
        (any::<u16>(), reason).prop_map(|(session, reason)| UnitReport::Hello { session, reason }),
    ]
}

/// All reports that carry a message.
fn reports(message: &[u8], emit: impl Fn(Data<'_>) -> Vec<u8>) -> Vec<Vec<u8>> {
    let cuts = (0..).map_while(|n: u16| cut(message, usize::from(n) * MOST_PAYLOAD, 7, n));
    cuts.map(emit).collect()
}

fn by_unit(data: Data<'_>) -> Vec<u8> {
    UnitReport::Data(data).emit().unwrap().to_vec()
}

fn by_host(data: Data<'_>) -> Vec<u8> {
    HostReport::Data(data).emit().unwrap().to_vec()
}

proptest! {
    #[test]
    fn what_was_emitted_is_parsed_as_the_same(message in host_message(), order in any::<u16>()) {
        let bytes = message.emit(order).unwrap();
        let mut assembler = Assembler::new(host::MOST_BODY);
        let mut whole = None;
        for report in reports(&bytes, by_host) {
            prop_assert_eq!(report.len(), REPORT);
            prop_assert!(whole.is_none());
            let HostReport::Data(data) = HostReport::parse(&report).unwrap() else { panic!() };
            whole = assembler.push(&data).unwrap();
        }
        let whole = whole.unwrap();
        let (ordered, again) = HostMessage::parse(&whole).unwrap();
        prop_assert_eq!(ordered, order);
        prop_assert_eq!(again.emit(order).unwrap(), bytes);
    }

    #[test]
    fn so_is_what_the_unit_emits(message in unit_message(), order in any::<u16>()) {
        let bytes = message.emit(order).unwrap();
        let (answered, again) = UnitMessage::parse(&bytes).unwrap();
        prop_assert_eq!(answered, order);
        prop_assert_eq!(again.emit(order).unwrap(), bytes);
    }

    #[test]
    fn so_are_the_reports_that_open_and_acknowledge(unit in unit_report(), ack in ack(), session in 1..=u16::MAX) {
        let bytes = unit.emit().unwrap();
        prop_assert_eq!(UnitReport::parse(&bytes), Ok(unit));
        let bytes = HostReport::Ack(ack).emit().unwrap();
        prop_assert_eq!(HostReport::parse(&bytes), Ok(HostReport::Ack(ack)));
        let bytes = HostReport::Open { session }.emit().unwrap();
        prop_assert_eq!(HostReport::parse(&bytes), Ok(HostReport::Open { session }));
        prop_assert!(UnitReport::parse(&bytes).is_err(), "what was sent is not taken for an answer");
    }

    #[test]
    fn no_one_or_two_flipped_bits_pass(message in unit_message(), other in 0..REPORT * 8) {
        for report in reports(&message.emit(1).unwrap(), by_unit) {
            for bit in 0..REPORT * 8 {
                let mut flipped = report.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert!(Report::new_checked(&flipped).is_err(), "bit {bit}");
                flipped[other / 8] ^= 1 << (other % 8);
                prop_assert!(bit == other || Report::new_checked(&flipped).is_err(), "bits {bit} and {other}");
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (redact(&bytes), HostReport::parse(&bytes).is_ok(), UnitReport::parse(&bytes).is_ok());
        let _ = (HostMessage::parse(&bytes).is_ok(), UnitMessage::parse(&bytes).is_ok());
    }

    #[test]
    fn any_fragments_in_any_order_stay_bounded(
        pieces in proptest::collection::vec(
            (any::<bool>(), any::<bool>(), proptest::collection::vec(any::<u8>(), 0..=MOST_PAYLOAD)),
            0..60
        ),
    ) {
        let mut assembler = Assembler::new(unit::MOST_BODY);
        for (first, last, payload) in &pieces {
            let data = Data { session: 1, number: 0, first: *first, last: *last, payload };
            if let Ok(Some(message)) = assembler.push(&data) {
                prop_assert!(message.len() <= unit::MOST_BODY + 5);
                let _ = (HostMessage::parse(&message).is_ok(), UnitMessage::parse(&message).is_ok());
            }
            let report = UnitReport::Data(data).emit().unwrap();
            let _ = redact(&report);
        }
    }

    #[test]
    fn a_sound_header_around_any_body_is_judged_without_panic(
        kind in prop_oneof![0x10..=0x13_u8, 0x90..=0x95_u8],
        body in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let length = u8::try_from(body.len()).unwrap();
        let message = [&[kind, 1, 0, length, 0], body.as_slice()].concat();
        let _ = (HostMessage::parse(&message).is_ok(), UnitMessage::parse(&message).is_ok());
        for report in reports(&message, by_unit).into_iter().chain(reports(&message, by_host)) {
            prop_assert!(!redact(&report).is_empty());
        }
    }
}

fn fragment(first: bool, last: bool, payload: &[u8]) -> Data<'_> {
    Data { session: 1, number: 0, first, last, payload }
}

#[test]
fn a_message_longer_than_allowed_is_refused_at_its_head() {
    let photo = HostMessage::Compare { attempt: AttemptId(1), photo: Pii::new(vec![1; 16_384]) };
    let photo = photo.emit(1).unwrap();
    let mut small = Assembler::new(100);
    let head = small.push(&cut(&photo, 0, 1, 0).unwrap());
    assert_eq!(head, Err(FrameError::Length { length: 16_392, most: 100 }));
    assert_eq!(small.push(&cut(&photo, 55, 1, 1).unwrap()), Err(FrameError::Fragment));
    assert!(format!("{small:?}").contains(" 0 of 0 bytes"));
}

#[test]
fn a_first_fragment_voids_what_is_unfinished() {
    let photo = HostMessage::Compare { attempt: AttemptId(1), photo: Pii::new(vec![1; 100]) };
    let photo = photo.emit(1).unwrap();
    let cancel = HostMessage::Cancel.emit(2).unwrap();
    let mut assembler = Assembler::new(host::MOST_BODY);
    assert_eq!(assembler.push(&cut(&photo, 0, 1, 0).unwrap()), Ok(None));
    let whole = assembler.push(&cut(&cancel, 0, 1, 1).unwrap()).unwrap().unwrap();
    assert!(matches!(HostMessage::parse(&whole), Ok((2, HostMessage::Cancel))));
    assert_eq!(
        assembler.push(&cut(&photo, 55, 1, 2).unwrap()),
        Err(FrameError::Fragment),
        "its rest has no place"
    );
}

#[test]
fn fragments_that_are_short_long_or_too_early_are_out_of_place() {
    let mut assembler = Assembler::new(100);
    assert_eq!(assembler.push(&fragment(false, true, b"tail")), Err(FrameError::Fragment));
    assert_eq!(
        assembler.push(&fragment(true, false, b"\x12\x01\x00\x20\x00")),
        Err(FrameError::Fragment),
        "not full"
    );
    assert_eq!(
        assembler.push(&fragment(true, true, b"\x12\x01\x00\x01\x00")),
        Err(FrameError::Fragment),
        "cut short"
    );
    assert_eq!(
        assembler.push(&fragment(true, true, b"\x12\x01\x00\x00\x00+")),
        Err(FrameError::Fragment),
        "too long"
    );
    assert_eq!(
        assembler.push(&fragment(true, true, b"\x12\x01")),
        Err(FrameError::Field { field: "header" })
    );
}
