//! The unit's own DATA: numbered, a few at a time, sent again until acknowledged.

use crate::unit::Around;
use model::Moment;
use std::collections::VecDeque;
use std::time::Duration;
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{MOST_PAYLOAD, UnitReport};
use zeroize::Zeroizing;

/// Under way at most.
const WINDOW: usize = 32;
/// t4: mending after `again` not sooner after the last one.
const MEND_AGAIN: Duration = Duration::from_millis(20);
/// t5: for an ACK, at first and at most.
const ACK: Duration = Duration::from_millis(100);
const LONGEST_ACK: Duration = Duration::from_millis(1_600);
/// Messages that wait at most. Whoever acknowledges none for so long is gone soon.
const MOST_QUEUED: usize = 64;

/// Messages on their way to the terminal. Without Debug: they may hold 照合番号B.
pub(super) struct Sending {
    session: u16,
    queue: VecDeque<Queued>,
    /// Under way with their numbers, oldest first.
    flight: VecDeque<(u16, Zeroizing<Vec<u8>>)>,
    next: u16,
    patience: Duration,
    mend_at: Moment,
    mended_at: Option<Moment>,
    moved_at: Moment,
}

struct Queued {
    answer: bool,
    message: Zeroizing<Vec<u8>>,
}

impl Sending {
    pub(super) const fn new(session: u16, now: Moment) -> Self {
        Self {
            session,
            queue: VecDeque::new(),
            flight: VecDeque::new(),
            next: 0,
            patience: ACK,
            mend_at: now,
            mended_at: None,
            moved_at: now,
        }
    }

    pub(super) fn queue(&mut self, answer: bool, message: Zeroizing<Vec<u8>>) {
        if self.queue.len() < MOST_QUEUED {
            self.queue.push_back(Queued { answer, message });
        }
    }

    pub(super) fn forget_answers(&mut self) {
        self.queue.retain(|queued| !queued.answer);
    }

    /// Since when nothing moves, if anything is under way.
    pub(super) fn stuck_since(&self) -> Option<Moment> {
        (!self.flight.is_empty()).then_some(self.moved_at)
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        (!self.flight.is_empty()).then_some(self.mend_at)
    }

    /// Sends messages while there is room for all of their fragments.
    pub(super) fn fill(&mut self, around: &mut Around<'_>) {
        while let Some(front) = self.queue.front() {
            let fragments = front.message.len().div_ceil(MOST_PAYLOAD);
            if self.flight.len() + fragments > WINDOW {
                return;
            }
            if self.flight.is_empty() {
                self.moved_at = around.now;
                self.mend_at = around.now.after(self.patience);
            }
            let Some(queued) = self.queue.pop_front() else { return };
            for fragment in 0..fragments {
                let data = cut(&queued.message, fragment * MOST_PAYLOAD, self.session, self.next);
                if let Some(report) = data.and_then(|data| UnitReport::Data(data).emit().ok()) {
                    around.send(&report);
                    self.flight.push_back((self.next, report));
                    self.next = self.next.wrapping_add(1);
                }
            }
        }
    }

    /// The terminal has all before `expected`.
    pub(super) fn acknowledged(&mut self, expected: u16, now: Moment) {
        let arrived = self.flight.iter().position(|(number, _)| number.wrapping_add(1) == expected);
        if let Some(last) = arrived {
            self.flight.drain(..=last);
            self.patience = ACK;
            self.moved_at = now;
            self.mend_at = now.after(self.patience);
        }
    }

    pub(super) fn mend_again(&mut self, around: &mut Around<'_>) {
        if self.mended_at.is_none_or(|at| at.after(MEND_AGAIN) <= around.now) {
            self.mend(around);
        }
    }

    pub(super) fn wake(&mut self, around: &mut Around<'_>) {
        if self.next_wakeup().is_some_and(|at| at <= around.now) {
            self.patience = self.patience.saturating_mul(2).min(LONGEST_ACK);
            self.mend(around);
        }
    }

    fn mend(&mut self, around: &mut Around<'_>) {
        for (_, report) in &self.flight {
            around.send(report);
        }
        self.mended_at = Some(around.now);
        self.mend_at = around.now.after(self.patience);
    }
}
