//! The ledger's key: 32 bytes in a file that lies elsewhere than the ledger.

use crate::error::{KeyFault, LedgerError};
use crate::hash::HashKey;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const BYTES: usize = 32;

/// The key that seals each day's data key and what outlives the days. Wiped when dropped, never shown.
#[derive(Clone)]
pub struct LedgerKey(Zeroizing<[u8; BYTES]>);

impl LedgerKey {
    /// Reads the key for `ledger` from `path`: 64 lower-case hex digits and at most one line end.
    ///
    /// # Errors
    /// [`LedgerError::Key`] if the file is missing, of another form, open to others, of a foreign owner, or lies in
    /// or beneath the directory of `ledger`.
    pub fn read(path: &Path, ledger: &Path) -> Result<Self, LedgerError> {
        Self::read_checked(path, ledger).map_err(|fault| LedgerError::Key { path: path.to_owned(), fault })
    }

    /// Makes a new key file, mode 0600, durable when this returns. For first setup.
    ///
    /// # Errors
    /// [`LedgerError::Key`] if the file exists or cannot be made, [`LedgerError::Randomness`].
    pub fn create_file(path: &Path) -> Result<(), LedgerError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(&mut *bytes).map_err(LedgerError::Randomness)?;
        write_new(path, &to_hex(&bytes))
            .map_err(|cause| LedgerError::Key { path: path.to_owned(), fault: KeyFault::NotMade(cause) })
    }

    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    pub(crate) fn hash_key(&self, purpose: &str) -> HashKey {
        HashKey::derived(&self.0, purpose)
    }

    fn read_checked(path: &Path, ledger: &Path) -> Result<Self, KeyFault> {
        let file = File::open(path).map_err(KeyFault::Unreadable)?;
        check_access(&file)?;
        if lies_beside(path, ledger).map_err(KeyFault::Unreadable)? {
            return Err(KeyFault::BesideLedger);
        }
        // One byte more than the longest form: a longer file is seen as such without reading it whole.
        let mut text = Zeroizing::new(Vec::with_capacity(2 * BYTES + 2));
        (&file).take(66).read_to_end(&mut text).map_err(KeyFault::Unreadable)?;
        let digits = text.strip_suffix(b"\n").unwrap_or(&text);
        from_hex(digits).map(Self).ok_or(KeyFault::WrongForm)
    }
}

impl std::fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LedgerKey(…)")
    }
}

/// Asks the opened file, not its name: the name may change between question and use.
fn check_access(file: &File) -> Result<(), KeyFault> {
    let about = file.metadata().map_err(KeyFault::Unreadable)?;
    if !about.is_file() {
        return Err(KeyFault::NotAFile);
    }
    let we = nix::unistd::geteuid().as_raw();
    if about.uid() != we && about.uid() != 0 {
        return Err(KeyFault::ForeignOwner(about.uid()));
    }
    // systemd's LoadCredential= hands a service account root's file through an access list,
    // whose mask shows as the group's read bit.
    let delivered = about.uid() == 0 && we != 0;
    let forbidden = if delivered { 0o037 } else { 0o077 };
    let mode = about.mode() & 0o777;
    if mode & forbidden == 0 { Ok(()) } else { Err(KeyFault::Open(mode)) }
}

fn lies_beside(key: &Path, ledger: &Path) -> std::io::Result<bool> {
    let directory = match ledger.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let key = key.canonicalize()?;
    Ok(directory.canonicalize().is_ok_and(|directory| key.starts_with(directory)))
}

fn write_new(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()?;
    crate::file::sync_directory_of(path)
}

fn to_hex(bytes: &[u8; BYTES]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(2 * BYTES + 1));
    for byte in bytes {
        text.extend([byte >> 4, byte & 0x0f].map(|n| if n < 10 { b'0' + n } else { b'a' + n - 10 }));
    }
    text.push(b'\n');
    text
}

fn from_hex(digits: &[u8]) -> Option<Zeroizing<[u8; BYTES]>> {
    if digits.len() != 2 * BYTES {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = Zeroizing::new([0; BYTES]);
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = *pair;
        *byte = value(high)? << 4 | value(low)?;
    }
    Some(bytes)
}
