//! How the centre asks at this site; data for scenarios and tests.

use centre_wire::Word;
use model::InstitutionCode;
use serde::{Deserialize, Serialize};

/// What the centre asks beside what it always asks. The default is what every site has had since October 2024.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manner {
    /// 薬剤, 診療 and 特定健診 on one screen or on three.
    pub bundling: Bundling,
    /// The six infos, on a screen of their own (spring 2025, as sites upgrade).
    pub six_infos: bool,
    /// 電子処方箋: a medical site asks for the form of the prescription, a pharmacy for leave to see it.
    pub prescriptions: bool,
    /// 同意引き継ぎ: earlier answers that still hold may be used again.
    pub carry_over: bool,
    /// A word that is remarked beside every result and every answer to a look-up.
    pub note: Option<Word>,
}

/// How the questions about 薬剤, 診療 and 特定健診 are put.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bundling {
    /// On one screen (since 2024-10-07).
    #[default]
    Bundled,
    /// One by one.
    OneByOne,
}

/// What kind of site an institution code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    Medical,
    Pharmacy,
}

impl Site {
    /// By the third digit: 4 is 調剤; 1 is 医科, 3 is 歯科. Any other, as in the codes of tests, counts as medical.
    pub(crate) fn of(institution: &InstitutionCode) -> Self {
        match institution.as_str().as_bytes().get(2) {
            Some(b'4') => Self::Pharmacy,
            _ => Self::Medical,
        }
    }
}
