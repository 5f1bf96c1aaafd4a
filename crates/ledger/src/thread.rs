//! The ledger's own thread: commits wait for the disk there, not in the runtime.

use crate::error::LedgerError;
use crate::store::{Dropped, Ledger, LedgerReader};
use model::{AuditEntry, AuditRecord, CommittedResult, ResultId, Timestamp, VisitResult};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Orders that may wait. A terminal has at most a handful of readers, each with one result at a time.
const QUEUE: usize = 32;

/// A durable result, and what it cost.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The result, with its number.
    pub committed: Arc<CommittedResult>,
    /// From the order's turn until it was on the disk.
    pub took: Duration,
}

/// What is done with each durable result, on the ledger's thread: keep it short.
pub type OnCommit = Box<dyn FnMut(&Commit) + Send>;

type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

enum Order {
    Commit(Box<VisitResult>, Reply<Commit>),
    Note(Box<AuditEntry>, Reply<u64>),
    SetDelivered(String, ResultId, Reply<()>),
    DropOlderThan(Timestamp, Reply<Dropped>),
    Stop,
}

/// The thread that owns the writer.
#[derive(Debug)]
pub struct LedgerThread {
    orders: mpsc::Sender<Order>,
    thread: std::thread::JoinHandle<()>,
}

/// What the rest of the terminal holds: orders to the thread, and reads on a connection of their own.
#[derive(Debug, Clone)]
pub struct LedgerHandle {
    orders: mpsc::Sender<Order>,
    reader: Arc<Mutex<LedgerReader>>,
}

impl LedgerThread {
    /// Gives the ledger a thread. `on_commit` is called there after each durable commit, in the order of the
    /// ledger's numbers and before the caller of `commit` hears of it: what is told from it is told in order.
    ///
    /// # Errors
    /// If the reading connection or the thread cannot be made.
    pub fn start(ledger: Ledger, on_commit: OnCommit) -> Result<(Self, LedgerHandle), LedgerError> {
        let reader = Arc::new(Mutex::new(ledger.reader()?));
        let (orders, waiting) = mpsc::channel(QUEUE);
        let path = ledger.path().to_owned();
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || run(ledger, waiting, on_commit))
            .map_err(|cause| LedgerError::File { path, doing: "its thread cannot be started", cause })?;
        Ok((Self { orders: orders.clone(), thread }, LedgerHandle { orders, reader }))
    }

    /// Finishes the orders that wait, closes the file and ends the thread. Blocks meanwhile; from async code call
    /// it on a blocking thread.
    pub fn stop(self) {
        // Fails only if the thread has ended already.
        let _ = self.orders.blocking_send(Order::Stop);
        if self.thread.join().is_err() {
            tracing::error!("the ledger's thread ended with a panic");
        }
    }
}

impl LedgerHandle {
    /// Commits a result; it is durable when this returns. Waits while the queue is full.
    ///
    /// # Errors
    /// As [`Ledger::commit`]; [`LedgerError::Stopped`] if the thread has ended.
    pub async fn commit(&self, result: VisitResult) -> Result<Commit, LedgerError> {
        self.ask(|reply| Order::Commit(Box::new(result), reply)).await
    }

    /// [`Self::commit`] for callers outside the runtime.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_blocking(&self, result: VisitResult) -> Result<Commit, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.orders
            .blocking_send(Order::Commit(Box::new(result), reply))
            .map_err(|_| LedgerError::Stopped)?;
        answer.blocking_recv().unwrap_or(Err(LedgerError::Stopped))
    }

    /// As [`Ledger::note`]. Orders are carried out in the order in which their futures are first polled: a deed noted
    /// before a commit is durable before it.
    ///
    /// # Errors
    /// As there; [`LedgerError::Stopped`] if the thread has ended.
    pub async fn note(&self, entry: AuditEntry) -> Result<u64, LedgerError> {
        self.ask(|reply| Order::Note(Box::new(entry), reply)).await
    }

    /// As [`Ledger::set_delivered`].
    ///
    /// # Errors
    /// As there; [`LedgerError::Stopped`] if the thread has ended.
    pub async fn set_delivered(&self, consumer: &str, id: ResultId) -> Result<(), LedgerError> {
        let consumer = consumer.to_owned();
        self.ask(|reply| Order::SetDelivered(consumer, id, reply)).await
    }

    /// As [`Ledger::drop_older_than`].
    ///
    /// # Errors
    /// As there; [`LedgerError::Stopped`] if the thread has ended.
    pub async fn drop_older_than(&self, before: Timestamp) -> Result<Dropped, LedgerError> {
        self.ask(|reply| Order::DropOlderThan(before, reply)).await
    }

    /// As [`Ledger::result`]; blocks for the disk.
    ///
    /// # Errors
    /// As there.
    pub fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, LedgerError> {
        self.read(|reader| reader.result(id))
    }

    /// As [`Ledger::since`]; blocks for the disk.
    ///
    /// # Errors
    /// As there.
    pub fn since(&self, after: ResultId, limit: usize) -> Result<Vec<CommittedResult>, LedgerError> {
        self.read(|reader| reader.since(after, limit))
    }

    /// As [`Ledger::audit_since`]; blocks for the disk.
    ///
    /// # Errors
    /// As there.
    pub fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>, LedgerError> {
        self.read(|reader| reader.audit_since(after, limit))
    }

    /// As [`Ledger::newest`]; blocks for the disk.
    ///
    /// # Errors
    /// As there.
    pub fn newest(&self) -> Result<ResultId, LedgerError> {
        self.read(LedgerReader::newest)
    }

    /// As [`Ledger::oldest`]; blocks for the disk.
    ///
    /// # Errors
    /// As there.
    pub fn oldest(&self) -> Result<ResultId, LedgerError> {
        self.read(LedgerReader::oldest)
    }

    /// As [`Ledger::delivered`]; blocks for the disk.
    ///
    /// # Errors
    /// As there.
    pub fn delivered(&self, consumer: &str) -> Result<ResultId, LedgerError> {
        self.read(|reader| reader.delivered(consumer))
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| LedgerError::Stopped)?;
        answer.await.unwrap_or(Err(LedgerError::Stopped))
    }

    fn read<T>(&self, ask: impl FnOnce(&LedgerReader) -> T) -> T {
        // A reader holds no state between queries that a panic could leave half-done.
        ask(&self.reader.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn run(mut ledger: Ledger, mut orders: mpsc::Receiver<Order>, mut on_commit: OnCommit) {
    while let Some(order) = orders.blocking_recv() {
        // A caller that no longer waits has lost its interest, not its result.
        match order {
            Order::Commit(result, reply) => {
                let begun = Instant::now();
                let commit = ledger
                    .commit(&result)
                    .map(|committed| Commit { committed: Arc::new(committed), took: begun.elapsed() });
                match &commit {
                    Ok(commit) => on_commit(commit),
                    Err(error) => {
                        tracing::error!(code = %error.code(), visit = %result.visit, %error, "result not committed");
                    }
                }
                let _ = reply.send(commit);
            }
            Order::Note(entry, reply) => {
                let noted = ledger.note(&entry);
                if let Err(error) = &noted {
                    tracing::error!(code = %error.code(), reader = %entry.reader, deed = ?entry.deed, %error, "deed not noted");
                }
                let _ = reply.send(noted);
            }
            Order::SetDelivered(consumer, id, reply) => {
                let _ = reply.send(ledger.set_delivered(&consumer, id));
            }
            Order::DropOlderThan(before, reply) => {
                let _ = reply.send(ledger.drop_older_than(before));
            }
            Order::Stop => break,
        }
    }
}
