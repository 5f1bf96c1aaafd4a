//! Units behind pseudo-terminals and sockets, the virtual card behind pcscd, the mock centre behind TLS, and the bench API.

#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock and draws randomness")]

mod bench;
pub mod centre;
mod desk_unit;
mod face;
mod feed;
pub mod front;
mod kiosk;
mod line;
pub mod patients;
pub mod pcsc;
mod plays;
pub mod simulation;
pub mod site;
pub mod stock;
mod world;
