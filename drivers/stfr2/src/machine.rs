//! Questions and answers: what the panel asks is drawn and touched, what the camera is to do is said to the unit.

use crate::error::Stfr2Error;
use crate::line::{Line, LineEvent};
use crate::profile::PROFILE;
use crate::screen::Screen;
use crate::timing::Timing;
use model::{Moment, Pii};
use reader::{
    AttemptId, Command, CommandKind, Conditions, Effect, Event, FaceVerdict, Input, Profile, Question,
    ReaderDriver, UnitInfo,
};
use std::collections::VecDeque;
use stfr2_frames::report::Identity;
use stfr2_frames::unit::CardState;
use stfr2_frames::{HostMessage, MODEL, UnitMessage};

/// One XC-STFR2JMN on one freshly opened device.
pub(crate) struct Machine {
    timing: &'static Timing,
    /// Absent before the link is opened and after a fault.
    line: Option<Line>,
    /// Whether the unit identified itself and may be used.
    in_use: bool,
    screen: Screen,
    attempt: Option<Attempt>,
    /// The last order that was given.
    order: u16,
    card: Card,
    effects: VecDeque<Effect>,
}

/// The open face attempt, and under which orders the unit may answer.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    id: AttemptId,
    opened: u16,
    number_read: bool,
    compared: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    None,
    Lies,
    /// It lies there, and that it lies the wrong way was told.
    LiesWrong,
}

impl Machine {
    pub(crate) const fn new(timing: &'static Timing) -> Self {
        Self {
            timing,
            line: None,
            in_use: false,
            screen: Screen::new(),
            attempt: None,
            order: 0,
            card: Card::None,
            effects: VecDeque::new(),
        }
    }

    fn take_input(&mut self, input: Input<'_>, now: Moment) -> Result<(), Stfr2Error> {
        match input {
            Input::LinkOpened => {
                *self = Self { effects: std::mem::take(&mut self.effects), ..Self::new(self.timing) };
                self.line = Some(Line::open(self.timing, now));
            }
            Input::LinkClosed => return Err(Stfr2Error::Unplugged),
            Input::Received(report) => {
                let event = self.line.as_mut().map(|line| line.receive(report, now)).transpose()?.flatten();
                match event {
                    Some(LineEvent::Opened(identity)) => self.identified(identity)?,
                    Some(LineEvent::Heard(order, message)) => self.hear(order, message)?,
                    None => {}
                }
            }
            Input::Command(command) => self.command(command, now),
            Input::Touched(touch) => {
                if let Some(event) = self.in_use.then(|| self.screen.touched(touch)).flatten() {
                    self.report(event);
                }
            }
            Input::Woken => {
                if let Some(line) = &mut self.line {
                    line.wake(now)?;
                }
            }
        }
        Ok(())
    }

    fn identified(&mut self, identity: Identity) -> Result<(), Stfr2Error> {
        if identity.model != MODEL {
            return Err(Stfr2Error::WrongModel { model: identity.model });
        }
        if identity.self_test != 0 {
            return Err(Stfr2Error::SelfTest { number: identity.self_test });
        }
        self.in_use = true;
        self.card = if identity.card { Card::Lies } else { Card::None };
        let unit = UnitInfo { firmware: identity.firmware, serial: identity.serial };
        self.report(Event::Ready { unit, card: identity.card });
        Ok(())
    }

    fn hear(&mut self, order: u16, message: UnitMessage) -> Result<(), Stfr2Error> {
        match message {
            UnitMessage::Fault(number) => return Err(Stfr2Error::Fault { number }),
            UnitMessage::Card(state) => self.card_moved(state),
            UnitMessage::NumberB { attempt, number } => {
                let asked =
                    |open: &&mut Attempt| open.id == attempt && open.opened == order && !open.number_read;
                if let Some(open) = self.attempt.as_mut().filter(asked) {
                    open.number_read = true;
                    self.report(Event::NumberBRead { attempt, number });
                }
            }
            UnitMessage::Verdict { attempt, verdict, lux } => self.judged(order, attempt, verdict, lux),
            UnitMessage::Refused => {
                if let Some(kind) = self.attempt.and_then(|open| open.kind_of(order)) {
                    self.end_attempt();
                    self.effects.push_back(Effect::Unsupported(kind));
                }
            }
        }
        Ok(())
    }

    fn card_moved(&mut self, state: CardState) {
        let (card, event) = match (state, self.card) {
            (CardState::Placed, Card::None) => (Card::Lies, Event::CardPlaced),
            (CardState::WrongSide, Card::Lies) => (Card::LiesWrong, Event::CardWrongSide),
            (CardState::Taken, Card::Lies | Card::LiesWrong) => (Card::None, Event::CardTaken),
            _ => return,
        };
        self.card = card;
        self.report(event);
    }

    fn judged(&mut self, order: u16, attempt: AttemptId, verdict: FaceVerdict, lux: Option<u16>) {
        if self.attempt.is_some_and(|open| open.id == attempt && open.may_end_with(order)) {
            let conditions = Conditions { face_lux: lux, slot_in_sun: None };
            self.report(Event::FaceCompared { attempt, verdict, conditions });
            self.end_attempt();
        }
    }

    fn command(&mut self, command: Command, now: Moment) {
        if let Some(line) = &mut self.line {
            line.expect_more(now);
            let kind = command.kind();
            if !self.obey(command, now) {
                self.effects.push_back(Effect::Unsupported(kind));
            }
        }
    }

    /// Does what a command asks; `false` if this model cannot do it.
    fn obey(&mut self, command: Command, now: Moment) -> bool {
        match command {
            Command::Show(notice) => self.screen.show(notice),
            Command::Speak(language) if PROFILE.speaks(language) => self.screen.speak(language),
            Command::OfferMethods(methods) if !methods.is_empty() => {
                self.ask(Question::Methods(methods), now);
            }
            Command::AskPin { tries_left, pad } => self.ask(Question::Pin { tries_left, pad }, now),
            Command::AskPasscode { pad } => self.ask(Question::Passcode { pad }, now),
            Command::AskConsent(screen) if !screen.items.is_empty() => {
                self.ask(Question::Consent(screen), now);
            }
            Command::Cancel => {
                self.cancel_attempt(now);
                self.screen.ask_nothing();
            }
            Command::OpenAttempt(id) => return self.open_attempt(id, now),
            Command::Compare { attempt, photo } => return self.compare(attempt, photo, now),
            // No source states that the unit has lamp or sound, and it reads no certificates.
            Command::Light(_)
            | Command::Sound(_)
            | Command::ReadDocument
            | Command::Speak(_)
            | Command::OfferMethods(_)
            | Command::AskConsent(_) => return false,
        }
        true
    }

    /// Asks on the panel. The camera is no longer wanted.
    fn ask(&mut self, question: Question, now: Moment) {
        self.cancel_attempt(now);
        self.screen.ask(question);
    }

    fn open_attempt(&mut self, id: AttemptId, now: Moment) -> bool {
        let opened = self.next_order();
        let Ok(message) = HostMessage::OpenAttempt(id).emit(opened) else { return false };
        if let Some(line) = &mut self.line {
            line.say_instead(message, now);
        }
        self.attempt = Some(Attempt { id, opened, number_read: false, compared: None });
        self.screen.ask(Question::Face);
        true
    }

    fn compare(&mut self, attempt: AttemptId, photo: Pii<Vec<u8>>, now: Moment) -> bool {
        let order = self.next_order();
        let Some(open) = self.attempt.as_mut().filter(|open| open.id == attempt && open.compared.is_none())
        else {
            return false;
        };
        // Fails for a photo of more bytes than the profile says, and for none.
        let Ok(message) = (HostMessage::Compare { attempt, photo }).emit(order) else { return false };
        open.compared = Some(order);
        if let Some(line) = &mut self.line {
            line.say(message, now);
        }
        true
    }

    fn cancel_attempt(&mut self, now: Moment) {
        if self.attempt.take().is_some() {
            let order = self.next_order();
            if let (Some(line), Ok(message)) = (&mut self.line, HostMessage::Cancel.emit(order)) {
                line.say_instead(message, now);
            }
        }
    }

    fn end_attempt(&mut self) {
        self.attempt = None;
        self.screen.ask_nothing();
    }

    /// Orders count from 1; 0 means none.
    const fn next_order(&mut self) -> u16 {
        self.order = if self.order == u16::MAX { 1 } else { self.order + 1 };
        self.order
    }

    fn report(&mut self, event: Event) {
        self.effects.push_back(Effect::Report(event));
    }
}

impl Attempt {
    /// Whether a verdict under this order ends it: that of the comparison, or that 照合番号B cannot be read.
    fn may_end_with(&self, order: u16) -> bool {
        self.compared == Some(order) || (self.opened == order && !self.number_read)
    }

    fn kind_of(&self, order: u16) -> Option<CommandKind> {
        if self.opened == order {
            return Some(CommandKind::OpenAttempt);
        }
        (self.compared == Some(order)).then_some(CommandKind::Compare)
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
            self.effects.push_back(Effect::Fault(Box::new(error)));
        } else if self.in_use
            && let Some(panel) = self.screen.poll()
        {
            self.effects.push_back(Effect::Draw(panel));
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.as_ref().map(Line::next_wakeup)
    }
}
