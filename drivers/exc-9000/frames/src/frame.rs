//! What stands between two END: length, body, sum.

use crate::FrameError;
use crc::{CRC_16_IBM_SDLC, Crc};
use std::fmt;

/// Bytes of a body at most.
pub const MOST_BODY: usize = 1024;
/// Bytes of the length.
const LENGTH: usize = 2;
/// Bytes of the sum.
const SUM: usize = 2;
/// Bytes between two END at most, unescaped: what a receiver must be able to hold.
pub const MOST_FRAME: usize = LENGTH + MOST_BODY + SUM;

/// CRC-16/X-25 is the catalogue's other name of it.
const X25: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_SDLC);

/// A frame whose length and sum were verified.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks that the unescaped bytes are exactly one frame.
    ///
    /// # Errors
    /// Whatever is wrong with it first: its size, its length, its sum.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let short = FrameError::Short { have: bytes.len() };
        let (summed, sum) =
            bytes.len().checked_sub(SUM).and_then(|at| bytes.split_at_checked(at)).ok_or(short)?;
        let (&[high, low], body) = summed.split_first_chunk::<LENGTH>().ok_or(short)?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length != body.len() {
            return Err(FrameError::Length { length, have: body.len() });
        }
        if !(1..=MOST_BODY).contains(&length) {
            return Err(FrameError::Size { most: MOST_BODY });
        }
        if X25.checksum(summed).to_le_bytes() != *sum {
            return Err(FrameError::Sum);
        }
        Ok(Self { body })
    }

    /// The body: one CBOR item. May hold a PIN, a passcode or 照合番号B.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} bytes)", self.body.len())
    }
}

/// Length and sum for a body.
pub(crate) fn around(body: &[u8]) -> Result<([u8; LENGTH], [u8; SUM]), FrameError> {
    let wrong = FrameError::Size { most: MOST_BODY };
    let length = u16::try_from(body.len()).map_err(|_| wrong)?.to_be_bytes();
    if !(1..=MOST_BODY).contains(&body.len()) {
        return Err(wrong);
    }
    let mut digest = X25.digest();
    digest.update(&length);
    digest.update(body);
    Ok((length, digest.finalize().to_le_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_is_that_of_the_catalogue() {
        // CRC-16/X-25 in the CRC catalogue of Greg Cook: check 906E.
        assert_eq!(super::X25.checksum(b"123456789"), 0x906E);
    }
}
