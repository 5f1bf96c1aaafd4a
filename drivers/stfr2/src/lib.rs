//! Driver for the Panasonic Connect XC-STFR2JMN, in this project's stand-in dialect (`frames/DIALECT.md`).
//!
//! | module | says |
//! |---|---|
//! | `factory` | for which device: [`FACTORY`] |
//! | `profile` | what the model can do |
//! | `timing` | limits and periods, as data |
//! | `line` | the session with the unit: opening, signs of life, what arrives |
//! | `outgoing` | what is sent: numbered, acknowledged, mended |
//! | `bounds` | how much noise and how many reports are borne |
//! | `screen` | the panel that the terminal draws, and what a touch on it answers |
//! | `machine` | commands, questions and answers |
//! | `error` | why the driver cannot go on: [`Stfr2Error`] |

mod bounds;
mod error;
mod factory;
mod line;
mod machine;
mod outgoing;
mod profile;
mod screen;
mod timing;

pub use error::Stfr2Error;
pub use factory::{FACTORY, Stfr2Factory};
