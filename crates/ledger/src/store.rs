//! The ledger: one writer, any number of readers.

use crate::error::LedgerError;
use crate::file::{self, Hold};
use crate::key::LedgerKey;
use crate::{audit, row};
use model::{AuditEntry, AuditRecord, CommittedResult, ResultId, Timestamp, VisitResult};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::path::{Path, PathBuf};

/// The ledger with the right to write. There is one per file in the whole machine.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    key: LedgerKey,
    path: PathBuf,
    // Last: the file is closed before it is let go.
    _hold: Hold,
}

/// A second connection that only reads; sees what is committed.
#[derive(Debug)]
pub struct LedgerReader {
    connection: Connection,
    key: LedgerKey,
}

/// What retention took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Rows deleted.
    pub results: usize,
    /// Days whose key was destroyed.
    pub days: usize,
}

impl Ledger {
    /// Opens the ledger at `path`, making it on first use; its directory must exist.
    ///
    /// # Errors
    /// [`LedgerError::Held`] if another daemon holds it, [`LedgerError::OtherKey`], [`LedgerError::Foreign`] if the
    /// file is something else, [`LedgerError::File`] and [`LedgerError::Store`] if it cannot be opened.
    pub fn open(path: &Path, key: LedgerKey) -> Result<Self, LedgerError> {
        let hold = file::hold(path)?;
        let connection = file::open_writer(path, &key)?;
        Ok(Self { connection, key, path: path.to_owned(), _hold: hold })
    }

    /// Makes the result durable: it is on the disk when this returns. A visit that is already here keeps its row,
    /// and that row is returned.
    ///
    /// # Errors
    /// [`LedgerError::Write`] if it could not be made durable (then the ledger is as before),
    /// [`LedgerError::VisitForeign`] if the visit is here with another reader or insertion.
    pub fn commit(&mut self, result: &VisitResult) -> Result<CommittedResult, LedgerError> {
        let writing = |cause| LedgerError::Write { doing: "committing a result", cause };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)?;
        if let Some(first) = row::by_visit(&transaction, &result.visit)? {
            return same_visit(first.open(&transaction, &self.key)?, result);
        }
        // Chosen before the insert, because the sealed columns are bound to it.
        let id =
            last_id(&transaction)?.checked_add(1).ok_or(LedgerError::Beyond { what: "a result's id" })?;
        row::insert(&transaction, &self.key, id, result)?;
        transaction.commit().map_err(writing)?;
        Ok(CommittedResult { id: ResultId(id.cast_unsigned()), result: result.clone() })
    }

    /// Notes that `consumer` was told everything up to `id`. Never goes back.
    ///
    /// # Errors
    /// [`LedgerError::Write`].
    pub fn set_delivered(&mut self, consumer: &str, id: ResultId) -> Result<(), LedgerError> {
        self.connection
            .prepare_cached(
                "INSERT INTO delivery (consumer, up_to) VALUES (?1, ?2) \
                 ON CONFLICT (consumer) DO UPDATE SET up_to = max(up_to, excluded.up_to)",
            )
            .and_then(|mut statement| statement.execute(params![consumer, row_number(id)]))
            .map(|_| ())
            .map_err(|cause| LedgerError::Write { doing: "noting a delivery", cause })
    }

    /// Makes it durable that somebody of the staff did this; says the entry's number.
    ///
    /// # Errors
    /// [`LedgerError::Write`]; then it was not noted.
    pub fn note(&mut self, entry: &AuditEntry) -> Result<u64, LedgerError> {
        audit::note(&mut self.connection, &self.key, entry)
    }

    /// Deletes the results received before `before`, and destroys the key of every day that is then empty.
    ///
    /// # Errors
    /// [`LedgerError::Write`]; then nothing was deleted.
    pub fn drop_older_than(&mut self, before: Timestamp) -> Result<Dropped, LedgerError> {
        let dropped = self
            .drop_rows(before)
            .map_err(|cause| LedgerError::Write { doing: "dropping old results", cause })?;
        if dropped.results > 0 {
            // Deleted pages linger in the log until it is folded back; a reader in the middle of a query
            // postpones that to the next time.
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                .map_err(|cause| LedgerError::Write { doing: "folding back the log", cause })?;
        }
        Ok(dropped)
    }

    /// Opens a connection that only reads.
    ///
    /// # Errors
    /// [`LedgerError::Store`].
    pub fn reader(&self) -> Result<LedgerReader, LedgerError> {
        Ok(LedgerReader { connection: file::open_reader(&self.path)?, key: self.key.clone() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn drop_rows(&mut self, before: Timestamp) -> rusqlite::Result<Dropped> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE horizon SET dropped = max(dropped, \
             coalesce((SELECT max(id) FROM result WHERE received_at < ?1), 0))",
            [before.0],
        )?;
        let results = transaction.execute("DELETE FROM result WHERE received_at < ?1", [before.0])?;
        let days = transaction.execute(
            "DELETE FROM day_key WHERE NOT EXISTS (SELECT 1 FROM result WHERE result.day = day_key.day)",
            [],
        )?;
        transaction.commit()?;
        Ok(Dropped { results, days })
    }
}

macro_rules! reads {
    ($owner:ident) => {
        impl $owner {
            /// The result of that id; `None` if there is none (any more).
            ///
            /// # Errors
            /// [`LedgerError::Damaged`] if the row is not what was committed, [`LedgerError::Store`].
            pub fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, LedgerError> {
                row::by_id(&self.connection, row_number(id))?
                    .map(|stored| stored.open(&self.connection, &self.key))
                    .transpose()
            }

            /// At most `limit` results after `after`, in order.
            ///
            /// # Errors
            /// As [`Self::result`].
            pub fn since(&self, after: ResultId, limit: usize) -> Result<Vec<CommittedResult>, LedgerError> {
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                row::after(&self.connection, row_number(after), limit)?
                    .into_iter()
                    .map(|stored| stored.open(&self.connection, &self.key))
                    .collect()
            }

            /// The last id ever given; 0 if none was.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn newest(&self) -> Result<ResultId, LedgerError> {
                last_id(&self.connection).map(|id| ResultId(id.cast_unsigned()))
            }

            /// The first id from which on nothing was deleted; a consumer that was told less has missed some.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn oldest(&self) -> Result<ResultId, LedgerError> {
                self.connection
                    .query_row("SELECT dropped FROM horizon", [], |row| row.get::<_, i64>(0))
                    .map(|dropped| ResultId(dropped.cast_unsigned().saturating_add(1)))
                    .map_err(reading)
            }

            /// At most `limit` entries of the audit after that number, in order.
            ///
            /// # Errors
            /// [`LedgerError::AuditDamaged`] if a row is not what was noted, [`LedgerError::Store`].
            pub fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>, LedgerError> {
                audit::after(&self.connection, &self.key, after, limit)
            }

            /// Up to which id `consumer` was told; 0 if it never was.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn delivered(&self, consumer: &str) -> Result<ResultId, LedgerError> {
                self.connection
                    .query_row("SELECT up_to FROM delivery WHERE consumer = ?1", [consumer], |row| {
                        row.get::<_, i64>(0)
                    })
                    .optional()
                    .map(|up_to| ResultId(up_to.unwrap_or_default().cast_unsigned()))
                    .map_err(reading)
            }
        }
    };
}

reads!(Ledger);
reads!(LedgerReader);

fn same_visit(first: CommittedResult, offered: &VisitResult) -> Result<CommittedResult, LedgerError> {
    if first.result.reader == offered.reader && first.result.insertion == offered.insertion {
        Ok(first)
    } else {
        Err(LedgerError::VisitForeign { visit: offered.visit, id: first.id })
    }
}

/// `sqlite_sequence` remembers the last id even after its row was deleted.
fn last_id(connection: &Connection) -> Result<i64, LedgerError> {
    connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'result'")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)).optional())
        .map(Option::unwrap_or_default)
        .map_err(reading)
}

/// Ids beyond SQLite's range are not in the ledger, nor is any row after them.
fn row_number(id: ResultId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn reading(cause: rusqlite::Error) -> LedgerError {
    LedgerError::Store { doing: "reading", cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Insertion, Pii, Qualification, Validity, Verification, VisitId};

    fn result(number: u8) -> VisitResult {
        VisitResult {
            visit: VisitId::from_bytes([number; 16]),
            reader: "front-1".parse().unwrap(),
            insertion: Insertion(number.into()),
            institution: "9991234567".parse().unwrap(),
            verification: Verification::Face,
            received_at: Timestamp(1_772_000_000_000),
            validity: Validity::Valid,
            qualification: Pii::new(Qualification { xml: "x".repeat(20_000) }),
            consents: Vec::new(),
            remarks: Vec::new(),
        }
    }

    #[test]
    fn a_full_disk_is_said_and_loses_nothing_committed() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("ledger.db");
        let keys = tempfile::tempdir().unwrap();
        let key_file = keys.path().join("ledger.key");
        LedgerKey::create_file(&key_file).unwrap();
        let mut ledger = Ledger::open(&path, LedgerKey::read(&key_file, &path).unwrap()).unwrap();
        ledger.commit(&result(1)).unwrap();

        // SQLite's own limit gives the very error of a full disk.
        ledger.connection.pragma_update(None, "max_page_count", 1).unwrap();
        let error = ledger.commit(&result(2)).unwrap_err();
        assert_eq!(error.code(), failure::codes::LEDGER_WRITE_FAILED, "{error}");
        assert!(error.to_string().contains("full"), "{error}");
        assert_eq!(ledger.newest().unwrap(), ResultId(1));

        ledger.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        assert_eq!(ledger.commit(&result(2)).unwrap().id, ResultId(2), "the failed order took no number");
        assert_eq!(ledger.result(ResultId(1)).unwrap().unwrap().result, result(1));
    }
}
