//! What a reader tells.

use crate::{AttemptId, Language, Method};
use model::{Decision, NumberB, Passcode, Pii, Pin};

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
    /// A mask hides too much of the face.
    Masked,
    /// The face is turned away or tilted too far.
    Pose,
}

/// What the unit measured around an attempt; `None` where the model measures nothing. The terminal compares it with
/// the profile and says "more light" or "shade" in place of "no match".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Conditions {
    /// Light on the face in lux.
    pub face_lux: Option<u16>,
    /// Whether direct sun falls on the card slot.
    pub slot_in_sun: Option<bool>,
}

/// What a reader's OCR took from paper: a reading, never a confirmation.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentReading {
    /// What kind of certificate the unit takes it for, in the unit's words.
    pub kind: String,
    /// Field names and what stands there, in the unit's order.
    pub fields: Vec<(String, String)>,
    /// The picture of it, JPEG.
    pub image: Vec<u8>,
}

impl std::fmt::Debug for DocumentReading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocumentReading({} fields, {} bytes)", self.fields.len(), self.image.len())
    }
}

/// An event from a reader.
#[derive(Debug)]
pub enum Event {
    /// The unit identified itself, passed its self-test and may be used.
    Ready {
        /// Who it is.
        unit: UnitInfo,
        /// Whether a card lies in the tray already. It was not placed for a visit of ours.
        card: bool,
    },
    /// A card lies in the tray.
    CardPlaced,
    /// The tray is empty.
    CardTaken,
    /// The card in the tray lies the wrong way. Only from models whose profile has the notice.
    CardWrongSide,
    /// The patient wants another language.
    LanguageChosen(Language),
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
        /// In which light.
        conditions: Conditions,
    },
    /// Four digits were typed.
    PinEntered(Pin),
    /// Four digits were typed where the passcode was asked.
    PasscodeEntered(Passcode),
    /// Whoever was to type, PIN or passcode, does not want to.
    PinCancelled,
    /// The patient answered a consent question.
    ConsentAnswered {
        /// The screen's id.
        screen: String,
        /// The answer.
        decision: Decision,
    },
    /// What stands on the certificate; `None` if nothing could be read.
    DocumentRead(Option<Pii<DocumentReading>>),
}

impl Event {
    /// The event's name without its content, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::CardPlaced => "card placed",
            Self::CardTaken => "card taken",
            Self::CardWrongSide => "card wrong side",
            Self::LanguageChosen(_) => "language chosen",
            Self::MethodChosen(_) => "method chosen",
            Self::NumberBRead { .. } => "number B read",
            Self::FaceCompared { .. } => "face compared",
            Self::PinEntered(_) => "PIN entered",
            Self::PasscodeEntered(_) => "passcode entered",
            Self::PinCancelled => "PIN cancelled",
            Self::ConsentAnswered { .. } => "consent answered",
            Self::DocumentRead(_) => "document read",
        }
    }
}
