//! Takes a stream apart into frames.

use crate::frame::{Frame, HEADER, MOST_FRAME, SYNC, TRAILER, check_header};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// Takes a stream apart. Holds at most one frame's length of bytes, wipes what it lets go.
///
/// After damage it looks for the next frame in what it already has: a frame that was cut short swallows the beginning
/// of the next one, which must not be lost with it. So one byte may complete several frames:
///
/// ```
/// # use sma_pa_frames::{Decoder, Kind, Number, Session, frame::bare};
/// # let bytes = bare(Kind::Alive, Session(1), Number(0));
/// let mut decoder = Decoder::default();
/// let mut frames = 0;
/// for byte in bytes.iter() {
///     let mut whole = decoder.push(*byte);
///     while whole {
///         frames += usize::from(decoder.frame().is_some());
///         whole = decoder.pass();
///     }
/// }
/// assert_eq!(frames, 1);
/// ```
pub struct Decoder {
    bytes: Zeroizing<Vec<u8>>,
    /// Length of the frame at the front, once its header is there and sound.
    wanted: Option<usize>,
    whole: bool,
    noise: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        let bytes = Zeroizing::new(Vec::with_capacity(MOST_FRAME));
        Self { bytes, wanted: None, whole: false, noise: 0 }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoder({} bytes, whole: {})", self.bytes.len(), self.whole)
    }
}

impl Decoder {
    /// Takes one byte; whether a whole frame stands at the front now.
    pub fn push(&mut self, byte: u8) -> bool {
        if self.whole {
            self.pass();
        }
        if self.bytes.len() < MOST_FRAME {
            self.bytes.push(byte);
        }
        self.seek()
    }

    /// The whole frame at the front.
    #[must_use]
    pub fn frame(&self) -> Option<Frame<'_>> {
        let bytes = self.bytes.get(..self.wanted.filter(|_| self.whole)?)?;
        Frame::new_checked(bytes).ok()
    }

    /// Lets the whole frame at the front go; whether another one stands there now.
    pub fn pass(&mut self) -> bool {
        if let Some(length) = self.wanted.filter(|_| self.whole) {
            self.let_go(length);
        }
        self.seek()
    }

    /// The rest of what was begun does not come: looks for a frame behind its beginning. Whether one is there.
    pub fn lapse(&mut self) -> bool {
        if !self.whole && !self.bytes.is_empty() {
            self.skip();
        }
        self.seek()
    }

    /// Whether something unfinished waits for its rest.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.whole && !self.bytes.is_empty()
    }

    /// Bytes that belonged to no frame, since this was last asked.
    pub fn take_noise(&mut self) -> usize {
        std::mem::take(&mut self.noise)
    }

    fn seek(&mut self) -> bool {
        while !self.whole && !self.bytes.is_empty() {
            match self.judge() {
                Judged::Whole => self.whole = true,
                Judged::Unfinished => break,
                Judged::Damaged => self.skip(),
            }
        }
        self.whole
    }

    fn judge(&mut self) -> Judged {
        if self.wanted.is_none() {
            let Some(header) = self.bytes.first_chunk::<HEADER>() else {
                let begun = self.bytes.iter().zip(SYNC).all(|(byte, sync)| *byte == sync);
                return if begun { Judged::Unfinished } else { Judged::Damaged };
            };
            let Ok(length) = check_header(header) else { return Judged::Damaged };
            self.wanted = Some(HEADER + length + TRAILER);
        }
        let Some(bytes) = self.wanted.and_then(|wanted| self.bytes.get(..wanted)) else {
            return Judged::Unfinished;
        };
        if Frame::new_checked(bytes).is_ok() { Judged::Whole } else { Judged::Damaged }
    }

    /// Drops everything up to the next byte that may begin a frame.
    fn skip(&mut self) {
        let [begins, _] = SYNC;
        let next = self.bytes.iter().skip(1).position(|byte| *byte == begins);
        let dropped = next.map_or(self.bytes.len(), |at| at + 1);
        self.noise = self.noise.saturating_add(dropped);
        self.let_go(dropped);
    }

    fn let_go(&mut self, count: usize) {
        let gone = count.min(self.bytes.len());
        let rest = self.bytes.len() - gone;
        // Not rotated: that would take the bytes by way of the stack.
        self.bytes.copy_within(gone.., 0);
        if let Some(gone) = self.bytes.get_mut(rest..) {
            gone.zeroize();
        }
        self.bytes.truncate(rest);
        self.wanted = None;
        self.whole = false;
    }
}

enum Judged {
    Whole,
    Unfinished,
    Damaged,
}
