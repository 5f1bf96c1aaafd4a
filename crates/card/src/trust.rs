//! Keys that configuration trusts: the issuers of card-face keys, and the CAs of authentication certificates.

use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::DecodePublicKey;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Why a trust file cannot be used. Trust files hold public things only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Not PEM, or no block in it.
    #[error("no PEM block found")]
    NoPem,
    /// A block of another kind.
    #[error("certificate or PEM block {number} is not {wanted}")]
    WrongBlock {
        /// Which block, from 1.
        number: usize,
        /// What was wanted.
        wanted: &'static str,
    },
}

/// The issuers whose signature on a card-face key certificate is believed. They are not on the card, and the
/// real ones are not published; the simulator has its own.
#[derive(Debug, Clone, Default)]
pub struct FaceTrust {
    keys: Vec<RsaPublicKey>,
}

impl FaceTrust {
    /// Trusts these keys.
    #[must_use]
    pub const fn new(keys: Vec<RsaPublicKey>) -> Self {
        Self { keys }
    }

    /// Reads PEM blocks `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`, one or several, RSA only.
    ///
    /// # Errors
    /// If there is none, or one is something else.
    pub fn from_pem(pem: &[u8]) -> Result<Self, TrustError> {
        let mut keys = Vec::new();
        for (index, block) in blocks(pem)?.iter().enumerate() {
            let number = index.saturating_add(1);
            let wanted = "an RSA public key or certificate";
            keys.push(rsa_key(block).ok_or(TrustError::WrongBlock { number, wanted })?);
        }
        Ok(Self { keys })
    }

    /// The keys.
    pub(crate) fn keys(&self) -> &[RsaPublicKey] {
        &self.keys
    }
}

fn rsa_key(block: &Pem) -> Option<RsaPublicKey> {
    match block.label.as_str() {
        "PUBLIC KEY" => RsaPublicKey::from_public_key_der(&block.contents).ok(),
        "RSA PUBLIC KEY" => RsaPublicKey::from_pkcs1_der(&block.contents).ok(),
        "CERTIFICATE" => {
            let (_, certificate) = X509Certificate::from_der(&block.contents).ok()?;
            RsaPublicKey::from_public_key_der(certificate.public_key().raw).ok()
        }
        _ => None,
    }
}

/// CA certificates of authentication certificates, to tell a simulated card for certain. May be empty.
#[derive(Debug, Clone, Default)]
pub struct CardCas {
    der: Vec<Vec<u8>>,
}

impl CardCas {
    /// No CA certificates: the issuer's name alone decides.
    #[must_use]
    pub const fn none() -> Self {
        Self { der: Vec::new() }
    }

    /// Reads PEM blocks `CERTIFICATE`, one or several.
    ///
    /// # Errors
    /// If there is none, or one is something else.
    pub fn from_pem(pem: &[u8]) -> Result<Self, TrustError> {
        let blocks = blocks(pem)?;
        if let Some(index) = blocks.iter().position(|block| block.label != "CERTIFICATE") {
            return Err(not_a_certificate(index));
        }
        Self::from_der(blocks.into_iter().map(|block| block.contents).collect())
    }

    /// Takes certificates, DER.
    ///
    /// # Errors
    /// If one is something else.
    pub fn from_der(der: Vec<Vec<u8>>) -> Result<Self, TrustError> {
        match der.iter().position(|der| X509Certificate::from_der(der).is_err()) {
            Some(index) => Err(not_a_certificate(index)),
            None => Ok(Self { der }),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.der.is_empty()
    }

    /// Whether one of the CAs signed the certificate. Several generations share one name, so each key is tried
    /// (card.md section 5).
    pub(crate) fn signed(&self, certificate: &X509Certificate<'_>) -> bool {
        self.der.iter().any(|der| {
            X509Certificate::from_der(der)
                .is_ok_and(|(_, ca)| certificate.verify_signature(Some(ca.public_key())).is_ok())
        })
    }
}

fn blocks(pem: &[u8]) -> Result<Vec<Pem>, TrustError> {
    let blocks: Result<Vec<Pem>, _> = Pem::iter_from_buffer(pem).collect();
    blocks.ok().filter(|blocks| !blocks.is_empty()).ok_or(TrustError::NoPem)
}

const fn not_a_certificate(index: usize) -> TrustError {
    TrustError::WrongBlock { number: index.saturating_add(1), wanted: "a certificate" }
}
