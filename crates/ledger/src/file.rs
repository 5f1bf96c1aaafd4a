//! The ledger's file: made private, locked against a second daemon, checked to be ours.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// "UKTK", so that `file` and other programs can tell whose file it is.
const APPLICATION: i64 = 0x554b_544b;
/// Version of the tables below. 1 had no audit and no remarks; such a file gets its audit when it is opened.
const VERSION: i64 = 2;
/// Longest wait for another connection of this process.
const BUSY: Duration = Duration::from_secs(2);

const TABLES: &str = "
CREATE TABLE day_key (
    day         INTEGER PRIMARY KEY,
    sealed      BLOB NOT NULL
) STRICT;
CREATE TABLE result (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    visit         BLOB NOT NULL UNIQUE CHECK (length(visit) = 16),
    reader        TEXT NOT NULL,
    insertion     INTEGER NOT NULL,
    institution   TEXT NOT NULL,
    verification  TEXT NOT NULL,
    received_at   INTEGER NOT NULL,
    validity      TEXT NOT NULL,
    day           INTEGER NOT NULL REFERENCES day_key (day),
    qualification BLOB NOT NULL,
    consents      BLOB NOT NULL
) STRICT;
CREATE INDEX result_received_at ON result (received_at);
CREATE INDEX result_day ON result (day);
CREATE TABLE delivery (
    consumer    TEXT PRIMARY KEY,
    up_to       INTEGER NOT NULL
) STRICT;
CREATE TABLE horizon (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    dropped     INTEGER NOT NULL
) STRICT;
INSERT INTO horizon VALUES (1, 0);
CREATE TABLE key_check (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    sealed      BLOB NOT NULL
) STRICT;
";

/// Since version 2.
const AUDIT: &str = "
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    sealed      BLOB NOT NULL
) STRICT;
";

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
    for (pragma, value) in
        [("synchronous", "FULL"), ("secure_delete", "ON"), ("foreign_keys", "ON"), ("trusted_schema", "OFF")]
    {
        connection.pragma_update(None, pragma, value).map_err(opening)?;
    }
    make_tables(&mut connection, key)?;
    check_key(&connection, path, key)?;
    sync_directory_of(path).map_err(|cause| failed(path, "its directory cannot be synced", cause))?;
    Ok(connection)
}

/// Opens one more connection that can only read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    connection.busy_timeout(BUSY).map_err(opening)?;
    connection.pragma_update(None, "query_only", "ON").map_err(opening)?;
    connection.pragma_update(None, "trusted_schema", "OFF").map_err(opening)?;
    Ok(connection)
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

fn make_tables(connection: &mut Connection, key: &LedgerKey) -> Result<(), LedgerError> {
    let transaction = connection.transaction().map_err(opening)?;
    let made: i64 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(opening)?;
    if made == VERSION {
        return Ok(());
    }
    if made == 0 {
        transaction.execute_batch(TABLES).map_err(opening)?;
        let sealed = seal::seal(key.bytes(), &key_check_place(), b"")?;
        transaction.execute("INSERT INTO key_check VALUES (1, ?1)", [sealed]).map_err(opening)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(opening)?;
    }
    transaction.execute_batch(AUDIT).map_err(opening)?;
    transaction.pragma_update(None, "user_version", VERSION).map_err(opening)?;
    transaction.commit().map_err(opening)
}

fn check_key(connection: &Connection, path: &Path, key: &LedgerKey) -> Result<(), LedgerError> {
    let sealed: Option<Vec<u8>> = connection
        .query_row("SELECT sealed FROM key_check", [], |row| row.get(0))
        .optional()
        .map_err(opening)?;
    match sealed.and_then(|sealed| seal::unseal(key.bytes(), &key_check_place(), &sealed)) {
        Some(_) => Ok(()),
        None => Err(LedgerError::OtherKey { path: path.to_owned() }),
    }
}

fn key_check_place() -> Place {
    Place::default().with(b"uketsuke ledger").with(b"key_check")
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
