//! When a file that somebody else writes is whole. The interface has no "done" marker (oqs-files.md section 4).
//!
//! A machine without I/O: readings and the time are given to it.

use super::pace::Pace;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::time::Instant;

/// What a reading says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Changes when the content does.
    pub(crate) mark: u64,
    /// Whether it reads well: more bytes would not mend it.
    pub(crate) complete: bool,
    /// Whether the system said that its writer closed it, or that it was moved in.
    pub(crate) closed: bool,
}

/// What to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Look again.
    Wait,
    /// It is whole.
    Whole,
    /// It is not, and stays as it is.
    Broken,
    /// It changes for ever.
    Endless,
}

/// Files that are not whole yet.
#[derive(Debug)]
pub(crate) struct Arrivals {
    pace: Pace,
    files: HashMap<OsString, Arrival>,
}

#[derive(Debug)]
struct Arrival {
    first: Instant,
    since: Instant,
    mark: u64,
    closed: bool,
}

impl Arrivals {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, files: HashMap::new() }
    }

    /// Judges a file by its newest reading. After any verdict but `Wait` it is forgotten.
    pub(crate) fn judge(&mut self, name: &OsStr, look: Look, now: Instant) -> Verdict {
        let fresh = Arrival { first: now, since: now, mark: look.mark, closed: false };
        let file = self.files.entry(name.to_owned()).or_insert(fresh);
        if file.mark != look.mark {
            *file = Arrival { since: now, mark: look.mark, closed: false, ..*file };
        }
        file.closed |= look.closed;
        let unchanged = now.saturating_duration_since(file.since);
        let verdict = if look.complete && (file.closed || unchanged >= self.pace.settle) {
            Verdict::Whole
        } else if !look.complete && unchanged >= self.pace.malformed {
            Verdict::Broken
        } else if now.saturating_duration_since(file.first) >= self.pace.endless {
            Verdict::Endless
        } else {
            Verdict::Wait
        };
        if verdict != Verdict::Wait {
            self.files.remove(name);
        }
        verdict
    }

    /// Whether a file is waited for already.
    pub(crate) fn knows(&self, name: &OsStr) -> bool {
        self.files.contains_key(name)
    }

    /// Forgets files that are gone.
    pub(crate) fn keep(&mut self, present: impl Fn(&OsStr) -> bool) {
        self.files.retain(|name, _| present(name));
    }

    /// Whether one must be looked at again soon.
    pub(crate) fn any(&self) -> bool {
        !self.files.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const HALF: Look = Look { mark: 1, complete: false, closed: false };
    const FULL: Look = Look { mark: 2, complete: true, closed: false };
    const CLOSED: Look = Look { closed: true, ..FULL };

    /// Plays readings at their milliseconds and returns the verdicts.
    fn play(readings: &[(u64, Look)]) -> Vec<Verdict> {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(Pace::default());
        let mut judge = |(at, look): &(u64, Look)| {
            arrivals.judge(OsStr::new("a"), *look, start + Duration::from_millis(*at))
        };
        readings.iter().map(&mut judge).collect()
    }

    #[test]
    fn a_closed_file_that_reads_well_is_whole_at_once() {
        assert_eq!(play(&[(0, CLOSED)]), [Verdict::Whole]);
    }

    #[test]
    fn without_word_of_its_writer_it_must_stay_the_same() {
        assert_eq!(
            play(&[(0, FULL), (299, FULL), (300, FULL)]),
            [Verdict::Wait, Verdict::Wait, Verdict::Whole]
        );
        let other = Look { mark: 3, ..FULL };
        assert_eq!(
            play(&[(0, FULL), (299, other), (598, other), (599, other)]),
            [Verdict::Wait, Verdict::Wait, Verdict::Wait, Verdict::Whole]
        );
    }

    #[test]
    fn a_half_written_file_is_waited_for_even_if_it_was_closed() {
        let closed = Look { closed: true, ..HALF };
        assert_eq!(
            play(&[(0, closed), (1999, HALF), (2000, HALF)]),
            [Verdict::Wait, Verdict::Wait, Verdict::Broken]
        );
        // The word was of what it held then.
        assert_eq!(
            play(&[(0, closed), (1000, FULL), (1300, FULL)]),
            [Verdict::Wait, Verdict::Wait, Verdict::Whole]
        );
    }

    #[test]
    fn a_file_that_changes_for_ever_ends_too() {
        let changing =
            |step: u64| (step * 250, Look { mark: step, complete: step.is_multiple_of(2), closed: false });
        let verdicts = play(&(0..=240).map(changing).collect::<Vec<_>>());
        assert!(verdicts[..240].iter().all(|verdict| *verdict == Verdict::Wait));
        assert_eq!(verdicts.last(), Some(&Verdict::Endless));
    }

    #[test]
    fn each_file_is_judged_by_itself_and_forgotten_when_gone() {
        let (mut arrivals, now) = (Arrivals::new(Pace::default()), Instant::now());
        assert_eq!(arrivals.judge(OsStr::new("a"), HALF, now), Verdict::Wait);
        assert_eq!(arrivals.judge(OsStr::new("b"), CLOSED, now), Verdict::Whole);
        assert!(arrivals.any() && arrivals.knows(OsStr::new("a")) && !arrivals.knows(OsStr::new("b")));
        arrivals.keep(|name| name != OsStr::new("a"));
        assert!(!arrivals.any());
    }
}
