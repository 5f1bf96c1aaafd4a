//! Takes clients and serves each until it ends: never more than may be, none that takes its time for ever.

use crate::caller::Peer;
use crate::problem::Problem;
use crate::server::Limits;
use crate::shared::Shared;
use crate::stall::Impatient;
use axum::http::StatusCode;
use axum::{Extension, Router};
use failure::codes;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
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

/// A listener that this desk serves.
pub(crate) trait Listen: Send + Sync + 'static {
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

/// Serves whoever comes until the desk ends, and then gives open requests their time.
pub(crate) async fn serve<L: Listen>(listener: L, router: Router, shared: Arc<Shared>) {
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
