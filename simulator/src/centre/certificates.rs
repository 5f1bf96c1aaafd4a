//! Throw-away TLS certificates of the simulator. The authority's key is never written.

use super::ServerCertificate;
use centre_wire::marker;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;
use std::path::{Path, PathBuf};

/// The name in the mock centre's certificate; `.test` never resolves (RFC 6761).
pub const SERVER_NAME: &str = "centre.uketsuke.test";

/// What a terminal needs to reach the mock centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The authority's certificate, `ca.pem`.
    pub ca: PathBuf,
    /// The terminal's certificate, `terminal.pem`.
    pub certificate: PathBuf,
    /// The terminal's key, `terminal-key.pem`.
    pub key: PathBuf,
}

/// Why certificates cannot be made or written.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFault {
    /// They cannot be made.
    #[error(transparent)]
    Make(#[from] rcgen::Error),
    /// They cannot be written.
    #[error("{}: {cause}", file.display())]
    Write {
        /// Which file.
        file: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

/// A throw-away certificate authority.
pub(super) struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(…)")
    }
}

impl Authority {
    /// ECDSA P-256; with the simulator's marker or, to be told apart from it, without.
    pub(super) fn create(name: &str, marked: bool) -> Result<Self, CertificateFault> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::OrganizationName, marker::ORGANISATION);
        params.distinguished_name.push(DnType::CommonName, format!("{name} TLS authority"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        if marked {
            let extension = CustomExtension::from_oid_content(marker::OID, marker::VALUE.to_vec());
            params.custom_extensions.push(extension);
        }
        let certificate = params.self_signed(&key)?;
        Ok(Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    pub(super) fn der(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    /// The mock centre's chain and key.
    pub(super) fn server(
        &self,
        which: ServerCertificate,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CertificateFault> {
        let name = if which == ServerCertificate::OtherName { "other.uketsuke.test" } else { SERVER_NAME };
        let mut params = leaf(name, ExtendedKeyUsagePurpose::ServerAuth)?;
        if which == ServerCertificate::Expired {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = if which == ServerCertificate::OtherAuthority {
            params.signed_by(&key, &Self::create("other", true)?.issuer)?
        } else {
            params.signed_by(&key, &self.issuer)?
        };
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        Ok((vec![certificate.der().clone()], key))
    }

    /// Writes `ca.pem`, `terminal.pem` and `terminal-key.pem`.
    pub(super) fn write_terminal(&self, directory: &Path) -> Result<Files, CertificateFault> {
        let files = Files {
            ca: directory.join("ca.pem"),
            certificate: directory.join("terminal.pem"),
            key: directory.join("terminal-key.pem"),
        };
        let key = KeyPair::generate()?;
        let certificate = leaf("terminal-1.uketsuke.test", ExtendedKeyUsagePurpose::ClientAuth)?
            .signed_by(&key, &self.issuer)?;
        write(&files.ca, &self.pem)?;
        write(&files.certificate, &certificate.pem())?;
        write(&files.key, &key.serialize_pem())?;
        Ok(files)
    }
}

/// Writes another authority's `ca.pem`, `terminal.pem` and `terminal-key.pem`, which no mock centre accepts;
/// `marked` says whether that authority claims to be the simulator's.
///
/// # Errors
/// If they cannot be made or written.
pub fn write_foreign_terminal(directory: &Path, marked: bool) -> Result<Files, CertificateFault> {
    Authority::create("foreign", marked)?.write_terminal(directory)
}

fn leaf(name: &str, usage: ExtendedKeyUsagePurpose) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.distinguished_name.push(DnType::OrganizationName, marker::ORGANISATION);
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![usage];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Created readable by the owner only: a key among them.
fn write(file: &Path, text: &str) -> Result<(), CertificateFault> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut open| open.write_all(text.as_bytes()));
    written.map_err(|cause| CertificateFault::Write { file: file.to_owned(), cause })
}
