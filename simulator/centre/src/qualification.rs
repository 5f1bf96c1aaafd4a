//! The qualification document of oqs-files.md sections 7 and 14.1, consents inside.

use crate::centre::agreed;
use crate::dates::{day, eight_digits, fourteen_digits};
use crate::manner::Site;
use crate::patient::{
    ElderlyCertificate, Insurance, LimitCertificate, Patient, Sex, SpecificDisease, Subsidy,
    SubsidyCertificate,
};
use crate::xml::Xml;
use model::{CentreSession, Consent, ConsentItem, Decision, InstitutionCode, Lookup, Timestamp, Validity};

/// What the document says.
pub(crate) struct Document<'a> {
    pub(crate) institution: &'a InstitutionCode,
    pub(crate) origin: Origin<'a>,
    pub(crate) validity: Validity,
    /// Of whom; nobody if none or several were found.
    pub(crate) patient: Option<&'a Patient>,
    pub(crate) consents: &'a [Consent],
    pub(crate) now: Timestamp,
}

/// What the document answers.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// A card, in this session.
    Card(&'a CentreSession),
    /// A look-up: it is repeated.
    Lookup(&'a Lookup),
}

/// Whether a document with this validity lists a qualification.
pub(crate) const fn lists(validity: Validity) -> bool {
    !matches!(validity, Validity::NotFound | Validity::Several)
}

/// The whole document, UTF-8.
pub(crate) fn write(of: &Document<'_>) -> String {
    let mut xml = Xml::document();
    xml.structure("XmlMsg", |xml| {
        xml.structure("MessageHeader", |xml| header(xml, of));
        xml.structure("MessageBody", |xml| body(xml, of));
    });
    xml.finish()
}

fn header(xml: &mut Xml, of: &Document<'_>) {
    xml.text("ProcessExecutionTime", &fourteen_digits(of.now));
    xml.text("QualificationConfirmationDate", &eight_digits(of.now));
    xml.text("MedicalInstitutionCode", of.institution.as_str());
    // Code 002.
    let classification = match of.origin {
        Origin::Card(session) => {
            // Real face files carry a 16-character base64url-like value here.
            xml.text("ArbitraryFileIdentifier", &session.0.chars().take(16).collect::<String>());
            "1"
        }
        Origin::Lookup(_) => "2",
    };
    xml.text("ReferenceClassification", classification);
    xml.text("SegmentOfResult", "1");
    xml.text("CharacterCodeIdentifier", "0");
}

fn body(xml: &mut Xml, of: &Document<'_>) {
    if let Origin::Lookup(lookup) = of.origin {
        xml.structure("QualificationConfirmSearchInfo", |xml| echo(xml, lookup));
    }
    xml.maybe("PrescriptionIssueSelect", prescription_form(of.consents));
    xml.text("ProcessingResultStatus", "1");
    xml.text("QualificationValidity", validity_code(of.validity));
    if let Some(patient) = of.patient.filter(|_| lists(of.validity)) {
        xml.structure("ResultList", |xml| {
            xml.structure("ResultOfQualificationConfirmation", |xml| result(xml, of, patient));
        });
    }
}

/// What was asked, as it was asked (oqs-files.md section 8.1).
fn echo(xml: &mut Xml, of: &Lookup) {
    xml.text("InsurerNumber", &padded(&of.insurer_number));
    xml.maybe("InsuredCardSymbol", of.symbol.as_deref());
    xml.text("InsuredIdentificationNumber", &of.number);
    xml.maybe("InsuredBranchNumber", of.branch.as_deref());
    xml.text("Birthdate", &of.birth_date);
    xml.text("LimitApplicationCertificateRelatedConsFlg", if of.limit_certificate { "1" } else { "0" });
}

fn result(xml: &mut Xml, of: &Document<'_>, patient: &Patient) {
    person(xml, patient);
    limit(xml, of, patient);
    specific_diseases(xml, of, patient);
    medical_ticket(xml, of, patient);
    subsidy(xml, of, patient);
    MEDICAL.into_iter().for_each(|(item, name, always)| medical(xml, of.consents, (item, name, always)));
    xml.maybe("ReferenceNumber", patient.reference_number.as_deref());
}

fn person(xml: &mut Xml, patient: &Patient) {
    let of: &Insurance = &patient.insurance;
    xml.text("InsuredCardClassification", &of.card_classification);
    xml.text("InsurerNumber", &padded(&of.insurer_number));
    xml.maybe("InsuredCardSymbol", of.symbol.as_deref());
    xml.text("InsuredIdentificationNumber", &of.number);
    xml.maybe("InsuredBranchNumber", of.branch.as_deref());
    xml.maybe("PersonalFamilyClassification", family_code(of));
    xml.maybe("InsuredName", of.insured_name.as_deref());
    xml.text("Name", &of.name);
    xml.maybe("NameOfOther", of.other_name.as_deref());
    xml.text("NameKana", &of.kana);
    xml.maybe("NameOfOtherKana", of.other_kana.as_deref());
    xml.text("Sex1", sex_code(of.sex));
    xml.text("Birthdate", &day(of.birth));
    xml.maybe("Address", of.address.as_deref());
    xml.maybe("PostNumber", of.post_number.as_deref());
    xml.maybe("QualificationDate", is_assisted(of).then(|| day(of.valid_from)).as_deref());
    xml.maybe("DisqualificationDate", of.lost_on.map(day).as_deref());
    xml.maybe("InsuredCardValidDate", (!is_assisted(of)).then(|| day(of.valid_from)).as_deref());
    xml.maybe("InsuredCardExpirationDate", of.valid_until.map(day).as_deref());
    xml.maybe("InsuredPartialContributionRatio", of.ratio.as_deref());
    xml.maybe("PreschoolClassification", of.preschool.then_some("1"));
    // Code 008, 99 その他.
    xml.maybe("ReasonOfLoss", of.lost_on.map(|_| "99"));
    xml.text("InsurerName", &of.insurer_name);
    if let Some(ElderlyCertificate { issued, from, until, ratio }) = &patient.elderly {
        xml.structure("ElderlyRecipientCertificateInfo", |xml| {
            xml.text("ElderlyRecipientCertificateDate", &day(*issued));
            xml.text("ElderlyRecipientValidStartDate", &day(*from));
            xml.maybe("ElderlyRecipientValidEndDate", until.map(day).as_deref());
            xml.text("ElderlyRecipientContributionRatio", ratio);
        });
    }
}

/// 医療扶助: such a record has no 本人・家族 and dates the qualification, not a card (oqs-files.md section 14.5).
fn is_assisted(of: &Insurance) -> bool {
    of.card_classification == "A1"
}

fn family_code(of: &Insurance) -> Option<&'static str> {
    (!is_assisted(of)).then_some(if of.is_insured { "1" } else { "2" })
}

/// Code 017. Nothing if it was not asked or not answered.
fn prescription_form(consents: &[Consent]) -> Option<&'static str> {
    let answer = consents.iter().find(|c| c.item == ConsentItem::ElectronicPrescription)?;
    Some(if answer.decision == Decision::Agreed { "1" } else { "2" })
}

fn medical_ticket(xml: &mut Xml, of: &Document<'_>, patient: &Patient) {
    let fetched = agreed(of.consents, ConsentItem::MedicalAssistance);
    let Some(ticket) = patient.medical_assistance.as_ref().filter(|_| fetched) else { return };
    // Codes 018 and 019: 医療券, 入院外; 調剤券, 調剤.
    let (kind, treatment) = match Site::of(of.institution) {
        Site::Medical => ("01", "02"),
        Site::Pharmacy => ("02", "04"),
    };
    xml.structure("PublicExpenseResultList", |xml| {
        xml.structure("MedicalTicketInfo", |xml| {
            xml.text("TicketType", kind);
            xml.text("MedicalTicketValidDate", &day(ticket.from));
            xml.text("MedicalTicketExpirationDate", &day(ticket.until));
            xml.text("IssueNumber", &ticket.number);
            xml.text("MedicalTreatmentMonth", day(ticket.from).get(..6).unwrap_or_default());
            xml.text("DesignatedMedicalInstitutionFlag", "0");
            xml.text("MedicalTreatmentType", treatment);
            xml.text("SelfPayAmount", &ticket.own_share.to_string());
            xml.text("SingleOrCombinedUse", "01");
            xml.text("StatusOfSocialInsurance", "02");
        });
    });
}

/// How 公費 stands in the official document is not known: these elements are this project's own.
fn subsidy(xml: &mut Xml, of: &Document<'_>, patient: &Patient) {
    let fetched = agreed(of.consents, ConsentItem::SubsidyCertificates);
    let Some(Subsidy::Certificates(all)) = patient.subsidy.as_ref().filter(|_| fetched) else { return };
    xml.structure("StandInSubsidyCertificateList", |xml| {
        for SubsidyCertificate { name, payer_number, beneficiary_number, from, until } in all {
            xml.structure("StandInSubsidyCertificateInfo", |xml| {
                xml.text("StandInSubsidyName", name);
                xml.text("StandInSubsidyPayerNumber", payer_number);
                xml.text("StandInSubsidyBeneficiaryNumber", beneficiary_number);
                xml.text("StandInSubsidyValidStartDate", &day(*from));
                xml.maybe("StandInSubsidyValidEndDate", until.map(day).as_deref());
            });
        }
    });
}

/// With the card no consent is asked for the limit (workflow.md section 4): the card's use is the consent. An answer
/// goes before it, if a screen asked all the same. Without a card there is always one: the spoken one.
fn limit(xml: &mut Xml, of: &Document<'_>, patient: &Patient) {
    const FLAG: &str = "LimitApplicationCertificateRelatedConsFlg";
    let answer = of.consents.iter().find(|c| c.item == ConsentItem::LimitCertificate);
    let shown_since = match (answer, &patient.limit) {
        (Some(consent), _) => (consent.decision == Decision::Agreed).then_some(consent.at),
        (None, Some(_)) => Some(of.now),
        (None, None) => None,
    };
    let Some(at) = shown_since else { return xml.text(FLAG, "0") };
    xml.text(FLAG, "1");
    xml.text("LimitApplicationCertificateRelatedConsTime", &fourteen_digits(at));
    if let Some(LimitCertificate { classification, flag, issued, from, until }) = &patient.limit {
        xml.structure("LimitApplicationCertificateRelatedInfo", |xml| {
            xml.text("LimitApplicationCertificateClassification", classification);
            xml.text("LimitApplicationCertificateClassificationFlag", flag);
            xml.text("LimitApplicationCertificateDate", &day(*issued));
            xml.text("LimitApplicationCertificateValidStartDate", &day(*from));
            xml.maybe("LimitApplicationCertificateValidEndDate", until.map(day).as_deref());
        });
    }
}

fn specific_diseases(xml: &mut Xml, of: &Document<'_>, patient: &Patient) {
    const FLAG: &str = "SpecificDiseasesCertificateRelatedConsFlg";
    let agreed = |c: &&Consent| c.item == ConsentItem::SpecificDiseases && c.decision == Decision::Agreed;
    let Some(consent) = of.consents.iter().find(agreed) else { return xml.text(FLAG, "0") };
    xml.text(FLAG, "1");
    xml.text("SpecificDiseasesCertificateRelatedConsTime", &fourteen_digits(consent.at));
    xml.structure("SpecificDiseasesCertificateList", |xml| {
        for SpecificDisease { category, issued, from, own_share } in &patient.specific_diseases {
            xml.structure("SpecificDiseasesCertificateInfo", |xml| {
                xml.text("SpecificDiseasesDiseaseCategory", category);
                xml.text("SpecificDiseasesCertificateDate", &day(*issued));
                xml.text("SpecificDiseasesValidStartDate", &day(*from));
                xml.text("SpecificDiseasesSelfPay", &own_share.to_string());
            });
        }
    });
}

/// Items with `ConsFlg`, `ConsTime` and `AvailableTime`; the later six are written only when they were asked.
const MEDICAL: [(ConsentItem, &str, bool); 10] = [
    (ConsentItem::HealthCheckups, "SpecificHealthCheckupsInfo", true),
    (ConsentItem::Medicines, "PharmacistsInfo", true),
    (ConsentItem::Diagnosis, "DiagnosisInfo", true),
    (ConsentItem::Operations, "OperationInfo", true),
    (ConsentItem::DiagnosisNames, "DiagnosisName", false),
    (ConsentItem::Infections, "InfectiousInfo", false),
    (ConsentItem::OtherAllergies, "AllergyInfo", false),
    (ConsentItem::DrugAllergies, "ContraindicationInfo", false),
    (ConsentItem::Tests, "TestInfo", false),
    (ConsentItem::Prescriptions, "PrescriptionInfo", false),
];

/// Never flag 1 without both times: one consumer insists (oqs-files.md section 7.3).
fn medical(xml: &mut Xml, consents: &[Consent], (item, name, always): (ConsentItem, &str, bool)) {
    let consent = consents.iter().find(|consent| consent.item == item);
    match consent {
        Some(Consent { decision: Decision::Agreed, at, until: Some(until), .. }) => {
            xml.text(&format!("{name}ConsFlg"), "1");
            xml.text(&format!("{name}ConsTime"), &fourteen_digits(*at));
            xml.text(&format!("{name}AvailableTime"), &fourteen_digits(*until));
        }
        Some(_) => xml.text(&format!("{name}ConsFlg"), "0"),
        None if always => xml.text(&format!("{name}ConsFlg"), "0"),
        None => {}
    }
}

const fn validity_code(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid => "1",
        Validity::Invalid => "2",
        Validity::InvalidWithNewer => "3",
        Validity::NotFound => "4",
        Validity::Several => "5",
        Validity::ValidUnregistered => "6",
    }
}

const fn sex_code(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "1",
        Sex::Female => "2",
        Sex::Unset => "3",
    }
}

/// Six digits are left-padded with two spaces.
fn padded(insurer_number: &str) -> String {
    format!("{insurer_number:>8}")
}
