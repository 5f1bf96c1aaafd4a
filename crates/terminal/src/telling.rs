//! Telling a durable result: first to those who listen, then into the face folder.

use desk::{DeskEvent, Hub};
use failure::codes;
use folders::FaceFolder;
use ledger::{LedgerHandle, OnCommit};
use model::{FailureCode, ResultId};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// The face folder's name among the consumers of the ledger.
const FOLDER: &str = "face-folder";
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
    /// The terminal stops: put what is there into the folder, then end.
    Stop,
}

/// The way to wake the folder's thread.
pub(crate) fn folder_wake() -> (SyncSender<Wake>, Receiver<Wake>) {
    sync_channel(1)
}

/// Keeps the face folder up to its cursor in the ledger, until told to stop. Runs on a thread of its own.
pub(crate) fn keep_folder(
    folder: &FaceFolder,
    ledger: &LedgerHandle,
    runtime: &tokio::runtime::Handle,
    wake: &Receiver<Wake>,
) {
    let mut trouble = false;
    // Kept here as well: a ledger that cannot note it must not make us tell the same again and again.
    let mut told = ResultId(0);
    loop {
        match catch_up(folder, ledger, runtime, &mut told) {
            Ok(()) => {
                if std::mem::take(&mut trouble) {
                    tracing::info!("face folder written again");
                }
                if wake.recv() != Ok(Wake::Committed) {
                    // What was committed before the stop stands in the ledger by now.
                    let _ = catch_up(folder, ledger, runtime, &mut told);
                    return;
                }
            }
            Err(code) => {
                trouble = true;
                tracing::error!(%code, "face folder; nothing is lost, it is tried again");
                // A wake or the time: either way it is tried again.
                if !matches!(wake.recv_timeout(RETRY), Ok(Wake::Committed) | Err(RecvTimeoutError::Timeout)) {
                    return;
                }
            }
        }
    }
}

fn catch_up(
    folder: &FaceFolder,
    ledger: &LedgerHandle,
    runtime: &tokio::runtime::Handle,
    told: &mut ResultId,
) -> Result<(), FailureCode> {
    let noted = ledger.delivered(FOLDER).map_err(|error| error.code())?;
    *told = noted.max(*told);
    loop {
        let rows = ledger.since(*told, BATCH).map_err(|error| error.code())?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            match folder.tell(row) {
                Ok(_) => {}
                Err(error) if for_ever(error.code()) => {
                    // This one can never be written; the API still has it. Those behind it must not wait.
                    tracing::error!(code = %error.code(), id = %row.id, %error, "not written to the face folder");
                }
                Err(error) => {
                    tracing::error!(code = %error.code(), %error, "face folder");
                    return Err(error.code());
                }
            }
            *told = row.id;
            runtime.block_on(ledger.set_delivered(FOLDER, *told)).map_err(|error| error.code())?;
        }
    }
}

/// Whether trying again cannot help: the document is none, or the consumer changed the file and left it there.
fn for_ever(code: FailureCode) -> bool {
    code == codes::QUALIFICATION_UNREADABLE || code == codes::FOLDER_NAME_TAKEN
}
