//! The station and visit machines: what happens at one reader, without I/O.
//!
//! A [`Station`] is told what happened ([`Input`]) and when ([`Now`]), and is drained of what is to be done
//! ([`Effect`]). Replies carry the [`Ticket`] of the task they answer; a reply to a task that is no longer open is
//! dropped, so nothing that was asked for one card can reach the visit of another.
//!
//! | module | says |
//! |---|---|
//! | [`io`] | inputs, effects, tasks and replies |
//! | [`deadlines`] | how long each step may take |
//! | [`station`] | the life of one reader: starting, idle, in a visit, card left, out of order; its `progress` takes a visit from step to step |
//! | `face` | what a verdict and its conditions mean, given what the model states |
//! | `steps` | one struct per step of a visit, holding what is known there |

pub mod deadlines;
mod face;
pub mod io;
pub mod station;
mod steps;

pub use deadlines::Deadlines;
pub use io::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, Now, NumberBCheck, Operation, PinCheck,
    RelayAnswer, Settled, SlotChange, Ticket,
};
pub use station::{Station, StationConfig, StationView};
