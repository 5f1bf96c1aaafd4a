//! Consumers: how far each of them is, sealed, so that nobody moves one on without the ledger.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::{CallerName, ConsumerStatus, ResultId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// What is kept of a consumer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) registered_at: Timestamp,
    pub(crate) up_to: ResultId,
    pub(crate) acknowledged_at: Option<Timestamp>,
    pub(crate) missed: u64,
}

/// A consumer as it lies in the file: what is kept of it, if that opens.
pub(crate) struct Row {
    name: String,
    kept: Option<Kept>,
}

impl Row {
    pub(crate) fn whole(self) -> Result<(CallerName, Kept), LedgerError> {
        let damaged = |consumer| LedgerError::ConsumerDamaged { consumer };
        let Some(kept) = self.kept else { return Err(damaged(self.name)) };
        let name = self.name.parse().map_err(|_| damaged(self.name))?;
        Ok((name, kept))
    }

    /// Up to where it has acknowledged for sure.
    pub(crate) fn up_to(&self) -> ResultId {
        self.kept.as_ref().map_or(ResultId(0), |kept| kept.up_to)
    }
}

/// Every consumer, by name.
pub(crate) fn all(connection: &Connection, key: &LedgerKey) -> Result<Vec<Row>, LedgerError> {
    let rows: Vec<(String, Vec<u8>)> = connection
        .prepare_cached("SELECT name, sealed FROM consumer ORDER BY name")
        .and_then(|mut statement| {
            statement.query_map([], |row| Ok((name_in(row), seal::stored(row, 1))))?.collect()
        })
        .map_err(reading)?;
    Ok(rows.into_iter().map(|(name, sealed)| Row { kept: open(key, &name, &sealed), name }).collect())
}

/// What is kept of one; `None` if it is not registered.
pub(crate) fn find(
    connection: &Connection,
    key: &LedgerKey,
    name: &CallerName,
) -> Result<Option<Kept>, LedgerError> {
    row_of(connection, key, name)?.map(|row| row.whole().map(|(_, kept)| kept)).transpose()
}

/// Registers a consumer behind `newest`, unless it is registered. One that is damaged is owed all from `oldest` on.
pub(crate) fn register(
    connection: &Connection,
    key: &LedgerKey,
    name: &CallerName,
    at: Timestamp,
    (oldest, newest): (ResultId, ResultId),
) -> Result<ResultId, LedgerError> {
    let up_to = match row_of(connection, key, name)? {
        Some(Row { kept: Some(kept), .. }) => return Ok(kept.up_to),
        Some(Row { kept: None, .. }) => ResultId(oldest.0.saturating_sub(1)),
        None => newest,
    };
    write(connection, key, name, &Kept { registered_at: at, up_to, acknowledged_at: None, missed: 0 })?;
    Ok(up_to)
}

/// Takes a consumer away; says whether there was one.
pub(crate) fn forget(connection: &Connection, name: &CallerName) -> Result<bool, LedgerError> {
    connection
        .execute("DELETE FROM consumer WHERE name = ?1", [name.as_str()])
        .map(|gone| gone > 0)
        .map_err(writing)
}

/// Keeps how far a consumer is.
pub(crate) fn write(
    connection: &Connection,
    key: &LedgerKey,
    name: &CallerName,
    kept: &Kept,
) -> Result<(), LedgerError> {
    let plain = serde_json::to_vec(kept).map_err(|_| LedgerError::Beyond { what: "a consumer" })?;
    let sealed = seal::seal(key.bytes(), &place(name.as_str()), &plain)?;
    connection
        .prepare_cached(
            "INSERT INTO consumer (name, sealed) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
        )
        .and_then(|mut statement| statement.execute(params![name.as_str(), sealed]))
        .map(|_| ())
        .map_err(writing)
}

/// What others are told of it.
pub(crate) fn status(
    connection: &Connection,
    consumer: CallerName,
    kept: Kept,
) -> Result<ConsumerStatus, LedgerError> {
    let Kept { registered_at, up_to, acknowledged_at, missed } = kept;
    let waiting = connection
        .prepare_cached("SELECT count(*) FROM result WHERE id > ?1")
        .and_then(|mut statement| {
            statement.query_row([i64::try_from(up_to.0).unwrap_or(i64::MAX)], |row| row.get::<_, i64>(0))
        })
        .map_err(reading)?;
    let waiting = waiting.cast_unsigned();
    Ok(ConsumerStatus { consumer, registered_at, up_to, acknowledged_at, waiting, missed })
}

fn row_of(connection: &Connection, key: &LedgerKey, name: &CallerName) -> Result<Option<Row>, LedgerError> {
    let sealed = connection
        .prepare_cached("SELECT sealed FROM consumer WHERE name = ?1")
        .and_then(|mut statement| {
            statement.query_row([name.as_str()], |row| Ok(seal::stored(row, 0))).optional()
        })
        .map_err(reading)?;
    let name = name.as_str();
    Ok(sealed.map(|sealed| Row { name: name.to_owned(), kept: open(key, name, &sealed) }))
}

/// The name in the first column, readable in any case: one that is damaged must not hide the others.
fn name_in(row: &rusqlite::Row<'_>) -> String {
    let bytes = row.get_ref(0).ok().and_then(|value| value.as_bytes().ok()).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

fn open(key: &LedgerKey, name: &str, sealed: &[u8]) -> Option<Kept> {
    let plain = seal::unseal(key.bytes(), &place(name), sealed)?;
    serde_json::from_slice(&plain).ok()
}

fn place(name: &str) -> Place {
    Place::default().with(b"uketsuke ledger").with(b"consumer").with(name.as_bytes())
}

fn reading(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Store { doing: "reading the consumers", cause }
}

fn writing(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Write { doing: "noting a consumer", cause }
}
