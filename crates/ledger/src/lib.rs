//! The durable local store of results: encrypted, committed before anyone is told.
//!
//! One SQLite file holds one row per result. The personal part of a row is sealed under the data key of its day,
//! which is itself sealed under the ledger's key; that key lies elsewhere (design promise 7). Destroying a day's
//! key makes the day unreadable, in copies of the file too.
//!
//! Beside the results stand the consumers that must hear of each before it goes, the audit of who did and saw what,
//! chained so that a missing entry shows, and the counts of each day. These outlive the results: there is no patient's
//! data in them.

#![allow(clippy::disallowed_methods, reason = "I/O room: measures commits and draws keys and nonces")]

mod audit;
mod chain;
mod consumer;
mod counts;
mod day;
mod error;
mod file;
mod handle;
mod hash;
mod key;
mod read;
mod retention;
mod row;
mod schema;
mod seal;
mod store;
mod thread;
mod word;

pub use error::{KeyFault, LedgerError};
pub use handle::{Asking, LedgerHandle};
pub use key::LedgerKey;
pub use model::{AuditRow, ResultRow};
pub use retention::{Dropped, Keep, Untold};
pub use store::{Ledger, LedgerReader};
pub use thread::{Commit, LedgerThread, OnCommit};
