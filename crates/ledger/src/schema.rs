//! The ledger's tables, made version by version: a new file goes the way of an old one.

use crate::audit;
use crate::chain::{self, End, Head};
use crate::consumer::{self, Kept};
use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::{CallerName, ResultId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::Path;

/// "UKTK", so that `file` and other programs can tell whose file it is.
pub(crate) const APPLICATION: i64 = 0x554b_544b;
/// Version of the tables below. An earlier file is brought up when it is opened.
pub(crate) const VERSION: i64 = 3;

/// Results, day keys and how far the folder was told.
const FIRST: &str = "
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

/// The audit; remarks came into the sealed column `consents`.
const SECOND: &str = "
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    sealed      BLOB NOT NULL
) STRICT;
";

/// Consumers instead of deliveries, the audit's chain, counts, the card of a result. Ids go from the front only, so
/// what was dropped shows by what is left; version 2 left some behind the front that it had dropped.
const THIRD: &str = "
ALTER TABLE result ADD COLUMN card BLOB;
CREATE INDEX result_card ON result (card) WHERE card IS NOT NULL;
DROP INDEX result_received_at;
CREATE TABLE consumer (
    name        TEXT PRIMARY KEY,
    sealed      BLOB NOT NULL
) STRICT, WITHOUT ROWID;
DELETE FROM result WHERE id <= (SELECT dropped FROM horizon);
DROP TABLE horizon;
CREATE TABLE destroyed (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    latest      INTEGER NOT NULL
) STRICT;
ALTER TABLE audit ADD COLUMN link BLOB NOT NULL DEFAULT x'';
CREATE TABLE audit_head (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    sealed      BLOB NOT NULL
) STRICT;
CREATE TABLE tally (
    day         INTEGER NOT NULL,
    what        TEXT NOT NULL,
    amount      INTEGER NOT NULL,
    PRIMARY KEY (day, what)
) STRICT, WITHOUT ROWID;
";

/// Entries linked at once.
const PAGE: usize = 512;

/// Makes the tables, or brings them up to this version. The key is checked first: what it seals here would be lost
/// under another.
pub(crate) fn bring_up(connection: &mut Connection, path: &Path, key: &LedgerKey) -> Result<(), LedgerError> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(opening)?;
    let made: i64 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(opening)?;
    if made < 1 {
        transaction.execute_batch(FIRST).map_err(opening)?;
        let sealed = seal::seal(key.bytes(), &key_check_place(), b"")?;
        transaction.execute("INSERT INTO key_check VALUES (1, ?1)", [sealed]).map_err(opening)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(opening)?;
    }
    check_key(&transaction, path, key)?;
    if made == VERSION {
        return Ok(());
    }
    if made < 2 {
        transaction.execute_batch(SECOND).map_err(opening)?;
    }
    if made < 3 {
        transaction.execute_batch(THIRD).map_err(opening)?;
        turn_deliveries_into_consumers(&transaction, key)?;
        link_the_audit(&transaction, key)?;
    }
    transaction.pragma_update(None, "user_version", VERSION).map_err(opening)?;
    transaction.commit().map_err(opening)
}

fn check_key(connection: &Connection, path: &Path, key: &LedgerKey) -> Result<(), LedgerError> {
    let sealed: Option<Vec<u8>> = connection
        .query_row("SELECT sealed FROM key_check", [], |row| Ok(seal::stored(row, 0)))
        .optional()
        .map_err(opening)?;
    match sealed.and_then(|sealed| seal::unseal(key.bytes(), &key_check_place(), &sealed)) {
        Some(_) => Ok(()),
        None => Err(LedgerError::OtherKey { path: path.to_owned() }),
    }
}

/// Since when they are consumers was not kept: at the latest since the first result that is there.
fn turn_deliveries_into_consumers(transaction: &Transaction<'_>, key: &LedgerKey) -> Result<(), LedgerError> {
    let since: Option<i64> = transaction
        .query_row("SELECT min(received_at) FROM result", [], |row| row.get(0))
        .map_err(opening)?;
    let deliveries: Vec<(String, i64)> = transaction
        .prepare("SELECT consumer, up_to FROM delivery")
        .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .map_err(opening)?;
    for (name, up_to) in deliveries {
        let Ok(name) = name.parse::<CallerName>() else { continue };
        let kept = Kept {
            registered_at: Timestamp(since.unwrap_or_default()),
            up_to: ResultId(up_to.cast_unsigned()),
            acknowledged_at: None,
            missed: 0,
        };
        consumer::write(transaction, key, &name, &kept)?;
    }
    transaction.execute_batch("DROP TABLE delivery").map_err(opening)
}

/// From here on no entry can be changed unseen. What was changed before stays unseen, but for one that is missing.
fn link_the_audit(transaction: &Transaction<'_>, key: &LedgerKey) -> Result<(), LedgerError> {
    let chain = chain::key(key);
    let mut back = End::START;
    loop {
        let page = audit::page(transaction, back.id, PAGE)?;
        for row in &page {
            back = back.next(&chain, row.id, &row.sealed);
            transaction
                .execute("UPDATE audit SET link = ?1 WHERE id = ?2", params![back.link, row.id])
                .map_err(opening)?;
        }
        if page.len() < PAGE {
            return Head { front: End::START, back }.write(transaction, key);
        }
    }
}

fn key_check_place() -> Place {
    Place::default().with(b"uketsuke ledger").with(b"key_check")
}

fn opening(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Store { doing: "opening", cause }
}
