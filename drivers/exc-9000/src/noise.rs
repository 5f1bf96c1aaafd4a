//! Whether damage goes on without end. A frame now and then is damaged on any cable; SLIP finds its way again after
//! each, so a unit that babbles between its frames would otherwise never be noticed.

use crate::error::ExcError;
use crate::timing::Timing;
use model::Moment;

/// Damage as it is heard.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Noise {
    /// The first and the last of a row without a pause.
    row: Option<(Moment, Moment)>,
    /// Whether any came since something was understood.
    unanswered: bool,
}

impl Noise {
    /// Something was damaged.
    pub(crate) fn heard(&mut self, timing: &Timing, now: Moment) -> Result<(), ExcError> {
        self.unanswered = true;
        let first = match self.row {
            Some((first, last)) if now.since(last) <= timing.pause => first,
            _ => now,
        };
        self.row = Some((first, now));
        let time = now.since(first);
        if time >= timing.endless { Err(ExcError::Noisy { time }) } else { Ok(()) }
    }

    /// Something was understood.
    pub(crate) const fn answered(&mut self) {
        self.unanswered = false;
    }

    /// Whether nothing but damage came since something was understood.
    pub(crate) const fn is_all(&self) -> bool {
        self.unanswered
    }
}
