//! What a reader model can do, as data. What no source states is `Unknown`, never a guess.

use crate::Language;

/// A fact from the makers' product table, or the honest absence of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated<T> {
    /// A source states it.
    As(T),
    /// No source that we could read states it.
    Unknown,
}

/// Who draws the patient's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The unit itself.
    Reader,
    /// The terminal: the kiosk page is the unit's panel.
    Terminal,
}

/// How many units one terminal may drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Up to this many, no licence needed.
    UpTo(u8),
    /// One; each further one needs a paid licence.
    OneThenLicence,
}

/// How the model takes glasses or a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worn {
    /// Taken, within limits or under conditions that the maker names.
    WithLimits,
}

/// Coding of the photo on the way to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoCodec {
    /// Baseline JPEG, 8-bit grey.
    JpegGrey,
    /// JPEG 2000 as it came from the card.
    Jp2,
}

/// The photo that a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoWanted {
    /// Coding.
    pub codec: PhotoCodec,
    /// Width in pixels; ignored for [`PhotoCodec::Jp2`].
    pub width: u32,
    /// Height in pixels; ignored for [`PhotoCodec::Jp2`].
    pub height: u32,
    /// At most this many bytes go over the link.
    pub most_bytes: usize,
}

/// A reader model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Maker and model, e.g. `Fujitsu Japan Caora PD-CA01`.
    pub model: &'static str,
    /// Diagonal in tenths of an inch.
    pub screen_tenths_of_inch: Stated<u16>,
    /// Who draws it.
    pub screen: Screen,
    /// Least light on the face in lux.
    pub least_face_light_lux: Stated<u16>,
    /// Whether the card slot must be shaded from direct sun.
    pub shade_card_slot: Stated<bool>,
    /// Refuses a picture held before the camera.
    pub spoof_prevention: Stated<bool>,
    /// Keeps others from looking at the screen.
    pub peep_prevention: Stated<bool>,
    /// Faces with glasses.
    pub glasses: Stated<Worn>,
    /// Faces with a mask.
    pub mask: Stated<Worn>,
    /// Voice guidance.
    pub voice: Stated<bool>,
    /// Buzzer.
    pub buzzer: Stated<bool>,
    /// Lamp that the terminal may set.
    pub lamp: Stated<bool>,
    /// Warns when a card is left.
    pub card_left_notice: Stated<bool>,
    /// Warns when the card lies the wrong way.
    pub wrong_side_notice: Stated<bool>,
    /// Shuffles the PIN pad.
    pub shuffled_pad: Stated<bool>,
    /// Reads paper and plastic certificates.
    pub document_ocr: Stated<bool>,
    /// Languages of the patient's screen.
    pub languages: Stated<&'static [Language]>,
    /// Turns between landscape and portrait.
    pub rotates: Stated<bool>,
    /// Touch works with gloves.
    pub glove_touch: Stated<bool>,
    /// Corrects light from behind.
    pub backlight_correction: Stated<bool>,
    /// A second monitor for staff.
    pub staff_mirror: Stated<bool>,
    /// Comes off its base.
    pub detachable: Stated<bool>,
    /// Units per terminal.
    pub units: Stated<Units>,
    /// The photo wanted for comparing.
    pub photo: PhotoWanted,
}

impl Profile {
    /// Whether the model is known to have something; `Unknown` is no.
    #[must_use]
    pub const fn has(fact: Stated<bool>) -> bool {
        matches!(fact, Stated::As(true))
    }

    /// Whether the patient's screen speaks a language. Japanese is always spoken; a screen that the terminal draws
    /// speaks every language of the terminal's pages.
    #[must_use]
    pub fn speaks(&self, language: Language) -> bool {
        language == Language::Japanese
            || self.screen == Screen::Terminal
            || matches!(self.languages, Stated::As(languages) if languages.contains(&language))
    }
}
