//! The other end of a wire and a pair in virtual time, for driver authors' tests.

use crate::{Effect, Event, Input, ReaderDriver};
use model::Moment;
use std::time::Duration;

/// The other end of a reader's wire, without I/O: what stands in for the unit.
pub trait Firmware: Send {
    /// Bytes that the host sent.
    fn receive(&mut self, bytes: &[u8], now: Moment);

    /// The moment of [`Firmware::next_wakeup`] has come.
    fn wake(&mut self, now: Moment);

    /// The next bytes for the host, oldest first; `None` when drained.
    fn poll_send(&mut self) -> Option<Vec<u8>>;

    /// When the firmware wants to be woken.
    fn next_wakeup(&self) -> Option<Moment>;
}

/// What a mangler does to one piece of bytes on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Arrives as sent.
    Pass,
    /// Never arrives.
    Drop,
    /// Arrives twice.
    Duplicate,
    /// One bit of it is flipped.
    FlipBit,
    /// Arrives in two pieces.
    Split,
}

/// Damages a stream as a bad cable would: seeded, so that a failure can be played again.
#[derive(Debug, Clone)]
pub struct Mangler {
    state: u64,
    per_thousand: u16,
}

impl Mangler {
    /// A mangler that damages about `per_thousand` of 1,000 pieces.
    #[must_use]
    pub const fn new(seed: u64, per_thousand: u16) -> Self {
        Self { state: seed ^ 0x9E37_79B9_7F4A_7C15, per_thousand }
    }

    /// What becomes of `piece`: the pieces that arrive.
    #[must_use]
    pub fn mangle(&mut self, piece: &[u8]) -> Vec<Vec<u8>> {
        match self.fate() {
            Fate::Pass => vec![piece.to_vec()],
            Fate::Drop => Vec::new(),
            Fate::Duplicate => vec![piece.to_vec(), piece.to_vec()],
            Fate::FlipBit => {
                let mut bytes = piece.to_vec();
                let at = self.below(bytes.len());
                let bit = self.below(8);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
                vec![bytes]
            }
            Fate::Split => {
                let (head, tail) = piece.split_at(self.below(piece.len()));
                [head, tail].into_iter().filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
            }
        }
    }

    fn fate(&mut self) -> Fate {
        if self.below(1000) >= usize::from(self.per_thousand) {
            return Fate::Pass;
        }
        match self.below(4) {
            0 => Fate::Drop,
            1 => Fate::Duplicate,
            2 => Fate::FlipBit,
            _ => Fate::Split,
        }
    }

    /// A number below `bound` (0 for a bound of 0), by splitmix64 (Steele, Lea, Flood 2014).
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        u64::try_from(bound)
            .ok()
            .and_then(|bound| z.checked_rem(bound))
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(0)
    }
}

/// A driver and a firmware joined by a wire, in virtual time.
pub struct Pair<F> {
    /// The driver under test.
    pub driver: Box<dyn ReaderDriver>,
    /// The other end.
    pub firmware: F,
    /// The virtual clock.
    pub now: Moment,
    /// Events reported so far; a test takes what it has judged.
    pub events: Vec<Event>,
    /// Codes of faults and names of refused commands, in order.
    pub troubles: Vec<String>,
    to_reader: Option<Mangler>,
    to_host: Option<Mangler>,
}

impl<F: std::fmt::Debug> std::fmt::Debug for Pair<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair")
            .field("firmware", &self.firmware)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl<F: Firmware> Pair<F> {
    /// Joins both and opens the link.
    #[must_use]
    pub fn new(driver: Box<dyn ReaderDriver>, firmware: F) -> Self {
        let mut pair = Self {
            driver,
            firmware,
            now: Moment::ZERO,
            events: Vec::new(),
            troubles: Vec::new(),
            to_reader: None,
            to_host: None,
        };
        pair.input(Input::LinkOpened);
        pair
    }

    /// Damages both directions from now on.
    pub fn mangle(&mut self, seed: u64, per_thousand: u16) {
        self.to_reader = Some(Mangler::new(seed, per_thousand));
        self.to_host = Some(Mangler::new(seed.wrapping_add(1), per_thousand));
    }

    /// Gives the driver one input and carries bytes to and fro until both are quiet at this moment.
    pub fn input(&mut self, input: Input<'_>) {
        self.driver.handle(input, self.now);
        self.settle();
    }

    /// Advances the clock from wakeup to wakeup until `done`, at most `limit` later and `steps` steps.
    /// Returns whether `done` came true: a livelock is a failure, not a hang.
    pub fn run_until(&mut self, limit: Duration, steps: usize, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now.after(limit);
        for _ in 0..steps {
            if done(self) {
                return true;
            }
            let next = [self.driver.next_wakeup(), self.firmware.next_wakeup()].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else { return false };
            self.now = self.now.max(next);
            if self.driver.next_wakeup().is_some_and(|at| at <= self.now) {
                self.driver.handle(Input::Woken, self.now);
            }
            if self.firmware.next_wakeup().is_some_and(|at| at <= self.now) {
                self.firmware.wake(self.now);
            }
            self.settle();
        }
        done(self)
    }

    fn settle(&mut self) {
        // A wire that never falls silent within one moment is a livelock; the bound turns it into a failed test.
        for _ in 0..10_000 {
            let mut moved = false;
            while let Some(effect) = self.driver.poll_effect() {
                moved = true;
                self.carry(effect);
            }
            while let Some(bytes) = self.firmware.poll_send() {
                moved = true;
                for piece in self.to_host.as_mut().map_or_else(|| vec![bytes.clone()], |m| m.mangle(&bytes)) {
                    self.driver.handle(Input::Received(&piece), self.now);
                }
            }
            if !moved {
                return;
            }
        }
        self.troubles.push(String::from("livelock"));
    }

    fn carry(&mut self, effect: Effect) {
        match effect {
            Effect::Send(bytes) => {
                for piece in self.to_reader.as_mut().map_or_else(|| vec![bytes.clone()], |m| m.mangle(&bytes))
                {
                    self.firmware.receive(&piece, self.now);
                }
            }
            Effect::Report(event) => self.events.push(event),
            Effect::Unsupported(kind) => self.troubles.push(format!("unsupported {kind:?}")),
            Effect::Fault(fault) => self.troubles.push(fault.code().to_string()),
        }
    }
}
