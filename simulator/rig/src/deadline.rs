//! A bound for a wait.

use std::time::{Duration, Instant};

/// The bound of every wait that names no other.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The end of a wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    /// The whole bound, for messages.
    pub(crate) bound: Duration,
}

impl Deadline {
    pub(crate) fn within(bound: Duration) -> Self {
        Self { at: Instant::now() + bound, bound }
    }

    /// What is left; `None` when it is over.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.at.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}
