//! The runtime that joins the rooms: one thread per station, supervision, configuration.
//!
//! [`Terminal::start`] opens the ledger, answers the API, then serves each reader; it needs a tokio runtime for the
//! API. The list of drivers is a value that the caller passes down.

#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock, waits, draws seeds")]

mod card_work;
mod centre_work;
mod clock;
pub mod config;
mod deadlines;
mod desk_side;
mod exchanging;
mod fence;
mod guide;
mod line_probe;
mod lookups;
mod pair;
mod pairing;
mod pairings;
mod panels;
pub mod passcode;
mod place;
mod relay;
mod retention;
mod seats;
mod shared;
mod staff;
mod station;
mod supervise;
mod telling;
mod terminal;

pub use config::{Config, ConfigError};
pub use desk_side::DeskSide;
pub use terminal::{Ready, StartError, Terminal};
