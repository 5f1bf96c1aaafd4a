//! Real links: serial ports, HID reports, TCP, and PC/SC slots.

pub mod address;
#[cfg(target_os = "linux")]
pub mod hid;
pub mod link;
pub mod pcsc;
pub mod serial;
pub mod slot;
pub mod tcp;
#[cfg(target_os = "linux")]
pub mod wait;
