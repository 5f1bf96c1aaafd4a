//! A way to a reader, whatever carries its bytes.

use crate::address::Address;
#[cfg(target_os = "linux")]
use crate::hid::HidLink;
use crate::serial::SerialLink;
use crate::tcp::TcpLink;
use failure::codes;
use model::FailureCode;
use reader::Link;
use std::io;
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, sleep_until};

/// How long a unit may take no bytes. The longest block takes 63 ms at the slowest speed used.
pub(crate) const SEND_LIMIT: Duration = Duration::from_secs(2);
/// First and longest pause between two tries to reach a unit over TCP; doubling in between.
const AWAY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(2));
/// EIO, ENXIO and ENODEV on Linux: how a device tells that it was unplugged (dependencies.md section 1.2).
const GONE_NUMBERS: [i32; 3] = [5, 6, 19];
/// How the end of a connection is told, also by the network in between.
const GONE_KINDS: [io::ErrorKind; 9] = [
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::WriteZero,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::NotConnected,
    io::ErrorKind::HostUnreachable,
    io::ErrorKind::NetworkUnreachable,
    io::ErrorKind::NetworkDown,
];

/// Why a link cannot be opened or used any more. The address is the subject.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Nothing there.
    #[error("port {address} is not there")]
    Absent {
        /// The port.
        address: Address,
    },
    /// There, but not for us.
    #[error("port {address} may not be opened by this program")]
    NotPermitted {
        /// The port.
        address: Address,
    },
    /// There, but held.
    #[error("port {address} is held by another program")]
    Busy {
        /// The port.
        address: Address,
    },
    /// It was there, and went.
    #[error("port {address} went away")]
    Gone {
        /// The port.
        address: Address,
    },
    /// It takes no bytes.
    #[error("port {address} takes no bytes")]
    Stuck {
        /// The port.
        address: Address,
    },
    /// The name stands for public addresses only; no byte goes there.
    #[error("port {address} is a public address: a reader stands behind its own USB network")]
    Public {
        /// The port.
        address: Address,
    },
    /// A report that the link does not carry; nothing was sent.
    #[error("port {address}: a report of {length} bytes instead of {report}")]
    ReportSize {
        /// The port.
        address: Address,
        /// Bytes in the report that was to be sent.
        length: usize,
        /// Bytes in a report of this link.
        report: usize,
    },
    /// What the system says otherwise, e.g. that the path is no serial port.
    #[error("port {address} cannot be used: {source}")]
    Other {
        /// The port.
        address: Address,
        /// The system's word.
        source: io::Error,
    },
    /// This kind of link is not built for this system.
    #[error("port {address}: no {kind} links on this system yet")]
    NotBuilt {
        /// The port.
        address: Address,
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
            Self::NotPermitted { .. } | Self::Public { .. } => codes::READER_NOT_PERMITTED,
            Self::Busy { .. } => codes::READER_BUSY,
            Self::Gone { .. } | Self::Other { .. } => codes::READER_UNPLUGGED,
            Self::Stuck { .. } => codes::READER_SILENT,
            Self::ReportSize { .. } => codes::INTERNAL,
            Self::NotBuilt { .. } => codes::READER_UNSUPPORTED,
        }
    }

    /// What went wrong with an open link.
    pub(crate) fn in_use(address: &Address, source: io::Error) -> Self {
        let address = address.clone();
        let gone = GONE_KINDS.contains(&source.kind())
            || source.raw_os_error().is_some_and(|number| GONE_NUMBERS.contains(&number));
        match source.kind() {
            _ if gone => Self::Gone { address },
            // A network that gave up on what we sent, or a USB device that took none of it.
            io::ErrorKind::TimedOut => Self::Stuck { address },
            _ => Self::Other { address, source },
        }
    }
}

/// An open link.
#[derive(Debug)]
pub enum LinkPort {
    /// A serial port.
    Serial(SerialLink),
    /// USB HID reports.
    #[cfg(target_os = "linux")]
    Hid(HidLink),
    /// A TCP connection.
    Tcp(TcpLink),
}

impl LinkPort {
    /// Opens the configured port, and no other, in the way that the driver needs. Needs a tokio runtime.
    ///
    /// # Errors
    /// Says whether the port is absent, forbidden or held. Takes no longer than [`crate::tcp::CONNECT_LIMIT`].
    pub async fn open(link: Link, address: &Address) -> Result<Self, LinkError> {
        let unfit = |wanted| {
            let source = io::Error::new(io::ErrorKind::InvalidInput, wanted);
            Err(LinkError::Other { address: address.clone(), source })
        };
        match (link, address) {
            (Link::Serial(settings), Address::Path(path)) => {
                SerialLink::open(settings, path).map(Self::Serial)
            }
            #[cfg(target_os = "linux")]
            (Link::Hid { report }, Address::Path(path)) => HidLink::open(report, path).map(Self::Hid),
            #[cfg(not(target_os = "linux"))]
            (Link::Hid { .. }, Address::Path(_)) => {
                Err(LinkError::NotBuilt { address: address.clone(), kind: "HID" })
            }
            (Link::Tcp, Address::Host { host, port }) => TcpLink::open(host, *port).await.map(Self::Tcp),
            (Link::Tcp, Address::Path(_)) => unfit("host:port is wanted"),
            (_, Address::Host { .. }) => unfit("a path is wanted"),
        }
    }

    /// Waits until the port is there, or there again, and opens it. Cancel safe. Needs a tokio runtime.
    ///
    /// A path is waited for by watching its directories. No event tells that a host is back, so a unit over TCP is
    /// tried again and again, after 0.5 s, 1 s and then every 2 s.
    ///
    /// # Errors
    /// As [`LinkPort::open`], but a host that is absent is waited for; or if the system gives no watch.
    pub async fn open_when_there(link: Link, address: &Address) -> Result<Self, LinkError> {
        #[cfg(target_os = "linux")]
        if let Address::Path(path) = address {
            crate::wait::wait_for_path(path).await?;
            return Self::open(link, address).await;
        }
        let mut pause = AWAY.0;
        loop {
            match Self::open(link, address).await {
                Err(LinkError::Absent { .. }) => sleep_until(Instant::now() + pause).await,
                opened => return opened,
            }
            pause = pause.saturating_mul(2).min(AWAY.1);
        }
    }

    /// Waits for bytes; how many of `buffer` were filled, at least one. Cancel safe. From a HID link one report: give
    /// it room for one.
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        match self {
            Self::Serial(link) => link.receive(buffer).await,
            #[cfg(target_os = "linux")]
            Self::Hid(link) => link.receive(buffer).await,
            Self::Tcp(link) => link.receive(buffer).await,
        }
    }

    /// Puts bytes on the link, whole and in order; on a HID link one report. Not cancel safe: a part may have been
    /// sent.
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged, [`LinkError::Stuck`] when it takes nothing for two seconds.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        match self {
            Self::Serial(link) => link.send(bytes).await,
            #[cfg(target_os = "linux")]
            Self::Hid(link) => link.send(bytes).await,
            Self::Tcp(link) => link.send(bytes).await,
        }
    }
}
