//! What the desk asks of the terminal.

use model::{CentreHealth, CommittedResult, FailureCode, ResultId, StationState, StationStatus};

/// The terminal as the desk sees it. The first three answer at once; the others may wait for the disk and are
/// called on blocking threads only.
pub trait DeskPort: Send + Sync + 'static {
    /// Every station, in the order of the configuration.
    fn readers(&self) -> Vec<StationStatus>;

    /// The line to the centre.
    fn centre(&self) -> CentreHealth;

    /// Whether each reader's true state is known (design promise 12).
    fn ready(&self) -> bool {
        self.readers().iter().all(|station| station.state != StationState::Starting)
    }

    /// The result of that id; `None` if there is none (any more).
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault>;

    /// At most `limit` results after `after`, in order of their ids.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn results_since(&self, after: ResultId, limit: usize) -> Result<Vec<CommittedResult>, DeskFault>;

    /// The first id from which on nothing was deleted.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn oldest(&self) -> Result<ResultId, DeskFault>;

    /// The last id ever given; 0 if none was.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    fn newest(&self) -> Result<ResultId, DeskFault>;
}

/// The terminal could not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the terminal cannot answer: {code}")]
pub struct DeskFault {
    /// Why, e.g. `LEDGER_UNUSABLE`.
    pub code: FailureCode,
}
