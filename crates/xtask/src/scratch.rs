//! The folder of one run, below the system's folder for temporary files; whoever is killed leaves it, the next run
//! removes it.

use crate::Fault;
use nix::unistd::geteuid;
use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    os::unix::{fs::MetadataExt, net::UnixStream},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// How our folders are called.
const OURS: &str = "uketsuke-run-";
/// How the rig calls those of the daemons it starts.
const OF_THE_RIG: &str = "uketsuke-rig-";
/// How the simulator calls those of its PC/SC services.
const OF_PCSCD: &str = "uketsuke-pcscd-";
/// Locked while its run lives; the kernel lets go of it whatever way the run ends.
const OWNER: &str = "owner";

/// The folder of this run, only for this account. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: TempDir,
    _owner: File,
}

impl Scratch {
    /// A new folder; those of dead runs are removed first.
    pub(crate) fn new() -> Result<Self, Fault> {
        let place = std::env::temp_dir();
        let _alone = alone("uketsuke-run.lock")?;
        remove_remains(&place);
        let folder =
            TempDir::with_prefix_in(OURS, &place).map_err(Fault::file(&place, "cannot be written"))?;
        let path = folder.path().join(OWNER);
        let owner = File::create(&path).map_err(Fault::file(&path, "cannot be written"))?;
        owner.lock().map_err(Fault::file(&path, "cannot be locked"))?;
        Ok(Self { folder, _owner: owner })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Held by one program of this machine at a time; waits for the other. The kernel lets go of it if we are killed.
pub(crate) fn alone(name: &str) -> Result<File, Fault> {
    let path = std::env::temp_dir().join(name);
    // Another account's file may be opened and locked, but not created again.
    let file = match File::open(&path) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            File::create_new(&path).or_else(|_| File::open(&path))
        }
        opened => opened,
    };
    let file = file.map_err(Fault::file(&path, "cannot be opened"))?;
    file.lock().map_err(Fault::file(&path, "cannot be locked"))?;
    Ok(file)
}

fn remove_remains(place: &Path) {
    for folder in own_folders(place) {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let dead = (name.starts_with(OURS) && owner_is_gone(&folder))
            || (name.starts_with(OF_THE_RIG) && daemon_is_gone(&folder))
            || (name.starts_with(OF_PCSCD) && pcscd_is_gone(&folder));
        if dead {
            // What cannot be removed now is met again next time.
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn own_folders(place: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| {
        fs::symlink_metadata(path).is_ok_and(|about| about.is_dir() && about.uid() == geteuid().as_raw())
    })
}

fn owner_is_gone(folder: &Path) -> bool {
    File::open(folder.join(OWNER))
        .is_ok_and(|owner| !matches!(owner.try_lock(), Err(TryLockError::WouldBlock)))
}

fn daemon_is_gone(folder: &Path) -> bool {
    let ready = fs::read(folder.join("uketsuked.ready")).unwrap_or_default();
    let ready: serde_json::Value = serde_json::from_slice(&ready).unwrap_or_default();
    ready
        .get("pid")
        .and_then(serde_json::Value::as_u64)
        .is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists())
}

/// Its socket listens as long as it lives.
fn pcscd_is_gone(folder: &Path) -> bool {
    UnixStream::connect(folder.join("pcscd.comm"))
        .is_err_and(|fault| fault.kind() == ErrorKind::ConnectionRefused)
}
