//! Telling a durable result: first to those who listen, then into the face folder.

use crate::clock;
use crate::config::FolderSettings;
use crate::shared::Shared;
use desk::{DeskEvent, Hub};
use failure::codes;
use folders::FaceFolder;
use ledger::{LedgerHandle, OnCommit, ResultRow};
use model::consumer::FACE_FOLDER;
use model::{CallerName, Counted, FailureCode, Folder, ResultId, Timestamp};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// A folder that cannot be written, e.g. a share that is away, is tried again after this.
const RETRY: Duration = Duration::from_secs(2);
/// Rows read at once when catching up.
const BATCH: usize = 64;

/// What the ledger's thread does with each durable result: listeners hear it at once, the folder is woken.
pub(crate) fn on_commit(hub: Hub, wake_folder: Option<SyncSender<Wake>>) -> OnCommit {
    Box::new(move |commit| {
        hub.publish(DeskEvent::Result(commit.committed.clone()));
        if let Some(wake) = &wake_folder {
            // A full queue means that the folder is woken already.
            let _ = wake.try_send(Wake::Committed);
        }
    })
}

/// Why the folder's thread is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// There is something new in the ledger; one of these waiting is enough.
    Committed,
    /// Remove what nobody took and is older than this.
    Forget(Timestamp),
    /// The terminal stops: put what is there into the folder, then end.
    Stop,
}

/// The way to wake the folder's thread.
pub(crate) fn folder_wake() -> (SyncSender<Wake>, Receiver<Wake>) {
    sync_channel(2)
}

/// The face folder's name among the consumers of the ledger.
pub(crate) fn face_folder() -> Option<CallerName> {
    FACE_FOLDER.parse().ok()
}

/// Keeps the face folder up to its cursor in the ledger, on a thread of its own.
pub(crate) struct FaceTelling<'a> {
    settings: &'a FolderSettings,
    path: &'a Path,
    ledger: &'a LedgerHandle,
    shared: &'a Shared,
    consumer: CallerName,
    /// Opened when it is there: a share may be away at start.
    folder: Option<FaceFolder>,
    /// Kept here as well: a ledger that cannot note it must not make us tell the same again and again.
    told: ResultId,
}

impl<'a> FaceTelling<'a> {
    pub(crate) fn new(
        settings: &'a FolderSettings,
        path: &'a Path,
        ledger: &'a LedgerHandle,
        shared: &'a Shared,
        consumer: CallerName,
    ) -> Self {
        Self { settings, path, ledger, shared, consumer, folder: None, told: ResultId(0) }
    }

    /// Until told to stop.
    pub(crate) fn run(mut self, wake: &Receiver<Wake>) {
        loop {
            let woken = match self.catch_up() {
                Ok(()) => {
                    self.shared.folder_is(Folder::Face, None);
                    wake.recv().unwrap_or(Wake::Stop)
                }
                Err(code) => {
                    self.shared.folder_is(Folder::Face, Some(code));
                    // A wake or the time: either way it is tried again.
                    match wake.recv_timeout(RETRY) {
                        Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                        Ok(woken) => woken,
                        Err(RecvTimeoutError::Timeout) => continue,
                    }
                }
            };
            match woken {
                Wake::Committed => {}
                Wake::Forget(before) => self.forget(before),
                Wake::Stop => {
                    // What was committed before the stop stands in the ledger by now.
                    let _ = self.catch_up();
                    return;
                }
            }
        }
    }

    fn catch_up(&mut self) -> Result<(), FailureCode> {
        let noted = self.ledger.consumer(&self.consumer).map_err(|error| error.code())?;
        self.told = noted.map_or(self.told, |status| status.up_to.max(self.told));
        self.open()?;
        loop {
            let rows = self.ledger.since(self.told, BATCH).map_err(|error| error.code())?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                self.tell(row)?;
                self.told = row.id();
                let noted = self.ledger.acknowledge(self.consumer.clone(), self.told, clock::wall());
                noted.wait().map_err(|error| error.code())?;
            }
        }
    }

    fn open(&mut self) -> Result<(), FailureCode> {
        if self.folder.is_none() {
            let folder = FaceFolder::open(self.path).map_err(|error| self.away(&error))?;
            self.folder = Some(folder.in_encoding(self.settings.encoding));
        }
        Ok(())
    }

    fn tell(&mut self, row: &ResultRow) -> Result<(), FailureCode> {
        let (Some(folder), ResultRow::Whole(committed)) = (&self.folder, row) else {
            self.missed(row.id(), codes::LEDGER_UNUSABLE);
            return Ok(());
        };
        match folder.tell(committed) {
            Ok(told) => {
                for warning in told.warnings {
                    tracing::warn!(id = %row.id(), element = warning.element, characters = warning.replaced, "the site's encoding cannot hold it: ● in the face folder");
                }
                Ok(())
            }
            Err(error) if for_ever(error.code()) => {
                // This one can never be written; the API still has it. Those behind it must not wait.
                tracing::error!(code = %error.code(), id = %row.id(), %error, "face folder");
                self.missed(row.id(), error.code());
                Ok(())
            }
            Err(error) => {
                let code = self.away(&error);
                // Another one may be mounted there when it is back.
                self.folder = None;
                Err(code)
            }
        }
    }

    /// Said on the board and in the audit: whoever reads only this folder does not get it.
    fn missed(&self, id: ResultId, code: FailureCode) {
        tracing::error!(%id, %code, "not written to the face folder");
        self.ledger.count(Counted::Failure(code), clock::wall());
        self.shared.untold(self.consumer.clone(), id);
    }

    fn away(&self, error: &folders::FolderError) -> FailureCode {
        if !self.shared.folder_is_away(Folder::Face) {
            tracing::error!(code = %error.code(), %error, "face folder; nothing is lost, it is tried again");
        }
        error.code()
    }

    fn forget(&self, before: Timestamp) {
        let Some(folder) = &self.folder else { return };
        match folder.forget(before) {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files that nobody took removed from the face folder"),
            Err(error) => tracing::error!(code = %error.code(), %error, "face folder"),
        }
    }
}

/// Whether trying again cannot help: the document is none, or the consumer changed the file and left it there.
fn for_ever(code: FailureCode) -> bool {
    code == codes::QUALIFICATION_UNREADABLE || code == codes::FOLDER_NAME_TAKEN
}
