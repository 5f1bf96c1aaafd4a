//! What the terminal says reaches the unit's body, and what this unit cannot do it refuses.

use super::unit;
use hi_cara_frames::{
    Ask, Collector, Direction, HostMessage, LampLine, Notice, NoticeCode, Phrase, Refusal, UnitEvent,
    UnitMessage,
};
use model::{ConsentItem, ConsentScreen, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Firmware, UnitConfig};
use reader::{AttemptId, FaceVerdict, Method};
use std::time::Duration;

const NUMBER_B: &[u8] = b"55021720352285";

/// A terminal that speaks the dialect by hand.
struct Terminal {
    unit: Box<dyn Firmware>,
    serial: u8,
    now: Moment,
}

impl Terminal {
    fn begun() -> Self {
        let mut terminal =
            Self { unit: unit(UnitConfig::default(), Moment::ZERO), serial: 0, now: Moment::ZERO };
        assert!(matches!(terminal.hear()[..], [UnitMessage::Event(UnitEvent::PoweredUp { .. })]));
        terminal.say(&HostMessage::Begin { session: 1 }, 0);
        assert!(matches!(terminal.hear()[..], [UnitMessage::Began(_)]));
        terminal
    }

    fn say(&mut self, message: &HostMessage, serial: u8) {
        self.unit.receive(&message.emit(serial).unwrap(), self.now);
    }

    /// Everything that the unit says now; events are taken.
    fn hear(&mut self) -> Vec<UnitMessage> {
        let mut collector = Collector::new(Direction::FromUnit);
        let mut heard = Vec::new();
        while let Some(piece) = self.unit.poll_send() {
            for byte in piece {
                let Some(frame) = collector.push(byte) else { continue };
                let serial = frame.serial();
                let message = UnitMessage::parse(&frame).unwrap();
                if matches!(message, UnitMessage::Event(_)) {
                    self.say(&HostMessage::Taken, serial);
                }
                heard.push(message);
            }
        }
        heard
    }

    /// The reply to one request; events that come with it follow.
    fn ask(&mut self, message: &HostMessage) -> Vec<UnitMessage> {
        self.serial += 1;
        self.say(message, self.serial);
        self.hear()
    }

    fn obeys(&mut self, message: &HostMessage) {
        let heard = self.ask(message);
        assert!(
            matches!(heard.first(), Some(UnitMessage::Done(verb)) if *verb == message.verb()),
            "{heard:?}"
        );
    }

    fn refuses(&mut self, message: &HostMessage, refusal: Refusal) {
        let heard = self.ask(message);
        assert!(matches!(heard[..], [UnitMessage::Refused(_, why)] if why == refusal), "{heard:?}");
    }
}

#[test]
fn every_notice_lamp_phrase_and_question_reaches_the_view() {
    let mut terminal = Terminal::begun();
    let code = NoticeCode::new("CARD_REMOVED_EARLY").unwrap();
    for (notice, word) in [
        (Notice::PlaceCard, "place_card"),
        (Notice::Wait, "wait"),
        (Notice::Done, "done"),
        (Notice::TakeCard, "take_card"),
        (Notice::CardLeft, "card_left"),
        (Notice::Failure(code), "CARD_REMOVED_EARLY"),
        (Notice::OutOfOrder, "out_of_order"),
        (Notice::VisualArmed, "visual_armed"),
        (Notice::StaffCheck, "staff_check"),
    ] {
        terminal.obeys(&HostMessage::Show(notice));
        assert_eq!(terminal.unit.view().notice, word);
    }
    for (line, colour) in [(LampLine::Green, "green"), (LampLine::Red, "red"), (LampLine::Blue, "blue")] {
        terminal.obeys(&HostMessage::LineOn(line));
        terminal.obeys(&HostMessage::LineValue { line, lit: true });
        assert_eq!(terminal.unit.view().lamp, colour);
        terminal.obeys(&HostMessage::LineValue { line, lit: false });
        assert_eq!(terminal.unit.view().lamp, "off");
    }
    for (phrase, sound) in
        [(Phrase::Accepted, "chime"), (Phrase::TakeCard, "take_card"), (Phrase::Wrong, "alarm")]
    {
        terminal.obeys(&HostMessage::Say(phrase));
        assert_eq!(terminal.unit.view().sound, Some(sound));
    }
    assert_eq!(terminal.unit.view().sounds, 3);

    let methods = vec![Method::Pin, Method::Visual, Method::Face];
    terminal.obeys(&HostMessage::OfferMethods { ask: Ask(1), methods });
    assert_eq!(terminal.unit.view().asked, AskedView::Methods { offered: vec!["pin", "visual", "face"] });
    terminal.obeys(&HostMessage::AskPin { ask: Ask(2), tries_left: 2 });
    assert_eq!(terminal.unit.view().asked, AskedView::Pin { tries_left: 2, pad: None });
    terminal.obeys(&HostMessage::AskPasscode { ask: Ask(2) });
    assert_eq!(terminal.unit.view().asked, AskedView::Passcode { pad: None });
    let screen = ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines] };
    terminal.obeys(&HostMessage::AskConsent { ask: Ask(3), screen });
    assert!(matches!(terminal.unit.view().asked, AskedView::Consent { .. }));
    terminal.unit.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()), Moment::ZERO);
    terminal.hear();
    terminal.obeys(&HostMessage::OpenAttempt { ask: Ask(4), attempt: AttemptId(9) });
    assert_eq!(terminal.unit.view().asked, AskedView::Face { comparing: false });
    terminal.obeys(&HostMessage::Cancel);
    assert_eq!(terminal.unit.view().asked, AskedView::Nothing);
}

#[test]
fn what_is_not_to_be_done_now_is_refused() {
    let mut terminal = Terminal::begun();
    let lit = |line| HostMessage::LineValue { line, lit: true };
    terminal.refuses(&lit(LampLine::Red), Refusal::NotNow);
    terminal.obeys(&HostMessage::LineOn(LampLine::Red));
    terminal.obeys(&HostMessage::LineOn(LampLine::Blue));
    terminal.obeys(&lit(LampLine::Red));
    terminal.refuses(&lit(LampLine::Blue), Refusal::NotNow);
    assert_eq!(terminal.unit.view().lamp, "red");

    let compare =
        |ask| HostMessage::Compare { ask: Ask(ask), attempt: AttemptId(9), photo: Pii::new(vec![1]) };
    terminal.refuses(&compare(1), Refusal::NotNow);
    terminal.unit.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()), Moment::ZERO);
    terminal.hear();
    terminal.obeys(&HostMessage::OpenAttempt { ask: Ask(1), attempt: AttemptId(9) });
    terminal.refuses(&compare(2), Refusal::NotNow);
    let heard = terminal.ask(&compare(1));
    let verdict = match heard.last() {
        Some(UnitMessage::Event(UnitEvent::Verdict { verdict, .. })) => *verdict,
        other => panic!("{other:?}"),
    };
    assert_eq!(verdict, FaceVerdict::PhotoUnreadable);
}

#[test]
fn a_request_is_obeyed_once_however_often_it_comes() {
    let mut terminal = Terminal::begun();
    for _ in 0..3 {
        terminal.say(&HostMessage::Say(Phrase::Accepted), 1);
    }
    assert_eq!(terminal.hear().len(), 3, "replied to each time");
    assert_eq!(terminal.unit.view().sounds, 1);
    terminal.say(&HostMessage::Say(Phrase::Accepted), 7);
    assert!(terminal.hear().is_empty(), "neither the last serial nor the next");
    terminal.say(&HostMessage::Begin { session: 1 }, 0);
    assert!(terminal.hear().is_empty(), "old: it was the session's first request");
    terminal.say(&HostMessage::Begin { session: 2 }, 0);
    assert!(matches!(terminal.hear()[..], [UnitMessage::Began(_)]));
}

#[test]
fn a_passcode_is_said_in_its_own_words_and_only_where_it_was_asked() {
    let mut terminal = Terminal::begun();
    let passcode = || Act::TypePasscode(Passcode::from_digits(b"4826").unwrap());
    let pin = || Act::TypePin(Pin::from_digits(b"4826").unwrap());
    terminal.obeys(&HostMessage::AskPin { ask: Ask(1), tries_left: 3 });
    assert!(!terminal.unit.act(passcode(), Moment::ZERO), "a PIN pad takes no passcode");
    assert!(terminal.unit.act(pin(), Moment::ZERO));
    let heard = terminal.hear();
    assert!(
        matches!(heard[..], [UnitMessage::Event(UnitEvent::PinEntered { ask: Ask(1), .. })]),
        "{heard:?}"
    );
    terminal.obeys(&HostMessage::AskPasscode { ask: Ask(2) });
    assert!(!terminal.unit.act(pin(), Moment::ZERO), "a passcode pad takes no PIN");
    assert!(terminal.unit.act(passcode(), Moment::ZERO));
    match terminal.hear().pop() {
        Some(UnitMessage::Event(UnitEvent::PasscodeEntered { ask, passcode })) => {
            assert_eq!((ask, passcode.expose(Purpose::Simulate)), (Ask(2), b"4826"));
        }
        other => panic!("{other:?}"),
    }
    terminal.obeys(&HostMessage::AskPasscode { ask: Ask(3) });
    assert!(terminal.unit.act(Act::Cancel, Moment::ZERO));
    let heard = terminal.hear();
    assert!(matches!(heard[..], [UnitMessage::Event(UnitEvent::PinCancelled { ask: Ask(3) })]), "{heard:?}");
}

#[test]
fn an_event_is_said_until_it_is_taken() {
    let mut terminal = Terminal::begun();
    terminal.obeys(&HostMessage::AskPin { ask: Ask(5), tries_left: 3 });
    assert!(terminal.unit.act(Act::TypePin(Pin::from_digits(b"1234").unwrap()), Moment::ZERO));
    let said = terminal.unit.poll_send().unwrap();
    terminal.now = Moment::from_origin(Duration::from_millis(500));
    terminal.unit.wake(terminal.now);
    assert_eq!(terminal.unit.poll_send(), Some(said));
    terminal.say(&HostMessage::Taken, 1);
    terminal.now = Moment::from_origin(Duration::from_secs(5));
    terminal.unit.wake(terminal.now);
    assert_eq!(terminal.unit.poll_send(), None);
}

#[test]
fn an_answer_that_was_not_said_is_forgotten_with_its_question() {
    let mut terminal = Terminal::begun();
    terminal.obeys(&HostMessage::AskPin { ask: Ask(5), tries_left: 3 });
    // The card's event is not taken yet, so the digits wait behind it.
    terminal.unit.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()), Moment::ZERO);
    assert!(terminal.unit.act(Act::TypePin(Pin::from_digits(b"1234").unwrap()), Moment::ZERO));
    terminal.serial += 1;
    terminal.say(&HostMessage::AskPin { ask: Ask(6), tries_left: 2 }, terminal.serial);
    let heard = terminal.hear();
    assert!(
        matches!(heard[..], [UnitMessage::Event(UnitEvent::CardPlaced), UnitMessage::Done(_)]),
        "{heard:?}"
    );
    assert!(terminal.unit.act(Act::TypePin(Pin::from_digits(b"5678").unwrap()), Moment::ZERO));
    match terminal.hear().pop() {
        Some(UnitMessage::Event(UnitEvent::PinEntered { ask, pin })) => {
            assert_eq!((ask, pin.expose(Purpose::Simulate)), (Ask(6), b"5678"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_session_nothing_is_obeyed() {
    let mut terminal = Terminal::begun();
    terminal.unit.link_changed(false, Moment::ZERO);
    terminal.unit.link_changed(true, Moment::ZERO);
    terminal.refuses(&HostMessage::Say(Phrase::Accepted), Refusal::NotBegun);
    assert_eq!(terminal.unit.view().sounds, 0);
    terminal.now = Moment::from_origin(Duration::from_millis(500));
    terminal.unit.wake(terminal.now);
    assert!(matches!(terminal.hear()[..], [UnitMessage::Event(UnitEvent::PoweredUp { .. })]));
}
