//! Driver for the Atlas Information Service EXC-9000, in this project's stand-in dialect (`frames/DIALECT.md`).
