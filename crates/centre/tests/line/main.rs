//! The client against the mock centre, over real TLS sockets.

#![allow(clippy::disallowed_methods, reason = "tests of an I/O room read the clock")]

mod desk;
mod trouble;
mod visits;
