//! The worked bytes of `DIALECT.md` section 5, and nothing else: they were summed by hand there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use caora_frames::block::{Block, BlockNumber, Collector, Token, ack};
use caora_frames::unit::Identity;
use caora_frames::{HostMessage, Notice, ReaderMessage, redact};
use model::{ConsentItem, ConsentScreen, NumberB, Passcode, Pii, Pin};
use reader::{AttemptId, FaceVerdict, Method};

const ATTEMPT: AttemptId = AttemptId(0x1122_3344_5566_7788);

fn number(n: u8) -> BlockNumber {
    (0..n).fold(BlockNumber::OPENING, |number, _| number.next())
}

fn framed(head: &str, check: u8) -> Vec<u8> {
    [b"\x02", head.as_bytes(), b"\x03", &[check]].concat()
}

fn host(message: &HostMessage, n: u8, head: &str, check: u8) {
    let bytes = message.emit(number(n)).unwrap();
    assert_eq!(*bytes, framed(head, check));
    let block = Block::new_checked(&bytes).unwrap();
    assert_eq!(HostMessage::parse(block.body()).unwrap().emit(number(n)).unwrap(), bytes);
}

fn unit(message: &ReaderMessage, n: u8, head: &str, check: u8) {
    let bytes = message.emit(number(n)).unwrap();
    assert_eq!(*bytes, framed(head, check));
    let block = Block::new_checked(&bytes).unwrap();
    assert_eq!(ReaderMessage::parse(block.body()).unwrap().emit(number(n)).unwrap(), bytes);
}

#[test]
fn what_the_terminal_sends() {
    host(&HostMessage::Identify, 0, "0002ID", 0x0C);
    host(&HostMessage::Show(Notice::CardLeft), 3, "3004NT05", 0x1B);
    host(&HostMessage::OpenAttempt(ATTEMPT), 5, "5018OA1122334455667788", 0x01);
    host(&HostMessage::PhotoChunk { index: 0, bytes: Pii::new(b"Man".to_vec()) }, 8, "8008PC00TWFu", 0x20);
    let items = vec![ConsentItem::Medicines, ConsentItem::Diagnosis];
    let screen = ConsentScreen { id: "medical".into(), items };
    host(&HostMessage::AskConsent(screen), 7, "7014CSmedical:0405", 0x41);
    host(&HostMessage::AskPasscode, 9, "9002SP", 0x0B);
    host(&HostMessage::Show(Notice::StaffCheck), 3, "3004NT09", 0x17);
    let methods = vec![Method::Visual, Method::Face, Method::Pin];
    host(&HostMessage::OfferMethods(methods), 6, "6005OMVFP", 0x42);
    let screen = ConsentScreen { id: "register".into(), items: vec![ConsentItem::Registration] };
    host(&HostMessage::AskConsent(screen), 4, "4013CSregister:17", 0x20);
}

#[test]
fn what_the_reader_sends() {
    let identity = Identity {
        model: "PD-CA01".into(),
        firmware: "1.04".into(),
        serial: "T0000042".into(),
        self_test: 0,
        card: false,
    };
    unit(&ReaderMessage::Identity(identity), 0, "0028IDPD-CA01,1.04,T0000042,00,0", 0x77);
    let digits = NumberB::from_digits(b"55021720352285").unwrap();
    unit(
        &ReaderMessage::NumberB { attempt: ATTEMPT, number: digits },
        1,
        "1032NB112233445566778855021720352285",
        0x02,
    );
    unit(&ReaderMessage::PinEntered(Pin::from_digits(b"1234").unwrap()), 2, "2006PE1234", 0x16);
    let passcode = Passcode::from_digits(b"8264").unwrap();
    unit(&ReaderMessage::PasscodeEntered(passcode), 2, "2006SE8264", 0x19);
    let verdict = ReaderMessage::Verdict { attempt: ATTEMPT, verdict: FaceVerdict::Match, face_lux: 320 };
    unit(&verdict, 4, "4025VD11223344556677880000320", 0x23);
}

#[test]
fn every_method_is_offered_once_at_most() {
    for wrong in [b"OM".as_slice(), b"OMFF", b"OMVPV", b"OMFPVF", b"OMX"] {
        assert!(HostMessage::parse(wrong).is_err(), "{}", wrong.escape_ascii());
    }
    assert!(HostMessage::OfferMethods(vec![Method::Visual, Method::Visual]).emit(number(1)).is_err());
}

#[test]
fn acknowledgements_carry_the_number() {
    assert_eq!(ack(number(3)), [0x06, 0x33]);
    let mut collector = Collector::default();
    assert_eq!(collector.push(0x06), None);
    assert_eq!(collector.push(0x33), Some(Token::Acknowledged(number(3))));
    assert_eq!(number(9).next(), number(1), "0 is for opening only");
}

#[test]
fn a_trace_shows_no_pin_no_passcode_no_number_b_and_no_photo() {
    assert_eq!(redact(b"\x05"), "ENQ");
    assert_eq!(redact(b"\x063"), "ACK 3");
    assert_eq!(redact(&framed("3004NT05", 0x1B)), "3 NT05");
    assert_eq!(redact(&framed("2006PE1234", 0x16)), "2 PE (4 characters removed)");
    assert_eq!(redact(&framed("2006SE8264", 0x19)), "2 SE (4 characters removed)");
    assert_eq!(redact(&framed("9002SP", 0x0B)), "9 SP");
    assert_eq!(
        redact(&framed("1032NB112233445566778855021720352285", 0x02)),
        "1 NB1122334455667788 (14 characters removed)"
    );
    assert_eq!(redact(&framed("8008PC00TWFu", 0x20)), "8 PC00 (4 characters removed)");
    assert_eq!(redact(b"\x022006PE12"), "(9 bytes, no frame)", "half a block may hold half a PIN");
}
