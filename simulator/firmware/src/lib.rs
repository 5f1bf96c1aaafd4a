//! The other ends of the readers' wires as pure machines.
