//! Serial ports, driven by readiness: no thread waits with a time limit, nothing is polled.

use crate::link::LinkError;
use reader::{Parity, SerialSettings};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_serial::{
    ClearBuffer, DataBits, ErrorKind, FlowControl, SerialPort as _, SerialPortBuilder,
    SerialPortBuilderExt as _, SerialStream, StopBits,
};

/// How long a unit may take no bytes. The longest block takes 63 ms at the slowest speed used.
const SEND_LIMIT: Duration = Duration::from_secs(2);
/// EIO, ENXIO and ENODEV on Linux: how a line discipline tells of an unplugged device (dependencies.md section 1.2).
const GONE_NUMBERS: [i32; 3] = [5, 6, 19];

/// An open serial port, held exclusively.
#[derive(Debug)]
pub struct SerialLink {
    stream: SerialStream,
    path: PathBuf,
}

impl SerialLink {
    /// Opens a port. The settings are asked for and not read back: a pseudo-terminal keeps neither parity nor speed.
    /// What had arrived before is discarded.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn open(settings: SerialSettings, path: &Path) -> Result<Self, LinkError> {
        let refused = |error: tokio_serial::Error| open_error(error, path);
        let stream = request(settings, path).open_native_async().map_err(refused)?;
        stream.clear(ClearBuffer::Input).map_err(refused)?;
        Ok(Self { stream, path: path.to_owned() })
    }

    /// As [`crate::link::LinkPort::receive`].
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        match self.stream.read(buffer).await {
            // Never "no data yet": the driver of the port was unbound or the master closed.
            Ok(0) => Err(LinkError::Gone { path: self.path.clone() }),
            Ok(count) => Ok(count),
            Err(error) => Err(self.use_error(error)),
        }
    }

    /// As [`crate::link::LinkPort::send`].
    ///
    /// # Errors
    /// [`LinkError::Gone`] or [`LinkError::Stuck`].
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        match tokio::time::timeout(SEND_LIMIT, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.use_error(error)),
            Err(_) => Err(LinkError::Stuck { path: self.path.clone() }),
        }
    }

    fn use_error(&self, source: io::Error) -> LinkError {
        let path = self.path.clone();
        let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::UnexpectedEof, io::ErrorKind::WriteZero];
        let number = source.raw_os_error();
        let gone =
            kinds.contains(&source.kind()) || number.is_some_and(|number| GONE_NUMBERS.contains(&number));
        if gone { LinkError::Gone { path } } else { LinkError::Other { path, source } }
    }
}

/// What is asked of the line.
fn request(settings: SerialSettings, path: &Path) -> SerialPortBuilder {
    let request = tokio_serial::new(path.to_string_lossy(), settings.baud)
        .data_bits(DataBits::Eight)
        .stop_bits(StopBits::One)
        .flow_control(FlowControl::None)
        .parity(match settings.parity {
            Parity::None => tokio_serial::Parity::None,
            Parity::Even => tokio_serial::Parity::Even,
        });
    #[cfg(unix)]
    let request = request.exclusive(true);
    request
}

fn open_error(error: tokio_serial::Error, path: &Path) -> LinkError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::Io(io::ErrorKind::NotFound) => LinkError::Absent { path },
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => LinkError::NotPermitted { path },
        // The crate's word for a port whose exclusive lock another program holds.
        ErrorKind::NoDevice => LinkError::Busy { path },
        _ => LinkError::Other { path, source: error.into() },
    }
}

/// Waits until the port is there, or there again; returns at once if it is. Cancel safe. Needs a tokio runtime.
///
/// The directories of the name and of what it points to are watched, or the nearest that exist above them.
///
/// # Errors
/// If the system gives no watch.
#[cfg(target_os = "linux")]
pub async fn wait_for_port(path: &Path) -> Result<(), LinkError> {
    use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
    use std::os::fd::OwnedFd;
    use tokio::io::{Interest, unix::AsyncFd};

    let failed = |source: io::Error| LinkError::Other { path: path.to_owned(), source };
    let changes = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_ATTRIB;
    let changes = changes | AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_MOVE_SELF;
    loop {
        // Watched anew each time round: what exists and what the name points to may have changed.
        let inotify =
            Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).map_err(|e| failed(e.into()))?;
        for directory in directories_of(path) {
            inotify.add_watch(&directory, changes).map_err(|e| failed(e.into()))?;
        }
        // Looked at after the watch stands, so that nothing is missed between.
        if path.exists() {
            return Ok(());
        }
        #[expect(
            deprecated,
            reason = "sound for a descriptor that is owned; its successor is unsafe to call"
        )]
        let watch = AsyncFd::with_interest(OwnedFd::from(inotify), Interest::READABLE).map_err(failed)?;
        watch.readable().await.map_err(failed)?.clear_ready();
    }
}

#[cfg(target_os = "linux")]
fn directories_of(path: &Path) -> Vec<PathBuf> {
    let pointed = std::fs::read_link(path).ok().map(|to| path.parent().unwrap_or(path).join(to));
    [Some(path.to_owned()), pointed]
        .into_iter()
        .flatten()
        .map(|path| std::path::absolute(&path).unwrap_or(path))
        .filter_map(|path| path.ancestors().skip(1).find(|above| above.is_dir()).map(Path::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_asked_for_as_the_dialect_wants_it() {
        let asked = |parity| request(SerialSettings { baud: 115_200, parity }, Path::new("/dev/reader"));
        let even = asked(Parity::Even);
        let wanted = tokio_serial::new("/dev/reader", 115_200)
            .parity(tokio_serial::Parity::Even)
            .data_bits(DataBits::Eight)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None)
            .exclusive(true);
        assert_eq!(even, wanted);
        assert_ne!(even, asked(Parity::None));
    }

    #[test]
    fn a_name_in_a_missing_directory_watches_the_nearest_above() {
        let dir = tempfile::tempdir().expect("a directory");
        let missing = dir.path().join("by-id").join("reader");
        assert_eq!(directories_of(&missing), [dir.path()]);
    }
}
