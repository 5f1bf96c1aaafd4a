//! What must hold for every byte string and every message.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use model::{ConsentItem, ConsentScreen, Decision, NumberB, Passcode, Pii, Pin};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use reader::{AttemptId, FaceVerdict, Method, Sound};
use sma_pa_frames::frame::{MOST_FRAME, bare};
use sma_pa_frames::unit::{Document, Identity};
use sma_pa_frames::{
    Announced, Decoder, Frame, HostMessage, Kind, Notice, NoticeCode, Number, Piece, ReaderMessage, Session,
    redact,
};

fn attempt() -> impl Strategy<Value = AttemptId> {
    any::<u64>().prop_map(AttemptId)
}

fn announced(most: usize) -> impl Strategy<Value = Announced> {
    (1..=most, any::<u32>()).prop_map(|(bytes, sum)| Announced { bytes, sum })
}

fn piece() -> impl Strategy<Value = Piece> {
    (any::<u32>(), any::<u16>(), proptest::collection::vec(any::<u8>(), 1..=1024))
        .prop_map(|(question, index, bytes)| Piece { question, index, bytes: Pii::new(bytes) })
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
    let items = proptest::collection::vec(select(&ConsentItem::ALL), 1..=ConsentItem::ALL.len());
    ("[a-z0-9-]{1,32}", items).prop_map(|(id, items)| ConsentScreen { id, items })
}

const METHODS: [Method; 3] = [Method::Face, Method::Pin, Method::Visual];

fn host_message() -> impl Strategy<Value = HostMessage> {
    // One to three methods in any order, none twice.
    let methods = subsequence(&METHODS, 1..=METHODS.len()).prop_shuffle();
    (
        any::<u32>(),
        prop_oneof![
            (notice(), any::<bool>()).prop_map(|(notice, voice)| HostMessage::Show {
                question: 0,
                notice,
                voice
            }),
            select(vec![Sound::Chime, Sound::TakeCard, Sound::Alarm])
                .prop_map(|sound| HostMessage::Sound { question: 0, sound }),
            methods.prop_map(|methods| HostMessage::OfferMethods { question: 0, methods }),
            attempt().prop_map(|attempt| HostMessage::OpenAttempt { question: 0, attempt }),
            (attempt(), announced(32 * 1024)).prop_map(|(attempt, photo)| HostMessage::Compare {
                question: 0,
                attempt,
                photo
            }),
            (0..=9_u8).prop_map(|tries_left| HostMessage::AskPin { question: 0, tries_left }),
            Just(()).prop_map(|()| HostMessage::AskPasscode { question: 0 }),
            screen().prop_map(|screen| HostMessage::AskConsent { question: 0, screen }),
            Just(()).prop_map(|()| HostMessage::ReadDocument { question: 0 }),
            Just(()).prop_map(|()| HostMessage::Cancel { question: 0 }),
            piece().prop_map(HostMessage::PhotoPiece),
        ],
    )
        .prop_map(|(q, mut message)| {
            match &mut message {
                HostMessage::Show { question, .. }
                | HostMessage::Sound { question, .. }
                | HostMessage::OfferMethods { question, .. }
                | HostMessage::OpenAttempt { question, .. }
                | HostMessage::Compare { question, .. }
                | HostMessage::AskPin { question, .. }
                | HostMessage::AskPasscode { question }
                | HostMessage::AskConsent { question, .. }
                | HostMessage::ReadDocument { question }
                | HostMessage::Cancel { question }
                | HostMessage::PhotoPiece(Piece { question, .. }) => *question = q,
            }
            message
        })
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

fn document() -> impl Strategy<Value = Option<Document>> {
    let fields = proptest::collection::vec(("[a-z一-龠]{1,12}", "[ -!#-~&&[^\\\\]ぁ-ん]{0,30}"), 0..=24);
    proptest::option::of(
        ("[a-z一-龠]{1,12}", fields, announced(128 * 1024)).prop_map(|(kind, fields, image)| Document {
            kind,
            fields,
            image,
        }),
    )
}

fn reader_message() -> impl Strategy<Value = ReaderMessage> {
    let name = || "[ !#-Z^-~]{1,32}";
    let question = any::<u32>;
    prop_oneof![
        (name(), name(), name(), 0..=99_u8, any::<bool>()).prop_map(
            |(model, firmware, serial, self_test, card)| {
                ReaderMessage::Identity(Identity { model, firmware, serial, self_test, card })
            }
        ),
        any::<bool>().prop_map(|placed| ReaderMessage::Card { placed }),
        (question(), select(&METHODS))
            .prop_map(|(question, method)| ReaderMessage::MethodChosen { question, method }),
        (question(), attempt(), "[0-9]{14}").prop_map(|(question, attempt, digits)| {
            let number = NumberB::from_digits(digits.as_bytes()).unwrap();
            ReaderMessage::NumberB { question, attempt, number }
        }),
        (question(), attempt(), verdict(), any::<u16>(), any::<bool>()).prop_map(
            |(question, attempt, verdict, lux, sun)| ReaderMessage::Verdict {
                question,
                attempt,
                verdict,
                lux,
                sun
            }
        ),
        (question(), "[0-9]{4}").prop_map(|(question, digits)| ReaderMessage::Pin {
            question,
            pin: Pin::from_digits(digits.as_bytes()).unwrap()
        }),
        (question(), "[0-9]{4}").prop_map(|(question, digits)| ReaderMessage::Passcode {
            question,
            passcode: Passcode::from_digits(digits.as_bytes()).unwrap()
        }),
        question().prop_map(|question| ReaderMessage::PinCancelled { question }),
        (question(), "[a-z0-9-]{1,32}", any::<bool>()).prop_map(|(question, screen, agreed)| {
            let decision = if agreed { Decision::Agreed } else { Decision::Refused };
            ReaderMessage::ConsentAnswered { question, screen, decision }
        }),
        (question(), document()).prop_map(|(question, document)| ReaderMessage::Document {
            question,
            document: document.map(Pii::new)
        }),
        piece().prop_map(ReaderMessage::ImagePiece),
        question().prop_map(|question| ReaderMessage::Refused { question }),
        (1..=99_u8).prop_map(|number| ReaderMessage::Fault { number }),
    ]
}

fn session() -> impl Strategy<Value = Session> {
    any::<u16>().prop_map(Session)
}

fn number() -> impl Strategy<Value = Number> {
    any::<u16>().prop_map(Number)
}

/// Every whole frame in these bytes, as its kind's byte and its body's length.
fn frames(bytes: &[u8]) -> Vec<(u8, usize)> {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for byte in bytes {
        let mut whole = decoder.push(*byte);
        while whole {
            let frame = decoder.frame().unwrap();
            frames.push((frame.code(), frame.body().len()));
            whole = decoder.pass();
        }
    }
    frames
}

proptest! {
    #[test]
    fn what_the_terminal_emits_is_parsed_as_the_same(message in host_message(), session in session(), number in number()) {
        let bytes = message.emit(session, number).unwrap();
        prop_assert!(bytes.len() <= MOST_FRAME);
        let frame = Frame::new_checked(&bytes).unwrap();
        prop_assert_eq!((frame.session(), frame.number()), (session, number));
        let again = HostMessage::parse(Kind::of(frame.code()).unwrap(), frame.body()).unwrap();
        prop_assert_eq!(again.question(), message.question());
        prop_assert_eq!(format!("{again:?}"), format!("{message:?}"));
        prop_assert_eq!(again.emit(session, number).unwrap(), bytes);
    }

    #[test]
    fn so_is_what_the_reader_emits(message in reader_message(), session in session(), number in number()) {
        let bytes = message.emit(session, number).unwrap();
        prop_assert!(bytes.len() <= MOST_FRAME);
        let frame = Frame::new_checked(&bytes).unwrap();
        let again = ReaderMessage::parse(Kind::of(frame.code()).unwrap(), frame.body()).unwrap();
        prop_assert_eq!(format!("{again:?}"), format!("{message:?}"));
        prop_assert_eq!(again.emit(session, number).unwrap(), bytes);
    }

    #[test]
    fn no_single_flipped_bit_passes(message in reader_message(), session in session(), number in number()) {
        let bytes = message.emit(session, number).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Frame::new_checked(&flipped).is_err(), "bit {bit}");
        }
        let bit = usize::from(number.0) % (bytes.len() * 8);
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(frames(&flipped), vec![], "bit {}", bit);
    }

    #[test]
    fn a_frame_behind_a_damaged_one_is_found(first in reader_message(), cut in any::<prop::sample::Index>(), second in reader_message()) {
        let (first, second) =
            (first.emit(Session(7), Number(0)).unwrap(), second.emit(Session(7), Number(1)).unwrap());
        let kept = cut.index(first.len());
        let stream = [&first[..kept], &second[..]].concat();
        let mut decoder = Decoder::default();
        let mut found = stream.iter().any(|byte| decoder.push(*byte) && decoder.frame().unwrap().number() == Number(1));
        // A header that asks for more than comes is given up when the rest does not come.
        for _ in 0..stream.len() {
            found |= decoder.lapse() && decoder.frame().unwrap().number() == Number(1);
        }
        prop_assert!(found);
    }

    #[test]
    fn arbitrary_bytes_neither_panic_nor_pile_up(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let _ = (frames(&bytes), redact(&bytes), Frame::new_checked(&bytes).is_ok());
        for code in 0..=255 {
            if let Some(kind) = Kind::of(code) {
                let _ = (HostMessage::parse(kind, &bytes).is_ok(), ReaderMessage::parse(kind, &bytes).is_ok());
            }
        }
    }

    #[test]
    fn a_body_that_looks_like_one_is_judged_without_panic(body in r#"\{("(q|show|digits|read|attempt)":(1|"1234"|\[|\]|\{|null),?){0,6}\}?"#) {
        for code in 0..=255 {
            if let Some(kind) = Kind::of(code) {
                let outcome = (HostMessage::parse(kind, body.as_bytes()), ReaderMessage::parse(kind, body.as_bytes()));
                if let (Err(a), Err(b)) = outcome {
                    prop_assert!(!a.to_string().contains("1234") && !b.to_string().contains("1234"));
                }
            }
        }
    }

    #[test]
    fn a_trace_holds_no_digits_of_a_secret(question in 0..=9_u32, digits in "[0-9]{4}", number in "[0-9]{14}") {
        let line = |message: ReaderMessage| redact(&message.emit(Session(1), Number(1)).unwrap());
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        prop_assert_eq!(line(ReaderMessage::Pin { question, pin }), "0001 1 Pin (23 bytes removed)");
        let passcode = Passcode::from_digits(digits.as_bytes()).unwrap();
        let told = line(ReaderMessage::Passcode { question, passcode });
        prop_assert_eq!(told, "0001 1 Passcode (23 bytes removed)");
        let number = NumberB::from_digits(number.as_bytes()).unwrap();
        let told = line(ReaderMessage::NumberB { question, attempt: AttemptId(1), number });
        prop_assert_eq!(told, format!("0001 1 NumberB q {question}, attempt 0000000000000001 (digits removed)"));
    }

    #[test]
    fn a_stream_in_arbitrary_pieces_gives_the_same_frames(messages in proptest::collection::vec(reader_message(), 1..6), noise in proptest::collection::vec(any::<u8>(), 0..20)) {
        let mut stream = Vec::new();
        for (message, number) in messages.iter().zip(0_u16..) {
            stream.extend_from_slice(&noise);
            stream.extend_from_slice(&message.emit(Session(9), Number(number)).unwrap());
        }
        let kinds: Vec<u8> = frames(&stream).into_iter().map(|(code, _)| code).collect();
        let sent: Vec<u8> = messages.iter().map(|message| message.kind().code()).collect();
        prop_assert_eq!(kinds, sent);
    }
}

#[test]
fn a_field_that_cannot_be_said_is_refused() {
    let said = |message: HostMessage| message.emit(Session(1), Number(1)).is_ok();
    let (face, pin, visual) = (Method::Face, Method::Pin, Method::Visual);
    for methods in [&[][..], &[visual, visual], &[visual, face, visual], &[face, pin, visual, face]] {
        let offer = HostMessage::OfferMethods { question: 1, methods: methods.to_vec() };
        assert!(!said(offer), "{methods:?}");
    }
    let consent = |items| HostMessage::AskConsent {
        question: 1,
        screen: ConsentScreen { id: String::from("medical"), items },
    };
    assert!(!said(consent(Vec::new())));
    assert!(said(consent(ConsentItem::ALL.to_vec())));
    assert!(!said(consent(vec![ConsentItem::Medicines; 18])));
}

#[test]
fn deep_json_is_refused_without_recursion() {
    let deep = format!("{{\"q\":1,\"read\":{}", "[".repeat(4000));
    assert!(ReaderMessage::parse(Kind::Document, deep.as_bytes()).is_err());
}

#[test]
fn a_stream_without_end_is_held_to_one_frame() {
    let mut begun = bare(Kind::Alive, Session(1), Number(0)).to_vec();
    // A sound header that announces the longest body; then nothing but more headers of the same kind.
    begun[2..4].copy_from_slice(&4096_u16.to_le_bytes());
    begun[9] = sma_pa_frames::sum::crc8(&begun[2..9]);
    let mut decoder = Decoder::default();
    for byte in begun[..10].iter().cycle().take(100_000) {
        decoder.push(*byte);
    }
    let held: usize = format!("{decoder:?}")
        .trim_start_matches("Decoder(")
        .split(' ')
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap();
    assert!(held <= MOST_FRAME, "{held}");
    assert!(decoder.take_noise() > 90_000);
}
