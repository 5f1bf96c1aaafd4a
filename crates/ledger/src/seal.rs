//! Sealing: XChaCha20-Poly1305 with a random nonce, bound to a place.

use crate::error::LedgerError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rusqlite::Row;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// The place a sealed value belongs to, as associated data: fields with their lengths, so that no two places
/// have the same bytes.
#[derive(Default, Clone)]
pub(crate) struct Place(Vec<u8>);

impl Place {
    pub(crate) fn with(mut self, field: &[u8]) -> Self {
        self.0.extend_from_slice(&(field.len() as u64).to_be_bytes());
        self.0.extend_from_slice(field);
        self
    }
}

/// A column's bytes; none if something else stands there, which then does not open.
pub(crate) fn stored(row: &Row<'_>, column: usize) -> Vec<u8> {
    row.get_ref(column).ok().and_then(|value| value.as_blob().ok()).unwrap_or_default().to_vec()
}

/// Nonce (24 bytes), ciphertext, tag (16 bytes).
pub(crate) fn seal(key: &[u8; 32], place: &Place, plain: &[u8]) -> Result<Vec<u8>, LedgerError> {
    let mut sealed = vec![0; NONCE];
    getrandom::fill(&mut sealed).map_err(LedgerError::Randomness)?;
    let boxed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&sealed), Payload { msg: plain, aad: &place.0 })
        .map_err(|_| LedgerError::Beyond { what: "a result's size" })?;
    sealed.extend_from_slice(&boxed);
    Ok(sealed)
}

/// `None` if key, place or bytes are not those of the sealing.
pub(crate) fn unseal(key: &[u8; 32], place: &Place, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, boxed) = sealed.split_at_checked(NONCE)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: boxed, aad: &place.0 })
        .map(Zeroizing::new)
        .ok()
}
