//! The unit as seen from outside, as data for the bench. No personal data.

use model::ConsentItem;

/// How far the unit has come since power-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Starting: deaf and mute.
    Starting,
    /// Started; no terminal has identified it yet.
    Unclaimed,
    /// In use by a terminal.
    Claimed,
}

impl Power {
    /// `starting`, `unclaimed`, `claimed`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Unclaimed => "unclaimed",
            Self::Claimed => "claimed",
        }
    }
}

/// What the patient is asked on the unit's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedView {
    /// Nothing: the notice stands alone.
    Nothing,
    /// Choose: `face`, `pin`, `visual`.
    Methods {
        /// In the order shown.
        offered: Vec<&'static str>,
    },
    /// Look into the camera.
    Face {
        /// Whether the photo is there and a face is waited for.
        comparing: bool,
    },
    /// Type four digits.
    Pin {
        /// Shown beside the pad.
        tries_left: u8,
        /// The digits by position, row by row; `None` if the unit's pad always has the order of a telephone.
        pad: Option<[u8; 10]>,
    },
    /// A member of staff types the passcode.
    Passcode {
        /// As for the PIN.
        pad: Option<[u8; 10]>,
    },
    /// Answer a consent question.
    Consent {
        /// The centre's name for it.
        screen: String,
        /// What a "yes" covers.
        items: Vec<ConsentItem>,
    },
    /// A certificate is to be laid under the camera.
    Document,
}

/// The unit as seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Power.
    pub power: Power,
    /// The notice on the screen, e.g. `place_card`; a failure shows its code. Empty on a unit whose panel the terminal
    /// draws.
    pub notice: String,
    /// What is asked. On a unit whose panel the terminal draws only what the unit itself does:
    /// [`AskedView::Face`] or [`AskedView::Nothing`].
    pub asked: AskedView,
    /// Language of the screen: `ja`, `en`, `zh`, `ko`.
    pub language: &'static str,
    /// `off`, `green`, `blue`, `red`; always `off` on a unit without a lamp.
    pub lamp: &'static str,
    /// `chime`, `take_card`, `alarm`: the last sound.
    pub sound: Option<&'static str>,
    /// Sounds since power-up.
    pub sounds: u64,
    /// Whether a card lies in the tray.
    pub card: bool,
    /// Whether the camera sees anything.
    pub camera: bool,
    /// Light on the face in lux.
    pub face_lux: u16,
    /// Whether the sun falls on the card slot.
    pub slot_in_sun: bool,
}
