//! The unit's side of the session: DIALECT.md sections 2 and 3.

use exc_9000_frames::{
    Collector, FrameError, HostMessage, HostPacket, Identity, Number, Token, Turn, UnitMessage, packet,
};
use model::Moment;
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// t1: unheard messages are sent again.
const AGAIN: Duration = Duration::from_millis(400);
/// t2: an unfinished frame is damage.
const UNFINISHED: Duration = Duration::from_millis(300);
/// t3: heartbeat.
const BEAT: Duration = Duration::from_secs(1);
/// t5: a silent terminal is let go.
const SILENCE: Duration = Duration::from_secs(5);
/// t6: between two `up`.
const UP: Duration = Duration::from_millis(500);
/// Messages that may be unheard at a time.
const WINDOW: usize = 4;
/// Transmissions of one message.
const TRANSMISSIONS: u32 = 8;
/// Messages that may wait.
const MOST_WAITING: usize = 64;

/// One unit's side of the line. Without Debug: what it holds may be a PIN or a passcode.
pub(super) struct Session {
    collector: Collector,
    unfinished_at: Option<Moment>,
    boot: u32,
    begun: u32,
    open: Option<Open>,
    /// The session that was let go, 0 for none.
    let_go: u16,
    /// When the next `up` is due while no session is open.
    up_at: Option<Moment>,
    frames: VecDeque<Zeroizing<Vec<u8>>>,
}

/// An open session.
struct Open {
    session: u16,
    here: Identity,
    /// What was said and not heard, oldest first, and the number of the first of them.
    said: VecDeque<UnitMessage>,
    first: Number,
    /// What was not said yet.
    waiting: VecDeque<UnitMessage>,
    transmissions: u32,
    again_at: Option<Moment>,
    next: Number,
    owes: bool,
    beat_at: Moment,
    silent_at: Moment,
}

/// What the terminal wants.
#[derive(Debug)]
pub(super) enum Heard {
    /// A session of this number, from the beginning: [`Session::begin`] answers it.
    Hello(u16),
    /// A message.
    Message(HostMessage),
}

impl Session {
    /// A unit that was just powered up.
    pub(super) fn powered_up(boot: u32) -> Self {
        Self {
            collector: Collector::default(),
            unfinished_at: None,
            boot,
            begun: 0,
            open: None,
            let_go: 0,
            up_at: None,
            frames: VecDeque::new(),
        }
    }

    pub(super) const fn boot(&self) -> u32 {
        self.boot
    }

    /// How often it will have begun anew with the next [`Session::begin`].
    pub(super) const fn beginning(&self) -> u32 {
        self.begun.saturating_add(1)
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The unit may speak from now on.
    pub(super) fn started(&mut self, now: Moment) {
        self.say_up(now);
    }

    /// Answers `hello`.
    pub(super) fn begin(&mut self, session: u16, here: Identity, now: Moment) {
        self.begun = self.beginning();
        self.up_at = None;
        let message = UnitMessage::Here(here.clone());
        self.open = Some(Open::new(session, here, now));
        self.put(packet::opening(session, &message));
    }

    /// Says a message as soon as there is room; `false` if too many wait already.
    pub(super) fn say(&mut self, message: UnitMessage) -> bool {
        let Some(open) = &mut self.open else { return true };
        let room = open.waiting.len() < MOST_WAITING;
        if room {
            open.waiting.push_back(message);
        }
        room
    }

    /// Forgets answers that were not said yet.
    pub(super) fn forget_answers(&mut self) {
        if let Some(open) = &mut self.open {
            open.waiting.retain(|message| message.answers().is_none());
        }
    }

    /// Lets the terminal go.
    pub(super) fn let_go(&mut self, now: Moment) {
        if let Some(open) = self.open.take() {
            self.let_go = open.session;
            self.say_up(now);
        }
    }

    /// Takes one byte.
    pub(super) fn receive(&mut self, byte: u8, now: Moment) -> Option<Heard> {
        let token = self.collector.push(byte);
        if !self.collector.is_pending() {
            self.unfinished_at = None;
        } else if self.unfinished_at.is_none() {
            self.unfinished_at = Some(now.after(UNFINISHED));
        }
        if token != Some(Token::Frame) {
            return None;
        }
        let packet = HostPacket::parse(self.collector.frame()?.body()).ok()?;
        match packet.turn {
            Turn::Opening(_) => self.hello(packet.session, now),
            Turn::Heard { next } => {
                self.in_session(packet.session, now)?.heard(next, now);
                None
            }
            Turn::Numbered { number, next, message } => {
                let open = self.in_session(packet.session, now)?;
                open.heard(next, now);
                open.owes = true;
                (open.next == number).then(|| {
                    open.next = number.plus(1);
                    Heard::Message(message)
                })
            }
        }
    }

    /// Says what waits, and what is owed.
    pub(super) fn speak(&mut self, now: Moment) {
        let Some(open) = &mut self.open else { return };
        let mut frames = Vec::new();
        while open.said.len() < WINDOW
            && let Some(message) = open.waiting.pop_front()
        {
            frames.push(packet::numbered(open.session, open.number(), open.next, &message));
            open.said.push_back(message);
            open.spoke(now);
            if open.again_at.is_none() {
                open.transmissions = 1;
                open.again_at = Some(now.after(AGAIN));
            }
        }
        if open.owes {
            frames.push(packet::heard(open.session, open.next));
            open.spoke(now);
        }
        frames.into_iter().for_each(|frame| self.put(frame));
    }

    /// Acts on what is due; `false` if the terminal has to be let go.
    #[must_use]
    pub(super) fn wake(&mut self, now: Moment) -> bool {
        if self.unfinished_at.is_some_and(|at| at <= now) {
            self.unfinished_at = None;
            self.collector.clear();
        }
        if self.up_at.is_some_and(|at| at <= now) {
            self.say_up(now);
        }
        let Some(open) = &mut self.open else { return true };
        if open.silent_at <= now {
            return false;
        }
        if open.again_at.is_some_and(|at| at <= now) {
            if open.transmissions >= TRANSMISSIONS {
                return false;
            }
            let frames = open.all_again(now);
            frames.into_iter().for_each(|frame| self.put(frame));
        } else if open.beat_at <= now {
            open.owes = true;
        }
        true
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        let open = self.open.as_ref().map(|open| open.beat_at.min(open.silent_at));
        let again = self.open.as_ref().and_then(|open| open.again_at);
        [open, again, self.up_at, self.unfinished_at].into_iter().flatten().min()
    }

    pub(super) fn poll_frame(&mut self) -> Option<Zeroizing<Vec<u8>>> {
        self.frames.pop_front()
    }

    fn hello(&mut self, session: u16, now: Moment) -> Option<Heard> {
        if session == 0 {
            return None;
        }
        let Some(open) = self.open.as_mut().filter(|open| open.session == session && open.is_untouched())
        else {
            return Some(Heard::Hello(session));
        };
        open.silent_at = now.after(SILENCE);
        let again = packet::opening(session, &UnitMessage::Here(open.here.clone()));
        self.put(again);
        None
    }

    /// The open session, if it is this one: its terminal lives.
    fn in_session(&mut self, session: u16, now: Moment) -> Option<&mut Open> {
        let open = self.open.as_mut().filter(|open| open.session == session)?;
        open.silent_at = now.after(SILENCE);
        Some(open)
    }

    fn say_up(&mut self, now: Moment) {
        self.up_at = Some(now.after(UP));
        self.put(packet::opening(self.let_go, &UnitMessage::Up { boot: self.boot }));
    }

    /// Only a configuration with an identity that the dialect cannot say has no frame: the unit stays mute.
    fn put(&mut self, frame: Result<Zeroizing<Vec<u8>>, FrameError>) {
        self.frames.extend(frame);
    }
}

impl Open {
    fn new(session: u16, here: Identity, now: Moment) -> Self {
        Self {
            session,
            here,
            said: VecDeque::new(),
            first: Number::FIRST,
            waiting: VecDeque::new(),
            transmissions: 0,
            again_at: None,
            next: Number::FIRST,
            owes: false,
            beat_at: now.after(BEAT),
            silent_at: now.after(SILENCE),
        }
    }

    /// Whether neither side has numbered anything.
    fn is_untouched(&self) -> bool {
        self.next == Number::FIRST && self.number() == Number::FIRST && self.waiting.is_empty()
    }

    /// Of the next message.
    fn number(&self) -> Number {
        self.first.plus(u8::try_from(self.said.len()).unwrap_or(0))
    }

    fn spoke(&mut self, now: Moment) {
        self.owes = false;
        self.beat_at = now.after(BEAT);
    }

    fn heard(&mut self, next: Number, now: Moment) {
        let steps = next.steps_from(self.first);
        if steps == 0 || usize::from(steps) > self.said.len() {
            return;
        }
        self.said.drain(..usize::from(steps));
        self.first = next;
        self.transmissions = 1;
        self.again_at = if self.said.is_empty() { None } else { Some(now.after(AGAIN)) };
    }

    fn all_again(&mut self, now: Moment) -> Vec<Result<Zeroizing<Vec<u8>>, FrameError>> {
        self.transmissions = self.transmissions.saturating_add(1);
        self.again_at = Some(now.after(AGAIN));
        self.spoke(now);
        let numbers = (0..=u8::MAX).map(|steps| self.first.plus(steps));
        let numbered = numbers.zip(&self.said);
        numbered.map(|(number, message)| packet::numbered(self.session, number, self.next, message)).collect()
    }
}
