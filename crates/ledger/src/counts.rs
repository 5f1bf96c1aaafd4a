//! What is counted per day: words and numbers, no personal data, and no proof of anything; therefore in clear.
//!
//! A word is `verification/…`, `validity/…`, `failure/…`, `answer/…`, `remark/expiring`, `took/sum` in milliseconds, or
//! `took/` and the limit in seconds under which a visit fell first. A later version's words stay in the file, and an
//! earlier one leaves them out when it reads.

use crate::error::LedgerError;
use crate::word::{from_word, to_word};
use model::{Beside, Counted, Counts, Day, FailureCode, Remark, Spread, Timestamp, VisitResult};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::time::Duration;

/// The limit of visits that took longer than all of [`Spread::LIMITS`].
const LONGER: &str = "longer";

/// What is to be added, by day and word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<(Day, String), u64>);

impl Tally {
    /// What a result adds on its own day.
    pub(crate) fn of_result(result: &VisitResult, beside: &Beside) -> Result<Self, LedgerError> {
        let mut tally = Self::default();
        let day = Day::of(result.received_at);
        tally.add(day, format!("verification/{}", to_word(result.verification)?), 1);
        tally.add(day, format!("validity/{}", to_word(result.validity)?), 1);
        let expiring =
            |remark: &Remark| matches!(remark, Remark::CertificateExpiresSoon | Remark::CertificateInGrace);
        if result.remarks.iter().any(expiring) {
            tally.add(day, String::from("remark/expiring"), 1);
        }
        if let Some(took) = beside.took {
            let limit = Spread::LIMITS.iter().find(|limit| took <= Duration::from_secs(**limit));
            tally.add(day, format!("took/{}", limit.map_or_else(|| LONGER.to_owned(), u64::to_string)), 1);
            tally.add(day, String::from("took/sum"), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        }
        Ok(tally)
    }

    /// Counts something that happened beside results.
    pub(crate) fn count(&mut self, what: Counted, at: Timestamp) -> Result<(), LedgerError> {
        let word = match what {
            Counted::Failure(code) => format!("failure/{code}"),
            Counted::Answer(validity) => format!("answer/{}", to_word(validity)?),
        };
        self.add(Day::of(at), word, 1);
        Ok(())
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        for ((day, word), amount) in other.0 {
            self.add(day, word, amount);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds it to what is in the file.
    pub(crate) fn write(&self, connection: &Connection) -> Result<(), LedgerError> {
        let writing = |cause| LedgerError::Write { doing: "counting", cause };
        // A number that damage made huge must not keep results from being committed.
        let mut statement = connection
            .prepare_cached(
                "INSERT INTO tally (day, what, amount) VALUES (?1, ?2, ?3) ON CONFLICT (day, what) \
                 DO UPDATE SET amount = min(amount, 1 << 61) + excluded.amount",
            )
            .map_err(writing)?;
        for ((day, word), amount) in &self.0 {
            let amount = i64::try_from(*amount).unwrap_or(i64::MAX).min(1 << 61);
            statement.execute(params![day.0, word, amount]).map_err(writing)?;
        }
        Ok(())
    }

    fn add(&mut self, day: Day, word: String, amount: u64) {
        let sum = self.0.entry((day, word)).or_default();
        *sum = sum.saturating_add(amount);
    }
}

/// The counts of these days, both included.
pub(crate) fn read(connection: &Connection, from: Day, to: Day) -> Result<Counts, LedgerError> {
    let mut counts = Counts::default();
    connection
        .prepare_cached("SELECT what, amount FROM tally WHERE day BETWEEN ?1 AND ?2")
        .and_then(|mut statement| {
            let mut rows = statement.query([from.0, to.0])?;
            while let Some(row) = rows.next()? {
                // What is no word or no number is left out, as an unknown word is.
                if let (Ok(what), Ok(amount)) = (row.get::<_, String>(0), row.get::<_, i64>(1)) {
                    take(&mut counts, &what, u64::try_from(amount).unwrap_or_default());
                }
            }
            Ok(())
        })
        .map_err(|cause| LedgerError::Store { doing: "reading the counts", cause })?;
    Ok(counts)
}

/// Takes the counts of days before this one away.
pub(crate) fn drop_before(connection: &Connection, day: Day) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM tally WHERE day < ?1", [day.0])
}

fn take(counts: &mut Counts, what: &str, amount: u64) {
    let Some((kind, word)) = what.split_once('/') else { return };
    let sum = match kind {
        "verification" => from_word(word).map(|key| counts.verifications.entry(key).or_default()),
        "validity" => from_word(word).map(|key| counts.validities.entry(key).or_default()),
        "failure" => code_of(word).map(|key| counts.failures.entry(key).or_default()),
        "answer" => from_word(word).map(|key| counts.answers.entry(key).or_default()),
        "remark" if word == "expiring" => Some(&mut counts.expiring),
        "took" => return take_spread(&mut counts.card_to_result, word, amount),
        _ => None,
    };
    if let Some(sum) = sum {
        *sum = sum.saturating_add(amount);
    }
}

fn take_spread(spread: &mut Spread, word: &str, amount: u64) {
    if word == "sum" {
        spread.sum = spread.sum.saturating_add(Duration::from_millis(amount));
        return;
    }
    let limit = match word.parse() {
        Ok(limit) => limit,
        Err(_) if word == LONGER => u64::MAX,
        Err(_) => return,
    };
    spread.count = spread.count.saturating_add(amount);
    for (within, _) in spread.within.iter_mut().zip(Spread::LIMITS).filter(|(_, shown)| limit <= *shown) {
        *within = within.saturating_add(amount);
    }
}

fn code_of(word: &str) -> Option<FailureCode> {
    failure::codes::ALL.iter().find(|code| code.as_str() == word).copied()
}
