//! Driver for the Atlas Information Service EXC-9000, in this project's stand-in dialect (`frames/DIALECT.md`).
//!
//! | module | says |
//! |---|---|
//! | `factory` | for which device: [`FACTORY`] |
//! | `profile` | what the model can do |
//! | `timing` | limits and periods, as data |
//! | `line` | the session: numbers, acknowledgements, repetitions, heartbeats |
//! | `noise` | whether damage goes on without end |
//! | `outbox` | what waits for the line: bounded, the newest wins |
//! | `machine` | questions and answers |
//! | `error` | why the driver cannot go on: [`ExcError`] |

mod error;
mod factory;
mod line;
mod machine;
mod noise;
mod outbox;
mod profile;
mod timing;

pub use error::ExcError;
pub use factory::{ExcFactory, FACTORY};
