//! How often a caller may ask. Whoever asks more often is told when to come again, and holds up nobody else.

use crate::caller::Caller;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use model::{CallerName, Scope};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What one caller may ask.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Requests a second, in the long run; at least one.
    pub each_second: u32,
    /// Requests at once; at least one.
    pub at_once: u32,
}

/// Callers with a rate of their own: tokens are few, and everybody else shares one.
#[derive(PartialEq, Eq, Hash)]
enum Who {
    Token(CallerName),
    Local,
    /// The pages of one reader, or the boards: one kiosk takes nothing from the others.
    Pages(Scope),
    LockedBoards,
    /// Whoever asks for what is open to all.
    Anyone,
    /// Whoever shows nothing, or something that opens nothing.
    Strangers,
}

/// The rates of everybody.
pub(crate) struct Rates {
    quota: Quota,
    clock: DefaultClock,
    limiters: Mutex<HashMap<Who, Arc<DefaultDirectRateLimiter>>>,
}

impl Rates {
    pub(crate) fn new(rate: Rate) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(rate.each_second)).allow_burst(at_least_one(rate.at_once));
        Self { quota, clock: DefaultClock::default(), limiters: Mutex::default() }
    }

    /// Counts one request; or after how long the next is taken.
    pub(crate) fn one_more(&self, caller: &Caller) -> Result<(), Duration> {
        let who = match caller {
            Caller::Token { name, .. } => Who::Token(name.clone()),
            Caller::LocalUser(_) => Who::Local,
            Caller::Page(scope, _) => Who::Pages(scope.clone()),
            Caller::LockedBoard => Who::LockedBoards,
            Caller::Anyone => Who::Anyone,
        };
        self.check(who)
    }

    /// Counts one that opened nothing: whoever tries tokens is slowed down.
    pub(crate) fn one_more_stranger(&self) -> Result<(), Duration> {
        self.check(Who::Strangers)
    }

    fn check(&self, who: Who) -> Result<(), Duration> {
        let limiter = {
            let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(limiters.entry(who).or_insert_with(|| Arc::new(RateLimiter::direct(self.quota))))
        };
        limiter.check().map_err(|early| early.wait_time_from(self.clock.now()))
    }
}
