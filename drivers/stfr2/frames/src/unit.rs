//! What the unit sends.

use crate::FrameError;
use crate::field::Fields;
use crate::fragment::{Message, wrap};
use model::{NumberB, Purpose};
use reader::{AttemptId, FaceVerdict};
use zeroize::Zeroizing;

/// Bytes of a body of the unit at most; the longest known one has 22.
pub const MOST_BODY: usize = 128;

pub(crate) const CARD: u8 = 0x90;
pub(crate) const NUMBER_B: u8 = 0x91;
pub(crate) const VERDICT: u8 = 0x92;
pub(crate) const REFUSED: u8 = 0x93;
pub(crate) const FAULT: u8 = 0x94;

/// Light that was not measured.
const NOT_MEASURED: u16 = u16::MAX;

/// What became of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    /// 0: the tray is empty.
    Taken,
    /// 1: a card lies there.
    Placed,
    /// 2: it lies the wrong way.
    WrongSide,
}

/// A message from the unit to the terminal.
#[derive(Debug)]
pub enum UnitMessage {
    /// 90: the card.
    Card(CardState),
    /// 91: 照合番号B as read.
    NumberB {
        /// The attempt it belongs to.
        attempt: AttemptId,
        /// The fourteen digits.
        number: NumberB,
    },
    /// 92: the attempt ended.
    Verdict {
        /// The attempt it belongs to.
        attempt: AttemptId,
        /// How.
        verdict: FaceVerdict,
        /// Light on the face in lux; `None` if it was not measured.
        lux: Option<u16>,
    },
    /// 93: the unit cannot do what the order asks, or not now.
    Refused,
    /// 94: a fault of the unit's own, 1 to 99.
    Fault(u8),
}

impl UnitMessage {
    /// The message in answer to an order; 0 for none.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self, order: u16) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        match self {
            Self::Card(state) => wrap(CARD, order, &[&[card_number(*state)]]),
            Self::NumberB { attempt, number } => {
                wrap(NUMBER_B, order, &[&attempt.0.to_le_bytes(), number.expose(Purpose::Simulate)])
            }
            Self::Verdict { attempt, verdict, lux } => {
                let lux = lux.map_or(NOT_MEASURED, |lux| lux.min(NOT_MEASURED - 1));
                let fields = (attempt.0.to_le_bytes(), [verdict_number(*verdict)], lux.to_le_bytes());
                wrap(VERDICT, order, &[&fields.0, &fields.1, &fields.2])
            }
            Self::Refused => wrap(REFUSED, order, &[]),
            Self::Fault(number) => wrap(FAULT, order, &[&[fault(*number)?]]),
        }
    }

    /// Reads a message: the order that it answers and what it says.
    ///
    /// # Errors
    /// If it is no message of the unit.
    pub fn parse(bytes: &[u8]) -> Result<(u16, Self), FrameError> {
        let message = Message::new_checked(bytes)?;
        let mut fields = Fields::new(message.body);
        let said = match message.kind {
            CARD => Self::Card(card_state(fields.byte("state")?)?),
            NUMBER_B => Self::NumberB {
                attempt: fields.attempt()?,
                number: NumberB::from_digits(fields.rest())
                    .map_err(|_| FrameError::Field { field: "digits" })?,
            },
            VERDICT => Self::Verdict {
                attempt: fields.attempt()?,
                verdict: verdict(fields.byte("verdict")?)?,
                lux: Some(fields.word("lux")?).filter(|lux| *lux != NOT_MEASURED),
            },
            REFUSED => Self::Refused,
            FAULT => Self::Fault(fault(fields.byte("number")?)?),
            _ => return Err(FrameError::Type),
        };
        fields.end()?;
        Ok((message.order, said))
    }
}

const fn card_number(state: CardState) -> u8 {
    match state {
        CardState::Taken => 0,
        CardState::Placed => 1,
        CardState::WrongSide => 2,
    }
}

const fn card_state(number: u8) -> Result<CardState, FrameError> {
    Ok(match number {
        0 => CardState::Taken,
        1 => CardState::Placed,
        2 => CardState::WrongSide,
        _ => return Err(FrameError::Field { field: "state" }),
    })
}

const fn verdict_number(verdict: FaceVerdict) -> u8 {
    match verdict {
        FaceVerdict::Match => 0,
        FaceVerdict::NoMatch => 1,
        FaceVerdict::TooDark => 2,
        FaceVerdict::NoFace => 3,
        FaceVerdict::NotAlive => 4,
        FaceVerdict::NumberBUnreadable => 5,
        FaceVerdict::PhotoUnreadable => 6,
        FaceVerdict::Masked => 7,
        FaceVerdict::Pose => 8,
    }
}

const fn verdict(number: u8) -> Result<FaceVerdict, FrameError> {
    Ok(match number {
        0 => FaceVerdict::Match,
        1 => FaceVerdict::NoMatch,
        2 => FaceVerdict::TooDark,
        3 => FaceVerdict::NoFace,
        4 => FaceVerdict::NotAlive,
        5 => FaceVerdict::NumberBUnreadable,
        6 => FaceVerdict::PhotoUnreadable,
        7 => FaceVerdict::Masked,
        8 => FaceVerdict::Pose,
        _ => return Err(FrameError::Field { field: "verdict" }),
    })
}

const fn fault(number: u8) -> Result<u8, FrameError> {
    match number {
        1..=99 => Ok(number),
        _ => Err(FrameError::Field { field: "number" }),
    }
}
