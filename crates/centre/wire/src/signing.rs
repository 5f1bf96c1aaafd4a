//! The text that the card signs: it ties the signature to one relay, visit, account, centre and TLS connection.

use crate::{Nonce, Operation};
use model::{FaceAccount, VisitId};

/// The label under which both ends export a value from their TLS connection (RFC 5705, RFC 8446 section 7.5);
/// the context is the visit id. "EXPERIMENTAL" is the prefix that RFC 5705 keeps for unregistered labels.
pub const EXPORTER_LABEL: &[u8] = b"EXPERIMENTAL uketsuke relay v1";

/// What the text is made of. Each end fills in its own view; a middleman's views differ.
#[derive(Debug, Clone, Copy)]
pub struct SigningText<'a> {
    /// What the relay is for.
    pub operation: Operation,
    /// The centre's nonce.
    pub nonce: &'a Nonce,
    /// The visit.
    pub visit: &'a VisitId,
    /// The reader's account.
    pub account: &'a FaceAccount,
    /// The server name that the terminal is configured with and the centre's certificate carries.
    pub endpoint: &'a str,
    /// 32 bytes exported from the TLS connection of this relay.
    pub exporter: &'a [u8; 32],
}

/// Purpose ‖ for each field: length (u32, big-endian) ‖ bytes. The card signs the SHA-256 of it.
#[must_use]
pub fn signing_text(of: &SigningText<'_>) -> Vec<u8> {
    let fields: [&[u8]; 5] = [
        &of.nonce.0,
        of.visit.as_bytes(),
        of.account.as_str().as_bytes(),
        of.endpoint.as_bytes(),
        of.exporter,
    ];
    let mut text = of.operation.purpose().as_bytes().to_vec();
    for field in fields {
        // Every field is far below 4 GiB; a longer one could not be signed as something else, only refused.
        text.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        text.extend(field);
    }
    text
}
