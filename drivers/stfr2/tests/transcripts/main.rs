//! The driver against the simulated unit, in virtual time. What every driver must do is held by `conformance.rs`; here
//! stand the stories that only this model has: pushed reports, sessions, and a panel that the terminal draws.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops")]

mod desk;
mod hostile;
mod link;
mod panel;
mod unit;

use desk::{faces, ready, whole_visits};

#[test]
fn whole_visits_by_face_and_by_pin() {
    let mut desk = ready();
    whole_visits(&mut desk, &faces());
    whole_visits(&mut desk, &faces());
    assert!(desk.troubles.is_empty() && desk.events.is_empty(), "{:?}", desk.troubles);
}
