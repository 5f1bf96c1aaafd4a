//! The worked bytes of `DIALECT.md` section 6, and nothing else: their sums were worked there.

#![allow(clippy::unwrap_used, reason = "a test stops")]

use hi_cara_frames::{
    Ask, Collector, Direction, Frame, FrameError, HostMessage, Identity, LampLine, MODEL, Notice, Phrase,
    Refusal, UnitEvent, UnitMessage, redact,
};
use model::{ConsentItem, ConsentScreen, Decision, NumberB, Passcode, Pii, Pin};
use reader::{AttemptId, Conditions, FaceVerdict, Method};

const ATTEMPT: AttemptId = AttemptId(0x1122_3344_5566_7788);

/// The bytes of a row, written as in the document.
fn bytes(row: &str) -> Vec<u8> {
    let digits: Vec<u32> = row.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    assert!(rest.is_empty(), "{row}");
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).unwrap()).collect()
}

fn host(message: &HostMessage, serial: u8, row: &str) {
    let emitted = message.emit(serial).unwrap();
    assert_eq!(*emitted, bytes(row), "{message:?}");
    let frame = Frame::new_checked(Direction::ToUnit, &emitted).unwrap();
    assert_eq!(frame.serial(), serial);
    assert_eq!(HostMessage::parse(&frame).unwrap().emit(serial).unwrap(), emitted);
}

fn unit(message: &UnitMessage, serial: u8, row: &str) {
    let emitted = message.emit(serial).unwrap();
    assert_eq!(*emitted, bytes(row), "{message:?}");
    let frame = Frame::new_checked(Direction::FromUnit, &emitted).unwrap();
    assert_eq!(frame.serial(), serial);
    assert_eq!(UnitMessage::parse(&frame).unwrap().emit(serial).unwrap(), emitted);
}

#[test]
fn what_the_terminal_sends() {
    host(&HostMessage::Alive, 0x07, "FF 40 02 07 04 FD 05D3C78D");
    host(&HostMessage::Begin { session: 1500 }, 0x00, "FF 40 01 00 08 FD 000005DC BE10C0C0");
    host(&HostMessage::LineOn(LampLine::Blue), 0x03, "FF 01 02 03 05 FD 03 92A3B6C4");
    host(
        &HostMessage::LineValue { line: LampLine::Blue, lit: true },
        0x04,
        "FF 01 04 04 06 FD 03 01 4F52EAE7",
    );
    host(&HostMessage::Show(Notice::CardLeft), 0x05, "FF 41 01 05 05 FD 05 16533C91");
    host(&HostMessage::Say(Phrase::TakeCard), 0x06, "FF 42 01 06 05 FD 02 1C167472");
    host(
        &HostMessage::OpenAttempt { ask: Ask(2), attempt: ATTEMPT },
        0x08,
        "FF 43 02 08 0E FD 0002 1122334455667788 F08B9B1E",
    );
    host(&HostMessage::AskPin { ask: Ask(3), tries_left: 3 }, 0x0B, "FF 43 04 0B 07 FD 0003 03 E2D41928");
    let screen =
        ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] };
    host(
        &HostMessage::AskConsent { ask: Ask(4), screen },
        0x0C,
        "FF 43 05 0C 10 FD 0004 02 04 05 6D65646963616C B780721C",
    );
    host(&HostMessage::Show(Notice::StaffCheck), 0x0D, "FF 41 01 0D 05 FD 09 DA515855");
    let methods = vec![Method::Visual, Method::Face, Method::Pin];
    host(
        &HostMessage::OfferMethods { ask: Ask(5), methods },
        0x0E,
        "FF 43 01 0E 09 FD 0005 03 01 02 F8D9C986",
    );
    host(&HostMessage::AskPasscode { ask: Ask(6) }, 0x0F, "FF 43 07 0F 06 FD 0006 D8CB0B68");
    let items = vec![
        ConsentItem::MedicalAssistance,
        ConsentItem::SubsidyCertificates,
        ConsentItem::ElectronicPrescription,
        ConsentItem::CarryOver,
        ConsentItem::Registration,
    ];
    let screen = ConsentScreen { id: "choices".into(), items };
    host(
        &HostMessage::AskConsent { ask: Ask(7), screen },
        0x10,
        "FF 43 05 10 13 FD 0007 05 0D 0E 0F 10 11 63686F69636573 924E1DC5",
    );
    host(&HostMessage::Taken, 0x04, "FF 40 03 04 04 FD BF291EB1");
}

#[test]
fn a_photo_goes_in_one_long_frame() {
    let photo: Vec<u8> = (0..=255).collect();
    let row = [bytes("FF 43 03 09 04 FC 0000010E 0002 1122334455667788"), photo.clone(), bytes("9BF319E8")]
        .concat();
    let message = HostMessage::Compare { ask: Ask(2), attempt: ATTEMPT, photo: Pii::new(photo) };
    assert_eq!(*message.emit(0x09).unwrap(), row);
    let mut collector = Collector::new(Direction::ToUnit);
    let whole = row.iter().filter(|byte| collector.push(**byte).is_some()).count();
    assert_eq!((whole, collector.left_out()), (1, 0));
}

#[test]
fn what_the_unit_sends() {
    let alive = HostMessage::Alive.verb();
    unit(&UnitMessage::Done(alive), 0x07, "FE 40 02 07 04 00 FD 8567D932");
    let identity = Identity {
        power_up: 7,
        self_test: 0,
        card: false,
        on_base: true,
        model: MODEL.into(),
        firmware: "1.02".into(),
        serial: "T0000042".into(),
    };
    unit(
        &UnitMessage::Began(identity),
        0x00,
        "FE 40 01 00 26 00 FD 00000007 00 02 0D 5546542D5331393053284E5529 04 312E3032 08 5430303030303432 F287EE8E",
    );
    let compare = HostMessage::Compare { ask: Ask(2), attempt: ATTEMPT, photo: Pii::new(vec![0]) }.verb();
    unit(&UnitMessage::Refused(compare, Refusal::NotNow), 0x09, "FE 43 03 09 04 FC FD 66455BAE");
    let number = NumberB::from_digits(b"55021720352285").unwrap();
    unit(
        &UnitMessage::Event(UnitEvent::NumberB { ask: Ask(2), attempt: ATTEMPT, number }),
        0x02,
        "FE 53 02 02 1C 00 FD 0002 1122334455667788 3535303231373230333532323835 AAEA1148",
    );
    let conditions = Conditions { face_lux: Some(300), slot_in_sun: Some(false) };
    let verdict =
        UnitEvent::Verdict { ask: Ask(2), attempt: ATTEMPT, verdict: FaceVerdict::Match, conditions };
    unit(
        &UnitMessage::Event(verdict),
        0x03,
        "FE 53 03 03 12 00 FD 0002 1122334455667788 00 012C 00 BF0368FE",
    );
    let pin = Pin::from_digits(b"1234").unwrap();
    unit(
        &UnitMessage::Event(UnitEvent::PinEntered { ask: Ask(3), pin }),
        0x04,
        "FE 53 04 04 0A 00 FD 0003 31323334 705BDC4D",
    );
    let passcode = Passcode::from_digits(b"5678").unwrap();
    unit(
        &UnitMessage::Event(UnitEvent::PasscodeEntered { ask: Ask(6), passcode }),
        0x05,
        "FE 53 07 05 0A 00 FD 0006 35363738 2B2AE8A6",
    );
    unit(
        &UnitMessage::Event(UnitEvent::PoweredUp { power_up: 8 }),
        0x00,
        "FE 50 01 00 08 00 FD 00000008 93CD3D34",
    );
}

#[test]
fn one_message_has_one_form() {
    assert_eq!(
        Frame::new_checked(Direction::ToUnit, &bytes("FF 40 02 07 04 FC 00000004")).unwrap_err(),
        FrameError::Header,
        "what fits a short frame is not said in a long one"
    );
    assert_eq!(
        Frame::new_checked(Direction::FromUnit, &bytes("FE 40 02 07 04 00 FC 00000100")).unwrap_err(),
        FrameError::Header,
        "the unit says nothing long"
    );
    assert_eq!(
        Frame::new_checked(Direction::ToUnit, &bytes("FF 43 03 09 04 FC 0001000F")).unwrap_err(),
        FrameError::Length { length: 65_551, most: 65_550 }
    );
}

#[test]
fn a_trace_shows_no_pin_no_passcode_no_number_b_no_photo_and_no_answer() {
    assert_eq!(redact(&bytes("FF 40 02 07 04 FD 05D3C78D")), "> 40 02 07 alive");
    assert_eq!(redact(&bytes("FF 41 01 05 05 FD 05 16533C91")), "> 41 01 05 notice: CardLeft");
    assert_eq!(
        redact(&bytes("FE 53 04 04 0A 00 FD 0003 31323334 705BDC4D")),
        "< 53 04 04 question 3 PIN typed (4 digits removed)"
    );
    assert_eq!(
        redact(&bytes("FE 53 02 02 1C 00 FD 0002 1122334455667788 3535303231373230333532323835 AAEA1148")),
        "< 53 02 02 question 2 number B: 1122334455667788 (14 digits removed)"
    );
    assert_eq!(
        redact(&bytes("FE 53 07 05 0A 00 FD 0006 35363738 2B2AE8A6")),
        "< 53 07 05 question 6 passcode typed (4 digits removed)"
    );
    let agreed = |decision| {
        UnitMessage::Event(UnitEvent::ConsentAnswered { ask: Ask(4), screen: "medical".into(), decision })
    };
    for decision in [Decision::Agreed, Decision::Refused] {
        assert_eq!(
            redact(&agreed(decision).emit(6).unwrap()),
            "< 53 06 06 question 4 consent: medical (answer removed)"
        );
    }
    let photo = HostMessage::Compare { ask: Ask(2), attempt: ATTEMPT, photo: Pii::new(b"face".to_vec()) };
    assert_eq!(
        redact(&photo.emit(9).unwrap()),
        "> 43 03 09 question 2 compare: 1122334455667788 (4 bytes removed)"
    );
    assert_eq!(
        redact(&bytes("FE 53 04 04 0A 00 FD 0003 3132")),
        "(11 bytes, no message)",
        "half a frame may hold half a PIN"
    );
}
