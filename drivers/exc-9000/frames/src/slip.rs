//! SLIP (RFC 1055): frames between END bytes in a stream without end.

use crate::FrameError;
use crate::frame::{Frame, MOST_FRAME, around};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// Stands before and after each frame.
pub const END: u8 = 0xC0;
/// Begins an escape.
pub const ESC: u8 = 0xDB;
/// After [`ESC`]: an END that belongs to the frame.
pub const ESC_END: u8 = 0xDC;
/// After [`ESC`]: an ESC that belongs to the frame.
pub const ESC_ESC: u8 = 0xDD;

/// Bytes of a frame on the wire at most: every byte escaped, and two END.
pub const MOST_ON_WIRE: usize = 2 * MOST_FRAME + 2;

/// What a stream consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A whole, verified frame: [`Collector::frame`] shows it until the next byte is pushed.
    Frame,
    /// Something that is no frame. What follows it up to the next END belongs to it and is told no more.
    Damaged,
}

/// Takes a stream apart. Holds at most one frame; wiped when cleared.
pub struct Collector {
    bytes: Zeroizing<Vec<u8>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Collecting, or nothing there yet.
    Plain,
    /// The last byte was [`ESC`].
    Escaped,
    /// Passing over what is left of something damaged.
    Damaged,
    /// A whole frame is shown.
    Complete,
}

impl Default for Collector {
    fn default() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(MOST_FRAME)), state: State::Plain }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collector {{ {} bytes, {:?} }}", self.bytes.len(), self.state)
    }
}

impl Collector {
    /// Takes one byte; gives the token that it completes.
    pub fn push(&mut self, byte: u8) -> Option<Token> {
        if self.state == State::Complete {
            self.clear();
        }
        match (self.state, byte) {
            (State::Damaged, END) => {
                self.clear();
                None
            }
            (State::Damaged, _) => None,
            (State::Escaped, ESC_END) => self.extend(END),
            (State::Escaped, ESC_ESC) => self.extend(ESC),
            // The END that spoils an escape may begin the next frame.
            (State::Escaped, END) => {
                self.clear();
                Some(Token::Damaged)
            }
            (State::Escaped, _) => self.spoil(),
            (_, END) => self.finish(),
            (_, ESC) => {
                self.state = State::Escaped;
                None
            }
            (_, _) => self.extend(byte),
        }
    }

    /// The frame of the last [`Token::Frame`].
    #[must_use]
    pub fn frame(&self) -> Option<Frame<'_>> {
        (self.state == State::Complete).then(|| Frame::new_checked(&self.bytes).ok()).flatten()
    }

    /// Whether something waits for its END.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        match self.state {
            State::Complete => false,
            State::Plain => !self.bytes.is_empty(),
            State::Escaped | State::Damaged => true,
        }
    }

    /// Forgets and wipes everything.
    pub fn clear(&mut self) {
        self.bytes.zeroize();
        self.state = State::Plain;
    }

    fn extend(&mut self, byte: u8) -> Option<Token> {
        if self.bytes.len() >= MOST_FRAME {
            return self.spoil();
        }
        self.state = State::Plain;
        self.bytes.push(byte);
        None
    }

    fn spoil(&mut self) -> Option<Token> {
        self.clear();
        self.state = State::Damaged;
        Some(Token::Damaged)
    }

    fn finish(&mut self) -> Option<Token> {
        if self.bytes.is_empty() {
            return None;
        }
        if Frame::new_checked(&self.bytes).is_err() {
            self.clear();
            return Some(Token::Damaged);
        }
        self.state = State::Complete;
        Some(Token::Frame)
    }
}

/// Wraps a body. The buffer has its final size from the start, so that no copy of a secret stays behind.
pub(crate) fn wrap(body: &[u8]) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let (length, sum) = around(body)?;
    let mut wire = Zeroizing::new(Vec::with_capacity(MOST_ON_WIRE));
    wire.push(END);
    for byte in length.iter().chain(body).chain(&sum) {
        match *byte {
            END => wire.extend_from_slice(&[ESC, ESC_END]),
            ESC => wire.extend_from_slice(&[ESC, ESC_ESC]),
            byte => wire.push(byte),
        }
    }
    wire.push(END);
    Ok(wire)
}
