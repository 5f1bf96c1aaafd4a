//! What the desk says of a failure code: the catalogue's entry.

use crate::forms::CodeForm;
use serde::Serialize;
use utoipa::ToSchema;

/// A failure's meaning and remedies.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// The stable code.
    #[schema(value_type = CodeForm)]
    code: &'static str,
    /// What happened.
    cause: TextBody,
    /// What the patient is told.
    patient: PatientText,
    /// What reception does.
    reception: TextBody,
    /// What the technician does.
    technician: TextBody,
    /// What readers show for this on their own screens: numbers, and messages in our words.
    reader_numbers: &'static [&'static str],
    /// For a reader's own number: the other codes that it may stand for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<CodeForm>)]
    others: Vec<&'static str>,
}

/// The catalogue's words for the patient, in the languages of the patient's screen.
#[derive(Serialize, ToSchema)]
pub(crate) struct PatientText {
    ja: &'static str,
    en: &'static str,
    zh: &'static str,
    ko: &'static str,
}

/// A wording in both languages.
#[derive(Serialize, ToSchema)]
pub(crate) struct TextBody {
    pub(crate) ja: &'static str,
    pub(crate) en: &'static str,
}

/// The catalogue's entry of a code, or of a reader's own number.
pub(crate) fn explain(code: &str) -> Option<FailureBody> {
    let meanings = failure::meanings(code);
    let (entry, others) = meanings.split_first()?;
    Some(FailureBody {
        code: entry.code.as_str(),
        cause: entry.cause.into(),
        patient: entry.patient.into(),
        reception: entry.reception.into(),
        technician: entry.technician.into(),
        reader_numbers: entry.reader_numbers,
        others: others.iter().map(|entry| entry.code.as_str()).collect(),
    })
}

impl From<failure::PatientText> for PatientText {
    fn from(text: failure::PatientText) -> Self {
        Self { ja: text.ja, en: text.en, zh: text.zh, ko: text.ko }
    }
}

impl From<failure::Text> for TextBody {
    fn from(text: failure::Text) -> Self {
        Self { ja: text.ja, en: text.en }
    }
}
