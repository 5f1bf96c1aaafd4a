//! The exchange on a real disk.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops, and waits with a bound"
)]

mod desk;
mod outages;
mod requests;
