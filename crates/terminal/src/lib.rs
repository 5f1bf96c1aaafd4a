//! The runtime that joins the rooms: one thread per station, supervision, configuration.
