//! The ledger from outside: what is committed stays, opens only unaltered, is held by one daemon, and goes when it is
//! due.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod audit;
mod committing;
mod consumers;
mod counting;
mod damage;
mod deletion;
mod disk;
mod opening;
mod random;
mod retention;
mod same_card;
mod site;
mod thread;
mod versions;
