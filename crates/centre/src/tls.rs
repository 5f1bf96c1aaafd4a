//! Connections to the centre: name, TCP, TLS, each within its deadline, and what their failures mean.

use crate::config::Material;
use crate::{Awaited, CentreConfig, CentreError, Deadlines, config};
use centre_wire::{Refusal, Word, word::refusal};
use model::FaceAccount;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The way to the centre.
pub(crate) struct Line {
    pub(crate) endpoint: String,
    pub(crate) host: String,
    pub(crate) deadlines: Deadlines,
    server_name: ServerName<'static>,
    connector: TlsConnector,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({})", self.endpoint)
    }
}

impl Line {
    pub(crate) fn new(config: &CentreConfig, material: Material) -> Result<Self, CentreError> {
        let Material { authorities, certificates, key, server_name } = material;
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(|cause| config::file(&config.ca_pem_file, cause.to_string()))?;
        }
        // The provider is named here and nowhere else.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| CentreError::Config { key: "tls", cause: cause.to_string() })?
            .with_root_certificates(roots)
            .with_client_auth_cert(certificates, key)
            .map_err(|cause| config::file(&config.key_pem_file, format!("with its certificate: {cause}")))?;
        // Without it an exporter value of TLS 1.2 is not bound to the handshake (RFC 7627 section 5.4).
        tls.require_ems = true;
        Ok(Self {
            endpoint: config.endpoint.clone(),
            host: config.server_name.clone(),
            deadlines: config.deadlines,
            server_name,
            connector: TlsConnector::from(Arc::new(tls)),
        })
    }

    /// A fresh connection. Sessions are resumed where the centre allows it.
    pub(crate) async fn connect(&self) -> Result<TlsStream<TcpStream>, CentreError> {
        let Deadlines { connect, handshake, .. } = self.deadlines;
        // Resolving the name counts within the deadline: a name server may hang.
        let tcp = match tokio::time::timeout(connect, TcpStream::connect(&self.endpoint)).await {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(cause)) => return Err(self.unreachable(cause.to_string())),
            Err(_) => {
                return Err(self.unreachable(format!("no connection within {} ms", connect.as_millis())));
            }
        };
        tcp.set_nodelay(true).map_err(|cause| self.unreachable(cause.to_string()))?;
        let tls = self.connector.connect(self.server_name.clone(), tcp);
        self.within(handshake, Awaited::Handshake, tls).await?.map_err(|cause| self.broken(&cause))
    }

    /// Waits for the centre, at most so long.
    pub(crate) async fn within<F: Future>(
        &self,
        limit: Duration,
        awaited: Awaited,
        future: F,
    ) -> Result<F::Output, CentreError> {
        tokio::time::timeout(limit, future).await.map_err(|_| self.silent(limit, awaited))
    }

    pub(crate) fn silent(&self, waited: Duration, awaited: Awaited) -> CentreError {
        CentreError::Silent { endpoint: self.endpoint.clone(), waited, awaited }
    }

    pub(crate) fn limit(&self, limit: &'static str) -> CentreError {
        CentreError::RelayLimit { endpoint: self.endpoint.clone(), limit }
    }

    pub(crate) fn refused_with(&self, word: Word) -> CentreError {
        let endpoint = self.endpoint.clone();
        match word.as_str() {
            refusal::MAINTENANCE => CentreError::Maintenance { endpoint },
            _ => CentreError::Refused { endpoint, word },
        }
    }

    pub(crate) fn unreachable(&self, cause: String) -> CentreError {
        CentreError::Unreachable { endpoint: self.endpoint.clone(), cause }
    }

    pub(crate) fn garbled(&self, cause: impl fmt::Display) -> CentreError {
        CentreError::Garbled { endpoint: self.endpoint.clone(), cause: cause.to_string() }
    }

    pub(crate) fn login_refused(&self, account: &FaceAccount) -> CentreError {
        CentreError::LoginRefused { endpoint: self.endpoint.clone(), account: account.clone() }
    }

    /// A body beside a status other than 200.
    pub(crate) fn refused(&self, body: &[u8]) -> CentreError {
        match Refusal::from_json(body) {
            Ok(refusal) => self.refused_with(refusal.code),
            Err(fault) => self.garbled(fault),
        }
    }

    pub(crate) fn unknown_session(&self) -> CentreError {
        self.garbled("a session that no relay of this terminal opened")
    }

    /// A connection that broke. A refused certificate of ours shows in the handshake under TLS 1.2, but only at the
    /// first reading afterwards under TLS 1.3, wrapped by whoever read.
    pub(crate) fn broken(&self, error: &(dyn Error + 'static)) -> CentreError {
        rustls_error(error).map_or_else(|| self.garbled(plain(error)), |fault| self.tls_fault(fault))
    }

    pub(crate) fn tls_fault(&self, fault: &rustls::Error) -> CentreError {
        let endpoint = self.endpoint.clone();
        match fault {
            rustls::Error::AlertReceived(alert) if is_about_our_certificate(*alert) => {
                CentreError::TerminalCertificateRefused { endpoint, alert: format!("{alert:?}") }
            }
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                CentreError::Untrusted { endpoint, cause: fault.to_string() }
            }
            _ => self.garbled(format_args!("TLS: {fault}")),
        }
    }
}

const fn is_about_our_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::CertificateRequired
    )
}

/// The rustls error within, however often it was wrapped.
fn rustls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // An io::Error hides its content from source().
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

/// An error's own words where they quote nothing of what was received; else that it was cut short.
fn plain(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<io::Error>() {
        Some(error) if error.kind() != io::ErrorKind::Other => error.kind().to_string(),
        _ => "the connection ended in the middle".to_owned(),
    }
}

/// A connection that keeps the first TLS fault it met: hyper and tungstenite may report its consequence instead.
#[derive(Debug)]
pub(crate) struct Watched {
    stream: TlsStream<TcpStream>,
    fault: Arc<OnceLock<rustls::Error>>,
}

impl Watched {
    pub(crate) fn new(stream: TlsStream<TcpStream>) -> Self {
        Self { stream, fault: Arc::default() }
    }

    pub(crate) fn fault(&self) -> Arc<OnceLock<rustls::Error>> {
        Arc::clone(&self.fault)
    }

    fn note(&self, error: &io::Error) {
        if let Some(fault) = rustls_error(error) {
            let _already_known = self.fault.set(fault.clone());
        }
    }

    /// When writing fails, the peer's last word may still lie unread: an alert.
    fn last_word(&mut self, cx: &mut Context<'_>) {
        let mut space = [0; 1024];
        let mut buffer = ReadBuf::new(&mut space);
        if let Poll::Ready(Err(error)) = Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
            self.note(&error);
        }
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &written {
            self.note(error);
            if self.fault.get().is_none() {
                self.last_word(cx);
            }
        }
        written
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Err(error)) = &read {
            self.note(error);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, shut)
    }
}
