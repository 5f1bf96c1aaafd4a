//! The mock centre's judgement, without I/O.
