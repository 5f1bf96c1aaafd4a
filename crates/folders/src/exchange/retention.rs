//! Files in `res` that nobody took.

use crate::FolderError;
use crate::error::At as _;
use model::Timestamp;
use oqs::{Direction, Extension, Family, FileName};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Removes files of our own that nobody has taken since `before`; returns how many.
///
/// Names hold no time that could be relied on, so ours are known by two things: a name of a form that only a terminal
/// puts into this folder (the answer of a single look-up, a refused request and its `.err`), and when the file was
/// last changed by the clock of the folder's machine, which is when it was put there: every file is touched then.
pub(crate) fn forget(dir: &Path, before: Timestamp) -> Result<usize, FolderError> {
    let before = time(before);
    let mut removed = 0;
    for entry in fs::read_dir(dir).at("list", dir)? {
        let entry = entry.at("list", dir)?;
        let ours = entry.file_name().to_str().and_then(FileName::parse).is_some_and(|name| is_ours(&name));
        // Without a time it is kept: better too long than taken from somebody who still comes for it.
        let old = || {
            entry.metadata().is_ok_and(|data| data.is_file() && data.modified().is_ok_and(|at| at < before))
        };
        if !ours || !old() {
            continue;
        }
        match fs::remove_file(entry.path()) {
            Ok(()) => removed += 1,
            // A consumer took it at this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).at("remove a file from", dir),
        }
    }
    Ok(removed)
}

fn is_ours(name: &FileName) -> bool {
    match (name.direction(), name.extension()) {
        (Direction::Answer, Extension::Xml) => name.family() == Family::Lookup && !name.is_face(),
        (Direction::Request, Extension::Xml | Extension::Err) => true,
        _ => false,
    }
}

fn time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or(0))
}
