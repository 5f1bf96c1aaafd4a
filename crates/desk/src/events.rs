//! One consumer's event stream: what it missed from the ledger, then what happens, without gap or double.

use crate::caller::Caller;
use crate::clock;
use crate::hub::{self, Frame, Hub};
use crate::port::DeskPort;
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use failure::codes;
use futures_util::Stream;
use model::{AuditBy, AuditDeed, AuditEntry, ResultId, ResultRow};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// Rows read from the ledger at a time.
const PAGE: usize = 64;

/// The stream of one consumer.
pub(crate) struct Consumer {
    /// As the audit names it.
    by: AuditBy,
    port: Arc<dyn DeskPort>,
    live: Receiver<Frame>,
    ending: CancellationToken,
    /// Whether the caller is still let in: its token may be revoked meanwhile.
    admitted: Admitted,
    heartbeat: Interval,
    /// Ready to be sent.
    pending: VecDeque<Bytes>,
    /// The last result sent.
    last: ResultId,
    /// Results up to here are in the ledger and were not all sent.
    missed_to: ResultId,
    /// After what is pending, the stream ends.
    over: bool,
}

/// Says whether a caller is still let in.
pub(crate) type Admitted = Box<dyn Fn() -> bool + Send + Sync>;

impl Consumer {
    /// Begins a stream after result `after`, or with what happens from now on.
    ///
    /// # Errors
    /// `API_GONE` if the ledger does not hold everything after `after`; the ledger's, if it cannot note who listens.
    pub(crate) async fn begin(
        (caller, admitted): (&Caller, Admitted),
        port: Arc<dyn DeskPort>,
        hub: &Hub,
        after: Option<ResultId>,
        heartbeat: Duration,
        ending: CancellationToken,
    ) -> Result<Self, Problem> {
        // Listen first: what is told while the ledger is read is then seen twice, never missed.
        let (live, told) = hub.listen();
        let (last, missed_to) = match after {
            Some(after) => (after, resumable(&port, after).await?),
            None => (told, told),
        };
        // Durable before anything is seen: one entry for the whole stream, so that no result waits for the audit.
        let by = caller.in_audit();
        let began = seen_by(by.clone(), AuditDeed::ListeningBegan { after: last });
        blocking(&port, move |port| port.note(began)).await?;
        let mut pending = VecDeque::from([Bytes::from_static(b"retry: 1000\n\n")]);
        pending.extend(port.readers().iter().map(|status| hub::station_frame(status).bytes));
        pending.push_back(hub::centre_frame(port.centre()).bytes);
        pending.extend(port.folders().iter().map(|status| hub::folder_frame(*status).bytes));
        let mut heartbeat = interval_at(Instant::now() + heartbeat, heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { by, port, live, ending, admitted, heartbeat, pending, last, missed_to, over: false })
    }

    /// The stream as a response body.
    pub(crate) fn into_body(self) -> Body {
        Body::from_stream(self.into_stream())
    }

    fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        futures_util::stream::unfold(self, |mut consumer| async move {
            consumer.next().await.map(|bytes| (Ok(bytes), consumer))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.ending.is_cancelled() || !(self.admitted)() {
                return None;
            }
            if let Some(bytes) = self.pending.pop_front() {
                return Some(bytes);
            }
            if self.over {
                return None;
            }
            if self.last < self.missed_to {
                self.catch_up().await;
                continue;
            }
            tokio::select! {
                biased;
                () = self.ending.cancelled() => return None,
                told = self.live.recv() => match told {
                    Ok(_) if !(self.admitted)() => return None,
                    Ok(frame) => if let Some(bytes) = self.admit(frame) { return Some(bytes) },
                    Err(RecvError::Lagged(_)) => {
                        self.cut(Problem::new(StatusCode::SERVICE_UNAVAILABLE, codes::API_CONSUMER_SLOW));
                    }
                    Err(RecvError::Closed) => return None,
                },
                _ = self.heartbeat.tick() => return Some(Bytes::from_static(b": alive\n\n")),
            }
        }
    }

    /// The next result goes through at once; one that skips others shows that those are told later, but they
    /// are in the ledger already, because ids are given in the order of commits.
    fn admit(&mut self, frame: Frame) -> Option<Bytes> {
        let Some(id) = frame.id else { return Some(frame.bytes) };
        if id.0 > self.last.0.saturating_add(1) {
            self.missed_to = id;
            None
        } else if id > self.last {
            self.last = id;
            Some(frame.bytes)
        } else {
            None
        }
    }

    async fn catch_up(&mut self) {
        let after = self.last;
        let read = blocking(&self.port, move |port| {
            // In this order: a deletion before the page is then seen in `oldest`.
            let page = port.results_since(after, PAGE)?;
            Ok((page, port.oldest()?))
        });
        match read.await {
            Ok((page, oldest)) => self.take_page(&page, oldest),
            Err(problem) => self.cut(problem),
        }
    }

    fn take_page(&mut self, page: &[ResultRow], oldest: ResultId) {
        for row in page {
            let id = row.id();
            if deleted_between(self.last, id, oldest) {
                return self.cut(Problem::gone(oldest));
            }
            self.pending.push_back(hub::row_frame(row).bytes);
            self.last = id;
        }
        if page.len() < PAGE && self.last < self.missed_to {
            if deleted_between(self.last, self.missed_to, oldest) {
                return self.cut(Problem::gone(oldest));
            }
            self.last = self.missed_to;
        }
    }

    fn cut(&mut self, problem: Problem) {
        self.pending.push_back(hub::frame("problem", None, &problem.json()));
        self.over = true;
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let by = std::mem::replace(&mut self.by, AuditBy::Terminal);
        // Not waited for: without this entry the stream counts as open to the end, which errs on the safe side.
        self.port.note_later(seen_by(by, AuditDeed::ListeningEnded { up_to: self.last }));
    }
}

/// An entry of the audit about results.
pub(crate) fn seen_by(by: AuditBy, deed: AuditDeed) -> AuditEntry {
    AuditEntry { at: clock::now(), reader: None, visit: None, by, deed }
}

fn deleted_between(last: ResultId, next: ResultId, oldest: ResultId) -> bool {
    next.0 > last.0.saturating_add(1) && oldest.0 > last.0.saturating_add(1)
}

/// Whether everything after `after` is still there; returns up to where.
pub(crate) async fn resumable(port: &Arc<dyn DeskPort>, after: ResultId) -> Result<ResultId, Problem> {
    let (oldest, newest) = blocking(port, |port| Ok((port.oldest()?, port.newest()?))).await?;
    // An id that this ledger never gave comes from another ledger: its consumer would wait for ever.
    if after.0.saturating_add(1) < oldest.0 || after > newest {
        return Err(Problem::gone(oldest));
    }
    Ok(newest)
}

/// Asks the terminal on a thread that may wait for the disk.
pub(crate) async fn blocking<T: Send + 'static>(
    port: &Arc<dyn DeskPort>,
    ask: impl FnOnce(&dyn DeskPort) -> Result<T, crate::port::DeskFault> + Send + 'static,
) -> Result<T, Problem> {
    let port = Arc::clone(port);
    match tokio::task::spawn_blocking(move || ask(&*port)).await {
        Ok(answer) => answer.map_err(Problem::from),
        Err(_) => Err(Problem::internal()),
    }
}
