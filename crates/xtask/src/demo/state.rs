//! The file that says where a running demo is to be found.

use crate::{Fault, command::target, say};
use serde::Serialize;
use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// What the file says.
#[derive(Debug, Serialize)]
pub(super) struct State<'a> {
    /// Base address of the daemon's API.
    pub(super) api: &'a str,
    /// The same API as a Unix socket.
    pub(super) socket: &'a Path,
    /// The API's token.
    pub(super) token_file: &'a Path,
    /// Where result files appear.
    pub(super) face_dir: &'a Path,
    /// Where requests are laid.
    pub(super) req_dir: &'a Path,
    /// Where their answers appear.
    pub(super) res_dir: &'a Path,
    /// For `PCSCLITE_CSOCK_NAME`.
    pub(super) pcsc_socket: &'a Path,
    /// `host:port` of the mock centre.
    pub(super) centre: &'a str,
    /// Base address of the simulator's control API.
    pub(super) bench: &'a str,
    /// The control API's token.
    pub(super) bench_token_file: &'a Path,
    /// Every process of this demo.
    pub(super) pids: &'a [u32],
}

/// A name for the file that no other living demo has. Dropping it removes the file, and the request beside it.
#[derive(Debug)]
pub(super) struct StateFile {
    file: PathBuf,
    lock_file: PathBuf,
    _lock: File,
}

impl StateFile {
    /// The asked name, or the default one; a further default name if another demo lives under that.
    pub(super) fn reserve(asked: Option<PathBuf>) -> Result<Self, Fault> {
        if let Some(file) = asked {
            let taken = format!(
                "{0} は動いている別のデモのものです。別の名前を --state に。/ {0} belongs to another running demo: give --state another name.",
                file.display()
            );
            return Self::try_reserve(file)?.ok_or(Fault::Unexpected(taken));
        }
        let folder = target().join("demo");
        for n in 1_u32.. {
            let name = if n == 1 { "desk.json".to_owned() } else { format!("desk-{n}.json") };
            let Some(reserved) = Self::try_reserve(folder.join(name))? else { continue };
            if n > 1 {
                say::both(
                    format_args!("別のデモが動いているので、状態ファイルは {}", reserved.file.display()),
                    "another demo is running, so this one's state file has this name",
                );
            }
            return Ok(reserved);
        }
        Err(Fault::Unexpected("no name is left for the state file".into()))
    }

    /// Where the file will be.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }

    /// Writes a request for the folders beside the file, to be copied from there; says where.
    pub(super) fn lay_request(&self, request: &str) -> Result<PathBuf, Fault> {
        let file = request_beside(&self.file);
        fs::write(&file, request).map_err(Fault::file(&file, "cannot be written"))?;
        Ok(file)
    }

    /// Makes the file appear whole.
    pub(super) fn write(&self, state: &State<'_>) -> Result<(), Fault> {
        let mut bytes =
            serde_json::to_vec_pretty(state).map_err(|fault| Fault::Unexpected(fault.to_string()))?;
        bytes.push(b'\n');
        let draft = beside(&self.file, "part");
        fs::write(&draft, bytes).map_err(Fault::file(&draft, "cannot be written"))?;
        fs::rename(&draft, &self.file).map_err(Fault::file(&self.file, "cannot be written"))
    }

    fn try_reserve(file: PathBuf) -> Result<Option<Self>, Fault> {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(Fault::file(folder, "cannot be made"))?;
        }
        let lock_file = beside(&file, "lock");
        let lock = File::create(&lock_file).map_err(Fault::file(&lock_file, "cannot be written"))?;
        if lock.try_lock().is_err() || !is_still_there(&lock, &lock_file) {
            return Ok(None);
        }
        // Left by a demo that was killed.
        let _ = fs::remove_file(&file);
        let _ = fs::remove_file(request_beside(&file));
        Ok(Some(Self { file, lock_file, _lock: lock }))
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
        let _ = fs::remove_file(request_beside(&self.file));
        let _ = fs::remove_file(&self.lock_file);
    }
}

/// Whether `path` still names the opened file, and not one that its last owner removed while we opened it.
fn is_still_there(opened: &File, path: &Path) -> bool {
    opened
        .metadata()
        .ok()
        .zip(fs::metadata(path).ok())
        .is_some_and(|(opened, there)| opened.ino() == there.ino())
}

fn request_beside(file: &Path) -> PathBuf {
    beside(file, "request.xml")
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::StateFile;

    #[test]
    fn two_living_demos_never_share_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.json");
        let first = StateFile::reserve(Some(file.clone())).unwrap();
        assert!(StateFile::reserve(Some(file.clone())).is_err());
        assert!(first.lay_request("<XmlMsg/>").unwrap().exists());
        drop(first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(&file, "left by a killed demo").unwrap();
        let _second = StateFile::reserve(Some(file.clone())).unwrap();
        assert!(!file.exists());
    }
}
