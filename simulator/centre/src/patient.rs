//! What the mock centre knows of a fictional patient. Debug shows the serial number only.

use model::{ConsentScreen, Validity};
use serde::{Deserialize, Serialize};
use std::fmt;
use time::Date;

/// A patient registered under a card.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// Serial number of the 利用者証明用 certificate.
    pub serial: u64,
    /// 資格有効性.
    pub validity: Validity,
    /// 健康保険証利用の登録: without it only a relay that registers is answered.
    pub registered: bool,
    /// A newer card was issued to this person: this one is refused.
    pub replaced: bool,
    /// Person and insurance.
    pub insurance: Insurance,
    /// Exactly what is asked, in this order; by patient and site when absent. Nothing is asked when the certificate is
    /// in its grace or the insurance is not valid.
    pub screens: Option<Vec<ConsentScreen>>,
    /// 高齢受給者証, of 70 to 74.
    pub elderly: Option<ElderlyCertificate>,
    /// 限度額適用認定証.
    pub limit: Option<LimitCertificate>,
    /// 特定疾病療養受療証, shown under consent only.
    pub specific_diseases: Vec<SpecificDisease>,
    /// 医療扶助: a ticket is fetched under consent.
    pub medical_assistance: Option<MedicalTicket>,
    /// 公費 (PMH): asked about, and fetched under consent.
    pub subsidy: Option<Subsidy>,
    /// 照会番号 that this institution registered.
    pub reference_number: Option<String>,
}

/// The elements of oqs-files.md section 7.3 about person and insurance.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insurance {
    /// 被保険者証区分, code 010: `01`; `A1` is 医療扶助.
    pub card_classification: String,
    /// 保険者番号: 8 digits, or 6 (padded with two spaces in the document).
    pub insurer_number: String,
    /// 保険者名称.
    pub insurer_name: String,
    /// 記号.
    pub symbol: Option<String>,
    /// 番号.
    pub number: String,
    /// 枝番, two digits.
    pub branch: Option<String>,
    /// 本人 (`true`) or 家族.
    pub is_insured: bool,
    /// 被保険者氏名, where it differs.
    pub insured_name: Option<String>,
    /// 氏名, family and given name separated by U+3000.
    pub name: String,
    /// 氏名カナ, half width.
    pub kana: String,
    /// 氏名(その他).
    pub other_name: Option<String>,
    /// 氏名カナ(その他), half width.
    pub other_kana: Option<String>,
    /// 性別1.
    pub sex: Sex,
    /// 生年月日.
    pub birth: Date,
    /// 住所.
    pub address: Option<String>,
    /// 郵便番号, `NNN-NNNN`.
    pub post_number: Option<String>,
    /// 未就学.
    pub preschool: bool,
    /// 有効開始年月日.
    pub valid_from: Date,
    /// 有効終了年月日; open end when absent.
    pub valid_until: Option<Date>,
    /// 資格喪失年月日.
    pub lost_on: Option<Date>,
    /// 一部負担金割合 in percent, three digits (後期高齢者).
    pub ratio: Option<String>,
}

/// 性別, code 007.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 1 男.
    Male,
    /// 2 女.
    Female,
    /// 3 未設定.
    Unset,
}

/// 限度額適用認定証関連情報.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitCertificate {
    /// Code 011.
    pub classification: String,
    /// Code 012.
    pub flag: String,
    /// 交付.
    pub issued: Date,
    /// 有効開始.
    pub from: Date,
    /// 有効終了.
    pub until: Option<Date>,
}

/// 高齢受給者証情報.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElderlyCertificate {
    /// 交付.
    pub issued: Date,
    /// 有効開始.
    pub from: Date,
    /// 有効終了.
    pub until: Option<Date>,
    /// 割合 in percent, three digits.
    pub ratio: String,
}

/// 医療券・調剤券; which of both depends on the site.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MedicalTicket {
    /// 有効開始; its month is the month of treatment.
    pub from: Date,
    /// 有効終了.
    pub until: Date,
    /// 交付番号.
    pub number: String,
    /// 本人支払額, yen.
    pub own_share: u32,
}

/// What the municipality answers about 公費.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subsidy {
    /// These certificates.
    Certificates(Vec<SubsidyCertificate>),
    /// Nothing: that is no "none" (workflow.md section 12, row 17).
    Unanswered,
}

/// One 医療費受給者証. How it stands in the official document is not known.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubsidyCertificate {
    /// e.g. 子ども医療費助成.
    pub name: String,
    /// 公費負担者番号, eight digits.
    pub payer_number: String,
    /// 受給者番号, seven digits.
    pub beneficiary_number: String,
    /// 有効開始.
    pub from: Date,
    /// 有効終了.
    pub until: Option<Date>,
}

/// 特定疾病療養受療証情報.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecificDisease {
    /// Code 013.
    pub category: String,
    /// 交付.
    pub issued: Date,
    /// 有効開始.
    pub from: Date,
    /// 自己負担限度額, yen.
    pub own_share: u32,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patient({})", self.serial)
    }
}

impl fmt::Debug for Subsidy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subsidy(…)")
    }
}

impl fmt::Debug for SubsidyCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubsidyCertificate(…)")
    }
}

impl fmt::Debug for Insurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Insurance(…)")
    }
}
