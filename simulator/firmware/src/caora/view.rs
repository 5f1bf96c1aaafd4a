//! The unit as seen from outside, as data for the bench.

use caora_frames::Notice;
use model::ConsentItem;
use serde::Serialize;

/// How far the unit has come since power-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Starting: deaf and mute.
    Starting,
    /// Started; no terminal has identified it yet.
    Unclaimed,
    /// In use by a terminal.
    Claimed,
}

/// What the patient is asked on the unit's screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "asked")]
pub enum AskedView {
    /// Nothing: the notice stands alone.
    Nothing,
    /// Choose: `face`, `pin`.
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
    },
    /// Answer a consent question.
    Consent {
        /// The centre's name for it.
        screen: String,
        /// What a "yes" covers.
        items: Vec<ConsentItem>,
    },
}

/// The unit as seen from outside. No personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Power.
    pub power: Power,
    /// The notice on the screen, e.g. `place_card`; a failure shows its code.
    pub notice: String,
    /// What is asked.
    pub asked: AskedView,
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
}

pub(super) fn notice_word(notice: &Notice) -> String {
    match notice {
        Notice::PlaceCard => String::from("place_card"),
        Notice::Wait => String::from("wait"),
        Notice::Done => String::from("done"),
        Notice::TakeCard => String::from("take_card"),
        Notice::CardLeft => String::from("card_left"),
        Notice::Failure(code) => code.as_str().to_owned(),
        Notice::OutOfOrder => String::from("out_of_order"),
    }
}
