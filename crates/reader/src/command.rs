//! What the terminal asks of a reader.

use model::panel::{Language, Method, Notice, PadOrder};
use model::{ConsentScreen, Pii};

/// One face attempt. Drawn by the terminal; a reader's answer without the open attempt's id is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptId(pub u64);

/// A lamp's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lamp {
    /// Dark.
    Off,
    /// Ready, or done.
    Green,
    /// Working: keep the card where it is.
    Blue,
    /// Staff needed.
    Red,
}

/// A sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sound {
    /// Something was accepted.
    Chime,
    /// Take your card.
    TakeCard,
    /// Something went wrong.
    Alarm,
}

/// A command to a reader.
#[derive(Debug)]
pub enum Command {
    /// Show something; asks nothing.
    Show(Notice),
    /// Use this language from now on.
    Speak(Language),
    /// Set the lamp.
    Light(Lamp),
    /// Make a sound.
    Sound(Sound),
    /// Let the patient choose. Answer: [`crate::Event::MethodChosen`].
    OfferMethods(Vec<Method>),
    /// Open a face attempt: read 照合番号B from the card's face. Answer: [`crate::Event::NumberBRead`] or a verdict.
    OpenAttempt(AttemptId),
    /// Compare the face before the camera with this photo, in the form that the profile wants.
    /// Answer: [`crate::Event::FaceCompared`].
    Compare {
        /// The open attempt.
        attempt: AttemptId,
        /// The encoded photo.
        photo: Pii<Vec<u8>>,
    },
    /// Ask for the four digits. Answer: [`crate::Event::PinEntered`] or [`crate::Event::PinCancelled`].
    AskPin {
        /// Tries left on the card, shown to the patient.
        tries_left: u8,
        /// Where each digit stands if the terminal draws the pad; a unit that draws its own pad orders it itself.
        pad: PadOrder,
    },
    /// Ask a member of staff for the four digits of the site's passcode.
    /// Answer: [`crate::Event::PasscodeEntered`] or [`crate::Event::PinCancelled`].
    AskPasscode {
        /// Where each digit stands if the terminal draws the pad; a unit that draws its own pad orders it itself.
        pad: PadOrder,
    },
    /// Ask one consent question. Answer: [`crate::Event::ConsentAnswered`].
    AskConsent(ConsentScreen),
    /// Read the paper or plastic certificate that lies under the camera. Answer: [`crate::Event::DocumentRead`].
    ReadDocument,
    /// Forget whatever was asked; late answers to it are dropped.
    Cancel,
}

/// A command's name without its content, for refusals and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of Command")]
pub enum CommandKind {
    Show,
    Speak,
    Light,
    Sound,
    OfferMethods,
    OpenAttempt,
    Compare,
    AskPin,
    AskPasscode,
    AskConsent,
    ReadDocument,
    Cancel,
}

impl CommandKind {
    /// Whether the patient's or the reader's answer is waited for after it.
    #[must_use]
    pub const fn is_question(self) -> bool {
        matches!(
            self,
            Self::OfferMethods
                | Self::OpenAttempt
                | Self::Compare
                | Self::AskPin
                | Self::AskPasscode
                | Self::AskConsent
                | Self::ReadDocument
        )
    }
}

impl Command {
    /// The command's name.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::Show(_) => CommandKind::Show,
            Self::Speak(_) => CommandKind::Speak,
            Self::Light(_) => CommandKind::Light,
            Self::Sound(_) => CommandKind::Sound,
            Self::OfferMethods(_) => CommandKind::OfferMethods,
            Self::OpenAttempt(_) => CommandKind::OpenAttempt,
            Self::Compare { .. } => CommandKind::Compare,
            Self::AskPin { .. } => CommandKind::AskPin,
            Self::AskPasscode { .. } => CommandKind::AskPasscode,
            Self::AskConsent(_) => CommandKind::AskConsent,
            Self::ReadDocument => CommandKind::ReadDocument,
            Self::Cancel => CommandKind::Cancel,
        }
    }
}
