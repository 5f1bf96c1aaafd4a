//! Where a file is written before it appears.
//!
//! A folder beside the face folder, on the same volume, and not a hidden name inside it: on Windows a rename within
//! a watched folder raises "renamed", a move into it raises "created", and some receipt computers listen to
//! "created" alone. The others accept both.

use crate::FolderError;
use crate::error::At as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The folder beside the face folder.
#[derive(Debug)]
pub(crate) struct Staging {
    dir: PathBuf,
}

impl Staging {
    /// Makes the folder beside `face` and removes what an earlier run left in it.
    pub(crate) fn beside(face: &Path) -> Result<Self, FolderError> {
        let no_sibling = || FolderError::NoSibling { path: face.to_owned() };
        let name = face.file_name().ok_or_else(no_sibling)?.to_string_lossy();
        let dir = face.parent().ok_or_else(no_sibling)?.join(format!(".uketsuke-{name}"));
        let staging = Self { dir };
        staging.make()?;
        staging.clear()?;
        Ok(staging)
    }

    /// Writes a file whole, makes it durable and moves it to `target`. `target` must not exist.
    pub(crate) fn place(&self, bytes: &[u8], target: &Path) -> Result<(), FolderError> {
        let name = target.file_name().ok_or_else(|| FolderError::NoSibling { path: target.to_owned() })?;
        let prepared = self.dir.join(name);
        self.make()?;
        let placed = write_durably(&prepared, bytes)
            .at("write", &prepared)
            .and_then(|()| fs::rename(&prepared, target).at("move into place", target));
        if placed.is_err() {
            // The row stays in the ledger; what lies half done here holds personal data.
            let _ = fs::remove_file(&prepared);
        }
        placed
    }

    fn make(&self) -> Result<(), FolderError> {
        let mut builder = fs::DirBuilder::new();
        // Consumers have no business here: the content is personal and not yet told.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&self.dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(error).at("make the folder", &self.dir)
            }
            _ => Ok(()),
        }
    }

    fn clear(&self) -> Result<(), FolderError> {
        for entry in fs::read_dir(&self.dir).at("list", &self.dir)? {
            let path = entry.at("list", &self.dir)?.path();
            fs::remove_file(&path).at("remove the leftover", &path)?;
        }
        Ok(())
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Personal data: for this account and its group, e.g. that of the share.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder's entries durable. Shares that know no such thing answer "invalid" or "unsupported".
pub(crate) fn sync_dir(dir: &Path) -> Result<(), FolderError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(dir).and_then(|dir| dir.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        other => other.at("make durable", dir),
    }
}
