//! How often those who ask are told to ask again.

use centre_wire::Processing;
use model::{FaceAccount, Lookup};
use std::collections::VecDeque;

/// Look-ups that wait at once.
const KEPT: usize = 1000;

/// How often each session and each look-up is told to ask again before it is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Slowness {
    times: u32,
    again_after_ms: u32,
}

impl Slowness {
    /// So often, after so many milliseconds: 100 to 60,000.
    pub(crate) fn new(times: u32, again_after_ms: u32) -> Self {
        Self { times, again_after_ms: again_after_ms.clamp(100, 60_000) }
    }

    /// Counts one more in `asked_again`, unless it was often enough.
    pub(crate) fn ask_again(self, asked_again: &mut u32) -> Option<Processing> {
        if *asked_again >= self.times {
            return None;
        }
        *asked_again = asked_again.saturating_add(1);
        Some(Processing { again_after_ms: self.again_after_ms })
    }
}

/// Look-ups that were told to ask again: they have no session to be counted in.
#[derive(Debug, Default)]
pub(crate) struct Waiting(VecDeque<(FaceAccount, Lookup, u32)>);

impl Waiting {
    /// Counts one more for this account's look-up, unless it was often enough: then it is forgotten.
    pub(crate) fn ask_again(
        &mut self,
        account: &FaceAccount,
        lookup: &Lookup,
        slowness: Slowness,
    ) -> Option<Processing> {
        let is_it = |(by, of, _): &(FaceAccount, Lookup, u32)| by == account && of == lookup;
        let place = self.0.iter().position(is_it);
        let mut asked_again = place.and_then(|place| self.0.remove(place)).map_or(0, |(.., times)| times);
        let processing = slowness.ask_again(&mut asked_again)?;
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back((account.clone(), lookup.clone(), asked_again));
        Some(processing)
    }
}
