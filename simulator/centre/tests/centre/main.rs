//! The mock centre's judgement with simulated cards, without sockets and in virtual time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops")]

mod asking;
mod carrying_over;
mod desk;
mod looking_up;
mod registering;
mod settling;
mod standing_still;
