//! The local API: results, events and readers for receipt computers on this machine.
//!
//! HTTP and JSON under `/v1/` on a loopback address and on a Unix socket, described by the OpenAPI document that it
//! serves. Loopback is a route, not a permission: every request passes the guard (Host, Origin, token).

#![allow(clippy::disallowed_methods, reason = "I/O room: draws the token and keeps deadlines")]

mod audit;
mod body;
mod catalogue;
mod error;
mod events;
mod guard;
mod hub;
mod kiosk;
mod pair_reader;
mod pairing;
mod port;
mod problem;
mod routes;
mod server;
mod staff;
mod stall;
mod token;

pub use error::DeskError;
pub use hub::{DeskEvent, Hub};
pub use port::{
    DeskFault, DeskPort, PairFault, PairStep, ShownPanel, StaffAct, StaffAnswer, StaffFault, TouchFault,
};
pub use server::{Desk, DeskConfig, Limits};
