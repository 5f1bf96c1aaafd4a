//! The worked bytes of `DIALECT.md` section 5, and nothing else: their sums were taken there without this package.

#![allow(clippy::unwrap_used, reason = "a test stops")]

use model::{ConsentItem, ConsentScreen, Decision, NumberB, Passcode, Pii, Pin};
use reader::{AttemptId, FaceVerdict, Method};
use sma_pa_frames::frame::bare;
use sma_pa_frames::unit::{Document, Identity};
use sma_pa_frames::{
    Announced, Frame, HostMessage, Kind, Notice, NoticeCode, Number, Piece, ReaderMessage, Session, redact,
};

const SESSION: Session = Session(0x1234);
const ATTEMPT: AttemptId = AttemptId(0x1122_3344_5566_7788);

fn hex(text: &str) -> Vec<u8> {
    text.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn framed(header: &str, body: &[u8], sum: &str) -> Vec<u8> {
    [hex(header), body.to_vec(), hex(sum)].concat()
}

fn host(message: &HostMessage, number: u16, header: &str, body: &str, sum: &str) {
    host_bytes(message, number, &framed(header, body.as_bytes(), sum));
}

fn host_bytes(message: &HostMessage, number: u16, wanted: &[u8]) {
    assert_eq!(message.emit(SESSION, Number(number)).unwrap().as_slice(), wanted);
    let frame = Frame::new_checked(wanted).unwrap();
    let again = HostMessage::parse(Kind::of(frame.code()).unwrap(), frame.body()).unwrap();
    assert_eq!(again.emit(frame.session(), frame.number()).unwrap().as_slice(), wanted);
}

fn unit(message: &ReaderMessage, number: u16, header: &str, body: &str, sum: &str) {
    let wanted = framed(header, body.as_bytes(), sum);
    assert_eq!(*message.emit(SESSION, Number(number)).unwrap(), wanted);
    let frame = Frame::new_checked(&wanted).unwrap();
    let again = ReaderMessage::parse(Kind::of(frame.code()).unwrap(), frame.body()).unwrap();
    assert_eq!(*again.emit(frame.session(), frame.number()).unwrap(), wanted);
}

#[test]
fn the_line_itself() {
    assert_eq!(*bare(Kind::Open, SESSION, Number(0)), hex("A5 5A 00 00 01 34 12 00 00 E7 45 FA A1 3E"));
    assert_eq!(*bare(Kind::Up, Session::NONE, Number(0)), hex("A5 5A 00 00 02 00 00 00 00 C4 CB 78 E3 B4"));
    assert_eq!(*bare(Kind::Alive, SESSION, Number(5)), hex("A5 5A 00 00 03 34 12 05 00 62 0A EE 70 E8"));
    assert_eq!(*bare(Kind::Ack, SESSION, Number(6)), hex("A5 5A 00 00 04 34 12 06 00 74 BA D5 E7 03"));
}

#[test]
fn what_the_terminal_sends() {
    host(
        &HostMessage::Show { question: 1, notice: Notice::TakeCard, voice: true },
        0,
        "A5 5A 27 00 20 34 12 00 00 53",
        r#"{"q":1,"show":"take_card","voice":true}"#,
        "97 1C 3E A2",
    );
    let code = NoticeCode::new("CARD_REMOVED_EARLY").unwrap();
    host(
        &HostMessage::Show { question: 1, notice: Notice::Failure(code), voice: true },
        0,
        "A5 5A 41 00 20 34 12 00 00 7B",
        r#"{"q":1,"show":"failure","code":"CARD_REMOVED_EARLY","voice":true}"#,
        "6D 33 57 54",
    );
    host(
        &HostMessage::OpenAttempt { question: 2, attempt: ATTEMPT },
        1,
        "A5 5A 24 00 23 34 12 01 00 86",
        r#"{"q":2,"attempt":"1122334455667788"}"#,
        "AC 6C 98 5E",
    );
    host(
        &HostMessage::Compare { question: 3, attempt: ATTEMPT, photo: Announced::of(b"Man") },
        2,
        "A5 5A 3F 00 24 34 12 02 00 CF",
        r#"{"q":3,"attempt":"1122334455667788","bytes":3,"crc":1374671160}"#,
        "13 6D 05 CA",
    );
    host_bytes(
        &HostMessage::PhotoPiece(Piece { question: 3, index: 0, bytes: Pii::new(b"Man".to_vec()) }),
        3,
        &framed("A5 5A 09 00 29 34 12 03 00 90", b"\x03\0\0\0\0\0Man", "59 EA D9 11"),
    );
    host(
        &HostMessage::AskPin { question: 4, tries_left: 3 },
        4,
        "A5 5A 11 00 25 34 12 04 00 54",
        r#"{"q":4,"tries":3}"#,
        "7B A1 77 F3",
    );
    let items = vec![ConsentItem::Medicines, ConsentItem::Diagnosis];
    host(
        &HostMessage::AskConsent { question: 5, screen: ConsentScreen { id: "medical".into(), items } },
        5,
        "A5 5A 3C 00 26 34 12 05 00 06",
        r#"{"q":5,"screen":"medical","items":["medicines","diagnosis"]}"#,
        "0C AC 01 DC",
    );
    host(
        &HostMessage::Show { question: 6, notice: Notice::StaffCheck, voice: true },
        6,
        "A5 5A 29 00 20 34 12 06 00 0B",
        r#"{"q":6,"show":"staff_check","voice":true}"#,
        "B8 51 D5 63",
    );
    let methods = vec![Method::Visual, Method::Face, Method::Pin];
    host(
        &HostMessage::OfferMethods { question: 7, methods },
        7,
        "A5 5A 29 00 22 34 12 07 00 DA",
        r#"{"q":7,"methods":["visual","face","pin"]}"#,
        "BA 7A A0 63",
    );
    host(
        &HostMessage::AskPasscode { question: 8 },
        8,
        "A5 5A 07 00 2A 34 12 08 00 87",
        r#"{"q":8}"#,
        "72 C2 3A 14",
    );
    let items = vec![
        ConsentItem::MedicalAssistance,
        ConsentItem::SubsidyCertificates,
        ConsentItem::ElectronicPrescription,
        ConsentItem::CarryOver,
        ConsentItem::Registration,
    ];
    host(
        &HostMessage::AskConsent { question: 9, screen: ConsentScreen { id: "choices".into(), items } },
        9,
        "A5 5A 86 00 26 34 12 09 00 51",
        r#"{"q":9,"screen":"choices","items":["medical_assistance","subsidy_certificates","electronic_prescription","carry_over","registration"]}"#,
        "A4 27 FE F0",
    );
}

#[test]
fn what_the_reader_sends() {
    let identity = Identity {
        model: "CPS-100W".into(),
        firmware: "2.10".into(),
        serial: "T0000042".into(),
        self_test: 0,
        card: false,
    };
    unit(
        &ReaderMessage::Identity(identity),
        0,
        "A5 5A 55 00 40 34 12 00 00 71",
        r#"{"model":"CPS-100W","firmware":"2.10","serial":"T0000042","self_test":0,"card":false}"#,
        "00 FF D2 73",
    );
    unit(
        &ReaderMessage::NumberB {
            question: 2,
            attempt: ATTEMPT,
            number: NumberB::from_digits(b"55021720352285").unwrap(),
        },
        1,
        "A5 5A 3E 00 43 34 12 01 00 AA",
        r#"{"q":2,"attempt":"1122334455667788","digits":"55021720352285"}"#,
        "78 48 DA FB",
    );
    unit(
        &ReaderMessage::Verdict {
            question: 3,
            attempt: ATTEMPT,
            verdict: FaceVerdict::Match,
            lux: 300,
            sun: false,
        },
        2,
        "A5 5A 4C 00 44 34 12 02 00 32",
        r#"{"q":3,"attempt":"1122334455667788","verdict":"match","lux":300,"sun":false}"#,
        "91 C6 80 9A",
    );
    unit(
        &ReaderMessage::Pin { question: 4, pin: Pin::from_digits(b"1234").unwrap() },
        3,
        "A5 5A 17 00 45 34 12 03 00 5F",
        r#"{"q":4,"digits":"1234"}"#,
        "BB 2C C5 64",
    );
    unit(
        &ReaderMessage::Passcode { question: 8, passcode: Passcode::from_digits(b"5678").unwrap() },
        6,
        "A5 5A 17 00 4C 34 12 06 00 65",
        r#"{"q":8,"digits":"5678"}"#,
        "6D 82 8C 1A",
    );
    unit(
        &ReaderMessage::ConsentAnswered { question: 5, screen: "medical".into(), decision: Decision::Agreed },
        4,
        "A5 5A 28 00 47 34 12 04 00 7B",
        r#"{"q":5,"screen":"medical","agreed":true}"#,
        "A6 74 EA 42",
    );
    let document = Document {
        kind: "子ども医療費受給者証".into(),
        fields: vec![("受給者番号".into(), "1234567".into())],
        image: Announced::of(b"Man"),
    };
    unit(
        &ReaderMessage::Document { question: 6, document: Some(Pii::new(document)) },
        5,
        "A5 5A 7C 00 48 34 12 05 00 BD",
        r#"{"q":6,"read":{"kind":"子ども医療費受給者証","fields":[["受給者番号","1234567"]],"bytes":3,"crc":1374671160}}"#,
        "3F C4 25 D1",
    );
}

#[test]
fn a_trace_shows_no_pin_no_passcode_no_number_b_no_photo_and_nothing_of_a_certificate() {
    let line = |message: ReaderMessage| redact(&message.emit(SESSION, Number(3)).unwrap());
    assert_eq!(redact(&bare(Kind::Ack, SESSION, Number(6))), "1234 6 Ack");
    assert_eq!(line(ReaderMessage::Card { placed: true }), r#"1234 3 Card {"placed":true}"#);
    let pin = ReaderMessage::Pin { question: 4, pin: Pin::from_digits(b"1234").unwrap() };
    assert_eq!(line(pin), "1234 3 Pin (23 bytes removed)");
    let passcode = ReaderMessage::Passcode { question: 8, passcode: Passcode::from_digits(b"5678").unwrap() };
    assert_eq!(line(passcode), "1234 3 Passcode (23 bytes removed)");
    let asked = HostMessage::AskPasscode { question: 8 }.emit(SESSION, Number(8)).unwrap();
    assert_eq!(redact(&asked), r#"1234 8 AskPasscode {"q":8}"#);
    let number = NumberB::from_digits(b"55021720352285").unwrap();
    let number = ReaderMessage::NumberB { question: 2, attempt: ATTEMPT, number };
    assert_eq!(line(number), "1234 3 NumberB q 2, attempt 1122334455667788 (digits removed)");
    let document = Document {
        kind: "証".into(),
        fields: vec![("番号".into(), "7".into())],
        image: Announced::of(b"Man"),
    };
    let document = ReaderMessage::Document { question: 6, document: Some(Pii::new(document)) };
    assert!(line(document).ends_with("bytes removed)"));
    let piece = Piece { question: 6, index: 0, bytes: Pii::new(b"Man".to_vec()) };
    assert_eq!(line(ReaderMessage::ImagePiece(piece)), "1234 3 ImagePiece (9 bytes removed)");
    let consent =
        ReaderMessage::ConsentAnswered { question: 5, screen: "medical".into(), decision: Decision::Agreed };
    assert_eq!(line(consent), "1234 3 ConsentAnswered (40 bytes removed)");
    assert_eq!(redact(b"\xA5\x5A\x17\x001234"), "(8 bytes, no frame)", "half a frame may hold half a PIN");
}
