//! The centre's fresh random bytes for one relay.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// 32 bytes, base64 with padding on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce(pub [u8; 32]);

/// Why text is not a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a nonce: expected 32 bytes in base64")]
pub struct NonceError;

impl TryFrom<String> for Nonce {
    type Error = NonceError;
    fn try_from(text: String) -> Result<Self, NonceError> {
        let bytes = STANDARD.decode(text).map_err(|_| NonceError)?;
        bytes.try_into().map(Self).map_err(|_| NonceError)
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        STANDARD.encode(nonce.0)
    }
}
