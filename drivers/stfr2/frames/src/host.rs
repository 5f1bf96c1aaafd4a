//! What the terminal sends.

use crate::FrameError;
use crate::field::Fields;
use crate::fragment::{Message, wrap};
use model::{Pii, Purpose};
use reader::AttemptId;
use zeroize::Zeroizing;

/// Bytes of a photo at most.
pub const MOST_PHOTO: usize = 16 * 1024;
/// Bytes of a body of the terminal at most.
pub const MOST_BODY: usize = 8 + MOST_PHOTO;

pub(crate) const OPEN_ATTEMPT: u8 = 0x10;
pub(crate) const COMPARE: u8 = 0x11;
pub(crate) const CANCEL: u8 = 0x12;

/// A message from the terminal to the unit.
#[derive(Debug)]
pub enum HostMessage {
    /// 10: open an attempt, read 照合番号B.
    OpenAttempt(AttemptId),
    /// 11: compare the face with this photo.
    Compare {
        /// The open attempt.
        attempt: AttemptId,
        /// 1 to [`MOST_PHOTO`] bytes.
        photo: Pii<Vec<u8>>,
    },
    /// 12: forget the attempt, and the answers not sent yet.
    Cancel,
}

impl HostMessage {
    /// The message under an order.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self, order: u16) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        match self {
            Self::OpenAttempt(attempt) => wrap(OPEN_ATTEMPT, order, &[&attempt.0.to_le_bytes()]),
            Self::Compare { attempt, photo } => {
                let photo = photo.expose(Purpose::SendToReader);
                wrap(COMPARE, order, &[&attempt.0.to_le_bytes(), sound_photo(photo)?])
            }
            Self::Cancel => wrap(CANCEL, order, &[]),
        }
    }

    /// Reads a message: its order and what it says.
    ///
    /// # Errors
    /// If it is no message of the terminal.
    pub fn parse(bytes: &[u8]) -> Result<(u16, Self), FrameError> {
        let message = Message::new_checked(bytes)?;
        let mut fields = Fields::new(message.body);
        let said = match message.kind {
            OPEN_ATTEMPT => Self::OpenAttempt(fields.attempt()?),
            COMPARE => {
                let attempt = fields.attempt()?;
                Self::Compare { attempt, photo: Pii::new(sound_photo(fields.rest())?.to_vec()) }
            }
            CANCEL => Self::Cancel,
            _ => return Err(FrameError::Type),
        };
        fields.end()?;
        Ok((message.order, said))
    }
}

fn sound_photo(photo: &[u8]) -> Result<&[u8], FrameError> {
    if (1..=MOST_PHOTO).contains(&photo.len()) {
        Ok(photo)
    } else {
        Err(FrameError::Field { field: "photo" })
    }
}
