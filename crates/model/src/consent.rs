//! Consents: what the centre wants asked, what the patient answered, until when it holds.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that a patient may agree to (oqs-files.md sections 7.3 and 9, code 016; workflow.md section 4).
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
    /// 医療扶助: the ticket may be fetched.
    MedicalAssistance,
    /// 公費の受給者証など (PMH): they may be fetched and used.
    SubsidyCertificates,
    /// 処方箋の発行形態: agreed is 電子処方箋, refused is paper.
    ElectronicPrescription,
    /// 同意引き継ぎ: the answers given here earlier hold again, and what they cover is not asked.
    CarryOver,
    /// 健康保険証利用の登録: this card is to be the insurance card from now on.
    Registration,
}

impl ConsentItem {
    /// Every item, in this file's order.
    pub const ALL: [Self; 17] = [
        Self::LimitCertificate,
        Self::SpecificDiseases,
        Self::HealthCheckups,
        Self::Medicines,
        Self::Diagnosis,
        Self::Operations,
        Self::DiagnosisNames,
        Self::Infections,
        Self::DrugAllergies,
        Self::OtherAllergies,
        Self::Tests,
        Self::Prescriptions,
        Self::MedicalAssistance,
        Self::SubsidyCertificates,
        Self::ElectronicPrescription,
        Self::CarryOver,
        Self::Registration,
    ];

    /// Whether a "yes" opens information about the patient, for 24 hours (workflow.md section 4). The others are
    /// choices: they open nothing and are never carried over from an earlier visit.
    #[must_use]
    pub const fn opens_information(self) -> bool {
        !matches!(
            self,
            Self::MedicalAssistance
                | Self::SubsidyCertificates
                | Self::ElectronicPrescription
                | Self::CarryOver
                | Self::Registration
        )
    }
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
