//! How much noise and how many reports are borne.

use crate::error::Stfr2Error;
use crate::timing::Timing;
use model::Moment;
use std::collections::VecDeque;

/// The senseless reports of late. Holds at most [`Timing::noise`] moments.
#[derive(Debug)]
pub(crate) struct Noise {
    timing: &'static Timing,
    recent: VecDeque<Moment>,
}

impl Noise {
    pub(crate) const fn new(timing: &'static Timing) -> Self {
        Self { timing, recent: VecDeque::new() }
    }

    /// One more.
    pub(crate) fn count(&mut self, now: Moment) -> Result<(), Stfr2Error> {
        self.recent.push_back(now);
        if self.recent.len() < self.timing.noise {
            return Ok(());
        }
        let oldest = self.recent.pop_front().unwrap_or(now);
        if now.since(oldest) > self.timing.noise_within {
            return Ok(());
        }
        Err(Stfr2Error::Noise { reports: self.timing.noise, within: self.timing.noise_within })
    }

    /// Whether anything senseless came of late.
    pub(crate) fn is_recent(&self, now: Moment) -> bool {
        self.recent.back().is_some_and(|last| now.since(*last) <= self.timing.noise_within)
    }
}

/// Counts what comes, so that no unit can keep the terminal busy without end, not even within one moment.
#[derive(Debug)]
pub(crate) struct Flood {
    timing: &'static Timing,
    since: Moment,
    reports: u32,
    messages: u32,
}

impl Flood {
    pub(crate) const fn new(timing: &'static Timing, now: Moment) -> Self {
        Self { timing, since: now, reports: 0, messages: 0 }
    }

    /// A command: what it brings about is not counted with what came before.
    pub(crate) const fn begin(&mut self, now: Moment) {
        *self = Self::new(self.timing, now);
    }

    pub(crate) fn count_report(&mut self, now: Moment) -> Result<(), Stfr2Error> {
        if now.since(self.since) >= self.timing.flood_within {
            self.begin(now);
        }
        self.reports = self.reports.saturating_add(1);
        if self.reports > self.timing.reports { Err(Stfr2Error::Flood) } else { Ok(()) }
    }

    pub(crate) const fn count_message(&mut self) -> Result<(), Stfr2Error> {
        self.messages = self.messages.saturating_add(1);
        if self.messages > self.timing.messages { Err(Stfr2Error::Flood) } else { Ok(()) }
    }
}
