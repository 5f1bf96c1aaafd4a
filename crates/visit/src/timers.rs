//! All timers of a station in one table: "when do you want to be woken" has one answer.

use model::Moment;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The visit's step.
    Step,
    /// What a screen without a card says for a while.
    Screen,
    /// 目視確認 for the next card.
    Armed,
    /// The last card's removal.
    Clearing,
    /// A settlement, by its number.
    Settlement(u64),
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeMap<Timer, Moment>);

impl Timers {
    /// Sets a timer; one that runs is replaced.
    pub(crate) fn set(&mut self, timer: Timer, at: Moment) {
        self.0.insert(timer, at);
    }

    /// Stops a timer.
    pub(crate) fn stop(&mut self, timer: Timer) {
        self.0.remove(&timer);
    }

    /// The earliest moment of all.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.0.values().min().copied()
    }

    /// Takes the timer that is due, the earliest first.
    pub(crate) fn take_due(&mut self, now: Moment) -> Option<Timer> {
        let (timer, at) = self.0.iter().min_by_key(|(_, at)| **at).map(|(timer, at)| (*timer, *at))?;
        (at <= now).then(|| {
            self.0.remove(&timer);
            timer
        })
    }

    /// Puts every timer off by so much.
    pub(crate) fn put_off(&mut self, by: Duration) {
        for at in self.0.values_mut() {
            *at = at.after(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Timer, Timers};
    use model::Moment;
    use std::time::Duration;

    fn at(seconds: u64) -> Moment {
        Moment::from_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn the_earliest_is_due_first_and_once() {
        let mut timers = Timers::default();
        timers.set(Timer::Step, at(5));
        timers.set(Timer::Armed, at(3));
        timers.set(Timer::Step, at(4));
        assert_eq!(timers.next(), Some(at(3)));
        assert_eq!(timers.take_due(at(2)), None);
        assert_eq!(timers.take_due(at(9)), Some(Timer::Armed));
        assert_eq!(timers.take_due(at(9)), Some(Timer::Step));
        assert_eq!(timers.take_due(at(9)), None);
    }

    #[test]
    fn all_are_put_off_alike() {
        let mut timers = Timers::default();
        timers.set(Timer::Step, at(5));
        timers.set(Timer::Settlement(1), at(7));
        timers.put_off(Duration::from_secs(10));
        assert_eq!(timers.next(), Some(at(15)));
        timers.stop(Timer::Step);
        assert_eq!(timers.next(), Some(at(17)));
    }
}
