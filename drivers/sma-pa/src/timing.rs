//! Limits and periods, as data; the names t1 to t7 are those of `frames/DIALECT.md` section 3.

use std::time::Duration;

/// Limits and periods of the line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// t1: a frame without acknowledgement, or OPEN without identity, is sent again.
    pub(crate) again: Duration,
    /// t2: the rest of a frame that was begun must have come.
    pub(crate) gap: Duration,
    /// t4: without a sign of life of this session, or with a frame unacknowledged for so long, the unit is given up.
    pub(crate) silence: Duration,
    /// t5: from opening the link until the unit must have identified itself.
    pub(crate) start: Duration,
    /// t6: noise counts as ended after so long without any.
    pub(crate) noise_ends: Duration,
    /// t7: noise that does not end for so long is a babbling unit.
    pub(crate) noise: Duration,
    /// Frames on their way without acknowledgement at most.
    pub(crate) window: usize,
    /// Whole frames in one second at most; an image of a certificate has 129.
    pub(crate) frames_in_second: u32,
    /// Messages that may wait for the reader: a photo of 33 messages twice, and what is shown meanwhile.
    pub(crate) queue: usize,
}

/// The dialect's values.
pub(crate) const TIMING: Timing = Timing {
    again: Duration::from_millis(300),
    gap: Duration::from_millis(50),
    silence: Duration::from_secs(4),
    start: Duration::from_secs(6),
    noise_ends: Duration::from_secs(1),
    noise: Duration::from_secs(3),
    window: 8,
    frames_in_second: 600,
    queue: 96,
};
