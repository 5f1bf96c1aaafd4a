//! A folder into which files appear whole, for somebody who takes them away.

use crate::FolderError;
use crate::error::At as _;
use crate::reading::{Reading, read};
use crate::staging::{Staging, sync_dir, touch};
use std::fs;
use std::path::{Path, PathBuf};

/// Shows at open that a file can be moved in; no consumer's pattern matches the name.
const PROBE: &str = ".uketsuke-probe";

/// An open folder. One per folder: two writers would not see each other.
#[derive(Debug)]
pub(crate) struct OutFolder {
    dir: PathBuf,
    staging: Staging,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is there now.
    Written,
    /// It was there already, with the same content.
    Present,
    /// Something else of that name is there; it was left alone.
    Taken,
}

impl OutFolder {
    /// Opens an existing folder, proves that a file can be moved into it and removes what an earlier run left half
    /// done. The folder is not made: a share that is off line must not be replaced by an empty folder.
    pub(crate) fn open(dir: &Path) -> Result<Self, FolderError> {
        let dir = fs::canonicalize(dir).at("find", dir)?;
        fs::read_dir(&dir).at("list", &dir)?;
        let staging = Staging::beside(&dir)?;
        let probe = dir.join(PROBE);
        staging.place(b"", &probe)?;
        fs::remove_file(&probe).at("remove a file from", &dir)?;
        Ok(Self { dir, staging })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Puts a file into the folder: whole or not at all, durable before this returns.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<Put, FolderError> {
        let put = match self.present(name, bytes)? {
            Some(put) => put,
            None => {
                self.staging.place(bytes, &self.dir.join(name))?;
                Put::Written
            }
        };
        sync_dir(&self.dir)?;
        Ok(put)
    }

    /// Whether a file of that name is there, and whether it has that content; none if the name is free.
    pub(crate) fn present(&self, name: &str, bytes: &[u8]) -> Result<Option<Put>, FolderError> {
        match read(&self.dir.join(name), bytes.len()).at("read a file in", &self.dir)? {
            Reading::Gone => Ok(None),
            Reading::Bytes(present) if present == bytes => Ok(Some(Put::Present)),
            _ => Ok(Some(Put::Taken)),
        }
    }

    /// The file of that name in upper or lower case: some consumers see no difference.
    pub(crate) fn find(&self, name: &str) -> Result<Option<PathBuf>, FolderError> {
        for entry in fs::read_dir(&self.dir).at("list", &self.dir)? {
            let path = entry.at("list", &self.dir)?.path();
            if path.file_name().is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether a file can have that name: it is free in upper and lower case, or it has that very content.
    pub(crate) fn fits(&self, name: &str, bytes: &[u8]) -> Result<bool, FolderError> {
        match self.find(name)? {
            None => Ok(true),
            Some(path) if path == self.dir.join(name) => Ok(self.present(name, bytes)? != Some(Put::Taken)),
            Some(_) => Ok(false),
        }
    }

    /// Moves a file in as it is.
    pub(crate) fn take_in(&self, source: &Path, name: &str) -> Result<(), FolderError> {
        let target = self.dir.join(name);
        fs::rename(source, &target).at("move a file into", &self.dir)?;
        touch(&target);
        sync_dir(&self.dir)
    }
}
