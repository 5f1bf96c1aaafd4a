//! The desk as a whole: what it is started with, and the two listeners that serve the same routes, each behind its guard.

use crate::access::Routes;
use crate::cookies::Cookies;
use crate::error::DeskError;
use crate::guard::Door;
use crate::hub::Hub;
use crate::pairing::Pairings;
use crate::port::DeskPort;
use crate::rate::{Rate, Rates};
use crate::routes;
use crate::serving::serve;
use crate::shared::Shared;
use crate::sockets::{listen_tcp, listen_unix};
use crate::tokens::Tokens;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

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
