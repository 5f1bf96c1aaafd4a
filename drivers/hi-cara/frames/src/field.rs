//! Fields of a payload: fixed width, big-endian, or text.

use crate::FrameError;

/// Reads fields from left to right.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(content: &'a [u8]) -> Self {
        Self(content)
    }

    pub(crate) fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], FrameError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(FrameError::Field { field })?;
        self.0 = tail;
        Ok(*head)
    }

    pub(crate) fn byte(&mut self, field: &'static str) -> Result<u8, FrameError> {
        self.take::<1>(field).map(|[byte]| byte)
    }

    pub(crate) fn slice(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], FrameError> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(FrameError::Field { field })?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) const fn rest(&mut self) -> &'a [u8] {
        let rest = self.0;
        self.0 = &[];
        rest
    }

    pub(crate) const fn end(&self) -> Result<(), FrameError> {
        if self.0.is_empty() { Ok(()) } else { Err(FrameError::Field { field: "end" }) }
    }
}

/// A consent screen's id: 1 to 32 of a-z, 0-9, '-'.
pub(crate) fn screen_id(bytes: &[u8]) -> Result<String, FrameError> {
    text(bytes, 32, "screen", |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Text of 1 to `most` allowed characters.
pub(crate) fn text(
    bytes: &[u8],
    most: usize,
    field: &'static str,
    allowed: fn(u8) -> bool,
) -> Result<String, FrameError> {
    let wrong = FrameError::Field { field };
    if !(1..=most).contains(&bytes.len()) || !bytes.iter().all(|byte| byte.is_ascii() && allowed(*byte)) {
        return Err(wrong);
    }
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| wrong)
}
