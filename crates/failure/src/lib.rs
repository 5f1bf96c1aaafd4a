//! The failure catalogue: every failure that a person can meet has one stable code, and the catalogue says in
//! Japanese and English what happened and what patient, reception and technician do next.

pub mod codes;
