//! Samples: kept raw, told as percentiles.

use crate::{Fault, say};
use std::path::Path;

/// Samples of one thing, all in the same unit.
#[derive(Debug)]
pub(super) struct Samples {
    name: String,
    unit: &'static str,
    values: Vec<f64>,
}

impl Samples {
    /// None yet. `name` is also the file's name.
    pub(super) fn new(name: impl Into<String>, unit: &'static str) -> Self {
        Self { name: name.into(), unit, values: Vec::new() }
    }

    /// One more.
    pub(super) fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    /// Prints the percentiles in one line and keeps every sample as CSV, in the order taken; an error unless there are
    /// `expected` samples.
    pub(super) fn tell(&self, folder: &Path, expected: usize) -> Result<(), Fault> {
        if self.values.len() != expected || expected == 0 {
            let (name, taken) = (&self.name, self.values.len());
            return Err(Fault::Unexpected(format!("{name}: {taken} samples were taken, not {expected}")));
        }
        let file = folder.join(format!("{}.csv", self.name));
        let mut csv = format!("n,{}\n", self.unit);
        for (n, value) in self.values.iter().enumerate() {
            csv.push_str(&format!("{n},{value}\n"));
        }
        std::fs::write(&file, csv).map_err(Fault::file(&file, "cannot be written"))?;
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |percent| percentile(&sorted, percent).unwrap_or(f64::NAN);
        say::line(format_args!(
            "{:<34} p50 {:>9.3} p99 {:>9.3} min {:>9.3} max {:>9.3} {}  (n = {})",
            self.name,
            at(50),
            at(99),
            at(0),
            at(100),
            self.unit,
            sorted.len()
        ));
        Ok(())
    }
}

/// By nearest rank; `sorted` in rising order.
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_samples_that_were_taken() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!([0, 50, 99, 100].map(|p| percentile(&hundred, p)), [1.0, 50.0, 99.0, 100.0].map(Some));
        assert_eq!(percentile(&[7.0], 50), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }
}
