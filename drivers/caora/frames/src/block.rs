//! Control characters, the checked view of one block, and the reader of a stream.

use crate::FrameError;
use std::fmt;
use zeroize::Zeroizing;

/// Begins a block.
pub const STX: u8 = 0x02;
/// Ends a block's body; the check character follows.
pub const ETX: u8 = 0x03;
/// From the reader: nothing (more) to say.
pub const EOT: u8 = 0x04;
/// From the terminal: have you something to say?
pub const ENQ: u8 = 0x05;
/// The block whose number follows arrived whole.
pub const ACK: u8 = 0x06;
/// What arrived was damaged; send it again.
pub const NAK: u8 = 0x15;

/// Characters in a body at most.
pub const MOST_BODY: usize = 640;
/// STX, number, three digits of length.
const HEADER: usize = 5;
/// ETX and check character.
const TRAILER: usize = 2;
/// Bytes of a block at most: what a receiver must be able to hold.
pub const MOST_BLOCK: usize = HEADER + MOST_BODY + TRAILER;

/// A block's number. 0 opens (identify, powered up); then 1 to 9 in turn, each direction its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockNumber(u8);

impl BlockNumber {
    /// The number of identify and powered-up blocks; never taken for a repetition.
    pub const OPENING: Self = Self(0);

    /// The number after this one: 9 is followed by 1.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(if self.0 >= 9 { 1 } else { self.0 + 1 })
    }

    /// The number's ASCII digit.
    #[must_use]
    pub const fn digit(self) -> u8 {
        self.0 + b'0'
    }

    const fn from_digit(digit: u8) -> Option<Self> {
        if digit.is_ascii_digit() { Some(Self(digit - b'0')) } else { None }
    }
}

/// The acknowledgement of one block: two bytes.
#[must_use]
pub const fn ack(number: BlockNumber) -> [u8; 2] {
    [ACK, number.digit()]
}

/// A block whose form and check character were verified.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    number: BlockNumber,
    body: &'a [u8],
}

impl<'a> Block<'a> {
    /// Checks that the bytes are exactly one block.
    ///
    /// # Errors
    /// Whatever is wrong with it first, from left to right.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let short = FrameError::Short { have: bytes.len() };
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or(short)?;
        let (number, length) = parse_header(header)?;
        let (body, trailer) = rest.split_at_checked(length).ok_or(short)?;
        let &[end, check] = trailer else {
            return Err(trailer.len().checked_sub(TRAILER).map_or(short, |extra| FrameError::Long { extra }));
        };
        if end != ETX || !body.iter().all(|byte| is_printable(*byte)) {
            return Err(FrameError::Character);
        }
        let counted = bytes.get(1..bytes.len() - 1).ok_or(short)?;
        if reader::checksum::bcc(counted) != check {
            return Err(FrameError::Check);
        }
        Ok(Self { number, body })
    }

    /// The block's number.
    #[must_use]
    pub const fn number(&self) -> BlockNumber {
        self.number
    }

    /// The body: printable ASCII. May hold a PIN or 照合番号B.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block {{ {:?}, {} characters }}", self.number, self.body.len())
    }
}

/// Wraps a body. The buffer has its final size from the start, so that no copy of a secret stays behind.
pub(crate) fn wrap(number: BlockNumber, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    if body.len() > MOST_BODY {
        return Err(FrameError::Length { length: body.len(), most: MOST_BODY });
    }
    let mut block = Zeroizing::new(Vec::with_capacity(MOST_BLOCK));
    block.push(STX);
    block.push(number.digit());
    block.extend_from_slice(format!("{:03}", body.len()).as_bytes());
    block.extend_from_slice(body);
    block.push(ETX);
    let check = reader::checksum::bcc(block.get(1..).unwrap_or_default());
    block.push(check);
    Ok(block)
}

/// What a stream consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// [`ENQ`].
    Enquiry,
    /// [`EOT`].
    End,
    /// [`NAK`].
    Damaged,
    /// [`ACK`] with the number.
    Acknowledged(BlockNumber),
    /// A whole, verified block: [`Collector::block`] shows it until the next byte is pushed.
    Block,
}

/// Takes a stream apart. Holds at most one block; wiped when cleared.
///
/// After damage it hears nothing until it is told that the line fell quiet: the dialect answers on a quiet line only.
pub struct Collector {
    bytes: Zeroizing<Vec<u8>>,
    complete: bool,
    damaged: bool,
}

impl Default for Collector {
    fn default() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(MOST_BLOCK)), complete: false, damaged: false }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collector {{ {} bytes, damaged: {} }}", self.bytes.len(), self.damaged)
    }
}

impl Collector {
    /// Takes one byte; gives the token that it completes.
    pub fn push(&mut self, byte: u8) -> Option<Token> {
        if self.complete {
            self.clear();
        }
        if self.damaged {
            return None;
        }
        match self.bytes.first() {
            None => self.begin(byte),
            Some(&ACK) => self.acknowledge(byte),
            Some(_) => self.extend(byte),
        }
    }

    /// The block of the last [`Token::Block`].
    #[must_use]
    pub fn block(&self) -> Option<Block<'_>> {
        self.complete.then(|| Block::new_checked(&self.bytes).ok()).flatten()
    }

    /// Whether something damaged or unfinished waits for the line to fall quiet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.damaged || (!self.complete && !self.bytes.is_empty())
    }

    /// Whether something damaged was heard since the line was quiet.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Treats what was heard as damaged: a token or message that has no place here.
    pub fn spoil(&mut self) {
        self.clear();
        self.damaged = true;
    }

    /// Forgets and wipes everything.
    pub fn clear(&mut self) {
        use zeroize::Zeroize as _;
        self.bytes.zeroize();
        self.complete = false;
        self.damaged = false;
    }

    fn begin(&mut self, byte: u8) -> Option<Token> {
        match byte {
            ENQ => Some(Token::Enquiry),
            EOT => Some(Token::End),
            NAK => Some(Token::Damaged),
            ACK | STX => {
                self.bytes.push(byte);
                None
            }
            _ => {
                self.spoil();
                None
            }
        }
    }

    fn acknowledge(&mut self, byte: u8) -> Option<Token> {
        self.clear();
        let number = BlockNumber::from_digit(byte);
        self.damaged = number.is_none();
        number.map(Token::Acknowledged)
    }

    fn extend(&mut self, byte: u8) -> Option<Token> {
        self.bytes.push(byte);
        let header = self.bytes.get(..HEADER)?;
        let Ok((_, length)) = parse_header(header) else {
            self.spoil();
            return None;
        };
        if self.bytes.len() < HEADER + length + TRAILER {
            return None;
        }
        if Block::new_checked(&self.bytes).is_err() {
            self.spoil();
            return None;
        }
        self.complete = true;
        Some(Token::Block)
    }
}

fn parse_header(header: &[u8]) -> Result<(BlockNumber, usize), FrameError> {
    let &[STX, number, hundreds, tens, ones] = header else { return Err(FrameError::Header) };
    let number = BlockNumber::from_digit(number).ok_or(FrameError::Header)?;
    if ![hundreds, tens, ones].iter().all(u8::is_ascii_digit) {
        return Err(FrameError::Header);
    }
    let value = |digit: u8| usize::from(digit - b'0');
    let length = value(hundreds) * 100 + value(tens) * 10 + value(ones);
    if length > MOST_BODY {
        return Err(FrameError::Length { length, most: MOST_BODY });
    }
    Ok((number, length))
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E)
}
