//! Ctrl-C, SIGTERM and SIGHUP: noticed at once, passed on to what runs, told to who waits.

use crate::Fault;
use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::{Pid, getpgid},
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Whether this command is to stop, and why.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    why: Mutex<Option<Why>>,
    told: Condvar,
}

/// Why this command is to stop.
#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// Somebody asked.
    Asked,
    /// These programs must run, and ended.
    Ended(String),
}

impl From<Why> for Fault {
    fn from(why: Why) -> Self {
        match why {
            Why::Asked => Self::Stopped,
            Why::Ended(names) => Self::Ended(names),
        }
    }
}

impl Stop {
    /// Takes over the signals.
    pub(crate) fn listen() -> io::Result<Self> {
        let stop = Self(Arc::default());
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let ear = stop.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            for _ in signals.forever() {
                ear.tell_and_end_children(Why::Asked);
            }
        })?;
        Ok(stop)
    }

    /// An error if there is a reason to stop.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        self.why().clone().map_or(Ok(()), |why| Err(why.into()))
    }

    /// The reason to stop if there is one or comes soon: what failed may be told before what it failed of.
    pub(crate) fn soon(&self, within: Duration) -> Option<Fault> {
        let waited = self.0.told.wait_timeout_while(self.why(), within, |why| why.is_none());
        let (why, _) = waited.unwrap_or_else(PoisonError::into_inner);
        why.clone().map(Fault::from)
    }

    /// Gives a reason to stop; the first one counts.
    pub(crate) fn tell_and_end_children(&self, why: Why) {
        self.why().get_or_insert(why);
        self.0.told.notify_all();
        // Whatever the other threads wait for comes from a child; when those end, so does the waiting.
        end_children();
    }

    /// Ends a child that was started while the reason to stop was given, too late to be among the children that were ended.
    pub(crate) fn reach_newborn(&self) {
        if self.why().is_some() {
            end_children();
        }
    }

    /// Waits until there is a reason to stop.
    pub(crate) fn wait(&self) -> Why {
        let mut why = self.why();
        loop {
            if let Some(why) = &*why {
                return why.clone();
            }
            why = self.0.told.wait(why).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn why(&self) -> MutexGuard<'_, Option<Why>> {
        self.0.why.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SIGTERM to every child, with its whole group if it leads one (cargo and its compilers).
fn end_children() {
    for child in children() {
        // Gone already, or another account's: nothing to do.
        let _ = if getpgid(Some(child)) == Ok(child) {
            killpg(child, Signal::SIGTERM)
        } else {
            kill(child, Signal::SIGTERM)
        };
    }
}

/// Our children, by proc(5): in `/proc/PID/stat` the parent is the second word behind the name in brackets.
fn children() -> Vec<Pid> {
    let own = std::process::id().to_string();
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(')').is_some_and(|(_, rest)| rest.split_whitespace().nth(1) == Some(&own))
        })
        .map(Pid::from_raw)
        .collect()
}
