//! TLS connections for axum: each handshake in a task of its own, so a silent client delays nobody.

use super::Shared;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use centre_wire::signing::EXPORTER_LABEL;
use model::VisitId;
use rustls::{HandshakeKind, ProtocolVersion, ServerConfig};
use simulator_centre::Misbehaviour;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Connections at once: five readers with a relay and a question each, and room for a storm.
const CONNECTIONS: usize = 64;
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a refused client has to read the alert before the connection goes.
const ALERT: Duration = Duration::from_secs(1);

/// Hands out connections whose handshake is done.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<(Stream, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    pub(super) fn start(
        tcp: TcpListener,
        address: SocketAddr,
        tls: watch::Receiver<Arc<ServerConfig>>,
        shared: Arc<Shared>,
    ) -> Self {
        let (done, ready) = mpsc::channel(CONNECTIONS);
        tokio::spawn(accept_all(tcp, tls, shared, done));
        Self { ready, address }
    }
}

impl Listener for TlsListener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The acceptor ends at a stop only; axum then ends by its own signal.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept_all(
    tcp: TcpListener,
    tls: watch::Receiver<Arc<ServerConfig>>,
    shared: Arc<Shared>,
    done: mpsc::Sender<(Stream, SocketAddr)>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let stop = shared.stop.clone();
    let accepting = async {
        while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
            // A connection that failed before it was accepted is the client's trouble.
            let Ok((stream, peer)) = tcp.accept().await else { continue };
            count(&shared.counts.connections);
            let acceptor = TlsAcceptor::from(Arc::clone(&tls.borrow()));
            tokio::spawn(serve_one(stream, peer, permit, acceptor, Arc::clone(&shared), done.clone()));
        }
    };
    stop.run_until_cancelled(accepting).await;
}

async fn serve_one(
    tcp: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    tls: TlsAcceptor,
    shared: Arc<Shared>,
    done: mpsc::Sender<(Stream, SocketAddr)>,
) {
    let stop = shared.stop.clone();
    let serving = async {
        if shared.judge().misbehaviour() == Some(Misbehaviour::SilentAfterAccept) {
            return swallow(tcp).await;
        }
        let _without_it_only_slower = tcp.set_nodelay(true);
        let began = Instant::now();
        match tokio::time::timeout(HANDSHAKE, tls.accept(tcp).into_fallible()).await {
            Ok(Ok(stream)) => {
                count_handshake(&shared, &stream, began);
                let tls = Arc::new(Mutex::new(stream));
                let _closed_at_a_stop = done.send((Stream { tls, _permit: permit }, peer)).await;
            }
            Ok(Err((cause, mut tcp))) => {
                count(&shared.counts.failed_handshakes);
                shared.hear_handshake(String::from("failed"), began);
                tracing::debug!(%peer, %cause, "TLS handshake refused");
                // A close with bytes unread would reset the connection and may destroy the alert on its way.
                let _gone_already = tcp.shutdown().await;
                let _long_enough = tokio::time::timeout(ALERT, swallow(tcp)).await;
            }
            Err(_) => {
                count(&shared.counts.failed_handshakes);
                shared.hear_handshake(String::from("timed_out"), began);
            }
        }
    };
    stop.run_until_cancelled(serving).await;
}

/// Reads and says nothing, until the client goes.
async fn swallow(mut tcp: TcpStream) {
    let mut space = [0; 1024];
    while tcp.read(&mut space).await.is_ok_and(|read| read > 0) {}
}

fn count_handshake(shared: &Shared, stream: &TlsStream<TcpStream>, began: Instant) {
    let session = stream.get_ref().1;
    let kind = match session.handshake_kind() {
        Some(HandshakeKind::Resumed) => {
            count(&shared.counts.resumed_handshakes);
            "resumed"
        }
        _ => {
            count(&shared.counts.full_handshakes);
            "full"
        }
    };
    let version = session.protocol_version().map(|version| format!("{version:?}")).unwrap_or_default();
    shared.hear_handshake(format!("{kind} {version}"), began);
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A connection. Shared with the handlers, which export a value from it; only its own task waits for the lock.
pub(super) struct Stream {
    tls: Arc<Mutex<TlsStream<TcpStream>>>,
    _permit: OwnedSemaphorePermit,
}

impl Stream {
    fn with<R>(&self, poll: impl FnOnce(Pin<&mut TlsStream<TcpStream>>) -> R) -> R {
        poll(Pin::new(&mut *lock(&self.tls)))
    }
}

fn lock(tls: &Mutex<TlsStream<TcpStream>>) -> MutexGuard<'_, TlsStream<TcpStream>> {
    tls.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with(|tls| tls.poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|tls| tls.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|tls| tls.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|tls| tls.poll_shutdown(cx))
    }
}

/// What a handler knows of its connection.
#[derive(Clone)]
pub(super) struct Channel {
    tls: Arc<Mutex<TlsStream<TcpStream>>>,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({:?})", self.version())
    }
}

impl Channel {
    /// The TLS version spoken.
    pub(super) fn version(&self) -> Option<ProtocolVersion> {
        lock(&self.tls).get_ref().1.protocol_version()
    }

    /// The value exported for a visit (PROTOCOL.md).
    pub(super) fn exporter(&self, visit: &VisitId) -> Result<[u8; 32], rustls::Error> {
        lock(&self.tls).get_ref().1.export_keying_material([0; 32], EXPORTER_LABEL, Some(visit.as_bytes()))
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Channel {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self { tls: Arc::clone(&stream.io().tls) }
    }
}
