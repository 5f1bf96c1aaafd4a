//! What a reader tells.

use crate::{AttemptId, Method};
use model::{Decision, NumberB, Pin};

/// What a unit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitInfo {
    /// Firmware version, printable ASCII.
    pub firmware: String,
    /// Serial number of the unit, printable ASCII.
    pub serial: String,
}

/// How a face attempt ended on the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaceVerdict {
    /// The face is that of the photo.
    Match,
    /// It is another face.
    NoMatch,
    /// Not enough light to say.
    TooDark,
    /// No face, or not long enough.
    NoFace,
    /// A picture was held before the camera.
    NotAlive,
    /// The digits on the card's face could not be read.
    NumberBUnreadable,
    /// The photo that was sent could not be decoded by the reader.
    PhotoUnreadable,
}

/// An event from a reader.
#[derive(Debug)]
pub enum Event {
    /// The unit identified itself, passed its self-test and may be used.
    Ready(UnitInfo),
    /// A card lies in the tray.
    CardPlaced,
    /// The tray is empty.
    CardTaken,
    /// The patient chose.
    MethodChosen(Method),
    /// 照合番号B as read from the card's face.
    NumberBRead {
        /// The attempt it belongs to.
        attempt: AttemptId,
        /// The fourteen digits.
        number: NumberB,
    },
    /// The attempt ended.
    FaceCompared {
        /// The attempt it belongs to.
        attempt: AttemptId,
        /// How.
        verdict: FaceVerdict,
    },
    /// Four digits were typed.
    PinEntered(Pin),
    /// The patient does not want to type the PIN.
    PinCancelled,
    /// The patient answered a consent question.
    ConsentAnswered {
        /// The screen's id.
        screen: String,
        /// The answer.
        decision: Decision,
    },
}

impl Event {
    /// The event's name without its content, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready(_) => "ready",
            Self::CardPlaced => "card placed",
            Self::CardTaken => "card taken",
            Self::MethodChosen(_) => "method chosen",
            Self::NumberBRead { .. } => "number B read",
            Self::FaceCompared { .. } => "face compared",
            Self::PinEntered(_) => "PIN entered",
            Self::PinCancelled => "PIN cancelled",
            Self::ConsentAnswered { .. } => "consent answered",
        }
    }
}
