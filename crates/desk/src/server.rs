//! The listeners: loopback TCP and a Unix socket, the same routes behind each one's guard.

use crate::access::Routes;
use crate::caller::Peer;
use crate::cookies::Cookies;
use crate::error::DeskError;
use crate::guard::Door;
use crate::hub::Hub;
use crate::pairing::Pairings;
use crate::port::DeskPort;
use crate::problem::Problem;
use crate::rate::{Rate, Rates};
use crate::routes;
use crate::stall::Impatient;
use crate::tokens::Tokens;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::{Extension, Router};
use failure::codes;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Room for a request's head, bytes; more is answered with 431.
const LARGEST_HEAD: usize = 16 * 1024;
/// Clients that are told at a time that there are too many; whoever comes beyond that is let go without a word.
const REFUSED_AT_ONCE: usize = 64;
/// Time for each of them to take that.
const REFUSAL: Duration = Duration::from_secs(1);
/// Wait after the system could not accept, e.g. for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Where the desk listens.
#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// A loopback address; port 0 takes a free one.
    pub tcp: SocketAddr,
    /// The Unix socket, made with mode 0600: peers are this daemon's user and root.
    pub socket: PathBuf,
    /// The file of the tokens' hashes, made with mode 0600 if it is missing.
    pub tokens_file: PathBuf,
    /// Bounds.
    pub limits: Limits,
}

/// What one client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time, for each listener; whoever comes then is told so and let go at once.
    pub connections: usize,
    /// Requests of one caller.
    pub rate: Rate,
    /// Time for a request's head to arrive, and for an idle connection.
    pub head: Duration,
    /// Time for an answer to begin; the centre may need most of it for a look-up.
    pub request: Duration,
    /// Time for a client to take more bytes.
    pub stall: Duration,
    /// Time between signs of life in an event stream.
    pub heartbeat: Duration,
    /// Time for connections to end when the desk stops.
    pub stop: Duration,
    /// Largest request body, bytes.
    pub body: usize,
    /// Time for which a board stays open; then its lock is to be opened again.
    pub board: Duration,
    /// Time without a hand on it, after which a board's page locks itself.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            // A board and a receipt computer that both catch up stay far below.
            rate: Rate { each_second: 100, at_once: 500 },
            head: Duration::from_secs(10),
            request: Duration::from_secs(20),
            stall: Duration::from_secs(30),
            heartbeat: Duration::from_secs(15),
            stop: Duration::from_secs(2),
            body: 64 * 1024,
            // The longest day of a clinic, and no night.
            board: Duration::from_secs(14 * 3600),
            idle: Duration::from_secs(3 * 60),
        }
    }
}

/// The running local API. Dropped without [`Desk::stop`], it ends in the background.
#[derive(Debug)]
pub struct Desk {
    address: SocketAddr,
    socket: PathBuf,
    ending: CancellationToken,
    listeners: JoinSet<()>,
}

/// What every route knows.
pub(crate) struct Shared {
    pub(crate) port: Arc<dyn DeskPort>,
    /// Where pages are opened.
    pub(crate) address: SocketAddr,
    pub(crate) hub: Hub,
    pub(crate) routes: Routes,
    pub(crate) tokens: Tokens,
    pub(crate) rates: Rates,
    pub(crate) cookies: Cookies,
    pub(crate) pairings: Pairings,
    pub(crate) limits: Limits,
    pub(crate) ending: CancellationToken,
    pub(crate) document: Bytes,
}

impl Desk {
    /// Starts listening; clients are served when this returns. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// [`DeskError`] if an address is not loopback or taken, or the tokens' file is unusable.
    pub fn start(config: DeskConfig, port: Arc<dyn DeskPort>, hub: Hub) -> Result<Self, DeskError> {
        if !config.tcp.ip().is_loopback() {
            return Err(DeskError::NotLoopback(config.tcp));
        }
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(DeskError::NoRuntime);
        }
        let tokens = Tokens::open(&config.tokens_file)?;
        hub.begin_after(port.newest()?);
        let (tcp, address) = listen_tcp(config.tcp)?;
        let unix = listen_unix(&config.socket)?;

        let ending = CancellationToken::new();
        let (router, api) = routes::routes();
        let shared = Arc::new(Shared {
            port,
            address,
            hub,
            routes: Routes::of(&api),
            cookies: Cookies::under(tokens.cookie_key(), config.limits.board),
            rates: Rates::new(config.limits.rate),
            pairings: Pairings::default(),
            tokens,
            limits: config.limits,
            ending: ending.clone(),
            document: crate::body::json(&api).into(),
        });
        let number = address.port();
        // The other family's name leads elsewhere.
        let own = if address.is_ipv4() { "127.0.0.1" } else { "[::1]" };
        let tcp_names = [format!("{own}:{number}"), format!("localhost:{number}")];
        let unix_names = ["localhost".to_owned(), "uketsuke".to_owned()];
        let door = |hosts| Door { shared: Arc::clone(&shared), hosts };
        let mut listeners = JoinSet::new();
        listeners.spawn(serve(tcp, routes::guarded(&router, door(tcp_names.into())), Arc::clone(&shared)));
        listeners.spawn(serve(unix, routes::guarded(&router, door(unix_names.into())), shared));
        Ok(Self { address, socket: config.socket, ending, listeners })
    }

    /// The TCP address that is listened on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends event streams, then lets open requests finish within the limit.
    pub async fn stop(mut self) {
        self.ending.cancel();
        while self.listeners.join_next().await.is_some() {}
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.ending.cancel();
        self.listeners.detach_all();
        if let Err(cause) = std::fs::remove_file(&self.socket) {
            tracing::warn!(%cause, "the desk's socket was not removed");
        }
    }
}

/// A listener that this desk serves.
trait Listen: Send + Sync + 'static {
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Waits for the next client; `None` if the one that came may not be served.
    fn next(&self) -> impl Future<Output = std::io::Result<Option<(Self::Stream, Peer)>>> + Send;
}

impl Listen for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> std::io::Result<Option<(TcpStream, Peer)>> {
        let (stream, _) = self.accept().await?;
        stream.set_nodelay(true)?;
        Ok(Some((stream, Peer::Loopback)))
    }
}

impl Listen for UnixListener {
    type Stream = UnixStream;

    async fn next(&self) -> std::io::Result<Option<(UnixStream, Peer)>> {
        let (stream, _) = self.accept().await?;
        let peer = stream.peer_cred()?.uid();
        if peer == 0 || peer == nix::unistd::geteuid().as_raw() {
            return Ok(Some((stream, Peer::User(peer))));
        }
        tracing::warn!(uid = peer, "refused a foreign user on the desk's socket");
        Ok(None)
    }
}

async fn serve<L: Listen>(listener: L, router: Router, shared: Arc<Shared>) {
    let permits = Arc::new(Semaphore::new(shared.limits.connections));
    let refusals = Arc::new(Semaphore::new(REFUSED_AT_ONCE));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let came = tokio::select! {
            biased;
            () = shared.ending.cancelled() => break,
            came = listener.next() => came,
        };
        match came {
            Ok(Some((stream, peer))) => match Arc::clone(&permits).try_acquire_owned() {
                Ok(permit) => {
                    let router = router.clone().layer(Extension(peer));
                    let connection = serve_one(stream, router, shared.limits, shared.ending.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(permit);
                    });
                }
                Err(_) => {
                    if let Ok(permit) = Arc::clone(&refusals).try_acquire_owned() {
                        connections.spawn(async move {
                            let _ = tokio::time::timeout(REFUSAL, refuse_one(stream)).await;
                            drop(permit);
                        });
                    }
                }
            },
            Ok(None) => {}
            Err(cause) => {
                tracing::warn!(%cause, "the desk could not accept a client");
                let _ = tokio::time::timeout(ACCEPT_AGAIN, shared.ending.cancelled()).await;
            }
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(shared.limits.stop, all_ended).await.is_err() {
        connections.shutdown().await;
    }
}

/// Says that there are too many. What the client has sent is read off: closing over it would reset the connection, and the
/// answer with it.
async fn refuse_one<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> std::io::Result<()> {
    let body = Problem::new(StatusCode::SERVICE_UNAVAILABLE, codes::API_FULL).json();
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nRetry-After: 1\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.into_bytes(), body].concat()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop)
}

async fn serve_one<S>(stream: S, router: Router, limits: Limits, ending: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(LARGEST_HEAD);
    let io = TokioIo::new(Impatient::new(stream, limits.stall));
    let connection = builder.serve_connection(io, TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = ending.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, "a client's connection ended");
    }
}

fn listen_tcp(address: SocketAddr) -> Result<(TcpListener, SocketAddr), DeskError> {
    let failed = |cause| DeskError::Address { address, cause };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((TcpListener::from_std(listener).map_err(failed)?, bound))
}

fn listen_unix(path: &Path) -> Result<UnixListener, DeskError> {
    let failed = |cause| DeskError::Socket { path: path.to_owned(), cause };
    remove_stale(path)?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    // Whoever slips in before this line is stopped by the peer check.
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// Removes the socket that a killed daemon left behind, and nothing else.
fn remove_stale(path: &Path) -> Result<(), DeskError> {
    let failed = |cause| DeskError::Socket { path: path.to_owned(), cause };
    match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(failed(cause)),
        Ok(about) if !about.file_type().is_socket() => Err(DeskError::SocketTaken { path: path.to_owned() }),
        Ok(_) => match std::os::unix::net::UnixStream::connect(path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(failed)
            }
            _ => Err(DeskError::SocketTaken { path: path.to_owned() }),
        },
    }
}
