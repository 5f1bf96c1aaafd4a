//! Look-ups on their way to the centre: from the desk and from the folders, on a line of their own.

use crate::clock;
use centre::{Centre, LookedUp};
use desk::{LookupAnswer, LookupsBusy};
use failure::codes;
use ledger::LedgerHandle;
use model::{Answer, Counted, FaceAccount, FailureCode, Lookup, Pii};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

/// At the same time: reception looks up one person after the other, and the folders ask up to four at once.
const MOST: usize = 8;
/// A look-up takes at most so long, whatever the line does: shorter than the desk waits for any answer.
const WHOLE: Duration = Duration::from_secs(17);

/// The line for look-ups. It logs in with the account of the first reader: a look-up has no reader of its own.
#[derive(Debug, Clone)]
pub(crate) struct Lookups {
    centre: Centre,
    account: FaceAccount,
    ledger: LedgerHandle,
    places: Arc<Semaphore>,
    runtime: Handle,
}

impl Lookups {
    /// Needs a tokio runtime around it, which carries the line.
    pub(crate) fn new(centre: Centre, account: FaceAccount, ledger: LedgerHandle) -> Self {
        let places = Arc::new(Semaphore::new(MOST));
        Self { centre, account, ledger, places, runtime: Handle::current() }
    }

    /// Begins to ask. Goes on to its end whether or not somebody still waits for it.
    pub(crate) fn begin(&self, lookup: Pii<Lookup>) -> Result<LookupAnswer, LookupsBusy> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| LookupsBusy)?;
        let (answer, answered) = oneshot::channel();
        let this = self.clone();
        self.runtime.spawn(async move {
            let said = this.ask(&lookup).await;
            drop(place);
            // Whoever asked may have gone.
            let _ = answer.send(said);
        });
        Ok(answered)
    }

    /// Asks, and waits for a place and the answer on the calling thread, which is none of the runtime's.
    pub(crate) fn wait(&self, lookup: &Pii<Lookup>) -> Result<Answer, FailureCode> {
        self.runtime.block_on(async {
            // Closed never.
            let _place = self.places.acquire().await.map_err(|_| codes::INTERNAL)?;
            self.ask(lookup).await
        })
    }

    async fn ask(&self, lookup: &Pii<Lookup>) -> Result<Answer, FailureCode> {
        let said = self.until_answered(lookup).await;
        let counted = match &said {
            Ok(answer) => Counted::Answer(answer.validity),
            Err(code) => Counted::Failure(*code),
        };
        self.ledger.count(counted, clock::wall());
        said
    }

    async fn until_answered(&self, lookup: &Pii<Lookup>) -> Result<Answer, FailureCode> {
        let mut late = codes::CENTRE_SILENT;
        let answered = async {
            loop {
                let said = self.centre.look_up(&self.account, lookup, clock::wall).await;
                let said = said.map_err(|error| {
                    tracing::warn!(code = %error.code(), %error, "look-up");
                    error.code()
                })?;
                match said {
                    LookedUp::Answered(answer) => return Ok(answer),
                    LookedUp::Processing { again_after } => {
                        late = codes::CENTRE_PROCESSING;
                        tokio::time::sleep(again_after).await;
                    }
                }
            }
        };
        let said = tokio::time::timeout(WHOLE, answered).await;
        said.unwrap_or(Err(late))
    }
}
