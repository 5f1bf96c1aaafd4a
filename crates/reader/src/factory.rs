//! For which configured device a driver is.

use crate::{Profile, ReaderDriver};
use model::Maturity;
use std::time::Duration;

/// Parity of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// No parity bit.
    None,
    /// Even parity.
    Even,
}

/// Settings of a serial line; 8 data bits and 1 stop bit throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SerialSettings {
    /// Bits per second.
    pub baud: u32,
    /// Parity.
    pub parity: Parity,
}

/// The way to a reader that a driver needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// A serial port.
    Serial(SerialSettings),
    /// USB HID with reports of this many bytes.
    Hid {
        /// Bytes in one report.
        report: usize,
    },
    /// TCP to an address that the configuration names.
    Tcp,
}

/// Bounds that a driver keeps, checked by the conformance suite and stated in its README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From opening the link until a unit that does not identify itself is given up.
    pub start: Duration,
    /// From a ready unit's last sign of life until it is given up, idle or not.
    pub silence: Duration,
}

/// Makes drivers of one model. The list of factories is a value passed down from the binary.
pub trait ReaderFactory: Sync {
    /// The name used in configuration, e.g. `caora`.
    fn name(&self) -> &'static str;

    /// What the model can do.
    fn profile(&self) -> &'static Profile;

    /// How far this driver was proven.
    fn maturity(&self) -> Maturity;

    /// The way to the reader.
    fn link(&self) -> Link;

    /// How long it waits for a unit that does not speak.
    fn patience(&self) -> Patience;

    /// A driver for one freshly opened link.
    fn create(&self) -> Box<dyn ReaderDriver>;
}
