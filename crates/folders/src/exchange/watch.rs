//! The system's events of a folder.

use super::signal::{Bell, Signal};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::fs;
use std::io;
use std::path::Path;

/// Watches one folder until dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    identity: (u64, u64),
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Rings for every file that is made, closed or moved in, and when the folder itself goes.
    pub(crate) fn on(dir: &Path, bell: Bell) -> Result<Self, notify::Error> {
        let identity = identity(dir)?;
        let watched = dir.to_owned();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error is a reason to look: something was not heard.
            if let Some(signal) = event.map_or(Some(Signal::Changed), |event| signal(&watched, event)) {
                bell.ring(signal);
            }
        })?;
        watcher.watch(dir, RecursiveMode::NonRecursive)?;
        Ok(Self { identity, _watcher: watcher })
    }

    /// Whether what is watched is still the folder of that name: a share that returns is another one.
    pub(crate) fn is_on(&self, dir: &Path) -> bool {
        identity(dir).is_ok_and(|identity| identity == self.identity)
    }
}

/// What an event means to us. That a file grows, is read or taken away is no reason to look: our own doing is among it.
fn signal(dir: &Path, event: Event) -> Option<Signal> {
    if event.need_rescan() {
        return Some(Signal::Changed);
    }
    let itself = event.paths.iter().any(|path| path == dir);
    let closed = matches!(
        event.kind,
        EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To))
    );
    match event.kind {
        _ if closed => event
            .paths
            .into_iter()
            .next()
            .as_deref()
            .and_then(Path::file_name)
            .map(|name| Signal::Closed(name.to_owned())),
        EventKind::Create(_) => Some(Signal::Changed),
        // Systems that know no "closed".
        EventKind::Modify(ModifyKind::Any | ModifyKind::Name(RenameMode::Any)) => Some(Signal::Changed),
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) if itself => Some(Signal::Changed),
        _ => None,
    }
}

/// Device and number of a folder, where the system has such things.
fn identity(dir: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::metadata(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Ok((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    Ok((u64::from(metadata.is_dir()), 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, DataChange, Flag, MetadataKind, RemoveKind};

    fn heard(kind: EventKind, path: &str) -> &'static str {
        match signal(Path::new("/site/req"), Event::new(kind).add_path(path.into())) {
            Some(Signal::Closed(name)) if name == "a.xml" => "closed",
            Some(Signal::Changed) => "changed",
            Some(_) => "something else",
            None => "nothing",
        }
    }

    #[test]
    fn the_end_of_writing_and_a_move_in_name_the_file() {
        for kind in [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
        ] {
            assert_eq!(heard(kind, "/site/req/a.xml"), "closed");
        }
        assert_eq!(heard(EventKind::Create(CreateKind::File), "/site/req/a.xml"), "changed");
    }

    #[test]
    fn what_we_do_ourselves_wakes_nobody() {
        for kind in [
            EventKind::Access(AccessKind::Open(AccessMode::Any)),
            EventKind::Access(AccessKind::Close(AccessMode::Read)),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
            EventKind::Modify(ModifyKind::Name(RenameMode::From)),
            EventKind::Remove(RemoveKind::File),
        ] {
            assert_eq!(heard(kind, "/site/req/a.xml"), "nothing", "{kind:?}");
        }
    }

    #[test]
    fn lost_events_and_a_folder_that_goes_are_reasons_to_look() {
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(matches!(signal(Path::new("/site/req"), lost), Some(Signal::Changed)));
        for kind in
            [EventKind::Remove(RemoveKind::Folder), EventKind::Modify(ModifyKind::Name(RenameMode::From))]
        {
            assert_eq!(heard(kind, "/site/req"), "changed");
        }
    }
}
