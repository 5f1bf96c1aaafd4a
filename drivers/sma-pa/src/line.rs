//! The terminal's side of the line: session, window, acknowledgements, signs of life.

use crate::error::SmaPaError;
use crate::timing::Timing;
use model::Moment;
use sma_pa_frames::frame::{bare, is_numbered};
use sma_pa_frames::{Decoder, Frame, FrameError, HostMessage, Kind, Number, ReaderMessage, Session};
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// The line as the terminal sees it. Without Debug: what it holds may be a photo.
pub(crate) struct Line {
    timing: &'static Timing,
    decoder: Decoder,
    session: Session,
    opened: Opened,
    /// The number that the next frame from the reader must have.
    expected: Number,
    /// The number that our next frame gets.
    next: Number,
    /// On their way without acknowledgement, oldest first.
    window: VecDeque<Zeroizing<Vec<u8>>>,
    /// Since when the oldest of them is on its way.
    oldest_since: Moment,
    again_at: Moment,
    transmissions: u32,
    /// A numbered frame or ALIVE came: ACK is due before the input ends.
    ack_due: bool,
    /// UP came, and nothing of the session since.
    doubted: bool,
    alive_at: Moment,
    last_byte: Moment,
    noise: Option<Noise>,
    /// Whether anything unintelligible came since the last sign of life.
    garbled: bool,
    second: Moment,
    frames_in_second: u32,
    sends: VecDeque<Vec<u8>>,
}

#[derive(Clone, Copy)]
enum Opened {
    /// OPEN was sent; `identity` must come until then.
    NotYet {
        until: Moment,
    },
    Yes,
}

/// Bytes that belong to no frame, and keep coming.
#[derive(Clone, Copy)]
struct Noise {
    since: Moment,
    last: Moment,
}

impl Line {
    /// A link that was opened now. The unit may need until t5 to answer.
    pub(crate) fn open(timing: &'static Timing, now: Moment) -> Self {
        let mut line = Self {
            timing,
            decoder: Decoder::default(),
            session: session_at(now),
            opened: Opened::NotYet { until: now.after(timing.start) },
            expected: Number::default(),
            next: Number::default(),
            window: VecDeque::new(),
            oldest_since: now,
            again_at: now.after(timing.again),
            transmissions: 0,
            ack_due: false,
            doubted: false,
            alive_at: now,
            last_byte: now,
            noise: None,
            garbled: false,
            second: now,
            frames_in_second: 0,
            sends: VecDeque::new(),
        };
        line.put(Kind::Open, Number::default());
        line
    }

    /// Whether another message may go out now.
    pub(crate) fn has_room(&self) -> bool {
        self.is_opened() && self.window.len() < self.timing.window
    }

    /// Sends a message; there must be room.
    pub(crate) fn send(&mut self, message: &HostMessage, now: Moment) -> Result<(), FrameError> {
        let frame = message.emit(self.session, self.next)?;
        self.next = self.next.next();
        if self.window.is_empty() {
            self.begin_waiting(now);
        }
        self.sends.push_back(frame.to_vec());
        self.window.push_back(frame);
        Ok(())
    }

    /// The next bytes for the link; ends with the acknowledgement that is due.
    pub(crate) fn poll_send(&mut self) -> Option<Vec<u8>> {
        if self.sends.is_empty() && std::mem::take(&mut self.ack_due) {
            self.put(Kind::Ack, self.expected);
        }
        self.sends.pop_front()
    }

    /// Takes one byte; gives the messages that it completes: one, or several after damage.
    pub(crate) fn receive(&mut self, byte: u8, now: Moment) -> Result<Vec<ReaderMessage>, SmaPaError> {
        self.last_byte = now;
        let whole = self.decoder.push(byte);
        self.hear(whole, now)
    }

    /// Acts on what is due; gives the messages that stood behind an unfinished frame.
    pub(crate) fn wake(&mut self, now: Moment) -> Result<Vec<ReaderMessage>, SmaPaError> {
        let mut heard = Vec::new();
        // Each round lets at least one byte go.
        while self.gap_ends().is_some_and(|at| at <= now) {
            let whole = self.decoder.lapse();
            heard.extend(self.hear(whole, now)?);
        }
        self.judge_noise(now)?;
        match self.opened {
            Opened::NotYet { until } if until <= now => return Err(self.nothing("identity")),
            Opened::NotYet { .. } if self.again_at <= now => {
                self.again_at = now.after(self.timing.again);
                self.put(Kind::Open, Number::default());
            }
            Opened::Yes if self.alive_at.after(self.timing.silence) <= now => {
                return Err(self.nothing("a sign of life"));
            }
            Opened::Yes => self.send_again(now)?,
            Opened::NotYet { .. } => {}
        }
        Ok(heard)
    }

    pub(crate) fn next_wakeup(&self) -> Moment {
        let due = match self.opened {
            Opened::NotYet { until } => until.min(self.again_at),
            Opened::Yes => {
                let given_up = self.alive_at.after(self.timing.silence);
                if self.window.is_empty() { given_up } else { given_up.min(self.again_at) }
            }
        };
        let noise = self.noise.map(|noise| {
            let ends = noise.last.after(self.timing.noise_ends);
            if self.is_opened() { noise.since.after(self.timing.noise).min(ends) } else { ends }
        });
        [self.gap_ends(), noise].into_iter().flatten().fold(due, Moment::min)
    }

    fn hear(&mut self, whole: bool, now: Moment) -> Result<Vec<ReaderMessage>, SmaPaError> {
        let mut heard = Vec::new();
        let mut whole = whole;
        while whole {
            self.count(now)?;
            heard.extend(self.take_frame(now)?);
            whole = self.decoder.pass();
        }
        if self.decoder.take_noise() > 0 {
            let since = self.noise.map_or(now, |noise| noise.since);
            self.noise = Some(Noise { since, last: now });
            self.garbled = true;
        }
        Ok(heard)
    }

    fn take_frame(&mut self, now: Moment) -> Result<Option<ReaderMessage>, SmaPaError> {
        let Some(frame) = self.decoder.frame() else { return Ok(None) };
        if Kind::of(frame.code()) == Some(Kind::Up) {
            return self.doubt().map(|()| None);
        }
        if frame.session() != self.session {
            return Ok(None);
        }
        let taken = if is_numbered(frame.code()) {
            self.ack_due = true;
            if frame.number() == self.expected { parse(&frame, self.is_opened())? } else { Taken::Repeated }
        } else {
            Taken::OfTheLine { code: frame.code(), number: frame.number() }
        };
        self.doubted = false;
        self.garbled = false;
        self.alive_at = now;
        match taken {
            Taken::OfTheLine { code, number } => self.take_bare(code, number, now),
            Taken::Repeated => {}
            Taken::Unknown => self.expected = self.expected.next(),
            Taken::Message(message) => {
                self.expected = self.expected.next();
                self.opened = Opened::Yes;
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    fn take_bare(&mut self, code: u8, number: Number, now: Moment) {
        match Kind::of(code) {
            Some(Kind::Ack) => self.acknowledged(number, now),
            Some(Kind::Alive) => self.ack_due = true,
            _ => {}
        }
    }

    fn acknowledged(&mut self, expected: Number, now: Moment) {
        let outstanding = u16::try_from(self.window.len()).unwrap_or(u16::MAX);
        let first = Number(self.next.0.wrapping_sub(outstanding));
        let arrived = expected.since(first);
        // More than is on its way: no acknowledgement of ours.
        if arrived > 0 && arrived <= outstanding {
            self.window.drain(..usize::from(arrived));
            self.begin_waiting(now);
        }
    }

    /// The reader says that it is in no session. One such frame may have been late.
    fn doubt(&mut self) -> Result<(), SmaPaError> {
        if !self.is_opened() {
            return Ok(());
        }
        if std::mem::replace(&mut self.doubted, true) {
            return Err(SmaPaError::Restarted);
        }
        self.put(Kind::Alive, self.next);
        Ok(())
    }

    fn begin_waiting(&mut self, now: Moment) {
        self.oldest_since = now;
        self.again_at = now.after(self.timing.again);
        self.transmissions = 1;
    }

    fn send_again(&mut self, now: Moment) -> Result<(), SmaPaError> {
        if self.window.is_empty() || self.again_at > now {
            return Ok(());
        }
        if now.since(self.oldest_since) >= self.timing.silence {
            return Err(SmaPaError::Unacknowledged { transmissions: self.transmissions });
        }
        self.again_at = now.after(self.timing.again);
        self.transmissions = self.transmissions.saturating_add(1);
        self.sends.extend(self.window.iter().map(|frame| frame.to_vec()));
        Ok(())
    }

    fn count(&mut self, now: Moment) -> Result<(), SmaPaError> {
        if now.since(self.second) >= Duration::from_secs(1) {
            self.second = now;
            self.frames_in_second = 0;
        }
        self.frames_in_second = self.frames_in_second.saturating_add(1);
        let most = self.timing.frames_in_second;
        if self.frames_in_second > most { Err(SmaPaError::Flood { most }) } else { Ok(()) }
    }

    fn judge_noise(&mut self, now: Moment) -> Result<(), SmaPaError> {
        let Some(noise) = self.noise else { return Ok(()) };
        if now.since(noise.last) >= self.timing.noise_ends {
            self.noise = None;
        } else if now.since(noise.since) >= self.timing.noise && self.is_opened() {
            return Err(SmaPaError::Babble);
        }
        Ok(())
    }

    const fn nothing(&self, what: &'static str) -> SmaPaError {
        if self.garbled { SmaPaError::Garbled { what } } else { SmaPaError::Silent { what } }
    }

    const fn is_opened(&self) -> bool {
        matches!(self.opened, Opened::Yes)
    }

    fn gap_ends(&self) -> Option<Moment> {
        self.decoder.is_pending().then(|| self.last_byte.after(self.timing.gap))
    }

    fn put(&mut self, kind: Kind, number: Number) {
        self.sends.push_back(bare(kind, self.session, number).to_vec());
    }
}

enum Taken {
    OfTheLine { code: u8, number: Number },
    Repeated,
    Unknown,
    Message(ReaderMessage),
}

/// The message of a frame whose turn it is. `identity` opens the session, and comes never again.
fn parse(frame: &Frame<'_>, opened: bool) -> Result<Taken, SmaPaError> {
    let Some(kind) = Kind::of(frame.code()) else { return Ok(Taken::Unknown) };
    let message = ReaderMessage::parse(kind, frame.body())?;
    match (kind, opened) {
        (Kind::Identity, false) => Ok(Taken::Message(message)),
        (Kind::Identity, true) | (_, false) => Err(FrameError::Kind.into()),
        (_, true) => Ok(Taken::Message(message)),
    }
}

/// A session that differs from the one before without being drawn: the moment in microseconds, folded. Should it be
/// the same after all, the unit takes OPEN for a repetition; the terminal gives up and begins anew at another moment.
fn session_at(now: Moment) -> Session {
    let folded = now.since_origin().as_micros() % 65_535;
    Session(u16::try_from(folded).unwrap_or_default().saturating_add(1))
}
