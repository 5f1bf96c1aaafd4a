//! Starts simulator and daemon as processes and talks to both: what the demo, the measurements and the suites
//! stand on.
//!
//! Every wait is bounded and says what it waited for. A program that the rig started dies with the rig, whatever
//! way the rig ends. Several rigs may run side by side, in one process or in several.
#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock")]

mod bench;
mod binary;
mod daemon;
mod deadline;
mod desk;
mod error;
mod events;
mod http;
mod life;
mod process;
mod simulator;
mod token;

pub use bench::{Bench, Decisions, Face, Timeline, TimelineStep, Visit};
pub use daemon::{Daemon, DaemonOptions, DaemonReady};
pub use deadline::PATIENCE;
pub use desk::Desk;
pub use error::RigError;
pub use events::{Events, ServerEvent};
pub use life::Life;
pub use simulator::{Simulator, SimulatorOptions, SimulatorReady};
pub use token::token_file;
