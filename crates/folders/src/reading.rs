//! Reads a file that somebody else writes: links are never followed, devices never opened, no more than a limit is
//! held in memory.

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _};
use std::path::Path;

/// What a reading gave.
pub(crate) enum Reading {
    /// All of its bytes.
    Bytes(Vec<u8>),
    /// More than the limit.
    TooLarge {
        /// Changes when the file does.
        mark: u64,
    },
    /// A folder, a link, a device: nothing to read.
    NotAFile,
    /// Nothing of that name, or not any more.
    Gone,
}

impl Reading {
    /// Two readings with the same mark saw the same content.
    pub(crate) fn mark(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => mark(bytes),
            Self::TooLarge { mark } => *mark,
            Self::NotAFile | Self::Gone => 0,
        }
    }
}

/// A fingerprint of content, to tell a change by. It is no protection against somebody who wants two to be alike.
fn mark(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Reads up to `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<Reading> {
    match read_file(path, limit) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Reading::Gone),
        other => other,
    }
}

fn read_file(path: &Path, limit: usize) -> io::Result<Reading> {
    // Before opening: some devices act on being opened.
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(Reading::NotAFile);
    }
    let file = match open(path) {
        // It became a link since.
        #[cfg(unix)]
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Ok(Reading::NotAFile);
        }
        other => other?,
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Reading::NotAFile);
    }
    let mut bytes = Vec::new();
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(beyond).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        Ok(Reading::TooLarge { mark: size_and_time(&metadata) })
    } else {
        Ok(Reading::Bytes(bytes))
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // NONBLOCK: a pipe that took the file's place since would be waited for.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn size_and_time(metadata: &Metadata) -> u64 {
    let mut hasher = DefaultHasher::new();
    metadata.len().hash(&mut hasher);
    metadata.modified().ok().hash(&mut hasher);
    hasher.finish()
}
