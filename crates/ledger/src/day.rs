//! The data key of a day: made with the day's first result, destroyed with its last.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::Day;
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

/// The key of a day; `None` if it has none (any more).
pub(crate) fn key_of(
    connection: &Connection,
    key: &LedgerKey,
    day: Day,
) -> Result<Option<Zeroizing<[u8; 32]>>, LedgerError> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT sealed FROM day_key WHERE day = ?1")
        .and_then(|mut statement| statement.query_row([day.0], |row| Ok(seal::stored(row, 0))).optional())
        .map_err(|cause| LedgerError::Store { doing: "reading a day's key", cause })?;
    let Some(sealed) = sealed else { return Ok(None) };
    let damaged = || LedgerError::DayDamaged { day: day.0 };
    let bytes = seal::unseal(key.bytes(), &place(day), &sealed).ok_or_else(damaged)?;
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| damaged())?;
    Ok(Some(Zeroizing::new(bytes)))
}

/// The key of a day, drawn if it has none yet. One that is damaged is replaced: the results under it are lost for good
/// already, and those of the rest of the day must not be.
pub(crate) fn key_of_or_new(
    connection: &Connection,
    key: &LedgerKey,
    day: Day,
) -> Result<Zeroizing<[u8; 32]>, LedgerError> {
    match key_of(connection, key, day) {
        Ok(Some(known)) => return Ok(known),
        Ok(None) => {}
        Err(error @ LedgerError::DayDamaged { .. }) => {
            tracing::error!(code = %error.code(), %error, "the day goes on under a new key");
        }
        Err(error) => return Err(error),
    }
    let mut fresh = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *fresh).map_err(LedgerError::Randomness)?;
    let sealed = seal::seal(key.bytes(), &place(day), &*fresh)?;
    connection
        .execute(
            "INSERT INTO day_key (day, sealed) VALUES (?1, ?2) \
             ON CONFLICT (day) DO UPDATE SET sealed = excluded.sealed",
            params![day.0, sealed],
        )
        .map_err(|cause| LedgerError::Write { doing: "making a day's key", cause })?;
    Ok(fresh)
}

/// Destroys the key of every day without a result; says how many.
pub(crate) fn destroy_empty(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM day_key WHERE NOT EXISTS (SELECT 1 FROM result WHERE result.day = day_key.day)",
        [],
    )
}

fn place(day: Day) -> Place {
    Place::default().with(b"uketsuke ledger").with(b"day_key").with(&day.0.to_be_bytes())
}
