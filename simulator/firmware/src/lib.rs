//! The other ends of the readers' wires as pure machines.

pub mod caora;
pub mod matching;
