//! What must hold for every byte string and every message.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use exc_9000_frames::frame::MOST_FRAME;
use exc_9000_frames::slip::{END, ESC, MOST_ON_WIRE};
use exc_9000_frames::{
    Collector, Frame, HostMessage, HostPacket, Identity, Message, Notice, NoticeCode, Number, Packet, Token,
    Turn, UnitMessage, UnitPacket, redact,
};
use model::{ConsentItem, ConsentScreen, Decision, NumberB, Passcode, Pii, Pin};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use reader::{AttemptId, Conditions, FaceVerdict, Language, Method};

fn ask() -> impl Strategy<Value = u32> {
    1..=u32::MAX
}

fn attempt() -> impl Strategy<Value = AttemptId> {
    any::<u64>().prop_map(AttemptId)
}

fn language() -> impl Strategy<Value = Language> {
    select(vec![Language::Japanese, Language::English, Language::Korean, Language::Chinese])
}

const METHODS: [Method; 3] = [Method::Face, Method::Pin, Method::Visual];

fn method() -> impl Strategy<Value = Method> {
    select(&METHODS)
}

/// One to three methods in any order, none twice.
fn offered() -> impl Strategy<Value = Vec<Method>> {
    subsequence(&METHODS, 1..=METHODS.len()).prop_shuffle()
}

fn notice() -> impl Strategy<Value = Notice> {
    let plain = vec![
        Notice::PlaceCard,
        Notice::Wait,
        Notice::Done,
        Notice::TakeCard,
        Notice::CardLeft,
        Notice::OutOfOrder,
        Notice::VisualArmed,
        Notice::StaffCheck,
    ];
    let failure = "[A-Z0-9_]{1,40}".prop_map(|code| Notice::Failure(NoticeCode::new(&code).unwrap()));
    prop_oneof![select(plain), failure]
}

fn items() -> impl Strategy<Value = Vec<ConsentItem>> {
    proptest::collection::vec(select(&ConsentItem::ALL), 1..=ConsentItem::ALL.len())
}

/// Bytes with many END and ESC among them.
fn bytes(range: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(END), 1 => Just(ESC)], range)
}

fn host_message() -> impl Strategy<Value = HostMessage> {
    prop_oneof![
        Just(()).prop_map(|()| HostMessage::Hello),
        Just(()).prop_map(|()| HostMessage::Cancel),
        notice().prop_map(HostMessage::Show),
        language().prop_map(HostMessage::Speak),
        (ask(), offered()).prop_map(|(ask, offered)| HostMessage::Methods { ask, offered }),
        (ask(), attempt()).prop_map(|(ask, attempt)| HostMessage::Attempt { ask, attempt }),
        (ask(), attempt(), 1..=16_384_u32).prop_map(|(ask, attempt, bytes)| HostMessage::Photo {
            ask,
            attempt,
            bytes
        }),
        (ask(), any::<u8>(), bytes(1..=960)).prop_map(|(ask, index, bytes)| HostMessage::Piece {
            ask,
            index,
            bytes: Pii::new(bytes)
        }),
        (ask(), 0..=9_u8).prop_map(|(ask, tries)| HostMessage::Pin { ask, tries }),
        ask().prop_map(|ask| HostMessage::Passcode { ask }),
        (ask(), "[a-z0-9-]{1,32}", items())
            .prop_map(|(ask, id, items)| HostMessage::Consent { ask, screen: ConsentScreen { id, items } }),
    ]
}

fn identity() -> impl Strategy<Value = Identity> {
    let text = || "[ -~]{1,32}";
    (text(), text(), text(), any::<(u32, u32)>(), 0..=99_u8, any::<bool>(), any::<bool>()).prop_map(
        |(model, firmware, serial, (boot, begun), self_test, card, portrait)| Identity {
            model,
            firmware,
            serial,
            boot,
            begun,
            self_test,
            card,
            portrait,
        },
    )
}

fn verdict() -> impl Strategy<Value = UnitMessage> {
    let words = vec![
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
    (ask(), attempt(), select(words), any::<Option<u16>>(), any::<Option<bool>>()).prop_map(
        |(ask, attempt, verdict, face_lux, slot_in_sun)| UnitMessage::Verdict {
            ask,
            attempt,
            verdict,
            conditions: Conditions { face_lux, slot_in_sun },
        },
    )
}

fn unit_message() -> impl Strategy<Value = UnitMessage> {
    prop_oneof![
        any::<u32>().prop_map(|boot| UnitMessage::Up { boot }),
        identity().prop_map(UnitMessage::Here),
        any::<bool>().prop_map(|placed| UnitMessage::Card { placed }),
        any::<bool>().prop_map(|portrait| UnitMessage::Turned { portrait }),
        language().prop_map(UnitMessage::Language),
        (ask(), method()).prop_map(|(ask, method)| UnitMessage::Method { ask, method }),
        (ask(), attempt(), "[0-9]{14}").prop_map(|(ask, attempt, digits)| UnitMessage::NumberB {
            ask,
            attempt,
            number: NumberB::from_digits(digits.as_bytes()).unwrap()
        }),
        verdict(),
        (ask(), "[0-9]{4}").prop_map(|(ask, digits)| UnitMessage::Entered {
            ask,
            pin: Pin::from_digits(digits.as_bytes()).unwrap()
        }),
        (ask(), "[0-9]{4}").prop_map(|(ask, digits)| UnitMessage::PasscodeEntered {
            ask,
            passcode: Passcode::from_digits(digits.as_bytes()).unwrap()
        }),
        ask().prop_map(|ask| UnitMessage::Declined { ask }),
        (ask(), "[a-z0-9-]{1,32}", any::<bool>()).prop_map(|(ask, screen, agreed)| UnitMessage::Answer {
            ask,
            screen,
            decision: if agreed { Decision::Agreed } else { Decision::Refused }
        }),
        (select(HostMessage::NAMES.to_vec()), any::<u32>())
            .prop_map(|(name, ask)| UnitMessage::Refused { name, ask }),
        (1..=99_u8).prop_map(UnitMessage::Fault),
    ]
}

/// A packet around a message, or none around it.
fn around<M: Message>(message: M, session: u16, number: u8, next: u8, heard: bool) -> Packet<M> {
    let (number, next) = (Number(number), Number(next));
    let turn = match message {
        _ if heard => Turn::Heard { next },
        message if message.is_opening() => Turn::Opening(message),
        message => Turn::Numbered { number, next, message },
    };
    Packet { session, turn }
}

prop_compose! {
    fn host_packet()(message in host_message(), session: u16, number: u8, next: u8, heard in prop::bool::weighted(0.1)) -> HostPacket {
        around(message, session, number, next, heard)
    }
}

prop_compose! {
    fn unit_packet()(message in unit_message(), session: u16, number: u8, next: u8, heard in prop::bool::weighted(0.1)) -> UnitPacket {
        around(message, session, number, next, heard)
    }
}

fn tokens(bytes: &[u8]) -> Vec<Token> {
    let mut collector = Collector::default();
    bytes.iter().filter_map(|byte| collector.push(*byte)).collect()
}

/// The body of the one frame that these bytes are.
fn body_of(bytes: &[u8]) -> Vec<u8> {
    let mut collector = Collector::default();
    let frames =
        bytes.iter().filter_map(|byte| collector.push(*byte)).filter(|token| *token == Token::Frame).count();
    assert_eq!(frames, 1);
    collector.frame().unwrap().body().to_vec()
}

proptest! {
    #[test]
    fn what_was_emitted_is_parsed_as_the_same(packet in host_packet()) {
        let bytes = packet.emit().unwrap();
        prop_assert!(bytes.len() <= MOST_ON_WIRE);
        prop_assert_eq!(tokens(&bytes), vec![Token::Frame]);
        let again = HostPacket::parse(&body_of(&bytes)).unwrap();
        prop_assert_eq!(format!("{packet:?}"), format!("{again:?}"));
        prop_assert_eq!(again.emit().unwrap(), bytes);
    }

    #[test]
    fn so_is_what_the_unit_emits(packet in unit_packet()) {
        let bytes = packet.emit().unwrap();
        let again = UnitPacket::parse(&body_of(&bytes)).unwrap();
        prop_assert_eq!(format!("{packet:?}"), format!("{again:?}"));
        prop_assert_eq!(again.emit().unwrap(), bytes);
    }

    #[test]
    fn no_single_flipped_bit_passes(packet in unit_packet()) {
        let bytes = packet.emit().unwrap();
        // Between its two END; what a flipped END does shows between frames, below.
        for bit in 8..(bytes.len() - 1) * 8 {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!tokens(&flipped).contains(&Token::Frame), "bit {bit}");
        }
    }

    #[test]
    fn a_flipped_bit_among_frames_costs_no_more_than_two_and_invents_none(
        packets in proptest::collection::vec(host_packet(), 2..5), at: prop::sample::Index
    ) {
        let frames: Vec<Vec<u8>> = packets.iter().map(|packet| packet.emit().unwrap().to_vec()).collect();
        let bodies: Vec<Vec<u8>> = frames.iter().map(|frame| body_of(frame)).collect();
        let mut stream = frames.concat();
        let bit = at.index(stream.len() * 8);
        stream[bit / 8] ^= 1 << (bit % 8);
        let mut collector = Collector::default();
        let mut heard = Vec::new();
        for byte in stream {
            if collector.push(byte) == Some(Token::Frame) {
                heard.push(collector.frame().unwrap().body().to_vec());
            }
        }
        prop_assert!(heard.len() + 2 >= bodies.len());
        let mut left = bodies.iter();
        prop_assert!(heard.iter().all(|body| left.any(|sent| sent == body)), "invented or out of order");
    }

    #[test]
    fn arbitrary_bytes_neither_panic_nor_pile_up(bytes in bytes(0..=3000), pieces in 1..50_usize) {
        let mut collector = Collector::default();
        let mut ends = 0;
        let mut told = 0;
        for piece in bytes.chunks(pieces) {
            for byte in piece {
                ends += usize::from(*byte == END);
                told += usize::from(collector.push(*byte).is_some());
            }
        }
        // At most one token for what stands between two END.
        prop_assert!(told <= ends + 1);
        let _ = (redact(&bytes), Frame::new_checked(&bytes).is_ok());
        let _ = (HostPacket::parse(&bytes).is_ok(), UnitPacket::parse(&bytes).is_ok());
    }

    #[test]
    fn what_can_be_read_of_a_damaged_body_is_written_as_it_was_read(
        packet in unit_packet(), at: prop::sample::Index, byte: u8
    ) {
        // A body whose sum is right and whose items are not: nothing but one form of one packet passes.
        let mut body = body_of(&packet.emit().unwrap());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(read) = UnitPacket::parse(&body) {
            prop_assert_eq!(body_of(&read.emit().unwrap()), body.clone());
        }
        let _ = HostPacket::parse(&body).is_ok();
    }

    #[test]
    fn a_trace_holds_no_digits_of_a_secret(ask in 1..=9_u32, digits in "[0-9]{4}", number in "[0-9]{14}") {
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        let entered = around(UnitMessage::Entered { ask, pin }, 1, 1, 1, false).emit().unwrap();
        let line = format!("s1 #1 heard 1 entered ask {ask} (4 digits removed)");
        prop_assert_eq!(redact(&entered), line);
        let passcode = Passcode::from_digits(digits.as_bytes()).unwrap();
        let entered = around(UnitMessage::PasscodeEntered { ask, passcode }, 1, 1, 1, false).emit().unwrap();
        let line = format!("s1 #1 heard 1 passcode-entered ask {ask} (4 digits removed)");
        prop_assert_eq!(redact(&entered), line);
        let number = NumberB::from_digits(number.as_bytes()).unwrap();
        let read = UnitMessage::NumberB { ask, attempt: AttemptId(1), number };
        let line = format!("s1 #1 heard 1 number-b ask {ask} attempt 0000000000000001 (14 digits removed)");
        prop_assert_eq!(redact(&around(read, 1, 1, 1, false).emit().unwrap()), line);
    }
}

#[test]
fn a_stream_without_end_is_held_to_one_frame() {
    let mut collector = Collector::default();
    let told = std::iter::repeat_n(b'A', 100_000).filter(|byte| collector.push(*byte).is_some()).count();
    assert_eq!(told, 1, "damage is told once");
    assert!(collector.is_pending());
    assert!(format!("{collector:?}").contains(" 0 bytes"), "spoilt frames are wiped at once");
    assert!(tokens(&vec![b'A'; MOST_FRAME]).is_empty());
}

#[test]
fn a_field_that_cannot_be_said_is_refused() {
    let screen =
        |id: &str, items| HostMessage::Consent { ask: 1, screen: ConsentScreen { id: id.into(), items } };
    for message in [
        HostMessage::Pin { ask: 0, tries: 3 },
        HostMessage::Pin { ask: 1, tries: 10 },
        HostMessage::Methods { ask: 1, offered: Vec::new() },
        HostMessage::Methods { ask: 1, offered: vec![Method::Pin, Method::Pin] },
        HostMessage::Methods { ask: 1, offered: vec![Method::Visual, Method::Face, Method::Visual] },
        HostMessage::Passcode { ask: 0 },
        HostMessage::Photo { ask: 1, attempt: AttemptId(1), bytes: 16_385 },
        HostMessage::Piece { ask: 1, index: 0, bytes: Pii::new(vec![0; 961]) },
        HostMessage::Piece { ask: 1, index: 0, bytes: Pii::new(Vec::new()) },
        screen("Medical", vec![ConsentItem::Medicines]),
        screen("medical", Vec::new()),
        screen("medical", vec![ConsentItem::Medicines; 18]),
    ] {
        let text = format!("{message:?}");
        assert!(around(message, 1, 0, 0, false).emit().is_err(), "{text}");
    }
}
