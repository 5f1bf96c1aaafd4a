//! Fields of a payload or body, the low byte first.

use crate::FrameError;
use reader::AttemptId;

/// Reads bytes from left to right.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, width: usize, field: &'static str) -> Result<&'a [u8], FrameError> {
        let (head, tail) = self.0.split_at_checked(width).ok_or(FrameError::Field { field })?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], FrameError> {
        self.take(N, field)?.try_into().map_err(|_| FrameError::Field { field })
    }

    pub(crate) fn byte(&mut self, field: &'static str) -> Result<u8, FrameError> {
        self.array(field).map(u8::from_le_bytes)
    }

    pub(crate) fn word(&mut self, field: &'static str) -> Result<u16, FrameError> {
        self.array(field).map(u16::from_le_bytes)
    }

    pub(crate) fn attempt(&mut self) -> Result<AttemptId, FrameError> {
        self.array("attempt").map(|bytes| AttemptId(u64::from_le_bytes(bytes)))
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
