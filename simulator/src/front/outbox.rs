//! Bytes of a stream that wait for a terminal to read them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};

/// Bytes that wait at most; older ones are lost, as on a UART.
const MOST_WAITING: usize = 64 * 1024;

/// What waits, and where in it a frame ends that announces a card.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<u8>,
    announced_end: Option<usize>,
}

impl Outbox {
    pub(super) fn queue(&mut self, bytes: &[u8], announces: bool) {
        self.waiting.extend(bytes);
        let excess = self.waiting.len().saturating_sub(MOST_WAITING);
        self.waiting.drain(..excess);
        self.announced_end = self.announced_end.and_then(|end| end.checked_sub(excess));
        if announces {
            self.announced_end = Some(self.waiting.len());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Bytes that can be written in one go.
    pub(super) fn next(&self) -> &[u8] {
        self.waiting.as_slices().0
    }

    /// So many were written, in a write that began then.
    pub(super) fn written(&mut self, count: usize, began_ns: i64, announced_ns: &AtomicI64) {
        self.waiting.drain(..count.min(self.waiting.len()));
        match self.announced_end.take().map(|end| end.saturating_sub(count)) {
            Some(0) => announced_ns.store(began_ns, Ordering::SeqCst),
            left => self.announced_end = left,
        }
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.announced_end = None;
    }
}
