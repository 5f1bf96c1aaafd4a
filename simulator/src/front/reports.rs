//! A HID unit on a `SOCK_SEQPACKET` socket: one packet is one report, as with a hidraw device.
//!
//! One terminal at a time: while one has it open nobody listens, and a second one is refused.

use super::{Came, monotonic_ns};
use socket2::{Domain, SockAddr, Socket, Type};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, Ready};

/// Reports that wait for a terminal that does not read; newer ones are lost, as in the kernel's queue for a HID device.
const MOST_WAITING: usize = 1024;

/// One socket under its name.
#[derive(Debug)]
pub(super) struct Reports {
    path: PathBuf,
    report: usize,
    state: State,
    /// Each with whether it announces a card.
    waiting: VecDeque<(Vec<u8>, bool)>,
}

#[derive(Debug)]
enum State {
    Listening(AsyncFd<Socket>),
    Open(AsyncFd<Socket>),
}

impl Reports {
    pub(super) fn open(path: &Path, report: usize) -> io::Result<Self> {
        let state = State::Listening(listen(path)?);
        Ok(Self { path: path.to_owned(), report, state, waiting: VecDeque::new() })
    }

    pub(super) fn queue(&mut self, report: &[u8], announces: bool) {
        // Nobody reads a device that nobody has opened.
        if self.is_open() && self.waiting.len() < MOST_WAITING {
            self.waiting.push_back((report.to_vec(), announces));
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    pub(super) async fn step(&mut self, announced_ns: &AtomicI64) -> io::Result<Option<Came>> {
        match &self.state {
            State::Listening(listener) => {
                let came = listener.async_io(Interest::READABLE, |listener| listener.accept()).await;
                let (terminal, _) = came?;
                terminal.set_nonblocking(true)?;
                self.waiting.clear();
                self.state = State::Open(waited_for(terminal)?);
                Ok(Some(Came::Opened))
            }
            State::Open(terminal) => {
                match carry(terminal, &mut self.waiting, self.report, announced_ns).await {
                    Ok(report) => Ok(report.map(Came::Bytes)),
                    // It went: listen for the next one.
                    Err(_) => {
                        self.state = State::Listening(listen(&self.path)?);
                        Ok(Some(Came::Closed))
                    }
                }
            }
        }
    }
}

/// Moves a report each way as far as they go; one that was read, if any. An error is the terminal's end.
async fn carry(
    terminal: &AsyncFd<Socket>,
    waiting: &mut VecDeque<(Vec<u8>, bool)>,
    report: usize,
    announced_ns: &AtomicI64,
) -> io::Result<Option<Vec<u8>>> {
    let interest =
        if waiting.is_empty() { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
    let mut guard = terminal.ready(interest).await?;
    let ready = guard.ready();
    // Each direction forgets only its own readiness: the other would wait for an edge that has passed.
    if ready.is_writable()
        && let Some((next, announces)) = waiting.front()
    {
        let began_ns = monotonic_ns();
        match terminal.get_ref().write(next) {
            Ok(_whole) => {
                if *announces {
                    announced_ns.store(began_ns, Ordering::SeqCst);
                }
                waiting.pop_front();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                guard.clear_ready_matching(Ready::WRITABLE)
            }
            Err(error) => return Err(error),
        }
    }
    if ready.is_readable() {
        // One byte more than a report, so that a longer packet shows.
        let mut buffer = vec![0; report.saturating_add(1)];
        match terminal.get_ref().read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer.truncate(read);
                return Ok(Some(buffer));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                guard.clear_ready_matching(Ready::READABLE)
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Listens under the name, which appears in one step for whoever watches the directory.
fn listen(path: &Path) -> io::Result<AsyncFd<Socket>> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    match std::fs::remove_file(&aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = Socket::new(Domain::UNIX, Type::SEQPACKET, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(&aside)?)?;
    socket.listen(1)?;
    std::fs::rename(&aside, path)?;
    waited_for(socket)
}

#[expect(deprecated, reason = "sound for a socket that is owned; its successor is unsafe to call")]
fn waited_for(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    AsyncFd::with_interest(socket, Interest::READABLE | Interest::WRITABLE)
}
