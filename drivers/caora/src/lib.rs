//! Driver for the Fujitsu Japan Caora PD-CA01, in this project's stand-in dialect (`frames/DIALECT.md`).
//!
//! | module | says |
//! |---|---|
//! | `factory` | for which device: [`FACTORY`] |
//! | `profile` | what the model can do |
//! | `timing` | limits and periods, as data |
//! | `line` | the half-duplex line: blocks, acknowledgements, retransmissions |
//! | `machine` | questions and answers |
//! | `error` | why the driver cannot go on: [`CaoraError`] |

mod error;
mod factory;
mod line;
mod machine;
mod profile;
mod timing;

pub use error::CaoraError;
pub use factory::{CaoraFactory, FACTORY};
