//! The PC/SC service under a running desk: stopped, killed and started again, with the same slots.

use rig::{PATIENCE, Simulator};
use std::io::{Error, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The service of one simulator.
#[derive(Debug)]
pub struct PcscService {
    socket: PathBuf,
    pid: Pid,
    /// After the first start of ours.
    own: Option<Child>,
}

impl PcscService {
    /// The service that the simulator started.
    ///
    /// # Errors
    /// If the simulator does not name it.
    pub fn of(simulator: &Simulator) -> std::io::Result<Self> {
        let ready = simulator.ready();
        let pid = ready.pids.first().ok_or_else(|| Error::other("the simulator names no service"))?;
        Ok(Self { socket: ready.pcsc_socket.clone(), pid: Pid::from_raw(pid.cast_signed()), own: None })
    }

    /// Ends it as an administrator does, and waits until it has.
    ///
    /// # Errors
    /// If it does not end.
    pub fn stop(&mut self) -> std::io::Result<()> {
        self.end(Signal::SIGTERM)
    }

    /// Ends it as a crash does, and waits until it has. Its socket's file stays.
    ///
    /// # Errors
    /// If it does not end.
    pub fn kill(&mut self) -> std::io::Result<()> {
        self.end(Signal::SIGKILL)
    }

    /// Starts another one with the same configuration, on the same socket.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_again(&mut self) -> std::io::Result<()> {
        std::fs::remove_file(&self.socket)?;
        let listener = UnixListener::bind(&self.socket)?;
        let configuration = self.socket.parent().unwrap_or_else(|| Path::new("/")).join("conf");
        // By socket activation: the shell moves the socket from its input to descriptor 3.
        let script = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; \
                      exec setpriv --pdeathsig KILL /usr/sbin/pcscd --foreground --error --config \"$0\"";
        let child = Command::new("sh")
            .args(["-c", script])
            .arg(configuration)
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        self.pid = Pid::from_raw(child.id().cast_signed());
        self.own = Some(child);
        Ok(())
    }

    fn end(&mut self, signal: Signal) -> std::io::Result<()> {
        // Its end closes this connection, whoever its parent is.
        let mut line = UnixStream::connect(&self.socket)?;
        line.set_read_timeout(Some(PATIENCE))?;
        kill(self.pid, signal)?;
        match line.read(&mut [0]) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            Err(error) => return Err(error),
        }
        self.own.take().map_or(Ok(()), |mut own| own.wait().map(drop))
    }
}

impl Drop for PcscService {
    fn drop(&mut self) {
        if let Some(mut own) = self.own.take() {
            let _ = own.kill();
            let _ = own.wait();
        }
    }
}
