//! The one-time codes of this desk's pages.

use model::Scope;
use pages::{CODE_LETTERS, OneTimeCodes};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a code holds.
pub(crate) const HOLDS: Duration = Duration::from_secs(300);

/// The open codes.
#[derive(Default)]
pub(crate) struct Pairings(Mutex<OneTimeCodes<Scope>>);

impl Pairings {
    /// Makes a code for a page of that scope.
    pub(crate) fn make(&self, scope: Scope) -> Result<String, getrandom::Error> {
        let mut random = [0_u8; CODE_LETTERS];
        getrandom::fill(&mut random)?;
        Ok(self.lock().make(random, scope, Some(Instant::now() + HOLDS)))
    }

    /// Takes a code, once; the scope that it was made for.
    pub(crate) fn redeem(&self, presented: &str) -> Option<Scope> {
        self.lock().redeem(presented, &Instant::now())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, OneTimeCodes<Scope>> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
