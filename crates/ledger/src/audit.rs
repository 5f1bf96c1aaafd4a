//! The audit: who did and saw what, one sealed row for each deed, chained (`chain`).
//!
//! It holds no patient's data, is sealed under the ledger's own key and not under a day's, and therefore outlives the
//! results that it is about.

use crate::chain::{self, End, Head};
use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::{AuditEntry, AuditRecord, AuditRow, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Entries that retention takes from the front at once.
const STEP: usize = 512;

/// A row as it lies in the file.
pub(crate) struct StoredEntry {
    pub(crate) id: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) link: Vec<u8>,
}

/// Adds entries to the chain; says the last one's number.
pub(crate) fn append(
    connection: &Connection,
    key: &LedgerKey,
    entries: &[AuditEntry],
) -> Result<u64, LedgerError> {
    let writing = |cause| LedgerError::Write { doing: "noting a deed", cause };
    let chain = chain::key(key);
    let head = Head::read(connection, key)?;
    let mut back = match head {
        Some(head) => head.back,
        // Deeds are noted on a chain that is broken too; that it is stays to be seen, since its head is left as it is.
        None => last_row(connection)?,
    };
    back.id = back.id.max(last_id(connection)?);
    for entry in entries {
        // Chosen before the insert, because the sealed column is bound to it.
        let id = back.id.checked_add(1).ok_or(LedgerError::Beyond { what: "an audit number" })?;
        let plain = serde_json::to_vec(entry).map_err(|_| LedgerError::Beyond { what: "an audit entry" })?;
        let sealed = seal::seal(key.bytes(), &place(id), &plain)?;
        back = back.next(&chain, id, &sealed);
        connection
            .prepare_cached("INSERT INTO audit (id, sealed, link) VALUES (?1, ?2, ?3)")
            .and_then(|mut statement| statement.execute(params![id, sealed, back.link]))
            .map_err(writing)?;
    }
    if let Some(head) = head {
        Head { back, ..head }.write(connection, key)?;
    }
    Ok(back.id.cast_unsigned())
}

/// At most `limit` entries after a number, in order.
pub(crate) fn after(
    connection: &Connection,
    key: &LedgerKey,
    number: u64,
    limit: usize,
) -> Result<Vec<AuditRow>, LedgerError> {
    let rows = page(connection, i64::try_from(number).unwrap_or(i64::MAX), limit)?;
    Ok(rows.into_iter().map(|row| row.open(key)).collect())
}

/// At most `limit` rows after a number, in order, as they lie in the file.
pub(crate) fn page(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> Result<Vec<StoredEntry>, LedgerError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached("SELECT id, sealed, link FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2")
        .and_then(|mut statement| statement.query_map([after, limit], StoredEntry::read)?.collect())
        .map_err(reading)
}

/// Takes entries from before that time away from the front of the chain, which begins behind them from then on. What
/// does not hold is left, and so is everything behind it.
pub(crate) fn drop_before(
    connection: &Connection,
    key: &LedgerKey,
    before: Timestamp,
) -> Result<(), LedgerError> {
    let Some(head) = Head::read(connection, key)? else { return Ok(()) };
    let chain = chain::key(key);
    let mut front = head.front;
    // Most often the first is young: it alone is read then.
    for limit in [1, STEP] {
        for row in page(connection, front.id, limit)? {
            let next = front.next(&chain, row.id, &row.sealed);
            let old = matches!(row.open(key), AuditRow::Whole(record) if record.entry.at < before);
            if Some(next.id) != front.id.checked_add(1) || row.link != next.link || !old {
                return cut(connection, key, &head, front);
            }
            front = next;
        }
    }
    cut(connection, key, &head, front)
}

fn cut(connection: &Connection, key: &LedgerKey, head: &Head, front: End) -> Result<(), LedgerError> {
    if front == head.front {
        return Ok(());
    }
    connection
        .execute("DELETE FROM audit WHERE id <= ?1", [front.id])
        .map_err(|cause| LedgerError::Write { doing: "dropping old deeds", cause })?;
    Head { front, ..*head }.write(connection, key)
}

impl StoredEntry {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, sealed: seal::stored(row, 1), link: seal::stored(row, 2) })
    }

    fn open(&self, key: &LedgerKey) -> AuditRow {
        let id = self.id.cast_unsigned();
        seal::unseal(key.bytes(), &place(self.id), &self.sealed)
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .map_or(AuditRow::Damaged(id), |entry| AuditRow::Whole(AuditRecord { id, entry }))
    }
}

fn last_row(connection: &Connection) -> Result<End, LedgerError> {
    let last = connection
        .query_row("SELECT id, sealed, link FROM audit ORDER BY id DESC LIMIT 1", [], StoredEntry::read)
        .optional()
        .map_err(reading)?;
    Ok(last.map_or(End::START, |row| End { id: row.id, link: row.link.try_into().unwrap_or_default() }))
}

fn last_id(connection: &Connection) -> Result<i64, LedgerError> {
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
