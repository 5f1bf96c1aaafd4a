//! The ledger's file: made private, locked against a second daemon, checked to be ours.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::schema::{self, APPLICATION, VERSION};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest wait for another connection of this process.
const BUSY: Duration = Duration::from_secs(2);

/// The lock on a ledger; released when dropped, or by the kernel when the daemon dies.
#[derive(Debug)]
pub(crate) struct Hold(#[expect(dead_code, reason = "held for its lock")] File);

/// Takes the ledger for this daemon. The lock lies in a file of its own: closing any descriptor of the
/// database itself would drop SQLite's locks on it.
pub(crate) fn hold(path: &Path) -> Result<Hold, LedgerError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = private(&name).map_err(|cause| failed(&name, "cannot be locked", cause))?;
    match file.try_lock() {
        Ok(()) => Ok(Hold(file)),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Held { path: path.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(failed(&name, "cannot be locked", cause)),
    }
}

/// Opens the writer's connection, making the ledger on first use.
pub(crate) fn open_writer(path: &Path, key: &LedgerKey) -> Result<Connection, LedgerError> {
    // SQLite gives -wal and -shm the permissions of the main file, so it must be private before it is opened.
    private(path).map_err(|cause| failed(path, "cannot be opened", cause))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    connection.busy_timeout(BUSY).map_err(opening)?;
    check_ours(&connection, path)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(opening)?;
    if mode != "wal" {
        return Err(LedgerError::Foreign { path: path.to_owned(), reason: "its disk does not offer a WAL" });
    }
    for (pragma, value) in [
        ("synchronous", "FULL"),
        ("secure_delete", "ON"),
        ("foreign_keys", "ON"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        // Rows on their way out must not pass through a file of SQLite's own.
        ("temp_store", "MEMORY"),
    ] {
        connection.pragma_update(None, pragma, value).map_err(opening)?;
    }
    schema::bring_up(&mut connection, path, key)?;
    // After a kill the log may still hold what retention destroyed.
    fold(&connection);
    sync_directory_of(path).map_err(|cause| failed(path, "its directory cannot be synced", cause))?;
    Ok(connection)
}

/// Opens one more connection that can only read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    connection.busy_timeout(BUSY).map_err(opening)?;
    for (pragma, value) in [("query_only", "ON"), ("trusted_schema", "OFF"), ("cell_size_check", "ON")] {
        connection.pragma_update(None, pragma, value).map_err(opening)?;
    }
    Ok(connection)
}

/// Folds the log back into the file and empties it, so that nothing that was destroyed lies in it; says whether it
/// could. A read under way prevents it, and is not waited for: a commit may come meanwhile.
pub(crate) fn fold(connection: &Connection) -> bool {
    let folded = connection
        .busy_timeout(Duration::ZERO)
        .and_then(|()| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
        })
        .map(|busy| !busy);
    let restored = connection.busy_timeout(BUSY);
    match folded.and_then(|folded| restored.map(|()| folded)) {
        Ok(folded) => folded,
        Err(cause) => {
            let error = LedgerError::Write { doing: "folding back the log", cause };
            tracing::error!(code = %error.code(), %error, "the log is folded back later");
            false
        }
    }
}

/// Makes the name of a new file in the directory of `path` durable.
pub(crate) fn sync_directory_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

fn check_ours(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let foreign = |reason| Err(LedgerError::Foreign { path: path.to_owned(), reason });
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(opening)?;
    match (tables, number("application_id").map_err(opening)?, number("user_version").map_err(opening)?) {
        (0, 0, 0) | (_, APPLICATION, 1..=VERSION) => Ok(()),
        (_, APPLICATION, later) if later > VERSION => foreign("was made by a later version of this program"),
        _ => foreign("is not a ledger"),
    }
}

fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn failed(path: &Path, doing: &'static str, cause: std::io::Error) -> LedgerError {
    LedgerError::File { path: path.to_owned(), doing, cause }
}

fn opening(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Store { doing: "opening", cause }
}
