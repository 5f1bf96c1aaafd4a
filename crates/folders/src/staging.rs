//! Where a file is written before it appears, and how it appears.
//!
//! A folder beside the consumer's folder, on the same volume, and not a hidden name inside it: on Windows a rename
//! within a watched folder raises "renamed", a move into it raises "created", and some receipt computers listen to
//! "created" alone. Others accept both. One listens to "changed" alone, so the file is touched after the move
//! (oqs-files.md section 4, readers B, C and D).

use crate::FolderError;
use crate::error::At as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The folder beside a consumer's folder.
#[derive(Debug)]
pub(crate) struct Staging {
    dir: PathBuf,
}

impl Staging {
    /// Makes the folder beside `target` and removes what an earlier run left in it.
    pub(crate) fn beside(target: &Path) -> Result<Self, FolderError> {
        let no_sibling = || FolderError::NoSibling { path: target.to_owned() };
        let name = target.file_name().ok_or_else(no_sibling)?.to_string_lossy();
        let dir = target.parent().ok_or_else(no_sibling)?.join(format!(".uketsuke-{name}"));
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
            .at("write into", &self.dir)
            .and_then(|()| fs::rename(&prepared, target).at("move a file out of", &self.dir));
        if placed.is_err() {
            // What lies half done here holds personal data; whoever wanted it placed still has it.
            let _ = fs::remove_file(&prepared);
        }
        placed?;
        touch(target);
        Ok(())
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
            _ => check_own(&self.dir).at("trust the folder", &self.dir),
        }
    }

    fn clear(&self) -> Result<(), FolderError> {
        for entry in fs::read_dir(&self.dir).at("list", &self.dir)? {
            let entry = entry.at("list", &self.dir)?;
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                fs::remove_file(entry.path()).at("remove a leftover in", &self.dir)?;
            }
        }
        Ok(())
    }
}

/// Whoever may write the folder around it could have put a link or a folder of their own in its place: what is cleared
/// here would then be somebody else's, and what is prepared here would be read before it is told.
#[cfg(unix)]
fn check_own(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let about = fs::symlink_metadata(dir)?;
    let ours =
        about.is_dir() && about.uid() == rustix::process::geteuid().as_raw() && about.mode() & 0o077 == 0;
    let said = "it must be a folder of this account alone (mode 700): remove what is in its place";
    if ours { Ok(()) } else { Err(io::Error::new(io::ErrorKind::PermissionDenied, said)) }
}

/// Other systems keep no such owner.
#[cfg(not(unix))]
fn check_own(dir: &Path) -> io::Result<()> {
    if fs::symlink_metadata(dir)?.is_dir() { Ok(()) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // What an interrupted attempt left would be in the way.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    options.write(true).create_new(true);
    // Personal data: for this account and its group, e.g. that of the share.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Raises "changed" for readers that hear nothing else, without opening the file: others wait until nobody has it
/// open. It is a courtesy: the file is whole and durable already, a consumer may have taken it at this moment, and
/// some shares keep no times.
#[cfg(unix)]
pub(crate) fn touch(path: &Path) {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    let _ = utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
}

/// As on other systems, but that the file is opened for a moment.
#[cfg(not(unix))]
pub(crate) fn touch(path: &Path) {
    let times = fs::FileTimes::new().set_modified(std::time::SystemTime::now());
    if let Ok(file) = OpenOptions::new().write(true).open(path) {
        let _ = file.set_times(times);
    }
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
