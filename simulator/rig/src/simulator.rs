//! The simulator as a child.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use crate::process::{Launch, Process};
use crate::{Bench, DaemonOptions, PATIENCE, RigError, binary};

/// How to start a simulator.
#[derive(Debug, Clone)]
pub struct SimulatorOptions {
    /// One model per reader, e.g. `["caora", "caora"]`; they become `front-1`, `front-2` ….
    pub readers: Vec<String>,
    /// Where it keeps its files; a temporary directory of its own when absent.
    pub directory: Option<PathBuf>,
    /// Where issued cards are kept between starts; `<target>/simulator-stock` when absent.
    pub stock: Option<PathBuf>,
    /// The binary, when not the one beside the running executable.
    pub binary: Option<PathBuf>,
    /// Levels by target, in the syntax of tracing's `Targets`.
    pub log_level: String,
    /// Where its log goes; the rig's standard error when absent.
    pub log_file: Option<PathBuf>,
    /// Until when it must be ready. The very first start makes RSA keys and takes longer than any later one.
    pub within: Duration,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            readers: vec![String::from("caora")],
            directory: None,
            stock: None,
            binary: None,
            log_level: String::from("warn"),
            log_file: None,
            within: Duration::from_secs(120),
        }
    }
}

/// What the simulator's ready file says.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct SimulatorReady {
    /// The simulator's process.
    pub pid: u32,
    /// Address of the bench API, `http://127.0.0.1:PORT`.
    pub bench: String,
    /// Holds the bench's token.
    pub bench_token_file: PathBuf,
    /// A code for the bench's page, good once.
    pub bench_code: String,
    /// Where the mock centre listens, `127.0.0.1:PORT`.
    pub centre: String,
    /// For `PCSCLITE_CSOCK_NAME`.
    pub pcsc_socket: PathBuf,
    /// The site configuration for `uketsuked`.
    pub site: PathBuf,
    /// The site's face folder.
    pub face_dir: PathBuf,
    /// The site's folder of requests.
    pub req_dir: PathBuf,
    /// The site's folder of answers.
    pub res_dir: PathBuf,
    /// Reader ids in the order asked for.
    pub readers: Vec<String>,
    /// Processes that the simulator started.
    pub pids: Vec<u32>,
}

/// A running simulator. Dropping it ends it and removes its temporary directory.
#[derive(Debug)]
pub struct Simulator {
    // Before the directory: the program must end first.
    process: Process,
    ready: SimulatorReady,
    bench: Bench,
    directory: PathBuf,
    _temporary: Option<TempDir>,
}

impl Simulator {
    /// Starts a simulator and waits until all of it is up.
    ///
    /// # Errors
    /// [`RigError`] when it is not built, ends early or is not ready in time.
    pub fn start(options: SimulatorOptions) -> Result<Self, RigError> {
        let binary = binary::find("uketsuke-simulator", options.binary)?;
        let temporary = match options.directory {
            Some(_) => None,
            None => {
                Some(TempDir::with_prefix("uketsuke-rig-").map_err(RigError::system("temporary directory"))?)
            }
        };
        let directory = options
            .directory
            .or_else(|| temporary.as_ref().map(|temporary| temporary.path().to_owned()))
            .unwrap_or_default();
        let ready_file = directory.join("simulator.ready");
        let mut arguments = vec![
            "--directory".into(),
            directory.clone().into(),
            "--readers".into(),
            options.readers.join(",").into(),
            "--ready-file".into(),
            ready_file.clone().into(),
        ];
        if let Some(stock) = options.stock {
            arguments.extend(["--stock".into(), stock.into()]);
        }
        let (process, content) = Process::start(Launch {
            name: String::from("uketsuke-simulator"),
            binary,
            arguments,
            environment: vec![(String::from("UKETSUKE_LOG"), options.log_level.into())],
            wrapper: Vec::new(),
            log_file: options.log_file,
            ready_file: ready_file.clone(),
            within: options.within,
        })?;
        let ready: SimulatorReady =
            serde_json::from_slice(&content).map_err(|fault| RigError::file(&ready_file, fault))?;
        let bench = Bench::new(&ready.bench, &ready.bench_token_file)?;
        Ok(Self { process, ready, bench, directory, _temporary: temporary })
    }

    /// What its ready file says.
    #[must_use]
    pub const fn ready(&self) -> &SimulatorReady {
        &self.ready
    }

    /// A client of its bench.
    #[must_use]
    pub const fn bench(&self) -> &Bench {
        &self.bench
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Options for a daemon at this simulator's site.
    #[must_use]
    pub fn daemon(&self) -> DaemonOptions {
        DaemonOptions {
            binary: None,
            config: self.ready.site.clone(),
            pcsc_socket: self.ready.pcsc_socket.clone(),
            log_level: String::from("info"),
            wrapper: Vec::new(),
            log_file: None,
            within: PATIENCE,
        }
    }

    /// Ends it: SIGTERM, a bounded wait, SIGKILL.
    ///
    /// # Errors
    /// [`RigError::TimedOut`] when not even SIGKILL ends it.
    pub fn stop(mut self) -> Result<ExitStatus, RigError> {
        self.process.stop()
    }
}
