//! One result as a row: clear columns, two sealed ones, and the place that binds them together.

use crate::error::LedgerError;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::{
    CommittedResult, Consent, Insertion, Pii, Purpose, Qualification, Remark, ResultId, Timestamp, VisitId,
    VisitResult,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const COLUMNS: &str = "id, visit, reader, insertion, institution, verification, received_at, validity, day, \
                       qualification, consents";

/// A row as it lies in the file.
pub(crate) struct StoredRow {
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
) -> Result<(), LedgerError> {
    let clear = Clear::of(result)?;
    let day_key = day_key_or_new(connection, key, clear.day)?;
    let xml = result.qualification.expose(Purpose::CommitToLedger).xml.as_bytes();
    let qualification = seal::seal(&day_key, &clear.place("qualification", id), xml)?;
    let answers = Sealed { consents: &result.consents, remarks: &result.remarks };
    let answers =
        Zeroizing::new(serde_json::to_vec(&answers).map_err(|_| LedgerError::Beyond { what: "a consent" })?);
    let consents = seal::seal(&day_key, &clear.place("consents", id), &answers)?;
    connection
        .prepare_cached(
            "INSERT INTO result (id, visit, reader, insertion, institution, verification, received_at, validity, \
             day, qualification, consents) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
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
                consents
            ])
        })
        .map(|_| ())
        .map_err(|cause| LedgerError::Write { doing: "committing a result", cause })
}

/// The row of a visit.
pub(crate) fn by_visit(connection: &Connection, visit: &VisitId) -> Result<Option<StoredRow>, LedgerError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM result WHERE visit = ?1"))
        .and_then(|mut statement| {
            statement.query_row([visit.as_bytes().as_slice()], StoredRow::read).optional()
        })
        .map_err(reading)
}

/// The row of an id.
pub(crate) fn by_id(connection: &Connection, id: i64) -> Result<Option<StoredRow>, LedgerError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM result WHERE id = ?1"))
        .and_then(|mut statement| statement.query_row([id], StoredRow::read).optional())
        .map_err(reading)
}

/// At most `limit` rows after an id, in order.
pub(crate) fn after(connection: &Connection, id: i64, limit: i64) -> Result<Vec<StoredRow>, LedgerError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM result WHERE id > ?1 ORDER BY id LIMIT ?2"))
        .and_then(|mut statement| statement.query_map([id, limit], StoredRow::read)?.collect())
        .map_err(reading)
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
            },
            qualification: row.get(9)?,
            consents: row.get(10)?,
        })
    }

    /// Unseals the row: only what was committed, in the place where it was committed, opens.
    pub(crate) fn open(
        self,
        connection: &Connection,
        key: &LedgerKey,
    ) -> Result<CommittedResult, LedgerError> {
        let id = ResultId(u64::try_from(self.id).unwrap_or_default());
        let damaged = |what| LedgerError::Damaged { id, what };
        let day_key = day_key(connection, key, self.clear.day)?
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
            id,
            result: VisitResult {
                visit: clear
                    .visit
                    .try_into()
                    .map(VisitId::from_bytes)
                    .map_err(|_| LedgerError::Damaged { id, what: "visit" })?,
                reader: clear.reader.try_into().map_err(|_| damaged("reader"))?,
                insertion: Insertion(clear.insertion.cast_unsigned()),
                institution: clear.institution.try_into().map_err(|_| damaged("institution"))?,
                verification: from_word(clear.verification).ok_or_else(|| damaged("verification"))?,
                received_at: Timestamp(clear.received_at),
                validity: from_word(clear.validity).ok_or_else(|| damaged("validity"))?,
                qualification: Pii::new(Qualification { xml }),
                consents,
                remarks,
            },
        })
    }
}

impl Clear {
    fn of(result: &VisitResult) -> Result<Self, LedgerError> {
        Ok(Self {
            visit: result.visit.as_bytes().to_vec(),
            reader: result.reader.as_str().to_owned(),
            // SQLite's integers are signed; the bits are kept, the order of insertions is never asked.
            insertion: result.insertion.0.cast_signed(),
            institution: result.institution.as_str().to_owned(),
            verification: to_word(result.verification)?,
            received_at: result.received_at.0,
            validity: to_word(result.validity)?,
            day: day_of(result.received_at),
        })
    }

    /// Every clear column is part of the place: a row with one of them altered does not open.
    fn place(&self, column: &str, id: i64) -> Place {
        Place::default()
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
            .with(&self.day.to_be_bytes())
    }
}

/// Days since 1970-01-01 in Japan, which has no summer time.
pub(crate) const fn day_of(at: Timestamp) -> i64 {
    at.0.saturating_add(9 * 3_600_000).div_euclid(86_400_000)
}

fn day_key(
    connection: &Connection,
    key: &LedgerKey,
    day: i64,
) -> Result<Option<Zeroizing<[u8; 32]>>, LedgerError> {
    let sealed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT sealed FROM day_key WHERE day = ?1")
        .and_then(|mut statement| statement.query_row([day], |row| row.get(0)).optional())
        .map_err(reading)?;
    let Some(sealed) = sealed else { return Ok(None) };
    let bytes = seal::unseal(key.bytes(), &day_place(day), &sealed).ok_or(LedgerError::DayDamaged { day })?;
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| LedgerError::DayDamaged { day })?;
    Ok(Some(Zeroizing::new(bytes)))
}

fn day_key_or_new(
    connection: &Connection,
    key: &LedgerKey,
    day: i64,
) -> Result<Zeroizing<[u8; 32]>, LedgerError> {
    if let Some(known) = day_key(connection, key, day)? {
        return Ok(known);
    }
    let mut fresh = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *fresh).map_err(LedgerError::Randomness)?;
    let sealed = seal::seal(key.bytes(), &day_place(day), &*fresh)?;
    connection
        .execute("INSERT INTO day_key (day, sealed) VALUES (?1, ?2)", params![day, sealed])
        .map_err(|cause| LedgerError::Write { doing: "making a day's key", cause })?;
    Ok(fresh)
}

fn day_place(day: i64) -> Place {
    Place::default().with(b"uketsuke ledger").with(b"day_key").with(&day.to_be_bytes())
}

/// The word of a plain enum, as serde names it.
fn to_word<T: Serialize>(value: T) -> Result<String, LedgerError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(LedgerError::Beyond { what: "a word" }),
    }
}

fn from_word<T: DeserializeOwned>(word: String) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word)).ok()
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
