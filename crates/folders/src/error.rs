//! Why a file could not be put into a folder or taken from it.

use model::FailureCode;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be put into a folder or taken from it. Paths are those of folders, from the configuration:
/// the name of a request may hold a patient's number. The names of face files carry no person.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A step on the disk failed.
    #[error("cannot {step} {path}: {source}")]
    Unwritable {
        /// What was tried.
        step: &'static str,
        /// In which folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The configured folder has no folder around it in which a file could be prepared.
    #[error("{path} is not a folder inside another folder")]
    NoSibling {
        /// The configured folder.
        path: PathBuf,
    },
    /// A file of that name with other content is there; file names are never reused.
    #[error("{name} is already there with other content")]
    NameTaken {
        /// The face file's name.
        name: String,
    },
    /// The ledger's document is no qualification.
    #[error("the document is no qualification: {0}")]
    Document(#[from] oqs::OqsError),
}

impl FolderError {
    /// The catalogue's code for the face folder, with what reception and technician do next. For the folders of an
    /// exchange see [`Notice::code`](crate::Notice::code).
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::Unwritable { .. } | Self::NoSibling { .. } => failure::codes::FOLDER_UNWRITABLE,
            Self::NameTaken { .. } => failure::codes::FOLDER_NAME_TAKEN,
            Self::Document(error) => error.code(),
        }
    }
}

/// Adds step and folder to what the system said.
pub(crate) trait At<T> {
    fn at(self, step: &'static str, path: &Path) -> Result<T, FolderError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, step: &'static str, path: &Path) -> Result<T, FolderError> {
        self.map_err(|source| FolderError::Unwritable { step, path: path.to_owned(), source })
    }
}
