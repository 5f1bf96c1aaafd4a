//! The words of the files: one table for each kind of thing, read in both directions.

use failure::codes;
use model::{AuditDeed, ConsentItem, Decision, FailureCode, Validity, Verification};

/// Words and what they mean.
pub(crate) type Table<T> = &'static [(&'static str, T)];

/// Names of the reader models, in the order of the makers' table.
pub const MODELS: &[&str] = &["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"];

/// Steps of a visit, as API, board and transcripts call them.
pub const STEPS: &[&str] = &[
    "agreeing",
    "identifying",
    "choosing",
    "reading_number_b",
    "opening_photo",
    "comparing",
    "counting_tries",
    "typing_pin",
    "checking_pin",
    "typing_passcode",
    "checking_passcode",
    "confirming",
    "relaying",
    "offering_registration",
    "fetching_screens",
    "asking",
    "settling",
    "advising",
    "done",
    "failed",
];

/// Deadlines that a scenario may shorten, by the names of the configuration.
pub const DEADLINES: &[&str] = &[
    "agree",
    "identify",
    "choose",
    "number_b",
    "photo",
    "compare",
    "card",
    "pin",
    "passcode",
    "armed",
    "confirm",
    "relay",
    "consent",
    "answers",
    "processing",
    "commit",
    "advise",
    "take",
    "told",
    "clear",
];

/// What a screen says that asks nothing; a failure is said by its code.
pub(crate) const NOTICES: &[&str] =
    &["place_card", "wait", "done", "take_card", "card_left", "out_of_order", "visual_armed", "staff_check"];

/// How a station may stand in the end.
pub(crate) const STATES: &[&str] = &["idle", "out_of_order"];

pub(crate) const ITEMS: Table<ConsentItem> = &[
    ("limit_certificate", ConsentItem::LimitCertificate),
    ("specific_diseases", ConsentItem::SpecificDiseases),
    ("health_checkups", ConsentItem::HealthCheckups),
    ("medicines", ConsentItem::Medicines),
    ("diagnosis", ConsentItem::Diagnosis),
    ("operations", ConsentItem::Operations),
    ("diagnosis_names", ConsentItem::DiagnosisNames),
    ("infections", ConsentItem::Infections),
    ("drug_allergies", ConsentItem::DrugAllergies),
    ("other_allergies", ConsentItem::OtherAllergies),
    ("tests", ConsentItem::Tests),
    ("prescriptions", ConsentItem::Prescriptions),
    ("medical_assistance", ConsentItem::MedicalAssistance),
    ("subsidy_certificates", ConsentItem::SubsidyCertificates),
    ("electronic_prescription", ConsentItem::ElectronicPrescription),
    ("carry_over", ConsentItem::CarryOver),
    ("registration", ConsentItem::Registration),
];

pub(crate) const DECISIONS: Table<Decision> = &[("agreed", Decision::Agreed), ("refused", Decision::Refused)];

pub(crate) const VALIDITIES: Table<Validity> = &[
    ("valid", Validity::Valid),
    ("invalid", Validity::Invalid),
    ("invalid_with_newer", Validity::InvalidWithNewer),
    ("not_found", Validity::NotFound),
    ("several", Validity::Several),
    ("valid_unregistered", Validity::ValidUnregistered),
];

pub(crate) const VERIFICATIONS: Table<Verification> =
    &[("face", Verification::Face), ("pin", Verification::Pin), ("visual", Verification::Visual)];

pub(crate) const AUDIT: Table<AuditDeed> = &[
    ("armed", AuditDeed::VisualCheckArmed),
    ("disarmed", AuditDeed::VisualCheckDisarmed),
    ("confirmed", AuditDeed::PersonConfirmed),
    ("denied", AuditDeed::PersonRefused),
    ("passcode_refused", AuditDeed::PasscodeRefused),
    ("asked-again", AuditDeed::ConsentAskedAgain),
    ("cancelled", AuditDeed::VisitCancelled),
];

/// What a word means, or which words there are.
pub(crate) fn meaning<T: Clone>(table: Table<T>, word: &str) -> Result<T, String> {
    let found = table.iter().find(|(known, _)| *known == word).map(|(_, meaning)| meaning.clone());
    found.ok_or_else(|| no_such(word, &table.iter().map(|(known, _)| *known).collect::<Vec<_>>()))
}

/// The word for a meaning.
pub(crate) fn word<T: PartialEq>(table: Table<T>, meaning: &T) -> &'static str {
    table.iter().find(|(_, known)| known == meaning).map_or("?", |(word, _)| *word)
}

/// One of these words, or which there are.
pub(crate) fn one_of(words: &'static [&'static str], word: &str) -> Result<&'static str, String> {
    words.iter().find(|known| **known == word).copied().ok_or_else(|| no_such(word, words))
}

pub(crate) fn no_such(word: &str, known: &[&str]) -> String {
    format!("`{word}` is none of: {}", known.join(", "))
}

/// A code of the catalogue.
pub(crate) fn code(word: &str) -> Result<FailureCode, String> {
    codes::ALL
        .iter()
        .find(|code| code.as_str() == word)
        .copied()
        .ok_or_else(|| format!("`{word}` is no code of the catalogue (`uketsuke explain CODE`)"))
}

/// A code of the catalogue by its name.
#[must_use]
pub fn code_named(name: &str) -> Option<FailureCode> {
    code(name).ok()
}

/// A verification by its word on API and files.
#[must_use]
pub fn verification_named(word: &str) -> Option<Verification> {
    meaning(VERIFICATIONS, word).ok()
}

/// A validity by its word on API and files.
#[must_use]
pub fn validity_named(word: &str) -> Option<Validity> {
    meaning(VALIDITIES, word).ok()
}

/// An item by its word on API and files.
#[must_use]
pub fn item_named(word: &str) -> Option<ConsentItem> {
    meaning(ITEMS, word).ok()
}

/// A decision by its word on API and files.
#[must_use]
pub fn decision_named(word: &str) -> Option<Decision> {
    meaning(DECISIONS, word).ok()
}

/// A deed by its word on the API, which says more than the files.
#[must_use]
pub fn deed_named(word: &str) -> Option<AuditDeed> {
    Some(match word {
        "visual_check_armed" => AuditDeed::VisualCheckArmed,
        "visual_check_disarmed" => AuditDeed::VisualCheckDisarmed,
        "person_confirmed" => AuditDeed::PersonConfirmed,
        "person_refused" => AuditDeed::PersonRefused,
        "passcode_refused" => AuditDeed::PasscodeRefused,
        "consent_asked_again" => AuditDeed::ConsentAskedAgain,
        "visit_cancelled" => AuditDeed::VisitCancelled,
        _ => return None,
    })
}

/// The word of a verification on API and files.
#[must_use]
pub fn verification_word(verification: Verification) -> &'static str {
    word(VERIFICATIONS, &verification)
}

/// The word of a validity on API and files.
#[must_use]
pub fn validity_word(validity: Validity) -> &'static str {
    word(VALIDITIES, &validity)
}

/// The word of an item on API and files.
#[must_use]
pub fn item_word(item: ConsentItem) -> &'static str {
    word(ITEMS, &item)
}

/// The word of a decision on API and files.
#[must_use]
pub fn decision_word(decision: Decision) -> &'static str {
    word(DECISIONS, &decision)
}

/// The word of a deed in the audit.
#[must_use]
pub fn audit_word(deed: &AuditDeed) -> &'static str {
    word(AUDIT, deed)
}
