//! Messages against documents of the known form.

use model::{ConsentItem, Decision, Validity};
use oqs::{Encoding, Message, OqsError, Outcome, Warning, timestamp, transcode, validity};

const FACE: &str = include_str!("documents/face.xml");
const ELDERLY: &str = include_str!("documents/elderly_and_assistance.xml");

fn parse(xml: &str) -> Result<Message, OqsError> {
    Message::parse(xml.as_bytes())
}

fn cp932(xml: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(xml).0.into_owned()
}

#[test]
fn a_face_result_is_read_whole_and_written_as_it_was() {
    let message = parse(FACE).unwrap();
    assert_eq!(message.ignored_elements(), 0);
    assert_eq!(validity(&message), Some(Validity::Valid));
    let person = &message.body.result_list[0];
    assert_eq!(person.insurer_number.as_deref(), Some("  990123"), "padding is kept");
    assert_eq!(person.name.as_deref(), Some("見本　花子"));
    assert_eq!(String::from_utf8(message.to_xml(Encoding::Utf8)).unwrap(), FACE);
}

#[test]
fn limit_information_and_tickets_are_read_whole_and_written_as_they_were() {
    let message = parse(ELDERLY).unwrap();
    assert_eq!(message.ignored_elements(), 0);
    let [elderly, assisted] = message.body.result_list.as_slice() else { panic!("two qualifications") };
    let limit = elderly.limit_application_certificate_related_info.as_ref().unwrap();
    assert_eq!(limit.limit_application_certificate_classification_flag.as_deref(), Some("B05"));
    assert_eq!(assisted.public_expense_result_list[0].medical_treatment_month.as_deref(), Some("203104"));
    assert_eq!(String::from_utf8(message.to_xml(Encoding::Utf8)).unwrap(), ELDERLY);
}

#[test]
fn json_has_snake_case_names_and_no_absent_items() {
    let json = serde_json::to_value(parse(ELDERLY).unwrap()).unwrap();
    assert_eq!(json["header"]["medical_institution_code"], "9991234567");
    let assisted = json["body"]["result_list"][1].as_object().unwrap();
    assert_eq!(assisted["insured_card_classification"], "A1");
    assert_eq!(assisted["public_expense_result_list"][0]["ticket_type"], "01");
    assert_eq!(assisted.len(), 10, "absent items are omitted: {:?}", assisted.keys());
}

#[test]
fn consents_carry_their_times() {
    let at = timestamp("20310405093012");
    let consents = parse(FACE).unwrap().consents();
    let of = |item| consents.iter().find(|consent| consent.item == item);
    let medicines = of(ConsentItem::Medicines).unwrap();
    assert_eq!((medicines.decision, Some(medicines.at)), (Decision::Agreed, at));
    assert_eq!(medicines.until, timestamp("20310406093012"));
    assert_eq!(of(ConsentItem::HealthCheckups).unwrap().decision, Decision::Refused);
    assert_eq!(of(ConsentItem::Operations), None);

    let endless = FACE.replace("20310406093012", "soon");
    let consents = parse(&endless).unwrap().consents();
    assert!(consents.iter().all(|consent| consent.decision == Decision::Refused), "no end, no agreement");
}

#[test]
fn the_outcome_is_asked_in_order() {
    let outcome = |from: &str, to: &str| parse(&FACE.replace(from, to)).unwrap().outcome();
    let validity = "<QualificationValidity>1</QualificationValidity>";
    assert_eq!(outcome("<SegmentOfResult>1", "<SegmentOfResult>9"), Outcome::ExchangeFailed);
    assert_eq!(outcome("<SegmentOfResult>1", "<SegmentOfResult>3"), Outcome::ExchangeFailed);
    assert_eq!(outcome("<SegmentOfResult>1", "<SegmentOfResult>2"), Outcome::Working);
    assert_eq!(outcome("<ProcessingResultStatus>1", "<ProcessingResultStatus>2"), Outcome::PersonFailed);
    assert_eq!(outcome(validity, ""), Outcome::Contradictory);
    assert_eq!(outcome(validity, &validity.replace('1', "4")), Outcome::Answered(Validity::NotFound));
    assert_eq!(outcome("<ReferenceClassification>1", "<ReferenceClassification>8"), Outcome::Reading);
    let list = FACE.find("<ResultList>").unwrap()..FACE.find("</MessageBody>").unwrap();
    assert_eq!(outcome(&FACE[list], ""), Outcome::Contradictory, "valid, but nobody");
}

#[test]
fn order_and_unknown_elements_do_not_matter() {
    let shuffled = FACE
        .replace("    <SegmentOfResult>1</SegmentOfResult>\n", "")
        .replace("<MessageHeader>", "<MessageHeader><SegmentOfResult>1</SegmentOfResult>")
        .replace("<Sex1>", "<New><Deep>x</Deep></New><ElderlyRecipientCertificateInfo/><Sex1>");
    let message = parse(&shuffled).unwrap();
    assert_eq!(message.ignored_elements(), 2);
    assert_eq!((message.header, message.body), {
        let plain = parse(FACE).unwrap();
        (plain.header, plain.body)
    });
}

#[test]
fn the_prescription_choice_is_found_in_both_places() {
    let choice = "<PrescriptionIssueSelect>2</PrescriptionIssueSelect>";
    for place in ["<ResultList>", "<Sex1>"] {
        let message = parse(&FACE.replace(place, &format!("{choice}{place}"))).unwrap();
        assert_eq!(message.body.prescription_issue_select.as_deref(), Some("2"));
        assert_eq!(message.ignored_elements(), 0);
    }
    let second = ELDERLY.replace("<Name>試験　太一", &format!("{choice}<Name>試験　太一"));
    assert_eq!(parse(&second).unwrap().body.prescription_issue_select.as_deref(), Some("2"));
}

#[test]
fn bad_documents_are_refused_by_the_element_at_fault_and_without_its_value() {
    let error = |from: &str, to: &str| parse(&FACE.replacen(from, to, 1)).unwrap_err();
    assert_eq!(
        error("<SegmentOfResult>1</SegmentOfResult>", ""),
        OqsError::Missing { element: "SegmentOfResult" }
    );
    assert_eq!(error("<Sex1>2</Sex1>", "<Name>別人</Name>"), OqsError::Repeated { element: "Name" });
    assert_eq!(error("見本　花子", "<b>見本　花子</b>"), OqsError::Structure { element: "Name" });
    assert_eq!(
        error("<CharacterCodeIdentifier>0", "<CharacterCodeIdentifier>1"),
        OqsError::EncodingConflict { declared: Encoding::Utf8 }
    );
    assert_eq!(
        error("<CharacterCodeIdentifier>0", "<CharacterCodeIdentifier>2"),
        OqsError::Form {
            element: "CharacterCodeIdentifier",
            wanted: failure::Text { ja: "0か1", en: "0 or 1" }
        }
    );
    assert_eq!(error("<XmlMsg>", "<!DOCTYPE XmlMsg><XmlMsg>"), OqsError::DocumentType);
    assert!(matches!(error("見本　花子", "&name;"), OqsError::Entity { .. }));
    assert!(matches!(error("</Name>", "</Nama>"), OqsError::NotWellFormed { .. }));
    assert!(matches!(parse(&FACE[..FACE.len() / 2 + 1]).unwrap_err(), OqsError::NotWellFormed { .. }));
    assert!(matches!(parse(&format!("{FACE}<XmlMsg/>")).unwrap_err(), OqsError::NotWellFormed { .. }));
    let telling = error("<Sex1>2</Sex1>", "<Name>別人</Name><見本>");
    assert!(!format!("{telling} {telling:?}").contains(['別', '見']), "{telling}");
    assert_eq!(parse("<Other/>").unwrap_err(), OqsError::WrongRoot);
    assert_eq!(parse(&"<a>".repeat(100_000)).unwrap_err(), OqsError::TooDeep);
    assert_eq!(
        parse(&format!("<XmlMsg>{}</XmlMsg>", "<a/>".repeat(100_000))).unwrap_err(),
        OqsError::TooMany
    );
    assert!(matches!(parse(&" ".repeat(5 << 20)).unwrap_err(), OqsError::TooLarge { .. }));
}

#[test]
fn transcoding_changes_the_declaration_and_the_identifier_alone() {
    let with_unknown = FACE.replace("<Sex1>", "<!-- 注 --><Unknown a='1'>値</Unknown>\r\n<Sex1>");
    let (bytes, warnings) = transcode(with_unknown.as_bytes(), Encoding::Cp932).unwrap();
    let expected =
        with_unknown.replace("\"UTF-8\"", "\"Shift_JIS\"").replace("Identifier>0<", "Identifier>1<");
    assert_eq!(warnings, []);
    assert_eq!(bytes, cp932(&expected));

    let (back, _) = transcode(&bytes, Encoding::Utf8).unwrap();
    assert_eq!(String::from_utf8(back).unwrap(), with_unknown);
    assert_eq!(transcode(with_unknown.as_bytes(), Encoding::Utf8).unwrap().0, with_unknown.as_bytes());
    assert_eq!(transcode(&bytes, Encoding::Cp932).unwrap().0, bytes);
}

#[test]
fn a_document_without_declaration_gets_one() {
    let bare = FACE.split_once('\n').unwrap().1;
    let (bytes, _) = transcode(bare.as_bytes(), Encoding::Cp932).unwrap();
    assert!(bytes.starts_with(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>"));
    assert!(Message::parse(&bytes).is_ok());
}

#[test]
fn what_cp932_cannot_hold_becomes_a_blank_with_a_warning() {
    let hard = FACE.replace("見本　花子", "𠮷田〜鷗&#x20BB7;").replace("一丁目", "‖𠮷");
    let (bytes, warnings) = transcode(hard.as_bytes(), Encoding::Cp932).unwrap();
    assert_eq!(
        warnings,
        [Warning { element: "Address", replaced: 1 }, Warning { element: "Name", replaced: 3 }]
    );
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.body.result_list[0].name.as_deref(), Some("●田～●●"));
    assert_eq!(message.body.result_list[0].address.as_deref(), Some("架空県見本市∥●１－２"));
    assert_eq!(message.blanked_elements(), ["Name", "Address"]);
    assert_eq!(message.blanked_fields(), [model::PersonField::Name, model::PersonField::Address]);
}

#[test]
fn debug_shows_no_person() {
    let message = parse(FACE).unwrap();
    assert_eq!(format!("{message:?}"), "Message(…)");
    assert_eq!(format!("{:?}", message.body.result_list), "[PersonQualification(…)]");
}
