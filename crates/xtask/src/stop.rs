//! Ctrl-C, SIGTERM and SIGHUP: noticed at once, passed on to what runs, told to who waits.

use crate::Fault;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Whether this command was asked to stop, and what must hear of it.
#[derive(Debug, Clone)]
pub(crate) struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    asked: AtomicBool,
    groups: Mutex<Vec<Pid>>,
    told: Condvar,
}

impl Stop {
    /// Takes over the signals.
    pub(crate) fn listen() -> io::Result<Self> {
        let stop = Self(Arc::default());
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let ear = stop.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            for _ in signals.forever() {
                ear.ask();
            }
        })?;
        Ok(stop)
    }

    /// An error if somebody asked.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.asked() { Err(Fault::Stopped) } else { Ok(()) }
    }

    /// Whether somebody asked.
    pub(crate) fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks, at most `limit`; true if so.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let guard = self.groups();
        let (_guard, _) = self
            .0
            .told
            .wait_timeout_while(guard, limit, |_| !self.asked())
            .unwrap_or_else(PoisonError::into_inner);
        self.asked()
    }

    /// While the answer lives, a signal to us ends the process group `group` too.
    pub(crate) fn pass_on(&self, group: Pid) -> PassedOn<'_> {
        self.groups().push(group);
        if self.asked() {
            let _ = killpg(group, Signal::SIGTERM);
        }
        PassedOn { stop: self, group }
    }

    fn ask(&self) {
        let groups = self.groups();
        self.0.asked.store(true, Ordering::SeqCst);
        for group in groups.iter() {
            let _ = killpg(*group, Signal::SIGTERM);
        }
        self.0.told.notify_all();
    }

    fn groups(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.0.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process group that hears our signals.
#[derive(Debug)]
pub(crate) struct PassedOn<'a> {
    stop: &'a Stop,
    group: Pid,
}

impl Drop for PassedOn<'_> {
    fn drop(&mut self) {
        self.stop.groups().retain(|group| *group != self.group);
    }
}
