//! The session with the unit: opening it, signs of life, and what arrives, in order and once.

use crate::bounds::{Flood, Noise};
use crate::error::Stfr2Error;
use crate::outgoing::Outgoing;
use crate::timing::Timing;
use model::Moment;
use std::collections::VecDeque;
use stfr2_frames::report::{Ack, Data, HostReport, Identity, Reason, UnitReport};
use stfr2_frames::{Assembler, UnitMessage, unit};
use zeroize::Zeroizing;

/// The receiver acknowledges every so many reports within a message.
const ACK_EVERY: u16 = 4;

/// The link as the terminal sees it. Without Debug: what it holds may be a photo.
pub(crate) struct Line {
    timing: &'static Timing,
    session: u16,
    stage: Stage,
    outgoing: Outgoing,
    /// The number that the unit's next DATA must carry.
    expected: u16,
    /// Whether the unit was told that something is missing.
    asked_again: bool,
    assembler: Assembler,
    heard_at: Moment,
    /// When OPEN or ACK was sent last.
    spoke_at: Moment,
    answered_hello_at: Option<Moment>,
    noise: Noise,
    flood: Flood,
    sends: VecDeque<Vec<u8>>,
}

enum Stage {
    /// OPEN is sent until the unit answers.
    Opening { since: Moment },
    /// The unit answered.
    Open,
}

/// What the line brought.
#[derive(Debug)]
pub(crate) enum LineEvent {
    /// The session is open.
    Opened(Identity),
    /// The unit says something new; the order that it answers, 0 for none.
    Heard(u16, UnitMessage),
}

impl Line {
    /// A device that was opened now. The unit may need until t8 to answer.
    pub(crate) fn open(timing: &'static Timing, now: Moment) -> Self {
        let session = session_of(now);
        let mut line = Self {
            timing,
            session,
            stage: Stage::Opening { since: now },
            outgoing: Outgoing::new(timing, session, now),
            expected: 0,
            asked_again: false,
            assembler: Assembler::new(unit::MOST_BODY),
            heard_at: now,
            spoke_at: now,
            answered_hello_at: None,
            noise: Noise::new(timing),
            flood: Flood::new(timing, now),
            sends: VecDeque::new(),
        };
        line.send(&HostReport::Open { session }, now);
        line
    }

    pub(crate) fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.sends.pop_front()
    }

    /// The terminal wants something: more may come than without.
    pub(crate) const fn expect_more(&mut self, now: Moment) {
        self.flood.begin(now);
    }

    /// Forgets what did not go out, and says this instead.
    pub(crate) fn say_instead(&mut self, message: Zeroizing<Vec<u8>>, now: Moment) {
        self.outgoing.withdraw();
        self.say(message, now);
    }

    /// Says this after what waits; it goes out once the session is open.
    pub(crate) fn say(&mut self, message: Zeroizing<Vec<u8>>, now: Moment) {
        self.outgoing.say(message);
        self.fill(now);
    }

    /// Takes one report.
    pub(crate) fn receive(&mut self, report: &[u8], now: Moment) -> Result<Option<LineEvent>, Stfr2Error> {
        self.flood.count_report(now)?;
        let Ok(report) = UnitReport::parse(report) else {
            self.noise.count(now)?;
            return Ok(None);
        };
        match (&self.stage, report) {
            (_, UnitReport::Hello { session, reason }) => self.greeted(session, reason, now).map(|()| None),
            (Stage::Opening { .. }, UnitReport::Opened { session, identity }) if session == self.session => {
                self.stage = Stage::Open;
                self.heard_at = now;
                self.fill(now);
                Ok(Some(LineEvent::Opened(identity)))
            }
            (Stage::Open, UnitReport::Ack(ack)) if ack.session == self.session => {
                self.heard_at = now;
                self.outgoing.acknowledged(ack.expected, now);
                if ack.again {
                    self.outgoing.mend_again(now, &mut self.sends);
                }
                self.fill(now);
                Ok(None)
            }
            (Stage::Open, UnitReport::Data(data)) if data.session == self.session => {
                self.heard_at = now;
                self.take(&data, now)
            }
            // Of a session that is over, not yet open, or opened already.
            _ => Ok(None),
        }
    }

    /// Acts on what is due.
    pub(crate) fn wake(&mut self, now: Moment) -> Result<(), Stfr2Error> {
        match self.stage {
            Stage::Opening { since } if since.after(self.timing.start) <= now => {
                return Err(self.given_up("identification", self.timing.start, now));
            }
            Stage::Opening { .. } if self.spoke_at.after(self.timing.open_every) <= now => {
                self.send(&HostReport::Open { session: self.session }, now);
            }
            Stage::Opening { .. } => {}
            Stage::Open => self.wake_open(now)?,
        }
        Ok(())
    }

    pub(crate) fn next_wakeup(&self) -> Moment {
        match self.stage {
            Stage::Opening { since } => {
                since.after(self.timing.start).min(self.spoke_at.after(self.timing.open_every))
            }
            Stage::Open => {
                let silent = self.heard_at.after(self.timing.silence);
                let stuck = self.outgoing.stuck_since().map(|since| since.after(self.timing.silence));
                let alive = Some(self.spoke_at.after(self.timing.alive_every));
                [stuck, alive, self.outgoing.next_wakeup()].into_iter().flatten().fold(silent, Moment::min)
            }
        }
    }

    fn wake_open(&mut self, now: Moment) -> Result<(), Stfr2Error> {
        let limit = self.timing.silence;
        if self.heard_at.after(limit) <= now {
            return Err(self.given_up("sign of life", limit, now));
        }
        if self.outgoing.stuck_since().is_some_and(|since| since.after(limit) <= now) {
            return Err(self.given_up("acknowledgement", limit, now));
        }
        self.outgoing.wake(now, &mut self.sends);
        if self.spoke_at.after(self.timing.alive_every) <= now {
            self.acknowledge(false, now);
        }
        Ok(())
    }

    fn given_up(&self, awaited: &'static str, limit: std::time::Duration, now: Moment) -> Stfr2Error {
        if self.noise.is_recent(now) {
            Stfr2Error::Garbled { awaited, limit }
        } else {
            Stfr2Error::Silent { awaited, limit }
        }
    }

    /// The unit has no session. What it means of ours is its end; anything else may be old and come late.
    fn greeted(&mut self, session: u16, reason: Reason, now: Moment) -> Result<(), Stfr2Error> {
        let open = matches!(self.stage, Stage::Open);
        if open && session == self.session {
            return Err(match reason {
                Reason::PoweredUp => Stfr2Error::Restarted,
                Reason::NotHeard => Stfr2Error::Unheard,
            });
        }
        let last = if open { self.answered_hello_at } else { Some(self.spoke_at) };
        if last.is_none_or(|at| at.after(self.timing.answer_hello) <= now) {
            self.answered_hello_at = Some(now);
            if open {
                self.acknowledge(false, now);
            } else {
                self.send(&HostReport::Open { session: self.session }, now);
            }
        }
        Ok(())
    }

    /// Takes a fragment if it is the next one.
    fn take(&mut self, data: &Data<'_>, now: Moment) -> Result<Option<LineEvent>, Stfr2Error> {
        if data.number != self.expected {
            self.out_of_turn(data.number, now);
            return Ok(None);
        }
        self.expected = self.expected.wrapping_add(1);
        self.asked_again = false;
        if data.last || self.expected.is_multiple_of(ACK_EVERY) {
            self.acknowledge(false, now);
        }
        let message = match self.assembler.push(data) {
            Ok(None) => return Ok(None),
            Ok(Some(message)) => UnitMessage::parse(&message),
            Err(error) => Err(error),
        };
        let Ok((order, message)) = message else {
            self.noise.count(now)?;
            return Ok(None);
        };
        self.flood.count_message()?;
        Ok(Some(LineEvent::Heard(order, message)))
    }

    fn out_of_turn(&mut self, number: u16, now: Moment) {
        let ahead = number.wrapping_sub(self.expected) < u16::MAX / 2;
        if !ahead {
            self.acknowledge(false, now);
        } else if !self.asked_again {
            self.asked_again = true;
            self.acknowledge(true, now);
        }
    }

    fn fill(&mut self, now: Moment) {
        if matches!(self.stage, Stage::Open) {
            self.outgoing.fill(now, &mut self.sends);
        }
    }

    fn acknowledge(&mut self, again: bool, now: Moment) {
        self.send(&HostReport::Ack(Ack { session: self.session, expected: self.expected, again }), now);
    }

    fn send(&mut self, report: &HostReport<'_>, now: Moment) {
        // Neither OPEN with a session nor ACK has a field that cannot be said.
        if let Ok(bytes) = report.emit() {
            self.sends.push_back(bytes.to_vec());
            self.spoke_at = now;
        }
    }
}

/// A session from the time of opening: other than the one before, and the unit lets one end with its device closed.
fn session_of(now: Moment) -> u16 {
    let micros = now.since_origin().as_micros() % u128::from(u16::MAX);
    u16::try_from(micros).unwrap_or(0).saturating_add(1)
}
