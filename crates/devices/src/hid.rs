//! USB HID reports, as Linux gives them: one read is one report, one write is one report, its number in front.
//!
//! The same adapter opens a hidraw character device and a Unix socket that keeps message boundaries
//! (`SOCK_SEQPACKET`); what stands at the path decides. **The socket is what was tested.** No hidraw device was at hand:
//! of that way only the refusals are proven, and what follows is taken from the kernel's documentation
//! (`Documentation/hid/hidraw.rst`): with numbered reports the number is the first byte both ways, reports wait in
//! the kernel (64 of them) until they are read, and a write waits in the kernel for the device, up to five seconds.

use crate::address::Address;
use crate::link::{LinkError, SEND_LIMIT};
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use tokio::io::unix::AsyncFd;

/// An open HID link, held exclusively.
#[derive(Debug)]
pub struct HidLink {
    wire: AsyncFd<OwnedFd>,
    report: usize,
    address: Address,
}

impl HidLink {
    /// Opens a hidraw device, or connects to a socket, for reports of this many bytes, the number included.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn open(report: usize, path: &Path) -> Result<Self, LinkError> {
        let address = Address::from(path);
        let other = |source| LinkError::Other { address: address.clone(), source };
        let found = std::fs::metadata(path).map_err(|error| open_error(error, &address))?;
        let wire = if found.file_type().is_socket() {
            connected(path, &address)?
        } else if is_hidraw(&found) {
            opened(path, &address)?
        } else {
            return Err(other(io::Error::new(io::ErrorKind::InvalidInput, "this is no HID device")));
        };
        #[expect(
            deprecated,
            reason = "sound for a descriptor that is owned; its successor is unsafe to call"
        )]
        let wire = AsyncFd::new(wire).map_err(other)?;
        Ok(Self { wire, report, address })
    }

    /// As [`crate::link::LinkPort::receive`]: one report, whatever its length is. What does not fit is lost.
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        loop {
            let mut ready = self.wire.readable().await.map_err(|error| self.use_error(error))?;
            match ready.try_io(|wire| Ok(nix::unistd::read(wire, buffer)?)) {
                // There are no empty reports: the other end closed.
                Ok(Ok(0)) => return Err(LinkError::Gone { address: self.address.clone() }),
                Ok(Ok(count)) => return Ok(count),
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Err(self.use_error(error)),
                Err(_would_block) => {}
            }
        }
    }

    /// As [`crate::link::LinkPort::send`]: one report.
    ///
    /// # Errors
    /// [`LinkError::ReportSize`], [`LinkError::Gone`] or [`LinkError::Stuck`].
    pub async fn send(&mut self, report: &[u8]) -> Result<(), LinkError> {
        if report.len() != self.report {
            let address = self.address.clone();
            return Err(LinkError::ReportSize { address, length: report.len(), report: self.report });
        }
        match tokio::time::timeout(SEND_LIMIT, self.write(report)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.use_error(error)),
            Err(_) => Err(LinkError::Stuck { address: self.address.clone() }),
        }
    }

    async fn write(&self, report: &[u8]) -> io::Result<()> {
        loop {
            let mut ready = self.wire.writable().await?;
            match ready.try_io(|wire| Ok(nix::unistd::write(wire.as_fd(), report)?)) {
                Ok(Ok(count)) if count == report.len() => return Ok(()),
                Ok(Ok(_part)) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => {}
            }
        }
    }

    fn use_error(&self, source: io::Error) -> LinkError {
        LinkError::in_use(&self.address, source)
    }
}

fn connected(path: &Path, address: &Address) -> Result<OwnedFd, LinkError> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let refused = |error: Errno| open_error(error.into(), address);
    let wire = socket(AddressFamily::Unix, SockType::SeqPacket, flags, None).map_err(refused)?;
    connect(wire.as_raw_fd(), &UnixAddr::new(path).map_err(refused)?).map_err(refused)?;
    Ok(wire)
}

fn opened(path: &Path, address: &Address) -> Result<OwnedFd, LinkError> {
    let device =
        OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path);
    let device = device.map_err(|error| open_error(error, address))?;
    held(&device).map_err(|error| open_error(error, address))?;
    Ok(device.into())
}

/// hidraw lets everyone in: the lock tells programs that ask for it.
fn held(device: &File) -> io::Result<()> {
    device.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => io::ErrorKind::ResourceBusy.into(),
        TryLockError::Error(error) => error,
    })
}

/// Whether it is a hidraw device, by the kernel's word: the device numbers are given at random. Looked at before it is
/// opened, because opening a serial port is felt at its other end.
fn is_hidraw(found: &Metadata) -> bool {
    let (major, minor) = (libc::major(found.rdev()), libc::minor(found.rdev()));
    found.file_type().is_char_device()
        && std::fs::read_link(format!("/sys/dev/char/{major}:{minor}/subsystem"))
            .is_ok_and(|subsystem| subsystem.ends_with("hidraw"))
}

fn open_error(source: io::Error, address: &Address) -> LinkError {
    let address = address.clone();
    match source.kind() {
        io::ErrorKind::NotFound => LinkError::Absent { address },
        io::ErrorKind::PermissionDenied => LinkError::NotPermitted { address },
        // A socket whose one place is taken refuses, or has no room in its queue.
        io::ErrorKind::ResourceBusy | io::ErrorKind::ConnectionRefused | io::ErrorKind::WouldBlock => {
            LinkError::Busy { address }
        }
        _ => LinkError::Other { address, source },
    }
}
