//! Which slot belongs to which reader, and what lies in each reader's tray: where stations and pairing meet.

use devices::pcsc::{SlotStatus, Watcher};
use devices::slot::SlotWorker;
use model::ReaderId;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// A reader's slot.
pub(crate) struct Seat {
    /// Its worker.
    pub(crate) slot: SlotWorker,
    /// What it holds.
    pub(crate) changes: watch::Receiver<SlotStatus>,
    /// Watches a slot that was paired after the start; the others share one watcher.
    _watcher: Option<Mutex<Watcher>>,
}

impl Seat {
    /// A slot that somebody else watches.
    pub(crate) fn watched(name: &str, changes: watch::Receiver<SlotStatus>) -> Arc<Self> {
        Arc::new(Self { slot: SlotWorker::start(name), changes, _watcher: None })
    }

    /// A slot with a watcher of its own.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn alone(name: &str) -> std::io::Result<Arc<Self>> {
        let watcher = Watcher::start(&[name.to_owned()])?;
        let changes = watcher
            .slot(name)
            .ok_or_else(|| std::io::Error::other("the watcher does not know its own slot"))?;
        Ok(Arc::new(Self { slot: SlotWorker::start(name), changes, _watcher: Some(Mutex::new(watcher)) }))
    }
}

/// What a reader says of its tray; `None` while the reader cannot be used.
pub(crate) type Tray = Option<bool>;

/// One reader, as pairing sees it.
pub(crate) struct ReaderSeat {
    pub(crate) reader: ReaderId,
    /// Its slot stands in the configuration and is not paired by a card.
    pub(crate) configured: bool,
    pub(crate) seat: watch::Sender<Option<Arc<Seat>>>,
    pub(crate) tray: watch::Sender<Tray>,
}

/// Every reader of the terminal that is driven.
#[derive(Default)]
pub(crate) struct Seats(Vec<Arc<ReaderSeat>>);

impl Seats {
    pub(crate) fn of(readers: impl Iterator<Item = (ReaderId, bool)>) -> Self {
        let seat = |(reader, configured)| {
            let (seat, tray) = (watch::Sender::new(None), watch::Sender::new(None));
            Arc::new(ReaderSeat { reader, configured, seat, tray })
        };
        Self(readers.map(seat).collect())
    }

    pub(crate) fn reader(&self, reader: &ReaderId) -> Option<&Arc<ReaderSeat>> {
        self.0.iter().find(|seat| seat.reader == *reader)
    }

    pub(crate) fn all(&self) -> &[Arc<ReaderSeat>] {
        &self.0
    }

    /// Who has the slot of this name.
    pub(crate) fn owner(&self, slot: &str) -> Option<ReaderId> {
        let has = |seat: &&Arc<ReaderSeat>| {
            seat.seat.borrow().as_ref().is_some_and(|seat| seat.slot.name() == slot)
        };
        self.0.iter().find(has).map(|seat| seat.reader.clone())
    }
}
