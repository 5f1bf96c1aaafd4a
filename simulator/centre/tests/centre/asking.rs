//! What is asked depends on patient and site (workflow.md section 4).

use crate::desk::{Desk, agreed, dialysis, patient, ticket, warnings};
use model::Decision::{Agreed, Refused};
use model::{ConsentItem, Validity};
use simulator_card::CertificateRule;
use simulator_centre::{Bundling, LimitCertificate, Manner, Patient, Subsidy, SubsidyCertificate};
use std::time::Duration;
use time::macros::date;

const PHARMACY: &str = "9940000000";
const SIX: [ConsentItem; 6] = [
    ConsentItem::DiagnosisNames,
    ConsentItem::Infections,
    ConsentItem::DrugAllergies,
    ConsentItem::OtherAllergies,
    ConsentItem::Tests,
    ConsentItem::Prescriptions,
];

#[test]
fn information_is_asked_bundled_and_operations_on_their_own() {
    for institution in ["9910000000", "9930000000", "9991234567"] {
        assert_eq!(Desk::at(institution).asked("worker"), ["medical-information", "operations"]);
    }
    let reply = Desk::open().visit("worker", Agreed);
    use ConsentItem::{Diagnosis, HealthCheckups, Medicines, Operations};
    assert_eq!(agreed(&reply), [Medicines, Diagnosis, HealthCheckups, Operations]);
}

#[test]
fn information_is_asked_one_by_one_where_the_site_has_it_so() {
    let mut desk = Desk::open();
    desk.centre.set_manner(Manner { bundling: Bundling::OneByOne, ..Manner::default() });
    assert_eq!(desk.asked("worker"), ["medicines", "diagnosis", "health-checkups", "operations"]);
    let session = desk.relay("worker").unwrap();
    let reply = desk.answers(&session, &[("medicines", Agreed), ("diagnosis", Refused)]);
    assert_eq!(agreed(&reply), [ConsentItem::Medicines]);
    assert!(reply.qualification.contains("<DiagnosisInfoConsFlg>0</DiagnosisInfoConsFlg>"));
}

#[test]
fn a_pharmacy_asks_for_no_health_check_and_no_form_of_prescription() {
    let mut desk = Desk::at(PHARMACY);
    desk.centre.set_manner(Manner { prescriptions: true, ..Manner::default() });
    assert_eq!(desk.asked("worker"), ["medical-information", "operations", "prescriptions"]);
    let reply = desk.visit("worker", Agreed);
    assert!(!agreed(&reply).contains(&ConsentItem::HealthCheckups));
    assert!(agreed(&reply).contains(&ConsentItem::Prescriptions));
    assert!(!reply.qualification.contains("PrescriptionIssueSelect"));
}

#[test]
fn the_form_of_the_prescription_is_the_patient_s_choice() {
    let mut desk = Desk::open();
    desk.centre.set_manner(Manner { prescriptions: true, ..Manner::default() });
    assert_eq!(desk.asked("worker"), ["medical-information", "operations", "prescription-form"]);
    for (decision, code) in [(Agreed, "1"), (Refused, "2")] {
        let reply = desk.visit("worker", decision);
        let written = format!("<PrescriptionIssueSelect>{code}</PrescriptionIssueSelect>");
        assert!(reply.qualification.contains(&written), "{}", reply.qualification);
    }
    let session = desk.relay("worker").unwrap();
    let reply = desk.answers(&session, &[]);
    assert!(!reply.qualification.contains("PrescriptionIssueSelect"), "nothing was chosen");
}

#[test]
fn the_six_infos_have_a_screen_of_their_own() {
    let mut desk = Desk::open();
    desk.centre.set_manner(Manner { six_infos: true, ..Manner::default() });
    assert_eq!(desk.asked("worker"), ["medical-information", "operations", "six-infos"]);
    let session = desk.relay("worker").unwrap();
    let reply = desk.answers(&session, &[("six-infos", Agreed)]);
    assert_eq!(agreed(&reply), SIX);
    let document = oqs::Message::parse(reply.qualification.as_bytes()).unwrap();
    for item in SIX {
        let told = reply.consents.iter().find(|consent| consent.item == item).unwrap();
        let written = document.consents().into_iter().find(|consent| consent.item == item).unwrap();
        assert_eq!((told.at, told.until), (written.at, written.until), "{item:?}");
    }
}

#[test]
fn a_specific_disease_is_asked_about_and_the_limit_never() {
    let mut desk = Desk::open();
    let day = date!(2030 - 04 - 01);
    let limit = LimitCertificate {
        classification: "01".to_owned(),
        flag: "B09".to_owned(),
        issued: day,
        from: day,
        until: None,
    };
    desk.centre.put_patient(Patient {
        specific_diseases: vec![dialysis()],
        limit: Some(limit),
        ..patient("elderly")
    });
    assert_eq!(desk.asked("elderly"), ["specific-diseases", "medical-information", "operations"]);
    let refused = desk.visit("elderly", Refused);
    assert!(refused.qualification.contains("B09"), "the card's use is the consent");
    assert!(!refused.qualification.contains("SpecificDiseasesCertificateInfo"));
    let agreed = desk.visit("elderly", Agreed);
    assert!(agreed.qualification.contains("SpecificDiseasesCertificateInfo"));
}

#[test]
fn a_medical_ticket_is_fetched_only_under_consent() {
    for (institution, kind) in [("9910000000", "01"), (PHARMACY, "02")] {
        let mut desk = Desk::at(institution);
        let mut assisted = Patient { medical_assistance: Some(ticket()), ..patient("medical-assistance") };
        assisted.insurance.card_classification = "A1".to_owned();
        desk.centre.put_patient(assisted);
        assert_eq!(
            desk.asked("medical-assistance"),
            ["medical-information", "operations", "medical-assistance"]
        );
        let refused = desk.visit("medical-assistance", Refused);
        assert!(!refused.qualification.contains("MedicalTicketInfo"));
        let agreed = desk.visit("medical-assistance", Agreed);
        let document = oqs::Message::parse(agreed.qualification.as_bytes()).unwrap();
        let result = &document.body.result_list[0];
        assert_eq!(result.insured_card_classification.as_deref(), Some("A1"));
        assert_eq!(result.public_expense_result_list[0].ticket_type.as_deref(), Some(kind));
        assert_eq!(document.ignored_elements(), 0);
    }
}

#[test]
fn a_subsidy_that_nobody_answered_for_is_no_none() {
    let mut desk = Desk::open();
    let certificate = SubsidyCertificate {
        name: "架空県見本市子ども医療費助成".to_owned(),
        payer_number: "80990012".to_owned(),
        beneficiary_number: "9900361".to_owned(),
        from: date!(2030 - 04 - 01),
        until: None,
    };
    desk.centre
        .put_patient(Patient { subsidy: Some(Subsidy::Certificates(vec![certificate])), ..patient("pmh") });
    desk.centre.put_patient(Patient { subsidy: Some(Subsidy::Unanswered), ..patient("pmh-empty") });
    assert_eq!(desk.asked("pmh"), ["medical-information", "operations", "subsidy"]);
    let told = desk.visit("pmh", Agreed);
    assert!(told.qualification.contains("80990012") && warnings(&told).is_empty());
    let refused = desk.visit("pmh", Refused);
    assert!(!refused.qualification.contains("80990012") && warnings(&refused).is_empty());
    let empty = desk.visit("pmh-empty", Agreed);
    assert_eq!(warnings(&empty), ["subsidy_unanswered"]);
    assert!(warnings(&desk.visit("pmh-empty", Refused)).is_empty(), "it was not asked for");
}

#[test]
fn every_agreement_holds_for_a_day_and_no_refusal_has_an_end() {
    let mut desk = Desk::open();
    desk.centre.set_manner(Manner { six_infos: true, prescriptions: true, ..Manner::default() });
    let agreed = desk.visit("worker", Agreed);
    assert_eq!(agreed.consents.len(), 11);
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(agreed.consents.iter().all(|consent| consent.until == Some(consent.at.after(day))));
    assert!(desk.visit("worker", Refused).consents.iter().all(|consent| consent.until.is_none()));
}

#[test]
fn in_the_grace_nothing_is_asked_and_no_medical_information_given() {
    let mut desk = Desk::open();
    desk.rule = Some(CertificateRule::InGrace);
    let all = Manner { six_infos: true, prescriptions: true, carry_over: true, ..Manner::default() };
    desk.centre.set_manner(all);
    let session = desk.relay("worker").unwrap();
    assert!(desk.screens(&session).is_empty());
    let forced = desk.try_answers(&session, &[("medical-information", Agreed)]).unwrap_err();
    assert_eq!(forced.refusal.code.as_str(), "answers_refused");
    let reply = desk.answers(&session, &[]);
    assert_eq!(warnings(&reply), ["certificate_in_grace"]);
    assert!(reply.consents.is_empty() && !reply.qualification.contains("ConsTime"));
    assert!(reply.qualification.contains("<QualificationValidity>1<"));
    assert!(desk.centre.queries().iter().all(|query| query.opened.is_empty()));
}

#[test]
fn all_validities_are_told_and_nothing_is_asked_of_the_uninsured() {
    for (validity, code, asks, has_result) in [
        (Validity::Valid, "1", true, true),
        (Validity::Invalid, "2", false, true),
        (Validity::InvalidWithNewer, "3", false, true),
        (Validity::NotFound, "4", false, false),
        (Validity::Several, "5", false, false),
        (Validity::ValidUnregistered, "6", true, true),
    ] {
        let mut desk = Desk::open();
        desk.centre.put_patient(Patient { validity, ..patient("worker") });
        let (session, told) = desk.relay_for("worker", centre_wire::Operation::PinLess).unwrap();
        assert_eq!(told, validity);
        assert_eq!(!desk.screens(&session).is_empty(), asks, "{validity:?}");
        let reply = desk.answers(&session, &[]);
        let written = format!("<QualificationValidity>{code}</QualificationValidity>");
        assert!(reply.qualification.contains(&written), "{validity:?}");
        assert_eq!(reply.qualification.contains("<ResultList>"), has_result, "{validity:?}");
        let message = oqs::Message::parse(reply.qualification.as_bytes()).unwrap();
        assert_eq!(oqs::validity(&message), Some(validity));
    }
}

#[test]
fn a_lost_insurance_says_since_when() {
    let mut desk = Desk::open();
    let mut lost = Patient { validity: Validity::Invalid, ..patient("worker") };
    lost.insurance.lost_on = Some(date!(2031 - 03 - 31));
    desk.centre.put_patient(lost);
    let session = desk.relay("worker").unwrap();
    let reply = desk.answers(&session, &[]);
    assert!(reply.qualification.contains("<DisqualificationDate>20310331</DisqualificationDate>"));
    assert!(reply.qualification.contains("<ReasonOfLoss>99</ReasonOfLoss>"));
}
