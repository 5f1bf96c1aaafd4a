//! Configuration of the line to the centre, and the files it names.

use crate::CentreError;
use model::{FaceAccount, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

/// How to reach the centre and as whom.
#[derive(Debug, Clone)]
pub struct CentreConfig {
    /// `host:port`.
    pub endpoint: String,
    /// The DNS name in the centre's certificate; part of the text that the card signs.
    pub server_name: String,
    /// The authorities that the centre's certificate may lead to; no others are trusted.
    pub ca_pem_file: PathBuf,
    /// The terminal's certificate, chain included.
    pub certificate_pem_file: PathBuf,
    /// The terminal's private key.
    pub key_pem_file: PathBuf,
    /// How long each wait may last.
    pub deadlines: Deadlines,
    /// The password of each reader's face account.
    pub accounts: BTreeMap<FaceAccount, Password>,
}

/// How long each wait may last before the line counts as dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Resolving the name and connecting.
    pub connect: Duration,
    /// The TLS handshake, and the upgrade to a websocket.
    pub handshake: Duration,
    /// The reply to a login.
    pub login: Duration,
    /// One message of a relay.
    pub relay_message: Duration,
    /// A whole relay, the card's work included.
    pub relay_total: Duration,
    /// The list of screens, the result, and the answer to a look-up. 3 to 7 s are usual (workflow.md section 5).
    pub answer: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            handshake: Duration::from_secs(3),
            login: Duration::from_secs(5),
            relay_message: Duration::from_secs(8),
            relay_total: Duration::from_secs(30),
            answer: Duration::from_secs(10),
        }
    }
}

/// The password of a face account. Wiped when dropped, never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes a password of 1 to 64 characters.
    #[must_use]
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What the files hold.
pub(crate) struct Material {
    pub(crate) authorities: Vec<CertificateDer<'static>>,
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) server_name: ServerName<'static>,
}

impl Material {
    pub(crate) fn read(config: &CentreConfig) -> Result<Self, CentreError> {
        check_endpoint(&config.endpoint)?;
        check_accounts(&config.accounts)?;
        Ok(Self {
            authorities: certificates(&config.ca_pem_file)?,
            certificates: certificates(&config.certificate_pem_file)?,
            key: PrivateKeyDer::from_pem_file(&config.key_pem_file)
                .map_err(|cause| file(&config.key_pem_file, format!("no private key in PEM: {cause}")))?,
            server_name: server_name(&config.server_name)?,
        })
    }
}

pub(crate) fn file(file: &Path, cause: impl Into<String>) -> CentreError {
    CentreError::File { file: file.to_owned(), cause: cause.into() }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CentreError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let found: Vec<_> = read.map_err(|cause| file(path, format!("no certificates in PEM: {cause}")))?;
    if found.is_empty() { Err(file(path, "no certificate in it")) } else { Ok(found) }
}

/// Until when the terminal's certificate in this file holds; `None` if that cannot be read.
#[must_use]
pub fn certificate_until(path: &Path) -> Option<Timestamp> {
    // Whoever shows a chain begins with the own one (RFC 8446 section 4.4.2).
    let own = certificates(path).ok()?.into_iter().next()?;
    let (_, own) = X509Certificate::from_der(&own).ok()?;
    Some(Timestamp(own.validity().not_after.timestamp().saturating_mul(1000)))
}

fn check_endpoint(endpoint: &str) -> Result<(), CentreError> {
    let port =
        endpoint.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(1..)) => Ok(()),
        _ => Err(CentreError::Config {
            key: "endpoint",
            cause: format!("expected host:port, found {endpoint:?}"),
        }),
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, CentreError> {
    match ServerName::try_from(name.to_owned()) {
        Ok(name @ ServerName::DnsName(_)) => Ok(name),
        _ => Err(CentreError::Config {
            key: "server_name",
            cause: format!("expected a DNS name, found {name:?}"),
        }),
    }
}

fn check_accounts(accounts: &BTreeMap<FaceAccount, Password>) -> Result<(), CentreError> {
    let fits =
        |password: &Password| (1..=centre_wire::caps::NAME).contains(&password.expose().chars().count());
    match accounts.iter().find(|(_, password)| !fits(password)) {
        None => Ok(()),
        Some((account, _)) => Err(CentreError::Config {
            key: "accounts",
            cause: format!("the password of {account} has not 1 to 64 characters"),
        }),
    }
}
