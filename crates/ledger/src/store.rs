//! The ledger: one writer, any number of readers.

use crate::counts::Tally;
use crate::error::LedgerError;
use crate::file::{self, Hold};
use crate::key::LedgerKey;
use crate::retention::{self, Dropped, Keep};
use crate::{audit, consumer, row};
use model::{AuditEntry, Beside, CallerName, CommittedResult, Counted, ResultId, Timestamp, VisitResult};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};

/// The ledger with the right to write. There is one per file in the whole machine.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) connection: Connection,
    pub(crate) key: LedgerKey,
    path: PathBuf,
    // Last: the file is closed before it is let go.
    _hold: Hold,
}

/// A second connection that only reads; sees what is committed.
#[derive(Debug)]
pub struct LedgerReader {
    pub(crate) connection: Connection,
    pub(crate) key: LedgerKey,
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

    /// Makes the result durable: it is on the disk when this returns. It is counted with the same stroke. A visit that
    /// is already here keeps its row, and that row is returned.
    ///
    /// # Errors
    /// [`LedgerError::Write`] if it could not be made durable (then the ledger is as before),
    /// [`LedgerError::VisitForeign`] if the visit is here with another reader or insertion.
    pub fn commit(&mut self, result: &VisitResult, beside: &Beside) -> Result<CommittedResult, LedgerError> {
        self.write("committing a result", |transaction, key| {
            if let Some(first) = row::id_of_visit(transaction, &result.visit)? {
                return row::of_id(transaction, key, first)?
                    .ok_or(LedgerError::Damaged { id: ResultId(first.cast_unsigned()), what: "visit" })
                    .and_then(|first| same_visit(first, result));
            }
            // Chosen before the insert, because the sealed columns are bound to it.
            let id =
                last_id(transaction)?.checked_add(1).ok_or(LedgerError::Beyond { what: "a result's id" })?;
            row::insert(transaction, key, id, result, beside)?;
            Tally::of_result(result, beside)?.write(transaction)?;
            Ok(CommittedResult { id: ResultId(id.cast_unsigned()), result: result.clone() })
        })
    }

    /// Registers a consumer: every result from now on is kept until it has acknowledged it, within the bounds of
    /// [`Keep`]. Says up to where it counts as told. Registering again changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::Write`].
    pub fn register(&mut self, consumer: &CallerName, at: Timestamp) -> Result<ResultId, LedgerError> {
        let bounds = (self.oldest()?, self.newest()?);
        self.write("registering a consumer", |transaction, key| {
            consumer::register(transaction, key, consumer, at, bounds)
        })
    }

    /// Waits for this consumer no longer; says whether it was one.
    ///
    /// # Errors
    /// [`LedgerError::Write`].
    pub fn forget_consumer(&mut self, consumer: &CallerName) -> Result<bool, LedgerError> {
        self.write("forgetting a consumer", |transaction, _| consumer::forget(transaction, consumer))
    }

    /// Notes that the consumer has everything up to `id`, durably. Never goes back.
    ///
    /// # Errors
    /// [`LedgerError::NoConsumer`], [`LedgerError::Ahead`] if `id` was not given yet, [`LedgerError::ConsumerDamaged`],
    /// [`LedgerError::Write`]; then nothing was noted.
    pub fn acknowledge(
        &mut self,
        consumer: &CallerName,
        id: ResultId,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let Some(mut kept) = consumer::find(&self.connection, &self.key, consumer)? else {
            return Err(LedgerError::NoConsumer { consumer: consumer.clone() });
        };
        let newest = self.newest()?;
        if id > newest {
            return Err(LedgerError::Ahead { consumer: consumer.clone(), id, newest });
        }
        if id <= kept.up_to {
            return Ok(());
        }
        (kept.up_to, kept.acknowledged_at) = (id, Some(at));
        self.write("noting what was acknowledged", |transaction, key| {
            consumer::write(transaction, key, consumer, &kept)
        })
    }

    /// Makes it durable that somebody did or saw this; says the entry's number.
    ///
    /// # Errors
    /// [`LedgerError::Write`]; then it was not noted.
    pub fn note(&mut self, entry: &AuditEntry) -> Result<u64, LedgerError> {
        self.notes(std::slice::from_ref(entry))
    }

    /// [`Self::note`] for several at once: all of them or none. Says the last one's number.
    ///
    /// # Errors
    /// [`LedgerError::Write`]; then none was noted.
    pub fn notes(&mut self, entries: &[AuditEntry]) -> Result<u64, LedgerError> {
        self.write("noting a deed", |transaction, key| audit::append(transaction, key, entries))
    }

    /// Counts what happened beside results.
    ///
    /// # Errors
    /// [`LedgerError::Write`]; then nothing was counted.
    pub fn count(&mut self, happened: &[(Counted, Timestamp)]) -> Result<(), LedgerError> {
        let mut tally = Tally::default();
        for (what, at) in happened {
            tally.count(*what, *at)?;
        }
        self.count_all(&tally)
    }

    /// Destroys the results that are due, from the front, and the key of every day that is then empty; says of each
    /// consumer what it was not told. Counts and audit entries older than 400 days go too.
    ///
    /// # Errors
    /// [`LedgerError::Write`]; what was destroyed before that stays so, and what was not told is in the audit.
    pub fn retain(&mut self, now: Timestamp, keep: Keep) -> Result<Dropped, LedgerError> {
        let mut dropped = Dropped::default();
        loop {
            let (step, more) = self.retain_step(now, keep)?;
            dropped.absorb(step);
            if !more {
                return Ok(dropped);
            }
        }
    }

    /// Folds SQLite's log back into the file, unless a read is under way.
    pub(crate) fn fold(&self) {
        let _folded_or_later = file::fold(&self.connection);
    }

    /// Opens a connection that only reads.
    ///
    /// # Errors
    /// [`LedgerError::Store`].
    pub fn reader(&self) -> Result<LedgerReader, LedgerError> {
        LedgerReader::open(&self.path, &self.key)
    }

    /// One step of [`Self::retain`]; says whether there is more.
    pub(crate) fn retain_step(&mut self, now: Timestamp, keep: Keep) -> Result<(Dropped, bool), LedgerError> {
        let (mut dropped, more) = self
            .write("dropping old results", |transaction, key| retention::step(transaction, key, now, keep))?;
        // Always: a reader may have prevented it the last time.
        dropped.lingering = !more && !file::fold(&self.connection);
        Ok((dropped, more))
    }

    pub(crate) fn count_all(&mut self, tally: &Tally) -> Result<(), LedgerError> {
        self.write("counting", |transaction, _| tally.write(transaction))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Does all of an order or nothing.
    fn write<T>(
        &mut self,
        doing: &'static str,
        order: impl FnOnce(&Transaction<'_>, &LedgerKey) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let writing = |cause| LedgerError::Write { doing, cause };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)?;
        let done = order(&transaction, &self.key)?;
        transaction.commit().map_err(writing)?;
        Ok(done)
    }
}

impl LedgerReader {
    pub(crate) fn open(path: &Path, key: &LedgerKey) -> Result<Self, LedgerError> {
        Ok(Self { connection: file::open_reader(path)?, key: key.clone() })
    }
}

fn same_visit(first: CommittedResult, offered: &VisitResult) -> Result<CommittedResult, LedgerError> {
    if first.result.reader == offered.reader && first.result.insertion == offered.insertion {
        Ok(first)
    } else {
        Err(LedgerError::VisitForeign { visit: offered.visit, id: first.id })
    }
}

/// `sqlite_sequence` remembers the last id even after its row was deleted.
pub(crate) fn last_id(connection: &Connection) -> Result<i64, LedgerError> {
    connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'result'")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)).optional())
        .map(Option::unwrap_or_default)
        .map_err(|cause| LedgerError::Store { doing: "reading", cause })
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
        ledger.commit(&result(1), &Beside::default()).unwrap();

        // SQLite's own limit gives the very error of a full disk.
        ledger.connection.pragma_update(None, "max_page_count", 1).unwrap();
        let error = ledger.commit(&result(2), &Beside::default()).unwrap_err();
        assert_eq!(error.code(), failure::codes::LEDGER_FULL, "{error}");
        assert!(error.to_string().contains("full"), "{error}");
        assert_eq!(ledger.newest().unwrap(), ResultId(1));

        ledger.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        assert_eq!(
            ledger.commit(&result(2), &Beside::default()).unwrap().id,
            ResultId(2),
            "the failed order took no number"
        );
        assert_eq!(ledger.result(ResultId(1)).unwrap().unwrap().result, result(1));
    }
}
