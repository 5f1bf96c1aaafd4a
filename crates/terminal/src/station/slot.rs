//! The reader's card slot: which one it is, what lies in it, and letting go of the card.

use super::Loop;
use devices::pcsc::{SlotState, SlotStatus};
use devices::slot::SlotError;
use failure::codes;
use futures_util::future::LocalBoxFuture;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use visit::{Input, SlotChange};

/// A PC/SC service that runs has answered by then; one that was never heard of is away.
const FIRST_LOOK: Duration = Duration::from_millis(300);

impl Loop {
    /// Pairing gave the reader a slot, or took it away for a while.
    pub(super) async fn seat_changed(&mut self) {
        self.release().await;
        self.seat = self.seats.borrow_and_update().clone();
        self.slots = self.seat.as_ref().map(|seat| seat.changes.clone());
        self.removals = 0;
        if self.seat.is_some() {
            self.first_look = Some(Instant::now() + FIRST_LOOK);
        } else {
            self.first_look = None;
            self.tell_station(Input::Slot(SlotChange::Unusable(codes::SLOT_UNPAIRED)));
        }
    }

    pub(super) fn slot_changed(&mut self) {
        self.first_look = None;
        let Some(slots) = &mut self.slots else { return };
        let status = *slots.borrow_and_update();
        let change = match status.state {
            SlotState::Present { count } => SlotChange::Present { count },
            SlotState::Empty => SlotChange::Empty,
            SlotState::Absent => SlotChange::Unusable(codes::SLOT_ABSENT),
            SlotState::ServiceStopped => SlotChange::Unusable(codes::PCSC_STOPPED),
        };
        if status.removals != self.removals && matches!(change, SlotChange::Present { .. }) {
            // Another card than the one last told of: its predecessor's removal must not go unheard.
            self.tell_station(Input::Slot(SlotChange::Empty));
        }
        self.removals = status.removals;
        self.tell_station(Input::Slot(change));
    }

    /// Lets go of the card. The slot does what it is told in its order, so that the next session waits for this and
    /// nothing else does.
    pub(super) async fn release(&self) {
        let Some(seat) = self.seat.clone() else { return };
        let mut release: LocalBoxFuture<'static, _> = Box::pin(async move { seat.slot.release().await });
        // Told now, before anything that the station wants of the card later.
        match poll_fn(|context| Poll::Ready(release.as_mut().poll(context))).await {
            Poll::Ready(released) => self.released(released),
            Poll::Pending => self.releases.push(release),
        }
    }

    /// A stuck card is the slot's own matter.
    pub(super) fn released(&self, released: Result<(), SlotError>) {
        if let Err(error) = released {
            tracing::warn!(reader = %self.place.settings.id, code = %error.code(), %error, "slot");
        }
    }
}

pub(super) async fn next_change(slots: &mut Option<watch::Receiver<SlotStatus>>) {
    let changed = match slots {
        Some(slots) => slots.changed().await,
        None => std::future::pending().await,
    };
    if changed.is_err() {
        // The watcher ended, which it does only when the terminal stops or the reader has another slot by now.
        std::future::pending::<()>().await;
    }
}
