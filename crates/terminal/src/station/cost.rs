//! What each visit costs the terminal: logged once, when its result is durable.

use super::Loop;
use model::{CardMark, Pii, VisitId};
use std::time::{Duration, Instant};

/// What one visit cost the terminal, for `cargo xtask measure`.
#[derive(Debug, Default)]
pub(super) struct Cost {
    visit: Option<VisitId>,
    begun: Option<Instant>,
    pub(super) busy: Duration,
    pub(super) card: Duration,
    pub(super) centre: Duration,
    pub(super) commit: Duration,
}

/// A visit whose result is still to come. As many as there are settlements, and the one in progress.
pub(super) struct Begun {
    pub(super) at: Instant,
    pub(super) card: Option<Pii<CardMark>>,
}

impl Loop {
    /// Notes what a visit cost; logged once, when its result is durable.
    pub(super) fn account(&mut self, visit: Option<VisitId>, step: Option<&'static str>) {
        if let Some(id) = visit.filter(|_| visit != self.cost.visit) {
            self.visits.insert(id, Begun { at: Instant::now(), card: None });
            self.cost = Cost { visit, begun: Some(Instant::now()), ..Cost::default() };
        }
        if step == Some("done")
            && let (Some(visit), Some(begun)) = (self.cost.visit, self.cost.begun.take())
        {
            tracing::info!(
                target: "uketsuke::timing",
                %visit,
                total_us = begun.elapsed().as_micros(),
                busy_us = self.cost.busy.as_micros(),
                card_us = self.cost.card.as_micros(),
                centre_us = self.cost.centre.as_micros(),
                commit_us = self.cost.commit.as_micros(),
                "visit timing"
            );
        }
    }
}
