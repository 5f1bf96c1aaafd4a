//! Questions and answers: commands become messages, the unit's messages become events.

use crate::error::ExcError;
use crate::line::{Line, LineEvent};
use crate::outbox::Outbox;
use crate::profile::PROFILE;
use crate::timing::Timing;
use exc_9000_frames::{HostMessage, Identity, MODEL, Notice, NoticeCode, Number, UnitMessage, packet};
use model::{Moment, Pii, Purpose};
use reader::{
    AttemptId, Command, CommandKind, Effect, Event, FaceVerdict, Input, Method, Profile, ReaderDriver,
    UnitInfo,
};
use std::collections::VecDeque;

/// One EXC-9000 on one freshly opened link.
pub(crate) struct Machine {
    timing: &'static Timing,
    /// Absent before the link is opened and after a fault.
    line: Option<Line>,
    outbox: Outbox,
    asked: Asked,
    /// Number of the last question.
    last_ask: u32,
    card: bool,
    effects: VecDeque<Effect>,
}

/// The answer that is waited for. The unit knows a question's number only once it has the question, so an answer to an
/// earlier one is never taken for an answer to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Nothing,
    Methods { ask: u32, offered: Vec<Method> },
    Attempt { ask: u32, attempt: AttemptId, stage: AttemptStage },
    Pin { ask: u32 },
    Passcode { ask: u32 },
    Consent { ask: u32, screen: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AttemptStage {
    /// The card's face is being read.
    Reading,
    /// 照合番号B was reported.
    Read,
    /// The photo was sent under this number.
    Comparing { ask: u32, read: bool },
}

impl Machine {
    pub(crate) fn new(timing: &'static Timing) -> Self {
        Self {
            timing,
            line: None,
            outbox: Outbox::default(),
            asked: Asked::Nothing,
            last_ask: 0,
            card: false,
            effects: VecDeque::new(),
        }
    }

    fn take_input(&mut self, input: Input<'_>, now: Moment) -> Result<(), ExcError> {
        match input {
            Input::LinkOpened => {
                *self = Self { effects: std::mem::take(&mut self.effects), ..Self::new(self.timing) };
                self.line = Some(Line::open(self.timing, now));
            }
            Input::LinkClosed => return Err(ExcError::Unplugged),
            Input::Received(bytes) => self.receive(bytes, now)?,
            Input::Command(command) => self.command(command),
            // The unit draws its own screen.
            Input::Touched(_) => {}
            Input::Woken => {
                if let Some(line) = &mut self.line {
                    line.wake(now)?;
                }
            }
        }
        self.advance(now);
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8], now: Moment) -> Result<(), ExcError> {
        for byte in bytes {
            let Some(line) = &mut self.line else { return Ok(()) };
            match line.receive(*byte, now)? {
                Some(LineEvent::Identified(identity)) => self.identified(identity)?,
                Some(LineEvent::Heard(message)) => self.hear(message)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Sends what waits, as far as there is room, and else what is owed.
    fn advance(&mut self, now: Moment) {
        let Some(line) = &mut self.line else { return };
        while line.has_room() {
            let Some(message) = self.outbox.next() else { break };
            line.send(message, now);
        }
        line.acknowledge(now);
    }

    fn identified(&mut self, identity: Identity) -> Result<(), ExcError> {
        if identity.model != MODEL {
            return Err(ExcError::WrongModel { model: identity.model });
        }
        if identity.self_test != 0 {
            return Err(ExcError::SelfTest { number: identity.self_test });
        }
        self.card = identity.card;
        let unit = UnitInfo { firmware: identity.firmware, serial: identity.serial };
        self.report(Event::Ready { unit, card: identity.card });
        Ok(())
    }

    fn hear(&mut self, message: UnitMessage) -> Result<(), ExcError> {
        match message {
            UnitMessage::Fault(number) => return Err(ExcError::Fault { number }),
            UnitMessage::Card { placed } => self.tell_card(placed),
            UnitMessage::Language(language) => self.report(Event::LanguageChosen(language)),
            UnitMessage::Refused { name, ask } => self.refused(name, ask),
            // The terminal has no use for it: the unit turns its own screen.
            UnitMessage::Turned { .. } => {}
            answer => self.answered(answer),
        }
        Ok(())
    }

    fn tell_card(&mut self, placed: bool) {
        if self.card != placed {
            self.card = placed;
            self.report(if placed { Event::CardPlaced } else { Event::CardTaken });
        }
    }

    fn refused(&mut self, name: &str, ask: u32) {
        let Some(kind) = kind_of(name) else { return };
        if kind.is_question() {
            // What is no longer asked is not refused a second time.
            if !self.asked.is_asked_under(ask) {
                return;
            }
            self.forget_question();
        }
        self.effects.push_back(Effect::Unsupported(kind));
    }

    /// Reports an answer to what is asked; drops a late or foreign one.
    fn answered(&mut self, answer: UnitMessage) {
        match (answer, &mut self.asked) {
            (UnitMessage::Method { ask, method }, Asked::Methods { ask: asked, offered })
                if ask == *asked && offered.contains(&method) =>
            {
                self.end_question(Event::MethodChosen(method));
            }
            (
                UnitMessage::NumberB { ask, attempt, number },
                Asked::Attempt { ask: asked, attempt: open, stage },
            ) if (ask, attempt) == (*asked, *open) && stage.is_reading() => {
                *stage = stage.with_number_read();
                self.report(Event::NumberBRead { attempt, number });
            }
            (
                UnitMessage::Verdict { ask, attempt, verdict, conditions },
                Asked::Attempt { ask: asked, attempt: open, stage },
            ) if attempt == *open && stage.may_end_with(verdict, ask, *asked) => {
                self.end_question(Event::FaceCompared { attempt, verdict, conditions });
            }
            (UnitMessage::Entered { ask, pin }, Asked::Pin { ask: asked }) if ask == *asked => {
                self.end_question(Event::PinEntered(pin));
            }
            (UnitMessage::PasscodeEntered { ask, passcode }, Asked::Passcode { ask: asked })
                if ask == *asked =>
            {
                self.end_question(Event::PasscodeEntered(passcode));
            }
            (UnitMessage::Declined { ask }, Asked::Pin { ask: asked } | Asked::Passcode { ask: asked })
                if ask == *asked =>
            {
                self.end_question(Event::PinCancelled);
            }
            (UnitMessage::Answer { ask, screen, decision }, Asked::Consent { ask: asked, screen: shown })
                if ask == *asked && screen == *shown =>
            {
                self.end_question(Event::ConsentAnswered { screen, decision });
            }
            _ => {}
        }
    }

    fn end_question(&mut self, event: Event) {
        self.forget_question();
        self.report(event);
    }

    fn command(&mut self, command: Command) {
        let kind = command.kind();
        if self.say(command).is_none() {
            self.effects.push_back(Effect::Unsupported(kind));
        }
    }

    /// Puts what says a command into the outbox; `None` if this model cannot do it.
    fn say(&mut self, command: Command) -> Option<()> {
        let ask = self.last_ask.wrapping_add(1).max(1);
        match command {
            Command::Show(notice) => self.put(HostMessage::Show(notice_for(notice)?)),
            Command::Speak(language) if PROFILE.speaks(language) => self.put(HostMessage::Speak(language)),
            // The dialect has no words for what no source states of this model.
            Command::Speak(_) | Command::Light(_) | Command::Sound(_) | Command::ReadDocument => None,
            Command::OfferMethods(offered) => {
                let asked = Asked::Methods { ask, offered: offered.clone() };
                self.question(HostMessage::Methods { ask, offered }, asked)
            }
            Command::OpenAttempt(attempt) => {
                let asked = Asked::Attempt { ask, attempt, stage: AttemptStage::Reading };
                self.question(HostMessage::Attempt { ask, attempt }, asked)
            }
            Command::Compare { attempt, photo } => self.compare(ask, attempt, photo),
            Command::AskPin { tries_left: tries, .. } => {
                self.question(HostMessage::Pin { ask, tries }, Asked::Pin { ask })
            }
            Command::AskPasscode { .. } => {
                self.question(HostMessage::Passcode { ask }, Asked::Passcode { ask })
            }
            Command::AskConsent(screen) => {
                let asked = Asked::Consent { ask, screen: screen.id.clone() };
                self.question(HostMessage::Consent { ask, screen }, asked)
            }
            Command::Cancel => {
                self.forget_question();
                self.put(HostMessage::Cancel)
            }
        }
    }

    fn put(&mut self, message: HostMessage) -> Option<()> {
        is_sayable(&message).then(|| self.outbox.put(message))
    }

    fn question(&mut self, message: HostMessage, asked: Asked) -> Option<()> {
        self.last_ask = message.ask()?;
        self.put(message)?;
        self.asked = asked;
        Some(())
    }

    /// Only within the attempt, and once: a verdict belongs to one photo.
    fn compare(&mut self, ask: u32, attempt: AttemptId, photo: Pii<Vec<u8>>) -> Option<()> {
        let Asked::Attempt { attempt: open, stage, .. } = &mut self.asked else { return None };
        let bytes = u32::try_from(photo.expose(Purpose::SendToReader).len()).ok()?;
        let announced = HostMessage::Photo { ask, attempt, bytes };
        if *open != attempt || stage.is_comparing() || !is_sayable(&announced) {
            return None;
        }
        *stage = AttemptStage::Comparing { ask, read: !stage.is_reading() };
        self.last_ask = ask;
        self.outbox.put_photo(announced, ask, photo);
        Some(())
    }

    /// A new question, a cancel or an answer: nothing that was asked before may be answered any more.
    fn forget_question(&mut self) {
        self.outbox.forget_question();
        self.asked = Asked::Nothing;
    }

    fn report(&mut self, event: Event) {
        self.effects.push_back(Effect::Report(event));
    }
}

impl Asked {
    fn is_asked_under(&self, number: u32) -> bool {
        match self {
            Self::Nothing => false,
            Self::Attempt { stage: AttemptStage::Comparing { ask: photo, .. }, ask, .. } => {
                number == *ask || number == *photo
            }
            Self::Methods { ask, .. }
            | Self::Attempt { ask, .. }
            | Self::Pin { ask }
            | Self::Passcode { ask }
            | Self::Consent { ask, .. } => number == *ask,
        }
    }
}

impl AttemptStage {
    /// Whether 照合番号B is still to come.
    const fn is_reading(self) -> bool {
        matches!(self, Self::Reading | Self::Comparing { read: false, .. })
    }

    const fn is_comparing(self) -> bool {
        matches!(self, Self::Comparing { .. })
    }

    const fn with_number_read(self) -> Self {
        match self {
            Self::Comparing { ask, .. } => Self::Comparing { ask, read: true },
            Self::Reading | Self::Read => Self::Read,
        }
    }

    /// Whether a verdict under number `ask` ends the attempt that was opened under `attempt`: a comparison's verdict only
    /// once there is a comparison.
    fn may_end_with(self, verdict: FaceVerdict, ask: u32, attempt: u32) -> bool {
        let of_reading = ask == attempt && self.is_reading() && verdict == FaceVerdict::NumberBUnreadable;
        of_reading || matches!(self, Self::Comparing { ask: photo, .. } if ask == photo)
    }
}

impl ReaderDriver for Machine {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn handle(&mut self, input: Input<'_>, now: Moment) {
        let faulted = self.line.is_none() && !matches!(input, Input::LinkOpened);
        if faulted {
            return;
        }
        let outcome = self.take_input(input, now);
        while let Some(bytes) = self.line.as_mut().and_then(Line::poll_send) {
            self.effects.push_back(Effect::Send(bytes));
        }
        if let Err(error) = outcome {
            self.line = None;
            self.outbox.clear();
            self.asked = Asked::Nothing;
            self.effects.push_back(Effect::Fault(Box::new(error)));
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.as_ref()?.next_wakeup()
    }
}

/// Whether the dialect has a form for it.
fn is_sayable(message: &HostMessage) -> bool {
    packet::numbered(0, Number::FIRST, Number::FIRST, message).is_ok()
}

fn notice_for(notice: reader::Notice) -> Option<Notice> {
    Some(match notice {
        reader::Notice::PlaceCard => Notice::PlaceCard,
        reader::Notice::Wait => Notice::Wait,
        reader::Notice::Done => Notice::Done,
        reader::Notice::TakeCard => Notice::TakeCard,
        reader::Notice::CardLeft => Notice::CardLeft,
        reader::Notice::Failure(code) => Notice::Failure(NoticeCode::new(code.as_str()).ok()?),
        reader::Notice::OutOfOrder => Notice::OutOfOrder,
        reader::Notice::VisualArmed => Notice::VisualArmed,
        reader::Notice::StaffCheck => Notice::StaffCheck,
    })
}

fn kind_of(name: &str) -> Option<CommandKind> {
    Some(match name {
        "show" => CommandKind::Show,
        "speak" => CommandKind::Speak,
        "methods" => CommandKind::OfferMethods,
        "attempt" => CommandKind::OpenAttempt,
        "photo" | "piece" => CommandKind::Compare,
        "pin" => CommandKind::AskPin,
        "passcode" => CommandKind::AskPasscode,
        "consent" => CommandKind::AskConsent,
        "cancel" => CommandKind::Cancel,
        _ => return None,
    })
}
