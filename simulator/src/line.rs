//! The line to the mock centre: a port that can be closed and opened again while the centre goes on.
//!
//! Bytes pass unchanged, so TLS runs from the terminal to the centre as if this were not here.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Connections at once; more wait to be accepted.
const MOST_CONNECTIONS: usize = 64;
const BACKLOG: i32 = 64;

/// A port in front of the centre.
#[derive(Debug)]
pub(crate) struct Line {
    address: SocketAddr,
    centre: SocketAddr,
    /// Keeps the port ours while it is closed: bound, never listening.
    _reservation: Socket,
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    cut: CancellationToken,
    accepting: JoinHandle<()>,
}

impl Line {
    /// Takes a free port of 127.0.0.1 in front of `centre` and opens it.
    ///
    /// # Errors
    /// When no port can be taken.
    pub(crate) async fn open(centre: SocketAddr) -> std::io::Result<Self> {
        let reservation = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = reservation
            .local_addr()?
            .as_socket()
            .ok_or_else(|| std::io::Error::other("a port without an address"))?;
        let line = Self { address, centre, _reservation: reservation, open: Mutex::new(None) };
        line.start().await?;
        Ok(line)
    }

    /// Where the terminal finds the centre.
    #[must_use]
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the port; nothing happens if it is open.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub(crate) async fn start(&self) -> std::io::Result<()> {
        let mut open = self.open.lock().await;
        if open.is_some() {
            return Ok(());
        }
        let socket = bound(self.address)?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into())?;
        let cut = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, self.centre, cut.clone()));
        *open = Some(Open { cut, accepting });
        Ok(())
    }

    /// Closes the port and every connection through it: who connects is refused at once.
    pub(crate) async fn stop(&self) {
        if let Some(Open { cut, accepting }) = self.open.lock().await.take() {
            cut.cancel();
            // The task ends at once; only a panic could be reported here, and it would have been.
            let _ended = accepting.await;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(open) = self.open.get_mut().take() {
            open.cut.cancel();
        }
    }
}

fn bound(address: SocketAddr) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // Two sockets of ours may hold the port as long as only one listens.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

async fn accept(listener: TcpListener, centre: SocketAddr, cut: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let serving = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((terminal, _)) => {
                    let cut = cut.clone();
                    tokio::spawn(async move {
                        let _place = place;
                        cut.run_until_cancelled(carry(terminal, centre)).await;
                    });
                }
                Err(fault) => tracing::warn!(%fault, "the line to the centre cannot accept"),
            }
        }
    };
    cut.run_until_cancelled(serving).await;
}

async fn carry(mut terminal: TcpStream, centre: SocketAddr) {
    let Ok(mut centre) = TcpStream::connect(centre).await else { return };
    let (_faster, _too) = (terminal.set_nodelay(true), centre.set_nodelay(true));
    // Whichever end breaks off, the other sees its connection close.
    let _broken_off = tokio::io::copy_bidirectional(&mut terminal, &mut centre).await;
}

#[cfg(test)]
mod tests {
    use super::Line;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn a_closed_line_refuses_and_opens_again_at_the_same_port() {
        let centre = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Line::open(centre.local_addr().unwrap()).await.unwrap();
        let mut terminal = TcpStream::connect(line.address()).await.unwrap();
        let (mut accepted, _) = centre.accept().await.unwrap();
        terminal.write_all(b"x").await.unwrap();
        assert_eq!(accepted.read_u8().await.unwrap(), b'x');

        line.stop().await;
        assert_eq!(terminal.read(&mut [0; 1]).await.unwrap_or(0), 0, "open connections are cut");
        let refused = TcpStream::connect(line.address()).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

        line.start().await.unwrap();
        TcpStream::connect(line.address()).await.unwrap();
        centre.accept().await.unwrap();
    }
}
