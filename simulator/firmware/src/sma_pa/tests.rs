//! What the terminal says reaches the patient, and what the unit cannot do is refused.

use super::{AttemptId, FACTS};
use model::{ConsentItem, ConsentScreen, Moment, Passcode, Pin, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Firmware, Power, UnitConfig, View};
use reader::{Method, Sound};
use sma_pa_frames::frame::{bare, is_numbered};
use sma_pa_frames::{
    Announced, Decoder, HostMessage, Kind, Notice, NoticeCode, Number, ReaderMessage, Session,
};
use std::time::Duration;

const SESSION: Session = Session(7);

/// A unit and the terminal's end of its line, which acknowledges everything.
struct Bench {
    unit: Box<dyn Firmware>,
    next: Number,
    heard: Vec<ReaderMessage>,
    bare: Vec<Kind>,
    now: Moment,
}

impl Bench {
    fn powered_up() -> Self {
        let unit = super::unit(UnitConfig::default(), Moment::ZERO);
        let (next, now) = (Number(0), Moment::ZERO);
        let mut bench = Self { unit, next, heard: Vec::new(), bare: Vec::new(), now };
        bench.listen();
        bench
    }

    fn opened() -> Self {
        let mut bench = Self::powered_up();
        bench.send(&bare(Kind::Open, SESSION, Number(0)));
        bench
    }

    fn say(&mut self, message: &HostMessage) -> View {
        let frame = message.emit(SESSION, self.next).unwrap();
        self.next = self.next.next();
        self.send(&frame);
        self.unit.view()
    }

    fn act(&mut self, act: Act) {
        assert!(self.unit.act(act, self.now));
        self.listen();
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now.after(time);
        while let Some(next) = self.unit.next_wakeup().filter(|next| *next <= end) {
            self.now = next;
            self.unit.wake(next);
            self.listen();
        }
        self.now = end;
    }

    fn send(&mut self, bytes: &[u8]) {
        self.unit.receive(bytes, self.now);
        self.listen();
    }

    fn listen(&mut self) {
        let mut decoder = Decoder::default();
        while let Some(piece) = self.unit.poll_send() {
            for byte in piece {
                if decoder.push(byte) {
                    let frame = decoder.frame().unwrap();
                    let kind = Kind::of(frame.code()).unwrap();
                    if is_numbered(frame.code()) {
                        self.heard.push(ReaderMessage::parse(kind, frame.body()).unwrap());
                        let ack = bare(Kind::Ack, SESSION, frame.number().next());
                        self.unit.receive(&ack, self.now);
                    } else {
                        self.bare.push(kind);
                    }
                }
            }
        }
    }
}

#[test]
fn a_unit_says_that_it_is_there_and_who_it_is() {
    let mut bench = Bench::powered_up();
    assert_eq!((bench.bare.as_slice(), bench.unit.view().power), ([Kind::Up].as_slice(), Power::Unclaimed));
    bench.wait(Duration::from_secs(2));
    assert_eq!(bench.bare, [Kind::Up; 3]);
    bench.send(&bare(Kind::Open, SESSION, Number(0)));
    bench.send(&bare(Kind::Open, SESSION, Number(0)));
    let [ReaderMessage::Identity(identity)] = bench.heard.as_slice() else { panic!("{:?}", bench.heard) };
    assert_eq!((identity.model.as_str(), identity.serial.as_str()), (FACTS.model, "T0000042"));
    assert_eq!(bench.unit.view().power, Power::Claimed);
}

#[test]
fn every_notice_reaches_the_screen() {
    let mut bench = Bench::opened();
    let failure = Notice::Failure(NoticeCode::new("CARD_EXPIRED").unwrap());
    for (notice, word) in [
        (Notice::PlaceCard, "place_card"),
        (Notice::Wait, "wait"),
        (Notice::Done, "done"),
        (Notice::TakeCard, "take_card"),
        (Notice::CardLeft, "card_left"),
        (failure, "CARD_EXPIRED"),
        (Notice::OutOfOrder, "out_of_order"),
        (Notice::VisualArmed, "visual_armed"),
        (Notice::StaffCheck, "staff_check"),
    ] {
        assert_eq!(bench.say(&HostMessage::Show { question: 1, notice, voice: true }).notice, word);
    }
}

#[test]
fn every_sound_is_made_and_a_chip_is_greeted_with_a_beep() {
    let mut bench = Bench::opened();
    for (count, (sound, word)) in
        (1..).zip([(Sound::Chime, "chime"), (Sound::TakeCard, "take_card"), (Sound::Alarm, "alarm")])
    {
        let view = bench.say(&HostMessage::Sound { question: 1, sound });
        assert_eq!((view.sound, view.sounds), (Some(word), count));
    }
    bench.act(Act::PlaceCard(CardFace::turned_over()));
    assert_eq!((bench.unit.view().sound, bench.unit.view().sounds), (Some("chime"), 4));
    assert!(matches!(bench.heard.last(), Some(ReaderMessage::Card { placed: true })));
}

#[test]
fn every_question_reaches_the_screen() {
    let mut bench = Bench::opened();
    let methods = vec![Method::Pin, Method::Visual, Method::Face];
    let view = bench.say(&HostMessage::OfferMethods { question: 1, methods });
    assert_eq!(view.asked, AskedView::Methods { offered: vec!["pin", "visual", "face"] });
    let screen = ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Tests] };
    let view = bench.say(&HostMessage::AskConsent { question: 2, screen });
    assert_eq!(view.asked, AskedView::Consent { screen: "medical".into(), items: vec![ConsentItem::Tests] });
    let view = bench.say(&HostMessage::ReadDocument { question: 3 });
    assert_eq!(view.asked, AskedView::Document);
    bench.act(Act::PlaceCard(CardFace::new(b"55021720352285").unwrap()));
    let view = bench.say(&HostMessage::OpenAttempt { question: 4, attempt: AttemptId(1) });
    assert_eq!(view.asked, AskedView::Face { comparing: false });
    assert_eq!(bench.say(&HostMessage::Cancel { question: 5 }).asked, AskedView::Nothing);
}

#[test]
fn every_pin_pad_is_shuffled_anew_by_the_unit() {
    let mut bench = Bench::opened();
    let mut pads = Vec::new();
    for question in 1..=3 {
        let AskedView::Pin { tries_left: 3, pad: Some(pad) } =
            bench.say(&HostMessage::AskPin { question, tries_left: 3 }).asked
        else {
            panic!("no shuffled pad");
        };
        let mut digits = pad;
        digits.sort_unstable();
        assert_eq!(digits, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(!pads.contains(&pad));
        pads.push(pad);
    }
}

#[test]
fn a_passcode_pad_is_shuffled_too_and_its_digits_have_their_own_words() {
    let mut bench = Bench::opened();
    let passcode = || Act::TypePasscode(Passcode::from_digits(b"4826").unwrap());
    let pin = || Act::TypePin(Pin::from_digits(b"4826").unwrap());
    bench.say(&HostMessage::AskPin { question: 1, tries_left: 3 });
    assert!(!bench.unit.act(passcode(), bench.now), "a PIN pad takes no passcode");
    bench.act(pin());
    assert!(matches!(bench.heard.last(), Some(ReaderMessage::Pin { question: 1, .. })));
    let mut pads = Vec::new();
    for question in [2, 3] {
        let asked = bench.say(&HostMessage::AskPasscode { question }).asked;
        let AskedView::Passcode { pad: Some(pad) } = asked else { panic!("no shuffled pad") };
        assert!(!pads.contains(&pad));
        pads.push(pad);
    }
    assert!(!bench.unit.act(pin(), bench.now), "a passcode pad takes no PIN");
    bench.act(passcode());
    match bench.heard.last() {
        Some(ReaderMessage::Passcode { question: 3, passcode }) => {
            assert_eq!(passcode.expose(Purpose::Simulate), b"4826");
        }
        other => panic!("{other:?}"),
    }
    bench.say(&HostMessage::AskPasscode { question: 4 });
    bench.act(Act::Cancel);
    assert!(matches!(bench.heard.last(), Some(ReaderMessage::PinCancelled { question: 4 })));
}

#[test]
fn what_is_not_wanted_now_is_refused() {
    let mut bench = Bench::opened();
    let photo = Announced::of(b"Man");
    bench.say(&HostMessage::Compare { question: 9, attempt: AttemptId(1), photo });
    assert!(matches!(bench.heard.last(), Some(ReaderMessage::Refused { question: 9 })));
}

#[test]
fn a_deserted_session_is_closed() {
    let mut bench = Bench::opened();
    bench.say(&HostMessage::AskPin { question: 1, tries_left: 3 });
    bench.wait(Duration::from_millis(5_100));
    let view = bench.unit.view();
    assert_eq!(
        (view.power, view.asked, view.notice.as_str()),
        (Power::Unclaimed, AskedView::Nothing, "out_of_order")
    );
}
