//! Why the desk does not start.

use crate::port::DeskFault;
use failure::codes;
use model::FailureCode;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the desk does not start.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The address would be reachable from other machines.
    #[error("{0} is not a loopback address: the desk serves this machine only")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// The Unix socket cannot be listened on.
    #[error("cannot listen on socket {}: {cause}", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// Another daemon listens on the Unix socket, or the path is something else than a socket.
    #[error("socket {} is in use, or is no socket", path.display())]
    SocketTaken {
        /// Its path.
        path: PathBuf,
    },
    /// The file of the tokens cannot be read or made.
    #[error("tokens file {}: {cause}", path.display())]
    TokensFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// The file of the tokens is not one that only its owner can read.
    #[error("tokens file {}: {reason}", path.display())]
    Tokens {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(getrandom::Error),
    /// The terminal cannot say which results it has.
    #[error(transparent)]
    Port(#[from] DeskFault),
    /// There is no runtime to run on.
    #[error("the desk was started outside a tokio runtime")]
    NoRuntime,
}

impl DeskError {
    /// The failure's stable code.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::NotLoopback(_)
            | Self::Address { .. }
            | Self::Socket { .. }
            | Self::SocketTaken { .. }
            | Self::TokensFile { .. }
            | Self::Tokens { .. } => codes::CONFIG_INVALID,
            Self::Port(fault) => fault.code,
            Self::Randomness(_) | Self::NoRuntime => codes::INTERNAL,
        }
    }
}
