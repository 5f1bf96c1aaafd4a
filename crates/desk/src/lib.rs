//! The local API: results, events and readers for receipt computers on this machine.
//!
//! HTTP and JSON under `/v1/` on a loopback address and on a Unix socket, described by the OpenAPI document that it
//! serves. Loopback is a route, not a permission: every request passes the guard (Host, Origin, caller, scope, rate).

#![allow(clippy::disallowed_methods, reason = "I/O room: draws the token and keeps deadlines")]

mod access;
mod audit;
mod board;
mod body;
mod caller;
mod catalogue;
mod clock;
mod comparing;
mod consumers;
mod cookies;
mod counts;
mod document;
mod error;
mod events;
mod for_staff;
mod forms;
mod guard;
mod hub;
mod kiosk;
mod lookups;
mod metrics;
mod numbers;
mod page_routes;
mod pair_reader;
mod pairing;
mod port;
mod problem;
mod rate;
mod readers;
mod request;
mod results;
mod routes;
mod server;
mod serving;
mod shared;
mod sockets;
mod staff;
mod stall;
mod stream;
mod token_routes;
mod tokens;

pub use error::DeskError;
pub use hub::{DeskEvent, Hub};
pub use port::{
    AckFault, DeskFault, DeskPort, LookupAnswer, LookupsBusy, PairFault, PairStep, PanelUnit,
    PasscodeVerdict, ShownPanel, StaffAct, StaffAnswer, StaffFault, TouchFault,
};
pub use rate::Rate;
pub use server::{Desk, DeskConfig, Limits};
