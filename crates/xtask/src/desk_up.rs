//! Simulator and daemon, built, started in a folder of their own, and ready for a patient.

use crate::{
    Fault,
    command::{beside, cargo, run, target},
    say,
    scratch::Scratch,
    stop::Stop,
};
use rig::{Daemon, DaemonOptions, Simulator, SimulatorOptions};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long a station may take to find its reader.
const STATIONS_READY: Duration = Duration::from_secs(30);

/// Which build of the programs runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Build {
    /// As `cargo build` makes them.
    Debug,
    /// As they are shipped.
    Release,
    /// Those beside this program, whatever made them.
    Beside,
}

/// A whole desk. Dropping it ends all of it, the daemon first.
#[derive(Debug)]
pub(crate) struct DeskUp {
    pub(crate) daemon: Daemon,
    pub(crate) simulator: Simulator,
    build: Build,
    scratch: Scratch,
}

impl Build {
    /// Builds the programs of the desk unless they are to be there, cargo showing how it gets on.
    pub(crate) fn build(self, stop: &Stop) -> Result<(), Fault> {
        if matches!(self, Self::Beside) {
            return Ok(());
        }
        say::both(
            "プログラムを作ります（初回は数分かかります）",
            "building the programs (the first time takes minutes)",
        );
        let mut build = cargo();
        build
            .args(["build", "--package", "uketsuke", "--package", "simulator", "--bins", "--target-dir"])
            .arg(target());
        if matches!(self, Self::Release) {
            build.arg("--release");
        }
        run(stop, &mut build, "cargo build")
    }

    /// Where a program of this build is.
    pub(crate) fn program(self, name: &str) -> PathBuf {
        match self {
            Self::Debug => target().join("debug").join(name),
            Self::Release => target().join("release").join(name),
            Self::Beside => beside(name),
        }
    }
}

impl DeskUp {
    /// Starts everything and waits until each reader is idle.
    pub(crate) fn start(stop: &Stop, build: Build, readers: &[String]) -> Result<Self, Fault> {
        let scratch = Scratch::new()?;
        say::both(
            "模擬リーダー・カード・センターを起動します（初回はカードの鍵を作ります）",
            "starting the simulator (the first time it makes the cards' keys)",
        );
        let outcome = Self::start_in(&scratch, stop, build, readers);
        match outcome {
            Ok((simulator, daemon)) => {
                let up = Self { daemon, simulator, build, scratch };
                up.wait_idle(stop)?;
                Ok(up)
            }
            Err(fault) => {
                keep_logs(scratch.path());
                Err(fault)
            }
        }
    }

    /// Ends the daemon and starts another at the same site; says how many milliseconds that start took.
    pub(crate) fn restart(self) -> Result<(Self, f64), Fault> {
        let Self { daemon, simulator, build, scratch } = self;
        daemon.stop()?;
        let options = daemon_options(&simulator, scratch.path(), build);
        let begun = Instant::now();
        let daemon = Daemon::start(options)?;
        let millis = begun.elapsed().as_secs_f64() * 1000.0;
        Ok((Self { daemon, simulator, build, scratch }, millis))
    }

    /// Ends the daemon and starts another at this configuration.
    pub(crate) fn restart_at(self, config: PathBuf) -> Result<Self, Fault> {
        let Self { daemon, simulator, build, scratch } = self;
        daemon.stop()?;
        let options = DaemonOptions { config, ..daemon_options(&simulator, scratch.path(), build) };
        let daemon = Daemon::start(options)?;
        Ok(Self { daemon, simulator, build, scratch })
    }

    /// The daemon's log, one line per entry.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.scratch.path().join(DAEMON_LOG)).unwrap_or_default()
    }

    /// The reader ids in order.
    pub(crate) fn readers(&self) -> &[String] {
        &self.simulator.ready().readers
    }

    /// Where a program is, of the same build as those that run.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.build.program(name)
    }

    /// Every program of this desk, by name and process id; without ours.
    pub(crate) fn programs(&self) -> Vec<(&'static str, u32)> {
        let simulator = self.simulator.ready();
        let mut programs = vec![("uketsuked", self.daemon.pid()), ("uketsuke-simulator", simulator.pid)];
        programs.extend(simulator.pids.iter().map(|pid| ("pcscd", *pid)));
        programs
    }

    /// Copies the logs to where they survive us, and says where.
    pub(crate) fn keep_logs(&self) {
        keep_logs(self.scratch.path());
    }

    fn start_in(
        scratch: &Scratch,
        stop: &Stop,
        build: Build,
        readers: &[String],
    ) -> Result<(Simulator, Daemon), Fault> {
        let folder = scratch.path();
        let site = folder.join("site");
        std::fs::create_dir(&site).map_err(Fault::file(&site, "cannot be made"))?;
        stop.check()?;
        let simulator = Simulator::start(SimulatorOptions {
            readers: readers.to_vec(),
            directory: Some(site),
            binary: Some(build.program("uketsuke-simulator")),
            log_file: Some(folder.join("simulator.log")),
            ..SimulatorOptions::default()
        });
        // A signal ends what is being started; then that is the reason, not how the start failed.
        stop.check()?;
        let simulator = simulator?;
        let daemon = Daemon::start(daemon_options(&simulator, folder, build));
        stop.check()?;
        Ok((simulator, daemon?))
    }

    /// Waits until each reader is idle.
    pub(crate) fn wait_idle(&self, stop: &Stop) -> Result<(), Fault> {
        let outcome = self.all_idle();
        stop.check()?;
        if outcome.is_err() {
            self.keep_logs();
        }
        outcome
    }

    /// On connection the stream tells every station once, so nothing is missed.
    fn all_idle(&self) -> Result<(), Fault> {
        let mut waiting: Vec<&String> = self.readers().iter().collect();
        let mut events = self.daemon.desk().events(None, STATIONS_READY)?;
        events.wait_for("idle station of every reader", STATIONS_READY, |event| {
            if let Some(station) = Some(event).filter(|e| e.kind == "station").and_then(|e| e.json().ok()) {
                let word = |key| station.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
                if word("state") == "idle" {
                    waiting.retain(|reader| *reader != word("reader"));
                }
            }
            waiting.is_empty()
        })?;
        Ok(())
    }
}

/// Lines of each log that are shown when something failed.
const LAST_LINES: usize = 5;
const DAEMON_LOG: &str = "uketsuked.log";

fn daemon_options(simulator: &Simulator, folder: &Path, build: Build) -> DaemonOptions {
    DaemonOptions {
        binary: Some(build.program("uketsuked")),
        log_file: Some(folder.join(DAEMON_LOG)),
        ..simulator.daemon()
    }
}

/// No log holds personal data, so it may be kept.
fn keep_logs(folder: &Path) {
    let kept = target().join("demo").join(format!("logs-{}", std::process::id()));
    if std::fs::create_dir_all(&kept).is_err() {
        return;
    }
    for name in [DAEMON_LOG, "simulator.log"] {
        let _ = std::fs::copy(folder.join(name), kept.join(name));
        let log = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LAST_LINES)) {
            say::line(format_args!("  {name}: {line}"));
        }
    }
    say::both("記録の写し", format_args!("the logs are kept in {}", kept.display()));
}
