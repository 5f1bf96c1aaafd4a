//! Waits for a path to be there, without polling.

use crate::address::Address;
use crate::link::LinkError;
use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use tokio::io::{Interest, unix::AsyncFd};

/// Waits until the path is there, or there again; returns at once if it is, or if a directory on the way may not be
/// looked into: opening says the rest. Cancel safe. Needs a tokio runtime.
///
/// The directories of the name and of what it points to are watched, or the nearest that exist above them.
///
/// # Errors
/// [`LinkError::NotPermitted`] if it is not there and its directory may not be watched; or if the system gives no watch.
pub async fn wait_for_path(path: &Path) -> Result<(), LinkError> {
    let failed = |source: io::Error| LinkError::Other { address: path.into(), source };
    loop {
        // Watched anew each time round: what exists and what the name points to may have changed.
        let inotify =
            Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).map_err(|e| failed(e.into()))?;
        let watched = watch(&inotify, path);
        // Looked at after the watch stands, so that nothing is missed between.
        if path.try_exists().unwrap_or(true) {
            return Ok(());
        }
        match watched {
            Ok(()) => {}
            // Gone since it was looked for: another directory is the nearest now.
            Err(Errno::ENOENT) => continue,
            Err(Errno::EACCES) => return Err(LinkError::NotPermitted { address: Address::from(path) }),
            Err(error) => return Err(failed(error.into())),
        }
        #[expect(
            deprecated,
            reason = "sound for a descriptor that is owned; its successor is unsafe to call"
        )]
        let changed = AsyncFd::with_interest(OwnedFd::from(inotify), Interest::READABLE).map_err(failed)?;
        changed.readable().await.map_err(failed)?.clear_ready();
    }
}

fn watch(inotify: &Inotify, path: &Path) -> Result<(), Errno> {
    let changes = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_ATTRIB;
    let changes = changes | AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_MOVE_SELF;
    directories_of(path).iter().try_for_each(|directory| inotify.add_watch(directory, changes).map(drop))
}

fn directories_of(path: &Path) -> Vec<PathBuf> {
    let pointed = std::fs::read_link(path).ok().map(|to| path.parent().unwrap_or(path).join(to));
    [Some(path.to_owned()), pointed]
        .into_iter()
        .flatten()
        .map(|path| std::path::absolute(&path).unwrap_or(path))
        .filter_map(|path| path.ancestors().skip(1).find(|above| above.is_dir()).map(Path::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_missing_directory_watches_the_nearest_above() {
        let dir = tempfile::tempdir().expect("a directory");
        let missing = dir.path().join("by-id").join("reader");
        assert_eq!(directories_of(&missing), [dir.path()]);
    }
}
