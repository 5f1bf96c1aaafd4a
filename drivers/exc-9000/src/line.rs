//! The terminal's side of the session: both sides speak when they like, number what they say, and say it again until it
//! is acknowledged.

use crate::error::ExcError;
use crate::noise::Noise;
use crate::timing::Timing;
use exc_9000_frames::{
    Collector, FrameError, HostMessage, Identity, Number, Token, Turn, UnitMessage, UnitPacket, packet,
};
use model::Moment;
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// The line as the terminal sees it. Without Debug: what it holds may be a photo.
pub(crate) struct Line {
    timing: &'static Timing,
    /// Differs from that of any link opened before, as long as they were opened at different milliseconds.
    session: u16,
    collector: Collector,
    /// When what was begun counts as damaged.
    unfinished_at: Option<Moment>,
    noise: Noise,
    state: State,
    sends: VecDeque<Vec<u8>>,
}

enum State {
    /// The unit is called until it identifies itself.
    Calling { since: Moment, called: Moment },
    /// The unit identified itself like this.
    Open(Identity, Talk),
}

/// What was said in the session and not yet acknowledged, and what was heard.
struct Talk {
    /// Oldest first; the numbers before `number`.
    unheard: VecDeque<HostMessage>,
    /// Of the next message.
    number: Number,
    again_at: Option<Moment>,
    /// Of the oldest unheard message.
    transmissions: u32,
    /// The unit's number that is wanted next.
    wanted: Number,
    /// Whether the unit waits to be told what is wanted next.
    owes: bool,
    beat_at: Moment,
    heard_at: Moment,
}

/// What the line brought.
#[derive(Debug)]
pub(crate) enum LineEvent {
    /// The unit identified itself; the session is open.
    Identified(Identity),
    /// The unit said something new.
    Heard(UnitMessage),
}

impl Line {
    /// A link that was opened now: the unit is called.
    pub(crate) fn open(timing: &'static Timing, now: Moment) -> Self {
        let mut line = Self {
            timing,
            session: session_at(now),
            collector: Collector::default(),
            unfinished_at: None,
            noise: Noise::default(),
            state: State::Calling { since: now, called: now },
            sends: VecDeque::new(),
        };
        line.call(now);
        line
    }

    /// Whether one more message may be sent.
    pub(crate) fn has_room(&self) -> bool {
        matches!(&self.state, State::Open(_, talk) if talk.unheard.len() < self.timing.unheard)
    }

    /// Sends a message; there must be room.
    pub(crate) fn send(&mut self, message: HostMessage, now: Moment) {
        let State::Open(_, talk) = &mut self.state else { return };
        let frame = packet::numbered(self.session, talk.number, talk.wanted, &message);
        talk.said(self.timing, now);
        talk.number = talk.number.plus(1);
        talk.unheard.push_back(message);
        if talk.again_at.is_none() {
            talk.transmissions = 1;
            talk.again_at = Some(now.after(self.timing.again));
        }
        self.put(frame);
    }

    /// The unit is told what is wanted next, unless a message just told it.
    pub(crate) fn acknowledge(&mut self, now: Moment) {
        if matches!(&self.state, State::Open(_, talk) if talk.owes) {
            self.say_heard(now);
        }
    }

    pub(crate) fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.sends.pop_front()
    }

    /// Takes one byte.
    pub(crate) fn receive(&mut self, byte: u8, now: Moment) -> Result<Option<LineEvent>, ExcError> {
        let token = self.collector.push(byte);
        self.unfinished_at = match (self.collector.is_pending(), self.unfinished_at) {
            (false, _) => None,
            (true, Some(at)) => Some(at),
            (true, None) => Some(now.after(self.timing.unfinished)),
        };
        match token {
            None => Ok(None),
            Some(Token::Damaged) => self.damaged(now).map(|()| None),
            Some(Token::Frame) => match self.collector.frame().map(|frame| UnitPacket::parse(frame.body())) {
                Some(Ok(packet)) => self.take(packet, now),
                _ => self.damaged(now).map(|()| None),
            },
        }
    }

    /// Acts on what is due.
    pub(crate) fn wake(&mut self, now: Moment) -> Result<(), ExcError> {
        if self.unfinished_at.is_some_and(|at| at <= now) {
            self.unfinished_at = None;
            self.collector.clear();
            self.damaged(now)?;
        }
        match &self.state {
            State::Calling { since, .. } if since.after(self.timing.start) <= now => {
                Err(self.nothing_heard(now.since(*since)))
            }
            State::Calling { called, .. } if called.after(self.timing.call) <= now => {
                self.call(now);
                Ok(())
            }
            State::Calling { .. } => Ok(()),
            State::Open(_, talk) if talk.heard_at.after(self.timing.silence) <= now => {
                Err(self.nothing_heard(now.since(talk.heard_at)))
            }
            State::Open(_, talk) if talk.again_at.is_some_and(|at| at <= now) => self.say_again(now),
            State::Open(_, talk) if talk.beat_at <= now => {
                self.say_heard(now);
                Ok(())
            }
            State::Open(..) => Ok(()),
        }
    }

    pub(crate) fn next_wakeup(&self) -> Option<Moment> {
        let due = match &self.state {
            State::Calling { since, called } => {
                since.after(self.timing.start).min(called.after(self.timing.call))
            }
            State::Open(_, talk) => {
                let spoken = talk.again_at.map_or(talk.beat_at, |at| at.min(talk.beat_at));
                spoken.min(talk.heard_at.after(self.timing.silence))
            }
        };
        Some(self.unfinished_at.map_or(due, |at| at.min(due)))
    }

    fn take(&mut self, packet: UnitPacket, now: Moment) -> Result<Option<LineEvent>, ExcError> {
        if let Turn::Opening(UnitMessage::Up { boot }) = packet.turn {
            return self.is_up(packet.session, boot, now).map(|()| None);
        }
        if packet.session != self.session {
            return Ok(None);
        }
        self.noise.answered();
        match (&mut self.state, packet.turn) {
            (State::Calling { .. }, Turn::Opening(UnitMessage::Here(identity))) => {
                // What a unit says while it starts is not held against it.
                self.noise = Noise::default();
                self.state = State::Open(identity.clone(), Talk::begin(self.timing, now));
                Ok(Some(LineEvent::Identified(identity)))
            }
            // Before `here` there is no session; an old one of the same number is not ours.
            (State::Calling { .. }, _) => Ok(None),
            (State::Open(known, talk), Turn::Opening(UnitMessage::Here(identity))) => {
                talk.heard_at = now;
                if *known == identity { Ok(None) } else { Err(ExcError::Restarted) }
            }
            (State::Open(_, talk), Turn::Heard { next }) => {
                talk.heard_at = now;
                talk.acknowledged(next, self.timing, now);
                Ok(None)
            }
            (State::Open(_, talk), Turn::Numbered { number, next, message }) => {
                talk.heard_at = now;
                talk.acknowledged(next, self.timing, now);
                talk.owes = true;
                if number != talk.wanted {
                    return Ok(None);
                }
                talk.wanted = talk.wanted.plus(1);
                Ok(Some(LineEvent::Heard(message)))
            }
            (State::Open(..), Turn::Opening(_)) => Ok(None),
        }
    }

    /// The unit is in no session.
    fn is_up(&mut self, session: u16, boot: u32, now: Moment) -> Result<(), ExcError> {
        match &self.state {
            State::Calling { called, .. } => {
                if called.after(self.timing.call_again) <= now {
                    self.call(now);
                }
                Ok(())
            }
            State::Open(..) if session == self.session => Err(ExcError::Unheard),
            State::Open(identity, _) if session == 0 && boot != identity.boot => Err(ExcError::Restarted),
            State::Open(..) => Ok(()),
        }
    }

    fn damaged(&mut self, now: Moment) -> Result<(), ExcError> {
        let outcome = self.noise.heard(self.timing, now);
        // A unit that starts may say anything until its time to start is over.
        if matches!(self.state, State::Calling { .. }) { Ok(()) } else { outcome }
    }

    fn nothing_heard(&self, time: std::time::Duration) -> ExcError {
        if self.noise.is_all() { ExcError::Garbled { time } } else { ExcError::Silent { time } }
    }

    fn call(&mut self, now: Moment) {
        if let State::Calling { called, .. } = &mut self.state {
            *called = now;
        }
        self.put(packet::opening(self.session, &HostMessage::Hello));
    }

    fn say_heard(&mut self, now: Moment) {
        if let State::Open(_, talk) = &mut self.state {
            talk.said(self.timing, now);
            let frame = packet::heard(self.session, talk.wanted);
            self.put(frame);
        }
    }

    fn say_again(&mut self, now: Moment) -> Result<(), ExcError> {
        let State::Open(_, talk) = &mut self.state else { return Ok(()) };
        if talk.transmissions >= self.timing.transmissions {
            return Err(ExcError::Unacknowledged { transmissions: talk.transmissions });
        }
        talk.transmissions += 1;
        talk.again_at = Some(now.after(self.timing.again));
        talk.said(self.timing, now);
        let mut number = talk.oldest();
        let mut frames = Vec::with_capacity(talk.unheard.len());
        for message in &talk.unheard {
            frames.push(packet::numbered(self.session, number, talk.wanted, message));
            number = number.plus(1);
        }
        for frame in frames {
            self.put(frame);
        }
        Ok(())
    }

    /// What cannot be said was refused before it came here.
    fn put(&mut self, frame: Result<Zeroizing<Vec<u8>>, FrameError>) {
        if let Ok(frame) = frame {
            self.sends.push_back(frame.to_vec());
        }
    }
}

impl Talk {
    fn begin(timing: &Timing, now: Moment) -> Self {
        Self {
            unheard: VecDeque::new(),
            number: Number::FIRST,
            again_at: None,
            transmissions: 0,
            wanted: Number::FIRST,
            owes: false,
            beat_at: now.after(timing.beat),
            heard_at: now,
        }
    }

    /// The number of the oldest unheard message.
    fn oldest(&self) -> Number {
        self.unheard.iter().fold(self.number, |number, _| number.plus(u8::MAX))
    }

    /// A frame leaves: it says what is wanted next, and that the terminal lives.
    fn said(&mut self, timing: &Timing, now: Moment) {
        self.owes = false;
        self.beat_at = now.after(timing.beat);
    }

    /// The unit heard everything before `next`; anything else than a number that was sent is an old one.
    fn acknowledged(&mut self, next: Number, timing: &Timing, now: Moment) {
        let heard = usize::from(next.steps_from(self.oldest()));
        if (1..=self.unheard.len()).contains(&heard) {
            self.unheard.drain(..heard);
            self.transmissions = 1;
            self.again_at = (!self.unheard.is_empty()).then(|| now.after(timing.again));
        }
    }
}

/// A session's number from the terminal's clock: 1 to 65,535.
fn session_at(now: Moment) -> u16 {
    let number = now.since_origin().as_millis() % u128::from(u16::MAX);
    u16::try_from(number).unwrap_or(0).saturating_add(1)
}
