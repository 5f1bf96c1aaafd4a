//! Limits and periods, as data; the names t1 to t8 are those of `frames/DIALECT.md` section 3.

use std::time::Duration;

/// Limits and periods of the link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// t1: between two OPEN.
    pub(crate) open_every: Duration,
    /// t2: between two ACK, the signs of life, at most.
    pub(crate) alive_every: Duration,
    /// t3: an answer to HELLO not sooner after the last one.
    pub(crate) answer_hello: Duration,
    /// t4: mending after `again` not sooner after the last one.
    pub(crate) mend_again: Duration,
    /// t5: for an ACK, at first.
    pub(crate) ack: Duration,
    /// t5: for an ACK, after repeated mending.
    pub(crate) longest_ack: Duration,
    /// t6: for a sign of life, or for an ACK that tells of anything new.
    pub(crate) silence: Duration,
    /// t7: the unit waits so long for a sign of ours.
    pub(crate) unit_silence: Duration,
    /// t8: from opening the device until the unit must have identified itself.
    pub(crate) start: Duration,
    /// So many senseless reports …
    pub(crate) noise: usize,
    /// … within so long are too many.
    pub(crate) noise_within: Duration,
    /// Reports that may come within `flood_within` without a new command.
    pub(crate) reports: u32,
    /// Messages that may come within `flood_within` without a new command.
    pub(crate) messages: u32,
    /// Until the counts of reports and messages begin anew.
    pub(crate) flood_within: Duration,
}

impl Timing {
    /// From the last sign of life until the unit is given up. The longest way is that of a unit which does not hear us
    /// any more and says so after t7; the next HELLO comes t2 later at most.
    pub(crate) fn given_up(&self) -> Duration {
        self.silence.max(self.unit_silence) + self.alive_every
    }
}

/// The dialect's values.
pub(crate) const TIMING: Timing = Timing {
    open_every: Duration::from_millis(250),
    alive_every: Duration::from_secs(1),
    answer_hello: Duration::from_millis(50),
    mend_again: Duration::from_millis(20),
    ack: Duration::from_millis(100),
    longest_ack: Duration::from_millis(1_600),
    silence: Duration::from_secs(3),
    unit_silence: Duration::from_secs(4),
    start: Duration::from_secs(6),
    noise: 16,
    noise_within: Duration::from_secs(4),
    reports: 2_048,
    messages: 64,
    flood_within: Duration::from_secs(1),
};
