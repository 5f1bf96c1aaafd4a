//! Results do not pile up: what is older than the site's days is destroyed, with its day's key.

use crate::clock;
use ledger::LedgerHandle;
use model::Timestamp;
use std::time::{Duration, Instant};

/// How often it is looked: a day's end is met within the hour.
const EVERY: Duration = Duration::from_secs(3600);

/// A wall clock that strays from the monotonic one by more than this in an hour was set, or the machine slept.
const STRAY: Duration = Duration::from_secs(60);

/// Drops what is older than `keep`, every hour until it is aborted. Never right after the start and never in an hour
/// in which the wall clock was set: a clock that jumps ahead must not destroy what is young.
pub(crate) async fn keep(ledger: LedgerHandle, keep: Duration) {
    loop {
        let (began, wall) = (Instant::now(), clock::wall());
        tokio::time::sleep(EVERY).await;
        let passed = Duration::from_millis(clock::wall().0.saturating_sub(wall.0).try_into().unwrap_or(0));
        if passed.abs_diff(began.elapsed()) > STRAY {
            tracing::warn!("the clock was set; nothing is destroyed by age in this hour");
            continue;
        }
        let age = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp(clock::wall().0.saturating_sub(age));
        match ledger.drop_older_than(before).await {
            Ok(dropped) if dropped.results > 0 => {
                tracing::info!(results = dropped.results, "results past their days destroyed");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(code = %error.code(), %error, "retention"),
        }
    }
}
