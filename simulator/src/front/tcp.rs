//! A unit that is reached over TCP: a port on loopback, the same after every replug.
//!
//! One terminal at a time: while one is connected nobody listens, and a second one is refused.

use super::outbox::Outbox;
use super::{Came, monotonic_ns};
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::atomic::AtomicI64;
use tokio::io::{Interest, Ready};
use tokio::net::{TcpListener, TcpStream};

/// One port.
#[derive(Debug)]
pub(super) struct Tcp {
    address: SocketAddr,
    state: State,
    waiting: Outbox,
}

#[derive(Debug)]
enum State {
    Listening(TcpListener),
    Open(TcpStream),
}

impl Tcp {
    /// Port 0 takes any free one.
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        Ok(Self { address, state: State::Listening(listener), waiting: Outbox::default() })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn queue(&mut self, bytes: &[u8], announces: bool) {
        if self.is_open() {
            self.waiting.queue(bytes, announces);
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    pub(super) async fn step(&mut self, announced_ns: &AtomicI64) -> io::Result<Option<Came>> {
        match &self.state {
            State::Listening(listener) => {
                let (terminal, _) = listener.accept().await?;
                terminal.set_nodelay(true)?;
                self.waiting.clear();
                self.state = State::Open(terminal);
                Ok(Some(Came::Opened))
            }
            State::Open(terminal) => match carry(terminal, &mut self.waiting, announced_ns).await {
                Ok(bytes) => Ok(bytes.map(Came::Bytes)),
                // It went: listen for the next one.
                Err(_) => {
                    self.state = State::Listening(listen(self.address)?);
                    Ok(Some(Came::Closed))
                }
            },
        }
    }
}

/// Moves bytes each way as far as they go; what was read, if anything. An error is the terminal's end.
async fn carry(
    terminal: &TcpStream,
    waiting: &mut Outbox,
    announced_ns: &AtomicI64,
) -> io::Result<Option<Vec<u8>>> {
    let interest =
        if waiting.is_empty() { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
    let ready: Ready = terminal.ready(interest).await?;
    if ready.is_writable() && !waiting.is_empty() {
        let began_ns = monotonic_ns();
        match terminal.try_write(waiting.next()) {
            Ok(written) => waiting.written(written, began_ns, announced_ns),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    if ready.is_readable() {
        let mut buffer = vec![0; 4096];
        match terminal.try_read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer.truncate(read);
                return Ok(Some(buffer));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The port may still be held by the last connection's end.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1)?;
    TcpListener::from_std(socket.into())
}
