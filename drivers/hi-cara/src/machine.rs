//! Questions and answers: commands become requests, the unit's events become the terminal's.

use crate::error::HiCaraError;
use crate::line::{Line, LineEvent};
use crate::profile::PROFILE;
use crate::timing::Timing;
use crate::wording;
use hi_cara_frames::{Ask, HostMessage, Identity, MODEL, Refusal, UnitEvent};
use model::{Moment, Pii, Purpose};
use reader::{
    AttemptId, Command, CommandKind, Effect, Event, FaceVerdict, Input, Language, ReaderDriver, UnitInfo,
};
use std::collections::VecDeque;

/// One Hi-CARA on one freshly opened link.
pub(crate) struct Machine {
    timing: &'static Timing,
    /// Absent before the link is opened and after a fault.
    line: Option<Line>,
    /// The number of the unit's last power-up; `None` until it has begun.
    power_up: Option<u32>,
    queue: VecDeque<Queued>,
    /// What the request on the link is for.
    asking: Option<Purposed>,
    question: Option<Question>,
    last_ask: u16,
    lamp_on: bool,
    card: bool,
    effects: VecDeque<Effect>,
}

/// A request that waits for the link.
struct Queued {
    message: HostMessage,
    purpose: Purposed,
}

/// What a request is for.
#[derive(Debug, Clone, Copy)]
struct Purposed {
    /// The command that it carries out; `None` for *alive*.
    kind: Option<CommandKind>,
    /// The question that it asks or continues; a cancel makes it void.
    ask: Option<Ask>,
}

/// What is asked of the patient.
#[derive(Debug)]
struct Question {
    ask: Ask,
    wants: Wants,
    /// Whether it went onto the link: before that nothing can answer it, whatever number it bears.
    said: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Wants {
    Method,
    Attempt { attempt: AttemptId, number_told: bool, photo_said: bool },
    Pin,
    Passcode,
    Consent(String),
}

impl Machine {
    pub(crate) const fn new(timing: &'static Timing) -> Self {
        Self {
            timing,
            line: None,
            power_up: None,
            queue: VecDeque::new(),
            asking: None,
            question: None,
            last_ask: 0,
            lamp_on: false,
            card: false,
            effects: VecDeque::new(),
        }
    }

    fn take_input(&mut self, input: Input<'_>, now: Moment) -> Result<(), HiCaraError> {
        match input {
            Input::LinkOpened => self.open(now),
            Input::LinkClosed => return Err(HiCaraError::Unplugged),
            Input::Received(bytes) => {
                for byte in bytes {
                    let event = self.on_line(|line| line.receive(*byte, now))?;
                    self.hear_all(event, now)?;
                }
            }
            Input::Command(command) => self.command(command)?,
            // The unit draws its own screen.
            Input::Touched(_) => {}
            Input::Woken => {
                let event = self.on_line(|line| line.fall_quiet(now))?;
                self.hear_all(event, now)?;
                self.on_line(|line| line.press(now).map(|()| None))?;
            }
        }
        self.advance(now);
        Ok(())
    }

    fn open(&mut self, now: Moment) {
        *self = Self { effects: std::mem::take(&mut self.effects), ..Self::new(self.timing) };
        let mut line = Line::open(self.timing, now);
        // A number that differs from the connection before; the moment of opening does.
        let session = u32::try_from(now.since_origin().as_millis() & u128::from(u32::MAX)).unwrap_or(0);
        line.ask(&HostMessage::Begin { session }, now);
        self.line = Some(line);
    }

    fn on_line(
        &mut self,
        step: impl FnOnce(&mut Line) -> Result<Option<LineEvent>, HiCaraError>,
    ) -> Result<Option<LineEvent>, HiCaraError> {
        self.line.as_mut().map_or(Ok(None), step)
    }

    fn hear_all(&mut self, first: Option<LineEvent>, now: Moment) -> Result<(), HiCaraError> {
        let mut next = first;
        while let Some(event) = next {
            self.hear(event)?;
            self.advance(now);
            next = self.on_line(|line| line.more(now))?;
        }
        Ok(())
    }

    /// Uses a free link: the oldest request first, else *alive* when it is due.
    fn advance(&mut self, now: Moment) {
        let due = self.alive_at();
        if self.power_up.is_none() {
            return;
        }
        let Some(line) = self.line.as_mut().filter(|line| line.idle_since().is_some()) else { return };
        if let Some(Queued { message, purpose }) = self.queue.pop_front() {
            if let Some(question) =
                self.question.as_mut().filter(|question| Some(question.ask) == purpose.ask)
            {
                question.goes_out(&message);
            }
            self.asking = Some(purpose);
            line.ask(&message, now);
        } else if due.is_some_and(|at| at <= now) {
            self.asking = None;
            line.ask(&HostMessage::Alive, now);
        }
    }

    /// When *alive* is due, unless something else is asked.
    fn alive_at(&self) -> Option<Moment> {
        self.power_up?;
        Some(self.line.as_ref()?.idle_since()?.after(self.timing.alive))
    }

    // ----- the unit -------------------------------------------------------------------------------------------

    fn hear(&mut self, event: LineEvent) -> Result<(), HiCaraError> {
        match event {
            LineEvent::Began(identity) => self.began(identity),
            LineEvent::Done => {
                self.asking = None;
                Ok(())
            }
            LineEvent::Refused(refusal) => self.refused(refusal),
            LineEvent::Told(event) => self.told(event),
        }
    }

    fn began(&mut self, identity: Identity) -> Result<(), HiCaraError> {
        if identity.model != MODEL {
            return Err(HiCaraError::WrongModel { model: identity.model });
        }
        if identity.self_test != 0 {
            return Err(HiCaraError::SelfTest { number: identity.self_test });
        }
        self.power_up = Some(identity.power_up);
        self.card = identity.card;
        let unit = UnitInfo { firmware: identity.firmware, serial: identity.serial };
        self.report(Event::Ready { unit, card: identity.card });
        Ok(())
    }

    fn refused(&mut self, refusal: Refusal) -> Result<(), HiCaraError> {
        if self.power_up.is_none() {
            return Err(HiCaraError::Refused);
        }
        if refusal == Refusal::NotBegun {
            return Err(HiCaraError::Restarted);
        }
        let Some(Purposed { kind: Some(kind), ask }) = self.asking.take() else { return Ok(()) };
        if let Some(ask) = ask {
            // What is no longer asked is not refused either.
            if self.question.take_if(|question| question.ask == ask).is_none() {
                return Ok(());
            }
            self.forget_question();
        }
        self.effects.push_back(Effect::Unsupported(kind));
        Ok(())
    }

    fn told(&mut self, event: UnitEvent) -> Result<(), HiCaraError> {
        match event {
            // A number that is known was under way while the unit began.
            UnitEvent::PoweredUp { power_up } if self.power_up.is_some_and(|known| known != power_up) => {
                return Err(HiCaraError::Restarted);
            }
            UnitEvent::Fault(number) => return Err(HiCaraError::Fault { number }),
            UnitEvent::CardPlaced => self.tell_card(true),
            UnitEvent::CardTaken => self.tell_card(false),
            // The abstraction has no word for the base: the unit works on it and off it.
            UnitEvent::PoweredUp { .. } | UnitEvent::OnBase(_) => {}
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

    /// Reports an answer to what is asked; drops a late or foreign one.
    fn answered(&mut self, answer: UnitEvent) {
        let Some(question) = self.question.as_mut().filter(|question| question.said) else { return };
        if answer.ask() != Some(question.ask) {
            return;
        }
        let event = match (answer, &mut question.wants) {
            (UnitEvent::MethodChosen { method, .. }, Wants::Method) => Event::MethodChosen(method),
            (
                UnitEvent::NumberB { attempt, number, .. },
                Wants::Attempt { attempt: open, number_told, .. },
            ) if attempt == *open && !*number_told => {
                *number_told = true;
                self.report(Event::NumberBRead { attempt, number });
                return;
            }
            (
                UnitEvent::Verdict { attempt, verdict, conditions, .. },
                Wants::Attempt { attempt: open, photo_said, .. },
            ) if attempt == *open && (*photo_said || verdict != FaceVerdict::Match) => {
                Event::FaceCompared { attempt, verdict, conditions }
            }
            (UnitEvent::PinEntered { pin, .. }, Wants::Pin) => Event::PinEntered(pin),
            (UnitEvent::PasscodeEntered { passcode, .. }, Wants::Passcode) => {
                Event::PasscodeEntered(passcode)
            }
            (UnitEvent::PinCancelled { .. }, Wants::Pin | Wants::Passcode) => Event::PinCancelled,
            (UnitEvent::ConsentAnswered { screen, decision, .. }, Wants::Consent(asked))
                if screen == *asked =>
            {
                Event::ConsentAnswered { screen, decision }
            }
            _ => return,
        };
        self.forget_question();
        self.report(event);
    }

    // ----- the terminal ---------------------------------------------------------------------------------------

    fn command(&mut self, command: Command) -> Result<(), HiCaraError> {
        let kind = command.kind();
        let Some(requests) = self.requests_for(command) else {
            self.effects.push_back(Effect::Unsupported(kind));
            return Ok(());
        };
        if self.queue.len() + requests.len() > self.timing.queue {
            return Err(HiCaraError::Backlog { most: self.timing.queue });
        }
        let ask = kind.is_question().then(|| self.question.as_ref().map(|question| question.ask)).flatten();
        let purpose = Purposed { kind: Some(kind), ask };
        self.queue.extend(requests.into_iter().map(|message| Queued { message, purpose }));
        Ok(())
    }

    /// The requests that say a command, in order; `None` if this model cannot do it.
    fn requests_for(&mut self, command: Command) -> Option<Vec<HostMessage>> {
        Some(match command {
            Command::Show(notice) => vec![wording::notice(notice)?],
            // Japanese is what the screen speaks anyway.
            Command::Speak(Language::Japanese) => Vec::new(),
            Command::Speak(_) | Command::ReadDocument => return None,
            Command::Light(lamp) => {
                let on = if self.lamp_on { None } else { Some(wording::lamp_on()) };
                self.lamp_on = true;
                on.into_iter().flatten().chain(wording::lamp(lamp)).collect()
            }
            Command::Sound(sound) => vec![wording::phrase(sound)],
            Command::OfferMethods(methods) => {
                self.ask(Wants::Method, |ask| HostMessage::OfferMethods { ask, methods })?
            }
            Command::OpenAttempt(attempt) => {
                let wants = Wants::Attempt { attempt, number_told: false, photo_said: false };
                self.ask(wants, |ask| HostMessage::OpenAttempt { ask, attempt })?
            }
            Command::Compare { attempt, photo } => vec![self.compare(attempt, photo)?],
            Command::AskPin { tries_left, .. } => {
                self.ask(Wants::Pin, |ask| HostMessage::AskPin { ask, tries_left })?
            }
            Command::AskPasscode { .. } => {
                self.ask(Wants::Passcode, |ask| HostMessage::AskPasscode { ask })?
            }
            Command::AskConsent(screen) => {
                self.ask(Wants::Consent(screen.id.clone()), |ask| HostMessage::AskConsent { ask, screen })?
            }
            Command::Cancel => {
                self.forget_question();
                vec![HostMessage::Cancel]
            }
        })
    }

    /// A new question in place of the one before; `None`, and all as it was, if the dialect cannot ask it.
    fn ask(&mut self, wants: Wants, message: impl FnOnce(Ask) -> HostMessage) -> Option<Vec<HostMessage>> {
        let ask = Ask(self.last_ask.wrapping_add(1));
        let message = message(ask);
        message.emit(0).ok()?;
        self.forget_question();
        self.last_ask = ask.0;
        self.question = Some(Question { ask, wants, said: false });
        Some(vec![message])
    }

    /// The photo for the open attempt; `None` if it is not open, or the photo none that the link carries.
    fn compare(&self, attempt: AttemptId, photo: Pii<Vec<u8>>) -> Option<HostMessage> {
        let bytes = photo.expose(Purpose::SendToReader).len();
        let question = self.question.as_ref().filter(|question| question.is_attempt(attempt))?;
        (1..=PROFILE.photo.most_bytes).contains(&bytes).then_some(HostMessage::Compare {
            ask: question.ask,
            attempt,
            photo,
        })
    }

    /// Nothing that was asked may be answered any more, and what did not go out yet need not.
    fn forget_question(&mut self) {
        self.question = None;
        self.queue.retain(|queued| queued.purpose.ask.is_none());
    }

    fn report(&mut self, event: Event) {
        self.effects.push_back(Effect::Report(event));
    }
}

impl Question {
    fn is_attempt(&self, wanted: AttemptId) -> bool {
        matches!(self.wants, Wants::Attempt { attempt, .. } if attempt == wanted)
    }

    /// A request of this question goes onto the link.
    const fn goes_out(&mut self, message: &HostMessage) {
        self.said = true;
        if let (Wants::Attempt { photo_said, .. }, HostMessage::Compare { .. }) = (&mut self.wants, message) {
            *photo_said = true;
        }
    }
}

impl ReaderDriver for Machine {
    fn profile(&self) -> &'static reader::Profile {
        &PROFILE
    }

    fn handle(&mut self, input: Input<'_>, now: Moment) {
        if self.line.is_none() && !matches!(input, Input::LinkOpened) {
            return;
        }
        let outcome = self.take_input(input, now);
        while let Some(bytes) = self.line.as_mut().and_then(Line::poll_send) {
            self.effects.push_back(Effect::Send(bytes));
        }
        if let Err(error) = outcome {
            self.line = None;
            self.queue.clear();
            self.question = None;
            self.effects.push_back(Effect::Fault(Box::new(error)));
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_wakeup(&self) -> Option<Moment> {
        let line = self.line.as_ref()?.next_wakeup();
        [line, self.alive_at()].into_iter().flatten().min()
    }
}
