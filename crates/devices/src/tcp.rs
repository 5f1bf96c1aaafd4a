//! TCP to a unit that stands behind its own USB network.

use crate::address::{Address, is_private};
use crate::link::{LinkError, SEND_LIMIT};
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

/// How long opening may take, the look-up of the name included.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// A connection over which nothing comes is asked after this long, then again and again, and is given up after so many.
const ASKED_AFTER: Duration = Duration::from_secs(5);
const ASKED_AGAIN: Duration = Duration::from_secs(2);
const ASKED_TIMES: u32 = 3;
/// Names that are looked up at once. A look-up cannot be called off: one that hangs keeps its thread.
static LOOKUPS: Semaphore = Semaphore::const_new(4);

/// An open connection.
#[derive(Debug)]
pub struct TcpLink {
    stream: TcpStream,
    address: Address,
}

impl TcpLink {
    /// Connects, to loopback and private addresses only.
    ///
    /// # Errors
    /// [`LinkError::Absent`] when nobody is there or nobody answers within [`CONNECT_LIMIT`], [`LinkError::Public`]
    /// when the name stands for none of the addresses allowed.
    pub async fn open(host: &str, port: u16) -> Result<Self, LinkError> {
        let address = Address::Host { host: host.to_owned(), port };
        match tokio::time::timeout(CONNECT_LIMIT, connect(host, port, &address)).await {
            Ok(connected) => connected.map(|stream| Self { stream, address }),
            Err(_) => Err(LinkError::Absent { address }),
        }
    }

    /// As [`crate::link::LinkPort::receive`].
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit closed the connection or the network lost it.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        match self.stream.read(buffer).await {
            Ok(0) => Err(LinkError::Gone { address: self.address.clone() }),
            Ok(count) => Ok(count),
            // Nobody answered the questions whether it is still there.
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                Err(LinkError::Gone { address: self.address.clone() })
            }
            Err(error) => Err(LinkError::in_use(&self.address, error)),
        }
    }

    /// As [`crate::link::LinkPort::send`].
    ///
    /// # Errors
    /// [`LinkError::Gone`] or [`LinkError::Stuck`].
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        match tokio::time::timeout(SEND_LIMIT, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(LinkError::in_use(&self.address, error)),
            Err(_) => Err(LinkError::Stuck { address: self.address.clone() }),
        }
    }
}

async fn connect(host: &str, port: u16, address: &Address) -> Result<TcpStream, LinkError> {
    let found = resolve(host, port).await;
    let private: Vec<SocketAddr> = found.iter().copied().filter(|found| is_private(found.ip())).collect();
    if private.is_empty() && !found.is_empty() {
        return Err(LinkError::Public { address: address.clone() });
    }
    let mut refused = LinkError::Absent { address: address.clone() };
    for to in private {
        match connect_to(to).await {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = open_error(error, address),
        }
    }
    Err(refused)
}

async fn connect_to(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(to).await?;
    // On loopback a free port of the range for callers can be reached from itself: then nobody listens there.
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    stream.set_nodelay(true)?;
    let asking =
        TcpKeepalive::new().with_time(ASKED_AFTER).with_interval(ASKED_AGAIN).with_retries(ASKED_TIMES);
    SockRef::from(&stream).set_tcp_keepalive(&asking)?;
    Ok(stream)
}

fn open_error(source: io::Error, address: &Address) -> LinkError {
    let address = address.clone();
    match source.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::TimedOut => LinkError::Absent { address },
        io::ErrorKind::PermissionDenied => LinkError::NotPermitted { address },
        _ => LinkError::Other { address, source },
    }
}

/// The addresses of a host; none if its name stands for none.
async fn resolve(host: &str, port: u16) -> Vec<SocketAddr> {
    if let Ok(number) = host.parse::<IpAddr>() {
        return vec![SocketAddr::new(number, port)];
    }
    if host.eq_ignore_ascii_case("localhost") {
        let both = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        return both.into_iter().map(|number| SocketAddr::new(number, port)).collect();
    }
    let name = host.to_owned();
    look_up(&LOOKUPS, move || (name, port).to_socket_addrs().map(Iterator::collect).unwrap_or_default()).await
}

/// Looks up on a thread of its own, so that neither the runtime nor its end waits for a look-up that hangs. Nothing is
/// found while too many hang already.
async fn look_up(
    places: &'static Semaphore,
    ask: impl FnOnce() -> Vec<SocketAddr> + Send + 'static,
) -> Vec<SocketAddr> {
    let Ok(place) = places.try_acquire() else { return Vec::new() };
    let (reply, answer) = oneshot::channel();
    let thread = std::thread::Builder::new().name("look-up".into()).spawn(move || {
        let _place = place;
        // Whoever asked may have given up.
        let _ = reply.send(ask());
    });
    if thread.is_err() {
        return Vec::new();
    }
    answer.await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_look_up_that_hangs_holds_nobody_up_and_their_number_is_bounded() {
        static PLACES: Semaphore = Semaphore::const_new(2);
        let found: SocketAddr = "127.0.0.1:9".parse().unwrap();
        let mut hanging = Vec::new();
        for _ in 0..2 {
            let (go, gone) = mpsc::channel::<()>();
            hanging.push(go);
            let mut asking = Box::pin(look_up(&PLACES, move || {
                let _ = gone.recv();
                vec![found]
            }));
            // Asked, and given up on before the answer.
            assert!(futures_poll(&mut asking).is_none());
        }
        assert_eq!(look_up(&PLACES, move || vec![found]).await, [], "no third thread");
        drop(hanging);
        let free = tokio::time::timeout(Duration::from_secs(5), PLACES.acquire_many(2));
        drop(free.await.expect("the threads end").unwrap());
        assert_eq!(look_up(&PLACES, move || vec![found]).await, [found]);
    }

    fn futures_poll<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::Pin::new(future).poll(&mut context) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        }
    }
}
