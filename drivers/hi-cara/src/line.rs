//! The terminal's side of the link: one request at a time until its reply, and each event acknowledged once it came.

use crate::damage::{Damage, Unasked};
use crate::error::HiCaraError;
use crate::timing::Timing;
use hi_cara_frames::host::{OPENING, next_serial};
use hi_cara_frames::{
    Collector, Direction, Frame, FrameError, HostMessage, Identity, Refusal, UnitEvent, UnitMessage, Verb,
};
use model::Moment;
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// The link as the terminal sees it. Without Debug: what it holds may be a photo.
pub(crate) struct Line {
    timing: &'static Timing,
    collector: Collector,
    outstanding: Option<Outstanding>,
    /// Serial of the last request.
    last_said: u8,
    /// Serial of the last event; 0 before the first.
    last_event: u8,
    /// Whether the unit has begun: before that it has no events for us.
    begun: bool,
    /// Since when nothing is asked.
    idle_since: Moment,
    /// t5: until then the unit may be starting.
    start_until: Moment,
    quiet_at: Option<Moment>,
    damage: Damage,
    unasked: Unasked,
    sends: VecDeque<Vec<u8>>,
}

/// A request that waits for its reply.
struct Outstanding {
    frame: Zeroizing<Vec<u8>>,
    verb: Verb,
    serial: u8,
    since: Moment,
    again_at: Moment,
    until: Moment,
    transmissions: u32,
}

/// What the link brought.
#[derive(Debug)]
pub(crate) enum LineEvent {
    /// The reply to *begin*.
    Began(Identity),
    /// The request was obeyed; the link is free.
    Done,
    /// The request was not obeyed; the link is free.
    Refused(Refusal),
    /// Something new happened at the unit.
    Told(UnitEvent),
}

/// A frame, taken out of the stream.
type Heard = (Verb, u8, Result<UnitMessage, FrameError>);

impl Line {
    /// A link that was opened now. The unit may need until t5 to begin.
    pub(crate) fn open(timing: &'static Timing, now: Moment) -> Self {
        Self {
            timing,
            collector: Collector::new(Direction::FromUnit),
            outstanding: None,
            last_said: OPENING,
            last_event: OPENING,
            begun: false,
            idle_since: now,
            start_until: now.after(timing.start),
            quiet_at: None,
            damage: Damage::default(),
            unasked: Unasked::default(),
            sends: VecDeque::new(),
        }
    }

    /// Since when the link is free for a request, if it is.
    pub(crate) const fn idle_since(&self) -> Option<Moment> {
        if self.outstanding.is_none() { Some(self.idle_since) } else { None }
    }

    /// Asks; the link must be free. What cannot be said in the dialect is not asked.
    pub(crate) fn ask(&mut self, message: &HostMessage, now: Moment) {
        let begin = matches!(message, HostMessage::Begin { .. });
        let serial = if begin { OPENING } else { next_serial(self.last_said) };
        let Ok(frame) = message.emit(serial) else { return };
        self.last_said = serial;
        self.sends.push_back(frame.to_vec());
        self.outstanding = Some(Outstanding {
            frame,
            verb: message.verb(),
            serial,
            since: now,
            again_at: now.after(self.timing.again),
            until: if begin { self.start_until } else { now.after(self.timing.reply) },
            transmissions: 1,
        });
    }

    pub(crate) fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.sends.pop_front()
    }

    /// Takes one byte. After an event, [`Self::more`] may bring another.
    pub(crate) fn receive(&mut self, byte: u8, now: Moment) -> Result<Option<LineEvent>, HiCaraError> {
        self.listen(now, |collector| collector.push(byte))
    }

    /// What damage had hidden behind the frame before.
    pub(crate) fn more(&mut self, now: Moment) -> Result<Option<LineEvent>, HiCaraError> {
        self.listen(now, Collector::more)
    }

    /// Acts on a stream that fell quiet within a frame.
    pub(crate) fn fall_quiet(&mut self, now: Moment) -> Result<Option<LineEvent>, HiCaraError> {
        if self.quiet_at.is_none_or(|at| at > now) {
            return Ok(None);
        }
        self.listen(now, Collector::expire)
    }

    /// Says a request again whose reply is late, or gives it up.
    pub(crate) fn press(&mut self, now: Moment) -> Result<(), HiCaraError> {
        let Some(waiting) = self.outstanding.as_mut() else { return Ok(()) };
        if waiting.until <= now {
            let transmissions = waiting.transmissions;
            return Err(if self.damage.was_met_since(waiting.since) {
                HiCaraError::Garbled { transmissions }
            } else {
                HiCaraError::Silent { transmissions }
            });
        }
        if waiting.again_at <= now {
            waiting.transmissions = waiting.transmissions.saturating_add(1);
            waiting.again_at = now.after(self.timing.again);
            self.sends.push_back(waiting.frame.to_vec());
        }
        Ok(())
    }

    pub(crate) fn next_wakeup(&self) -> Option<Moment> {
        let request = self.outstanding.as_ref().map(|waiting| waiting.again_at.min(waiting.until));
        [request, self.quiet_at].into_iter().flatten().min()
    }

    /// Lets the collector go on, and judges what it found and what it left out.
    fn listen(
        &mut self,
        now: Moment,
        step: impl FnOnce(&mut Collector) -> Option<Frame<'_>>,
    ) -> Result<Option<LineEvent>, HiCaraError> {
        let before = self.collector.left_out();
        let heard = step(&mut self.collector)
            .map(|frame| -> Heard { (frame.verb(), frame.serial(), UnitMessage::parse(&frame)) });
        self.quiet_at = self.collector.is_pending().then(|| now.after(self.timing.quiet));
        if self.collector.left_out() != before {
            self.damage.met(self.timing, now)?;
        }
        heard.map_or(Ok(None), |heard| self.judge(heard, now))
    }

    fn judge(
        &mut self,
        (verb, serial, message): Heard,
        now: Moment,
    ) -> Result<Option<LineEvent>, HiCaraError> {
        let Ok(message) = message else {
            // Its sum is right, so it is no damage of the link; but no word of the dialect either.
            self.damage.met(self.timing, now)?;
            return Ok(None);
        };
        if self.outstanding.take_if(|waiting| (waiting.verb, waiting.serial) == (verb, serial)).is_some() {
            self.idle_since = now;
            return Ok(match message {
                UnitMessage::Began(identity) => {
                    self.begun = true;
                    Some(LineEvent::Began(identity))
                }
                UnitMessage::Done(_) => Some(LineEvent::Done),
                UnitMessage::Refused(_, refusal) => Some(LineEvent::Refused(refusal)),
                // Never: no request has an event's function.
                UnitMessage::Event(_) => None,
            });
        }
        self.unasked.came(self.timing, now)?;
        Ok(match message {
            UnitMessage::Event(event) => self.told(serial, event),
            _ => None,
        })
    }

    fn told(&mut self, serial: u8, event: UnitEvent) -> Option<LineEvent> {
        if matches!(event, UnitEvent::PoweredUp { .. }) {
            return Some(LineEvent::Told(event));
        }
        let new = serial == next_serial(self.last_event);
        let again = serial == self.last_event && serial != OPENING;
        if !self.begun || !(new || again) {
            return None;
        }
        self.last_event = serial;
        if let Ok(taken) = HostMessage::Taken.emit(serial) {
            self.sends.push_back(taken.to_vec());
        }
        new.then_some(LineEvent::Told(event))
    }
}
