//! A folder of the receipt computer's, watched for a file: of a visit, or of an answer.

use super::visits::TOLD;
use crate::Fault;
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::inotify::{AddWatchFlags, InitFlags, Inotify},
};
use std::{
    os::fd::AsFd,
    path::{Path, PathBuf},
    time::Instant,
};

/// A folder, watched from before the file comes.
pub(super) struct Folder<'a> {
    path: &'a Path,
    inotify: Inotify,
}

impl<'a> Folder<'a> {
    pub(super) fn watch(path: &'a Path) -> Result<Self, Fault> {
        let fault = |cause: nix::Error| Fault::file(path, "cannot be watched")(cause.into());
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK).map_err(fault)?;
        inotify.add_watch(path, AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CREATE).map_err(fault)?;
        Ok(Self { path, inotify })
    }

    /// The file of a visit: its name has the visit id's first 20 hex digits in capitals (oqs-files.md section 3).
    pub(super) fn wait_for(&self, visit: &str) -> Result<PathBuf, Fault> {
        let infix: String = visit.to_uppercase().chars().take(20).collect();
        self.wait_until(&format!("file of visit {visit}"), |name| {
            name.starts_with("OQSsiquc01res_face_") && name.contains(&infix) && name.ends_with(".xml")
        })
    }

    /// The file whose name is `wanted`; `what` says it to people.
    pub(super) fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Result<PathBuf, Fault> {
        let end = Instant::now() + TOLD;
        loop {
            if let Some(file) = self.find(&wanted) {
                return Ok(file);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::Unexpected(format!(
                    "ファイルが現れません / no {what} in {} within {} s",
                    self.path.display(),
                    TOLD.as_secs()
                )));
            }
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let _ = poll(&mut [PollFd::new(self.inotify.as_fd(), PollFlags::POLLIN)], timeout);
            while self.inotify.read_events().is_ok_and(|events| !events.is_empty()) {}
        }
    }

    fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<PathBuf> {
        let mut files = std::fs::read_dir(self.path).ok()?.flatten().map(|entry| entry.path());
        files.find(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(&wanted))
    }
}
