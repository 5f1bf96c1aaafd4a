//! The tokens: made, listed, revoked; shown once and kept only as their SHA-256, compared in constant time.
//!
//! They stand in one file of the daemon's own, beside the key under which the pages' cookies are made.

use crate::caller::Caller;
use crate::error::DeskError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::consumer::FACE_FOLDER;
use model::{CallerName, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;

/// 256 bits: no slow hash is needed where nobody can guess.
const BYTES: usize = 32;
/// A site has a receipt computer or two, a board and some kiosks.
pub(crate) const MOST_TOKENS: usize = 64;
/// More than the most tokens with the longest names and scopes need.
const LARGEST_FILE: u64 = 256 * 1024;
/// Version of the file's form.
const VERSION: u32 = 1;

/// The tokens of this site.
pub(crate) struct Tokens {
    path: PathBuf,
    stored: Mutex<Stored>,
    /// Held over a change, disk and all: `stored` is held for moments only, because every request waits for it.
    changing: Mutex<()>,
}

/// The file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    cookie_key: Bits,
    tokens: Vec<StoredToken>,
}

/// One token, without itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredToken {
    pub(crate) name: CallerName,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) made_at: Timestamp,
    sha256: Bits,
}

/// 256 bits as base64url without padding.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Bits([u8; BYTES]);

/// Why no token was made or revoked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenFault {
    /// A token of this name is there.
    #[error("a token of this name is there already")]
    NameTaken,
    /// There are as many as there may be.
    #[error("there are {MOST_TOKENS} tokens already")]
    TooMany,
    /// The system gave no randomness.
    #[error("no randomness from the operating system")]
    Randomness,
    /// The file cannot be written; nothing was changed.
    #[error("the file of the tokens cannot be written: {0}")]
    Unwritable(std::io::Error),
}

impl Tokens {
    /// Reads the file, making it (mode 0600, without any token) if it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, DeskError> {
        let failed = |cause| DeskError::TokensFile { path: path.to_owned(), cause };
        let stored = match File::open(path) {
            Ok(file) => read(path, &file)?,
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                let fresh = Stored {
                    version: VERSION,
                    cookie_key: Bits::draw().map_err(DeskError::Randomness)?,
                    tokens: Vec::new(),
                };
                write(path, &fresh).map_err(failed)?;
                fresh
            }
            Err(cause) => return Err(failed(cause)),
        };
        Ok(Self { path: path.to_owned(), stored: Mutex::new(stored), changing: Mutex::default() })
    }

    /// Whose token this is. Every token is compared, so that the time tells nothing.
    pub(crate) fn admit(&self, presented: &[u8]) -> Option<Caller> {
        let digest: [u8; BYTES] = Sha256::digest(presented).into();
        let stored = self.lock();
        let mut found = None;
        for token in &stored.tokens {
            if bool::from(digest.ct_eq(&token.sha256.0)) {
                found = Some(Caller::Token { name: token.name.clone(), scopes: token.scopes.clone() });
            }
        }
        found
    }

    /// Makes a token, durable when this returns; says it, this once.
    pub(crate) fn make(
        &self,
        name: CallerName,
        scopes: Vec<Scope>,
        now: Timestamp,
    ) -> Result<String, TokenFault> {
        let text = URL_SAFE_NO_PAD.encode(Bits::draw().map_err(|_| TokenFault::Randomness)?.0);
        self.change(|stored| {
            if name.as_str() == FACE_FOLDER || stored.tokens.iter().any(|token| token.name == name) {
                return Err(TokenFault::NameTaken);
            }
            if stored.tokens.len() >= MOST_TOKENS {
                return Err(TokenFault::TooMany);
            }
            let sha256 = Bits(Sha256::digest(&text).into());
            stored.tokens.push(StoredToken { name, scopes, made_at: now, sha256 });
            Ok(())
        })?;
        Ok(text)
    }

    /// Revokes a token; false if there is none of that name.
    pub(crate) fn revoke(&self, name: &CallerName) -> Result<bool, TokenFault> {
        if !self.holds(name) {
            return Ok(false);
        }
        self.change(|stored| {
            stored.tokens.retain(|token| token.name != *name);
            Ok(())
        })?;
        Ok(true)
    }

    /// Whether there is a token of this name.
    pub(crate) fn holds(&self, name: &CallerName) -> bool {
        self.lock().tokens.iter().any(|token| token.name == *name)
    }

    /// Every token.
    pub(crate) fn all(&self) -> Vec<StoredToken> {
        self.lock().tokens.clone()
    }

    /// The key under which the pages' cookies are made.
    pub(crate) fn cookie_key(&self) -> [u8; BYTES] {
        self.lock().cookie_key.0
    }

    /// First the disk, then the memory: what a restart would forget was never told.
    fn change(&self, change: impl FnOnce(&mut Stored) -> Result<(), TokenFault>) -> Result<(), TokenFault> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = self.lock().clone();
        change(&mut changed)?;
        write(&self.path, &changed).map_err(TokenFault::Unwritable)?;
        *self.lock() = changed;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Stored> {
        // Replaced whole; a panic leaves the old or the new.
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path, file: &File) -> Result<Stored, DeskError> {
    let failed = |cause| DeskError::TokensFile { path: path.to_owned(), cause };
    let wrong = |reason| DeskError::Tokens { path: path.to_owned(), reason };
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() || about.mode() & 0o077 != 0 {
        return Err(wrong("may be read or changed by others; chmod 600 it"));
    }
    let mut text = Vec::new();
    file.take(LARGEST_FILE).read_to_end(&mut text).map_err(failed)?;
    let stored: Stored = serde_json::from_slice(&text).map_err(|_| {
        wrong("is not a file of tokens; move it away, and the daemon makes a new one without tokens")
    })?;
    if stored.version != VERSION {
        return Err(wrong("was made by another version of this program"));
    }
    Ok(stored)
}

/// Whole or not at all, durable, for its owner alone.
fn write(path: &Path, stored: &Stored) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    match std::fs::remove_file(&new) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(&serde_json::to_vec_pretty(stored).map_err(std::io::Error::other)?)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

impl Bits {
    fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Bits {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "not base64url")?;
        bytes.try_into().map(Self).map_err(|_| "not 256 bits")
    }
}

impl From<Bits> for String {
    fn from(bits: Bits) -> Self {
        URL_SAFE_NO_PAD.encode(bits.0)
    }
}
