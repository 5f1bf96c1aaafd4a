//! The session's corners, with a unit that says exactly what each story needs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use exc_9000::FACTORY;
use exc_9000_frames::{
    Collector, HostMessage, HostPacket, Identity, Number, Token, Turn, UnitMessage, UnitPacket,
};
use model::{ConsentItem, ConsentScreen, Decision, Moment, NumberB, Passcode, Pii, Pin, Purpose};
use reader::{
    AttemptId, Command, Conditions, Effect, Event, FaceVerdict, Input, Language, Method, Notice, PadOrder,
    ReaderDriver, ReaderFactory as _,
};
use std::time::Duration;

const BOOT: u32 = 41_153;
const ATTEMPT: AttemptId = AttemptId(0xA1);

/// A driver, and what it says and reports.
struct Stage {
    driver: Box<dyn ReaderDriver>,
    now: Moment,
    session: u16,
    /// The number of the unit's next message.
    number: Number,
    heard: Vec<HostPacket>,
    events: Vec<Event>,
    troubles: Vec<String>,
}

fn identity() -> Identity {
    Identity {
        model: "EXC-9000".into(),
        firmware: "2.11".into(),
        serial: "T0000042".into(),
        boot: BOOT,
        begun: 1,
        self_test: 0,
        card: false,
        portrait: false,
    }
}

impl Stage {
    /// The link was opened; `hello` is on the wire.
    fn calling() -> Self {
        let mut stage = Self {
            driver: FACTORY.create(),
            now: Moment::from_origin(Duration::from_secs(3)),
            session: 0,
            number: Number::FIRST,
            heard: Vec::new(),
            events: Vec::new(),
            troubles: Vec::new(),
        };
        stage.give(Input::LinkOpened);
        stage.session = stage.heard[0].session;
        assert!(matches!(stage.heard.remove(0).turn, Turn::Opening(HostMessage::Hello)));
        stage
    }

    /// A card lies on an identified unit.
    fn open() -> Self {
        let mut stage = Self::calling();
        stage.unit_opens(stage.session, UnitMessage::Here(identity()));
        stage.unit_says(UnitMessage::Card { placed: true });
        assert_eq!(stage.told(), ["ready", "card placed"]);
        stage.heard.clear();
        stage
    }

    fn give(&mut self, input: Input<'_>) {
        self.driver.handle(input, self.now);
        while let Some(effect) = self.driver.poll_effect() {
            match effect {
                Effect::Send(bytes) => self.heard.extend(packets(&bytes)),
                Effect::Report(event) => self.events.push(event),
                Effect::Unsupported(kind) => self.troubles.push(format!("unsupported {kind:?}")),
                Effect::Fault(fault) => self.troubles.push(fault.code().to_string()),
                Effect::Draw(_) => panic!("the unit draws its own screen"),
            }
        }
    }

    fn say(&mut self, command: Command) {
        self.give(Input::Command(command));
    }

    /// Lets time pass, waking the driver when it wants to be.
    fn pass(&mut self, time: Duration) {
        let end = self.now.after(time);
        while let Some(at) = self.driver.next_wakeup().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.give(Input::Woken);
        }
        self.now = end;
    }

    fn unit_sends(&mut self, session: u16, turn: Turn<UnitMessage>) {
        let bytes = UnitPacket { session, turn }.emit().unwrap();
        self.give(Input::Received(&bytes));
    }

    fn unit_opens(&mut self, session: u16, message: UnitMessage) {
        self.unit_sends(session, Turn::Opening(message));
    }

    /// The unit's next message; it acknowledges nothing.
    fn unit_says(&mut self, message: UnitMessage) {
        let number = self.number;
        self.number = number.plus(1);
        self.unit_numbers(number, message);
    }

    fn unit_numbers(&mut self, number: Number, message: UnitMessage) {
        self.unit_sends(self.session, Turn::Numbered { number, next: Number::FIRST, message });
    }

    fn unit_heard(&mut self, next: u8) {
        self.unit_sends(self.session, Turn::Heard { next: Number(next) });
    }

    /// Names of the events since the last look.
    fn told(&mut self) -> Vec<&'static str> {
        self.events.drain(..).map(|event| event.name()).collect()
    }

    /// Numbers and messages that the driver said since the last look.
    fn said(&mut self) -> Vec<(u8, HostMessage)> {
        let numbered = self.heard.drain(..).filter_map(|packet| match packet.turn {
            Turn::Numbered { number, message, .. } => Some((number.0, message)),
            _ => None,
        });
        numbered.collect()
    }

    /// The `ask` of the last message that was said.
    fn last_ask(&mut self) -> u32 {
        self.said().last().and_then(|(_, message)| message.ask()).unwrap()
    }
}

fn packets(bytes: &[u8]) -> Vec<HostPacket> {
    let mut collector = Collector::default();
    let mut packets = Vec::new();
    for byte in bytes {
        if collector.push(*byte) == Some(Token::Frame) {
            packets.push(HostPacket::parse(collector.frame().unwrap().body()).unwrap());
        }
    }
    packets
}

fn ask_pin() -> Command {
    Command::AskPin { tries_left: 3, pad: PadOrder::TELEPHONE }
}

fn entered(ask: u32) -> UnitMessage {
    UnitMessage::Entered { ask, pin: Pin::from_digits(b"7391").unwrap() }
}

fn passcode_entered(ask: u32) -> UnitMessage {
    UnitMessage::PasscodeEntered { ask, passcode: Passcode::from_digits(b"5678").unwrap() }
}

fn verdict(ask: u32, attempt: AttemptId, verdict: FaceVerdict) -> UnitMessage {
    UnitMessage::Verdict { ask, attempt, verdict, conditions: Conditions::default() }
}

// ----- beginning --------------------------------------------------------------------------------------------------

#[test]
fn the_unit_is_called_every_half_second_and_when_it_says_that_it_is_up() {
    let mut stage = Stage::calling();
    stage.pass(Duration::from_millis(1_250));
    assert_eq!(stage.heard.len(), 2);
    stage.unit_opens(0, UnitMessage::Up { boot: BOOT });
    assert_eq!(stage.heard.len(), 3);
    // A unit that floods the line with `up` is not flooded with `hello`.
    for _ in 0..100 {
        stage.unit_opens(0, UnitMessage::Up { boot: BOOT });
    }
    assert_eq!(stage.heard.len(), 3);
    assert!(stage.heard.iter().all(|packet| matches!(packet.turn, Turn::Opening(HostMessage::Hello))));
}

#[test]
fn before_here_and_from_another_session_nothing_counts() {
    let mut stage = Stage::calling();
    let card = || UnitMessage::Card { placed: true };
    stage.unit_numbers(Number::FIRST, card());
    stage.unit_opens(stage.session + 1, UnitMessage::Here(identity()));
    assert!(stage.told().is_empty());
    stage.unit_opens(stage.session, UnitMessage::Here(identity()));
    let turn = Turn::Numbered { number: Number::FIRST, next: Number::FIRST, message: card() };
    stage.unit_sends(stage.session + 1, turn);
    assert_eq!(stage.told(), ["ready"]);
    stage.pass(Duration::from_secs(4));
    assert_eq!(stage.troubles, ["READER_SILENT"], "another session is no sign of life");
}

#[test]
fn the_same_here_again_is_nothing_new_and_another_one_is_a_restart() {
    let mut stage = Stage::open();
    stage.unit_opens(stage.session, UnitMessage::Here(identity()));
    assert!(stage.told().is_empty() && stage.troubles.is_empty());
    stage.unit_opens(stage.session, UnitMessage::Here(Identity { begun: 2, ..identity() }));
    assert_eq!(stage.troubles, ["READER_UNPLUGGED"]);
}

#[test]
fn an_up_from_before_is_old_and_one_after_a_power_cut_is_not() {
    let mut stage = Stage::open();
    stage.unit_opens(0, UnitMessage::Up { boot: BOOT });
    assert!(stage.troubles.is_empty(), "said before the unit heard `hello`");
    stage.unit_opens(0, UnitMessage::Up { boot: BOOT + 1 });
    assert_eq!(stage.troubles, ["READER_UNPLUGGED"]);
}

#[test]
fn a_unit_that_let_the_session_go_does_not_hear_us() {
    let mut stage = Stage::open();
    stage.unit_opens(stage.session, UnitMessage::Up { boot: BOOT });
    assert_eq!(stage.troubles, ["READER_SILENT"]);
}

#[test]
fn what_a_unit_says_while_it_starts_is_not_held_against_it() {
    let mut stage = Stage::calling();
    for _ in 0..30 {
        stage.give(Input::Received(b"U-Boot 2021.01\xC0\xC0"));
        stage.pass(Duration::from_millis(100));
    }
    stage.unit_opens(stage.session, UnitMessage::Here(identity()));
    stage.give(Input::Received(b"login:\xC0"));
    assert!(stage.troubles.is_empty());
    assert_eq!(stage.told(), ["ready"]);
}

// ----- numbers ----------------------------------------------------------------------------------------------------

#[test]
fn a_repetition_and_a_message_after_a_gap_are_dropped_and_answered_with_what_is_wanted() {
    let mut stage = Stage::open();
    stage.unit_numbers(Number(0), UnitMessage::Card { placed: false });
    stage.unit_numbers(Number(2), UnitMessage::Card { placed: false });
    assert!(stage.told().is_empty());
    let answers: Vec<_> = stage.heard.drain(..).map(|packet| packet.turn).collect();
    assert!(
        matches!(answers[..], [Turn::Heard { next: Number(1) }, Turn::Heard { next: Number(1) }]),
        "{answers:?}"
    );
    stage.unit_numbers(Number(1), UnitMessage::Card { placed: false });
    assert_eq!(stage.told(), ["card taken"]);
}

#[test]
fn numbers_go_round() {
    let mut stage = Stage::open();
    for turn in 0..600 {
        stage.unit_says(UnitMessage::Card { placed: turn % 2 == 1 });
        assert_eq!(stage.told().len(), 1, "message {turn}");
    }
}

#[test]
fn unheard_messages_are_said_again_in_order_and_given_up_after_eight_times() {
    let mut stage = Stage::open();
    stage.say(Command::Show(Notice::Wait));
    stage.say(Command::Speak(Language::English));
    let numbers: Vec<_> = stage.said().iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [0, 1]);
    for _ in 0..7 {
        stage.pass(Duration::from_millis(400));
        // Its heartbeat does not help: the unit speaks and does not acknowledge.
        stage.unit_heard(0);
        let again: Vec<_> = stage.said().iter().map(|(number, _)| *number).collect();
        assert_eq!(again, [0, 1]);
    }
    assert!(stage.troubles.is_empty());
    stage.pass(Duration::from_millis(400));
    assert_eq!(stage.troubles, ["READER_SILENT"]);
}

#[test]
fn an_acknowledgement_of_what_was_never_said_or_long_ago_is_passed_over() {
    let mut stage = Stage::open();
    stage.say(Command::Show(Notice::Wait));
    stage.say(Command::Speak(Language::English));
    stage.said();
    stage.unit_heard(1);
    stage.unit_heard(200);
    stage.unit_heard(0);
    stage.pass(Duration::from_millis(400));
    let again: Vec<_> = stage.said().iter().map(|(number, _)| *number).collect();
    assert_eq!(again, [1], "only the first was heard");
}

#[test]
fn at_most_four_messages_are_unheard() {
    let mut stage = Stage::open();
    stage.say(Command::OpenAttempt(ATTEMPT));
    stage.say(Command::Compare { attempt: ATTEMPT, photo: Pii::new(vec![1; 10_000]) });
    assert_eq!(stage.said().len(), 4);
    stage.unit_heard(1);
    assert_eq!(stage.said().len(), 1);
    stage.unit_heard(5);
    assert_eq!(stage.said().len(), 4);
    let mut next = 9;
    let mut pieces = 9 - 2;
    while pieces < 11 {
        stage.unit_heard(next);
        let said = stage.said().len();
        assert!((1..=4).contains(&said), "{said} after {pieces} pieces");
        pieces += said;
        next += u8::try_from(said).unwrap();
    }
    assert_eq!(pieces, 11, "10,000 bytes in pieces of 960");
}

#[test]
fn a_side_that_has_nothing_to_say_says_that_it_lives() {
    let mut stage = Stage::open();
    stage.pass(Duration::from_millis(2_500));
    let beats: Vec<_> = stage.heard.drain(..).map(|packet| packet.turn).collect();
    assert!(
        matches!(beats[..], [Turn::Heard { next: Number(1) }, Turn::Heard { next: Number(1) }]),
        "{beats:?}"
    );
}

// ----- answers ----------------------------------------------------------------------------------------------------

#[test]
fn an_answer_under_another_number_is_dropped() {
    let mut stage = Stage::open();
    stage.say(ask_pin());
    let ask = stage.last_ask();
    for other in [ask - 1, ask + 1].into_iter().filter(|ask| *ask > 0) {
        stage.unit_says(entered(other));
        stage.unit_says(UnitMessage::Declined { ask: other });
    }
    stage.unit_says(UnitMessage::Method { ask, method: Method::Pin });
    assert!(stage.told().is_empty());
    stage.unit_says(entered(ask));
    stage.unit_says(entered(ask));
    assert_eq!(stage.told(), ["PIN entered"], "once");
}

#[test]
fn a_passcode_is_never_taken_for_a_pin_nor_a_pin_for_a_passcode() {
    let mut stage = Stage::open();
    stage.say(ask_pin());
    let ask = stage.last_ask();
    stage.unit_says(passcode_entered(ask));
    assert!(stage.told().is_empty(), "no passcode was asked");
    stage.unit_says(entered(ask));
    assert_eq!(stage.told(), ["PIN entered"]);

    stage.say(Command::AskPasscode { pad: PadOrder::TELEPHONE });
    let ask = stage.last_ask();
    stage.unit_says(entered(ask));
    assert!(stage.told().is_empty(), "no PIN was asked");
    stage.unit_says(passcode_entered(ask));
    stage.unit_says(UnitMessage::Declined { ask });
    assert_eq!(stage.told(), ["passcode entered"], "once");
}

#[test]
fn a_passcode_that_the_unit_cannot_ask_for_is_unsupported() {
    let mut stage = Stage::open();
    stage.say(Command::AskPasscode { pad: PadOrder::TELEPHONE });
    let ask = stage.last_ask();
    stage.unit_says(UnitMessage::Refused { name: "passcode", ask });
    assert_eq!(stage.troubles, ["unsupported AskPasscode"]);
    stage.unit_says(passcode_entered(ask));
    assert!(stage.told().is_empty(), "it is not asked any more");
}

#[test]
fn a_method_that_was_not_offered_and_a_consent_for_another_screen_are_dropped() {
    let mut stage = Stage::open();
    stage.say(Command::OfferMethods(vec![Method::Pin]));
    let ask = stage.last_ask();
    stage.unit_says(UnitMessage::Method { ask, method: Method::Face });
    assert!(stage.told().is_empty());
    stage.unit_says(UnitMessage::Method { ask, method: Method::Pin });
    assert_eq!(stage.told(), ["method chosen"]);

    let screen = ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines] };
    stage.say(Command::AskConsent(screen));
    let ask = stage.last_ask();
    let answer =
        |screen: &str| UnitMessage::Answer { ask, screen: screen.into(), decision: Decision::Agreed };
    stage.unit_says(answer("checkups"));
    assert!(stage.told().is_empty());
    stage.unit_says(answer("medical"));
    assert_eq!(stage.told(), ["consent answered"]);
}

#[test]
fn a_match_counts_only_for_a_photo_that_was_sent_in_the_open_attempt() {
    let mut stage = Stage::open();
    stage.say(Command::OpenAttempt(ATTEMPT));
    let ask = stage.last_ask();
    stage.unit_says(verdict(ask, ATTEMPT, FaceVerdict::Match));
    assert!(stage.told().is_empty(), "nothing was compared");
    let number = || NumberB::from_digits(b"55021720352285").unwrap();
    stage.unit_says(UnitMessage::NumberB { ask, attempt: AttemptId(0xB2), number: number() });
    assert!(stage.told().is_empty(), "another attempt");
    for _ in 0..2 {
        stage.unit_says(UnitMessage::NumberB { ask, attempt: ATTEMPT, number: number() });
    }
    assert_eq!(stage.told(), ["number B read"], "once");

    stage.unit_heard(1);
    stage.say(Command::Compare { attempt: ATTEMPT, photo: Pii::new(vec![1; 100]) });
    let photo = stage.last_ask();
    stage.unit_says(verdict(ask, ATTEMPT, FaceVerdict::Match));
    stage.unit_says(verdict(photo, AttemptId(0xB2), FaceVerdict::Match));
    assert!(stage.told().is_empty(), "not of this photo, not of this attempt");
    stage.unit_says(verdict(photo, ATTEMPT, FaceVerdict::NoMatch));
    stage.unit_says(verdict(photo, ATTEMPT, FaceVerdict::Match));
    let Some(Event::FaceCompared { verdict: FaceVerdict::NoMatch, .. }) = stage.events.first() else {
        panic!()
    };
    assert_eq!(stage.told(), ["face compared"], "the first verdict ends the attempt");
}

#[test]
fn a_question_that_the_unit_refuses_is_unsupported_once() {
    let mut stage = Stage::open();
    stage.say(Command::OpenAttempt(ATTEMPT));
    let ask = stage.last_ask();
    stage.unit_says(UnitMessage::Refused { name: "attempt", ask: ask + 1 });
    assert!(stage.troubles.is_empty(), "nothing of that number is asked");
    for _ in 0..2 {
        stage.unit_says(UnitMessage::Refused { name: "attempt", ask });
    }
    assert_eq!(stage.troubles, ["unsupported OpenAttempt"]);
    stage.say(Command::Compare { attempt: ATTEMPT, photo: Pii::new(vec![1]) });
    assert_eq!(stage.troubles, ["unsupported OpenAttempt", "unsupported Compare"], "it is not open any more");
}

#[test]
fn what_was_replaced_before_it_left_is_never_said() {
    let mut stage = Stage::open();
    for notice in [Notice::PlaceCard, Notice::Wait, Notice::Done, Notice::TakeCard] {
        stage.say(Command::Show(notice));
    }
    assert_eq!(stage.said().len(), 4, "the line is full now");
    stage.say(Command::OpenAttempt(ATTEMPT));
    stage.say(Command::Compare { attempt: ATTEMPT, photo: Pii::new(vec![1; 5_000]) });
    stage.say(Command::Show(Notice::Wait));
    stage.say(Command::Show(Notice::Done));
    stage.say(ask_pin());
    stage.unit_heard(4);
    let names: Vec<_> = stage.said().into_iter().map(|(_, message)| message).collect();
    assert!(
        matches!(names[..], [HostMessage::Show(exc_9000_frames::Notice::Done), HostMessage::Pin { .. }]),
        "{names:?}"
    );
}

#[test]
fn a_photo_arrives_as_it_was_given() {
    let mut stage = Stage::open();
    let photo: Vec<u8> = (0..2_500_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    stage.say(Command::OpenAttempt(ATTEMPT));
    stage.unit_heard(1);
    stage.say(Command::Compare { attempt: ATTEMPT, photo: Pii::new(photo.clone()) });
    let mut arrived = Vec::new();
    for (_, message) in stage.said() {
        match message {
            HostMessage::Photo { bytes, .. } => assert_eq!(bytes, 2_500),
            HostMessage::Piece { index, bytes, .. } => {
                assert_eq!(usize::from(index), arrived.len() / 960);
                arrived.extend_from_slice(bytes.expose(Purpose::Judge));
            }
            _ => {}
        }
    }
    assert_eq!(arrived, photo);
}
