//! The reader of a stream: finds frames among whatever comes.

use crate::frame::{Direction, Frame, Layout};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// Room for what is common; a longer frame gets its room once its header told how much.
const ROOM: usize = 512;

/// Takes a stream apart. Holds one frame of its direction at most; what was given or left out is wiped.
///
/// Where no frame can stand it leaves out one byte and looks again, so that a frame behind damage is found.
pub struct Collector {
    direction: Direction,
    bytes: Zeroizing<Vec<u8>>,
    /// Where what is held begins: before it everything is wiped.
    head: usize,
    /// Bytes at the head that belong to the frame given last.
    given: usize,
    left_out: u64,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collector {{ {} bytes, {} left out }}", self.held(), self.left_out)
    }
}

impl Collector {
    /// A reader of the frames that go this way.
    #[must_use]
    pub fn new(direction: Direction) -> Self {
        Self { direction, bytes: Zeroizing::new(Vec::with_capacity(ROOM)), head: 0, given: 0, left_out: 0 }
    }

    /// Takes one byte; gives a frame that is whole with it. After a frame, [`Self::more`] may give another.
    pub fn push(&mut self, byte: u8) -> Option<Frame<'_>> {
        self.settle();
        if self.held() >= self.direction.most_bytes() {
            // Only a caller who never asks for more comes here.
            self.leave_out();
        }
        self.make_room(self.held() + 1);
        self.bytes.push(byte);
        self.find(false)
    }

    /// Gives the next frame of what is held already: damage before a frame may have hidden several.
    pub fn more(&mut self) -> Option<Frame<'_>> {
        self.settle();
        self.find(false)
    }

    /// The stream fell quiet: what is unfinished at the head is damage. Gives the frame that it hid, if any.
    pub fn expire(&mut self) -> Option<Frame<'_>> {
        self.settle();
        self.find(true)
    }

    /// Whether an unfinished frame, or what may be one, waits for its rest.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.held() > self.given
    }

    /// Bytes left out so far.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Bytes held; never more than [`Direction::most_bytes`].
    #[must_use]
    pub fn held(&self) -> usize {
        self.bytes.len().saturating_sub(self.head)
    }

    fn held_bytes(&self) -> &[u8] {
        self.bytes.get(self.head..).unwrap_or_default()
    }

    fn find(&mut self, quiet: bool) -> Option<Frame<'_>> {
        loop {
            match Layout::of(self.direction, self.held_bytes()) {
                Ok(Some(layout)) if layout.total <= self.held() => {
                    if layout.sum_holds(self.held_bytes()) {
                        self.given = layout.total;
                        return Frame::view(layout, self.held_bytes());
                    }
                    self.leave_out();
                }
                Ok(_) if self.held() == 0 => return None,
                Ok(layout) if !quiet => {
                    self.make_room(layout.map_or(0, |layout| layout.total));
                    return None;
                }
                Ok(_) | Err(_) => self.leave_out(),
            }
        }
    }

    /// Leaves out the head, up to the next byte at which a frame may begin.
    fn leave_out(&mut self) {
        let next = self.held_bytes().iter().skip(1).position(|byte| self.direction.begins(*byte));
        let count = next.map_or_else(|| self.held(), |at| at + 1);
        self.left_out = self.left_out.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.forget(count);
    }

    fn settle(&mut self) {
        let given = std::mem::take(&mut self.given);
        self.forget(given);
    }

    /// Wipes bytes at the head.
    fn forget(&mut self, count: usize) {
        let end = self.head + count;
        if let Some(gone) = self.bytes.get_mut(self.head..end) {
            gone.zeroize();
        }
        self.head = end;
        if self.held() > 0 {
            return;
        }
        self.head = 0;
        if self.bytes.capacity() > ROOM {
            self.bytes = Zeroizing::new(Vec::with_capacity(ROOM));
        } else {
            self.bytes.clear();
        }
    }

    /// Has room for so many bytes from the head on, by moving to another buffer; the old one is wiped.
    fn make_room(&mut self, total: usize) {
        if self.head + total > self.bytes.capacity() {
            let mut roomy = Zeroizing::new(Vec::with_capacity(total.max(ROOM)));
            roomy.extend_from_slice(self.held_bytes());
            self.bytes = roomy;
            self.head = 0;
        }
    }
}
