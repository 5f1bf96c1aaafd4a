//! Pseudo-terminals, the virtual card behind pcscd, the mock centre behind TLS, and the bench API.

#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock and draws randomness")]

pub mod centre;

pub mod pcsc;
pub mod stock;
