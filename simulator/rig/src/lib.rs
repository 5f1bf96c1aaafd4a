//! Starts simulator and daemon as processes and talks to both: what the demo, the measurements and the suites
//! stand on.
//!
//! Every wait is bounded and says what it waited for. A program that the rig started dies with the rig, whatever
//! way the rig ends. Several rigs may run side by side, in one process or in several.
#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock")]

mod error;

pub use error::RigError;
