//! A station's thread: its own runtime, and a new station after a panic.

use crate::place::{Place, starting};
use crate::station;
use failure::codes;
use model::StationState;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A station that panicked is begun anew after this.
const RESTART: Duration = Duration::from_secs(1);

/// Runs a station until `stop`. Its panic is shown as out of order, ends its visit and touches no other reader.
pub(crate) fn run(place: Place, stop: &CancellationToken) {
    let place = Arc::new(place);
    while !stop.is_cancelled() {
        let once = catch_unwind(AssertUnwindSafe(|| serve(Arc::clone(&place), stop.clone())));
        if !matches!(once, Ok(Ok(()))) {
            tracing::error!(reader = %place.settings.id, code = %codes::INTERNAL, "the station stopped; it begins anew");
            let at = place.clock.now().wall;
            let mut status = starting(&place.settings);
            status.state = StationState::OutOfOrder;
            status.failure = Some((codes::INTERNAL, at));
            place.shared.show(status);
            place.shared.panels.show(&place.settings.id, None);
            place.seat.tray.send_replace(None);
            release(&place);
            // Parked, not asleep: nothing wakes this thread but the time.
            std::thread::park_timeout(RESTART);
        }
    }
}

/// The panicked station's card may lie open.
fn release(place: &Place) {
    let Ok(seat) = place.slot() else { return };
    let released = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(seat.slot.release()));
    if !matches!(released, Ok(Ok(()))) {
        tracing::error!(reader = %place.settings.id, "the card was not let go");
    }
}

fn serve(place: Arc<Place>, stop: CancellationToken) -> std::io::Result<()> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(station::serve(place, seed, stop));
    Ok(())
}
