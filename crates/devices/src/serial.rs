//! Serial ports, driven by readiness: no thread waits with a time limit, nothing is polled.

use crate::address::Address;
use crate::link::{LinkError, SEND_LIMIT};
use reader::{Parity, SerialSettings};
use std::io;
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_serial::{
    ClearBuffer, DataBits, ErrorKind, FlowControl, SerialPort as _, SerialPortBuilder,
    SerialPortBuilderExt as _, SerialStream, StopBits,
};

/// An open serial port, held exclusively.
#[derive(Debug)]
pub struct SerialLink {
    stream: SerialStream,
    address: Address,
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
        Ok(Self { stream, address: path.into() })
    }

    /// As [`crate::link::LinkPort::receive`].
    ///
    /// # Errors
    /// [`LinkError::Gone`] when the unit was unplugged.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        match self.stream.read(buffer).await {
            // Never "no data yet": the driver of the port was unbound or the master closed.
            Ok(0) => Err(LinkError::Gone { address: self.address.clone() }),
            Ok(count) => Ok(count),
            Err(error) => Err(LinkError::in_use(&self.address, error)),
        }
    }

    /// As [`crate::link::LinkPort::send`].
    ///
    /// # Errors
    /// [`LinkError::Gone`] or [`LinkError::Stuck`].
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        match tokio::time::timeout(SEND_LIMIT, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(LinkError::in_use(&self.address, error)),
            Err(_) => Err(LinkError::Stuck { address: self.address.clone() }),
        }
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
    let address = Address::from(path);
    match error.kind() {
        ErrorKind::Io(io::ErrorKind::NotFound) => LinkError::Absent { address },
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => LinkError::NotPermitted { address },
        // The crate's word for a port whose exclusive lock another program holds.
        ErrorKind::NoDevice => LinkError::Busy { address },
        _ => LinkError::Other { address, source: error.into() },
    }
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
}
