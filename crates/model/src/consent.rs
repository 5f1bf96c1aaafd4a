//! Consents: what the centre wants asked, what the patient answered, until when it holds.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One kind of information that a patient may agree to (oqs-files.md sections 7.3 and 9, code 016).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentItem {
    /// 限度額適用認定証.
    LimitCertificate,
    /// 特定疾病療養受療証.
    SpecificDiseases,
    /// 特定健診情報.
    HealthCheckups,
    /// 薬剤情報.
    Medicines,
    /// 診療情報.
    Diagnosis,
    /// 手術情報.
    Operations,
    /// 傷病名.
    DiagnosisNames,
    /// 感染症.
    Infections,
    /// 薬剤アレルギー等.
    DrugAllergies,
    /// その他アレルギー等.
    OtherAllergies,
    /// 検査.
    Tests,
    /// 処方.
    Prescriptions,
}

/// One question on the reader; it may bundle several items. Order and bundling are the centre's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentScreen {
    /// The centre's name for the screen, 1 to 32 of a-z, 0-9, '-'.
    pub id: String,
    /// What one "yes" covers.
    pub items: Vec<ConsentItem>,
}

/// The patient's answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// 同意する.
    Agreed,
    /// 同意しない.
    Refused,
}

/// An answered screen, on its way to the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenAnswer {
    /// [`ConsentScreen::id`].
    pub screen: String,
    /// The answer.
    pub decision: Decision,
    /// When the patient answered.
    pub at: Timestamp,
}

/// A consent as it stands on the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What it is about.
    pub item: ConsentItem,
    /// What was answered.
    pub decision: Decision,
    /// When.
    pub at: Timestamp,
    /// Until when an agreement holds: 24 hours (workflow.md section 4). Absent for a refusal.
    pub until: Option<Timestamp>,
}
