//! Limits and periods, as data; the names t1 to t5 are those of `frames/DIALECT.md` section 3.

use std::time::Duration;

/// Limits and periods of the link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// t1: until a request is said again.
    pub(crate) again: Duration,
    /// t2: until a reply is given up.
    pub(crate) reply: Duration,
    /// t3: nothing asked for so long: *alive* is due.
    pub(crate) alive: Duration,
    /// t4: quiet, after which an unfinished frame is damage.
    pub(crate) quiet: Duration,
    /// t5: from opening the link until the unit must have begun.
    pub(crate) start: Duration,
    /// Damage is borne for so long …
    pub(crate) damage: Duration,
    /// … unless it rests for so long.
    pub(crate) rest: Duration,
    /// Frames in one second that may answer nothing.
    pub(crate) unasked: u32,
    /// Requests that may wait for the unit. Each photo among them is up to 64 KiB.
    pub(crate) queue: usize,
}

impl Timing {
    /// From the last sign of life until the unit is given up: the next *alive*, and t2 for its reply.
    pub(crate) fn given_up(&self) -> Duration {
        self.alive + self.reply
    }
}

/// The dialect's values. The reply's 3 s are what was seen inside the unit.
pub(crate) const TIMING: Timing = Timing {
    again: Duration::from_millis(500),
    reply: Duration::from_secs(3),
    alive: Duration::from_secs(1),
    quiet: Duration::from_millis(250),
    start: Duration::from_secs(10),
    damage: Duration::from_secs(2),
    rest: Duration::from_millis(1500),
    unasked: 512,
    queue: 48,
};
