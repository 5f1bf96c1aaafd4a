//! One PC/SC slot: a thread that owns the connection, so that a card which never answers delays nobody else
//! (card.md sections 8.4 and 8.5). APDUs are never logged.

use card::{CardChannel, ChannelError};
use failure::codes;
use model::FailureCode;
use pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};
use std::ffi::CString;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Jobs that may wait behind the running one: only such whose caller went away meanwhile.
const QUEUE: usize = 4;
/// How long giving the card back may take.
const RELEASE_LIMIT: Duration = Duration::from_secs(2);

/// Why a job could not be done on a slot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("slot {slot:?}: {fault}")]
pub struct SlotError {
    /// The slot's PC/SC name.
    pub slot: String,
    /// What is wrong with it.
    pub fault: SlotFault,
}

impl SlotError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        match self.fault {
            SlotFault::Absent => codes::SLOT_ABSENT,
            SlotFault::Busy => codes::SLOT_BUSY,
            SlotFault::Stopped => codes::PCSC_STOPPED,
            SlotFault::Silent => codes::CARD_SILENT,
            SlotFault::CardLost => codes::CARD_REMOVED_EARLY,
            SlotFault::Unresponsive => codes::CARD_UNRESPONSIVE,
            SlotFault::CardOther => codes::CARD_OTHER,
            SlotFault::Other(_) => codes::CARD_UNREADABLE,
            SlotFault::Worker => codes::INTERNAL,
        }
    }
}

/// What is wrong with a slot or its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotFault {
    /// The service knows no slot of this name.
    #[error("no such slot")]
    Absent,
    /// Another program holds the card.
    #[error("another program holds the card")]
    Busy,
    /// The PC/SC service does not run.
    #[error("the PC/SC service does not run")]
    Stopped,
    /// The card did not answer within the job's limit, or still has not answered an earlier one.
    #[error("the card does not answer")]
    Silent,
    /// No card, or not the one the session began with.
    #[error("the card is gone")]
    CardLost,
    /// Something lies there and takes no power: two cards on top of each other, or a broken chip.
    #[error("what lies there does not take power")]
    Unresponsive,
    /// Something that does not speak T=1.
    #[error("not a card that can be spoken to")]
    CardOther,
    /// The service's own words.
    #[error("{0}")]
    Other(Error),
    /// The worker's thread could not be started or ended by a defect.
    #[error("the slot's worker stopped")]
    Worker,
}

impl From<Error> for SlotFault {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => Self::Absent,
            Error::SharingViolation => Self::Busy,
            error if service_gone(error) => Self::Stopped,
            Error::NoSmartcard | Error::RemovedCard | Error::ResetCard | Error::NotTransacted => {
                Self::CardLost
            }
            Error::UnresponsiveCard | Error::UnpoweredCard => Self::Unresponsive,
            Error::ProtoMismatch | Error::UnsupportedCard | Error::InvalidAtr => Self::CardOther,
            other => Self::Other(other),
        }
    }
}

/// What calls return once the service went away; the context is dead then (card.md section 8.5).
const fn service_gone(error: Error) -> bool {
    matches!(
        error,
        Error::NoService | Error::ServiceStopped | Error::CommError | Error::InvalidHandle | Error::Shutdown
    )
}

type Job = Box<dyn FnOnce(&mut SlotCard) + Send>;

/// A slot's worker. Its thread starts with the first job.
#[derive(Debug)]
pub struct SlotWorker {
    slot: String,
    thread: Mutex<Thread>,
}

/// The worker's thread as its owner sees it.
#[derive(Debug)]
enum Thread {
    None,
    Running {
        jobs: SyncSender<Job>,
        alive: Weak<()>,
    },
    /// Given up, perhaps still stuck; there is never a second one beside it.
    GivenUp {
        alive: Weak<()>,
    },
}

impl SlotWorker {
    /// A worker for the slot of this PC/SC name.
    #[must_use]
    pub fn start(slot: impl Into<String>) -> Self {
        Self { slot: slot.into(), thread: Mutex::new(Thread::None) }
    }

    /// The slot's PC/SC name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.slot
    }

    /// Does a job with the card. The first job connects, exclusively; the card stays connected for further jobs
    /// until [`Self::release`]. A card that was lost stays lost until then: a session never goes on with another.
    ///
    /// If the returned future is dropped, the job's next command fails and no more are sent.
    ///
    /// # Errors
    /// [`SlotFault::Silent`] if it takes longer than `limit`: the worker is given up and nothing can be done on
    /// this slot until its thread came back. Otherwise what connecting said.
    pub async fn run<R, J>(&self, limit: Duration, job: J) -> Result<R, SlotError>
    where
        R: Send + 'static,
        J: FnOnce(&mut SlotCard) -> R + Send + 'static,
    {
        self.submit(limit, move |card| card.open().map(|()| job(card))).await
    }

    /// Ends the session: takes back every VERIFY, powers the card down, disconnects.
    ///
    /// # Errors
    /// If the card does not let go within two seconds.
    pub async fn release(&self) -> Result<(), SlotError> {
        if matches!(*self.lock(), Thread::None) {
            return Ok(());
        }
        self.submit(RELEASE_LIMIT, |card| {
            card.close();
            Ok(())
        })
        .await
    }

    async fn submit<R, J>(&self, limit: Duration, job: J) -> Result<R, SlotError>
    where
        R: Send + 'static,
        J: FnOnce(&mut SlotCard) -> Result<R, SlotFault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let wanted = Wanted::default();
        let still_wanted = Arc::clone(&wanted.0);
        let job: Job = Box::new(move |card| {
            if reply.is_closed() {
                return;
            }
            card.wanted = still_wanted;
            // The caller may have gone; nobody else wants the outcome.
            let _ = reply.send(job(card));
        });
        self.send(job).map_err(|fault| self.error(fault))?;
        let done = tokio::time::timeout(limit, answer).await;
        let outcome = match done {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(SlotFault::Worker),
            Err(_) => {
                self.give_up();
                Err(SlotFault::Silent)
            }
        };
        drop(wanted);
        outcome.map_err(|fault| self.error(fault))
    }

    fn send(&self, job: Job) -> Result<(), SlotFault> {
        let mut thread = self.lock();
        if let Thread::Running { jobs, .. } = &*thread {
            return match jobs.try_send(job) {
                Ok(()) => Ok(()),
                Err(TrySendError::Full(_)) => Err(SlotFault::Silent),
                // It ended by a panic in a job.
                Err(TrySendError::Disconnected(job)) => {
                    *thread = spawn(&self.slot, job)?;
                    Ok(())
                }
            };
        }
        if let Thread::GivenUp { alive } = &*thread
            && alive.strong_count() > 0
        {
            return Err(SlotFault::Silent);
        }
        *thread = spawn(&self.slot, job)?;
        Ok(())
    }

    fn give_up(&self) {
        let mut thread = self.lock();
        if let Thread::Running { alive, .. } = &*thread {
            tracing::warn!(slot = %self.slot, code = %codes::CARD_SILENT, "worker given up");
            *thread = Thread::GivenUp { alive: Weak::clone(alive) };
        }
    }

    fn error(&self, fault: SlotFault) -> SlotError {
        SlotError { slot: self.slot.clone(), fault }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Thread> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says to the worker, when dropped, that nobody waits for the job any more.
struct Wanted(Arc<AtomicBool>);

impl Default for Wanted {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Starts a thread whose first job is this one.
fn spawn(slot: &str, first: Job) -> Result<Thread, SlotFault> {
    let (jobs, waiting) = sync_channel(QUEUE);
    let token = Arc::new(());
    let alive = Arc::downgrade(&token);
    let mut card = SlotCard::new(slot);
    std::thread::Builder::new()
        .name(format!("slot {slot}"))
        .spawn(move || {
            // Dropped last: while it lives, the thread may still be talking to the card.
            let _token = token;
            work(&mut card, first, &waiting);
            drop(card);
        })
        .map_err(|_| SlotFault::Worker)?;
    Ok(Thread::Running { jobs, alive })
}

fn work(card: &mut SlotCard, first: Job, waiting: &Receiver<Job>) {
    first(card);
    while let Ok(job) = waiting.recv() {
        job(card);
    }
}

/// The card of one session, on the worker's thread.
pub struct SlotCard {
    slot: Option<CString>,
    context: Option<Context>,
    connection: Connection,
    wanted: Arc<AtomicBool>,
}

enum Connection {
    /// Before a session.
    None,
    Open {
        card: Card,
        /// The service's counter of insertions and removals when the session began.
        count: u32,
    },
    /// The session's card is gone; only [`SlotCard::close`] leads out.
    Lost(ChannelError),
}

impl SlotCard {
    fn new(slot: &str) -> Self {
        Self {
            slot: CString::new(slot).ok(),
            context: None,
            connection: Connection::None,
            wanted: Arc::new(AtomicBool::new(true)),
        }
    }

    /// The service's counter of insertions and removals for this session's card: equals the `count` of the
    /// watcher's [`crate::pcsc::SlotState::Present`] as long as it is the same card.
    #[must_use]
    pub const fn count(&self) -> Option<u32> {
        match self.connection {
            Connection::Open { count, .. } => Some(count),
            Connection::None | Connection::Lost(_) => None,
        }
    }

    /// Powers the card down and up: nothing is selected or verified any more.
    ///
    /// # Errors
    /// [`ChannelError::Lost`] if the card is gone or another lies there.
    pub fn power_fresh(&mut self) -> Result<(), ChannelError> {
        self.require_wanted()?;
        let before = match &mut self.connection {
            Connection::Open { card, count } => {
                let count = *count;
                card.reconnect(ShareMode::Exclusive, Protocols::T1, Disposition::UnpowerCard).map(|()| count)
            }
            Connection::None => return Err(ChannelError::Lost),
            Connection::Lost(cause) => return Err(*cause),
        };
        // Reconnecting succeeds with another card too (card.md section 8.5).
        match before.and_then(|before| Ok((before, self.count_now()?))) {
            Ok((before, now)) if before == now => Ok(()),
            Ok(_) => Err(self.lose(Error::RemovedCard)),
            Err(error) => Err(self.lose(error)),
        }
    }

    /// Connects, if the session has not begun.
    fn open(&mut self) -> Result<(), SlotFault> {
        match self.connection {
            Connection::Open { .. } => return Ok(()),
            Connection::Lost(ChannelError::Stopped) => return Err(SlotFault::Stopped),
            Connection::Lost(_) => return Err(SlotFault::CardLost),
            Connection::None => {}
        }
        self.connect().map_err(|error| {
            if service_gone(error) {
                self.context = None;
            }
            SlotFault::from(error)
        })
    }

    fn connect(&mut self) -> Result<(), Error> {
        let Some(slot) = self.slot.clone() else { return Err(Error::UnknownReader) };
        if self.context.as_ref().is_none_or(|context| context.list_readers_len().is_err()) {
            self.context = Some(Context::establish(Scope::System)?);
        }
        let Some(context) = &self.context else { return Err(Error::NoService) };
        let card = context.connect(&slot, ShareMode::Exclusive, Protocols::T1)?;
        let count = self.count_now()?;
        self.connection = Connection::Open { card, count };
        Ok(())
    }

    /// The service's counter of insertions and removals.
    fn count_now(&self) -> Result<u32, Error> {
        let (Some(context), Some(slot)) = (&self.context, &self.slot) else { return Err(Error::NoService) };
        let mut states = [ReaderState::new(slot.clone(), State::UNAWARE)];
        context.get_status_change(Duration::ZERO, &mut states)?;
        let [state] = states;
        Ok(state.event_count())
    }

    fn lose(&mut self, error: Error) -> ChannelError {
        let cause = match SlotFault::from(error) {
            SlotFault::CardLost
            | SlotFault::CardOther
            | SlotFault::Unresponsive
            | SlotFault::Absent
            | SlotFault::Busy => ChannelError::Lost,
            SlotFault::Stopped => ChannelError::Stopped,
            _ => ChannelError::Other("the PC/SC service refused a command"),
        };
        if service_gone(error) {
            self.context = None;
        }
        // A forgotten handle would keep the slot busy. A card that is gone is left as it is: a reset that fails makes
        // the service believe the slot empty, also when the next card lies there already (measured, pcscd 1.9.9).
        // One that still lies there is powered down: its PIN may have been checked.
        let gone = matches!(error, Error::RemovedCard | Error::NoSmartcard | Error::NotTransacted);
        let end = if gone { Disposition::LeaveCard } else { Disposition::UnpowerCard };
        if let Connection::Open { card, .. } =
            std::mem::replace(&mut self.connection, Connection::Lost(cause))
        {
            drop(card.disconnect(end));
        }
        cause
    }

    fn close(&mut self) {
        // Letting go is always wanted, also after a job that nobody waits for any more.
        self.wanted = Arc::new(AtomicBool::new(true));
        if matches!(self.connection, Connection::Open { .. }) {
            // The power goes off in any case.
            let _ = card::end_session(self);
        }
        if let Connection::Open { card, .. } = std::mem::replace(&mut self.connection, Connection::None)
            && let Err((card, _)) = card.disconnect(Disposition::UnpowerCard)
        {
            drop(card);
        }
    }

    /// Whoever gave the job up must not be surprised by a command sent late, least of all a VERIFY.
    fn require_wanted(&self) -> Result<(), ChannelError> {
        if self.wanted.load(Ordering::Acquire) { Ok(()) } else { Err(ChannelError::Stuck) }
    }
}

impl CardChannel for SlotCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.require_wanted()?;
        let mut buffer = Zeroizing::new([0; pcsc::MAX_BUFFER_SIZE]);
        let answer = match &self.connection {
            Connection::Open { card, .. } => card.transmit(command, &mut *buffer),
            Connection::None => return Err(ChannelError::Lost),
            Connection::Lost(cause) => return Err(*cause),
        };
        match answer {
            // Success with nothing: the card was pulled during the command (card.md section 8.4).
            Ok(answer) if answer.len() < 2 => Err(self.lose(Error::RemovedCard)),
            Ok(answer) => Ok(answer.to_vec()),
            Err(error) => Err(self.lose(error)),
        }
    }
}

impl fmt::Debug for SlotCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.connection {
            Connection::None => "none",
            Connection::Open { .. } => "open",
            Connection::Lost(_) => "lost",
        };
        write!(f, "SlotCard({:?}, {state})", self.slot)
    }
}

impl Drop for SlotCard {
    fn drop(&mut self) {
        self.close();
    }
}
