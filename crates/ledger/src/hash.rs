//! Keyed hashes: HMAC-SHA256 under keys derived from the ledger's, one per purpose.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// SHA-256's block, to which HMAC fills a shorter key with zeros (RFC 2104 section 2).
const BLOCK: usize = 64;

/// A key for hashes of one purpose; neither the ledger's key nor another purpose's follows from it.
pub(crate) struct HashKey(Zeroizing<[u8; 32]>);

impl HashKey {
    pub(crate) fn derived(from: &[u8; 32], purpose: &str) -> Self {
        Self(Zeroizing::new(hmac(from, &[b"uketsuke ledger: ", purpose.as_bytes()])))
    }

    /// The hash of the parts, one after the other. All but the last must have a length that never varies, or two
    /// different lists would have the same hash.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        hmac(&self.0, parts)
    }
}

fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; BLOCK]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// RFC 4231, test case 1: its key of 20 bytes is ours of 32 that ends in zeros.
    #[test]
    fn the_hash_is_hmac_sha256() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(&hmac(&key, &[b"Hi", b" There"])), expected);
    }

    /// Worked by hand with openssl: the derived key first, then the hash under it.
    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let chain = HashKey::derived(&[0x0b; 32], "audit chain");
        assert_eq!(hex(&*chain.0), "30919eb03597778ff5328538be1ca96e3eccb0658c8cb2b1e4545cc414665b1f");
        assert_eq!(
            hex(&chain.hash(&[&[0; 32], &1_u64.to_be_bytes(), b"sealed"])),
            "af83882aaba411239f9638f71975d80af1747f67d977e25412eb778ba5158ed4"
        );
        assert_ne!(*chain.0, *HashKey::derived(&[0x0b; 32], "card").0);
    }
}
