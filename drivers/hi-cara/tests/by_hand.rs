//! Frames that a well-behaved unit does not send, given to the driver by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops")]

use hi_cara::FACTORY;
use hi_cara_frames::host::next_serial;
use hi_cara_frames::{Ask, Direction, Frame, HostMessage, Identity, MODEL, Refusal, UnitEvent, UnitMessage};
use model::{Moment, NumberB, Passcode, Pii, Pin};
use reader::{
    AttemptId, Command, Conditions, Effect, FaceVerdict, Input, Lamp, Method, Notice, PadOrder, ReaderDriver,
    ReaderFactory,
};
use std::time::Duration;

const OPEN: AttemptId = AttemptId(0xA1);

/// A driver, and what it did.
struct Hand {
    driver: Box<dyn ReaderDriver>,
    now: Moment,
    event: u8,
    /// Requests, without *taken*.
    asked: Vec<(u8, HostMessage)>,
    taken: Vec<u8>,
    /// Names of events, refusals and faults.
    told: Vec<String>,
}

impl Hand {
    /// The link is open and *begin* was asked.
    fn opened() -> Self {
        let mut hand = Self {
            driver: FACTORY.create(),
            now: Moment::ZERO,
            event: 0,
            asked: Vec::new(),
            taken: Vec::new(),
            told: Vec::new(),
        };
        hand.input(Input::LinkOpened);
        assert!(matches!(hand.asked.pop(), Some((0, HostMessage::Begin { .. }))));
        hand
    }

    /// The unit has begun.
    fn begun() -> Self {
        let mut hand = Self::opened();
        hand.says(&UnitMessage::Began(identity()), 0);
        assert_eq!(hand.told, ["ready"]);
        hand.told.clear();
        hand
    }

    /// An attempt is open, as the question of this number.
    fn in_attempt() -> (Self, Ask) {
        let mut hand = Self::begun();
        hand.input(Input::Command(Command::OpenAttempt(OPEN)));
        let Some((serial, message)) = hand.asked.pop() else { panic!() };
        hand.says(&UnitMessage::Done(message.verb()), serial);
        let HostMessage::OpenAttempt { ask, .. } = message else { panic!() };
        (hand, ask)
    }

    fn input(&mut self, input: Input<'_>) {
        self.driver.handle(input, self.now);
        while let Some(effect) = self.driver.poll_effect() {
            match effect {
                Effect::Send(bytes) => {
                    let frame = Frame::new_checked(Direction::ToUnit, &bytes).unwrap();
                    match HostMessage::parse(&frame).unwrap() {
                        HostMessage::Taken => self.taken.push(frame.serial()),
                        message => self.asked.push((frame.serial(), message)),
                    }
                }
                Effect::Report(event) => self.told.push(event.name().to_owned()),
                Effect::Unsupported(kind) => self.told.push(format!("unsupported {kind:?}")),
                Effect::Fault(fault) => self.told.push(fault.code().to_string()),
                Effect::Draw(_) => panic!("the unit draws its own screen"),
            }
        }
    }

    fn says(&mut self, message: &UnitMessage, serial: u8) {
        let frame = message.emit(serial).unwrap();
        self.input(Input::Received(&frame));
    }

    /// The next event.
    fn happens(&mut self, event: UnitEvent) {
        self.event = next_serial(self.event);
        self.says(&UnitMessage::Event(event), self.event);
    }

    fn passes(&mut self, time: Duration) {
        let end = self.now.after(time);
        while let Some(next) = self.driver.next_wakeup().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.input(Input::Woken);
        }
        self.now = end;
    }
}

fn identity() -> Identity {
    Identity {
        power_up: 7,
        self_test: 0,
        card: false,
        on_base: true,
        model: MODEL.to_owned(),
        firmware: String::from("1.02"),
        serial: String::from("T0000042"),
    }
}

fn verdict(ask: Ask, attempt: AttemptId, verdict: FaceVerdict) -> UnitEvent {
    UnitEvent::Verdict { ask, attempt, verdict, conditions: Conditions::default() }
}

fn number_b(ask: Ask, attempt: AttemptId) -> UnitEvent {
    UnitEvent::NumberB { ask, attempt, number: NumberB::from_digits(b"55021720352285").unwrap() }
}

#[test]
fn a_unit_that_is_lifted_off_its_base_goes_on() {
    let mut hand = Hand::begun();
    hand.happens(UnitEvent::OnBase(false));
    hand.happens(UnitEvent::CardPlaced);
    hand.happens(UnitEvent::OnBase(true));
    assert_eq!(hand.told, ["card placed"]);
    assert_eq!(hand.taken, [1, 2, 3]);
}

#[test]
fn an_event_that_comes_again_is_taken_again_and_not_told_again() {
    let mut hand = Hand::begun();
    hand.happens(UnitEvent::CardPlaced);
    hand.says(&UnitMessage::Event(UnitEvent::CardPlaced), 1);
    hand.happens(UnitEvent::CardTaken);
    hand.says(&UnitMessage::Event(UnitEvent::CardPlaced), 1);
    hand.says(&UnitMessage::Event(UnitEvent::CardPlaced), 9);
    assert_eq!(hand.told, ["card placed", "card taken"]);
    assert_eq!(hand.taken, [1, 1, 2], "neither an older one nor one out of turn is taken");
}

#[test]
fn before_the_unit_has_begun_nothing_is_told_and_nothing_taken() {
    let mut hand = Hand::opened();
    hand.says(&UnitMessage::Event(UnitEvent::CardPlaced), 1);
    hand.says(&UnitMessage::Event(UnitEvent::Fault(3)), 1);
    assert!(hand.told.is_empty() && hand.taken.is_empty());
    hand.says(&UnitMessage::Began(identity()), 0);
    hand.happens(UnitEvent::CardPlaced);
    assert_eq!(hand.told, ["ready", "card placed"]);
    hand.says(&UnitMessage::Began(identity()), 0);
    assert_eq!(hand.told.len(), 2, "ready comes once");
}

#[test]
fn only_the_open_question_is_answered() {
    let (mut hand, ask) = Hand::in_attempt();
    hand.happens(number_b(Ask(ask.0 + 1), OPEN));
    hand.happens(number_b(ask, AttemptId(0xA2)));
    hand.happens(verdict(ask, AttemptId(0xA2), FaceVerdict::NoMatch));
    hand.happens(UnitEvent::PinEntered { ask, pin: Pin::from_digits(b"1234").unwrap() });
    hand.happens(UnitEvent::MethodChosen { ask, method: Method::Face });
    assert!(hand.told.is_empty(), "{:?}", hand.told);
    hand.happens(number_b(ask, OPEN));
    hand.happens(number_b(ask, OPEN));
    assert_eq!(hand.told, ["number B read"], "it is read once in an attempt");
}

#[test]
fn a_passcode_is_never_taken_for_a_pin_nor_a_pin_for_a_passcode() {
    let pin = |ask| UnitEvent::PinEntered { ask, pin: Pin::from_digits(b"1234").unwrap() };
    let passcode =
        |ask| UnitEvent::PasscodeEntered { ask, passcode: Passcode::from_digits(b"5678").unwrap() };
    let pad = PadOrder::TELEPHONE;

    let mut hand = Hand::begun();
    hand.input(Input::Command(Command::AskPin { tries_left: 3, pad }));
    let Some((_, HostMessage::AskPin { ask, .. })) = hand.asked.pop() else { panic!() };
    hand.happens(passcode(ask));
    assert!(hand.told.is_empty(), "{:?}", hand.told);
    hand.happens(pin(ask));
    assert_eq!(hand.told, ["PIN entered"]);

    let mut hand = Hand::begun();
    hand.input(Input::Command(Command::AskPasscode { pad }));
    let Some((_, HostMessage::AskPasscode { ask })) = hand.asked.pop() else { panic!() };
    hand.happens(pin(ask));
    assert!(hand.told.is_empty(), "{:?}", hand.told);
    hand.happens(passcode(ask));
    hand.happens(UnitEvent::PinCancelled { ask });
    assert_eq!(hand.told, ["passcode entered"], "once");
}

#[test]
fn a_passcode_that_the_unit_cannot_ask_for_is_told_by_its_name() {
    let mut hand = Hand::begun();
    hand.input(Input::Command(Command::AskPasscode { pad: PadOrder::TELEPHONE }));
    let (serial, message) = hand.asked.pop().unwrap();
    hand.says(&UnitMessage::Refused(message.verb(), Refusal::Unknown), serial);
    assert_eq!(hand.told, ["unsupported AskPasscode"]);
    let HostMessage::AskPasscode { ask } = message else { panic!() };
    hand.happens(UnitEvent::PinCancelled { ask });
    assert_eq!(hand.told.len(), 1, "it is not asked any more");
}

#[test]
fn a_face_matches_no_photo_that_was_not_sent() {
    let (mut hand, ask) = Hand::in_attempt();
    hand.happens(number_b(ask, OPEN));
    hand.happens(verdict(ask, OPEN, FaceVerdict::Match));
    assert_eq!(hand.told, ["number B read"]);
    hand.input(Input::Command(Command::Compare { attempt: OPEN, photo: Pii::new(vec![1, 2, 3]) }));
    assert!(matches!(hand.asked.last(), Some((_, HostMessage::Compare { .. }))));
    hand.happens(verdict(ask, OPEN, FaceVerdict::Match));
    hand.happens(verdict(ask, OPEN, FaceVerdict::Match));
    assert_eq!(hand.told, ["number B read", "face compared"]);
}

#[test]
fn a_question_that_waits_for_the_link_cannot_be_answered_yet() {
    let (mut hand, ask) = Hand::in_attempt();
    // A notice holds the link, so the question behind it did not go out.
    hand.input(Input::Command(Command::Show(Notice::Wait)));
    hand.input(Input::Command(Command::AskPin { tries_left: 3, pad: PadOrder::TELEPHONE }));
    assert!(matches!(hand.asked.last(), Some((_, HostMessage::Show(_)))));
    let pin = || Pin::from_digits(b"1234").unwrap();
    hand.happens(UnitEvent::PinEntered { ask: Ask(ask.0 + 1), pin: pin() });
    assert!(hand.told.is_empty(), "{:?}", hand.told);
    let (serial, message) = hand.asked.pop().unwrap();
    hand.says(&UnitMessage::Done(message.verb()), serial);
    assert!(matches!(hand.asked.last(), Some((_, HostMessage::AskPin { .. }))));
    hand.happens(UnitEvent::PinEntered { ask: Ask(ask.0 + 1), pin: pin() });
    assert_eq!(hand.told, ["PIN entered"]);
}

#[test]
fn what_the_unit_refuses_is_told_by_its_name() {
    let mut hand = Hand::begun();
    hand.input(Input::Command(Command::Light(Lamp::Red)));
    let (serial, message) = hand.asked.pop().unwrap();
    hand.says(&UnitMessage::Refused(message.verb(), Refusal::Cannot), serial);
    assert_eq!(hand.told, ["unsupported Light"]);

    let (mut hand, ask) = Hand::in_attempt();
    hand.input(Input::Command(Command::Compare { attempt: OPEN, photo: Pii::new(vec![1]) }));
    let (serial, message) = hand.asked.pop().unwrap();
    // The attempt ended by itself just then: its verdict says more than the refusal.
    hand.happens(verdict(ask, OPEN, FaceVerdict::NumberBUnreadable));
    hand.says(&UnitMessage::Refused(message.verb(), Refusal::NotNow), serial);
    assert_eq!(hand.told, ["face compared"]);
}

#[test]
fn a_lost_session_is_a_restart_and_a_late_power_up_is_none() {
    let mut hand = Hand::begun();
    hand.says(&UnitMessage::Event(UnitEvent::PoweredUp { power_up: 7 }), 0);
    assert!(hand.told.is_empty());
    hand.passes(Duration::from_secs(1));
    let (serial, message) = hand.asked.pop().unwrap();
    hand.says(&UnitMessage::Refused(message.verb(), Refusal::NotBegun), serial);
    assert_eq!(hand.told, ["READER_UNPLUGGED"]);

    let mut hand = Hand::begun();
    hand.says(&UnitMessage::Event(UnitEvent::PoweredUp { power_up: 8 }), 0);
    assert_eq!(hand.told, ["READER_UNPLUGGED"]);
}

#[test]
fn a_unit_that_refuses_to_begin_is_given_up() {
    let mut hand = Hand::opened();
    let begin = HostMessage::Begin { session: 0 }.verb();
    hand.says(&UnitMessage::Refused(begin, Refusal::Unknown), 0);
    assert_eq!(hand.told, ["READER_GARBLED"]);
}

#[test]
fn a_unit_that_answers_every_acknowledgement_with_an_event_is_given_up() {
    let mut hand = Hand::begun();
    for _ in 0..2_000 {
        hand.happens(UnitEvent::CardPlaced);
        hand.happens(UnitEvent::CardTaken);
    }
    assert_eq!(hand.told.iter().filter(|told| *told == "READER_GARBLED").count(), 1);
    assert!(hand.taken.len() <= 512, "{}", hand.taken.len());
}

#[test]
fn words_that_the_dialect_does_not_know_are_borne_for_a_while() {
    let mut hand = Hand::begun();
    // An event of function 5F: its sum, worked by zlib, is right.
    let unknown = [0xFE, 0x5F, 0x01, 0x01, 0x04, 0x00, 0xFD, 0x15, 0x2C, 0x4C, 0x70];
    assert!(Frame::new_checked(Direction::FromUnit, &unknown).is_ok());
    for _ in 0..4 {
        assert!(hand.told.is_empty());
        hand.input(Input::Received(&unknown));
        hand.now = hand.now.after(Duration::from_millis(500));
    }
    hand.input(Input::Received(&unknown));
    assert_eq!(hand.told, ["READER_GARBLED"]);
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(pieces in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..80), 0..40)) {
        let mut hand = Hand::begun();
        for piece in &pieces {
            hand.input(Input::Received(piece));
            hand.passes(Duration::from_millis(20));
        }
        proptest::prop_assert!(hand.told.iter().all(|told| told == "READER_GARBLED"), "{:?}", hand.told);
    }
}
