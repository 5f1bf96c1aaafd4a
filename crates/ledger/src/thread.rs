//! The ledger's own thread: commits wait for the disk there, not in the runtime.

use crate::counts::Tally;
use crate::error::LedgerError;
use crate::handle::LedgerHandle;
use crate::store::Ledger;
use model::{Beside, CommittedResult, VisitResult};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Orders that may wait. A terminal has at most a handful of readers, each with one result at a time, and some clients.
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

/// Where the answer to an order goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// What the thread is told to do.
pub(crate) enum Order {
    /// Commit, and tell.
    Commit(Box<(VisitResult, Beside)>, Reply<Commit>),
    /// Anything else with an answer, which the order itself gives.
    Other(Box<dyn FnOnce(&mut Ledger) + Send>),
    /// There is something to count.
    Count,
    /// Do what waits, then end.
    Stop,
}

/// What waits to be counted: whoever counts does not wait for the disk. There are as many different numbers in it as
/// there are codes.
pub(crate) type WaitingCounts = Arc<Mutex<Tally>>;

/// The thread that owns the writer.
#[derive(Debug)]
pub struct LedgerThread {
    orders: mpsc::Sender<Order>,
    thread: std::thread::JoinHandle<()>,
}

impl LedgerThread {
    /// Gives the ledger a thread. `on_commit` is called there after each durable commit, in the order of the
    /// ledger's numbers and before the caller of `commit` hears of it: what is told from it is told in order.
    ///
    /// # Errors
    /// If the reading connection or the thread cannot be made.
    pub fn start(ledger: Ledger, on_commit: OnCommit) -> Result<(Self, LedgerHandle), LedgerError> {
        let (orders, waiting) = mpsc::channel(QUEUE);
        let counts = WaitingCounts::default();
        let handle = LedgerHandle::new(&ledger, orders.clone(), Arc::clone(&counts))?;
        let path = ledger.path().to_owned();
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || run(ledger, waiting, &counts, on_commit))
            .map_err(|cause| LedgerError::File { path, doing: "its thread cannot be started", cause })?;
        Ok((Self { orders, thread }, handle))
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

fn run(
    mut ledger: Ledger,
    mut orders: mpsc::Receiver<Order>,
    counts: &WaitingCounts,
    mut on_commit: OnCommit,
) {
    while let Some(order) = orders.blocking_recv() {
        let stop = matches!(order, Order::Stop);
        match order {
            Order::Commit(what, reply) => {
                let commit = commit(&mut ledger, &what.0, &what.1);
                if let Ok(commit) = &commit {
                    on_commit(commit);
                }
                // A caller that no longer waits has lost its interest, not its result.
                let _ = reply.send(commit);
            }
            Order::Other(order) => order(&mut ledger),
            Order::Count | Order::Stop => {}
        }
        write_counts(&mut ledger, counts);
        if stop {
            break;
        }
    }
    // Readers may still be open, so that SQLite does not fold its log at the close by itself: what is in the log alone is
    // easier to lose than what is in the file.
    ledger.fold();
}

fn commit(ledger: &mut Ledger, result: &VisitResult, beside: &Beside) -> Result<Commit, LedgerError> {
    let begun = Instant::now();
    let committed = ledger.commit(result, beside).inspect_err(|error| {
        tracing::error!(code = %error.code(), visit = %result.visit, %error, "result not committed");
    })?;
    Ok(Commit { committed: Arc::new(committed), took: begun.elapsed() })
}

/// After each order, so that what found the queue full is counted too. What cannot be written waits for the next order.
fn write_counts(ledger: &mut Ledger, counts: &WaitingCounts) {
    // A tally is changed by additions only, each of them whole.
    let lock = || counts.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = std::mem::take(&mut *lock());
    if waiting.is_empty() {
        return;
    }
    if let Err(error) = ledger.count_all(&waiting) {
        tracing::warn!(code = %error.code(), %error, "not counted yet");
        lock().absorb(waiting);
    }
}
