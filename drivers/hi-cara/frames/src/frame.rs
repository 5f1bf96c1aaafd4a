//! One frame: DIALECT.md section 2.

use crate::FrameError;
use crc::{CRC_32_ISO_HDLC, Crc};
use std::fmt;
use zeroize::Zeroizing;

const REQUEST: u8 = 0xFF;
const REPLY: u8 = 0xFE;
const SHORT: u8 = 0xFD;
const LONG: u8 = 0xFC;

/// Bytes of the checksum that ends every payload.
const CHECK: usize = 4;
/// Bytes of the size in a long frame; also what its length byte says.
const SIZE: usize = 4;
/// Payload of a short frame at most.
const MOST_SHORT: usize = 255;
/// Payload of a request at most: a photo of 64 KiB, question, attempt and checksum.
const MOST_LONG: usize = crate::host::MOST_PHOTO + 2 + 8 + CHECK;

static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Requests, from the terminal.
    ToUnit,
    /// Replies and events, from the unit.
    FromUnit,
}

impl Direction {
    /// Bytes of a frame at most: what a receiver must be able to hold.
    #[must_use]
    pub const fn most_bytes(self) -> usize {
        match self {
            Self::ToUnit => 6 + SIZE + MOST_LONG,
            Self::FromUnit => 7 + MOST_SHORT,
        }
    }

    /// Whether a frame may begin with this byte.
    pub(crate) const fn begins(self, byte: u8) -> bool {
        byte == self.start()
    }

    const fn start(self) -> u8 {
        match self {
            Self::ToUnit => REQUEST,
            Self::FromUnit => REPLY,
        }
    }
}

/// Function and command.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verb {
    /// Function, e.g. 1 for GPIO.
    pub function: u8,
    /// Command within it.
    pub command: u8,
}

impl Verb {
    /// A verb.
    #[must_use]
    pub const fn new(function: u8, command: u8) -> Self {
        Self { function, command }
    }

    /// Whether it tells something that nobody asked for.
    #[must_use]
    pub const fn is_event(self) -> bool {
        self.function >= 0x50
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} {:02X}", self.function, self.command)
    }
}

/// Where the parts of a frame stand, as far as its header tells.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    status: i8,
    content: usize,
    check: usize,
    /// Bytes of the whole frame.
    pub(crate) total: usize,
}

impl Layout {
    /// Reads a header; `None` while it is not all there.
    pub(crate) fn of(direction: Direction, bytes: &[u8]) -> Result<Option<Self>, FrameError> {
        match bytes.first() {
            None => return Ok(None),
            Some(start) if !direction.begins(*start) => return Err(FrameError::Header),
            Some(_) => {}
        }
        let (length, status, marker, content) = match (direction, bytes) {
            (Direction::ToUnit, [_, _, _, _, length, marker, ..]) => (*length, 0, *marker, 6),
            (Direction::FromUnit, [_, _, _, _, length, status, marker, ..]) => {
                (*length, status.cast_signed(), *marker, 7)
            }
            _ => return Ok(None),
        };
        let length = usize::from(length);
        match (direction, marker) {
            (_, SHORT) => Self::checked(status, content, length).map(Some),
            (Direction::ToUnit, LONG) if length == SIZE => {
                let Some(size) = bytes.get(content..).and_then(<[u8]>::first_chunk::<SIZE>) else {
                    return Ok(None);
                };
                let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
                // One message has one form: what fits a short frame is not said in a long one.
                if size <= MOST_SHORT {
                    return Err(FrameError::Header);
                }
                Self::checked(status, content + SIZE, size).map(Some)
            }
            _ => Err(FrameError::Header),
        }
    }

    /// Whether the checksum of the frame at the head of these bytes is right.
    pub(crate) fn sum_holds(&self, bytes: &[u8]) -> bool {
        let Some((counted, rest)) = bytes.split_at_checked(self.check) else { return false };
        rest.first_chunk::<CHECK>().is_some_and(|check| CRC.checksum(counted) == u32::from_be_bytes(*check))
    }

    fn checked(status: i8, content: usize, payload: usize) -> Result<Self, FrameError> {
        if payload > MOST_LONG {
            return Err(FrameError::Length { length: payload, most: MOST_LONG });
        }
        let check = payload.checked_sub(CHECK).ok_or(FrameError::Header)? + content;
        Ok(Self { status, content, check, total: check + CHECK })
    }
}

/// A frame whose form and checksum were verified.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    verb: Verb,
    serial: u8,
    status: i8,
    content: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks that the bytes are exactly one frame.
    ///
    /// # Errors
    /// Whatever is wrong with it first, from left to right.
    pub fn new_checked(direction: Direction, bytes: &'a [u8]) -> Result<Self, FrameError> {
        let short = FrameError::Short { have: bytes.len() };
        let layout = Layout::of(direction, bytes)?.ok_or(short)?;
        let Some(extra) = bytes.len().checked_sub(layout.total) else { return Err(short) };
        if extra > 0 {
            return Err(FrameError::Long { extra });
        }
        if !layout.sum_holds(bytes) {
            return Err(FrameError::Check);
        }
        Self::view(layout, bytes).ok_or(short)
    }

    /// The frame at the head of these bytes, which hold all of it and whose sum holds.
    pub(crate) fn view(layout: Layout, bytes: &'a [u8]) -> Option<Self> {
        let &[_, function, command, serial, ..] = bytes else { return None };
        let content = bytes.get(layout.content..layout.check)?;
        Some(Self { verb: Verb { function, command }, serial, status: layout.status, content })
    }

    /// Function and command.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// The request's serial, or the event's.
    #[must_use]
    pub const fn serial(&self) -> u8 {
        self.serial
    }

    /// The reply's status: 0 well, negative an error. 0 in a request.
    #[must_use]
    pub const fn status(&self) -> i8 {
        self.status
    }

    /// The fields: the payload without its checksum. May hold a PIN, a passcode, 照合番号B or a photo.
    #[must_use]
    pub const fn content(&self) -> &'a [u8] {
        self.content
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame {{ {:?}, serial {:02X}, {} bytes }}", self.verb, self.serial, self.content.len())
    }
}

/// Wraps the fields of a request.
pub(crate) fn request(verb: Verb, serial: u8, content: &[u8]) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let length = content.len() + CHECK;
    let Ok(byte) = u8::try_from(length) else { return long_request(verb, serial, content) };
    Ok(closed(&[REQUEST, verb.function, verb.command, serial, byte, SHORT], content))
}

fn long_request(verb: Verb, serial: u8, content: &[u8]) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let length = content.len() + CHECK;
    let too_long = FrameError::Length { length, most: MOST_LONG };
    let size = u32::try_from(length).ok().filter(|_| length <= MOST_LONG).ok_or(too_long)?;
    let [a, b, c, d] = size.to_be_bytes();
    Ok(closed(&[REQUEST, verb.function, verb.command, serial, 4, LONG, a, b, c, d], content))
}

/// Wraps the fields of a reply or event.
pub(crate) fn reply(
    verb: Verb,
    serial: u8,
    status: i8,
    content: &[u8],
) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let length = content.len() + CHECK;
    let byte = u8::try_from(length).map_err(|_| FrameError::Length { length, most: MOST_SHORT })?;
    let header = [REPLY, verb.function, verb.command, serial, byte, status.cast_unsigned(), SHORT];
    Ok(closed(&header, content))
}

/// Header, fields and checksum. The buffer has its final size from the start, so that no copy of a secret stays
/// behind.
fn closed(header: &[u8], content: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut frame = Zeroizing::new(Vec::with_capacity(header.len() + content.len() + CHECK));
    frame.extend_from_slice(header);
    frame.extend_from_slice(content);
    let check = CRC.checksum(&frame);
    frame.extend_from_slice(&check.to_be_bytes());
    frame
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_of_the_check_text() {
        assert_eq!(super::CRC.checksum(b"123456789"), 0xCBF4_3926);
    }
}
