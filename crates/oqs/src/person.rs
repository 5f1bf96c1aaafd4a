//! One person's qualification and the certificates inside it, in layout order.

use crate::MedicalTicket;
use crate::record::record;

record! {
    /// `ResultOfQualificationConfirmation`: one qualification of one person.
    PersonQualification = "ResultOfQualificationConfirmation" {
        /// 被保険者証区分, code 010; `A1` is 医療扶助.
        insured_card_classification: Option<String> = "InsuredCardClassification",
        /// 保険者番号, 8 characters; six digits are left-padded with two spaces.
        insurer_number: Option<String> = "InsurerNumber",
        /// 記号.
        insured_card_symbol: Option<String> = "InsuredCardSymbol",
        /// 番号; leading zeros matter.
        insured_identification_number: Option<String> = "InsuredIdentificationNumber",
        /// 枝番, 2 digits.
        insured_branch_number: Option<String> = "InsuredBranchNumber",
        /// 本人・家族の別, code 009.
        personal_family_classification: Option<String> = "PersonalFamilyClassification",
        /// 被保険者氏名（世帯主氏名）.
        insured_name: Option<String> = "InsuredName",
        /// 氏名, full-width space between family and given name.
        name: Option<String> = "Name",
        /// 氏名（その他）, e.g. 通称.
        name_of_other: Option<String> = "NameOfOther",
        /// 氏名カナ, half-width.
        name_kana: Option<String> = "NameKana",
        /// 氏名（その他）カナ, half-width.
        name_of_other_kana: Option<String> = "NameOfOtherKana",
        /// 性別1, code 007.
        sex1: Option<String> = "Sex1",
        /// 性別2, code 007.
        sex2: Option<String> = "Sex2",
        /// 生年月日, 8 digits.
        birthdate: Option<String> = "Birthdate",
        /// 住所 as notified to the insurer.
        address: Option<String> = "Address",
        /// 郵便番号, `NNN-NNNN`.
        post_number: Option<String> = "PostNumber",
        /// 資格取得年月日, 8 digits.
        qualification_date: Option<String> = "QualificationDate",
        /// 資格喪失年月日, 8 digits.
        disqualification_date: Option<String> = "DisqualificationDate",
        /// 交付年月日, 8 digits.
        insured_certificate_issuance_date: Option<String> = "InsuredCertificateIssuanceDate",
        /// 有効開始年月日, 8 digits.
        insured_card_valid_date: Option<String> = "InsuredCardValidDate",
        /// 有効終了年月日, 8 digits; absent: open end.
        insured_card_expiration_date: Option<String> = "InsuredCardExpirationDate",
        /// 一部負担金割合, 3 digits, percent.
        insured_partial_contribution_ratio: Option<String> = "InsuredPartialContributionRatio",
        /// 未就学区分, code 015.
        preschool_classification: Option<String> = "PreschoolClassification",
        /// 資格喪失事由, code 008.
        reason_of_loss: Option<String> = "ReasonOfLoss",
        /// 保険者名称.
        insurer_name: Option<String> = "InsurerName",
        /// 高齢受給者証情報.
        elderly_recipient_certificate_info: Option<ElderlyCertificate> = "ElderlyRecipientCertificateInfo",
        /// 限度額適用認定証 提供同意, code 001.
        limit_application_certificate_related_cons_flg: Option<String> = "LimitApplicationCertificateRelatedConsFlg",
        /// Its time, 14 digits.
        limit_application_certificate_related_cons_time: Option<String> = "LimitApplicationCertificateRelatedConsTime",
        /// 限度額適用認定証関連情報.
        limit_application_certificate_related_info: Option<LimitCertificate> = "LimitApplicationCertificateRelatedInfo",
        /// 特定疾病療養受療証 提供同意, code 016.
        specific_diseases_certificate_related_cons_flg: Option<String> = "SpecificDiseasesCertificateRelatedConsFlg",
        /// Its time, 14 digits.
        specific_diseases_certificate_related_cons_time: Option<String> = "SpecificDiseasesCertificateRelatedConsTime",
        /// 特定疾病療養受療証情報, 0 to n.
        specific_diseases_certificate_list: Vec<SpecificDisease> = "SpecificDiseasesCertificateList",
        /// 医療券・調剤券, 医療扶助 only, 0 to n.
        public_expense_result_list: Vec<MedicalTicket> = "PublicExpenseResultList",
        /// 特定健診情報 閲覧同意, code 016.
        specific_health_checkups_info_cons_flg: Option<String> = "SpecificHealthCheckupsInfoConsFlg",
        /// Its time, 14 digits.
        specific_health_checkups_info_cons_time: Option<String> = "SpecificHealthCheckupsInfoConsTime",
        /// Until when, 14 digits.
        specific_health_checkups_info_available_time: Option<String> = "SpecificHealthCheckupsInfoAvailableTime",
        /// 薬剤情報 閲覧同意, code 016.
        pharmacists_info_cons_flg: Option<String> = "PharmacistsInfoConsFlg",
        /// Its time, 14 digits.
        pharmacists_info_cons_time: Option<String> = "PharmacistsInfoConsTime",
        /// Until when, 14 digits.
        pharmacists_info_available_time: Option<String> = "PharmacistsInfoAvailableTime",
        /// 診療情報 閲覧同意, code 016.
        diagnosis_info_cons_flg: Option<String> = "DiagnosisInfoConsFlg",
        /// Its time, 14 digits.
        diagnosis_info_cons_time: Option<String> = "DiagnosisInfoConsTime",
        /// Until when, 14 digits.
        diagnosis_info_available_time: Option<String> = "DiagnosisInfoAvailableTime",
        /// 手術情報 閲覧同意, code 016.
        operation_info_cons_flg: Option<String> = "OperationInfoConsFlg",
        /// Its time, 14 digits.
        operation_info_cons_time: Option<String> = "OperationInfoConsTime",
        /// Until when, 14 digits.
        operation_info_available_time: Option<String> = "OperationInfoAvailableTime",
        /// 傷病名 閲覧同意, code 016.
        diagnosis_name_cons_flg: Option<String> = "DiagnosisNameConsFlg",
        /// Its time, 14 digits.
        diagnosis_name_cons_time: Option<String> = "DiagnosisNameConsTime",
        /// Until when, 14 digits.
        diagnosis_name_available_time: Option<String> = "DiagnosisNameAvailableTime",
        /// 感染症 閲覧同意, code 016.
        infectious_info_cons_flg: Option<String> = "InfectiousInfoConsFlg",
        /// Its time, 14 digits.
        infectious_info_cons_time: Option<String> = "InfectiousInfoConsTime",
        /// Until when, 14 digits.
        infectious_info_available_time: Option<String> = "InfectiousInfoAvailableTime",
        /// アレルギー等 閲覧同意, code 016.
        allergy_info_cons_flg: Option<String> = "AllergyInfoConsFlg",
        /// Its time, 14 digits.
        allergy_info_cons_time: Option<String> = "AllergyInfoConsTime",
        /// Until when, 14 digits.
        allergy_info_available_time: Option<String> = "AllergyInfoAvailableTime",
        /// 薬剤禁忌（薬剤アレルギー等） 閲覧同意, code 016.
        contraindication_info_cons_flg: Option<String> = "ContraindicationInfoConsFlg",
        /// Its time, 14 digits.
        contraindication_info_cons_time: Option<String> = "ContraindicationInfoConsTime",
        /// Until when, 14 digits.
        contraindication_info_available_time: Option<String> = "ContraindicationInfoAvailableTime",
        /// 検査 閲覧同意, code 016.
        test_info_cons_flg: Option<String> = "TestInfoConsFlg",
        /// Its time, 14 digits.
        test_info_cons_time: Option<String> = "TestInfoConsTime",
        /// Until when, 14 digits.
        test_info_available_time: Option<String> = "TestInfoAvailableTime",
        /// 処方 閲覧同意, code 016.
        prescription_info_cons_flg: Option<String> = "PrescriptionInfoConsFlg",
        /// Its time, 14 digits.
        prescription_info_cons_time: Option<String> = "PrescriptionInfoConsTime",
        /// Until when, 14 digits.
        prescription_info_available_time: Option<String> = "PrescriptionInfoAvailableTime",
        /// 照会番号, normally this institution's patient number.
        reference_number: Option<String> = "ReferenceNumber",
        /// The asker's own identifier.
        arbitrary_identifier: Option<String> = "ArbitraryIdentifier",
        /// Seen once; meaning not known.
        qualification_confirmation_key: Option<String> = "QualificationConfirmationKey",
    }
}

record! {
    /// `ElderlyRecipientCertificateInfo`: 高齢受給者証.
    ElderlyCertificate = "ElderlyRecipientCertificateInfo" {
        /// 交付, 8 digits.
        elderly_recipient_certificate_date: Option<String> = "ElderlyRecipientCertificateDate",
        /// 有効開始, 8 digits.
        elderly_recipient_valid_start_date: Option<String> = "ElderlyRecipientValidStartDate",
        /// 有効終了, 8 digits.
        elderly_recipient_valid_end_date: Option<String> = "ElderlyRecipientValidEndDate",
        /// 割合, 3 digits, percent.
        elderly_recipient_contribution_ratio: Option<String> = "ElderlyRecipientContributionRatio",
    }
}

record! {
    /// `LimitApplicationCertificateRelatedInfo`: 限度額適用認定証.
    LimitCertificate = "LimitApplicationCertificateRelatedInfo" {
        /// 証の区分, code 011.
        limit_application_certificate_classification: Option<String> = "LimitApplicationCertificateClassification",
        /// 適用区分, code 012.
        limit_application_certificate_classification_flag: Option<String> = "LimitApplicationCertificateClassificationFlag",
        /// 交付, 8 digits.
        limit_application_certificate_date: Option<String> = "LimitApplicationCertificateDate",
        /// 有効開始, 8 digits.
        limit_application_certificate_valid_start_date: Option<String> = "LimitApplicationCertificateValidStartDate",
        /// 有効終了, 8 digits.
        limit_application_certificate_valid_end_date: Option<String> = "LimitApplicationCertificateValidEndDate",
        /// 長期入院該当, 8 digits.
        limit_application_certificate_long_term_date: Option<String> = "LimitApplicationCertificateLongTermDate",
    }
}

record! {
    /// `SpecificDiseasesCertificateInfo`: 特定疾病療養受療証.
    SpecificDisease = "SpecificDiseasesCertificateInfo" {
        /// 認定疾病区分, code 013.
        specific_diseases_disease_category: Option<String> = "SpecificDiseasesDiseaseCategory",
        /// 交付, 8 digits.
        specific_diseases_certificate_date: Option<String> = "SpecificDiseasesCertificateDate",
        /// 有効開始, 8 digits.
        specific_diseases_valid_start_date: Option<String> = "SpecificDiseasesValidStartDate",
        /// 有効終了, 8 digits.
        specific_diseases_valid_end_date: Option<String> = "SpecificDiseasesValidEndDate",
        /// 自己負担限度額, yen.
        specific_diseases_self_pay: Option<String> = "SpecificDiseasesSelfPay",
    }
}
