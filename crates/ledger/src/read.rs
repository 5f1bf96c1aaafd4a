//! What is read, over the writer's connection or another.

use crate::audit;
use crate::error::LedgerError;
use crate::row;
use crate::store::{self, Ledger, LedgerReader};
use crate::{chain, consumer, counts};
use model::{
    AuditRow, AuditVerdict, CallerName, CommittedResult, ConsumerStatus, Counts, Day, ResultId, ResultRow,
};
use rusqlite::Connection;

macro_rules! reads {
    ($owner:ident) => {
        impl $owner {
            /// The result of that id; `None` if there is none (any more).
            ///
            /// # Errors
            /// [`LedgerError::Damaged`] or [`LedgerError::DayDamaged`] if the row is not what was committed,
            /// [`LedgerError::Store`].
            pub fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, LedgerError> {
                row::of_id(&self.connection, &self.key, row_number(id))
            }

            /// At most `limit` rows after `after`, in order and without a gap: one that is damaged stands in its place.
            /// Only an empty answer means that there is no more.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn since(&self, after: ResultId, limit: usize) -> Result<Vec<ResultRow>, LedgerError> {
                let moment = moment(&self.connection)?;
                let between = (row_number(after), store::last_id(&moment)?);
                row::after(&moment, &self.key, between, limit)
            }

            /// The latest earlier result of the same card; `None` if there is none (any more), or the card of this one
            /// is not known.
            ///
            /// # Errors
            /// [`LedgerError::Damaged`] or [`LedgerError::DayDamaged`] if one of the two is not what was committed,
            /// [`LedgerError::Store`].
            pub fn previous(&self, id: ResultId) -> Result<Option<CommittedResult>, LedgerError> {
                row::of_same_card(&*moment(&self.connection)?, &self.key, row_number(id))
            }

            /// The last id ever given; 0 if none was.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn newest(&self) -> Result<ResultId, LedgerError> {
                store::last_id(&self.connection).map(|id| ResultId(id.cast_unsigned()))
            }

            /// The first id that was not destroyed: whoever was told less has missed some.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn oldest(&self) -> Result<ResultId, LedgerError> {
                let moment = moment(&self.connection)?;
                let next = store::last_id(&moment)?.saturating_add(1);
                Ok(ResultId(row::oldest(&moment)?.unwrap_or(next).cast_unsigned()))
            }

            /// Every consumer and how far it is, by name.
            ///
            /// # Errors
            /// [`LedgerError::ConsumerDamaged`], [`LedgerError::Store`].
            pub fn consumers(&self) -> Result<Vec<ConsumerStatus>, LedgerError> {
                let moment = moment(&self.connection)?;
                let rows = consumer::all(&moment, &self.key)?.into_iter();
                rows.map(|row| row.whole().and_then(|(name, kept)| consumer::status(&moment, name, kept)))
                    .collect()
            }

            /// How far one consumer is; `None` if it is not registered.
            ///
            /// # Errors
            /// As [`Self::consumers`].
            pub fn consumer(&self, name: &CallerName) -> Result<Option<ConsumerStatus>, LedgerError> {
                let moment = moment(&self.connection)?;
                consumer::find(&moment, &self.key, name)?
                    .map(|kept| consumer::status(&moment, name.clone(), kept))
                    .transpose()
            }

            /// What was counted on these days, both included. Words of a later version are left out.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn counts(&self, from: Day, to: Day) -> Result<Counts, LedgerError> {
                counts::read(&self.connection, from, to)
            }

            /// At most `limit` entries of the audit after that number, in order.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, LedgerError> {
                audit::after(&self.connection, &self.key, after, limit)
            }

            /// Looks through the whole audit whether each entry is there as it was noted.
            ///
            /// # Errors
            /// [`LedgerError::Store`].
            pub fn verify_audit(&self) -> Result<AuditVerdict, LedgerError> {
                chain::verify(&self.connection, &self.key)
            }
        }
    };
}

reads!(Ledger);
reads!(LedgerReader);

/// What is read through it is of one moment, whatever the writer does.
fn moment(connection: &Connection) -> Result<rusqlite::Transaction<'_>, LedgerError> {
    connection.unchecked_transaction().map_err(|cause| LedgerError::Store { doing: "reading", cause })
}

/// Ids beyond SQLite's range are not in the ledger, nor is any row after them.
fn row_number(id: ResultId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}
