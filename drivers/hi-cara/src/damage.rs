//! How long noise, and frames that answer nothing, are borne.

use crate::error::HiCaraError;
use crate::timing::Timing;
use model::Moment;
use std::time::Duration;

/// Damage on the stream. A frame behind it is found and obeyed, so a unit that babbles between its frames seems well;
/// what does not stop is a fault all the same.
#[derive(Default)]
pub(crate) struct Damage {
    /// Since when it goes on without a rest, and when it was met last.
    spell: Option<(Moment, Moment)>,
}

impl Damage {
    /// Damage was met now.
    pub(crate) fn met(&mut self, timing: &Timing, now: Moment) -> Result<(), HiCaraError> {
        let since = match self.spell {
            Some((since, latest)) if now.since(latest) < timing.rest => since,
            _ => now,
        };
        self.spell = Some((since, now));
        if now.since(since) >= timing.damage { Err(HiCaraError::Noise) } else { Ok(()) }
    }

    /// Whether any was met since then.
    pub(crate) fn was_met_since(&self, moment: Moment) -> bool {
        self.spell.is_some_and(|(_, latest)| latest >= moment)
    }
}

/// Frames that answer nothing: events, and what is said twice.
#[derive(Default)]
pub(crate) struct Unasked {
    since: Moment,
    count: u32,
}

impl Unasked {
    /// One more came now.
    pub(crate) fn came(&mut self, timing: &Timing, now: Moment) -> Result<(), HiCaraError> {
        if now.since(self.since) >= Duration::from_secs(1) {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        if self.count > timing.unasked { Err(HiCaraError::Endless { most: timing.unasked }) } else { Ok(()) }
    }
}
