//! What is counted per day, without personal data (workflow.md section 13).

use crate::{FailureCode, Validity, Verification};
use std::collections::BTreeMap;
use std::time::Duration;

/// A day in Japan, which has no summer time: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    #[must_use]
    pub const fn of(at: crate::Timestamp) -> Self {
        Self(at.0.saturating_add(9 * 3_600_000).div_euclid(86_400_000))
    }
}

/// What happened once, beside results, which count themselves when they are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// A visit ended with this failure, or a reader fell out of order with it.
    Failure(FailureCode),
    /// A look-up was answered with this validity.
    Answer(Validity),
}

/// The counts of some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Results by how identity was confirmed.
    pub verifications: BTreeMap<Verification, u64>,
    /// Results by what the centre says of the insurance.
    pub validities: BTreeMap<Validity, u64>,
    /// Failures by code.
    pub failures: BTreeMap<FailureCode, u64>,
    /// Answers of look-ups by what the centre says of the insurance.
    pub answers: BTreeMap<Validity, u64>,
    /// Results with a certificate that expires soon or has.
    pub expiring: u64,
    /// From card placed to the centre's result.
    pub card_to_result: Spread,
}

/// How a duration is spread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many were measured.
    pub count: u64,
    /// Their sum.
    pub sum: Duration,
    /// How many took at most as long as the limit of the same place in [`Spread::LIMITS`].
    pub within: [u64; Self::LIMITS.len()],
}

impl Spread {
    /// Seconds; a practised user needs about 30 (workflow.md section 5).
    pub const LIMITS: [u64; 8] = [5, 10, 20, 30, 45, 60, 120, 300];
}
