//! What a model can do, as data. What no source states, a simulated unit has not.

use reader::profile::Screen;
use reader::{Language, Link, PhotoCodec, Sound};

/// What a model can do.
#[derive(Debug, Clone, Copy)]
pub struct ModelFacts {
    /// What the unit says as its model.
    pub model: &'static str,
    /// The firmware version that it says unless configured otherwise.
    pub firmware: &'static str,
    /// The way on which it is reached; tells the size of a report.
    pub link: Link,
    /// Who draws the patient's screen. If it is the terminal, the unit obeys only what concerns camera, lamp and sound.
    pub screen: Screen,
    /// Whether it has a lamp.
    pub lamp: bool,
    /// The sounds that it can make.
    pub sounds: &'static [Sound],
    /// The languages of its own screen, Japanese among them.
    pub languages: &'static [Language],
    /// Whether it tells that a card lies the wrong way.
    pub wrong_side_notice: bool,
    /// Whether its own PIN pad is shuffled.
    pub shuffled_pad: bool,
    /// Whether it measures the light on the face.
    pub measures_lux: bool,
    /// Below so much light on the face it answers that it is too dark.
    pub least_lux: Option<u16>,
    /// Whether it notices the sun on its card slot; it cannot read the card's face then.
    pub sun_sensor: bool,
    /// Whether it reads certificates.
    pub document_ocr: bool,
    /// Whether it turns between landscape and portrait.
    pub rotates: bool,
    /// Coding of the photos that it decodes.
    pub photo: PhotoCodec,
}

/// Every sound that there is.
pub const ALL_SOUNDS: &[Sound] = &[Sound::Chime, Sound::TakeCard, Sound::Alarm];
/// Only Japanese.
pub const JAPANESE: &[Language] = &[Language::Japanese];
