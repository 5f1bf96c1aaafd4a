//! A ledger in a directory of its own, its key in another, and what is put into it.

use ledger::{Keep, Ledger, LedgerError, LedgerKey, ResultRow};
use model::{
    AuditBy, AuditDeed, AuditEntry, Beside, CallerName, CardMark, CommittedResult, Consent, ConsentItem,
    Decision, Insertion, Pii, Qualification, ResultId, Timestamp, Validity, Verification, VisitId,
    VisitResult,
};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const NAME: &str = "見本　花子";
pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const DAY: i64 = 24 * HOUR;
pub(crate) const NOON: i64 = 1_772_000_000_000;

/// As the design has it.
pub(crate) const KEEP: Keep =
    Keep { least: Duration::from_secs(24 * 3600), most: Duration::from_secs(7 * 24 * 3600) };
/// Bound on every wait.
const PATIENCE: Duration = Duration::from_secs(20);
/// Nothing.
pub(crate) const NOTHING: Keep = Keep { least: Duration::ZERO, most: Duration::ZERO };

pub(crate) struct Place {
    pub(crate) ledger: PathBuf,
    pub(crate) key: PathBuf,
    _directories: (TempDir, TempDir),
}

impl Place {
    pub(crate) fn new() -> Self {
        let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = Self {
            ledger: store.path().join("ledger.db"),
            key: keys.path().join("ledger.key"),
            _directories: (store, keys),
        };
        LedgerKey::create_file(&place.key).unwrap();
        place
    }

    pub(crate) fn key(&self) -> LedgerKey {
        LedgerKey::read(&self.key, &self.ledger).unwrap()
    }

    pub(crate) fn open(&self) -> Ledger {
        open(&self.ledger, &self.key)
    }

    /// A connection that is none of the ledger's.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.ledger).unwrap()
    }

    /// Does to the file what the ledger itself never would.
    pub(crate) fn tamper(&self, sql: &str) {
        assert!(self.raw().execute(sql, []).unwrap() > 0, "{sql}");
    }

    /// The bytes of every file in the ledger's directory.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.ledger.parent().unwrap()).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
            .collect()
    }
}

pub(crate) fn open(ledger: &Path, key: &Path) -> Ledger {
    try_open(ledger, || LedgerKey::read(key, ledger).unwrap()).unwrap()
}

/// Opens a ledger that nobody else holds, if it can be opened.
#[allow(clippy::disallowed_methods, reason = "bounds a wait")]
pub(crate) fn try_open(ledger: &Path, key: impl Fn() -> LedgerKey) -> Result<Ledger, LedgerError> {
    let begun = Instant::now();
    loop {
        match Ledger::open(ledger, key()) {
            // A process that another test starts has our open files, with their locks, until it becomes its program.
            Err(LedgerError::Held { .. }) if begun.elapsed() < PATIENCE => wait_until_free(ledger),
            opened => return opened,
        }
    }
}

fn wait_until_free(ledger: &Path) {
    let mut lock = ledger.as_os_str().to_owned();
    lock.push(".lock");
    std::fs::File::open(lock).unwrap().lock().unwrap();
}

/// This test again, alone, in a process of its own that finds `name` in its environment.
pub(crate) fn again(wrapped: &[&str], test: &str, name: &str, value: impl Into<OsString>) -> Output {
    let mut words: Vec<OsString> = wrapped.iter().map(OsString::from).collect();
    words.push(std::env::current_exe().unwrap().into_os_string());
    words.extend(["--exact", test, "--nocapture"].map(OsString::from));
    Command::new(&words[0]).args(&words[1..]).env(name, value.into()).output().unwrap()
}

pub(crate) fn result(number: u8) -> VisitResult {
    VisitResult {
        visit: VisitId::from_bytes([number; 16]),
        reader: "front-1".parse().unwrap(),
        insertion: Insertion(number.into()),
        institution: "9991234567".parse().unwrap(),
        verification: Verification::Face,
        received_at: Timestamp(NOON),
        validity: Validity::Valid,
        qualification: Pii::new(Qualification { xml: format!("<Name>{NAME}</Name>") }),
        remarks: Vec::new(),
        consents: vec![Consent {
            item: ConsentItem::Medicines,
            decision: Decision::Agreed,
            at: Timestamp(NOON),
            until: Some(Timestamp(NOON + DAY)),
        }],
    }
}

/// So long after noon.
pub(crate) fn at(later: i64) -> Timestamp {
    Timestamp(NOON + later)
}

pub(crate) fn received(number: u8, later: i64) -> VisitResult {
    VisitResult { received_at: at(later), ..result(number) }
}

/// A document as large as real ones, so that it needs pages of its own.
pub(crate) fn large(number: u8) -> VisitResult {
    let xml = format!("<Name>{NAME}</Name>").repeat(700);
    VisitResult { qualification: Pii::new(Qualification { xml }), ..result(number) }
}

pub(crate) fn nothing_beside() -> Beside {
    Beside::default()
}

pub(crate) fn card(number: u8) -> Beside {
    Beside { card: Some(Pii::new(CardMark([number; 32]))), took: None }
}

pub(crate) fn named(name: &str) -> CallerName {
    name.parse().unwrap()
}

pub(crate) fn deed(number: u8) -> AuditEntry {
    AuditEntry {
        at: at(number.into()),
        reader: Some("front-1".parse().unwrap()),
        visit: Some(VisitId::from_bytes([number; 16])),
        by: AuditBy::Staff("tanaka".parse().unwrap()),
        deed: AuditDeed::PersonConfirmed,
    }
}

pub(crate) fn whole(rows: Vec<ResultRow>) -> Vec<CommittedResult> {
    rows.into_iter().map(|row| row.clone().whole().unwrap_or_else(|| panic!("{row:?}"))).collect()
}

pub(crate) fn ids(rows: &[ResultRow]) -> Vec<u64> {
    rows.iter().map(|row| row.id().0).collect()
}

pub(crate) fn id(number: u64) -> ResultId {
    ResultId(number)
}
