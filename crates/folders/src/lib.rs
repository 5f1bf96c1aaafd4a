//! The face folder: the way to receipt computers that know only folders.
//!
//! Name and bytes of a file are a pure function of the ledger's row, so telling again changes nothing. Whether a
//! result that the consumer has already taken away is told again is the caller's matter: its delivery cursor.
//! All calls block on the disk or the share; an asynchronous caller gives them a thread of their own.

mod error;
mod face_folder;
mod staging;

pub use error::FolderError;
pub use face_folder::{FaceFolder, Told};
