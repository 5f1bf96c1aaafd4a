//! Orders of staff on their way to the stations, and each station's answer.

use desk::{StaffAct, StaffAnswer, StaffFault};
use model::{ReaderId, StaffId};
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;
use visit::{Refusal, StaffDeed, Taken};

/// Orders that wait for a station; it takes them at once unless it is stuck.
const WAITING: usize = 4;

/// Where a station's answer goes.
type Answer = oneshot::Sender<Result<(), StaffFault>>;

/// An order on its way to the station.
pub(crate) struct StaffOrder {
    pub(crate) by: StaffId,
    pub(crate) deed: StaffDeed,
    pub(crate) answer: Answer,
}

/// What the station said, in the desk's words.
pub(crate) const fn said(taken: Taken) -> Result<(), StaffFault> {
    match taken {
        Taken::Handled => Ok(()),
        Taken::Refused(Refusal::NoVisit) => Err(StaffFault::NoVisit),
        Taken::Refused(Refusal::OtherVisit) => Err(StaffFault::OtherVisit),
        Taken::Refused(Refusal::ReaderNotReady) => Err(StaffFault::NotReady),
        Taken::Refused(_) => Err(StaffFault::Untimely),
    }
}

/// The ways to every station that is driven.
#[derive(Default)]
pub(crate) struct StaffDesk(Vec<(ReaderId, Mutex<Option<mpsc::Sender<StaffOrder>>>)>);

impl StaffDesk {
    pub(crate) fn of<'a>(readers: impl Iterator<Item = &'a ReaderId>) -> Self {
        Self(readers.map(|reader| (reader.clone(), Mutex::default())).collect())
    }

    /// A station begins to serve this reader: orders come to it from now on.
    pub(crate) fn serve(&self, reader: &ReaderId) -> mpsc::Receiver<StaffOrder> {
        let (sender, orders) = mpsc::channel(WAITING);
        if let Some((_, station)) = self.0.iter().find(|(known, _)| known == reader) {
            *station.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        }
        orders
    }

    pub(crate) fn order(
        &self,
        reader: &ReaderId,
        by: StaffId,
        act: StaffAct,
    ) -> Result<StaffAnswer, StaffFault> {
        let (_, station) = self.0.iter().find(|(known, _)| known == reader).ok_or(StaffFault::NotReady)?;
        let station = station.lock().unwrap_or_else(PoisonError::into_inner);
        let station = station.as_ref().ok_or(StaffFault::NotReady)?;
        let deed = match act {
            StaffAct::ArmVisualCheck => StaffDeed::ArmVisualCheck,
            StaffAct::DisarmVisualCheck => StaffDeed::DisarmVisualCheck,
            StaffAct::ConfirmPerson { visit, same } => StaffDeed::ConfirmPerson { visit, same },
            StaffAct::AskConsentsAgain { visit } => StaffDeed::AskConsentsAgain { visit },
            StaffAct::CancelVisit { visit } => StaffDeed::CancelVisit { visit },
        };
        let (answer, answered) = oneshot::channel();
        station.try_send(StaffOrder { by, deed, answer }).map_err(|refused| match refused {
            TrySendError::Full(_) => StaffFault::Busy,
            TrySendError::Closed(_) => StaffFault::NotReady,
        })?;
        Ok(answered)
    }
}
