//! What leaves the unit, as the fault switches let it.

use model::Moment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use std::collections::VecDeque;
use std::time::Duration;

/// How often a babbling unit babbles, and how much unless it speaks in reports.
const BABBLE_EVERY: Duration = Duration::from_millis(10);
const BABBLE_BYTES: usize = 32;
/// Pieces that wait to leave at most.
const MOST_WAITING: usize = 256;

/// Seeded damage and delay on the way out. Without Debug: what leaves may be a PIN.
pub(crate) struct Wire {
    leaving: VecDeque<(Moment, Vec<u8>)>,
    random: ChaCha8Rng,
    corrupt_next: u32,
    silent: bool,
    slow: Duration,
    babble_at: Option<Moment>,
    babble_bytes: usize,
}

impl Wire {
    /// The wire of a unit; `report` is the size of a piece where the link has one.
    pub(crate) fn new(seed: u64, report: Option<usize>) -> Self {
        Self {
            leaving: VecDeque::new(),
            random: ChaCha8Rng::seed_from_u64(seed),
            corrupt_next: 0,
            silent: false,
            slow: Duration::ZERO,
            babble_at: None,
            babble_bytes: report.unwrap_or(BABBLE_BYTES),
        }
    }

    pub(crate) const fn corrupt_next(&mut self, pieces: u32) {
        self.corrupt_next = pieces;
    }

    pub(crate) const fn silence(&mut self, silent: bool) {
        self.silent = silent;
    }

    pub(crate) const fn slow(&mut self, delay: Duration) {
        self.slow = delay;
    }

    pub(crate) fn babble(&mut self, on: bool, now: Moment) {
        self.babble_at = on.then_some(now);
    }

    pub(crate) fn forget(&mut self) {
        self.leaving.clear();
    }

    pub(crate) fn send(&mut self, frame: &[u8], now: Moment) {
        if self.silent || self.leaving.len() >= MOST_WAITING {
            return;
        }
        let mut frame = frame.to_vec();
        if self.corrupt_next > 0 {
            self.corrupt_next -= 1;
            self.flip_one_bit(&mut frame);
        }
        self.leaving.push_back((now.after(self.slow), frame));
    }

    pub(crate) fn wake(&mut self, now: Moment) {
        if self.babble_at.is_none_or(|at| at > now) {
            return;
        }
        self.babble_at = Some(now.after(BABBLE_EVERY));
        let mut noise = vec![0; self.babble_bytes];
        self.random.fill_bytes(&mut noise);
        if self.leaving.len() < MOST_WAITING {
            self.leaving.push_back((now, noise));
        }
    }

    pub(crate) fn poll(&mut self, now: Moment) -> Option<Vec<u8>> {
        if self.leaving.front().is_none_or(|(due, _)| *due > now) {
            return None;
        }
        self.leaving.pop_front().map(|(_, frame)| frame)
    }

    pub(crate) fn next_wakeup(&self) -> Option<Moment> {
        let due = self.leaving.front().map(|(due, _)| *due);
        [due, self.babble_at].into_iter().flatten().min()
    }

    fn flip_one_bit(&mut self, frame: &mut [u8]) {
        let bits = u32::try_from(frame.len().saturating_mul(8)).unwrap_or(u32::MAX);
        let bit = self.random.next_u32().checked_rem(bits).unwrap_or(0);
        let at = usize::try_from(bit / 8).unwrap_or(0);
        if let Some(byte) = frame.get_mut(at) {
            *byte ^= 1 << (bit % 8);
        }
    }
}
