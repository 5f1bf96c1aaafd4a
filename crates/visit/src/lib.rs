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
//! | [`station`] | the life of one reader: starting, idle, visual check armed, in a visit, card left, out of order |
//! | `station::presence` | reader, tray and slot: which card lies where, and what it means that it is gone |
//! | `station::progress` | a visit from step to step: deadlines, reminders, the end without a result |
//! | `station::identity` | from the placed card to a confirmed identity: face, PIN, passcode |
//! | `station::staff` | what staff do: arm the visual check, confirm the person, end a visit |
//! | `station::asking` | from the relay to the patient's last answer |
//! | `station::settling`, `settlement` | from the last answer to the ledger, with or without card and patient |
//! | `face` | what a verdict and its conditions mean, given what the model states |
//! | `steps` | one struct per step of a visit, holding what is known there |
//! | `timers` | all timers in one table |

pub mod deadlines;
mod face;
pub mod io;
mod settlement;
pub mod station;
mod steps;
mod timers;

pub use deadlines::Deadlines;
pub use io::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, Now, NumberBCheck, Operation, PasscodeCheck,
    PinCheck, Refusal, RelayAnswer, Settled, SlotChange, StaffDeed, Taken, Ticket,
};
pub use station::{Station, StationConfig, StationView};
