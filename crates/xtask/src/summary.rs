//! What the test runner said at the end of each suite, added up.

use std::fmt;

/// How many tests passed, failed, and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that the runner ignored or filtered out.
    pub(crate) skipped: u64,
}

impl Summary {
    /// Takes in one line of the runner's output; whether it closes a suite. Any other changes nothing.
    ///
    /// The form is libtest's: `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    pub(crate) fn take_in(&mut self, line: &str) -> bool {
        let Some(counts) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return false;
        };
        for part in counts.1.split(';') {
            let Some((number, word)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" | "filtered out" => self.skipped += number,
                _ => {}
            }
        }
        true
    }

    /// Takes in one line of a suite's standard error: a test that could not check what it is for says so there, and
    /// the runner knows nothing of it.
    pub(crate) fn take_in_aside(&mut self, line: &str) {
        self.skipped += u64::from(line.starts_with("SKIPPED"));
    }

    /// Whether tests ran and none failed.
    pub(crate) const fn is_good(self) -> bool {
        self.passed > 0 && self.failed == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    const OUTPUT: &str = "\
running 3 tests
test result_of_nothing ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
  test result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 1.25s
";

    #[test]
    fn every_suite_counts_and_nothing_else() {
        let mut summary = Summary::default();
        assert_eq!(OUTPUT.lines().filter(|line| summary.take_in(line)).count(), 2);
        assert_eq!(summary, Summary { passed: 7, failed: 2, skipped: 6 });
        assert_eq!(summary.to_string(), "7 passed, 2 failed, 6 skipped");
        assert!(!summary.is_good());
    }

    #[test]
    fn no_test_at_all_is_not_good() {
        assert!(!Summary::default().is_good());
    }
}
