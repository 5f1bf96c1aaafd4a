//! Questions and answers: commands become blocks, the reader's messages become events.

use crate::error::CaoraError;
use crate::line::{Line, LineEvent};
use crate::profile::PROFILE;
use crate::timing::Timing;
use caora_frames::block::BlockNumber;
use caora_frames::host::MOST_CHUNK;
use caora_frames::unit::Identity;
use caora_frames::{HostMessage, MODEL, Notice, NoticeCode, ReaderMessage, Verb};
use model::{Moment, Pii, Purpose};
use reader::{
    AttemptId, Command, CommandKind, Conditions, Effect, Event, Input, Language, Profile, ReaderDriver,
    UnitInfo,
};
use std::collections::VecDeque;

/// One Caora on one freshly opened link.
pub(crate) struct Machine {
    timing: &'static Timing,
    /// Absent before the link is opened and after a fault.
    line: Option<Line>,
    stage: Stage,
    /// t5: until then the unit must have identified itself.
    start_until: Moment,
    queue: VecDeque<Queued>,
    /// What becomes [`Machine::asked`] once the block on the line is acknowledged.
    asking: Option<Asked>,
    asked: Asked,
    card: bool,
    effects: VecDeque<Effect>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Identify has to be sent.
    Opened,
    /// Identify was sent.
    Identifying,
    /// The unit may be used.
    InUse,
}

/// A message that waits for the line.
#[derive(Debug)]
struct Queued {
    message: HostMessage,
    /// What the reader may answer once it has this message; `None` leaves that as it is.
    asks: Option<Asked>,
    /// Whether a cancel makes it void.
    question: bool,
}

/// The answer that is waited for. Set only when the reader acknowledged the question, so that an answer to an
/// earlier question, already under way, is never taken for an answer to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Nothing,
    Methods,
    Attempt(AttemptId),
    Pin,
    Passcode,
    Consent(String),
}

impl Machine {
    pub(crate) const fn new(timing: &'static Timing) -> Self {
        Self {
            timing,
            line: None,
            stage: Stage::Opened,
            start_until: Moment::ZERO,
            queue: VecDeque::new(),
            asking: None,
            asked: Asked::Nothing,
            card: false,
            effects: VecDeque::new(),
        }
    }

    fn take_input(&mut self, input: Input<'_>, now: Moment) -> Result<(), CaoraError> {
        match input {
            Input::LinkOpened => {
                *self = Self { effects: std::mem::take(&mut self.effects), ..Self::new(self.timing) };
                self.line = Some(Line::open(self.timing, now));
                self.start_until = now.after(self.timing.start);
            }
            Input::LinkClosed => return Err(CaoraError::Unplugged),
            Input::Received(bytes) => self.receive(bytes, now)?,
            Input::Command(command) => self.command(command)?,
            // The unit draws its own screen.
            Input::Touched(_) => {}
            Input::Woken => {
                if let Some(line) = &mut self.line {
                    line.wake(now)?;
                }
            }
        }
        if let Some(line) =
            self.line.as_ref().filter(|_| self.stage != Stage::InUse && now >= self.start_until)
        {
            return Err(line.not_identified());
        }
        self.advance(now);
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8], now: Moment) -> Result<(), CaoraError> {
        for byte in bytes {
            let Some(line) = &mut self.line else { return Ok(()) };
            match line.receive(*byte, now)? {
                Some(LineEvent::Acknowledged) => {
                    if let Some(asked) = self.asking.take() {
                        self.asked = asked;
                    }
                    if self.stage == Stage::Identifying {
                        line.enquire(now);
                    }
                    self.advance(now);
                }
                Some(LineEvent::Heard(message)) => self.hear(message)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Uses a free line: the oldest block first, else ENQ when it is due.
    fn advance(&mut self, now: Moment) {
        let due = self.poll_at();
        let Some(line) = self.line.as_mut().filter(|line| line.idle_since().is_some()) else { return };
        if self.stage == Stage::Opened {
            if let Ok(block) = HostMessage::Identify.emit(BlockNumber::OPENING) {
                self.stage = Stage::Identifying;
                line.send(block, BlockNumber::OPENING, now);
            }
        } else if self.stage == Stage::InUse
            && let Some(next) = self.queue.pop_front()
        {
            // What cannot be said was refused before it was queued.
            if let Ok(block) = next.message.emit(line.next_number()) {
                self.asking = next.asks;
                let number = line.next_number();
                line.send(block, number, now);
            }
        } else if due.is_some_and(|at| at <= now) {
            line.enquire(now);
        }
    }

    fn poll_at(&self) -> Option<Moment> {
        let since = self.line.as_ref()?.idle_since()?;
        let busy = self.card || self.asked != Asked::Nothing || self.stage != Stage::InUse;
        Some(since.after(if busy { self.timing.poll_busy } else { self.timing.poll_idle }))
    }

    fn hear(&mut self, message: ReaderMessage) -> Result<(), CaoraError> {
        match message {
            ReaderMessage::Identity(identity) => return self.identified(identity),
            ReaderMessage::Fault(number) => return Err(CaoraError::Fault { number }),
            ReaderMessage::PoweredUp if self.stage == Stage::InUse => return Err(CaoraError::Restarted),
            ReaderMessage::PoweredUp => {}
            ReaderMessage::Refused(verb) => self.refused(verb),
            ReaderMessage::CardPlaced => self.tell_card(true),
            ReaderMessage::CardTaken => self.tell_card(false),
            answer => self.answered(answer),
        }
        Ok(())
    }

    fn identified(&mut self, identity: Identity) -> Result<(), CaoraError> {
        if self.stage == Stage::InUse {
            return Ok(());
        }
        if identity.model != MODEL {
            return Err(CaoraError::WrongModel { model: identity.model });
        }
        if identity.self_test != 0 {
            return Err(CaoraError::SelfTest { number: identity.self_test });
        }
        self.stage = Stage::InUse;
        if let Some(line) = &mut self.line {
            line.end_patience();
        }
        let info = UnitInfo { firmware: identity.firmware, serial: identity.serial };
        self.card = identity.card;
        self.report(Event::Ready { unit: info, card: identity.card });
        Ok(())
    }

    fn tell_card(&mut self, placed: bool) {
        if self.card != placed {
            self.card = placed;
            self.report(if placed { Event::CardPlaced } else { Event::CardTaken });
        }
    }

    fn refused(&mut self, verb: Verb) {
        if let Some(kind) = kind_of(verb) {
            if kind_asks(kind) {
                // A photo has many blocks; what is no longer asked is not refused a second time.
                if self.asked == Asked::Nothing {
                    return;
                }
                self.forget_questions();
            }
            self.effects.push_back(Effect::Unsupported(kind));
        }
    }

    /// Reports an answer to what is asked; drops a late or foreign one.
    fn answered(&mut self, answer: ReaderMessage) {
        let (event, fits, done) = match answer {
            ReaderMessage::MethodChosen(method) => {
                (Event::MethodChosen(method), self.asked == Asked::Methods, true)
            }
            ReaderMessage::NumberB { attempt, number } => {
                (Event::NumberBRead { attempt, number }, self.asked == Asked::Attempt(attempt), false)
            }
            ReaderMessage::Verdict { attempt, verdict, face_lux } => {
                let conditions = Conditions { face_lux: Some(face_lux), slot_in_sun: None };
                let event = Event::FaceCompared { attempt, verdict, conditions };
                (event, self.asked == Asked::Attempt(attempt), true)
            }
            ReaderMessage::PinEntered(pin) => (Event::PinEntered(pin), self.asked == Asked::Pin, true),
            ReaderMessage::PasscodeEntered(passcode) => {
                (Event::PasscodeEntered(passcode), self.asked == Asked::Passcode, true)
            }
            ReaderMessage::PinCancelled => {
                let fits = matches!(self.asked, Asked::Pin | Asked::Passcode);
                (Event::PinCancelled, fits, true)
            }
            ReaderMessage::ConsentAnswered { screen, decision } => {
                let fits = matches!(&self.asked, Asked::Consent(asked) if *asked == screen);
                (Event::ConsentAnswered { screen, decision }, fits, true)
            }
            _ => return,
        };
        if fits {
            self.report(event);
            if done {
                self.asked = Asked::Nothing;
            }
        }
    }

    fn command(&mut self, command: Command) -> Result<(), CaoraError> {
        if self.line.is_none() {
            return Ok(());
        }
        let kind = command.kind();
        let Some(blocks) = self.blocks_for(command) else {
            self.effects.push_back(Effect::Unsupported(kind));
            return Ok(());
        };
        if self.queue.len() + blocks.len() > self.timing.queue {
            return Err(CaoraError::Backlog { most: self.timing.queue });
        }
        self.queue.extend(blocks);
        Ok(())
    }

    /// The blocks that say a command, in order; `None` if this model cannot do it.
    fn blocks_for(&mut self, command: Command) -> Option<Vec<Queued>> {
        let blocks = match command {
            Command::Show(notice) => vec![Queued::plain(HostMessage::Show(notice_for(notice)?))],
            // Japanese is what the screen speaks anyway.
            Command::Speak(Language::Japanese) => Vec::new(),
            Command::Speak(_) => return None,
            Command::Light(lamp) if Profile::has(PROFILE.lamp) => {
                vec![Queued::plain(HostMessage::Light(lamp))]
            }
            Command::Light(_) => return None,
            Command::Sound(sound) => vec![Queued::plain(HostMessage::Sound(sound))],
            Command::OfferMethods(methods) => {
                self.question(HostMessage::OfferMethods(methods), Asked::Methods)
            }
            Command::OpenAttempt(attempt) => {
                self.question(HostMessage::OpenAttempt(attempt), Asked::Attempt(attempt))
            }
            Command::Compare { attempt, .. } if !self.is_open(attempt) => return None,
            Command::Compare { attempt, photo } => photo_blocks(attempt, &photo)?,
            Command::AskPin { tries_left, .. } => {
                self.question(HostMessage::AskPin { tries_left }, Asked::Pin)
            }
            Command::AskPasscode { .. } => self.question(HostMessage::AskPasscode, Asked::Passcode),
            Command::AskConsent(screen) => {
                let asked = Asked::Consent(screen.id.clone());
                self.question(HostMessage::AskConsent(screen), asked)
            }
            Command::ReadDocument => return None,
            Command::Cancel => {
                self.forget_questions();
                vec![Queued::plain(HostMessage::Cancel)]
            }
        };
        blocks.iter().all(|queued| queued.message.emit(BlockNumber::OPENING).is_ok()).then_some(blocks)
    }

    /// Whether the attempt is open, or will be once the reader has what is queued for it.
    fn is_open(&self, attempt: AttemptId) -> bool {
        let wanted = Asked::Attempt(attempt);
        let queued = self.queue.iter().filter_map(|queued| queued.asks.as_ref());
        queued.chain(&self.asking).chain([&self.asked]).any(|asked| *asked == wanted)
    }

    fn question(&mut self, message: HostMessage, asks: Asked) -> Vec<Queued> {
        self.forget_questions();
        vec![Queued { message, asks: Some(asks), question: true }]
    }

    /// A new question or a cancel: nothing that was asked before may be answered any more.
    fn forget_questions(&mut self) {
        self.queue.retain(|queued| !queued.question);
        self.asking = None;
        self.asked = Asked::Nothing;
    }

    fn report(&mut self, event: Event) {
        self.effects.push_back(Effect::Report(event));
    }
}

impl Queued {
    const fn plain(message: HostMessage) -> Self {
        Self { message, asks: None, question: false }
    }

    const fn of_question(message: HostMessage) -> Self {
        Self { message, asks: None, question: true }
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
            self.effects.push_back(Effect::Fault(Box::new(error)));
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_wakeup(&self) -> Option<Moment> {
        let line = self.line.as_ref()?.next_wakeup();
        let start = (self.stage != Stage::InUse).then_some(self.start_until);
        [line, self.poll_at(), start].into_iter().flatten().min()
    }
}

fn photo_blocks(attempt: AttemptId, photo: &Pii<Vec<u8>>) -> Option<Vec<Queued>> {
    let bytes = photo.expose(Purpose::SendToReader);
    if bytes.len() > PROFILE.photo.most_bytes {
        return None;
    }
    let mut blocks = vec![Queued::of_question(HostMessage::PhotoBegin { attempt, bytes: bytes.len() })];
    for (index, piece) in (0_u8..).zip(bytes.chunks(MOST_CHUNK)) {
        let bytes = Pii::new(piece.to_vec());
        blocks.push(Queued::of_question(HostMessage::PhotoChunk { index, bytes }));
    }
    blocks.push(Queued::of_question(HostMessage::Compare(attempt)));
    Some(blocks)
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

fn kind_of(verb: Verb) -> Option<CommandKind> {
    Some(match verb.as_bytes() {
        b"NT" => CommandKind::Show,
        b"LP" => CommandKind::Light,
        b"BZ" => CommandKind::Sound,
        b"OM" => CommandKind::OfferMethods,
        b"OA" => CommandKind::OpenAttempt,
        b"PB" | b"PC" | b"CM" => CommandKind::Compare,
        b"PN" => CommandKind::AskPin,
        b"SP" => CommandKind::AskPasscode,
        b"CS" => CommandKind::AskConsent,
        b"XX" => CommandKind::Cancel,
        _ => return None,
    })
}

const fn kind_asks(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::OfferMethods
            | CommandKind::OpenAttempt
            | CommandKind::Compare
            | CommandKind::AskPin
            | CommandKind::AskPasscode
            | CommandKind::AskConsent
    )
}
