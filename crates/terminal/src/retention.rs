//! Results do not pile up: what is older than the site's days is destroyed, with its day's key.

use crate::clock;
use ledger::LedgerHandle;
use model::Timestamp;
use std::time::Duration;

/// How often it is looked: a day's end is met within the hour.
const EVERY: Duration = Duration::from_secs(3600);

/// Drops what is older than `keep`, now and every hour, until it is aborted.
pub(crate) async fn keep(ledger: LedgerHandle, keep: Duration) {
    let mut hours = tokio::time::interval(EVERY);
    loop {
        hours.tick().await;
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
