//! Limits and periods, as data; the names t1 to t9 are those of `frames/DIALECT.md` section 3.

use std::time::Duration;

/// Limits and periods of the line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// t1: unheard messages are sent again.
    pub(crate) again: Duration,
    /// t2: an unfinished frame is damage.
    pub(crate) unfinished: Duration,
    /// t3: heartbeat.
    pub(crate) beat: Duration,
    /// t4: a silent unit is given up.
    pub(crate) silence: Duration,
    /// t6: between two `hello`.
    pub(crate) call: Duration,
    /// Not sooner than this after a `hello` does an `up` bring the next one.
    pub(crate) call_again: Duration,
    /// t7: from opening the link until the unit must have identified itself.
    pub(crate) start: Duration,
    /// t9: damage that goes on for so long is without end.
    pub(crate) endless: Duration,
    /// Damage that pauses for longer begins anew.
    pub(crate) pause: Duration,
    /// Messages that may be unheard at a time.
    pub(crate) unheard: usize,
    /// Transmissions of one message.
    pub(crate) transmissions: u32,
}

impl Timing {
    /// From the last sign of life until the unit is given up, whichever limit it meets: silence, messages that are not
    /// acknowledged, or damage without end, which is known as such at the piece after t9.
    pub(crate) fn given_up(&self) -> Duration {
        let unacknowledged = self.again * self.transmissions;
        let noisy = self.unfinished + self.endless + self.pause;
        self.silence.max(unacknowledged).max(noisy)
    }
}

/// The dialect's values.
pub(crate) const TIMING: Timing = Timing {
    again: Duration::from_millis(400),
    unfinished: Duration::from_millis(300),
    beat: Duration::from_secs(1),
    silence: Duration::from_secs(4),
    call: Duration::from_millis(500),
    call_again: Duration::from_millis(100),
    start: Duration::from_secs(8),
    endless: Duration::from_millis(2_500),
    pause: Duration::from_millis(1_500),
    unheard: 4,
    transmissions: 8,
};
