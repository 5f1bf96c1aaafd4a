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
pub(crate) fn on_commit(hub: Hub, wake_folder: Option<SyncSender<()>>) -> OnCommit {
    Box::new(move |commit| {
        hub.publish(DeskEvent::Result(commit.committed.clone()));
        if let Some(wake) = &wake_folder {
            // A full queue means that the folder is woken already.
            let _ = wake.try_send(());
        }
    })
}

/// A wake for the folder's thread, of which one is enough.
pub(crate) fn folder_wake() -> (SyncSender<()>, Receiver<()>) {
    sync_channel(1)
}

/// Keeps the face folder up to its cursor in the ledger, until all wakers are gone. Runs on a thread of its own.
pub(crate) fn keep_folder(
    folder: &FaceFolder,
    ledger: &LedgerHandle,
    runtime: &tokio::runtime::Handle,
    wake: &Receiver<()>,
) {
    let mut trouble = false;
    loop {
        match catch_up(folder, ledger, runtime) {
            Ok(()) => {
                if std::mem::take(&mut trouble) {
                    tracing::info!("face folder written again");
                }
                if wake.recv().is_err() {
                    return;
                }
            }
            Err(code) => {
                trouble = true;
                tracing::error!(%code, "face folder; nothing is lost, it is tried again");
                // A wake or the time: either way it is tried again.
                if matches!(wake.recv_timeout(RETRY), Err(RecvTimeoutError::Disconnected)) {
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
) -> Result<(), FailureCode> {
    let mut told: ResultId = ledger.delivered(FOLDER).map_err(|error| error.code())?;
    loop {
        let rows = ledger.since(told, BATCH).map_err(|error| error.code())?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            match folder.tell(row) {
                Ok(_) => {}
                Err(error) if error.code() == codes::QUALIFICATION_UNREADABLE => {
                    // This document can never be written; the API still has it. Those behind it must not wait.
                    tracing::error!(code = %error.code(), id = %row.id, %error, "not written to the face folder");
                }
                Err(error) => {
                    tracing::error!(code = %error.code(), %error, "face folder");
                    return Err(error.code());
                }
            }
            told = row.id;
            runtime.block_on(ledger.set_delivered(FOLDER, told)).map_err(|error| error.code())?;
        }
    }
}
