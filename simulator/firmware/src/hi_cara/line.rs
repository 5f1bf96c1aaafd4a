//! The unit's side of the link: DIALECT.md sections 2 and 3.

use crate::unit::Around;
use hi_cara_frames::host::{OPENING, next_serial};
use hi_cara_frames::{
    Collector, Direction, Frame, FrameError, HostMessage, Identity, Refusal, UnitEvent, UnitMessage, Verb,
};
use model::Moment;
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// t1: until an event is said again.
const AGAIN: Duration = Duration::from_millis(500);
/// t4: quiet, after which an unfinished frame is damage.
const QUIET: Duration = Duration::from_millis(250);
/// t6: until *powered up* is said again.
const POWERED_UP: Duration = Duration::from_millis(500);
/// Events that wait at most.
const MOST_WAITING: usize = 64;

/// The link of one unit. Without Debug: what it holds may be a PIN or a passcode.
pub(super) struct Line {
    collector: Collector,
    quiet_at: Option<Moment>,
    /// The number of this power-up.
    number: u32,
    open: bool,
    session: Option<Session>,
    /// When *powered up* is said next, while there is no session.
    powered_up_at: Option<Moment>,
}

/// What a terminal began.
struct Session {
    number: u32,
    last_obeyed: u8,
    last_reply: Zeroizing<Vec<u8>>,
    last_event: u8,
    /// The event that was not taken yet, and when it is said again.
    saying: Option<(Zeroizing<Vec<u8>>, Moment)>,
    waiting: VecDeque<UnitEvent>,
}

/// What the terminal wants; each is replied to.
#[derive(Debug)]
pub(super) enum Heard {
    /// A new session.
    Begin,
    /// A new request.
    Request {
        /// Its function and command.
        verb: Verb,
        /// What it says, if the dialect knows it.
        message: Result<HostMessage, FrameError>,
    },
}

impl Line {
    pub(super) fn powered_up() -> Self {
        Self {
            collector: Collector::new(Direction::ToUnit),
            quiet_at: None,
            number: 0,
            open: true,
            session: None,
            powered_up_at: None,
        }
    }

    /// The unit has started. Its clock numbers the power-up: it goes on from one to the next.
    pub(super) fn start(&mut self, around: &mut Around<'_>) {
        let since = around.now.since_origin().as_millis() & u128::from(u32::MAX);
        self.number = u32::try_from(since).unwrap_or(0);
        self.powered_up_at = Some(around.now);
        self.say_again(around);
    }

    /// The number of this power-up.
    pub(super) const fn power_up(&self) -> u32 {
        self.number
    }

    pub(super) const fn is_begun(&self) -> bool {
        self.session.is_some()
    }

    pub(super) fn link_changed(&mut self, open: bool, around: &Around<'_>) {
        self.open = open;
        self.collector = Collector::new(Direction::ToUnit);
        self.quiet_at = None;
        self.end_session(around.now);
    }

    pub(super) fn receive(&mut self, byte: u8, around: &mut Around<'_>) -> Option<Heard> {
        self.listen(around, |collector| collector.push(byte))
    }

    pub(super) fn more(&mut self, around: &mut Around<'_>) -> Option<Heard> {
        self.listen(around, Collector::more)
    }

    pub(super) fn fall_quiet(&mut self, around: &mut Around<'_>) -> Option<Heard> {
        if self.quiet_at.is_none_or(|at| at > around.now) {
            return None;
        }
        self.listen(around, Collector::expire)
    }

    /// Says *powered up*, or the event that was not taken, again when it is time.
    pub(super) fn say_again(&mut self, around: &mut Around<'_>) {
        if let Some((event, again_at)) = self.session.as_mut().and_then(|session| session.saying.as_mut())
            && *again_at <= around.now
        {
            *again_at = around.now.after(AGAIN);
            around.send(event);
        }
        if self.open && self.powered_up_at.is_some_and(|at| at <= around.now) {
            self.powered_up_at = Some(around.now.after(POWERED_UP));
            send(&UnitMessage::Event(UnitEvent::PoweredUp { power_up: self.number }), OPENING, around);
        }
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        let event = self.session.as_ref().and_then(|session| session.saying.as_ref()).map(|(_, at)| *at);
        [self.quiet_at, event, self.powered_up_at.filter(|_| self.open)].into_iter().flatten().min()
    }

    /// Tells the terminal, once what was told before is taken.
    pub(super) fn say(&mut self, event: UnitEvent, around: &mut Around<'_>) {
        let Some(session) = &mut self.session else { return };
        if session.waiting.len() >= MOST_WAITING {
            self.end_session(around.now);
            return;
        }
        session.waiting.push_back(event);
        session.say_next(around);
    }

    /// Forgets answers that were not said yet.
    pub(super) fn forget_answers(&mut self) {
        if let Some(session) = &mut self.session {
            session.waiting.retain(|event| event.ask().is_none());
        }
    }

    /// Replies to *begin*.
    pub(super) fn began(&mut self, identity: Identity, around: &mut Around<'_>) {
        if let Some(session) = &mut self.session {
            session.reply(&UnitMessage::Began(identity), around);
        }
    }

    /// Replies to any other request.
    pub(super) fn reply(&mut self, verb: Verb, outcome: Result<(), Refusal>, around: &mut Around<'_>) {
        let message = match outcome {
            Ok(()) => UnitMessage::Done(verb),
            Err(refusal) => UnitMessage::Refused(verb, refusal),
        };
        if let Some(session) = &mut self.session {
            session.reply(&message, around);
        }
    }

    fn listen(
        &mut self,
        around: &mut Around<'_>,
        step: impl FnOnce(&mut Collector) -> Option<Frame<'_>>,
    ) -> Option<Heard> {
        let heard =
            step(&mut self.collector).map(|frame| (frame.verb(), frame.serial(), HostMessage::parse(&frame)));
        self.quiet_at = self.collector.is_pending().then(|| around.now.after(QUIET));
        let (verb, serial, message) = heard?;
        match message {
            Ok(HostMessage::Begin { session }) if serial == OPENING => self.begin(session, around),
            Ok(HostMessage::Taken) => {
                if let Some(session) = &mut self.session {
                    session.taken(serial, around);
                }
                None
            }
            message => self.request(verb, serial, message, around),
        }
    }

    fn begin(&mut self, number: u32, around: &mut Around<'_>) -> Option<Heard> {
        if let Some(session) = self.session.as_ref().filter(|session| session.number == number) {
            session.reply_again(OPENING, around);
            return None;
        }
        self.powered_up_at = None;
        self.session = Some(Session {
            number,
            last_obeyed: OPENING,
            last_reply: Zeroizing::default(),
            last_event: OPENING,
            saying: None,
            waiting: VecDeque::new(),
        });
        Some(Heard::Begin)
    }

    fn request(
        &mut self,
        verb: Verb,
        serial: u8,
        message: Result<HostMessage, FrameError>,
        around: &mut Around<'_>,
    ) -> Option<Heard> {
        let Some(session) = &mut self.session else {
            send(&UnitMessage::Refused(verb, Refusal::NotBegun), serial, around);
            return None;
        };
        if serial != next_serial(session.last_obeyed) {
            session.reply_again(serial, around);
            return None;
        }
        session.last_obeyed = serial;
        Some(Heard::Request { verb, message })
    }

    fn end_session(&mut self, now: Moment) {
        self.session = None;
        self.powered_up_at = Some(now.after(POWERED_UP));
    }
}

impl Session {
    fn reply(&mut self, message: &UnitMessage, around: &mut Around<'_>) {
        // A configuration may give the unit a name that the dialect cannot say: it stays mute.
        if let Ok(frame) = message.emit(self.last_obeyed) {
            around.send(&frame);
            self.last_reply = frame;
        }
    }

    /// The last request came again: so does its reply. An older one gets none.
    fn reply_again(&self, serial: u8, around: &mut Around<'_>) {
        if serial == self.last_obeyed {
            around.send(&self.last_reply);
        }
    }

    fn taken(&mut self, serial: u8, around: &mut Around<'_>) {
        if serial == self.last_event {
            self.saying = None;
            self.say_next(around);
        }
    }

    fn say_next(&mut self, around: &mut Around<'_>) {
        if self.saying.is_some() {
            return;
        }
        let Some(event) = self.waiting.pop_front() else { return };
        let serial = next_serial(self.last_event);
        if let Ok(frame) = UnitMessage::Event(event).emit(serial) {
            self.last_event = serial;
            around.send(&frame);
            self.saying = Some((frame, around.now.after(AGAIN)));
        }
    }
}

fn send(message: &UnitMessage, serial: u8, around: &mut Around<'_>) {
    if let Ok(frame) = message.emit(serial) {
        around.send(&frame);
    }
}
