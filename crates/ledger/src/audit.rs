//! The audit: who of the staff did what, one sealed row for each deed.
//!
//! It holds no patient's data, is sealed under the ledger's own key and not under a day's, and therefore outlives the
//! results that it is about.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::{AuditEntry, AuditRecord};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// Makes an entry durable; says its number.
pub(crate) fn note(
    connection: &mut Connection,
    key: &LedgerKey,
    entry: &AuditEntry,
) -> Result<u64, LedgerError> {
    let writing = |cause| LedgerError::Write { doing: "noting a deed", cause };
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)?;
    // Chosen before the insert, because the sealed column is bound to it.
    let id = last(&transaction)?.checked_add(1).ok_or(LedgerError::Beyond { what: "an audit number" })?;
    let plain = serde_json::to_vec(entry).map_err(|_| LedgerError::Beyond { what: "an audit entry" })?;
    let sealed = seal::seal(key.bytes(), &place(id), &plain)?;
    transaction
        .execute("INSERT INTO audit (id, sealed) VALUES (?1, ?2)", params![id, sealed])
        .map_err(writing)?;
    transaction.commit().map_err(writing)?;
    Ok(id.cast_unsigned())
}

/// At most `limit` entries after a number, in order.
pub(crate) fn after(
    connection: &Connection,
    key: &LedgerKey,
    number: u64,
    limit: usize,
) -> Result<Vec<AuditRecord>, LedgerError> {
    let (number, limit) =
        (i64::try_from(number).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT id, sealed FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2")
        .and_then(|mut statement| {
            statement.query_map([number, limit], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .map_err(reading)?;
    rows.into_iter().map(|(id, sealed)| open(key, id, &sealed)).collect()
}

fn open(key: &LedgerKey, id: i64, sealed: &[u8]) -> Result<AuditRecord, LedgerError> {
    let number = id.cast_unsigned();
    seal::unseal(key.bytes(), &place(id), sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .map(|entry| AuditRecord { id: number, entry })
        .ok_or(LedgerError::AuditDamaged { id: number })
}

fn last(connection: &Connection) -> Result<i64, LedgerError> {
    connection
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'audit'", [], |row| row.get(0))
        .optional()
        .map(Option::unwrap_or_default)
        .map_err(reading)
}

fn place(id: i64) -> Place {
    Place::default().with(b"uketsuke ledger").with(b"audit").with(&id.to_be_bytes())
}

fn reading(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Store { doing: "reading the audit", cause }
}
