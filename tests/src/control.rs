//! `uketsuke`, the control, as processes.

use crate::PATIENCE;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rig::DaemonReady;
use std::io::{BufRead as _, BufReader, Error, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// The control without a daemon; arguments are still to be added.
///
/// # Errors
/// When it is not known where this suite runs.
pub fn alone() -> std::io::Result<Command> {
    let own = std::env::current_exe()?;
    // Suites lie in `deps`, the programs beside that.
    let programs =
        own.parent().and_then(Path::parent).ok_or_else(|| Error::other("a suite without a place"))?;
    Ok(Command::new(programs.join("uketsuke")))
}

/// The control towards this daemon; the subcommand is still to be added.
///
/// # Errors
/// When it is not known where this suite runs.
pub fn control(ready: &DaemonReady) -> std::io::Result<Command> {
    let mut control = alone()?;
    control.arg("--socket").arg(&ready.socket).stdin(Stdio::null());
    Ok(control)
}

/// `uketsuke passcode set` for this file, with what is typed.
///
/// # Errors
/// When it cannot be run.
pub fn set_passcode(file: &Path, typed: &str) -> std::io::Result<Output> {
    let mut set = alone()?;
    set.args(["passcode", "set"]).arg(file);
    let mut child = set.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(typed.as_bytes())?;
    }
    child.wait_with_output()
}

/// `uketsuke watch`, or another command that takes its time; ends with the daemon, and with the test that started it.
#[derive(Debug)]
pub struct Watching {
    pid: Pid,
    lines: Receiver<Vec<u8>>,
    complaints: Receiver<Vec<u8>>,
    ended: Receiver<ExitStatus>,
}

impl Watching {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(ready: &DaemonReady) -> std::io::Result<Self> {
        Self::run(ready, &["watch"])
    }

    /// Starts this command.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(ready: &DaemonReady, command: &[&str]) -> std::io::Result<Self> {
        let mut child =
            control(ready)?.args(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let pid = Pid::from_raw(child.id().cast_signed());
        let (out, err) =
            child.stdout.take().zip(child.stderr.take()).ok_or_else(|| Error::other("no pipes"))?;
        let (say, lines) = channel();
        std::thread::spawn(move || {
            // As bytes: what is no UTF-8 must be seen, too. Sending fails when the test is over.
            BufReader::new(out).split(b'\n').map_while(Result::ok).try_for_each(|line| say.send(line))
        });
        let (complain, complaints) = channel();
        std::thread::spawn(move || {
            let mut all = Vec::new();
            let read = BufReader::new(err).read_to_end(&mut all);
            complain.send(all).map(|()| read)
        });
        let (end, ended) = channel();
        std::thread::spawn(move || child.wait().map(|status| end.send(status)));
        Ok(Self { pid, lines, complaints, ended })
    }

    /// Waits for its next line.
    ///
    /// # Errors
    /// When none comes in time.
    pub fn next_line(&self) -> std::io::Result<String> {
        let line = self.lines.recv_timeout(PATIENCE).map_err(Error::other)?;
        String::from_utf8(line).map_err(Error::other)
    }

    /// Presses Ctrl-C.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn interrupt(&self) -> std::io::Result<()> {
        Ok(kill(self.pid, Signal::SIGINT)?)
    }

    /// Waits for its end; what it said since the last line that was asked for.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn until_over(self) -> std::io::Result<Output> {
        let status = self.ended.recv_timeout(PATIENCE).map_err(Error::other)?;
        let mut stdout = Vec::new();
        // The channel closes behind the last line.
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            stdout.extend(line);
            stdout.push(b'\n');
        }
        let stderr = self.complaints.recv_timeout(PATIENCE).map_err(Error::other)?;
        Ok(Output { status, stdout, stderr })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if self.ended.try_recv() == Err(TryRecvError::Empty) {
            // Fails only when it ended just now.
            let _ = kill(self.pid, Signal::SIGKILL);
        }
    }
}
