//! Watches the PC/SC slots: one thread, blocked in the service until something changes (card.md section 8.5).

use pcsc::{Context, Error, ReaderState, Scope, State};
use std::ffi::{CStr, CString};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// First and longest wait for a service that is away; doubling in between.
const AWAY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// A backstop, not a poll: the list of readers is asked again, in case a reader came between two questions.
const BACKSTOP: Duration = Duration::from_secs(60);
/// How often a stop is said again: a cancel is lost on a thread that is not blocked at that moment.
const CANCEL_AGAIN: Duration = Duration::from_millis(20);

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotState {
    /// The service knows no slot of this name.
    Absent,
    /// No card.
    Empty,
    /// A card.
    Present {
        /// The service's counter of insertions and removals (16 bits); two cards never share one.
        count: u32,
    },
    /// The service does not run, or was not reached yet.
    ServiceStopped,
}

/// A slot as last seen. The counters tell of what a reader of the watch channel may have missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotStatus {
    /// What it holds.
    pub state: SlotState,
    /// Cards placed since the watcher began.
    pub insertions: u64,
    /// Cards taken since then; a slot or service that goes away counts as taking its card.
    pub removals: u64,
}

impl SlotStatus {
    const UNSEEN: Self = Self { state: SlotState::ServiceStopped, insertions: 0, removals: 0 };

    /// The slot cannot be seen any more.
    fn lose(&mut self, state: SlotState) {
        if matches!(self.state, SlotState::Present { .. }) {
            self.removals = self.removals.saturating_add(1);
        }
        self.state = state;
    }

    /// The service says so; `before` is what it counted when last asked.
    fn observe(&mut self, present: bool, count: u32, before: Option<u32>) {
        let had = matches!(self.state, SlotState::Present { .. });
        let changes = before.map_or(0, |before| u64::from(count.wrapping_sub(before) & 0xFFFF));
        let (half, rest) = (changes / 2, changes % 2);
        let (taken, placed) = match (had, present) {
            // An odd number would not fit; then rather one swap too many.
            (true, true) | (false, false) => (half.saturating_add(rest), half.saturating_add(rest)),
            (true, false) => (half.saturating_add(rest).max(1), half),
            (false, true) => (half, half.saturating_add(rest).max(1)),
        };
        self.removals = self.removals.saturating_add(taken);
        self.insertions = self.insertions.saturating_add(placed);
        self.state = if present { SlotState::Present { count } } else { SlotState::Empty };
    }
}

/// The names of every slot that the service knows. Blocks as long as the service does.
///
/// # Errors
/// If the service does not run.
pub fn list() -> Result<Vec<String>, Error> {
    match Context::establish(Scope::System)?.list_readers_owned() {
        Ok(names) => Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect()),
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The watching thread.
#[derive(Debug)]
pub struct Watcher {
    slots: Vec<(String, watch::Receiver<SlotStatus>)>,
    context: SharedContext,
    stop: Option<Sender<()>>,
    done: Receiver<()>,
}

type SharedContext = Arc<Mutex<Option<ContextHandle>>>;

/// A context that can be cancelled from another thread.
#[derive(Clone)]
struct ContextHandle(Context);

impl std::fmt::Debug for ContextHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Context")
    }
}

impl Watcher {
    /// Starts watching the slots of these PC/SC names. Names with a zero byte name no slot and stay absent.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(names: &[String]) -> std::io::Result<Self> {
        let context = SharedContext::default();
        let (stop, stopped) = channel();
        let (alive, done) = channel();
        let mut slots = Vec::new();
        let mut watched = Vec::new();
        for name in names {
            let (status, seen) = watch::channel(SlotStatus::UNSEEN);
            slots.push((name.clone(), seen));
            watched.push(Watched { name: CString::new(name.as_str()).ok(), status, count: None });
        }
        let mut thread = Thread { slots: watched, context: Arc::clone(&context), stopped };
        std::thread::Builder::new().name("pcsc-watch".into()).spawn(move || {
            // Dropped when the thread ends, however it ends.
            let _alive: Sender<()> = alive;
            thread.run();
        })?;
        Ok(Self { slots, context, stop: Some(stop), done })
    }

    /// The slot of that name, if it is watched.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<watch::Receiver<SlotStatus>> {
        self.slots.iter().find(|(slot, _)| slot == name).map(|(_, status)| status.clone())
    }

    /// Ends the thread and waits for it, at most `within`. Blocks; true if it ended.
    #[must_use]
    pub fn stop(mut self, within: Duration) -> bool {
        self.stop = None;
        let rounds = within.as_millis().checked_div(CANCEL_AGAIN.as_millis()).unwrap_or(0).max(1);
        for _ in 0..rounds {
            self.cancel();
            if self.done.recv_timeout(CANCEL_AGAIN) == Err(RecvTimeoutError::Disconnected) {
                return true;
            }
        }
        false
    }

    fn cancel(&self) {
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(ContextHandle(context)) = context {
            // Nothing to do about a failure: the service is gone, and so is the wait for it.
            let _ = context.cancel();
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop = None;
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(ContextHandle(context)) = context {
            // On a thread of its own: a service that hangs would hold whoever drops us. If there is no thread to be had,
            // the watcher ends with its backstop.
            let cancel = std::thread::Builder::new().name("pcsc-cancel".into());
            let _ = cancel.spawn(move || context.cancel());
        }
    }
}

struct Watched {
    /// None: a name that PC/SC cannot have.
    name: Option<CString>,
    status: watch::Sender<SlotStatus>,
    /// The service's counter when last asked.
    count: Option<u32>,
}

impl Watched {
    fn lose(&mut self, state: SlotState) {
        self.count = None;
        self.update(|status| status.lose(state));
    }

    fn observe(&mut self, state: &ReaderState) {
        let flags = state.event_state();
        if flags.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
            return self.lose(SlotState::Absent);
        }
        let (count, before) = (state.event_count(), self.count.replace(state.event_count()));
        self.update(|status| status.observe(flags.contains(State::PRESENT), count, before));
    }

    fn update(&self, change: impl FnOnce(&mut SlotStatus)) {
        self.status.send_if_modified(|status| {
            let before = *status;
            change(status);
            *status != before
        });
    }
}

/// Why watching one context ended.
enum End {
    /// Asked to.
    Stopped,
    /// The service went away; `seen` if it had answered at all.
    Away { seen: bool },
}

struct Thread {
    slots: Vec<Watched>,
    context: SharedContext,
    stopped: Receiver<()>,
}

impl Thread {
    fn run(&mut self) {
        let mut wait = AWAY.0;
        loop {
            if let Ok(context) = Context::establish(Scope::System) {
                self.share(Some(ContextHandle(context.clone())));
                let end = self.watch(&context);
                self.share(None);
                match end {
                    End::Stopped => return,
                    End::Away { seen: true } => wait = AWAY.0,
                    End::Away { seen: false } => {}
                }
            }
            self.slots.iter_mut().for_each(|slot| slot.lose(SlotState::ServiceStopped));
            tracing::debug!(
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "PC/SC service away"
            );
            if self.stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            wait = wait.saturating_mul(2).min(AWAY.1);
        }
    }

    fn share(&self, context: Option<ContextHandle>) {
        *self.context.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }

    fn is_stopped(&self) -> bool {
        self.stopped.try_recv() != Err(TryRecvError::Empty)
    }

    /// Watches one context until the service goes away. `is_valid` is never asked: it says Ok of dead contexts.
    fn watch(&mut self, context: &Context) -> End {
        let mut seen = false;
        // Kept over new lists: it carries what the service last counted.
        let mut news = ReaderState::new(pcsc::PNP_NOTIFICATION(), State::UNAWARE);
        loop {
            let listed = match context.list_readers_owned() {
                Ok(listed) => listed,
                Err(Error::NoReadersAvailable) => Vec::new(),
                Err(_) => return End::Away { seen },
            };
            seen = true;
            let mut states = self.table(&listed);
            states.push(news);
            let end = self.watch_listed(context, &mut states);
            if let Some(end) = end {
                return end;
            }
            let Some(kept) = states.pop() else { return End::Away { seen } };
            news = kept;
        }
    }

    /// Reader states of the slots that are listed; the others are absent.
    fn table(&mut self, listed: &[CString]) -> Vec<ReaderState> {
        let mut states = Vec::new();
        for slot in &mut self.slots {
            match &slot.name {
                Some(name) if listed.contains(name) => {
                    states.push(ReaderState::new(name.clone(), State::UNAWARE))
                }
                _ => slot.lose(SlotState::Absent),
            }
        }
        states
    }

    /// Watches until the list of readers changed (None) or watching ends.
    fn watch_listed(&mut self, context: &Context, states: &mut [ReaderState]) -> Option<End> {
        loop {
            if self.is_stopped() {
                return Some(End::Stopped);
            }
            match context.get_status_change(BACKSTOP, states) {
                Ok(()) => {}
                Err(Error::Timeout | Error::UnknownReader) => return None,
                Err(Error::Cancelled) => continue,
                Err(_) => return Some(End::Away { seen: true }),
            }
            let mut listed_anew = false;
            for state in states.iter_mut() {
                if state.event_state().contains(State::CHANGED) {
                    listed_anew |= self.take(state.name(), state);
                }
                state.sync_current_state();
            }
            if listed_anew {
                return None;
            }
        }
    }

    /// Takes over one changed state; true if readers came or went.
    fn take(&mut self, name: &CStr, state: &ReaderState) -> bool {
        if name == pcsc::PNP_NOTIFICATION() {
            return true;
        }
        let slots = self.slots.iter_mut().filter(|slot| slot.name.as_deref() == Some(name));
        slots.for_each(|slot| slot.observe(state));
        state.event_state().intersects(State::UNKNOWN | State::UNAVAILABLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_removal_is_lost_between_two_looks() {
        let mut status = SlotStatus::UNSEEN;
        let counts = |status: &SlotStatus| (status.insertions, status.removals);
        status.observe(true, 0xFFFE, None);
        assert_eq!(counts(&status), (1, 0), "a card that was there before");
        status.observe(true, 0, Some(0xFFFE));
        assert_eq!(counts(&status), (2, 1), "a swap, over the counter's end");
        status.observe(false, 1, Some(0));
        assert_eq!(counts(&status), (2, 2));
        status.observe(false, 5, Some(1));
        assert_eq!(counts(&status), (4, 4), "two cards came and went");
        status.observe(true, 6, Some(5));
        status.lose(SlotState::ServiceStopped);
        assert_eq!(counts(&status), (5, 5));
        status.lose(SlotState::Absent);
        assert_eq!(counts(&status), (5, 5));
    }
}
