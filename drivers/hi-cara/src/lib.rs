//! Driver for the Canon Hi-CARA UFT-S190S(NU), in this project's stand-in dialect (`frames/DIALECT.md`).
//!
//! | module | says |
//! |---|---|
//! | `factory` | for which device: [`FACTORY`] |
//! | `profile` | what the model can do |
//! | `timing` | limits and periods, as data |
//! | `damage` | how long noise, and frames that answer nothing, are borne |
//! | `line` | requests and replies, events and their acknowledgement, said again until they arrive |
//! | `machine` | questions and answers |
//! | `wording` | the terminal's commands in the dialect's words |
//! | `error` | why the driver cannot go on: [`HiCaraError`] |

mod damage;
mod error;
mod factory;
mod line;
mod machine;
mod profile;
mod timing;
mod wording;

pub use error::HiCaraError;
pub use factory::{FACTORY, HiCaraFactory};
