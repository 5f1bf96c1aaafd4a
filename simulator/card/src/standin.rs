//! THIS PROJECT'S STAND-IN for the signature without a PIN.
//!
//! How a real card is brought to release a signature of EF 0017 without a PIN is not public and is not imitated
//! here. This stand-in has the same effect and nothing else in common with it: whoever holds the simulated
//! issuer's Ed25519 key permits one signature over one hash.

use ring::signature::{ED25519, UnparsedPublicKey};

/// The first twelve bytes of the permission.
pub const MAGIC: &[u8; 12] = b"UKETSUKESIM1";

/// Header of the command, up to and with Lc.
pub const HEADER: [u8; 5] = [0x80, 0xF5, 0x00, 0x00, 0x6C];

/// DigestInfo of SHA-256, up to the hash (RFC 8017, 9.2).
pub const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// The bytes that the stand-in key signs: [`MAGIC`] and the SHA-256 of the text to be signed.
#[must_use]
pub fn permission(text_hash: &[u8; 32]) -> Vec<u8> {
    [&MAGIC[..], &text_hash[..]].concat()
}

/// The whole command: header, permission, its 64-byte signature.
#[must_use]
pub fn command(text_hash: &[u8; 32], signature: &[u8; 64]) -> Vec<u8> {
    [&HEADER[..], &permission(text_hash), signature].concat()
}

/// Why the card refuses a permission.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Length,
    Magic,
    Signature,
}

/// The hash that the command's data permit.
pub(crate) fn permitted_hash(data: &[u8], key: &[u8]) -> Result<[u8; 32], Refusal> {
    let (signed, signature) = data.split_last_chunk::<64>().ok_or(Refusal::Length)?;
    let (magic, hash) = signed.split_first_chunk::<12>().ok_or(Refusal::Length)?;
    let hash = <[u8; 32]>::try_from(hash).map_err(|_| Refusal::Length)?;
    if magic != MAGIC {
        return Err(Refusal::Magic);
    }
    UnparsedPublicKey::new(&ED25519, key).verify(signed, signature).map_err(|_| Refusal::Signature)?;
    Ok(hash)
}
