//! The station and visit machines, without I/O.
