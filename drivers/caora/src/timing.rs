//! Limits and periods, as data; the names t1 to t5 are those of `frames/DIALECT.md` section 3.

use std::time::Duration;

/// Limits and periods of the line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// t1: for the answer to a block or ENQ.
    pub(crate) answer: Duration,
    /// t2: a quiet line after damage.
    pub(crate) quiet: Duration,
    /// So long may damage follow on damage, each within t1 of the one before.
    pub(crate) noise: Duration,
    /// t4: between two ENQ while nothing is asked and no card lies there. A card is seen 50 ms later on average,
    /// which no patient notices; five readers asked at this pace stay under 0.1 % of one processor.
    pub(crate) poll_idle: Duration,
    /// t4: between two ENQ otherwise.
    pub(crate) poll_busy: Duration,
    /// t5: from opening the link until the unit must have identified itself.
    pub(crate) start: Duration,
    /// Retransmissions of one block or ENQ.
    pub(crate) retransmissions: u32,
    /// Blocks that the reader may send in one turn.
    pub(crate) blocks_in_turn: u32,
    /// Blocks that may wait for the reader: a photo of 22 chunks twice, and what is shown meanwhile.
    pub(crate) queue: usize,
}

impl Timing {
    /// From the last sign of life until the unit is given up: the next ENQ, t1 for it and for each retransmission; and
    /// as much again for noise that looks like an answer once.
    pub(crate) fn given_up(&self) -> Duration {
        (self.poll_idle + self.answer * (self.retransmissions + 1)) * 2
    }
}

/// The dialect's values.
pub(crate) const TIMING: Timing = Timing {
    answer: Duration::from_millis(300),
    quiet: Duration::from_millis(20),
    noise: Duration::from_secs(1),
    poll_idle: Duration::from_millis(100),
    poll_busy: Duration::from_millis(20),
    start: Duration::from_secs(5),
    retransmissions: 3,
    blocks_in_turn: 32,
    queue: 64,
};
