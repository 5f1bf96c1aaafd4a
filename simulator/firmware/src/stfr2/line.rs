//! The unit's side of the link: DIALECT.md section 3.

use super::identity;
use super::sending::Sending;
use crate::unit::Around;
use model::Moment;
use std::time::Duration;
use stfr2_frames::fragment::Message;
use stfr2_frames::report::{Ack, Data, HostReport, Identity, Reason, UnitReport};
use stfr2_frames::{Assembler, HostMessage, UnitMessage, host};

/// t2: between two signs of life, or two HELLO.
const ALIVE: Duration = Duration::from_secs(1);
/// t7: the terminal is waited for so long.
const SILENCE: Duration = Duration::from_secs(4);
/// A report within a message is acknowledged after so many.
const ACK_EVERY: u16 = 4;

/// The link of one unit. Without Debug: what it holds may be 照合番号B.
pub(super) struct Line {
    session: Option<Session>,
    /// What the unit says while it has no session.
    hello: Hello,
}

struct Hello {
    reason: Reason,
    /// The session that it gave up; 0 if none.
    given_up: u16,
    /// When the next one is due; `None` while nobody fetches reports.
    at: Option<Moment>,
}

struct Session {
    id: u16,
    /// What was said at the opening, for a repeated OPEN.
    identity: Identity,
    sending: Sending,
    expected: u16,
    asked_again: bool,
    assembler: Assembler,
    heard_at: Moment,
    /// When OPENED or ACK was sent last.
    spoke_at: Moment,
}

/// What the terminal wants.
#[derive(Debug)]
pub(super) enum Heard {
    /// To begin anew.
    Opened,
    /// Something, under this order; `None` if this unit does not know the message.
    Message(u16, Option<HostMessage>),
}

impl Line {
    /// The link of a unit that is powered up.
    pub(super) const fn powered_up() -> Self {
        Self { session: None, hello: Hello { reason: Reason::PoweredUp, given_up: 0, at: None } }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.session.is_some()
    }

    /// Says HELLO at once, and again until a session opens.
    pub(super) fn greet(&mut self, around: &mut Around<'_>) {
        self.hello.at = Some(around.now.after(ALIVE));
        send(&UnitReport::Hello { session: self.hello.given_up, reason: self.hello.reason }, around);
    }

    /// Somebody fetches the reports from now on.
    pub(super) fn fetched(&mut self, around: &mut Around<'_>) {
        if self.session.is_none() {
            self.greet(around);
        }
    }

    /// Nobody fetches the reports any more: the session ends without a word.
    pub(super) fn unfetched(&mut self) {
        self.end(Reason::NotHeard);
        self.hello.at = None;
    }

    /// Sends a message in answer to an order, 0 for none.
    pub(super) fn say(&mut self, order: u16, message: &UnitMessage, around: &mut Around<'_>) {
        if let (Some(session), Ok(bytes)) = (&mut self.session, message.emit(order)) {
            session.sending.queue(order != 0, bytes);
            session.fill(around);
        }
    }

    /// Forgets answers that were not sent yet.
    pub(super) fn forget_answers(&mut self) {
        if let Some(session) = &mut self.session {
            session.sending.forget_answers();
        }
    }

    pub(super) fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>) -> Option<Heard> {
        match HostReport::parse(bytes).ok()? {
            HostReport::Open { session } => self.open(session, around),
            HostReport::Ack(ack) => {
                let session = self.of(ack.session, around)?;
                session.acknowledged(ack, around);
                None
            }
            HostReport::Data(data) => self.of(data.session, around)?.take(&data, around),
        }
    }

    /// Does what is due; whether the session ended because the terminal was not heard.
    pub(super) fn wake(&mut self, around: &mut Around<'_>) -> bool {
        let Some(session) = &mut self.session else {
            if self.hello.at.is_some_and(|at| at <= around.now) {
                self.greet(around);
            }
            return false;
        };
        if session.given_up_at() <= around.now {
            self.end(Reason::NotHeard);
            self.greet(around);
            return true;
        }
        session.wake(around);
        false
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        match &self.session {
            Some(session) => Some(session.next_wakeup()),
            None => self.hello.at,
        }
    }

    /// The session in force if it is this one. A unit without one says so.
    fn of(&mut self, session: u16, around: &mut Around<'_>) -> Option<&mut Session> {
        if self.session.is_none() {
            send(&UnitReport::Hello { session, reason: self.hello.reason }, around);
        }
        self.session.as_mut().filter(|open| open.id == session)
    }

    fn open(&mut self, id: u16, around: &mut Around<'_>) -> Option<Heard> {
        if let Some(open) = self.session.as_mut().filter(|open| open.id == id) {
            let identity = open.identity.clone();
            open.speak(&UnitReport::Opened { session: id, identity }, around);
            return None;
        }
        let identity = identity(around);
        let mut session = Session {
            id,
            identity: identity.clone(),
            sending: Sending::new(id, around.now),
            expected: 0,
            asked_again: false,
            assembler: Assembler::new(host::MOST_BODY),
            heard_at: around.now,
            spoke_at: around.now,
        };
        session.speak(&UnitReport::Opened { session: id, identity }, around);
        self.session = Some(session);
        Some(Heard::Opened)
    }

    fn end(&mut self, reason: Reason) {
        if let Some(session) = self.session.take() {
            self.hello.reason = reason;
            self.hello.given_up = session.id;
        }
    }
}

impl Session {
    fn take(&mut self, data: &Data<'_>, around: &mut Around<'_>) -> Option<Heard> {
        self.heard_at = around.now;
        if data.number != self.expected {
            self.out_of_turn(data.number, around);
            return None;
        }
        self.expected = self.expected.wrapping_add(1);
        self.asked_again = false;
        if data.last || self.expected.is_multiple_of(ACK_EVERY) {
            self.acknowledge(false, around);
        }
        let message = self.assembler.push(data).ok()??;
        let order = Message::new_checked(&message).ok()?.order;
        Some(Heard::Message(order, HostMessage::parse(&message).ok().map(|(_, message)| message)))
    }

    fn out_of_turn(&mut self, number: u16, around: &mut Around<'_>) {
        let ahead = number.wrapping_sub(self.expected) < 0x8000;
        if !ahead {
            self.acknowledge(false, around);
        } else if !self.asked_again {
            self.asked_again = true;
            self.acknowledge(true, around);
        }
    }

    fn acknowledged(&mut self, ack: Ack, around: &mut Around<'_>) {
        self.heard_at = around.now;
        self.sending.acknowledged(ack.expected, around.now);
        if ack.again {
            self.sending.mend_again(around);
        }
        self.fill(around);
    }

    fn acknowledge(&mut self, again: bool, around: &mut Around<'_>) {
        let ack = Ack { session: self.id, expected: self.expected, again };
        self.speak(&UnitReport::Ack(ack), around);
    }

    fn wake(&mut self, around: &mut Around<'_>) {
        self.sending.wake(around);
        if self.spoke_at.after(ALIVE) <= around.now {
            self.acknowledge(false, around);
        }
    }

    fn next_wakeup(&self) -> Moment {
        let alive = self.spoke_at.after(ALIVE).min(self.given_up_at());
        self.sending.next_wakeup().map_or(alive, |mend| mend.min(alive))
    }

    fn given_up_at(&self) -> Moment {
        let quiet_since = self.sending.stuck_since().map_or(self.heard_at, |stuck| stuck.min(self.heard_at));
        quiet_since.after(SILENCE)
    }

    fn fill(&mut self, around: &mut Around<'_>) {
        self.sending.fill(around);
    }

    fn speak(&mut self, report: &UnitReport<'_>, around: &mut Around<'_>) {
        self.spoke_at = around.now;
        send(report, around);
    }
}

/// Only an identity that the dialect cannot say has no bytes: the unit stays mute.
fn send(report: &UnitReport<'_>, around: &mut Around<'_>) {
    if let Ok(bytes) = report.emit() {
        around.send(&bytes);
    }
}
