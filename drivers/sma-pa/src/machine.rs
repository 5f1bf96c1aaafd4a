//! Questions and answers: commands become messages, the reader's messages become events.

use crate::asked::{Asked, Attempt};
use crate::error::SmaPaError;
use crate::line::Line;
use crate::profile::PROFILE;
use crate::timing::Timing;
use crate::words::notice_for;
use model::{Moment, Pii, Purpose};
use reader::{
    AttemptId, Command, CommandKind, Effect, Event, Input, Language, Profile, ReaderDriver, UnitInfo,
};
use sma_pa_frames::unit::Identity;
use sma_pa_frames::{Announced, HostMessage, MODEL, Number, Piece, Question, ReaderMessage, Session};
use std::collections::VecDeque;

/// Commands that a refusal may still name.
const REFUSABLE: usize = 32;

/// One Sma-pa on one freshly opened link.
pub(crate) struct Machine {
    timing: &'static Timing,
    /// Absent before the link is opened and after a fault.
    line: Option<Line>,
    queue: VecDeque<HostMessage>,
    /// The last command's number.
    question: Question,
    /// The last command's number of which anything went out.
    sent: Question,
    asked: Asked,
    refusable: VecDeque<(Question, CommandKind)>,
    card: bool,
    effects: VecDeque<Effect>,
}

/// What a command becomes.
struct Said {
    messages: Vec<HostMessage>,
    /// What is asked from now on; `None` leaves that as it is.
    asks: Option<Asked>,
}

impl Machine {
    pub(crate) const fn new(timing: &'static Timing) -> Self {
        Self {
            timing,
            line: None,
            queue: VecDeque::new(),
            question: 0,
            sent: 0,
            asked: Asked::Nothing,
            refusable: VecDeque::new(),
            card: false,
            effects: VecDeque::new(),
        }
    }

    fn take_input(&mut self, input: Input<'_>, now: Moment) -> Result<(), SmaPaError> {
        match input {
            Input::LinkOpened => {
                *self = Self { effects: std::mem::take(&mut self.effects), ..Self::new(self.timing) };
                self.line = Some(Line::open(self.timing, now));
            }
            Input::LinkClosed => return Err(SmaPaError::Unplugged),
            Input::Received(bytes) => {
                for byte in bytes {
                    let Some(line) = &mut self.line else { return Ok(()) };
                    for message in line.receive(*byte, now)? {
                        self.hear(message)?;
                    }
                }
            }
            Input::Command(command) => self.command(command)?,
            // The unit draws its own screen.
            Input::Touched(_) => {}
            Input::Woken => {
                let Some(line) = &mut self.line else { return Ok(()) };
                for message in line.wake(now)? {
                    self.hear(message)?;
                }
            }
        }
        self.send_what_fits(now);
        Ok(())
    }

    fn send_what_fits(&mut self, now: Moment) {
        let Some(line) = &mut self.line else { return };
        while line.has_room()
            && let Some(message) = self.queue.pop_front()
        {
            self.sent = message.question();
            // What cannot be said was refused before it was queued.
            let _ = line.send(&message, now);
        }
    }

    // The reader.

    fn hear(&mut self, message: ReaderMessage) -> Result<(), SmaPaError> {
        match message {
            ReaderMessage::Identity(identity) => return self.identified(identity),
            ReaderMessage::Fault { number } => return Err(SmaPaError::Fault { number }),
            ReaderMessage::Refused { question } => self.refused(question),
            ReaderMessage::Card { placed } => self.tell_card(placed),
            // Nobody can answer what did not go out.
            answer if self.asked.question().is_some_and(|asked| asked <= self.sent) => {
                if let Some(event) = self.asked.answer(answer) {
                    self.report(event);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn identified(&mut self, identity: Identity) -> Result<(), SmaPaError> {
        if identity.model != MODEL {
            return Err(SmaPaError::WrongModel { model: identity.model });
        }
        if identity.self_test != 0 {
            return Err(SmaPaError::SelfTest { number: identity.self_test });
        }
        self.card = identity.card;
        let unit = UnitInfo { firmware: identity.firmware, serial: identity.serial };
        self.report(Event::Ready { unit, card: identity.card });
        Ok(())
    }

    fn tell_card(&mut self, placed: bool) {
        if self.card != placed {
            self.card = placed;
            self.report(if placed { Event::CardPlaced } else { Event::CardTaken });
        }
    }

    fn refused(&mut self, question: Question) {
        let found = self.refusable.iter().position(|(known, _)| *known == question);
        let Some((_, kind)) = found.and_then(|at| self.refusable.remove(at)) else { return };
        if kind.is_question() {
            // What is no longer asked needs no refusal.
            if self.asked.question() != Some(question) {
                return;
            }
            self.forget_questions();
        }
        self.effects.push_back(Effect::Unsupported(kind));
    }

    // The terminal.

    fn command(&mut self, command: Command) -> Result<(), SmaPaError> {
        if self.line.is_none() {
            return Ok(());
        }
        let kind = command.kind();
        let question = self.question.saturating_add(1);
        let Some(said) = self.said(command, question).filter(Said::can_be_said) else {
            self.effects.push_back(Effect::Unsupported(kind));
            return Ok(());
        };
        if let Some(asked) = said.asks {
            if kind != CommandKind::Compare {
                self.forget_questions();
            }
            self.asked = asked;
        }
        if self.queue.len() + said.messages.len() > self.timing.queue {
            return Err(SmaPaError::Backlog { most: self.timing.queue });
        }
        self.question = question;
        self.remember(question, kind);
        self.queue.extend(said.messages);
        Ok(())
    }

    /// The messages that say a command, in order; `None` if this model cannot do it.
    fn said(&self, command: Command, question: Question) -> Option<Said> {
        Some(match command {
            Command::Show(notice) => {
                let notice = notice_for(notice)?;
                Said::plain(HostMessage::Show { question, notice, voice: Profile::has(PROFILE.voice) })
            }
            // Japanese is what the screen speaks anyway.
            Command::Speak(Language::Japanese) => Said { messages: Vec::new(), asks: None },
            Command::Speak(_) | Command::Light(_) => return None,
            Command::Sound(sound) => Said::plain(HostMessage::Sound { question, sound }),
            Command::OfferMethods(methods) => {
                let message = HostMessage::OfferMethods { question, methods };
                Said::asking(message, Asked::Methods(question))
            }
            Command::OpenAttempt(attempt) => {
                let open = Attempt { question, id: attempt, number_told: false, compare: None };
                Said::asking(HostMessage::OpenAttempt { question, attempt }, Asked::Face(open))
            }
            Command::Compare { attempt, photo } => self.comparing(attempt, &photo, question)?,
            Command::AskPin { tries_left, .. } => {
                Said::asking(HostMessage::AskPin { question, tries_left }, Asked::Pin(question))
            }
            Command::AskPasscode { .. } => {
                Said::asking(HostMessage::AskPasscode { question }, Asked::Passcode(question))
            }
            Command::AskConsent(screen) => {
                let asked = Asked::Consent { question, screen: screen.id.clone() };
                Said::asking(HostMessage::AskConsent { question, screen }, asked)
            }
            Command::ReadDocument => {
                let asked = Asked::Document { question, image: None };
                Said::asking(HostMessage::ReadDocument { question }, asked)
            }
            Command::Cancel => Said::asking(HostMessage::Cancel { question }, Asked::Nothing),
        })
    }

    fn comparing(&self, attempt: AttemptId, photo: &Pii<Vec<u8>>, question: Question) -> Option<Said> {
        let bytes = photo.expose(Purpose::SendToReader);
        let open = match &self.asked {
            Asked::Face(open) if open.id == attempt && open.compare.is_none() => open,
            _ => return None,
        };
        if bytes.len() > PROFILE.photo.most_bytes {
            return None;
        }
        let photo = Announced::of(bytes);
        let mut messages = vec![HostMessage::Compare { question, attempt, photo }];
        messages.extend(Piece::cut(question, bytes).map(HostMessage::PhotoPiece));
        let open = Attempt { compare: Some(question), ..*open };
        Some(Said { messages, asks: Some(Asked::Face(open)) })
    }

    /// A new question or a cancel: nothing that was asked before may be answered any more, and what of it did not go
    /// out stays here.
    fn forget_questions(&mut self) {
        self.asked = Asked::Nothing;
        self.queue.retain(|message| {
            matches!(
                message,
                HostMessage::Show { .. } | HostMessage::Sound { .. } | HostMessage::Cancel { .. }
            )
        });
    }

    fn remember(&mut self, question: Question, kind: CommandKind) {
        if self.refusable.len() >= REFUSABLE {
            self.refusable.pop_front();
        }
        self.refusable.push_back((question, kind));
    }

    fn report(&mut self, event: Event) {
        self.effects.push_back(Effect::Report(event));
    }
}

impl Said {
    fn plain(message: HostMessage) -> Self {
        Self { messages: vec![message], asks: None }
    }

    fn asking(message: HostMessage, asked: Asked) -> Self {
        Self { messages: vec![message], asks: Some(asked) }
    }

    /// Whether the dialect has words for it. Pieces always can be said.
    fn can_be_said(&self) -> bool {
        self.messages.first().is_none_or(|first| first.emit(Session::NONE, Number::default()).is_ok())
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
            self.queue.clear();
            self.asked = Asked::Nothing;
            self.effects.push_back(Effect::Fault(Box::new(error)));
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.as_ref().map(Line::next_wakeup)
    }
}
