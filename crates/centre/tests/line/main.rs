//! The client against the mock centre, over real TLS sockets.

#![allow(clippy::disallowed_methods, reason = "tests of an I/O room read the clock")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail by panicking"
)]
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "a test's own data")]

mod bad_day;
mod desk;
mod looking_up;
mod trouble;
mod visits;
