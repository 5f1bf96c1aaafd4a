//! The daemon as a child.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde::Deserialize;

use crate::process::{Launch, Process};
use crate::{Desk, RigError, binary};

/// How to start `uketsuked`. [`crate::Simulator::daemon`] fills it in.
#[derive(Debug, Clone)]
pub struct DaemonOptions {
    /// The binary, when not the one beside the running executable.
    pub binary: Option<PathBuf>,
    /// The site configuration.
    pub config: PathBuf,
    /// The PC/SC service to use.
    pub pcsc_socket: PathBuf,
    /// Levels by target, in the syntax of tracing's `Targets`, e.g. `trace` or `info,devices=debug`.
    pub log_level: String,
    /// Put before the binary, e.g. `["faketime", "+30d"]` or `["strace", "-f", "-o", "FILE"]`.
    pub wrapper: Vec<String>,
    /// Where its log goes; the rig's standard error when absent.
    pub log_file: Option<PathBuf>,
    /// Until when it must be ready.
    pub within: Duration,
}

/// What the daemon's ready file says.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct DaemonReady {
    /// The daemon's process.
    pub pid: u32,
    /// Address of the API, `http://127.0.0.1:PORT`.
    pub api: String,
    /// The API's Unix socket.
    pub socket: PathBuf,
    /// Holds a token of the rig's for the API: every scope.
    #[serde(skip)]
    pub token_file: PathBuf,
}

/// A running daemon. Dropping it ends it.
#[derive(Debug)]
pub struct Daemon {
    process: Process,
    ready: DaemonReady,
    desk: Desk,
}

impl Daemon {
    /// Starts the daemon and waits until its API answers.
    ///
    /// # Errors
    /// [`RigError`] when it is not built, ends early or is not ready in time.
    pub fn start(options: DaemonOptions) -> Result<Self, RigError> {
        let binary = binary::find("uketsuked", options.binary)?;
        // Not beside the configuration, which the daemon may not be allowed to write to, and new for every start.
        let place = tempfile::TempDir::with_prefix("uketsuke-rig-")
            .map_err(RigError::system("a temporary directory cannot be made"))?;
        let ready_file = place.path().join("uketsuked.ready");
        let (process, content) = Process::start(Launch {
            name: String::from("uketsuked"),
            binary,
            arguments: vec![
                "--config".into(),
                options.config.into(),
                "--ready-file".into(),
                ready_file.clone().into(),
            ],
            environment: vec![
                (String::from("UKETSUKE_LOG"), options.log_level.into()),
                (String::from("PCSCLITE_CSOCK_NAME"), options.pcsc_socket.into()),
            ],
            wrapper: options.wrapper,
            log_file: options.log_file,
            ready_file: ready_file.clone(),
            within: options.within,
        })?;
        let mut ready: DaemonReady =
            serde_json::from_slice(&content).map_err(|fault| RigError::file(&ready_file, fault))?;
        ready.token_file = crate::token_file(&ready.socket)?;
        let desk = Desk::new(&ready.api, &ready.token_file)?;
        Ok(Self { process, ready, desk })
    }

    /// What its ready file says.
    #[must_use]
    pub const fn ready(&self) -> &DaemonReady {
        &self.ready
    }

    /// A client of its API.
    #[must_use]
    pub const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Its process id, also under a wrapper.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Ends it orderly: SIGTERM, a bounded wait, SIGKILL.
    ///
    /// # Errors
    /// [`RigError::TimedOut`] when not even SIGKILL ends it.
    pub fn stop(mut self) -> Result<ExitStatus, RigError> {
        self.process.stop()
    }

    /// Kills it as a power cut would.
    ///
    /// # Errors
    /// [`RigError`] when it is still there afterwards.
    pub fn kill(mut self) -> Result<ExitStatus, RigError> {
        self.process.signal(Signal::SIGKILL)?;
        self.process.wait(crate::PATIENCE)
    }
}
