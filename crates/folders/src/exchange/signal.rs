//! What wakes an exchange: the system's events, answers of the centre, the order to stop.

use model::{Answer, FailureCode};
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Signals that may wait. What does not fit costs a look, never a file.
pub(super) const WAITING: usize = 1024;

/// One reason to wake up.
pub(crate) enum Signal {
    /// Something changed in `req`.
    Changed,
    /// A file in `req` was closed by its writer or moved in.
    Closed(OsString),
    /// The asker is done with a request.
    Replied {
        /// Which: see [`super::tasks::key`].
        key: String,
        /// What the centre said.
        reply: Result<Answer, FailureCode>,
    },
    /// There is something to do: to stop, or to look once more.
    Wake,
}

/// The sending end.
#[derive(Clone, Debug)]
pub(crate) struct Bell {
    signals: SyncSender<Signal>,
    missed: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

/// A bell and what hears it.
pub(crate) fn bell() -> (Bell, Receiver<Signal>) {
    let (signals, heard) = sync_channel(WAITING);
    (Bell { signals, missed: Arc::default(), stop: Arc::default() }, heard)
}

impl Bell {
    /// Tells of a change; never waits.
    pub(crate) fn ring(&self, signal: Signal) {
        if self.signals.try_send(signal).is_err() {
            self.missed.store(true, Ordering::Release);
        }
    }

    /// Tells what the asker said; waits for room.
    pub(crate) fn reply(&self, key: String, reply: Result<Answer, FailureCode>) {
        // Nobody hears it if the exchange has stopped: then the request is still there.
        let _ = self.signals.send(Signal::Replied { key, reply });
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.ring(Signal::Wake);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Whether signals were lost since this was asked last.
    pub(crate) fn take_missed(&self) -> bool {
        self.missed.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_bounded_and_remembered_as_a_reason_to_look() {
        let (bell, heard) = bell();
        for _ in 0..WAITING {
            bell.ring(Signal::Changed);
        }
        assert!(!bell.take_missed());
        bell.ring(Signal::Changed);
        assert!(bell.take_missed() && !bell.take_missed());
        assert_eq!(heard.try_iter().count(), WAITING);
    }

    #[test]
    fn the_stop_is_seen_even_if_nothing_more_fits() {
        let (bell, heard) = bell();
        for _ in 0..=WAITING {
            bell.ring(Signal::Changed);
        }
        bell.stop();
        assert!(bell.is_stopped());
        drop(heard);
        bell.reply(String::new(), Err(failure::codes::INTERNAL));
    }
}
