//! One result as a row: clear columns, two sealed ones, and the place that binds them together.

use crate::day;
use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use crate::word::{from_word, to_word};
use model::{
    Beside, CommittedResult, Consent, Day, Insertion, Pii, Purpose, Qualification, Remark, ResultId,
    ResultRow, Timestamp, VisitId, VisitResult,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A row as it lies in the file.
struct StoredRow {
    id: i64,
    clear: Clear,
    qualification: Vec<u8>,
    consents: Vec<u8>,
}

/// The columns that are not personal.
struct Clear {
    visit: Vec<u8>,
    reader: String,
    insertion: i64,
    institution: String,
    verification: String,
    received_at: i64,
    validity: String,
    day: i64,
    /// The card's mark under a key of the ledger's; none if the card is not known, or the row is of version 2.
    card: Option<Vec<u8>>,
}

/// What is sealed in the column `consents`.
#[derive(Serialize)]
struct Sealed<'a> {
    consents: &'a [Consent],
    remarks: &'a [Remark],
}

/// The same, read back.
#[derive(Deserialize)]
#[serde(untagged)]
enum Unsealed {
    Whole {
        consents: Vec<Consent>,
        remarks: Vec<Remark>,
    },
    /// As version 1 of the ledger sealed it.
    ConsentsAlone(Vec<Consent>),
}

/// Inserts a result under `id`, sealed under the key of its day.
pub(crate) fn insert(
    connection: &Connection,
    key: &LedgerKey,
    id: i64,
    result: &VisitResult,
    beside: &Beside,
) -> Result<(), LedgerError> {
    let clear = Clear::of(key, result, beside)?;
    let day_key = day::key_of_or_new(connection, key, Day(clear.day))?;
    let xml = result.qualification.expose(Purpose::CommitToLedger).xml.as_bytes();
    let qualification = seal::seal(&day_key, &clear.place("qualification", id), xml)?;
    let answers = Sealed { consents: &result.consents, remarks: &result.remarks };
    let answers =
        Zeroizing::new(serde_json::to_vec(&answers).map_err(|_| LedgerError::Beyond { what: "a consent" })?);
    let consents = seal::seal(&day_key, &clear.place("consents", id), &answers)?;
    connection
        .prepare_cached(
            "INSERT INTO result (id, visit, reader, insertion, institution, verification, received_at, validity, \
             day, qualification, consents, card) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                id,
                clear.visit,
                clear.reader,
                clear.insertion,
                clear.institution,
                clear.verification,
                clear.received_at,
                clear.validity,
                clear.day,
                qualification,
                consents,
                clear.card
            ])
        })
        .map(|_| ())
        .map_err(|cause| LedgerError::Write { doing: "committing a result", cause })
}

/// The number of a visit's row.
pub(crate) fn id_of_visit(connection: &Connection, visit: &VisitId) -> Result<Option<i64>, LedgerError> {
    connection
        .prepare_cached("SELECT id FROM result WHERE visit = ?1")
        .and_then(|mut statement| {
            statement.query_row([visit.as_bytes().as_slice()], |row| row.get(0)).optional()
        })
        .map_err(reading)
}

/// The result of a number.
pub(crate) fn of_id(
    connection: &Connection,
    key: &LedgerKey,
    id: i64,
) -> Result<Option<CommittedResult>, LedgerError> {
    stored(connection, id)?.map(|row| row.open(connection, key)).transpose()
}

/// The latest row before `id` whose card is the same.
pub(crate) fn of_same_card(
    connection: &Connection,
    key: &LedgerKey,
    id: i64,
) -> Result<Option<CommittedResult>, LedgerError> {
    let Some(row) = stored(connection, id)? else { return Ok(None) };
    let card = row.clear.card.clone();
    // Opened for its place alone: a mark that was put there afterwards leads to nobody.
    row.open(connection, key)?;
    let earlier: Option<i64> = connection
        .prepare_cached("SELECT max(id) FROM result WHERE card = ?1 AND id < ?2")
        .and_then(|mut statement| statement.query_row(params![card, id], |row| row.get(0)))
        .map_err(reading)?;
    earlier.map_or(Ok(None), |earlier| of_id(connection, key, earlier))
}

/// At most `limit` rows after a number, up to the newest that was given. Numbers have no gaps, so one that is not there
/// although a later one is, or one before it, was lost.
pub(crate) fn after(
    connection: &Connection,
    key: &LedgerKey,
    (after, newest): (i64, i64),
    limit: usize,
) -> Result<Vec<ResultRow>, LedgerError> {
    let there: Vec<i64> = connection
        .prepare_cached("SELECT id FROM result WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3")
        .and_then(|mut statement| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement.query_map([after, newest, limit], |row| row.get(0))?.collect()
        })
        .map_err(reading)?;
    let (Some(last), Some(oldest)) = (there.last(), oldest(connection)?) else { return Ok(Vec::new()) };
    let first = after.saturating_add(1).max(oldest);
    (first..=*last).take(limit).map(|id| either(id, of_id(connection, key, id))).collect()
}

/// The first number that is there.
pub(crate) fn oldest(connection: &Connection) -> Result<Option<i64>, LedgerError> {
    connection.query_row("SELECT min(id) FROM result", [], |row| row.get(0)).map_err(reading)
}

fn stored(connection: &Connection, id: i64) -> Result<Option<StoredRow>, LedgerError> {
    connection
        .prepare_cached(
            "SELECT id, visit, reader, insertion, institution, verification, received_at, validity, day, \
             qualification, consents, card FROM result WHERE id = ?1",
        )
        .and_then(|mut statement| statement.query_row([id], StoredRow::read).optional())
        .map_err(|cause| if is_damage(&cause) { damaged(id, "a column") } else { reading(cause) })
}

/// Damage of one row must not hide those behind it.
fn either(id: i64, read: Result<Option<CommittedResult>, LedgerError>) -> Result<ResultRow, LedgerError> {
    let id = ResultId(id.cast_unsigned());
    match read {
        Ok(Some(committed)) => Ok(ResultRow::Whole(committed)),
        Ok(None) => Ok(ResultRow::Damaged { id, what: "the whole row" }),
        Err(LedgerError::Damaged { what, .. }) => Ok(ResultRow::Damaged { id, what }),
        Err(LedgerError::DayDamaged { .. }) => Ok(ResultRow::Damaged { id, what: "its day's key" }),
        Err(error) => Err(error),
    }
}

/// Whether a column holds what we never wrote, or its page is none of SQLite's.
fn is_damage(cause: &rusqlite::Error) -> bool {
    match cause {
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => true,
        other => other.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt),
    }
}

impl StoredRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            clear: Clear {
                visit: row.get(1)?,
                reader: row.get(2)?,
                insertion: row.get(3)?,
                institution: row.get(4)?,
                verification: row.get(5)?,
                received_at: row.get(6)?,
                validity: row.get(7)?,
                day: row.get(8)?,
                card: row.get(11)?,
            },
            qualification: row.get(9)?,
            consents: row.get(10)?,
        })
    }

    /// Unseals the row: only what was committed, in the place where it was committed, opens.
    fn open(self, connection: &Connection, key: &LedgerKey) -> Result<CommittedResult, LedgerError> {
        let damaged = |what| damaged(self.id, what);
        let day_key = day::key_of(connection, key, Day(self.clear.day))?
            .ok_or(LedgerError::DayDamaged { day: self.clear.day })?;
        let unseal = |column, sealed: &[u8]| {
            seal::unseal(&day_key, &self.clear.place(column, self.id), sealed).ok_or_else(|| damaged(column))
        };
        let mut xml = unseal("qualification", &self.qualification)?;
        let xml = String::from_utf8(std::mem::take(&mut *xml)).map_err(|_| damaged("qualification"))?;
        let answers = unseal("consents", &self.consents)?;
        let (consents, remarks) = match serde_json::from_slice(&answers).map_err(|_| damaged("consents"))? {
            Unsealed::Whole { consents, remarks } => (consents, remarks),
            Unsealed::ConsentsAlone(consents) => (consents, Vec::new()),
        };
        let clear = self.clear;
        Ok(CommittedResult {
            id: ResultId(self.id.cast_unsigned()),
            result: VisitResult {
                visit: clear.visit.try_into().map(VisitId::from_bytes).map_err(|_| damaged("visit"))?,
                reader: clear.reader.try_into().map_err(|_| damaged("reader"))?,
                insertion: Insertion(clear.insertion.cast_unsigned()),
                institution: clear.institution.try_into().map_err(|_| damaged("institution"))?,
                verification: from_word(&clear.verification).ok_or_else(|| damaged("verification"))?,
                received_at: Timestamp(clear.received_at),
                validity: from_word(&clear.validity).ok_or_else(|| damaged("validity"))?,
                qualification: Pii::new(Qualification { xml }),
                consents,
                remarks,
            },
        })
    }
}

impl Clear {
    fn of(key: &LedgerKey, result: &VisitResult, beside: &Beside) -> Result<Self, LedgerError> {
        // The same card has the same hash on every day, and nobody without the ledger's key can try cards against it.
        let hashed = |card: &Pii<model::CardMark>| {
            key.hash_key("card").hash(&[&card.expose(Purpose::CommitToLedger).0]).to_vec()
        };
        Ok(Self {
            visit: result.visit.as_bytes().to_vec(),
            reader: result.reader.as_str().to_owned(),
            // SQLite's integers are signed; the bits are kept, the order of insertions is never asked.
            insertion: result.insertion.0.cast_signed(),
            institution: result.institution.as_str().to_owned(),
            verification: to_word(result.verification)?,
            received_at: result.received_at.0,
            validity: to_word(result.validity)?,
            day: Day::of(result.received_at).0,
            card: beside.card.as_ref().map(hashed),
        })
    }

    /// Every clear column is part of the place: a row with one of them altered does not open.
    fn place(&self, column: &str, id: i64) -> Place {
        let place = Place::default()
            .with(b"uketsuke ledger")
            .with(b"result")
            .with(column.as_bytes())
            .with(&id.to_be_bytes())
            .with(&self.visit)
            .with(self.reader.as_bytes())
            .with(&self.insertion.to_be_bytes())
            .with(self.institution.as_bytes())
            .with(self.verification.as_bytes())
            .with(&self.received_at.to_be_bytes())
            .with(self.validity.as_bytes())
            .with(&self.day.to_be_bytes());
        // Without a card it is the place of version 2, whose rows stay where they are.
        match &self.card {
            Some(card) => place.with(card),
            None => place,
        }
    }
}

fn damaged(id: i64, what: &'static str) -> LedgerError {
    LedgerError::Damaged { id: ResultId(id.cast_unsigned()), what }
}

fn reading(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Store { doing: "reading", cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ConsentItem, Decision};

    #[test]
    fn what_version_1_sealed_is_read() {
        let consent = Consent {
            item: ConsentItem::Medicines,
            decision: Decision::Refused,
            at: Timestamp(1),
            until: None,
        };
        let old = serde_json::to_vec(std::slice::from_ref(&consent)).unwrap();
        assert!(
            matches!(serde_json::from_slice(&old).unwrap(), Unsealed::ConsentsAlone(read) if read == [consent.clone()])
        );
        let remarks = [Remark::SubsidyUnanswered];
        let new = serde_json::to_vec(&Sealed { consents: &[consent], remarks: &remarks }).unwrap();
        assert!(
            matches!(serde_json::from_slice(&new).unwrap(), Unsealed::Whole { remarks: read, .. } if read == remarks)
        );
    }
}
