//! The bearer token: made on first start, kept only as its SHA-256, compared in constant time.

use crate::error::DeskError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use subtle::ConstantTimeEq;

/// 256 bits.
const BYTES: usize = 32;
/// 256 bits in base64url without padding.
const LETTERS: usize = 43;

/// The digest of the token that is let in.
pub(crate) struct Token([u8; 32]);

impl Token {
    /// Reads the token file, making it (mode 0600) if it is missing.
    pub(crate) fn read_or_create(path: &Path) -> Result<Self, DeskError> {
        let failed = |cause| DeskError::TokenFile { path: path.to_owned(), cause };
        match File::open(path) {
            Ok(file) => Self::read(path, &file),
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                let mut bytes = [0; BYTES];
                getrandom::fill(&mut bytes).map_err(DeskError::Randomness)?;
                let text = URL_SAFE_NO_PAD.encode(bytes);
                write_new(path, &text).map_err(failed)?;
                Ok(Self(Sha256::digest(&text).into()))
            }
            Err(cause) => Err(failed(cause)),
        }
    }

    /// Whether `presented` is the token.
    pub(crate) fn admits(&self, presented: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(presented).into();
        digest.ct_eq(&self.0).into()
    }

    /// A key that follows from the token, for what is derived from it.
    pub(crate) const fn key(&self) -> [u8; 32] {
        self.0
    }

    fn read(path: &Path, file: &File) -> Result<Self, DeskError> {
        let failed = |cause| DeskError::TokenFile { path: path.to_owned(), cause };
        let wrong = |reason| DeskError::Token { path: path.to_owned(), reason };
        let about = file.metadata().map_err(failed)?;
        // A group may read it: that is how receipt software of another account gets it.
        if !about.is_file() || about.mode() & 0o037 != 0 {
            return Err(wrong("may be changed by its group or read by everyone; chmod 600 it"));
        }
        let mut text = String::new();
        file.take(64).read_to_string(&mut text).map_err(failed)?;
        let text = text.trim_end_matches(['\r', '\n']);
        let form = text.len() == LETTERS && URL_SAFE_NO_PAD.decode(text).is_ok();
        if form {
            Ok(Self(Sha256::digest(text).into()))
        } else {
            Err(wrong("does not hold 43 letters of base64url; delete it to have a new one made"))
        }
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
