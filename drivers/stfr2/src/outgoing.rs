//! What the terminal sends: cut into numbered reports, a few at a time, mended until they are acknowledged.

use crate::timing::Timing;
use model::Moment;
use std::collections::VecDeque;
use std::time::Duration;
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{HostReport, MOST_PAYLOAD};
use zeroize::Zeroizing;

/// Reports under way at most.
const WINDOW: usize = 32;

/// Messages on their way to the unit. Without Debug: they may hold a photo.
pub(crate) struct Outgoing {
    timing: &'static Timing,
    session: u16,
    waiting: VecDeque<Waiting>,
    /// Under way, oldest first.
    flight: VecDeque<Zeroizing<Vec<u8>>>,
    /// Number of the oldest one under way; of the next one if none is.
    oldest: u16,
    /// For an ACK; doubles with every mending in vain.
    patience: Duration,
    mend_at: Moment,
    mended_at: Option<Moment>,
    /// When something new was acknowledged last, or went out while nothing else was under way.
    moved_at: Moment,
}

struct Waiting {
    message: Zeroizing<Vec<u8>>,
    /// Bytes that went out.
    sent: usize,
}

impl Outgoing {
    pub(crate) const fn new(timing: &'static Timing, session: u16, now: Moment) -> Self {
        Self {
            timing,
            session,
            waiting: VecDeque::new(),
            flight: VecDeque::new(),
            oldest: 0,
            patience: timing.ack,
            mend_at: now,
            mended_at: None,
            moved_at: now,
        }
    }

    /// Takes a message. It goes out with the next [`Self::fill`].
    pub(crate) fn say(&mut self, message: Zeroizing<Vec<u8>>) {
        self.waiting.push_back(Waiting { message, sent: 0 });
    }

    /// Forgets what did not go out. A message that went out in part is voided by the first fragment of the next one.
    pub(crate) fn withdraw(&mut self) {
        self.waiting.clear();
    }

    /// Since when nothing moves, if anything is under way.
    pub(crate) fn stuck_since(&self) -> Option<Moment> {
        (!self.flight.is_empty()).then_some(self.moved_at)
    }

    pub(crate) fn next_wakeup(&self) -> Option<Moment> {
        (!self.flight.is_empty()).then_some(self.mend_at)
    }

    /// The reports for which there is room.
    pub(crate) fn fill(&mut self, now: Moment, sends: &mut VecDeque<Vec<u8>>) {
        while self.flight.len() < WINDOW {
            let Some(front) = self.waiting.front_mut() else { return };
            let number =
                u16::try_from(self.flight.len()).map_or(self.oldest, |n| self.oldest.wrapping_add(n));
            let report = cut(&front.message, front.sent, self.session, number)
                .and_then(|data| HostReport::Data(data).emit().ok());
            front.sent += MOST_PAYLOAD;
            if front.sent >= front.message.len() {
                self.waiting.pop_front();
            }
            let Some(report) = report else { continue };
            if self.flight.is_empty() {
                self.moved_at = now;
                self.mend_at = now.after(self.patience);
            }
            sends.push_back(report.to_vec());
            self.flight.push_back(report);
        }
    }

    /// The unit has all before `expected`.
    pub(crate) fn acknowledged(&mut self, expected: u16, now: Moment) {
        let arrived = usize::from(expected.wrapping_sub(self.oldest));
        if arrived == 0 || arrived > self.flight.len() {
            return;
        }
        self.flight.drain(..arrived);
        self.oldest = expected;
        self.patience = self.timing.ack;
        self.moved_at = now;
        self.mend_at = now.after(self.patience);
    }

    /// The unit misses something: everything under way once more, unless that was done just now.
    pub(crate) fn mend_again(&mut self, now: Moment, sends: &mut VecDeque<Vec<u8>>) {
        if self.mended_at.is_none_or(|at| at.after(self.timing.mend_again) <= now) {
            self.mend(now, sends);
        }
    }

    pub(crate) fn wake(&mut self, now: Moment, sends: &mut VecDeque<Vec<u8>>) {
        if self.next_wakeup().is_some_and(|at| at <= now) {
            self.patience = self.patience.saturating_mul(2).min(self.timing.longest_ack);
            self.mend(now, sends);
        }
    }

    fn mend(&mut self, now: Moment, sends: &mut VecDeque<Vec<u8>>) {
        sends.extend(self.flight.iter().map(|report| report.to_vec()));
        self.mended_at = Some(now);
        self.mend_at = now.after(self.patience);
    }
}
