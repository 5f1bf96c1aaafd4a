//! The reader's side of the line: DIALECT.md sections 2 and 3.

use crate::unit::Around;
use model::Moment;
use sma_pa_frames::frame::{bare, is_numbered};
use sma_pa_frames::{Decoder, HostMessage, Kind, Number, ReaderMessage, Session};
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// t1: what was not acknowledged is sent again.
const AGAIN: Duration = Duration::from_millis(300);
/// t2: the rest of a frame must have come.
const GAP: Duration = Duration::from_millis(50);
/// t3: ALIVE or UP when nothing else was sent.
const SIGN: Duration = Duration::from_secs(1);
/// t8: a session in which nothing is heard is closed.
const DESERTED: Duration = Duration::from_secs(5);
/// Frames on their way without acknowledgement.
const WINDOW: usize = 8;
/// Messages that wait at most: the longest image, and what happens meanwhile.
const MOST_QUEUED: usize = 256;

/// Line of one unit. Without Debug: what it holds may be a PIN or a passcode.
pub(super) struct Line {
    decoder: Decoder,
    last_byte: Moment,
    /// When ALIVE or UP is due.
    sign_at: Moment,
    open: Option<Open>,
}

/// An open session.
struct Open {
    session: Session,
    heard_at: Moment,
    expected: Number,
    next: Number,
    window: VecDeque<Zeroizing<Vec<u8>>>,
    again_at: Moment,
    queue: VecDeque<ReaderMessage>,
}

/// What the terminal wants.
#[derive(Debug)]
pub(super) enum Heard {
    /// A session was opened.
    Opened,
    /// A message whose turn it is.
    Message(HostMessage),
    /// A message that cannot be understood.
    Strange,
}

impl Line {
    /// A line whose unit was just powered up.
    pub(super) fn powered_up() -> Self {
        Self { decoder: Decoder::default(), last_byte: Moment::ZERO, sign_at: Moment::ZERO, open: None }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Says that the unit is there and in no session.
    pub(super) fn greet(&mut self, around: &mut Around<'_>) {
        self.sign_at = around.now.after(SIGN);
        around.send(&bare(Kind::Up, Session::NONE, Number::default()));
    }

    /// Takes one byte; gives what it completes, in order.
    pub(super) fn receive(&mut self, byte: u8, around: &mut Around<'_>) -> Vec<Heard> {
        self.last_byte = around.now;
        let whole = self.decoder.push(byte);
        self.hear(whole, around)
    }

    /// Says a message, or keeps it until the window has room.
    pub(super) fn say(&mut self, message: ReaderMessage, around: &mut Around<'_>) {
        let Some(open) = &mut self.open else { return };
        open.queue.push_back(message);
        if open.queue.len() > MOST_QUEUED {
            self.open = None;
        }
        self.send_what_fits(around);
    }

    /// Forgets the pieces of an image that nobody wants any more.
    pub(super) fn forget_image(&mut self) {
        if let Some(open) = &mut self.open {
            open.queue.retain(|message| !matches!(message, ReaderMessage::ImagePiece(_)));
        }
    }

    /// Acts on what is due; gives what stood behind an unfinished frame, and whether the session was closed.
    pub(super) fn wake(&mut self, around: &mut Around<'_>) -> (Vec<Heard>, bool) {
        let now = around.now;
        let mut heard = Vec::new();
        while self.gap_ends().is_some_and(|at| at <= now) {
            let whole = self.decoder.lapse();
            heard.extend(self.hear(whole, around));
        }
        let deserted = self.open.take_if(|open| open.heard_at.after(DESERTED) <= now).is_some();
        if let Some(open) = &mut self.open {
            open.send_again(around);
        }
        if self.sign_at <= now {
            match &self.open {
                Some(open) => self.send_alive(open.session, open.next, around),
                None => self.greet(around),
            }
        }
        (heard, deserted)
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        let open = self.open.as_ref().map(|open| {
            let deserted = open.heard_at.after(DESERTED);
            if open.window.is_empty() { deserted } else { deserted.min(open.again_at) }
        });
        [Some(self.sign_at), self.gap_ends(), open].into_iter().flatten().min()
    }

    fn gap_ends(&self) -> Option<Moment> {
        self.decoder.is_pending().then(|| self.last_byte.after(GAP))
    }

    fn hear(&mut self, whole: bool, around: &mut Around<'_>) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut whole = whole;
        while whole {
            heard.extend(self.take_frame(around));
            whole = self.decoder.pass();
        }
        heard
    }

    fn take_frame(&mut self, around: &mut Around<'_>) -> Option<Heard> {
        let frame = self.decoder.frame()?;
        let (code, session, number) = (frame.code(), frame.session(), frame.number());
        if Kind::of(code) == Some(Kind::Open) {
            return self.begin(session, around.now);
        }
        let Some(open) = self.open.as_mut() else {
            self.greet(around);
            return None;
        };
        if session != open.session {
            return None;
        }
        open.heard_at = around.now;
        if !is_numbered(code) {
            match Kind::of(code) {
                Some(Kind::Ack) => open.acknowledged(number, around.now),
                Some(Kind::Alive) => {
                    let (session, next) = (open.session, open.next);
                    self.send_alive(session, next, around);
                }
                _ => {}
            }
            self.send_what_fits(around);
            return None;
        }
        let heard = (number == open.expected).then(|| {
            open.expected = open.expected.next();
            let message = Kind::of(code).map(|kind| HostMessage::parse(kind, frame.body()));
            message.map(|message| message.map_or(Heard::Strange, Heard::Message))
        });
        around.send(&bare(Kind::Ack, open.session, open.expected));
        heard.flatten()
    }

    fn begin(&mut self, session: Session, now: Moment) -> Option<Heard> {
        if session == Session::NONE || self.open.as_ref().is_some_and(|open| open.session == session) {
            return None;
        }
        self.open = Some(Open {
            session,
            heard_at: now,
            expected: Number::default(),
            next: Number::default(),
            window: VecDeque::new(),
            again_at: now,
            queue: VecDeque::new(),
        });
        Some(Heard::Opened)
    }

    fn send_alive(&mut self, session: Session, next: Number, around: &mut Around<'_>) {
        self.sign_at = around.now.after(SIGN);
        around.send(&bare(Kind::Alive, session, next));
    }

    fn send_what_fits(&mut self, around: &mut Around<'_>) {
        let Some(open) = &mut self.open else { return };
        while open.window.len() < WINDOW
            && let Some(message) = open.queue.pop_front()
        {
            // Only a configuration with an identity that the dialect cannot say comes to nothing: the unit stays mute.
            let Ok(frame) = message.emit(open.session, open.next) else { continue };
            if open.window.is_empty() {
                open.again_at = around.now.after(AGAIN);
            }
            open.next = open.next.next();
            around.send(&frame);
            open.window.push_back(frame);
            self.sign_at = around.now.after(SIGN);
        }
    }
}

impl Open {
    fn acknowledged(&mut self, expected: Number, now: Moment) {
        let outstanding = u16::try_from(self.window.len()).unwrap_or(u16::MAX);
        let first = Number(self.next.0.wrapping_sub(outstanding));
        let arrived = expected.since(first);
        if arrived > 0 && arrived <= outstanding {
            self.window.drain(..usize::from(arrived));
            self.again_at = now.after(AGAIN);
        }
    }

    fn send_again(&mut self, around: &mut Around<'_>) {
        if self.window.is_empty() || self.again_at > around.now {
            return;
        }
        self.again_at = around.now.after(AGAIN);
        for frame in &self.window {
            around.send(frame);
        }
    }
}
