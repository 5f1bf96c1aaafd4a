//! The two sockets that the desk listens on.

use crate::error::DeskError;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use tokio::net::{TcpListener, UnixListener};

/// The TCP listener and the address that it got.
pub(crate) fn listen_tcp(address: SocketAddr) -> Result<(TcpListener, SocketAddr), DeskError> {
    let failed = |cause| DeskError::Address { address, cause };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((TcpListener::from_std(listener).map_err(failed)?, bound))
}

/// The Unix socket, for this user and root.
pub(crate) fn listen_unix(path: &Path) -> Result<UnixListener, DeskError> {
    let failed = |cause| DeskError::Socket { path: path.to_owned(), cause };
    remove_stale(path)?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    // Whoever slips in before this line is stopped by the peer check.
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// Removes the socket that a killed daemon left behind, and nothing else.
fn remove_stale(path: &Path) -> Result<(), DeskError> {
    let failed = |cause| DeskError::Socket { path: path.to_owned(), cause };
    match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(failed(cause)),
        Ok(about) if !about.file_type().is_socket() => Err(DeskError::SocketTaken { path: path.to_owned() }),
        Ok(_) => match std::os::unix::net::UnixStream::connect(path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(failed)
            }
            _ => Err(DeskError::SocketTaken { path: path.to_owned() }),
        },
    }
}
