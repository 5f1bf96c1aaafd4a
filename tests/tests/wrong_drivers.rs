//! The proof of the conformance suite: for each rule a deliberately wrong driver that breaks this one and no other.
//!
//! A wrong driver is the right one behind a [`Twist`]: one small change to what goes in or comes out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use model::panel::{Notice, Panel};
use model::{ConsentItem, FailureCode, Maturity, Moment, NumberB, Passcode, Pin, Purpose};
use reader::conformance::{Kit, RULES, Verdict};
use reader::{
    AttemptId, Command, CommandKind, Conditions, DriverError, Effect, Event, FaceVerdict, Input, Lamp,
    Language, Link, Method, Patience, Profile, ReaderDriver, ReaderFactory, Sound, Touch,
};
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

const fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// How a wrong driver differs from the right one.
#[derive(Clone, Copy)]
struct Twist {
    /// What becomes of an input before the right driver has it.
    input: fn(&mut Memory, &Input<'_>) -> Then,
    /// What becomes of an effect of the right driver.
    effect: fn(&mut Memory, Effect),
    /// Changes the profile that the driver shows.
    profile: fn(Profile) -> Profile,
    /// Whether it goes on after a fault.
    restless: bool,
}

const RIGHT: Twist =
    Twist { input: |_, _| Then::Pass, effect: Memory::tell, profile: |profile| profile, restless: false };

enum Then {
    /// The right driver gets the input.
    Pass,
    /// It does not.
    Swallow,
    /// It gets the input and this command.
    PassAnd(Command),
    /// It gets this command in place of the input.
    Instead(Command),
}

fn swallow(wrong: bool) -> Then {
    if wrong { Then::Swallow } else { Then::Pass }
}

/// What a wrong driver knows of what went through it, and what it says.
#[derive(Default)]
struct Memory {
    now: Moment,
    opened: Moment,
    /// When anything was received last, before the input at hand.
    heard: Option<Moment>,
    sent: Moment,
    ready: bool,
    over: bool,
    /// The question that waits for its answer, and since when.
    asked: Option<(CommandKind, Moment)>,
    attempt: Option<AttemptId>,
    offered: Vec<Method>,
    commands: usize,
    placed: usize,
    pin: Option<[u8; 4]>,
    cancelled: bool,
    words: Vec<u8>,
    noisy: bool,
    says: VecDeque<Effect>,
    later: Option<(Moment, Effect)>,
}

impl Memory {
    fn tell(&mut self, effect: Effect) {
        self.says.push_back(effect);
    }

    fn report(&mut self, event: Event) {
        self.tell(Effect::Report(event));
    }

    /// Says it so much later.
    fn put_off(&mut self, effect: Effect, by: Duration) {
        self.later = Some((self.now.after(by), effect));
    }

    fn asks(&self, kind: CommandKind) -> bool {
        self.asked.is_some_and(|(asked, _)| asked == kind)
    }

    fn take_in(&mut self, input: &Input<'_>) {
        match input {
            Input::LinkOpened => self.opened = self.now,
            Input::Received(piece) => {
                self.heard = Some(self.now);
                self.words = piece.to_vec();
            }
            Input::Command(command) => {
                self.commands += 1;
                if command.kind().is_question() || command.kind() == CommandKind::Cancel {
                    self.asked = Some((command.kind(), self.now)).filter(|(kind, _)| kind.is_question());
                    self.cancelled = false;
                }
                match command {
                    Command::OpenAttempt(attempt) => self.attempt = Some(*attempt),
                    Command::Compare { .. } => {}
                    Command::OfferMethods(methods) => self.offered = methods.clone(),
                    _ if command.kind().is_question() || command.kind() == CommandKind::Cancel => {
                        self.attempt = None
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn take_note(&mut self, effect: &Effect) {
        match effect {
            Effect::Send(_) => self.sent = self.now,
            Effect::Report(event) => match event {
                Event::Ready { .. } => self.ready = true,
                Event::CardPlaced => self.placed += 1,
                Event::PinEntered(pin) => {
                    self.pin = Some(*pin.expose(Purpose::Judge));
                    self.asked = None;
                }
                Event::PasscodeEntered(_) => self.asked = None,
                Event::PinCancelled => {
                    self.cancelled = true;
                    self.asked = None;
                }
                Event::MethodChosen(_) | Event::ConsentAnswered { .. } | Event::DocumentRead(_) => {
                    self.asked = None
                }
                Event::FaceCompared { .. } => {
                    self.asked = None;
                    self.attempt = None;
                }
                _ => {}
            },
            Effect::Fault(_) => self.over = true,
            Effect::Draw(_) | Effect::Unsupported(_) => {}
        }
    }
}

/// A right driver behind a twist.
struct Wrong {
    right: Box<dyn ReaderDriver>,
    twist: Twist,
    memory: Memory,
    profile: &'static Profile,
}

impl ReaderDriver for Wrong {
    fn profile(&self) -> &'static Profile {
        self.profile
    }

    fn handle(&mut self, input: Input<'_>, now: Moment) {
        self.memory.now = now;
        if self.memory.over && !self.twist.restless {
            return;
        }
        if let Some((_, effect)) = self.memory.later.take_if(|(at, _)| *at <= now) {
            self.memory.tell(effect);
            return;
        }
        let then = (self.twist.input)(&mut self.memory, &input);
        self.memory.take_in(&input);
        match then {
            Then::Pass => self.right.handle(input, now),
            Then::Swallow => {}
            Then::Instead(command) => self.right.handle(Input::Command(command), now),
            Then::PassAnd(command) => {
                self.right.handle(input, now);
                self.drain();
                self.right.handle(Input::Command(command), now);
            }
        }
        self.drain();
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.memory.says.pop_front()?;
        self.memory.take_note(&effect);
        Some(effect)
    }

    fn next_wakeup(&self) -> Option<Moment> {
        let later = self.memory.later.as_ref().map(|(at, _)| *at);
        if self.memory.over { None } else { [later, self.right.next_wakeup()].into_iter().flatten().min() }
    }
}

impl Wrong {
    fn drain(&mut self) {
        while let Some(effect) = self.right.poll_effect() {
            (self.twist.effect)(&mut self.memory, effect);
        }
    }
}

struct WrongFactory {
    right: &'static dyn ReaderFactory,
    twist: Twist,
}

impl ReaderFactory for WrongFactory {
    fn name(&self) -> &'static str {
        self.right.name()
    }
    fn profile(&self) -> &'static Profile {
        self.right.profile()
    }
    fn maturity(&self) -> Maturity {
        self.right.maturity()
    }
    fn link(&self) -> Link {
        self.right.link()
    }
    fn patience(&self) -> Patience {
        self.right.patience()
    }
    fn create(&self) -> Box<dyn ReaderDriver> {
        let profile = Box::leak(Box::new((self.twist.profile)(*self.right.profile())));
        Box::new(Wrong { right: self.right.create(), twist: self.twist, memory: Memory::default(), profile })
    }
}

/// A fault of a wrong driver.
#[derive(Debug)]
struct Odd {
    code: &'static str,
    text: String,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Odd {}

impl DriverError for Odd {
    fn code(&self) -> FailureCode {
        FailureCode::new(self.code)
    }
}

fn odd(code: &'static str) -> Effect {
    Effect::Fault(Box::new(Odd { code, text: String::from("an odd fault") }))
}

/// The code of a fault; nothing of any other effect.
fn code_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::Fault(fault) => fault.code().as_str(),
        _ => "",
    }
}

/// Tells the fault under another code if `wrong`.
fn recode(memory: &mut Memory, effect: Effect, wrong: bool, code: &'static str) {
    memory.tell(if wrong { odd(code) } else { effect });
}

/// Drops the effect if `wrong`.
fn drop_if(memory: &mut Memory, effect: Effect, wrong: bool) {
    if !wrong {
        memory.tell(effect);
    }
}

fn document_without_fields(effect: Effect) -> Effect {
    match effect {
        Effect::Report(Event::DocumentRead(Some(reading))) => {
            Effect::Report(Event::DocumentRead(Some(reading.map(|mut reading| {
                reading.fields.clear();
                reading
            }))))
        }
        other => other,
    }
}

/// How far an effect's verdict is changed.
fn with_verdict(
    effect: Effect,
    change: impl FnOnce(FaceVerdict, Conditions) -> (FaceVerdict, Conditions),
) -> Effect {
    match effect {
        Effect::Report(Event::FaceCompared { attempt, verdict, conditions }) => {
            let (verdict, conditions) = change(verdict, conditions);
            Effect::Report(Event::FaceCompared { attempt, verdict, conditions })
        }
        other => other,
    }
}

fn is_event(effect: &Effect, wanted: fn(&Event) -> bool) -> bool {
    matches!(effect, Effect::Report(event) if wanted(event))
}

fn is_noise(piece: &[u8]) -> bool {
    // The words of this model are ASCII; a flipped bit makes one other byte of them.
    piece.iter().filter(|byte| **byte >= 0x80).count() >= 4
}

fn proves(rule: &str, right: &'static dyn ReaderFactory, twist: Twist) {
    let factory = Box::leak(Box::new(WrongFactory { right, twist }));
    // What breaks only in noise needs more seeds until it comes by some.
    let seeds = Some(if rule == "a_broken_cable_tells_nothing_wrong" { 12 } else { 1 });
    let kit = Kit { factory, seeds, ..simulator_firmware::kit::of(right) };
    let verdicts = RULES.iter().map(|rule| (rule.name, (rule.check)(&kit)));
    let astray: Vec<_> = verdicts
        .filter(|(name, verdict)| match verdict {
            Verdict::Kept => *name == rule,
            Verdict::Broken(_) => *name != rule,
            Verdict::NotReached(_) => *name == rule,
        })
        .map(|(name, verdict)| format!("{name}: {verdict}"))
        .collect();
    assert!(astray.is_empty(), "{rule} and no other was to be broken:\n{}", astray.join("\n"));
}

macro_rules! wrong_drivers {
    ($($rule:ident, $factory:path: $twist:expr;)+) => {
        $(
            #[test]
            fn $rule() {
                proves(stringify!($rule), &$factory, $twist);
            }
        )+

        #[test]
        fn every_rule_has_its_wrong_driver() {
            let mut wrong = [$(stringify!($rule)),+];
            let mut rules: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
            wrong.sort_unstable();
            rules.sort_unstable();
            assert_eq!(wrong.as_slice(), rules);
        }
    };
}

wrong_drivers! {
    // It names another model.
    the_factory_tells_the_truth, caora::FACTORY: Twist {
        profile: |profile| Profile { model: "another", ..profile },
        ..RIGHT
    };
    // It says ready again when the patient takes long to choose.
    ready_comes_once, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let long = memory.asked.is_some_and(|(kind, at)| {
                kind == CommandKind::OfferMethods && memory.now.since(at) > milliseconds(1_800)
            });
            if long && memory.commands == 1 {
                memory.commands += 1;
                let unit = reader::UnitInfo { firmware: String::from("1.04"), serial: String::from("T0000042") };
                memory.report(Event::Ready { unit, card: true });
            }
            memory.tell(effect);
        },
        ..RIGHT
    };
    // It tells a card that it found at a slow start before it says ready.
    nothing_comes_before_ready, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let slow = memory.now.since(memory.opened) > milliseconds(1_000);
            if slow && is_event(&effect, |event| matches!(event, Event::Ready { card: true, .. })) {
                memory.report(Event::CardPlaced);
            }
            memory.tell(effect);
        },
        ..RIGHT
    };
    // It never looks for a card that lies there already.
    ready_tells_the_card, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::Ready { unit, .. }) => memory.report(Event::Ready { unit, card: false }),
            other => memory.tell(other),
        },
        ..RIGHT
    };
    // It gives up a unit that is not there at once.
    slow_start_is_waited_for, caora::FACTORY: Twist {
        input: |memory, input| {
            let waited = memory.now.since(memory.opened) > milliseconds(1_000);
            if matches!(input, Input::Woken) && memory.heard.is_none() && waited {
                memory.tell(odd("READER_SILENT"));
                return Then::Swallow;
            }
            Then::Pass
        },
        ..RIGHT
    };
    another_model_is_refused, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = code_of(&effect) == "READER_WRONG_MODEL";
            recode(memory, effect, wrong, "READER_FAULT");
        },
        ..RIGHT
    };
    failed_self_test_is_a_fault, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = !memory.ready && code_of(&effect) == "READER_FAULT";
            recode(memory, effect, wrong, "READER_SILENT");
        },
        ..RIGHT
    };
    // It waits for ever for a unit that never speaks.
    silence_from_the_start_is_given_up, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = memory.heard.is_none() && code_of(&effect) == "READER_SILENT";
            drop_if(memory, effect, wrong);
        },
        ..RIGHT
    };
    // It takes the clock's origin for the moment of opening.
    a_new_driver_begins_anew, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = memory.opened > Moment::ZERO && is_event(&effect, |event| matches!(event, Event::Ready { .. }));
            drop_if(memory, effect, wrong);
        },
        ..RIGHT
    };
    // It tells the third card twice.
    card_events_alternate, caora::FACTORY: Twist {
        effect: |memory, effect| {
            if memory.placed == 2 && is_event(&effect, |event| matches!(event, Event::CardPlaced)) {
                memory.report(Event::CardPlaced);
            }
            memory.tell(effect);
        },
        ..RIGHT
    };
    wrong_side_is_told, stfr2::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = is_event(&effect, |event| matches!(event, Event::CardWrongSide));
            drop_if(memory, effect, wrong);
        },
        ..RIGHT
    };
    notices_are_shown, caora::FACTORY: Twist {
        input: |_, input| swallow(matches!(input, Input::Command(Command::Show(Notice::OutOfOrder)))),
        ..RIGHT
    };
    lamp_is_lit, hi_cara::FACTORY: Twist {
        input: |_, input| swallow(matches!(input, Input::Command(Command::Light(Lamp::Red)))),
        ..RIGHT
    };
    sounds_are_made, caora::FACTORY: Twist {
        input: |_, input| swallow(matches!(input, Input::Command(Command::Sound(Sound::Alarm)))),
        ..RIGHT
    };
    languages_are_spoken, exc_9000::FACTORY: Twist {
        input: |_, input| swallow(matches!(input, Input::Command(Command::Speak(Language::Korean)))),
        ..RIGHT
    };
    // It keeps quiet about the lamp that it does not have.
    what_the_profile_lacks_is_refused, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = matches!(effect, Effect::Unsupported(CommandKind::Light));
            drop_if(memory, effect, wrong);
        },
        ..RIGHT
    };
    too_large_a_photo_is_refused, caora::FACTORY: Twist {
        input: |_, input| match input {
            Input::Command(Command::Compare { photo, .. }) => {
                swallow(photo.expose(Purpose::Judge).len() > caora::FACTORY.profile().photo.most_bytes)
            }
            _ => Then::Pass,
        },
        ..RIGHT
    };
    comparing_needs_the_open_attempt, caora::FACTORY: Twist {
        input: |memory, input| match input {
            Input::Command(Command::Compare { attempt, photo }) => {
                let fits = photo.expose(Purpose::Judge).len() <= caora::FACTORY.profile().photo.most_bytes;
                swallow(fits && memory.attempt != Some(*attempt))
            }
            _ => Then::Pass,
        },
        ..RIGHT
    };
    // A notice clears the screen.
    telling_ends_no_question, caora::FACTORY: Twist {
        input: |memory, input| match input {
            Input::Command(Command::Show(Notice::Wait)) if memory.asks(CommandKind::AskPin) => {
                Then::PassAnd(Command::Cancel)
            }
            _ => Then::Pass,
        },
        ..RIGHT
    };
    // A reminder of a slow patient clears the consent that it stands beside.
    a_notice_ends_no_question, caora::FACTORY: Twist {
        input: |memory, input| match input {
            Input::Command(Command::Show(Notice::Failure(_))) if memory.asks(CommandKind::AskConsent) => {
                Then::PassAnd(Command::Cancel)
            }
            _ => Then::Pass,
        },
        ..RIGHT
    };
    the_screen_is_drawn_by_its_owner, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Command(Command::Show(Notice::Wait))) {
                let panel = Panel { language: Language::Japanese, notice: Notice::Wait, question: None };
                memory.tell(Effect::Draw(panel));
            }
            Then::Pass
        },
        ..RIGHT
    };
    a_touch_that_was_not_offered_is_dropped, caora::FACTORY: Twist {
        input: |memory, input| {
            if let Input::Touched(Touch::Method(method)) = input {
                memory.report(Event::MethodChosen(*method));
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It takes the place on the screen for the method.
    chosen_method_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::MethodChosen(_)) if memory.offered == [Method::Pin, Method::Face] => {
                memory.report(Event::MethodChosen(Method::Pin));
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
    chosen_language_is_told, exc_9000::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = is_event(&effect, |event| matches!(event, Event::LanguageChosen(Language::Chinese)));
            drop_if(memory, effect, wrong);
        },
        ..RIGHT
    };
    // It knows better than the unit what stands on the card.
    number_b_is_told_as_read, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::NumberBRead { attempt, number })
                if number.expose(Purpose::Judge) == b"55021720352286" =>
            {
                let number = NumberB::from_digits(b"55021720352285").unwrap();
                memory.report(Event::NumberBRead { attempt, number });
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
    unreadable_number_b_ends_the_attempt, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let effect = with_verdict(effect, |verdict, conditions| match verdict {
                FaceVerdict::NumberBUnreadable => (FaceVerdict::NoFace, conditions),
                other => (other, conditions),
            });
            memory.tell(effect);
        },
        ..RIGHT
    };
    face_is_compared, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let effect = with_verdict(effect, |verdict, conditions| match verdict {
                FaceVerdict::Match => (FaceVerdict::NoMatch, conditions),
                other => (other, conditions),
            });
            memory.tell(effect);
        },
        ..RIGHT
    };
    every_verdict_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let effect = with_verdict(effect, |verdict, conditions| match verdict {
                FaceVerdict::Masked => (FaceVerdict::NoMatch, conditions),
                other => (other, conditions),
            });
            memory.tell(effect);
        },
        ..RIGHT
    };
    conditions_are_told, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let effect = with_verdict(effect, |verdict, _| (verdict, Conditions::default()));
            memory.tell(effect);
        },
        ..RIGHT
    };
    // It takes the digits for a number.
    typed_pin_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::PinEntered(pin)) => {
                let [a, b, c, d] = *pin.expose(Purpose::Judge);
                let pin = if (a, b) == (b'0', b'0') { Pin::from_digits(&[c, d, a, b]).unwrap() } else { pin };
                memory.report(Event::PinEntered(pin));
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
    unwanted_pin_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::PinCancelled) if memory.asks(CommandKind::AskPin) => memory.asked = None,
            other => memory.tell(other),
        },
        ..RIGHT
    };
    // It believes that whoever may choose staff and PIN wants staff.
    visual_check_is_offered, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::MethodChosen(_)) if memory.offered == [Method::Visual, Method::Pin] => {
                memory.report(Event::MethodChosen(Method::Visual));
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
    // It takes the passcode for a PIN, if it is 1234.
    typed_passcode_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::PasscodeEntered(passcode))
                if passcode.expose(Purpose::Judge) == b"1234" =>
            {
                memory.report(Event::PinEntered(Pin::from_digits(b"1234").unwrap()));
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
    // Nobody may leave the passcode's pad.
    unwanted_passcode_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = memory.asks(CommandKind::AskPasscode)
                && is_event(&effect, |event| matches!(event, Event::PinCancelled));
            drop_if(memory, effect, wrong);
        },
        ..RIGHT
    };
    // It takes one item for another.
    every_item_reaches_the_screen, caora::FACTORY: Twist {
        input: |_, input| match input {
            Input::Command(Command::AskConsent(screen)) if screen.items == [ConsentItem::CarryOver] => {
                let items = vec![ConsentItem::Registration];
                Then::Instead(Command::AskConsent(model::ConsentScreen { id: screen.id.clone(), items }))
            }
            _ => Then::Pass,
        },
        ..RIGHT
    };
    // It cuts off the names of screens.
    consent_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| match effect {
            Effect::Report(Event::ConsentAnswered { mut screen, decision }) => {
                screen.truncate(12);
                memory.report(Event::ConsentAnswered { screen, decision });
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
    document_is_told_as_read, sma_pa::FACTORY: Twist {
        effect: |memory, effect| memory.tell(document_without_fields(effect)),
        ..RIGHT
    };
    // It tells a repetition as if it were news.
    an_answer_is_told_once, caora::FACTORY: Twist {
        input: |memory, input| {
            if let Input::Received(piece) = input
                && memory.cancelled
                && memory.words.windows(2).any(|word| word == b"PX")
                && piece.windows(2).any(|word| word == b"PX")
            {
                memory.report(Event::PinCancelled);
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It answers for the patient when the terminal changes its mind.
    cancelled_question_stays_unanswered, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Command(Command::Cancel)) && memory.asks(CommandKind::OfferMethods) {
                memory.report(Event::MethodChosen(Method::Face));
            }
            Then::Pass
        },
        ..RIGHT
    };
    replaced_question_stays_unanswered, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Command(Command::OfferMethods(methods)) if methods.as_slice() == [Method::Pin])
                && memory.asks(CommandKind::OfferMethods)
            {
                memory.report(Event::MethodChosen(Method::Face));
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It calls staff when they are no longer offered.
    visual_check_is_told_only_when_offered, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Command(Command::OfferMethods(methods)) if !methods.contains(&Method::Visual))
                && memory.asks(CommandKind::OfferMethods)
                && memory.offered.contains(&Method::Visual)
            {
                memory.report(Event::MethodChosen(Method::Visual));
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It takes late digits of a PIN for the passcode that is asked by then.
    digits_stay_with_their_pad, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Command(Command::AskPasscode { .. })) && memory.asks(CommandKind::AskPin) {
                memory.report(Event::PasscodeEntered(Passcode::from_digits(b"9999").unwrap()));
            }
            Then::Pass
        },
        ..RIGHT
    };
    foreign_attempt_is_dropped, caora::FACTORY: Twist {
        input: |memory, input| {
            if let (Input::Command(Command::OpenAttempt(_)), Some(attempt)) = (input, memory.attempt) {
                let (verdict, conditions) = (FaceVerdict::Match, Conditions::default());
                memory.report(Event::FaceCompared { attempt, verdict, conditions });
            }
            Then::Pass
        },
        ..RIGHT
    };
    own_fault_is_told, caora::FACTORY: Twist {
        effect: |memory, effect| {
            let wrong = memory.ready && code_of(&effect) == "READER_FAULT";
            recode(memory, effect, wrong, "READER_GARBLED");
        },
        ..RIGHT
    };
    own_restart_is_told, caora::FACTORY: Twist {
        // Only a restart is told by a word of the unit.
        effect: |memory, effect| {
            let wrong = code_of(&effect) == "READER_UNPLUGGED" && memory.words.windows(2).any(|word| word == b"UP");
            recode(memory, effect, wrong, "READER_GARBLED");
        },
        ..RIGHT
    };
    closed_link_is_told_at_once, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::LinkClosed) {
                memory.tell(odd("READER_SILENT"));
                return Then::Swallow;
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It looks seldom at a unit that it asks nothing.
    silence_while_idle_is_given_up, caora::FACTORY: Twist {
        effect: |memory, effect| {
            if memory.ready && memory.asked.is_none() && code_of(&effect) == "READER_SILENT" {
                memory.put_off(effect, milliseconds(10_000));
            } else {
                memory.tell(effect);
            }
        },
        ..RIGHT
    };
    // It gives the patient all the time in the world.
    silence_in_a_question_is_given_up, caora::FACTORY: Twist {
        effect: |memory, effect| {
            if memory.ready && memory.asked.is_some() && code_of(&effect) == "READER_SILENT" {
                memory.put_off(effect, milliseconds(10_000));
            } else {
                memory.tell(effect);
            }
        },
        ..RIGHT
    };
    // Noise is a sign of life.
    babble_is_given_up, caora::FACTORY: Twist {
        effect: |memory, effect| {
            if code_of(&effect) == "READER_GARBLED" {
                memory.put_off(effect, milliseconds(10_000));
            } else {
                memory.tell(effect);
            }
        },
        ..RIGHT
    };
    // It waits for an answer as long as a good unit needs.
    a_slow_unit_is_borne, caora::FACTORY: Twist {
        input: |memory, input| {
            let waited = memory.now.since(memory.sent);
            let slow = (milliseconds(95)..milliseconds(105)).contains(&waited);
            if matches!(input, Input::Received(_)) && memory.ready && slow {
                memory.tell(odd("READER_SILENT"));
                return Then::Swallow;
            }
            Then::Pass
        },
        ..RIGHT
    };
    // After a pause it tells what it hears once too often.
    a_link_that_stood_still_tells_nothing_wrong, caora::FACTORY: Twist {
        input: |memory, input| {
            let still = memory.heard.map(|heard| memory.now.since(heard));
            if matches!(input, Input::Received(piece) if piece.len() > 4 && piece.is_ascii())
                && still.is_some_and(|still| (milliseconds(950)..milliseconds(1_050)).contains(&still))
            {
                memory.report(Event::CardTaken);
            }
            Then::Pass
        },
        ..RIGHT
    };
    // After half an hour of nothing it tells something.
    idle_stays_idle, caora::FACTORY: Twist {
        input: |memory, _| {
            if memory.ready && memory.placed == 0 && memory.now.since(memory.opened) > Duration::from_secs(1_800) {
                memory.placed += 1;
                memory.report(Event::CardTaken);
            }
            Then::Pass
        },
        ..RIGHT
    };
    nothing_comes_after_a_fault, caora::FACTORY: Twist {
        input: |memory, input| {
            if memory.over && matches!(input, Input::Command(_)) {
                memory.tell(Effect::Send(vec![0x05]));
            }
            Then::Pass
        },
        restless: true,
        ..RIGHT
    };
    // It puts every command of a flood onto the link, whether the unit takes it or not.
    a_flood_of_commands_is_bounded, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Command(_)) && memory.commands > 100 {
                memory.tell(Effect::Send(vec![0; 256]));
                return Then::Swallow;
            }
            Then::Pass
        },
        ..RIGHT
    };
    // Its faults say what was typed last.
    faults_tell_no_secret, caora::FACTORY: Twist {
        effect: |memory, effect| match (effect, memory.pin) {
            (Effect::Fault(fault), Some(pin)) => {
                let text = format!("after {}", String::from_utf8_lossy(&pin));
                memory.tell(Effect::Fault(Box::new(Odd { code: fault.code().as_str(), text })));
            }
            (other, _) => memory.tell(other),
        },
        ..RIGHT
    };
    // It believes that a message comes in one piece.
    a_visit_goes_right_in_any_pieces, caora::FACTORY: Twist {
        input: |_, input| swallow(matches!(input, Input::Received([byte]) if byte.is_ascii_alphanumeric())),
        ..RIGHT
    };
    // It takes a long noise for a card that was taken.
    arbitrary_bytes_are_borne, caora::FACTORY: Twist {
        input: |memory, input| {
            if matches!(input, Input::Received(piece) if piece.len() > 200 && is_noise(piece)) {
                memory.report(Event::CardTaken);
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It stops if the unit says once more who it is.
    damaged_words_are_borne, caora::FACTORY: Twist {
        input: |memory, input| {
            if let Input::Received(piece) = input {
                let again = memory.ready && piece.windows(6).any(|word| word == b"T00000");
                assert!(!again, "a unit says only once who it is");
            }
            Then::Pass
        },
        ..RIGHT
    };
    // It gives up where it ought to ask again.
    a_bad_cable_is_mended, caora::FACTORY: Twist {
        input: |memory, input| match input {
            Input::Received(piece) if piece.len() > 4 && **piece == memory.words => {
                memory.tell(odd("READER_GARBLED"));
                Then::Swallow
            }
            _ => Then::Pass,
        },
        ..RIGHT
    };
    // Once there was noise it believes the patient to have agreed.
    a_broken_cable_tells_nothing_wrong, caora::FACTORY: Twist {
        input: |memory, input| {
            memory.noisy |= matches!(input, Input::Received(piece) if is_noise(piece));
            Then::Pass
        },
        effect: |memory, effect| match effect {
            Effect::Report(Event::ConsentAnswered { screen, decision }) => {
                let decision = if memory.noisy { other_than(decision) } else { decision };
                memory.report(Event::ConsentAnswered { screen, decision });
            }
            other => memory.tell(other),
        },
        ..RIGHT
    };
}

fn other_than(decision: model::Decision) -> model::Decision {
    match decision {
        model::Decision::Agreed => model::Decision::Refused,
        model::Decision::Refused => model::Decision::Agreed,
    }
}
