//! The dialect's words.

use crate::FrameError;
use model::ConsentItem;
use reader::{AttemptId, FaceVerdict, Method, Sound};

/// What the screen says, and the unit speaks, when it asks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// `place_card`.
    PlaceCard,
    /// `wait`.
    Wait,
    /// `done`.
    Done,
    /// `take_card`.
    TakeCard,
    /// `card_left`.
    CardLeft,
    /// `failure`, with a failure's code.
    Failure(NoticeCode),
    /// `out_of_order`.
    OutOfOrder,
    /// `visual_armed`.
    VisualArmed,
    /// `staff_check`.
    StaffCheck,
}

impl Notice {
    /// The notice's word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::PlaceCard => "place_card",
            Self::Wait => "wait",
            Self::Done => "done",
            Self::TakeCard => "take_card",
            Self::CardLeft => "card_left",
            Self::Failure(_) => "failure",
            Self::OutOfOrder => "out_of_order",
            Self::VisualArmed => "visual_armed",
            Self::StaffCheck => "staff_check",
        }
    }

    pub(crate) fn of(word: &str, code: Option<&str>) -> Result<Self, FrameError> {
        let notice = match (word, code) {
            ("failure", Some(code)) => return NoticeCode::new(code).map(Self::Failure),
            ("failure", None) | (_, Some(_)) => return Err(FrameError::Field { field: "code" }),
            ("place_card", None) => Self::PlaceCard,
            ("wait", None) => Self::Wait,
            ("done", None) => Self::Done,
            ("take_card", None) => Self::TakeCard,
            ("card_left", None) => Self::CardLeft,
            ("out_of_order", None) => Self::OutOfOrder,
            ("visual_armed", None) => Self::VisualArmed,
            ("staff_check", None) => Self::StaffCheck,
            _ => return Err(FrameError::Field { field: "show" }),
        };
        Ok(notice)
    }
}

/// A failure's code on the wire: 1 to 40 of A-Z, 0-9, '_'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeCode(String);

impl NoticeCode {
    /// Checks a code.
    ///
    /// # Errors
    /// If it has another form.
    pub fn new(code: &str) -> Result<Self, FrameError> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        if (1..=40).contains(&code.len()) && code.bytes().all(allowed) {
            Ok(Self(code.to_owned()))
        } else {
            Err(FrameError::Field { field: "code" })
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) const SOUNDS: &[(Sound, &str)] =
    &[(Sound::Chime, "chime"), (Sound::TakeCard, "take_card"), (Sound::Alarm, "alarm")];

pub(crate) const METHODS: &[(Method, &str)] =
    &[(Method::Face, "face"), (Method::Pin, "pin"), (Method::Visual, "visual")];

pub(crate) const ITEMS: &[(ConsentItem, &str)] = &[
    (ConsentItem::LimitCertificate, "limit_certificate"),
    (ConsentItem::SpecificDiseases, "specific_diseases"),
    (ConsentItem::HealthCheckups, "health_checkups"),
    (ConsentItem::Medicines, "medicines"),
    (ConsentItem::Diagnosis, "diagnosis"),
    (ConsentItem::Operations, "operations"),
    (ConsentItem::DiagnosisNames, "diagnosis_names"),
    (ConsentItem::Infections, "infections"),
    (ConsentItem::DrugAllergies, "drug_allergies"),
    (ConsentItem::OtherAllergies, "other_allergies"),
    (ConsentItem::Tests, "tests"),
    (ConsentItem::Prescriptions, "prescriptions"),
    (ConsentItem::MedicalAssistance, "medical_assistance"),
    (ConsentItem::SubsidyCertificates, "subsidy_certificates"),
    (ConsentItem::ElectronicPrescription, "electronic_prescription"),
    (ConsentItem::CarryOver, "carry_over"),
    (ConsentItem::Registration, "registration"),
];

pub(crate) const VERDICTS: &[(FaceVerdict, &str)] = &[
    (FaceVerdict::Match, "match"),
    (FaceVerdict::NoMatch, "no_match"),
    (FaceVerdict::TooDark, "too_dark"),
    (FaceVerdict::NoFace, "no_face"),
    (FaceVerdict::NotAlive, "not_alive"),
    (FaceVerdict::NumberBUnreadable, "number_b_unreadable"),
    (FaceVerdict::PhotoUnreadable, "photo_unreadable"),
    (FaceVerdict::Masked, "masked"),
    (FaceVerdict::Pose, "pose"),
];

pub(crate) fn word_of<T: Copy + PartialEq>(
    words: &[(T, &'static str)],
    value: T,
    field: &'static str,
) -> Result<&'static str, FrameError> {
    let found = words.iter().find(|(known, _)| *known == value);
    found.map(|(_, word)| *word).ok_or(FrameError::Field { field })
}

pub(crate) fn value_of<T: Copy>(
    words: &[(T, &'static str)],
    word: &str,
    field: &'static str,
) -> Result<T, FrameError> {
    let found = words.iter().find(|(_, known)| *known == word);
    found.map(|(value, _)| *value).ok_or(FrameError::Field { field })
}

pub(crate) fn attempt_text(attempt: AttemptId) -> String {
    format!("{:016X}", attempt.0)
}

/// Sixteen upper-case hexadecimal digits: a JSON number would lose the last bits.
pub(crate) fn attempt_of(text: &str) -> Result<AttemptId, FrameError> {
    let wrong = FrameError::Field { field: "attempt" };
    let sound = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    let number = sound.then(|| u64::from_str_radix(text, 16).ok()).flatten();
    number.map(AttemptId).ok_or(wrong)
}

/// A consent screen's id: 1 to 32 of a-z, 0-9, '-'.
pub(crate) fn screen_id(text: &str) -> Result<&str, FrameError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let sound = (1..=32).contains(&text.len()) && text.bytes().all(allowed);
    if sound { Ok(text) } else { Err(FrameError::Field { field: "screen" }) }
}

/// 1 to `most` bytes of text without control characters, '"' and '\': what JSON says without an escape.
pub(crate) fn plain_text<'a>(text: &'a str, most: usize, field: &'static str) -> Result<&'a str, FrameError> {
    let sound = (1..=most).contains(&text.len()) && !text.chars().any(needs_escape);
    if sound { Ok(text) } else { Err(FrameError::Field { field }) }
}

/// 1 to 32 printable ASCII characters, as [`plain_text`].
pub(crate) fn name<'a>(text: &'a str, field: &'static str) -> Result<&'a str, FrameError> {
    plain_text(text, 32, field).and_then(|text| {
        if text.bytes().all(|b| matches!(b, 0x20..=0x7E)) {
            Ok(text)
        } else {
            Err(FrameError::Field { field })
        }
    })
}

/// Whether this character does not occur in the dialect's texts.
#[must_use]
pub fn needs_escape(character: char) -> bool {
    character.is_control() || matches!(character, '"' | '\\')
}
