//! Real links: serial ports and PC/SC slots.

pub mod pcsc;
pub mod slot;
