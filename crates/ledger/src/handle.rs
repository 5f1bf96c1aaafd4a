//! What the rest of the terminal holds of the ledger: orders to its thread, and reads on a connection of their own.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::retention::{Dropped, Keep};
use crate::store::{Ledger, LedgerReader};
use crate::thread::{Commit, Order, Reply, WaitingCounts};
use model::{
    AuditEntry, AuditRow, AuditVerdict, Beside, CallerName, CommittedResult, ConsumerStatus, Counted, Counts,
    Day, ResultId, ResultRow, Timestamp, VisitResult,
};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Orders to the ledger's thread, and reads on a connection of their own.
#[derive(Debug, Clone)]
pub struct LedgerHandle {
    orders: mpsc::Sender<Order>,
    counts: WaitingCounts,
    reader: Arc<Mutex<LedgerReader>>,
    path: PathBuf,
    key: LedgerKey,
}

/// An order that is given when this is awaited, or waited for. Waits while the queue is full. Orders are carried out in
/// the order in which their futures are first polled: a deed noted before a commit is durable before it. An order that
/// was given is carried out, whether or not somebody still waits for its answer.
///
/// Its error is what is said there, or [`LedgerError::Stopped`] if the thread has ended.
#[must_use = "the order is not given before this is awaited or waited for"]
pub struct Asking<T> {
    orders: mpsc::Sender<Order>,
    order: Order,
    answer: oneshot::Receiver<Result<T, LedgerError>>,
}

impl<T> Asking<T> {
    /// Gives the order and blocks until it is carried out: for callers outside the runtime.
    ///
    /// # Errors
    /// Those of the order; [`LedgerError::Stopped`].
    pub fn wait(self) -> Result<T, LedgerError> {
        self.orders.blocking_send(self.order).map_err(|_| LedgerError::Stopped)?;
        self.answer.blocking_recv().unwrap_or(Err(LedgerError::Stopped))
    }
}

impl<T: Send + 'static> IntoFuture for Asking<T> {
    type Output = Result<T, LedgerError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.orders.send(self.order).await.map_err(|_| LedgerError::Stopped)?;
            self.answer.await.unwrap_or(Err(LedgerError::Stopped))
        })
    }
}

impl<T> std::fmt::Debug for Asking<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asking(…)")
    }
}

/// Orders.
impl LedgerHandle {
    pub(crate) fn new(
        ledger: &Ledger,
        orders: mpsc::Sender<Order>,
        counts: WaitingCounts,
    ) -> Result<Self, LedgerError> {
        let reader = Arc::new(Mutex::new(ledger.reader()?));
        Ok(Self { orders, counts, reader, path: ledger.path().to_owned(), key: ledger.key.clone() })
    }

    /// Commits a result; it is durable, and `on_commit` has heard of it, when this is answered. As [`Ledger::commit`].
    pub fn commit(&self, result: VisitResult, beside: Beside) -> Asking<Commit> {
        self.ask(|reply| Order::Commit(Box::new((result, beside)), reply))
    }

    /// As [`Ledger::note`].
    pub fn note(&self, entry: AuditEntry) -> Asking<u64> {
        self.notes(vec![entry])
    }

    /// As [`Ledger::notes`].
    pub fn notes(&self, entries: Vec<AuditEntry>) -> Asking<u64> {
        self.order(move |ledger| {
            ledger.notes(&entries).inspect_err(|error| {
                for AuditEntry { reader, deed, .. } in &entries {
                    tracing::error!(code = %error.code(), ?reader, ?deed, %error, "deed not noted");
                }
            })
        })
    }

    /// As [`Ledger::register`].
    pub fn register(&self, consumer: CallerName, at: Timestamp) -> Asking<ResultId> {
        self.order(move |ledger| ledger.register(&consumer, at))
    }

    /// As [`Ledger::forget_consumer`].
    pub fn forget_consumer(&self, consumer: CallerName) -> Asking<bool> {
        self.order(move |ledger| ledger.forget_consumer(&consumer))
    }

    /// As [`Ledger::acknowledge`].
    pub fn acknowledge(&self, consumer: CallerName, id: ResultId, at: Timestamp) -> Asking<()> {
        self.order(move |ledger| ledger.acknowledge(&consumer, id, at))
    }

    /// As [`Ledger::retain`], in steps between which commits have their turn.
    ///
    /// # Errors
    /// As there; [`LedgerError::Stopped`] if the thread has ended.
    pub async fn retain(&self, now: Timestamp, keep: Keep) -> Result<Dropped, LedgerError> {
        let mut dropped = Dropped::default();
        loop {
            let (step, more) = self.order(move |ledger| ledger.retain_step(now, keep)).await?;
            dropped.absorb(step);
            if !more {
                return Ok(dropped);
            }
        }
    }

    /// Counts what happened beside results. Never waits: it is written with the order that comes next, at the latest
    /// when the thread stops. A kill before that loses it.
    pub fn count(&self, what: Counted, at: Timestamp) {
        let counted = self.counts.lock().unwrap_or_else(PoisonError::into_inner).count(what, at);
        if let Err(error) = counted {
            tracing::warn!(code = %error.code(), %error, "not counted");
        }
        // A full queue has an order that brings it to the file.
        let _ = self.orders.try_send(Order::Count);
    }

    fn order<T: Send + 'static>(
        &self,
        order: impl FnOnce(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Asking<T> {
        self.ask(|reply| {
            Order::Other(Box::new(move |ledger| {
                // Nobody may be waiting any more.
                let _ = reply.send(order(ledger));
            }))
        })
    }

    fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> Asking<T> {
        let (reply, answer) = oneshot::channel();
        Asking { orders: self.orders.clone(), order: order(reply), answer }
    }
}

/// Reads. They block for the disk.
impl LedgerHandle {
    /// As [`Ledger::result`].
    ///
    /// # Errors
    /// As there.
    pub fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, LedgerError> {
        self.read(|reader| reader.result(id))
    }

    /// As [`Ledger::since`].
    ///
    /// # Errors
    /// As there.
    pub fn since(&self, after: ResultId, limit: usize) -> Result<Vec<ResultRow>, LedgerError> {
        self.read(|reader| reader.since(after, limit))
    }

    /// As [`Ledger::previous`].
    ///
    /// # Errors
    /// As there.
    pub fn previous(&self, id: ResultId) -> Result<Option<CommittedResult>, LedgerError> {
        self.read(|reader| reader.previous(id))
    }

    /// As [`Ledger::newest`].
    ///
    /// # Errors
    /// As there.
    pub fn newest(&self) -> Result<ResultId, LedgerError> {
        self.read(LedgerReader::newest)
    }

    /// As [`Ledger::oldest`].
    ///
    /// # Errors
    /// As there.
    pub fn oldest(&self) -> Result<ResultId, LedgerError> {
        self.read(LedgerReader::oldest)
    }

    /// As [`Ledger::consumers`].
    ///
    /// # Errors
    /// As there.
    pub fn consumers(&self) -> Result<Vec<ConsumerStatus>, LedgerError> {
        self.read(LedgerReader::consumers)
    }

    /// As [`Ledger::consumer`].
    ///
    /// # Errors
    /// As there.
    pub fn consumer(&self, name: &CallerName) -> Result<Option<ConsumerStatus>, LedgerError> {
        self.read(|reader| reader.consumer(name))
    }

    /// As [`Ledger::counts`]. What was counted and not yet written is not in it.
    ///
    /// # Errors
    /// As there.
    pub fn counts(&self, from: Day, to: Day) -> Result<Counts, LedgerError> {
        self.read(|reader| reader.counts(from, to))
    }

    /// As [`Ledger::audit_since`].
    ///
    /// # Errors
    /// As there.
    pub fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, LedgerError> {
        self.read(|reader| reader.audit_since(after, limit))
    }

    /// As [`Ledger::verify_audit`]; takes its time, and nobody else waits for it.
    ///
    /// # Errors
    /// As there.
    pub fn verify_audit(&self) -> Result<AuditVerdict, LedgerError> {
        LedgerReader::open(&self.path, &self.key)?.verify_audit()
    }

    fn read<T>(&self, ask: impl FnOnce(&LedgerReader) -> T) -> T {
        // A reader holds no state between queries that a panic could leave half-done.
        ask(&self.reader.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
