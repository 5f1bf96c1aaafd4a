//! What can go wrong with the ledger. No error carries personal data.

use failure::codes;
use model::{CallerName, FailureCode, ResultId, VisitId};
use rusqlite::{ErrorCode, ffi};
use std::io::ErrorKind;
use std::path::PathBuf;

/// Why the ledger refuses.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The key file cannot be used.
    #[error("ledger key {}: {fault}; {}", path.display(), fault.remedy())]
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// The key is well-formed but not the one this ledger was made with.
    #[error("ledger {}: made with another key; restore the key file of this ledger", path.display())]
    OtherKey {
        /// The ledger file.
        path: PathBuf,
    },
    /// Another daemon holds the ledger.
    #[error("ledger {}: held by another daemon", path.display())]
    Held {
        /// The ledger file.
        path: PathBuf,
    },
    /// The ledger file or its directory cannot be used.
    #[error("ledger {}: {doing}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was attempted.
        doing: &'static str,
        /// Why it failed.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not a ledger that this program can use.
    #[error("ledger {}: {reason}", path.display())]
    Foreign {
        /// The ledger file.
        path: PathBuf,
        /// What it is instead.
        reason: &'static str,
    },
    /// The store failed while reading or opening.
    #[error("ledger unusable while {doing}: {cause}")]
    Store {
        /// What was attempted.
        doing: &'static str,
        /// What SQLite says.
        #[source]
        cause: rusqlite::Error,
    },
    /// The store failed while writing; nothing of this order was kept, nothing kept before was lost.
    #[error("ledger not written while {doing}: {cause}")]
    Write {
        /// What was attempted.
        doing: &'static str,
        /// What SQLite says.
        #[source]
        cause: rusqlite::Error,
    },
    /// A row is not what was committed: altered, moved or damaged.
    #[error("ledger row {id}: {what} is not what was committed")]
    Damaged {
        /// The row.
        id: ResultId,
        /// Which part of it.
        what: &'static str,
    },
    /// A day's data key does not open.
    #[error("ledger day {day}: data key damaged")]
    DayDamaged {
        /// Days since 1970-01-01, Japan time.
        day: i64,
    },
    /// What is kept of a consumer is not what was noted. Registering it again mends that: it is then owed every result
    /// that is there.
    #[error("consumer {consumer:?} is not what was noted")]
    ConsumerDamaged {
        /// As it is called in the file.
        consumer: String,
    },
    /// Nobody of this name is registered as a consumer.
    #[error("no consumer {consumer} is registered")]
    NoConsumer {
        /// Who.
        consumer: CallerName,
    },
    /// A consumer acknowledges what the ledger has not given yet.
    #[error("consumer {consumer} acknowledges result {id}, and the newest is {newest}")]
    Ahead {
        /// Who.
        consumer: CallerName,
        /// What it acknowledges.
        id: ResultId,
        /// The last id given.
        newest: ResultId,
    },
    /// The visit is in the ledger with another reader or insertion.
    #[error("visit {visit} is committed as result {id} of another reader or insertion")]
    VisitForeign {
        /// The visit.
        visit: VisitId,
        /// Its row.
        id: ResultId,
    },
    /// A value is too large to be kept.
    #[error("{what} is beyond what the ledger holds")]
    Beyond {
        /// Which value.
        what: &'static str,
    },
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(getrandom::Error),
    /// The ledger's thread has ended.
    #[error("the ledger has stopped")]
    Stopped,
}

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// It cannot be made.
    #[error("cannot be made: {0}")]
    NotMade(std::io::Error),
    /// It is not a plain file.
    #[error("is not a plain file")]
    NotAFile,
    /// It does not hold 64 lower-case hex digits.
    #[error("does not hold 64 lower-case hex digits")]
    WrongForm,
    /// Others than its owner may read or change it.
    #[error("may be read or changed by others (mode {0:03o})")]
    Open(u32),
    /// It belongs to a user who is neither the daemon's nor root.
    #[error("belongs to user {0}")]
    ForeignOwner(u32),
    /// It lies in the ledger's directory, so that every copy of the ledger takes the key along.
    #[error("lies in the ledger's own directory")]
    BesideLedger,
}

impl KeyFault {
    /// What the technician does.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "restore the key file, or name the right one in the configuration",
            Self::NotMade(_) => "make its directory writable for the daemon and free of an older key",
            Self::NotAFile | Self::WrongForm => "restore the key file from its safe copy",
            Self::Open(_) => "chmod 600 the key file",
            Self::ForeignOwner(_) => "chown the key file to the daemon's user",
            Self::BesideLedger => "move the key file to a directory that is not copied with the ledger",
        }
    }
}

impl LedgerError {
    /// The failure's stable code.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Key { .. } | Self::OtherKey { .. } => codes::LEDGER_KEY_UNUSABLE,
            Self::Held { .. } => codes::LEDGER_HELD,
            Self::File { cause, .. } => match cause.kind() {
                ErrorKind::StorageFull => codes::LEDGER_FULL,
                ErrorKind::ReadOnlyFilesystem => codes::LEDGER_READ_ONLY,
                _ => codes::LEDGER_UNUSABLE,
            },
            Self::Store { cause, .. } => of_the_disk(cause).unwrap_or(codes::LEDGER_UNUSABLE),
            Self::Write { cause, .. } => of_the_disk(cause).unwrap_or(codes::LEDGER_WRITE_FAILED),
            Self::Foreign { .. }
            | Self::Damaged { .. }
            | Self::ConsumerDamaged { .. }
            | Self::DayDamaged { .. } => codes::LEDGER_UNUSABLE,
            Self::Beyond { .. } | Self::Randomness(_) | Self::Stopped => codes::LEDGER_WRITE_FAILED,
            Self::NoConsumer { .. } => codes::CONSUMER_UNKNOWN,
            Self::Ahead { .. } => codes::CONSUMER_AHEAD,
            Self::VisitForeign { .. } => codes::INTERNAL,
        }
    }
}

/// What SQLite says of the disk rather than of the file.
fn of_the_disk(cause: &rusqlite::Error) -> Option<FailureCode> {
    let said = cause.sqlite_error()?;
    match (said.code, said.extended_code) {
        // The second: the index of the log cannot grow.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Some(codes::LEDGER_FULL),
        // A file that was moved or deleted under us is called so too.
        (ErrorCode::ReadOnly, extended) if extended != ffi::SQLITE_READONLY_DBMOVED => {
            Some(codes::LEDGER_READ_ONLY)
        }
        _ => None,
    }
}
