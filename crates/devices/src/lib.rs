//! Real links: serial ports and PC/SC slots.
