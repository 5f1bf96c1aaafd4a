//! Real links: serial ports and PC/SC slots.

pub mod link;
pub mod pcsc;
pub mod serial;
pub mod slot;
