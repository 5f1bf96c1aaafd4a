//! A serial unit on a pseudo-terminal, which keeps neither parity nor speed, and moves bytes as fast as they come.

use super::monotonic_ns;
use super::outbox::Outbox;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, Ready};

/// One pseudo-terminal under its name.
#[derive(Debug)]
pub(super) struct Pty {
    master: AsyncFd<OwnedFd>,
    /// Held open: a master without any slave reads EIO, and the terminal closes its end when it likes.
    _slave: OwnedFd,
    waiting: Outbox,
}

impl Pty {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let pair = nix::pty::openpty(None, None)?;
        for end in [&pair.master, &pair.slave] {
            // A child process that inherited an end would keep an unplugged port alive.
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        }
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK))?;
        // Raw from the start: until the terminal opens it, the line discipline would echo what the unit says.
        let mut settings = tcgetattr(&pair.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings)?;
        let node = unistd::ttyname(&pair.slave)?;
        #[expect(
            deprecated,
            reason = "sound for a descriptor that is owned; its successor is unsafe to call"
        )]
        let master = AsyncFd::with_interest(pair.master, Interest::READABLE | Interest::WRITABLE)?;
        name(&node, path)?;
        Ok(Self { master, _slave: pair.slave, waiting: Outbox::default() })
    }

    pub(super) fn queue(&mut self, bytes: &[u8], announces: bool) {
        self.waiting.queue(bytes, announces);
    }

    /// Waits until bytes can be moved and moves some; what was read, if anything.
    pub(super) async fn step(&mut self, announced_ns: &AtomicI64) -> io::Result<Option<Vec<u8>>> {
        let interest = if self.waiting.is_empty() {
            Interest::READABLE
        } else {
            Interest::READABLE | Interest::WRITABLE
        };
        let mut guard = self.master.ready(interest).await?;
        let ready = guard.ready();
        // Each direction forgets only its own readiness: the other would wait for an edge that has passed.
        if ready.is_writable() && !self.waiting.is_empty() {
            let began_ns = monotonic_ns();
            match unistd::write(self.master.get_ref(), self.waiting.next()) {
                Ok(written) => self.waiting.written(written, began_ns, announced_ns),
                Err(Errno::EAGAIN) => guard.clear_ready_matching(Ready::WRITABLE),
                Err(error) => return Err(error.into()),
            }
        }
        if ready.is_readable() {
            let mut buffer = [0; 4096];
            match unistd::read(self.master.get_ref(), &mut buffer) {
                Ok(read) => return Ok(buffer.get(..read).map(<[u8]>::to_vec)),
                Err(Errno::EAGAIN) => guard.clear_ready_matching(Ready::READABLE),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

/// Makes `path` point to the node, in one step for whoever watches the directory.
fn name(node: &Path, path: &Path) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    match std::fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::fs::symlink(node, &aside)?;
    std::fs::rename(&aside, path)
}
