//! The local API: results, events and readers for receipt computers on this machine.
