//! The worked bytes of `DIALECT.md` section 5, and nothing else: they were summed there, apart from this package.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use exc_9000_frames::{
    Collector, FrameError, HostMessage, HostPacket, Identity, Notice, Number, Token, Turn, UnitMessage,
    UnitPacket, redact,
};
use model::{ConsentItem, ConsentScreen, NumberB, Passcode, Pii, Pin};
use reader::{AttemptId, Conditions, FaceVerdict, Language, Method};

const ATTEMPT: AttemptId = AttemptId(0x1122_3344_5566_7788);

/// Bytes of a row of the table: pairs of hexadecimal digits, spaces between groups.
fn wire(row: &str) -> Vec<u8> {
    let digits: Vec<char> = row.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

/// The body of the one frame that these bytes are.
fn body_of(bytes: &[u8]) -> Vec<u8> {
    let mut collector = Collector::default();
    let tokens: Vec<Token> = bytes.iter().filter_map(|byte| collector.push(*byte)).collect();
    assert_eq!(tokens, [Token::Frame]);
    collector.frame().unwrap().body().to_vec()
}

fn numbered<M>(number: u8, next: u8, message: M) -> Turn<M> {
    Turn::Numbered { number: Number(number), next: Number(next), message }
}

fn host(turn: Turn<HostMessage>, row: &str) {
    let bytes = HostPacket { session: 7, turn }.emit().unwrap();
    assert_eq!(*bytes, wire(row));
    assert_eq!(HostPacket::parse(&body_of(&bytes)).unwrap().emit().unwrap(), bytes);
}

fn unit(session: u16, turn: Turn<UnitMessage>, row: &str) {
    let bytes = UnitPacket { session, turn }.emit().unwrap();
    assert_eq!(*bytes, wire(row));
    assert_eq!(UnitPacket::parse(&body_of(&bytes)).unwrap().emit().unwrap(), bytes);
}

#[test]
fn what_the_terminal_sends() {
    host(Turn::Heard { next: Number(3) }, "C0 0004 83 01 07 03 73F7 C0");
    host(Turn::Opening(HostMessage::Hello), "C0 0009 83 00 07 65 68656C6C6F EEF7 C0");
    host(
        numbered(0, 0, HostMessage::Show(Notice::TakeCard)),
        "C0 0015 87 02 07 00 00 64 73686F77 69 74616B652D63617264 F6 71A0 C0",
    );
    host(
        numbered(1, 3, HostMessage::Piece { ask: 12, index: 0, bytes: Pii::new(vec![0xC0, 0xDB]) }),
        "C0 0010 88 02 07 01 03 65 7069656365 0C 00 42 DBDC DBDD F0A1 C0",
    );
    host(
        numbered(2, 8, HostMessage::Attempt { ask: 11, attempt: ATTEMPT }),
        "C0 0017 87 02 07 02 08 67 617474656D7074 0B 1B 1122334455667788 07ED C0",
    );
    let items = vec![ConsentItem::Medicines, ConsentItem::Diagnosis];
    let screen = ConsentScreen { id: "medical".into(), items };
    host(
        numbered(7, 2, HostMessage::Consent { ask: 14, screen }),
        "C0 0019 88 02 07 07 02 67 636F6E73656E74 0E 67 6D65646963616C 82 04 05 1794 C0",
    );
    host(
        numbered(8, 4, HostMessage::Show(Notice::StaffCheck)),
        "C0 0017 87 02 07 08 04 64 73686F77 6B 73746166662D636865636B F6 15BA C0",
    );
    let offered = vec![Method::Visual, Method::Face, Method::Pin];
    host(
        numbered(9, 4, HostMessage::Methods { ask: 15, offered }),
        "C0 001F 87 02 07 09 04 67 6D6574686F6473 0F 83 66 76697375616C 64 66616365 63 70696E A223 C0",
    );
    host(
        numbered(10, 4, HostMessage::Passcode { ask: 16 }),
        "C0 000F 86 02 07 0A 04 68 70617373636F6465 10 7DBC C0",
    );
    let items = vec![
        ConsentItem::MedicalAssistance,
        ConsentItem::SubsidyCertificates,
        ConsentItem::ElectronicPrescription,
        ConsentItem::CarryOver,
        ConsentItem::Registration,
    ];
    let screen = ConsentScreen { id: "choices".into(), items };
    host(
        numbered(11, 4, HostMessage::Consent { ask: 17, screen }),
        "C0 001C 88 02 07 0B 04 67 636F6E73656E74 11 67 63686F69636573 85 0D 0E 0F 10 11 0647 C0",
    );
}

#[test]
fn what_the_unit_sends() {
    unit(0, Turn::Opening(UnitMessage::Up { boot: 41_153 }), "C0 0009 84 00 00 62 7570 19 A0C1 1C36 C0");
    let identity = Identity {
        model: "EXC-9000".into(),
        firmware: "2.11".into(),
        serial: "T0000042".into(),
        boot: 41_153,
        begun: 1,
        self_test: 0,
        card: false,
        portrait: false,
    };
    unit(
        7,
        Turn::Opening(UnitMessage::Here(identity)),
        "C0 0026 8B 00 07 64 68657265 68 4558432D39303030 64 322E3131 68 5430303030303432 19 A0C1 01 00 F4 F4 C573 C0",
    );
    let number = NumberB::from_digits(b"55021720352285").unwrap();
    unit(
        7,
        numbered(3, 8, UnitMessage::NumberB { ask: 11, attempt: ATTEMPT, number }),
        "C0 0027 88 02 07 03 08 68 6E756D6265722D62 0B 1B 1122334455667788 4E 3535303231373230333532323835 CCF1 C0",
    );
    let conditions = Conditions { face_lux: Some(320), slot_in_sun: Some(false) };
    unit(
        7,
        numbered(
            5,
            9,
            UnitMessage::Verdict { ask: 11, attempt: ATTEMPT, verdict: FaceVerdict::Match, conditions },
        ),
        "C0 0021 8A 02 07 05 09 67 76657264696374 0B 1B 1122334455667788 65 6D61746368 19 0140 F4 2FBA C0",
    );
    unit(
        7,
        numbered(4, 9, UnitMessage::Entered { ask: 12, pin: Pin::from_digits(b"1234").unwrap() }),
        "C0 0013 87 02 07 04 09 67 656E7465726564 0C 44 31323334 CDDC C0",
    );
    let passcode = Passcode::from_digits(b"5678").unwrap();
    unit(
        7,
        numbered(7, 11, UnitMessage::PasscodeEntered { ask: 16, passcode }),
        "C0 001C 87 02 07 07 0B 70 70617373636F64652D656E7465726564 10 44 35363738 93A6 C0",
    );
    unit(
        7,
        numbered(6, 9, UnitMessage::Language(Language::Korean)),
        "C0 0011 86 02 07 06 09 68 6C616E6775616765 62 6B6F 5BD3 C0",
    );
}

#[test]
fn only_the_deterministic_form_is_read() {
    for (body, wanted) in [
        // `[1, 7, 3]` with 7 as two bytes, as an array without length, with a fourth item, with a byte after it.
        ("83 01 1807 03", FrameError::Form),
        ("9F 01 07 03 FF", FrameError::Kind),
        ("84 01 07 03 00", FrameError::Kind),
        ("83 01 07 03 00", FrameError::Kind),
        // A tag before the number; a map; no kind 3; a session that is none.
        ("83 01 C1 07 03", FrameError::Field { field: "session" }),
        ("A1 01 07", FrameError::Kind),
        ("83 03 07 03", FrameError::Kind),
        ("83 01 1A00010000 03", FrameError::Field { field: "session" }),
        // `hello` as a numbered message.
        ("85 02 07 00 00 65 68656C6C6F", FrameError::Name),
    ] {
        assert_eq!(HostPacket::parse(&wire(body)).unwrap_err(), wanted, "{body}");
    }
}

#[test]
fn noise_before_a_frame_does_not_spoil_it() {
    let frame = wire("C0 0004 83 01 07 03 73F7 C0");
    let mut collector = Collector::default();
    let stream = [b"noise".as_slice(), &frame, &frame[1..], b"\xDB", &frame].concat();
    let tokens: Vec<Token> = stream.iter().filter_map(|byte| collector.push(*byte)).collect();
    // One END is enough between two frames; an escape cut short takes nothing with it.
    assert_eq!(tokens, [Token::Damaged, Token::Frame, Token::Frame, Token::Damaged, Token::Frame]);
}

#[test]
fn a_trace_shows_no_pin_no_passcode_no_number_b_and_no_photo() {
    for (row, line) in [
        ("C0 0004 83 01 07 03 73F7 C0", "s7 heard 3"),
        ("C0 0009 83 00 07 65 68656C6C6F EEF7 C0", "s7 hello"),
        (
            "C0 0013 87 02 07 04 09 67 656E7465726564 0C 44 31323334 CDDC C0",
            "s7 #4 heard 9 entered ask 12 (4 digits removed)",
        ),
        (
            "C0 001C 87 02 07 07 0B 70 70617373636F64652D656E7465726564 10 44 35363738 93A6 C0",
            "s7 #7 heard 11 passcode-entered ask 16 (4 digits removed)",
        ),
        ("C0 000F 86 02 07 0A 04 68 70617373636F6465 10 7DBC C0", "s7 #10 heard 4 passcode ask 16"),
        (
            "C0 0027 88 02 07 03 08 68 6E756D6265722D62 0B 1B 1122334455667788 4E 3535303231373230333532323835 CCF1 C0",
            "s7 #3 heard 8 number-b ask 11 attempt 1122334455667788 (14 digits removed)",
        ),
        (
            "C0 0010 88 02 07 01 03 65 7069656365 0C 00 42 DBDC DBDD F0A1 C0",
            "s7 #1 heard 3 piece ask 12 piece 0 (2 bytes removed)",
        ),
        // Half a frame may hold half a PIN.
        ("C0 0013 87 02 07 04 09 67 656E7465726564 0C 44 3132", "(20 bytes, no frame)"),
    ] {
        assert_eq!(redact(&wire(row)), line);
    }
}
