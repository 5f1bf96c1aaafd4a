//! Driver for the Fujitsu Japan Caora PD-CA01 (stand-in dialect).
