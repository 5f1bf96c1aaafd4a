//! RSA keys from a seed, and what can be said about them.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::ber::{join, object};

/// Why issuing failed.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A key could not be made, read or used.
    #[error("the RSA key `{subject}` cannot be used")]
    Key {
        /// Which key.
        subject: String,
        /// What the RSA library said.
        source: rsa::Error,
    },
    /// A key could not be encoded.
    #[error("an RSA key cannot be encoded")]
    Encoding(#[from] rsa::pkcs1::Error),
    /// The Ed25519 seed was refused.
    #[error("the stand-in's Ed25519 key cannot be made from its seed")]
    StandIn,
    /// A picture of the card face could not be encoded.
    #[error("a picture of the card face cannot be encoded")]
    Picture(#[from] png::EncodingError),
    /// A date of a persona does not exist.
    #[error("a date does not exist")]
    Date(#[from] time::error::ComponentRange),
}

/// A generator of its own for each purpose, so that adding one draw changes no other.
pub(crate) fn generator(seed: u64, purpose: &str) -> ChaCha20Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(purpose.as_bytes());
    ChaCha20Rng::from_seed(hash.finalize().into())
}

/// An RSA-2048 key pair.
#[derive(Clone)]
pub struct Key(RsaPrivateKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// Makes the key of a seed and purpose; takes from a tenth of a second to some seconds.
    ///
    /// # Errors
    /// [`IssueError::Key`] when the generator fails.
    pub fn generate(seed: u64, purpose: &str) -> Result<Self, IssueError> {
        let key = RsaPrivateKey::new(&mut generator(seed, purpose), 2048)
            .map_err(|source| IssueError::Key { subject: purpose.to_owned(), source })?;
        Ok(Self(key))
    }

    /// The public key as PKCS#1 DER (`RSAPublicKey`), the content of a certificate's key bit string.
    ///
    /// # Errors
    /// [`IssueError::Encoding`].
    pub fn public_der(&self) -> Result<Vec<u8>, IssueError> {
        Ok(self.0.to_public_key().to_pkcs1_der()?.as_bytes().to_vec())
    }

    /// SHA-1 of the public key, the key identifier of RFC 5280.
    pub(crate) fn identifier(&self) -> Result<Vec<u8>, IssueError> {
        let der = self.public_der()?;
        Ok(ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref().to_vec())
    }

    /// The public key as the card's own objects hold it: `90 03 <e> 91 82 01 00 <n>`, 265 bytes.
    pub(crate) fn card_public(&self) -> Vec<u8> {
        let exponent = left_padded(&self.0.e().to_bytes_be(), 3);
        let modulus = left_padded(&self.0.n().to_bytes_be(), 256);
        join([object(0x90, &exponent), object(0x91, &modulus)])
    }

    /// PKCS#1 v1.5 over the bytes as given, normally a DigestInfo; `None` when they are empty or too long.
    pub(crate) fn sign_raw(&self, input: &[u8]) -> Option<Vec<u8>> {
        if input.is_empty() {
            return None;
        }
        self.0.sign(Pkcs1v15Sign::new_unprefixed(), input).ok()
    }

    /// PKCS#1 v1.5 with SHA-256 over a message.
    pub(crate) fn sign_message(&self, message: &[u8]) -> Result<Vec<u8>, IssueError> {
        let digest = Sha256::digest(message);
        self.0
            .sign(Pkcs1v15Sign::new::<Sha256>(), &digest)
            .map_err(|source| IssueError::Key { subject: "signature".to_owned(), source })
    }

    /// RSASSA-PSS with SHA-256 over a 32-byte hash.
    pub(crate) fn sign_pss(&self, hash: &[u8], rng: &mut ChaCha20Rng) -> Option<Vec<u8>> {
        self.0.sign_with_rng(rng, Pss::new::<Sha256>(), hash).ok()
    }
}

fn left_padded(bytes: &[u8], width: usize) -> Vec<u8> {
    let mut out = vec![0; width.saturating_sub(bytes.len())];
    out.extend_from_slice(bytes);
    out
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let der = self.0.to_pkcs1_der().map_err(serde::ser::Error::custom)?;
        crate::storage::hex::serialize(der.as_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let der = crate::storage::hex::deserialize(deserializer)?;
        RsaPrivateKey::from_pkcs1_der(&der).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The three key pairs of one card. Slow to make, so they can be made elsewhere and handed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CardKeys {
    pub(crate) auth: Key,
    pub(crate) sign: Key,
    pub(crate) chip: Key,
}

impl CardKeys {
    /// The keys of a card: EF 0017, EF 001A, and the key of internal authentication.
    ///
    /// # Errors
    /// [`IssueError::Key`] when the generator fails.
    pub fn generate(seed: u64, persona: &str) -> Result<Self, IssueError> {
        Ok(Self {
            auth: Key::generate(seed, &format!("auth {persona}"))?,
            sign: Key::generate(seed, &format!("sign {persona}"))?,
            chip: Key::generate(seed, &format!("chip {persona}"))?,
        })
    }
}
