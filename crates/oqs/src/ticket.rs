//! 医療券・調剤券 of the 医療扶助 (生活保護).

use crate::record::record;

record! {
    /// `MedicalTicketInfo`: one ticket.
    MedicalTicket = "MedicalTicketInfo" {
        /// 医療券・調剤券別, code 018.
        ticket_type: Option<String> = "TicketType",
        /// 有効開始, 8 digits.
        medical_ticket_valid_date: Option<String> = "MedicalTicketValidDate",
        /// 有効終了, 8 digits.
        medical_ticket_expiration_date: Option<String> = "MedicalTicketExpirationDate",
        /// 交付番号.
        issue_number: Option<String> = "IssueNumber",
        /// 診療年月, `yyyyMM`.
        medical_treatment_month: Option<String> = "MedicalTreatmentMonth",
        /// 指定医療機関コード.
        designated_medical_institution_code: Option<String> = "DesignatedMedicalInstitutionCode",
        /// 指定医療機関確認フラグ, code 026.
        designated_medical_institution_flag: Option<String> = "DesignatedMedicalInstitutionFlag",
        /// 指定医療機関名.
        designated_medical_institution_name: Option<String> = "DesignatedMedicalInstitutionName",
        /// 処方箋発行元コード.
        prescription_issuer_medical_institution_code: Option<String> = "PrescriptionIssuerMedicalInstitutionCode",
        /// 処方箋発行元.
        prescription_issuer_medical_institution_name: Option<String> = "PrescriptionIssuerMedicalInstitutionName",
        /// 傷病名 1.
        injury_name1: Option<String> = "InjuryName1",
        /// 傷病名 2.
        injury_name2: Option<String> = "InjuryName2",
        /// 傷病名 3.
        injury_name3: Option<String> = "InjuryName3",
        /// 診療別, code 019.
        medical_treatment_type: Option<String> = "MedicalTreatmentType",
        /// 本人支払額, yen.
        self_pay_amount: Option<String> = "SelfPayAmount",
        /// 地区担当員.
        district_contact_name: Option<String> = "DistrictContactName",
        /// 取扱担当者.
        handling_contact_name: Option<String> = "HandlingContactName",
        /// 単独・併用別, code 020.
        single_or_combined_use: Option<String> = "SingleOrCombinedUse",
        /// 社会保険状況, code 021.
        status_of_social_insurance: Option<String> = "StatusOfSocialInsurance",
        /// 社会保険状況の整合性, code 022.
        consistency_flag: Option<String> = "ConsistencyFlag",
        /// 感染症法37条の2, code 023; spelt so in the interface.
        status_of_infecton: Option<String> = "StatusOfInfecton",
        /// 後期高齢者医療, code 024.
        status_of_elderly_medical_care: Option<String> = "StatusOfElderlyMedicalCare",
        /// 都道府県費, code 025.
        status_of_prefectural_expenses: Option<String> = "StatusOfPrefecturalExpenses",
        /// 備考 1.
        remarks1: Option<String> = "Remarks1",
        /// 備考 2.
        remarks2: Option<String> = "Remarks2",
        /// 備考 3.
        remarks3: Option<String> = "Remarks3",
    }
}
