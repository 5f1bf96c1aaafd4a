//! Results do not pile up: what every consumer has, and what is older than the site's days, is destroyed, with its day's
//! key. What nobody took from the folders goes too.

use crate::clock;
use crate::telling::Wake;
use desk::{DeskEvent, Hub};
use folders::ExchangeHandle;
use ledger::{Dropped, Keep, LedgerHandle};
use model::Timestamp;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// How often it is looked: a day's end is met within the hour.
const EVERY: Duration = Duration::from_secs(3600);

/// A wall clock that strays from the monotonic one by more than this in an hour was set, or the machine slept.
const STRAY: Duration = Duration::from_secs(60);

/// Whoever holds what goes.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) ledger: LedgerHandle,
    pub(crate) hub: Hub,
    pub(crate) face_folder: Option<SyncSender<Wake>>,
    pub(crate) exchange: Option<ExchangeHandle>,
}

/// Destroys every hour until it is aborted. Never right after the start, and never in the first hour in which the wall
/// clock was set: a clock that jumps ahead must not destroy what is young. A machine that sleeps in every hour is no reason
/// to keep everything.
pub(crate) async fn keep(held: Held, keep: Keep) {
    let mut strayed = false;
    loop {
        let (began, wall) = (Instant::now(), clock::wall());
        tokio::time::sleep(EVERY).await;
        let passed = Duration::from_millis(clock::wall().0.saturating_sub(wall.0).try_into().unwrap_or(0));
        let stray = passed.abs_diff(began.elapsed()) > STRAY;
        if stray && !std::mem::replace(&mut strayed, stray) {
            tracing::warn!("the clock was set; nothing is destroyed by age in this hour");
            continue;
        }
        strayed = stray;
        held.round(clock::wall(), keep).await;
    }
}

impl Held {
    /// One look at everything.
    pub(crate) async fn round(&self, now: Timestamp, keep: Keep) {
        match self.ledger.retain(now, keep).await {
            Ok(dropped) => self.tell(dropped),
            Err(error) => tracing::error!(code = %error.code(), %error, "retention"),
        }
        let before =
            Timestamp(now.0.saturating_sub(i64::try_from(keep.most.as_millis()).unwrap_or(i64::MAX)));
        if let Some(wake) = &self.face_folder {
            // A full queue is a folder that is away: what lies there is looked at in the next hour.
            let _ = wake.try_send(Wake::Forget(before));
        }
        if let Some(exchange) = self.exchange.clone() {
            let forgotten = tokio::task::spawn_blocking(move || exchange.forget(before)).await;
            match forgotten {
                Ok(Ok(0)) | Err(_) => {}
                Ok(Ok(removed)) => tracing::info!(removed, "answers that nobody took removed"),
                Ok(Err(error)) => tracing::error!(code = %error.code(), %error, "folder"),
            }
        }
    }

    fn tell(&self, dropped: Dropped) {
        if dropped.results > 0 {
            tracing::info!(results = dropped.results, "results past their days destroyed");
        }
        if dropped.lingering {
            tracing::warn!("a read under way kept the ledger's log; it is folded back with the next round");
        }
        for untold in dropped.untold {
            tracing::warn!(consumer = %untold.consumer, from = %untold.from, to = %untold.to, count = untold.count, "destroyed before it was acknowledged");
            self.hub.publish(DeskEvent::Untold {
                consumer: untold.consumer,
                from: untold.from,
                to: untold.to,
                count: untold.count,
            });
        }
    }
}
