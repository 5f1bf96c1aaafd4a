//! The exchange by files, `req` to `res`, as the terminal runs it: who answers, what is logged, counted and shown.

use crate::clock;
use crate::lookups::Lookups;
use crate::shared::Shared;
use folders::{Exchange, Notice, Side};
use ledger::LedgerHandle;
use model::{AuditBy, AuditDeed, AuditEntry, Counted, FailureCode, Folder, Lookup, Pii};

/// Answers requests until the exchange is told to stop. Runs on a thread of its own.
pub(crate) fn run(exchange: Exchange, lookups: Lookups, ledger: LedgerHandle, shared: &Shared) {
    let noting = ledger.clone();
    let ask = move |lookup: Pii<Lookup>| {
        // Durable before the centre hears of it.
        noting.note(looked_up()).wait().map_err(|error| error.code())?;
        lookups.wait(&lookup)
    };
    exchange.run(ask, |notice| told(&notice, &ledger, shared));
}

fn looked_up() -> AuditEntry {
    AuditEntry {
        at: clock::wall(),
        reader: None,
        visit: None,
        by: AuditBy::Folders,
        deed: AuditDeed::LookedUp,
    }
}

fn told(notice: &Notice, ledger: &LedgerHandle, shared: &Shared) {
    match notice {
        Notice::Away { side, error } => {
            tracing::error!(code = %error.code(), %error, "folder; what waits is kept");
            shared.folder_is(folder(*side), Some(error.code()));
        }
        Notice::Back { side } => {
            tracing::info!(folder = ?side, "folder is back");
            shared.folder_is(folder(*side), None);
        }
        Notice::NoEvents { reason } => {
            tracing::warn!(reason, "no events of the request folder: it is looked at every second");
        }
        Notice::Answered { warnings } => {
            for warning in warnings {
                tracing::warn!(
                    element = warning.element,
                    characters = warning.replaced,
                    "the request's encoding cannot hold it: ● in the answer"
                );
            }
        }
        Notice::Failed { code } => tracing::warn!(%code, "a request was answered with a failure"),
        Notice::AnsweredBefore => tracing::info!("a request had been answered before"),
        Notice::Refused { family, refusal } => {
            tracing::warn!(code = %refusal.code(), ?family, "a request was refused");
            count(ledger, refusal.code());
        }
        Notice::LeftAlone(what) => tracing::info!(?what, "a file in the request folder is left alone"),
    }
}

fn count(ledger: &LedgerHandle, code: FailureCode) {
    ledger.count(Counted::Failure(code), clock::wall());
}

const fn folder(side: Side) -> Folder {
    match side {
        Side::Requests => Folder::Requests,
        Side::Answers => Folder::Answers,
    }
}
