//! The simulated EXC-9000 alone, spoken to in its dialect.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use exc_9000_frames::{
    Collector, HostMessage, HostPacket, Notice, NoticeCode, Number, Token, Turn, UnitMessage, UnitPacket,
};
use model::{ConsentItem, ConsentScreen, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Firmware, Power, UnitConfig, View};
use reader::{AttemptId, FaceVerdict, Language, Method};

const SESSION: u16 = 7;

/// A unit in a session, and how far the terminal has counted.
struct Bench {
    unit: Box<dyn Firmware>,
    number: Number,
    next: Number,
}

impl Bench {
    fn new() -> Self {
        let unit = simulator_firmware::unit("exc-9000", UnitConfig::default(), Moment::ZERO).unwrap();
        let mut bench = Self { unit, number: Number::FIRST, next: Number::FIRST };
        assert!(matches!(bench.heard()[..], [UnitMessage::Up { .. }]));
        let hello = Turn::Opening(HostMessage::Hello);
        bench.put(hello);
        let [UnitMessage::Here(identity)] = &bench.heard()[..] else { panic!() };
        assert_eq!((identity.model.as_str(), identity.card, identity.begun), ("EXC-9000", false, 1));
        bench
    }

    fn put(&mut self, turn: Turn<HostMessage>) {
        let bytes = HostPacket { session: SESSION, turn }.emit().unwrap();
        self.unit.receive(&bytes, Moment::ZERO);
    }

    /// Says a message and acknowledges everything; what the unit says to it.
    fn say(&mut self, message: HostMessage) -> Vec<UnitMessage> {
        let (number, next) = (self.number, self.next);
        self.number = number.plus(1);
        self.put(Turn::Numbered { number, next, message });
        self.heard()
    }

    fn act(&mut self, act: Act) -> Vec<UnitMessage> {
        assert!(self.unit.act(act, Moment::ZERO));
        self.heard()
    }

    fn heard(&mut self) -> Vec<UnitMessage> {
        let mut messages = Vec::new();
        let mut collector = Collector::default();
        while let Some(bytes) = self.unit.poll_send() {
            for byte in bytes {
                if collector.push(byte) != Some(Token::Frame) {
                    continue;
                }
                match UnitPacket::parse(collector.frame().unwrap().body()).unwrap().turn {
                    Turn::Heard { .. } => {}
                    Turn::Opening(message) => messages.push(message),
                    Turn::Numbered { number, message, .. } => {
                        assert_eq!(number, self.next);
                        self.next = number.plus(1);
                        messages.push(message);
                    }
                }
            }
        }
        let next = self.next;
        self.put(Turn::Heard { next });
        messages
    }

    fn view(&self) -> View {
        self.unit.view()
    }
}

#[test]
fn every_notice_and_language_reaches_the_screen() {
    let mut bench = Bench::new();
    for (notice, word) in [
        (Notice::PlaceCard, "place_card"),
        (Notice::Wait, "wait"),
        (Notice::Done, "done"),
        (Notice::TakeCard, "take_card"),
        (Notice::CardLeft, "card_left"),
        (Notice::Failure(NoticeCode::new("CARD_REMOVED_EARLY").unwrap()), "CARD_REMOVED_EARLY"),
        (Notice::OutOfOrder, "out_of_order"),
        (Notice::VisualArmed, "visual_armed"),
        (Notice::StaffCheck, "staff_check"),
    ] {
        assert!(bench.say(HostMessage::Show(notice)).is_empty());
        assert_eq!(bench.view().notice, word);
    }
    for (language, word) in [
        (Language::English, "en"),
        (Language::Korean, "ko"),
        (Language::Chinese, "zh"),
        (Language::Japanese, "ja"),
    ] {
        assert!(bench.say(HostMessage::Speak(language)).is_empty());
        assert_eq!(bench.view().language, word);
        let told = bench.act(Act::Language(language));
        assert!(matches!(told[..], [UnitMessage::Language(told)] if told == language));
    }
    assert_eq!(bench.view().power, Power::Claimed);
}

#[test]
fn every_question_reaches_the_screen() {
    let mut bench = Bench::new();
    let placed = bench.act(Act::PlaceCard(CardFace::new(b"55021720352285").unwrap()));
    assert!(matches!(placed[..], [UnitMessage::Card { placed: true }]));
    let attempt = AttemptId(1);
    let screen = ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines] };
    let consent = AskedView::Consent { screen: "medical".into(), items: screen.items.clone() };
    for (message, asked) in [
        (
            HostMessage::Methods { ask: 1, offered: vec![Method::Pin, Method::Visual, Method::Face] },
            AskedView::Methods { offered: vec!["pin", "visual", "face"] },
        ),
        (HostMessage::Pin { ask: 2, tries: 1 }, AskedView::Pin { tries_left: 1, pad: None }),
        (HostMessage::Passcode { ask: 2 }, AskedView::Passcode { pad: None }),
        (HostMessage::Consent { ask: 3, screen }, consent),
        (HostMessage::Cancel, AskedView::Nothing),
    ] {
        assert!(bench.say(message).is_empty());
        assert_eq!(bench.view().asked, asked);
    }
    let read = bench.say(HostMessage::Attempt { ask: 4, attempt });
    assert!(matches!(read[..], [UnitMessage::NumberB { ask: 4, .. }]), "{read:?}");
    assert_eq!(bench.view().asked, AskedView::Face { comparing: false });
    assert!(bench.say(HostMessage::Photo { ask: 5, attempt, bytes: 2 }).is_empty());
    let piece = |index| HostMessage::Piece { ask: 5, index, bytes: Pii::new(vec![b'x']) };
    assert!(bench.say(piece(0)).is_empty());
    let judged = bench.say(piece(1));
    assert!(
        matches!(judged[..], [UnitMessage::Verdict { ask: 5, verdict: FaceVerdict::PhotoUnreadable, .. }]),
        "{judged:?}"
    );
    assert!(matches!(bench.act(Act::Rotate)[..], [UnitMessage::Turned { portrait: true }]));
}

#[test]
fn a_passcode_is_said_in_its_own_words_and_only_where_it_was_asked() {
    let mut bench = Bench::new();
    let passcode = || Act::TypePasscode(Passcode::from_digits(b"4826").unwrap());
    let pin = || Act::TypePin(Pin::from_digits(b"4826").unwrap());
    assert!(bench.say(HostMessage::Pin { ask: 1, tries: 3 }).is_empty());
    assert!(!bench.unit.act(passcode(), Moment::ZERO), "a PIN pad takes no passcode");
    assert!(matches!(bench.act(pin())[..], [UnitMessage::Entered { ask: 1, .. }]));
    assert!(bench.say(HostMessage::Passcode { ask: 2 }).is_empty());
    assert!(!bench.unit.act(pin(), Moment::ZERO), "a passcode pad takes no PIN");
    let told = bench.act(passcode());
    let [UnitMessage::PasscodeEntered { ask: 2, passcode }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(passcode.expose(Purpose::Judge), b"4826");
    assert!(bench.say(HostMessage::Passcode { ask: 3 }).is_empty());
    assert!(matches!(bench.act(Act::Cancel)[..], [UnitMessage::Declined { ask: 3 }]));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut bench = Bench::new();
    let attempt = AttemptId(1);
    let no_attempt = bench.say(HostMessage::Photo { ask: 1, attempt, bytes: 2 });
    assert!(matches!(no_attempt[..], [UnitMessage::Refused { name: "photo", ask: 1 }]), "{no_attempt:?}");
    let no_photo = bench.say(HostMessage::Piece { ask: 1, index: 0, bytes: Pii::new(vec![1]) });
    assert!(matches!(no_photo[..], [UnitMessage::Refused { name: "piece", ask: 1 }]), "{no_photo:?}");
    let no_card = bench.say(HostMessage::Attempt { ask: 2, attempt });
    assert!(
        matches!(no_card[..], [UnitMessage::Verdict { ask: 2, verdict: FaceVerdict::NumberBUnreadable, .. }]),
        "{no_card:?}"
    );
}

#[test]
fn hello_again_changes_nothing_until_something_was_said() {
    let mut bench = Bench::new();
    bench.put(Turn::Opening(HostMessage::Hello));
    assert!(matches!(&bench.heard()[..], [UnitMessage::Here(again)] if again.begun == 1));
    assert!(bench.say(HostMessage::Pin { ask: 1, tries: 3 }).is_empty());
    bench.put(Turn::Opening(HostMessage::Hello));
    assert!(matches!(&bench.heard()[..], [UnitMessage::Here(anew)] if anew.begun == 2));
    assert_eq!(bench.view().asked, AskedView::Nothing);
}

#[test]
fn a_card_is_announced_by_its_frame_and_by_no_other() {
    let mut bench = Bench::new();
    assert!(bench.unit.act(Act::Rotate, Moment::ZERO));
    assert!(bench.unit.act(Act::PlaceCard(CardFace::turned_over()), Moment::ZERO));
    assert!(bench.unit.act(Act::TakeCard, Moment::ZERO));
    let frames: Vec<_> = std::iter::from_fn(|| bench.unit.poll_send()).collect();
    let announced: Vec<_> = frames.iter().map(|frame| bench.unit.announces_card(frame)).collect();
    assert_eq!(announced, [false, true, false]);
}
