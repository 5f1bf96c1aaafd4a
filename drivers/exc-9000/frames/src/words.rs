//! The words and numbers that stand for the abstraction's values.

use crate::FrameError;
use crate::cbor::{Body, Items};
use model::ConsentItem;
use reader::{AttemptId, FaceVerdict, Language, Method};

/// A word for each value of a small set.
pub(crate) struct Words<T: 'static> {
    field: &'static str,
    words: &'static [(T, &'static str)],
}

impl<T: Copy + PartialEq> Words<T> {
    pub(crate) fn word(&self, value: T) -> Result<&'static str, FrameError> {
        let found = self.words.iter().find(|(known, _)| *known == value);
        found.map(|(_, word)| *word).ok_or(FrameError::Field { field: self.field })
    }

    pub(crate) fn value(&self, word: &str) -> Option<T> {
        self.words.iter().find(|(_, known)| *known == word).map(|(value, _)| *value)
    }

    pub(crate) fn read(&self, items: &mut Items<'_>) -> Result<T, FrameError> {
        self.value(items.text(self.field)?).ok_or(FrameError::Field { field: self.field })
    }
}

pub(crate) const METHODS: Words<Method> = Words {
    field: "method",
    words: &[(Method::Face, "face"), (Method::Pin, "pin"), (Method::Visual, "visual")],
};

pub(crate) const LANGUAGES: Words<Language> = Words {
    field: "language",
    words: &[
        (Language::Japanese, "ja"),
        (Language::English, "en"),
        (Language::Korean, "ko"),
        (Language::Chinese, "zh"),
    ],
};

pub(crate) const VERDICTS: Words<FaceVerdict> = Words {
    field: "word",
    words: &[
        (FaceVerdict::Match, "match"),
        (FaceVerdict::NoMatch, "other"),
        (FaceVerdict::TooDark, "dark"),
        (FaceVerdict::NoFace, "nobody"),
        (FaceVerdict::NotAlive, "print"),
        (FaceVerdict::NumberBUnreadable, "number-b"),
        (FaceVerdict::PhotoUnreadable, "photo"),
        (FaceVerdict::Masked, "mask"),
        (FaceVerdict::Pose, "pose"),
    ],
};

/// Numbers of the consent items: position in this list, from 1.
const ITEMS: [ConsentItem; 17] = [
    ConsentItem::LimitCertificate,
    ConsentItem::SpecificDiseases,
    ConsentItem::HealthCheckups,
    ConsentItem::Medicines,
    ConsentItem::Diagnosis,
    ConsentItem::Operations,
    ConsentItem::DiagnosisNames,
    ConsentItem::Infections,
    ConsentItem::DrugAllergies,
    ConsentItem::OtherAllergies,
    ConsentItem::Tests,
    ConsentItem::Prescriptions,
    ConsentItem::MedicalAssistance,
    ConsentItem::SubsidyCertificates,
    ConsentItem::ElectronicPrescription,
    ConsentItem::CarryOver,
    ConsentItem::Registration,
];

const CONSENT_ITEMS: FrameError = FrameError::Field { field: "items" };

pub(crate) fn write_items(items: &[ConsentItem], body: &mut Body<'_>) -> Result<(), FrameError> {
    if !(1..=ITEMS.len()).contains(&items.len()) {
        return Err(CONSENT_ITEMS);
    }
    let number = |item: &ConsentItem| {
        let at = ITEMS.iter().position(|known| known == item)?;
        u8::try_from(at + 1).ok()
    };
    let numbers: Option<Vec<u8>> = items.iter().map(number).collect();
    body.numbers(&numbers.ok_or(CONSENT_ITEMS)?)
}

pub(crate) fn read_items(items: &mut Items<'_>) -> Result<Vec<ConsentItem>, FrameError> {
    items.list((1, 17), "items", |decoder| {
        let at = usize::from(decoder.u8().ok()?).checked_sub(1)?;
        ITEMS.get(at).copied()
    })
}

pub(crate) fn read_ask(items: &mut Items<'_>) -> Result<u32, FrameError> {
    items.long(1, u32::MAX, "ask")
}

pub(crate) fn write_ask(ask: u32, body: &mut Body<'_>) -> Result<(), FrameError> {
    if ask == 0 {
        return Err(FrameError::Field { field: "ask" });
    }
    body.number(ask)
}

pub(crate) fn read_attempt(items: &mut Items<'_>) -> Result<AttemptId, FrameError> {
    items.number(0, u64::MAX, "attempt").map(AttemptId)
}

/// A text of `most` characters at most, none of them outside `allowed`.
pub(crate) fn checked<'a>(
    text: &'a str,
    most: usize,
    allowed: fn(u8) -> bool,
    field: &'static str,
) -> Result<&'a str, FrameError> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(allowed);
    if fits { Ok(text) } else { Err(FrameError::Field { field }) }
}

/// A consent screen's id: 1 to 32 of a-z, 0-9, '-'.
pub(crate) fn screen_id(text: &str) -> Result<&str, FrameError> {
    checked(text, 32, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-', "screen")
}
