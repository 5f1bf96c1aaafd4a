//! An exchange on a real disk, a centre that the test plays, and a receipt computer that looks on.

use folders::{Exchange, ExchangeHandle, Notice, Pace};
use model::{Answer, FailureCode, Lookup, Pii, Purpose, Qualification, Timestamp, Validity};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a state may take to come: a busy disk can hold a flush up for seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Short, so that tests are; the same order as the real one.
pub(crate) const PACE: Pace = Pace {
    settle: Duration::from_millis(60),
    malformed: Duration::from_millis(240),
    endless: Duration::from_secs(2),
    look: Duration::from_secs(30),
    quick_look: Duration::from_millis(100),
    retry: Duration::from_millis(50),
};

pub(crate) const REQUEST: &str = include_str!("../documents/request.xml");
pub(crate) const NOT_FOUND: &str = include_str!("../documents/not_found.xml");

/// The two folders of a site.
pub(crate) struct Site {
    pub(crate) root: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self { root: TempDir::new().unwrap() };
        fs::create_dir(site.req()).unwrap();
        fs::create_dir(site.res()).unwrap();
        site
    }

    pub(crate) fn req(&self) -> PathBuf {
        self.root.path().join("req")
    }

    pub(crate) fn res(&self) -> PathBuf {
        self.root.path().join("res")
    }

    pub(crate) fn exchange(&self) -> (Exchange, ExchangeHandle) {
        let (exchange, handle) = Exchange::new(self.req(), self.res(), "9991234567".parse().unwrap());
        (exchange.at_pace(PACE), handle)
    }

    /// Asks as a careful receipt computer does.
    pub(crate) fn ask(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let prepared = self.root.path().join(".prepared");
        fs::write(&prepared, bytes).unwrap();
        fs::rename(prepared, self.req().join(name)).unwrap();
    }

    pub(crate) fn answer(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.res().join(name)).ok()
    }
}

/// A running exchange. Everything that it says or does on the disk wakes [`Desk::until`].
pub(crate) struct Desk {
    handle: ExchangeHandle,
    thread: Option<JoinHandle<()>>,
    heard: Receiver<()>,
    notices: Arc<Mutex<Vec<Notice>>>,
    _watcher: RecommendedWatcher,
}

impl Desk {
    /// Starts an exchange whose centre answers everything with "not found".
    pub(crate) fn start(site: &Site) -> Self {
        Self::start_with(site, |_| Ok(not_found()))
    }

    pub(crate) fn start_with(
        site: &Site,
        centre: impl Fn(Lookup) -> Result<Answer, FailureCode> + Send + Sync + 'static,
    ) -> Self {
        Self::run(site, site.exchange(), centre)
    }

    pub(crate) fn run(
        site: &Site,
        (exchange, handle): (Exchange, ExchangeHandle),
        centre: impl Fn(Lookup) -> Result<Answer, FailureCode> + Send + Sync + 'static,
    ) -> Self {
        let (woken, heard) = channel();
        let watcher = watch(site.root.path(), woken.clone());
        let notices: Arc<Mutex<Vec<Notice>>> = Arc::default();
        let kept = Arc::clone(&notices);
        let ask = move |lookup: Pii<Lookup>| centre(lookup.into_exposed(Purpose::Simulate));
        let thread = std::thread::spawn(move || {
            exchange.run(ask, |notice| {
                kept.lock().unwrap().push(notice);
                let _ = woken.send(());
            });
            let _ = woken.send(());
        });
        Self { handle, thread: Some(thread), heard, notices, _watcher: watcher }
    }

    /// Waits for a state, looking whenever something happens.
    pub(crate) fn until(&self, what: &str, mut state: impl FnMut() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !state() {
            let left = end.saturating_duration_since(Instant::now());
            // A state may come without an event, e.g. a count of the test's own.
            let waited = self.heard.recv_timeout(left.min(Duration::from_millis(20)));
            assert!(waited.is_ok() || Instant::now() < end, "{what}: {:?}", self.said());
        }
    }

    /// Waits until something was said.
    pub(crate) fn until_said(&self, what: &str, is_it: impl Fn(&Notice) -> bool) {
        self.until(what, || self.notices.lock().unwrap().iter().any(&is_it));
    }

    pub(crate) fn count(&self, is_it: impl Fn(&Notice) -> bool) -> usize {
        self.notices.lock().unwrap().iter().filter(|notice| is_it(notice)).count()
    }

    /// All that was said, as a log would have it.
    pub(crate) fn said(&self) -> String {
        format!("{:?}", self.notices.lock().unwrap())
    }

    pub(crate) fn handle(&self) -> &ExchangeHandle {
        &self.handle
    }

    /// Stops it and returns how long that took.
    pub(crate) fn stop(mut self) -> Duration {
        let start = Instant::now();
        self.handle.stop();
        self.thread.take().unwrap().join().unwrap();
        start.elapsed()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.handle.stop();
    }
}

fn watch(root: &Path, woken: Sender<()>) -> RecommendedWatcher {
    let mut watcher = notify::recommended_watcher(move |_| {
        let _ = woken.send(());
    })
    .unwrap();
    watcher.watch(root, RecursiveMode::Recursive).unwrap();
    watcher
}

pub(crate) fn not_found() -> Answer {
    answered(NOT_FOUND)
}

pub(crate) fn answered(xml: &str) -> Answer {
    Answer {
        received_at: Timestamp(1_933_115_412_000),
        validity: Validity::NotFound,
        qualification: Pii::new(Qualification { xml: xml.to_owned() }),
        remarks: Vec::new(),
    }
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

pub(crate) fn in_cp932(xml: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(&xml.replace("\"UTF-8\"", "\"Shift_JIS\"")).0.into_owned()
}
