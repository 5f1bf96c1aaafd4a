//! The hardware abstraction: one trait between the terminal and any reader.
