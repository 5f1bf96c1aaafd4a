//! Short APDUs (card.md section 4) and the way to a card.

use failure::codes;
use model::FailureCode;
use std::fmt;
use zeroize::Zeroizing;

/// A way to one powered card. Each call is one command and its answer.
pub trait CardChannel {
    /// Sends a command APDU, gives the response APDU (data, then the two bytes of the status word).
    ///
    /// # Errors
    /// If the card is gone, does not answer, or the way to it failed. After [`ChannelError::Lost`] the channel
    /// stays lost: it never goes on with another card by itself.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ChannelError>;
}

/// Why a command did not reach the card or its answer did not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The card is gone, or was reset by somebody else.
    #[error("the card is gone")]
    Lost,
    /// The card does not answer within its limit.
    #[error("the card does not answer")]
    Stuck,
    /// The PC/SC service stopped.
    #[error("the PC/SC service stopped")]
    Stopped,
    /// Anything else; the text is the transport's own constant wording.
    #[error("the card's slot failed: {0}")]
    Other(&'static str),
}

impl ChannelError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> FailureCode {
        match self {
            Self::Lost => codes::CARD_REMOVED_EARLY,
            Self::Stuck => codes::CARD_SILENT,
            Self::Stopped => codes::PCSC_STOPPED,
            Self::Other(_) => codes::CARD_UNREADABLE,
        }
    }
}

/// A short command APDU. Wiped when dropped, and its Debug shows no data: it may carry a VERIFY.
pub struct Command {
    bytes: Zeroizing<Vec<u8>>,
}

impl Command {
    /// A command of four bytes: class, instruction, P1, P2.
    #[must_use]
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        // The longest short APDU, so that wiping never misses a copy left behind by growing.
        let mut bytes = Vec::with_capacity(4 + 1 + 255 + 1);
        bytes.extend_from_slice(&[cla, ins, p1, p2]);
        Self { bytes: Zeroizing::new(bytes) }
    }

    /// Adds Lc and data, at most 255 bytes: what lies beyond is the caller's defect and is refused by the card,
    /// because Lc then disagrees.
    #[must_use]
    pub fn data(mut self, data: &[u8]) -> Self {
        self.bytes.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
        self.bytes.extend_from_slice(data.get(..255).unwrap_or(data));
        self
    }

    /// Adds Le; 0 means up to 256 bytes.
    #[must_use]
    pub fn expect(mut self, le: u8) -> Self {
        self.bytes.push(le);
        self
    }

    /// SELECT by application id, no answer data wanted.
    #[must_use]
    pub fn select_application(aid: &[u8]) -> Self {
        Self::new(0x00, 0xA4, 0x04, 0x0C).data(aid)
    }

    /// SELECT a file of the current application.
    #[must_use]
    pub fn select_file(id: u16) -> Self {
        Self::new(0x00, 0xA4, 0x02, 0x0C).data(&id.to_be_bytes())
    }

    /// READ BINARY of the current file. Bit 15 of the offset is dropped: it would mean a short file id.
    #[must_use]
    pub fn read_binary(offset: u16, le: u8) -> Self {
        let [high, low] = offset.to_be_bytes();
        Self::new(0x00, 0xB0, high & 0x7F, low).expect(le)
    }

    /// VERIFY without data: asks for the tries left and costs none.
    #[must_use]
    pub fn tries_left() -> Self {
        Self::new(0x00, 0x20, 0x00, 0x80)
    }

    /// VERIFY of the current PIN file.
    #[must_use]
    pub fn verify(secret: &[u8]) -> Self {
        Self::new(0x00, 0x20, 0x00, 0x80).data(secret)
    }

    /// The APDU.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Command(…)")
    }
}

/// A response APDU whose status word is there. Wiped when dropped.
pub struct Response {
    bytes: Zeroizing<Vec<u8>>,
    sw: u16,
}

impl Response {
    /// Takes a response APDU.
    ///
    /// # Errors
    /// [`ChannelError::Lost`] for fewer than two bytes: a card pulled during a command makes the PC/SC service
    /// report success with nothing (card.md section 8.4).
    pub fn new(bytes: Vec<u8>) -> Result<Self, ChannelError> {
        let bytes = Zeroizing::new(bytes);
        let sw = bytes.last_chunk::<2>().map(|sw| u16::from_be_bytes(*sw)).ok_or(ChannelError::Lost)?;
        Ok(Self { bytes, sw })
    }

    /// The status word.
    #[must_use]
    pub const fn sw(&self) -> u16 {
        self.sw
    }

    /// What precedes the status word.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.bytes.split_last_chunk::<2>().map_or(&[], |(data, _)| data)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {:04X})", self.data().len(), self.sw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_the_bytes_of_the_reference() {
        assert_eq!(Command::select_file(0x000A).as_bytes(), [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A]);
        assert_eq!(Command::read_binary(0x0123, 0).as_bytes(), [0x00, 0xB0, 0x01, 0x23, 0x00]);
        assert_eq!(Command::tries_left().as_bytes(), [0x00, 0x20, 0x00, 0x80]);
        assert_eq!(Command::verify(b"1234").as_bytes(), b"\x00\x20\x00\x80\x041234");
        assert_eq!(format!("{:?}", Command::verify(b"1234")), "Command(…)");
    }

    #[test]
    fn an_answer_without_a_status_word_is_a_lost_card() {
        assert_eq!(Response::new(vec![0x90]).unwrap_err(), ChannelError::Lost);
        assert_eq!(Response::new(vec![]).unwrap_err(), ChannelError::Lost);
        let response = Response::new(vec![1, 2, 0x63, 0xC2]).unwrap();
        assert_eq!((response.data(), response.sw()), (&[1, 2][..], 0x63C2));
    }
}
