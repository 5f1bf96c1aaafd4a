//! Fields of a body: fixed-width decimal, hexadecimal and text.

use crate::FrameError;
use reader::AttemptId;

/// Reads a body from left to right.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(body: &'a [u8]) -> Self {
        Self(body)
    }

    pub(crate) fn take(&mut self, width: usize, field: &'static str) -> Result<&'a [u8], FrameError> {
        let (head, tail) = self.0.split_at_checked(width).ok_or(FrameError::Field { field })?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) const fn rest(&mut self) -> &'a [u8] {
        let rest = self.0;
        self.0 = &[];
        rest
    }

    /// Everything before `separator`, which is swallowed; everything if there is none.
    pub(crate) fn until(&mut self, separator: u8) -> &'a [u8] {
        let Some(at) = self.0.iter().position(|byte| *byte == separator) else { return self.rest() };
        let (head, tail) = self.0.split_at(at);
        self.0 = tail.get(1..).unwrap_or_default();
        head
    }

    pub(crate) fn decimal(&mut self, width: usize, field: &'static str) -> Result<u32, FrameError> {
        self.take(width, field)?.iter().try_fold(0, |sum: u32, byte| {
            let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
            digit.map(|digit| sum.saturating_mul(10).saturating_add(digit)).ok_or(FrameError::Field { field })
        })
    }

    /// Sixteen upper-case hexadecimal digits.
    pub(crate) fn attempt(&mut self) -> Result<AttemptId, FrameError> {
        let wrong = FrameError::Field { field: "attempt" };
        let digits = self.take(16, "attempt")?;
        if !digits.iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b)) {
            return Err(wrong);
        }
        let text = std::str::from_utf8(digits).map_err(|_| wrong)?;
        u64::from_str_radix(text, 16).map(AttemptId).map_err(|_| wrong)
    }

    pub(crate) const fn end(&self, field: &'static str) -> Result<(), FrameError> {
        if self.0.is_empty() { Ok(()) } else { Err(FrameError::Field { field }) }
    }
}

/// A consent screen's id: 1 to 32 of a-z, 0-9, '-'.
pub(crate) fn screen_id(bytes: &[u8]) -> Result<String, FrameError> {
    let wrong = FrameError::Field { field: "screen" };
    let allowed = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    if !(1..=32).contains(&bytes.len()) || !bytes.iter().all(allowed) {
        return Err(wrong);
    }
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| wrong)
}
