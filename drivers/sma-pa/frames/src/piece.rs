//! Photos to the reader and images from it: announced in a message, then sent in numbered pieces.

use crate::sum::crc32;
use crate::{FrameError, Question};
use model::{Pii, Purpose};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes in one piece at most.
pub const MOST_PIECE: usize = 1024;
/// Question 4, index 2.
const PREFIX: usize = 6;

/// What is announced of a photo or image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// Bytes in all.
    pub bytes: usize,
    /// CRC-32 of all of them.
    pub sum: u32,
}

impl Announced {
    /// What is to be announced of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len(), sum: crc32(bytes) }
    }

    pub(crate) fn checked(bytes: u32, sum: u32, most: usize) -> Result<Self, FrameError> {
        let wrong = FrameError::Field { field: "bytes" };
        let bytes = usize::try_from(bytes).map_err(|_| wrong)?;
        if (1..=most).contains(&bytes) { Ok(Self { bytes, sum }) } else { Err(wrong) }
    }
}

/// One piece.
#[derive(Debug)]
pub struct Piece {
    /// The command or answer that announced it.
    pub question: Question,
    /// From 0, without a gap.
    pub index: u16,
    /// 1 to [`MOST_PIECE`] bytes.
    pub bytes: Pii<Vec<u8>>,
}

impl Piece {
    /// Cuts a photo or image into pieces. At most 65,536 of them.
    pub fn cut(question: Question, whole: &[u8]) -> impl Iterator<Item = Self> + '_ {
        let pieces = (0..=u16::MAX).zip(whole.chunks(MOST_PIECE));
        pieces.map(move |(index, bytes)| Self { question, index, bytes: Pii::new(bytes.to_vec()) })
    }

    pub(crate) fn parse(body: &[u8]) -> Result<Self, FrameError> {
        let wrong = FrameError::Field { field: "piece" };
        let (question, rest) = body.split_first_chunk::<4>().ok_or(wrong)?;
        let (index, bytes) = rest.split_first_chunk::<2>().ok_or(wrong)?;
        if !(1..=MOST_PIECE).contains(&bytes.len()) {
            return Err(wrong);
        }
        Ok(Self {
            question: u32::from_le_bytes(*question),
            index: u16::from_le_bytes(*index),
            bytes: Pii::new(bytes.to_vec()),
        })
    }

    pub(crate) fn write(&self, body: &mut Vec<u8>) -> Result<(), FrameError> {
        let bytes = self.bytes.expose(Purpose::SendToReader);
        if !(1..=MOST_PIECE).contains(&bytes.len()) {
            return Err(FrameError::Field { field: "piece" });
        }
        body.reserve(PREFIX + bytes.len());
        body.extend_from_slice(&self.question.to_le_bytes());
        body.extend_from_slice(&self.index.to_le_bytes());
        body.extend_from_slice(bytes);
        Ok(())
    }
}

/// Gathers the pieces of one photo or image. Never holds more than was announced; wiped when dropped.
pub struct Basket {
    question: Question,
    announced: Announced,
    next: u16,
    bytes: Zeroizing<Vec<u8>>,
}

/// How a piece was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathered {
    /// It belongs to something else: left out.
    Foreign,
    /// Taken; more to come.
    More,
    /// Taken; all is there and has the announced sum.
    Whole,
    /// A gap, too much, or another sum: this will never be whole.
    Broken,
}

impl Basket {
    /// An empty basket for what was announced under this number.
    #[must_use]
    pub fn new(question: Question, announced: Announced) -> Self {
        let bytes = Zeroizing::new(Vec::with_capacity(announced.bytes));
        Self { question, announced, next: 0, bytes }
    }

    /// Takes a piece.
    pub fn put(&mut self, piece: &Piece) -> Gathered {
        let bytes = piece.bytes.expose(Purpose::Judge);
        if piece.question != self.question {
            return Gathered::Foreign;
        }
        let room = self.announced.bytes.saturating_sub(self.bytes.len());
        if piece.index != self.next || bytes.len() > room {
            return Gathered::Broken;
        }
        self.bytes.extend_from_slice(bytes);
        self.next = self.next.saturating_add(1);
        match self.bytes.len() == self.announced.bytes {
            false => Gathered::More,
            true if crc32(&self.bytes) == self.announced.sum => Gathered::Whole,
            true => Gathered::Broken,
        }
    }

    /// What was gathered.
    #[must_use]
    pub fn take(mut self) -> Pii<Vec<u8>> {
        Pii::new(std::mem::take(&mut *self.bytes))
    }
}

impl fmt::Debug for Basket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Basket({} of {} bytes)", self.bytes.len(), self.announced.bytes)
    }
}
