//! The folders: the way to receipt computers that know only files.
//!
//! [`FaceFolder`] pushes what a card brought; nobody asked. Name and bytes of a file are a pure function of the ledger's
//! row, so telling again changes nothing. Whether a result that the consumer has already taken away is told again is
//! the caller's matter: its delivery cursor. [`Exchange`] answers requests: `req` → `res`.
//! All calls block on the disk or the share; an asynchronous caller gives them a thread of their own.

#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock and waits for files")]

mod error;
mod exchange;
mod face_folder;
mod out_folder;
mod reading;
mod staging;

pub use error::FolderError;
pub use exchange::{AT_ONCE, Ask, Exchange, ExchangeHandle, LeftAlone, Notice, Pace, Side};
pub use face_folder::{FaceFolder, Told};
