//! One program as a child that cannot outlive the rig.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::PipeReader;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::RigError;
use crate::deadline::Deadline;

/// How long a program may take to end after SIGTERM.
const LEAVE: Duration = Duration::from_secs(10);

/// How to start a program.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) name: String,
    pub(crate) binary: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(String, OsString)>,
    /// Put before the binary, e.g. `strace -f -o FILE`.
    pub(crate) wrapper: Vec<String>,
    /// Where standard error goes; the rig's own when absent.
    pub(crate) log_file: Option<PathBuf>,
    pub(crate) ready_file: PathBuf,
    pub(crate) within: Duration,
}

/// A running program. Dropping it ends it: SIGTERM, a bounded wait, SIGKILL.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    /// What `spawn` gave: the wrapper's id if there is one.
    spawned: Pid,
    /// What the ready file gave.
    program: Pid,
    log: String,
    ended: PipeReader,
    status: mpsc::Receiver<ExitStatus>,
    done: Option<ExitStatus>,
}

impl Process {
    /// Starts the program and waits for its ready file; gives the file's content.
    pub(crate) fn start(launch: Launch) -> Result<(Self, Vec<u8>), RigError> {
        let watch = ReadyWatch::new(&launch.ready_file)?;
        let deadline = Deadline::within(launch.within);
        let mut process = Self::spawn(&launch)?;
        let ready = process.await_ready(&watch, deadline)?;
        #[derive(serde::Deserialize)]
        struct Named {
            pid: i32,
        }
        let named: Named =
            serde_json::from_slice(&ready).map_err(|fault| RigError::file(&launch.ready_file, fault))?;
        process.program = Pid::from_raw(named.pid);
        Ok((process, ready))
    }

    /// The program's own process id, also under a wrapper.
    pub(crate) fn pid(&self) -> u32 {
        self.program.as_raw().unsigned_abs()
    }

    pub(crate) fn signal(&self, signal: Signal) -> Result<(), RigError> {
        kill(self.program, signal)
            .map_err(|source| RigError::system("a signal cannot be sent")(source.into()))
    }

    /// Waits for the program's end.
    pub(crate) fn wait(&mut self, within: Duration) -> Result<ExitStatus, RigError> {
        if let Some(status) = self.done {
            return Ok(status);
        }
        let deadline = Deadline::within(within);
        let over = || RigError::TimedOut {
            waited_for: format!("end of `{}`", self.name),
            after: within,
            seen: String::new(),
        };
        while !readable(&[self.ended.as_fd()], deadline)?.first().copied().unwrap_or(false) {
            if deadline.left().is_none() {
                return Err(over());
            }
        }
        let status = self.status.recv().map_err(|_| over())?;
        self.done = Some(status);
        Ok(status)
    }

    /// Ends it orderly, by force if it does not obey; says how it ended.
    pub(crate) fn stop(&mut self) -> Result<ExitStatus, RigError> {
        if let Some(status) = self.done {
            return Ok(status);
        }
        // Somebody else ended it: its id may be another program's by now.
        if let Ok(status) = self.wait(Duration::ZERO) {
            return Ok(status);
        }
        // An error means that it has gone already; `wait` sees that too.
        let _ = kill(self.program, Signal::SIGTERM);
        self.wait(LEAVE).or_else(|_| {
            let _ = kill(self.program, Signal::SIGKILL);
            let _ = kill(self.spawned, Signal::SIGKILL);
            self.wait(LEAVE)
        })
    }

    /// The child is spawned and reaped by a thread of its own: the kernel's parent-death signal is bound to the
    /// thread that spawned, and this one lives exactly as long as the child.
    fn spawn(launch: &Launch) -> Result<Self, RigError> {
        let mut command = launch.command()?;
        let (ended, alive) = std::io::pipe().map_err(RigError::system("a pipe cannot be made"))?;
        let (started, start) = mpsc::sync_channel(1);
        let (report, status) = mpsc::sync_channel(1);
        std::thread::Builder::new()
            .name(format!("keeper of {}", launch.name))
            .spawn(move || {
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    Err(fault) => return drop(started.send(Err(fault))),
                };
                let _ = started.send(Ok(child.id()));
                if let Ok(ended) = child.wait() {
                    let _ = report.send(ended);
                }
                drop(alive);
            })
            .map_err(RigError::system("a thread cannot be started"))?;
        let spawned = start
            .recv()
            .unwrap_or_else(|_| Err(std::io::Error::other("the keeper thread ended")))
            .map_err(|source| RigError::Spawn { name: launch.name.clone(), source })?;
        let spawned = Pid::from_raw(spawned.cast_signed());
        let log = launch
            .log_file
            .as_ref()
            .map_or_else(|| String::from("standard error"), |log| log.display().to_string());
        Ok(Self { name: launch.name.clone(), spawned, program: spawned, log, ended, status, done: None })
    }

    fn await_ready(&mut self, watch: &ReadyWatch, deadline: Deadline) -> Result<Vec<u8>, RigError> {
        let waited_for = format!("ready file {}", watch.file.display());
        loop {
            if let Some(content) = watch.content()? {
                return Ok(content);
            }
            let woken = readable(&[self.ended.as_fd(), watch.inotify.as_fd()], deadline)?;
            if woken.first().copied().unwrap_or(false) {
                let status = self.status.recv().map_or_else(|_| String::from("unknown"), |s| s.to_string());
                self.done = Some(ExitStatus::default());
                return Err(RigError::Ended {
                    name: self.name.clone(),
                    status,
                    waited_for,
                    log: self.log.clone(),
                });
            }
            if deadline.left().is_none() {
                return Err(RigError::TimedOut { waited_for, after: deadline.bound, seen: String::new() });
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

impl Launch {
    fn command(&self) -> Result<Command, RigError> {
        const DIE_WITH_PARENT: [&str; 2] = ["--pdeathsig", "KILL"];
        let mut words: Vec<&OsStr> = DIE_WITH_PARENT.map(OsStr::new).to_vec();
        if !self.wrapper.is_empty() {
            words.extend(self.wrapper.iter().map(OsStr::new));
            // A wrapper that forks loses the signal: set it again behind the wrapper.
            words.push(OsStr::new("setpriv"));
            words.extend(DIE_WITH_PARENT.map(OsStr::new));
        }
        words.push(self.binary.as_os_str());
        let mut command = Command::new("setpriv");
        command
            .args(words)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if let Some(log) = &self.log_file {
            let file = File::options().create(true).append(true).open(log);
            command.stderr(file.map_err(|fault| RigError::file(log, fault))?);
        }
        Ok(command)
    }
}

/// Tells when a file appears by being renamed into its place.
struct ReadyWatch {
    file: PathBuf,
    inotify: Inotify,
}

impl ReadyWatch {
    fn new(file: &Path) -> Result<Self, RigError> {
        let fault = |source: nix::Error| RigError::system("a directory cannot be watched")(source.into());
        match std::fs::remove_file(file) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                return Err(RigError::file(file, fault));
            }
            _ => {}
        }
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK).map_err(fault)?;
        let directory = file.parent().unwrap_or_else(|| Path::new("."));
        let events = AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CLOSE_WRITE;
        inotify.add_watch(directory, events).map_err(fault)?;
        Ok(Self { file: file.to_owned(), inotify })
    }

    fn content(&self) -> Result<Option<Vec<u8>>, RigError> {
        // Empty the queue, so that the next poll waits for the next event.
        while self.inotify.read_events().is_ok_and(|events| !events.is_empty()) {}
        match std::fs::read(&self.file) {
            Ok(content) => Ok(Some(content)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(RigError::file(&self.file, fault)),
        }
    }
}

/// Which of the descriptors have something to say; all `false` when the deadline came first.
pub(crate) fn readable(
    descriptors: &[std::os::fd::BorrowedFd<'_>],
    deadline: Deadline,
) -> Result<Vec<bool>, RigError> {
    let mut polled: Vec<PollFd<'_>> =
        descriptors.iter().map(|descriptor| PollFd::new(*descriptor, PollFlags::POLLIN)).collect();
    let timeout = deadline.left().map_or(PollTimeout::ZERO, |left| {
        // Rounded up: a wait of a fraction of a millisecond must not spin.
        PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
    });
    match poll(&mut polled, timeout) {
        Ok(_) | Err(nix::Error::EINTR) => {}
        Err(fault) => return Err(RigError::system("poll")(fault.into())),
    }
    Ok(polled.iter().map(|fd| fd.revents().is_some_and(|events| !events.is_empty())).collect())
}
