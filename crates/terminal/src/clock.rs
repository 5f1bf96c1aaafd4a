//! The terminal's clocks.

use model::{Moment, Timestamp};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use visit::Now;

/// Reads both clocks; moments count from its making.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
}

impl Clock {
    /// Starts the monotonic clock.
    #[must_use]
    pub(crate) fn start() -> Self {
        Self { origin: Instant::now() }
    }

    /// The time on both.
    #[must_use]
    pub(crate) fn now(&self) -> Now {
        Now { moment: Moment::from_origin(self.origin.elapsed()), wall: wall() }
    }

    /// The instant of a moment, for timers.
    #[must_use]
    pub(crate) fn instant(&self, moment: Moment) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.origin + moment.since_origin())
    }
}

/// Wall-clock time.
#[must_use]
pub(crate) fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
