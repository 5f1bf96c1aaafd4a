//! The durable local store of results: encrypted, committed before anyone is told.
//!
//! One SQLite file holds one row per result. The personal part of a row is sealed under the data key of its day,
//! which is itself sealed under the ledger's key; that key lies elsewhere (design promise 7). Destroying a day's
//! key makes the day unreadable, in copies of the file too. Beside the results stands the audit of what staff did.

#![allow(clippy::disallowed_methods, reason = "I/O room: measures commits and draws keys and nonces")]

mod audit;
mod error;
mod file;
mod key;
mod row;
mod seal;
mod store;
mod thread;

pub use error::{KeyFault, LedgerError};
pub use key::LedgerKey;
pub use store::{Dropped, Ledger, LedgerReader};
pub use thread::{Commit, LedgerHandle, LedgerThread, OnCommit};
