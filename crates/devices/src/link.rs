//! A way to a reader, whatever carries its bytes.

use crate::serial::SerialLink;
use failure::codes;
use model::FailureCode;
use reader::Link;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a link cannot be opened or used any more. The path is the subject.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Nothing there.
    #[error("port {} is not there", path.display())]
    Absent {
        /// The port.
        path: PathBuf,
    },
    /// There, but not for us.
    #[error("port {} may not be opened by this program", path.display())]
    NotPermitted {
        /// The port.
        path: PathBuf,
    },
    /// There, but held.
    #[error("port {} is held by another program", path.display())]
    Busy {
        /// The port.
        path: PathBuf,
    },
    /// It was there, and went.
    #[error("port {} went away", path.display())]
    Gone {
        /// The port.
        path: PathBuf,
    },
    /// It takes no bytes.
    #[error("port {} takes no bytes", path.display())]
    Stuck {
        /// The port.
        path: PathBuf,
    },
    /// What the system says otherwise, e.g. that the path is no serial port.
    #[error("port {} cannot be used: {source}", path.display())]
    Other {
        /// The port.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// This kind of link is not built yet.
    #[error("port {}: no {kind} links yet", path.display())]
    NotBuilt {
        /// The port.
        path: PathBuf,
        /// Which kind.
        kind: &'static str,
    },
}

impl LinkError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::Absent { .. } => codes::READER_ABSENT,
            Self::NotPermitted { .. } => codes::READER_NOT_PERMITTED,
            Self::Busy { .. } => codes::READER_BUSY,
            Self::Gone { .. } | Self::Other { .. } => codes::READER_UNPLUGGED,
            Self::Stuck { .. } => codes::READER_SILENT,
            Self::NotBuilt { .. } => codes::READER_UNSUPPORTED,
        }
    }
}

/// An open link.
#[derive(Debug)]
pub enum LinkPort {
    /// A serial port.
    Serial(SerialLink),
}

impl LinkPort {
    /// Opens the configured port, and no other, in the way that the driver needs. Needs a tokio runtime.
    ///
    /// # Errors
    /// Says whether the port is absent, forbidden or held.
    pub fn open(link: Link, path: &Path) -> Result<Self, LinkError> {
        let not_built = |kind| Err(LinkError::NotBuilt { path: path.to_owned(), kind });
        match link {
            Link::Serial(settings) => SerialLink::open(settings, path).map(Self::Serial),
            Link::Hid { .. } => not_built("HID"),
            Link::Tcp => not_built("TCP"),
        }
    }

    /// Waits for bytes; how many of `buffer` were filled, at least one. Cancel safe.
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        match self {
            Self::Serial(link) => link.receive(buffer).await,
        }
    }

    /// Puts bytes on the link, whole and in order. Not cancel safe: a part may have been sent.
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged, [`LinkError::Stuck`] when it takes nothing for two seconds.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        match self {
            Self::Serial(link) => link.send(bytes).await,
        }
    }
}
