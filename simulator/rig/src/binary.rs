//! Where the binaries are.

use std::path::PathBuf;

use crate::RigError;

/// A binary of this workspace: beside the running executable, which lies in `target/<profile>/` itself or, as a
/// test, example or benchmark, in a directory below it.
pub(crate) fn find(name: &str, given: Option<PathBuf>) -> Result<PathBuf, RigError> {
    let looked_at = match given {
        Some(path) => path,
        None => profile_directory()?.join(name),
    };
    if looked_at.is_file() {
        Ok(looked_at)
    } else {
        Err(RigError::NotBuilt { name: name.to_owned(), looked_at })
    }
}

fn profile_directory() -> Result<PathBuf, RigError> {
    let own = std::env::current_exe().map_err(RigError::system("the running executable cannot be found"))?;
    let mut directory = own;
    directory.pop();
    if directory.ends_with("deps") || directory.ends_with("examples") {
        directory.pop();
    }
    Ok(directory)
}
