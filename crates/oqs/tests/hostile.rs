//! Any bytes are answered, and what is written is read back.

use oqs::{Body, Encoding, Header, LimitCertificate, MedicalTicket, Message, PersonQualification, transcode};
use proptest::prelude::*;

const FACE: &str = include_str!("documents/face.xml");

fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[ -~ぁ-ん一-龠ｱ-ﾝ　\r\n]{0,12}[<>&\"'a-zァ-ヶ０-９]")
}

fn person() -> impl Strategy<Value = PersonQualification> {
    (text(), text(), text(), text(), text(), text()).prop_map(|(a, b, c, d, e, f)| PersonQualification {
        insurer_number: a.clone(),
        name: b.clone(),
        name_kana: c,
        limit_application_certificate_related_info: d.clone().map(|flag| LimitCertificate {
            limit_application_certificate_classification_flag: Some(flag),
            ..LimitCertificate::default()
        }),
        public_expense_result_list: e
            .into_iter()
            .map(|name| MedicalTicket { injury_name1: Some(name), remarks3: d.clone(), ..Default::default() })
            .collect(),
        reference_number: f,
        birthdate: Some("19850228".to_owned()),
        ..PersonQualification::default()
    })
}

fn message(encoding: Encoding) -> impl Strategy<Value = Message> {
    (text(), proptest::collection::vec(person(), 0..3)).prop_map(move |(identifier, result_list)| {
        let own = |text: &str| Some(text.to_owned());
        let header = Header {
            process_execution_time: own("20310405093012"),
            medical_institution_code: own("9991234567"),
            arbitrary_file_identifier: identifier,
            segment_of_result: own("1"),
            character_code_identifier: own(encoding.identifier()),
            ..Header::default()
        };
        Message::new(header, Body { processing_result_status: own("1"), result_list, ..Body::default() })
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Message::parse(&bytes);
        let _ = transcode(&bytes, Encoding::Cp932);
    }

    #[test]
    fn any_damaged_document_is_answered(
        at in 0..FACE.len(), length in 0_usize..40, patch in proptest::collection::vec(any::<u8>(), 0..40),
        cp932 in any::<bool>(),
    ) {
        let target = if cp932 { Encoding::Cp932 } else { Encoding::Utf8 };
        let mut bytes = transcode(FACE.as_bytes(), target).unwrap().0;
        let start = at.min(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, patch);
        // What is read can also be put into the other encoding and read again.
        if Message::parse(&bytes).is_ok() {
            for other in [Encoding::Utf8, Encoding::Cp932] {
                let (again, _) = transcode(&bytes, other).unwrap();
                prop_assert!(Message::parse(&again).is_ok());
            }
        }
    }

    #[test]
    fn what_is_written_in_utf8_is_read_back(message in message(Encoding::Utf8)) {
        prop_assert!(Message::parse(&message.to_xml(Encoding::Utf8)).unwrap() == message);
    }

    #[test]
    fn what_is_written_in_cp932_is_read_back(message in message(Encoding::Cp932)) {
        let again = Message::parse(&message.to_xml(Encoding::Cp932)).unwrap();
        // The strategy's characters may lie outside CP932: then writing once more changes nothing.
        prop_assert!(Message::parse(&again.to_xml(Encoding::Cp932)).unwrap() == again);
        let utf8 = String::from_utf8(message.to_xml(Encoding::Utf8)).unwrap();
        if !encoding_rs::SHIFT_JIS.encode(&utf8).2 {
            prop_assert!(again == message);
        }
    }
}
