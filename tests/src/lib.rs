//! What the suites stand on: one simulated desk and a daemon beside it, both as real processes.

pub mod bounded;
pub mod canary;
pub mod control;
pub mod exchange;
pub mod python;
pub mod raw;
pub mod service;
pub mod site;
pub mod syscalls;
pub mod virtual_day;
pub mod virtual_desk;

use rig::{Daemon, DaemonOptions, Events, RigError, ServerEvent, Simulator, SimulatorOptions};
use serde_json::{Value, json};
use std::time::Duration;

/// Any one state is reached within this, or the test fails and says what it saw instead.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The reader that every desk has.
pub const READER: &str = "front-1";

/// A simulator and a daemon at its site.
#[derive(Debug)]
pub struct TestDesk {
    /// Killed or stopped and started again by some tests. Ends before the simulator.
    pub daemon: Daemon,
    /// The other end of every wire.
    pub simulator: Simulator,
}

impl TestDesk {
    /// A desk whose reader is idle.
    ///
    /// # Errors
    /// [`RigError`] when a program is not built or does not come up.
    pub fn start() -> Result<Self, RigError> {
        Self::start_with(|_| ())
    }

    /// A desk whose daemon is started with other options, e.g. another log level or a wrapper.
    ///
    /// # Errors
    /// As [`TestDesk::start`].
    pub fn start_with(change: impl FnOnce(&mut DaemonOptions)) -> Result<Self, RigError> {
        Self::of(&["caora"], change)
    }

    /// A desk with readers of these models, each idle.
    ///
    /// # Errors
    /// As [`TestDesk::start`].
    pub fn of(models: &[&str], change: impl FnOnce(&mut DaemonOptions)) -> Result<Self, RigError> {
        let readers = models.iter().map(ToString::to_string).collect();
        let simulator = Simulator::start(SimulatorOptions { readers, ..SimulatorOptions::default() })?;
        let mut options = simulator.daemon();
        options.log_level = String::from("warn");
        change(&mut options);
        let daemon = Daemon::start(options)?;
        let desk = Self { daemon, simulator };
        desk.until_all_idle()?;
        Ok(desk)
    }

    /// An event stream from behind `last_event_id`.
    ///
    /// # Errors
    /// [`RigError`] when it is refused.
    pub fn events(&self, last_event_id: Option<&str>) -> Result<Events, RigError> {
        self.daemon.desk().events(last_event_id, PATIENCE)
    }

    /// Waits until the station is idle.
    ///
    /// # Errors
    /// [`RigError::TimedOut`] with what came instead.
    pub fn until_idle(&self) -> Result<(), RigError> {
        let mut events = self.events(None)?;
        until_station(&mut events, "an idle station", |station| station["state"] == "idle").map(drop)
    }

    /// Waits until every station has been idle.
    fn until_all_idle(&self) -> Result<(), RigError> {
        let mut waiting = self.simulator.ready().readers.clone();
        let mut events = self.events(None)?;
        // Whichever comes first: an event that is passed over does not come again.
        until_station(&mut events, "every station idle", |station| {
            if station["state"] == "idle" {
                waiting.retain(|reader| station["reader"] != reader.as_str());
            }
            waiting.is_empty()
        })
        .map(drop)
    }

    /// The fictional patient of this id; null if there is none.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn persona(&self, id: &str) -> Result<Value, RigError> {
        let personas = self.simulator.bench().get("/v1/personas")?;
        let mut all = personas.as_array().into_iter().flatten();
        Ok(all.find(|persona| persona["id"] == id).cloned().unwrap_or_default())
    }

    /// Every result that the API has, in order.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn results(&self) -> Result<Vec<Value>, RigError> {
        let body = self.daemon.desk().results()?;
        Ok(body.get("results").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// The files in the face folder: name and content, in order of their names.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn face_files(&self) -> std::io::Result<Vec<(String, Vec<u8>)>> {
        face_files(&self.simulator.ready().face_dir)
    }

    /// Stops the daemon, which writes what is still on its way to the face folder, and reads the folder.
    ///
    /// # Errors
    /// If the daemon does not stop or the folder cannot be read.
    pub fn stop_and_read_folder(self) -> Result<Vec<(String, Vec<u8>)>, RigError> {
        let folder = self.simulator.ready().face_dir.clone();
        self.daemon.stop()?;
        face_files(&folder).map_err(|cause| RigError::File { path: folder, fault: cause.to_string() })
    }

    /// Threads that the daemon has at this moment, but for those that its runtimes keep for reads that block: how many came
    /// at once, and so how many there are for the next ten seconds, is left to chance.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn daemon_threads(&self) -> std::io::Result<usize> {
        const FOR_READS: &str = "tokio-rt-worker";
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.daemon.pid()))?;
        // One that ended meanwhile has no name any more.
        let names =
            threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok());
        Ok(names.filter(|name| name.trim_end() != FOR_READS).count())
    }

    /// Makes the centre misbehave in this way.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn misbehave(&self, kind: &str) -> Result<(), RigError> {
        self.simulator.bench().misbehave(Some(&json!(kind)))
    }
}

/// A visit id as it stands in the name of the visit's file: its first twenty digits, in capital letters.
#[must_use]
pub fn in_file_name(visit: &str) -> String {
    visit.chars().take(20).collect::<String>().to_uppercase()
}

fn face_files(folder: &std::path::Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?));
    }
    files.sort();
    Ok(files)
}

/// Waits for a station event that is `wanted`.
///
/// # Errors
/// [`RigError::TimedOut`] with what came instead.
pub fn until_station(
    events: &mut Events,
    what: &str,
    mut wanted: impl FnMut(&Value) -> bool,
) -> Result<Value, RigError> {
    let event = events.wait_for(what, PATIENCE, |event| {
        event.kind == "station" && event.json().is_ok_and(|station| wanted(&station))
    })?;
    event.json()
}

/// Waits until the station shows this failure.
///
/// # Errors
/// [`RigError::TimedOut`] with what came instead.
pub fn until_failure(events: &mut Events, code: &str) -> Result<Value, RigError> {
    until_station(events, code, |station| station.pointer("/failure/code").is_some_and(|shown| shown == code))
}

/// Waits for the next result.
///
/// # Errors
/// [`RigError::TimedOut`] with what came instead.
pub fn next_result(events: &mut Events) -> Result<ServerEvent, RigError> {
    events.wait_for("a result", PATIENCE, |event| event.kind == "result")
}
