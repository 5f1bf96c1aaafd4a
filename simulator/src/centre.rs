//! The mock centre behind real mutual TLS on 127.0.0.1. What it knows and decides is `simulator-centre`.

#![allow(clippy::disallowed_methods, reason = "I/O: reads the clock and draws random bytes")]

mod certificates;
mod listener;
mod relay;
mod routes;
mod traffic;

pub use certificates::{CertificateFault, Files, SERVER_NAME, write_foreign_terminal};
pub use traffic::{Traffic, TrafficEar};

use self::certificates::Authority;
use self::listener::{Channel, TlsListener};
use model::Timestamp;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use serde::{Deserialize, Serialize};
use simulator_centre::{Judgement, Misbehaviour, OracleEntry, Query, Setup, SetupError};
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long open exchanges may take to end at a stop.
const STOPPING: Duration = Duration::from_secs(3);

/// How the line behaves, beside what [`Setup`] says.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineOptions {
    /// On 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Which versions are offered.
    pub versions: TlsVersions,
    /// Whose certificate is shown.
    pub certificate: ServerCertificate,
}

/// TLS versions that the mock centre speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsVersions {
    /// 1.2 and 1.3.
    #[default]
    Both,
    /// Only 1.2.
    Tls12,
    /// Only 1.3.
    Tls13,
}

/// Which certificate the mock centre shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerCertificate {
    /// One that leads to `ca.pem`.
    #[default]
    Own,
    /// One of an authority that nobody configured.
    OtherAuthority,
    /// One that leads to `ca.pem`, for another name.
    OtherName,
    /// One that leads to `ca.pem`, expired.
    Expired,
}

/// Why a mock centre does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port cannot be taken.
    #[error("the mock centre cannot listen on 127.0.0.1:{port}: {cause}")]
    Listen {
        /// Which port.
        port: u16,
        /// Why.
        cause: std::io::Error,
    },
    /// The certificates cannot be made or written.
    #[error("certificates of the mock centre: {0}")]
    Certificates(#[from] CertificateFault),
    /// TLS refuses the certificates.
    #[error("TLS of the mock centre: {0}")]
    Tls(String),
    /// The judgement cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

/// What the line has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counters {
    /// TCP connections accepted.
    pub connections: u64,
    /// Full TLS handshakes.
    pub full_handshakes: u64,
    /// Resumed TLS sessions.
    pub resumed_handshakes: u64,
    /// Handshakes that failed: no certificate, a foreign one, no TLS.
    pub failed_handshakes: u64,
    /// Logins asked for.
    pub logins: u64,
    /// Relays opened.
    pub relays: u64,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    full_handshakes: AtomicU64,
    resumed_handshakes: AtomicU64,
    failed_handshakes: AtomicU64,
    logins: AtomicU64,
    relays: AtomicU64,
}

/// What all connections share.
struct Shared {
    judgement: Mutex<Judgement>,
    counts: Counts,
    /// How many relays have ended.
    ended: watch::Sender<usize>,
    stop: CancellationToken,
    ear: OnceLock<TrafficEar>,
}

impl Shared {
    /// Judges, and tells those who wait for the end of a relay.
    fn judge_relay<R>(&self, judge: impl FnOnce(&mut Judgement) -> R) -> R {
        let (judged, ended) = {
            let mut judgement = self.judge();
            (judge(&mut judgement), judgement.oracle().len())
        };
        // After the judgement's lock: whoever waits holds the other one. Another relay may have told more already.
        self.ended.send_modify(|told| *told = ended.max(*told));
        judged
    }

    fn judge(&self) -> MutexGuard<'_, Judgement> {
        self.judgement.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running mock centre. Dropping it ends it at once; [`MockCentre::stop`] lets open exchanges finish.
pub struct MockCentre {
    address: SocketAddr,
    files: Files,
    authority: Authority,
    tls: watch::Sender<Arc<ServerConfig>>,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

impl fmt::Debug for MockCentre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MockCentre({})", self.address)
    }
}

impl MockCentre {
    /// Makes throw-away certificates in `directory` and serves.
    ///
    /// # Errors
    /// If the port is taken, the certificates cannot be written, or the setup is wrong.
    pub async fn start(directory: &Path, setup: Setup, options: LineOptions) -> Result<Self, StartError> {
        let authority = Authority::create("mock centre", true)?;
        let files = authority.write_terminal(directory)?;
        let tls = watch::Sender::new(server_config(&authority, options.versions, options.certificate)?);
        let port = options.port;
        let listening = TcpListener::bind(("127.0.0.1", port)).await;
        let tcp = listening.map_err(|cause| StartError::Listen { port, cause })?;
        let address = tcp.local_addr().map_err(|cause| StartError::Listen { port, cause })?;
        let shared = Arc::new(Shared {
            judgement: Mutex::new(Judgement::new(setup)?),
            counts: Counts::default(),
            ended: watch::Sender::new(0),
            stop: CancellationToken::new(),
            ear: OnceLock::new(),
        });
        let listener = TlsListener::start(tcp, address, tls.subscribe(), Arc::clone(&shared));
        let service = routes::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Channel>();
        let stopped = shared.stop.clone().cancelled_owned();
        let serving = tokio::spawn(async move {
            // Ends without error: accept never fails and shutdown is orderly.
            let _ended = axum::serve(listener, service).with_graceful_shutdown(stopped).await;
        });
        Ok(Self { address, files, authority, tls, shared, serving })
    }

    /// Lets an ear hear what is asked and how it goes, from now on. The first one stays.
    pub fn listen(&self, ear: TrafficEar) {
        let _first_stays = self.shared.ear.set(ear);
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a terminal needs to reach it.
    #[must_use]
    pub const fn files(&self) -> &Files {
        &self.files
    }

    /// Every relay that ended, in order.
    #[must_use]
    pub fn oracle(&self) -> Vec<OracleEntry> {
        self.with(|judgement| judgement.oracle().to_vec())
    }

    /// Waits until so many relays have ended since the start, and gives them. Bound it with a time.
    pub async fn oracle_of(&self, relays: usize) -> Vec<OracleEntry> {
        // The sender lives as long as this value, so waiting cannot fail.
        let mut ended = self.shared.ended.subscribe();
        drop(ended.wait_for(|ended| *ended >= relays).await);
        self.oracle()
    }

    /// Every question that was answered after a relay or without a card, in order.
    #[must_use]
    pub fn queries(&self) -> Vec<Query> {
        self.with(|judgement| judgement.queries().to_vec())
    }

    /// Behaves so from now on; `None` is well.
    pub fn set_misbehaviour(&self, misbehaviour: Option<Misbehaviour>) {
        self.with(|judgement| judgement.set_misbehaviour(misbehaviour));
    }

    /// Offers these versions and shows this certificate to every connection from now on.
    ///
    /// # Errors
    /// If the certificate cannot be made; everything stays as it was.
    pub fn set_tls(&self, versions: TlsVersions, certificate: ServerCertificate) -> Result<(), StartError> {
        self.tls.send_replace(server_config(&self.authority, versions, certificate)?);
        Ok(())
    }

    /// Changes or asks what the centre knows: patients, revocation lists, passwords.
    pub fn with<R>(&self, change: impl FnOnce(&mut Judgement) -> R) -> R {
        change(&mut self.shared.judge())
    }

    /// What the line has seen.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let counts = &self.shared.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counters {
            connections: read(&counts.connections),
            full_handshakes: read(&counts.full_handshakes),
            resumed_handshakes: read(&counts.resumed_handshakes),
            failed_handshakes: read(&counts.failed_handshakes),
            logins: read(&counts.logins),
            relays: read(&counts.relays),
        }
    }

    /// Stops listening, lets open exchanges finish for a moment, and frees the port.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        if tokio::time::timeout(STOPPING, &mut self.serving).await.is_err() {
            tracing::warn!(address = %self.address, "mock centre stopped with exchanges open");
        }
    }
}

impl Drop for MockCentre {
    fn drop(&mut self) {
        self.shared.stop.cancel();
        self.serving.abort();
    }
}

fn server_config(
    authority: &Authority,
    offered: TlsVersions,
    certificate: ServerCertificate,
) -> Result<Arc<ServerConfig>, StartError> {
    let fault = |cause: &dyn fmt::Display| StartError::Tls(cause.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der()).map_err(|cause| fault(&cause))?;
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|cause| fault(&cause))?;
    let (chain, key) = authority.server(certificate)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(offered))
        .map_err(|cause| fault(&cause))?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(|cause| fault(&cause))?;
    // As the client: an exporter value of TLS 1.2 without it is not bound to the handshake.
    config.require_ems = true;
    Ok(Arc::new(config))
}

fn versions(offered: TlsVersions) -> Vec<&'static SupportedProtocolVersion> {
    match offered {
        TlsVersions::Both => vec![&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersions::Tls12 => vec![&rustls::version::TLS12],
        TlsVersions::Tls13 => vec![&rustls::version::TLS13],
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Fresh random bytes.
fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
