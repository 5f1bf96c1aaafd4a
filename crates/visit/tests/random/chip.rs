//! The PIN file of a card, as far as counting and checking the PIN goes (card.md section 4).

use card::{CardChannel, ChannelError};

pub(crate) struct Chip {
    pub(crate) pin: [u8; 4],
    pub(crate) tries: u8,
    /// How many VERIFY commands with digits it was sent.
    pub(crate) verified: u64,
}

impl CardChannel for Chip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let status: u16 = match command {
            [_, 0xA4, ..] => 0x9000,
            [_, 0x20, _, 0x80] if self.tries == 0 => 0x6983,
            [_, 0x20, _, 0x80] => 0x63C0 | u16::from(self.tries),
            [_, 0x20, _, 0x80, 4, digits @ ..] => {
                self.verified += 1;
                if self.tries == 0 {
                    0x6984
                } else if digits == self.pin {
                    self.tries = 3;
                    0x9000
                } else {
                    self.tries -= 1;
                    0x63C0 | u16::from(self.tries)
                }
            }
            _ => 0x6D00,
        };
        Ok(status.to_be_bytes().to_vec())
    }
}
