//! Requests of receipt computers, and what goes back to them.

use failure::{catalogue, codes};
use model::{Lookup, Purpose, Timestamp};
use oqs::{Encoding, Family, Message, OqsError, Outcome, Refusal, Request, Warning, validity};
use proptest::prelude::*;

const REQUEST: &str = include_str!("documents/request.xml");
const NOT_FOUND: &str = include_str!("documents/not_found.xml");
const FACE: &str = include_str!("documents/face.xml");
const FAILURE: &str = include_str!("documents/failure.xml");
/// 2031-04-05 09:30:12 in Japan.
const NOW: Timestamp = Timestamp(1_933_115_412_000);

fn parse(xml: &str) -> Result<Request, OqsError> {
    Request::parse(xml.as_bytes())
}

fn in_cp932(xml: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(&xml.replace("\"UTF-8\"", "\"Shift_JIS\"")).0.into_owned()
}

fn asked(request: &Request) -> &Lookup {
    request.lookup.expose(Purpose::Simulate)
}

#[test]
fn a_request_is_read_whole_in_both_encodings() {
    let utf8 = parse(REQUEST).unwrap();
    let cp932 = Request::parse(&in_cp932(REQUEST)).unwrap();
    assert_eq!((utf8.encoding, cp932.encoding), (Encoding::Utf8, Encoding::Cp932));
    for request in [utf8, cp932] {
        let expected = Lookup {
            insurer_number: "990123".to_owned(),
            symbol: Some("架空１２".to_owned()),
            number: "00345".to_owned(),
            branch: Some("02".to_owned()),
            birth_date: "19850228".to_owned(),
            limit_certificate: false,
        };
        assert!(*asked(&request) == expected);
        assert_eq!(request.institution.as_str(), "9991234567");
        assert_eq!(request.date.as_deref(), Some("20310405"));
        let file = request.file_identifier.unwrap().into_exposed(Purpose::Simulate);
        assert_eq!((file.value.as_str(), file.literal.as_str()), ("20310405-0007", "20310405-0007"));
        assert_eq!(request.identifier.unwrap().expose(Purpose::Simulate).value, "000123");
    }
}

#[test]
fn digits_stay_as_they_are() {
    let padded = parse(&REQUEST.replace("  990123", "00990123")).unwrap();
    assert_eq!(asked(&padded).insurer_number, "00990123");
    let eight = parse(&REQUEST.replace("  990123", "39990012")).unwrap();
    assert_eq!(asked(&eight).insurer_number, "39990012");
}

#[test]
fn what_may_be_absent_may_be_absent() {
    let without = |xml: &str, element: &str| {
        let lines = xml.lines().filter(|line| !line.contains(&format!("<{element}>")));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let bare = [
        "QualificationConfirmationDate",
        "ArbitraryFileIdentifier",
        "InsuredCardSymbol",
        "InsuredBranchNumber",
        "LimitApplicationCertificateRelatedConsFlg",
        "ArbitraryIdentifier",
    ]
    .into_iter()
    .fold(REQUEST.to_owned(), |xml, element| without(&xml, element));
    let request = parse(&bare).unwrap();
    assert_eq!(
        (request.date.as_deref(), &request.file_identifier, &request.identifier),
        (None, &None, &None)
    );
    assert!(asked(&request).symbol.is_none() && asked(&request).branch.is_none());
    assert!(!asked(&request).limit_certificate, "nobody agreed");

    for element in ["MedicalInstitutionCode", "InsurerNumber", "InsuredIdentificationNumber", "Birthdate"] {
        let error = parse(&without(REQUEST, element)).unwrap_err();
        assert!(matches!(error, OqsError::Missing { element: missing } if missing == element), "{error}");
    }
    let agreed = REQUEST.replace("ConsFlg>0", "ConsFlg>1");
    assert!(asked(&parse(&agreed).unwrap()).limit_certificate);
}

#[test]
fn a_refused_request_names_element_and_form_and_no_value() {
    for (from, to, element) in [
        ("9991234567", "999123456X", "MedicalInstitutionCode"),
        ("Date>20310405<", "Date>20310231<", "QualificationConfirmationDate"),
        ("20310405-0007", "123456789-123456789-123456789-123456789-123456789-1", "ArbitraryFileIdentifier"),
        ("  990123", "990-123", "InsurerNumber"),
        ("架空１２", "架空架空架空架空架空架空架空架空架空架空１", "InsuredCardSymbol"),
        ("00345", "003\n45", "InsuredIdentificationNumber"),
        (">02<", ">2<", "InsuredBranchNumber"),
        ("19850228", "昭60.2.28", "Birthdate"),
        ("ConsFlg>0", "ConsFlg>2", "LimitApplicationCertificateRelatedConsFlg"),
    ] {
        let error = parse(&REQUEST.replacen(from, to, 1)).unwrap_err();
        let OqsError::Form { element: named, wanted } = &error else { panic!("{element}: {error}") };
        assert_eq!(*named, element);
        let value = to.trim_matches(|c| c == '>' || c == '<');
        let told = format!("{error} {error:?} {}", error.ja());
        assert!(told.contains(element) && told.contains(wanted.ja) && told.contains(wanted.en), "{told}");
        assert!(!told.contains(value.rsplit('>').next().unwrap()) || value.ends_with('2'), "{told}");
    }
    assert_eq!(
        parse(&REQUEST.replace("架空", "\u{E000}")).unwrap_err(),
        OqsError::PrivateCharacter { element: "InsuredCardSymbol" },
        "a character of the asker's own is none of the centre's"
    );
    let twice = REQUEST.replace("<Birthdate>", "<Birthdate>19850227</Birthdate><Birthdate>");
    assert_eq!(parse(&twice).unwrap_err(), OqsError::Repeated { element: "Birthdate" });
    assert!(matches!(parse(&" ".repeat(256 * 1024 + 1)).unwrap_err(), OqsError::TooLarge { limit: 262_144 }));
    assert_eq!(parse(FACE).unwrap_err(), OqsError::Missing { element: "QualificationConfirmSearchInfo" });
}

#[test]
fn a_request_of_another_institution_is_told() {
    let request = parse(REQUEST).unwrap();
    assert_eq!(request.check_institution(&"9991234567".parse().unwrap()), Ok(()));
    let error = request.check_institution(&"9991234568".parse().unwrap()).unwrap_err();
    assert!(matches!(error, OqsError::Form { element: "MedicalInstitutionCode", .. }), "{error}");
}

#[test]
fn the_answer_is_the_centre_s_own_but_for_the_asker_s_identifiers() {
    let literal = "A&amp;B&#45;7";
    let request = parse(&REQUEST.replace("20310405-0007", literal)).unwrap();
    let odd = NOT_FOUND
        .replace("<ArbitraryFileIdentifier>20310405-0007", "<ArbitraryFileIdentifier a='1'>of the terminal")
        .replace("<ArbitraryIdentifier>000123", "<ArbitraryIdentifier>other")
        .replace("<ProcessingResultStatus>", "<!-- 注 --><New a='1'>値</New>\r\n<ProcessingResultStatus>");
    let expected = odd
        .replace(" a='1'>of the terminal", &format!(">{literal}"))
        .replace("<ArbitraryIdentifier>other", "<ArbitraryIdentifier>000123");
    let (utf8, warnings) = request.answer(odd.as_bytes(), Encoding::Utf8).unwrap();
    assert_eq!((String::from_utf8(utf8).unwrap(), warnings), (expected.clone(), vec![]));

    let (cp932, warnings) = request.answer(odd.as_bytes(), Encoding::Cp932).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(cp932, in_cp932(&expected.replace("CodeIdentifier>0<", "CodeIdentifier>1<")));
}

#[test]
fn identifiers_that_the_centre_left_out_are_put_in_and_others_taken_away() {
    let request = parse(REQUEST).unwrap();
    let bare = NOT_FOUND
        .replace("    <ArbitraryFileIdentifier>20310405-0007</ArbitraryFileIdentifier>\n", "")
        .replace("<ArbitraryIdentifier>000123</ArbitraryIdentifier>", "<ArbitraryIdentifier/>");
    let (answer, _) = request.answer(bare.as_bytes(), Encoding::Utf8).unwrap();
    let text = String::from_utf8(answer.clone()).unwrap();
    assert!(text.contains("<ArbitraryFileIdentifier>20310405-0007</ArbitraryFileIdentifier>"), "{text}");
    assert!(text.contains("<ArbitraryIdentifier>000123</ArbitraryIdentifier>"), "{text}");
    assert!(Message::parse(&answer).unwrap() == Message::parse(NOT_FOUND.as_bytes()).unwrap());

    let anonymous = REQUEST
        .replace("<ArbitraryFileIdentifier>20310405-0007</ArbitraryFileIdentifier>", "")
        .replace("<ArbitraryIdentifier>000123</ArbitraryIdentifier>", "");
    let (answer, _) = parse(&anonymous).unwrap().answer(NOT_FOUND.as_bytes(), Encoding::Utf8).unwrap();
    assert!(!String::from_utf8(answer).unwrap().contains("<Arbitrary"));
}

#[test]
fn an_answer_without_echo_gets_none() {
    let request = parse(REQUEST).unwrap();
    let (answer, _) = request.answer(FACE.as_bytes(), Encoding::Utf8).unwrap();
    let text = String::from_utf8(answer).unwrap();
    assert!(!text.contains("QualificationConfirmSearchInfo") && !text.contains("<ArbitraryIdentifier>"));
    assert!(text.contains("<ArbitraryFileIdentifier>20310405-0007</ArbitraryFileIdentifier>"));
    assert_eq!(text.replace("20310405-0007", "Zm9vYmFyYmF6MTI="), FACE);
}

#[test]
fn what_cp932_cannot_hold_is_told_of_the_answer() {
    let request = parse(REQUEST).unwrap();
    let hard = FACE.replace("見本　花子", "𠮷野　花子");
    let (answer, warnings) = request.answer(hard.as_bytes(), Encoding::Cp932).unwrap();
    assert_eq!(warnings, [Warning { element: "Name", replaced: 1 }]);
    assert_eq!(Message::parse(&answer).unwrap().body.result_list[0].name.as_deref(), Some("●野　花子"));
    assert_eq!(
        request.answer(b"<XmlMsg/>", Encoding::Utf8).unwrap_err(),
        OqsError::Missing { element: "MessageHeader" }
    );
}

#[test]
fn a_technical_failure_reads_as_one_in_both_encodings() {
    let request = parse(REQUEST).unwrap();
    let utf8 = request.failure(codes::CENTRE_SILENT, NOW, Encoding::Utf8);
    assert_eq!(String::from_utf8(utf8).unwrap(), FAILURE);
    let cp932 = request.failure(codes::CENTRE_SILENT, NOW, Encoding::Cp932);
    assert_eq!(cp932, in_cp932(&FAILURE.replace("CodeIdentifier>0<", "CodeIdentifier>1<")));
    for entry in catalogue() {
        let bytes = request.failure(entry.code, NOW, Encoding::Cp932);
        let message = Message::parse(&bytes).unwrap();
        assert_eq!((message.outcome(), validity(&message)), (Outcome::ExchangeFailed, None));
        let text = message.header.error_message.unwrap();
        assert_eq!(text, format!("{}{}", entry.cause.ja, entry.reception.ja), "{} has a ●", entry.code);
    }
}

#[test]
fn a_failure_keeps_the_very_characters_of_the_identifier() {
    let request = parse(&REQUEST.replace("20310405-0007", "A&#38;B")).unwrap();
    let text = String::from_utf8(request.failure(codes::CENTRE_SILENT, NOW, Encoding::Utf8)).unwrap();
    assert!(text.contains("<ArbitraryFileIdentifier>A&#38;B</ArbitraryFileIdentifier>"));
}

#[test]
fn an_answer_is_known_by_identifier_and_echo() {
    let request = parse(REQUEST).unwrap();
    assert!(request.is_answered_by(NOT_FOUND.as_bytes()));
    for encoding in [Encoding::Utf8, Encoding::Cp932] {
        assert!(request.is_answered_by(&request.failure(codes::CENTRE_SILENT, NOW, encoding)));
        assert!(request.is_answered_by(&request.answer(FACE.as_bytes(), encoding).unwrap().0));
    }
    assert!(
        request.is_answered_by(NOT_FOUND.replace("  990123", "990123").as_bytes()),
        "paddings do not count"
    );
    for (from, to) in [
        ("20310405-0007", "20310405-0008"),
        ("9991234567", "9991234568"),
        ("  990123", "  990124"),
        ("00345", "0345"),
        (">02<", ">03<"),
        ("19850228", "19850301"),
        ("<XmlMsg>", "<!DOCTYPE x><XmlMsg>"),
    ] {
        assert!(!request.is_answered_by(NOT_FOUND.replacen(from, to, 1).as_bytes()), "{to}");
    }
    assert!(!request.is_answered_by(b""));
}

#[test]
fn a_refusal_reads_in_both_encodings_and_says_what_to_do() {
    let refusals = [
        Refusal::Malformed(parse(&REQUEST.replace("19850228", "1985")).unwrap_err()),
        Refusal::Malformed(parse(&REQUEST.replace("架空", "\u{E000}")).unwrap_err()),
        Refusal::NeverWhole,
        Refusal::NotYet(Family::Medicines),
        Refusal::NameReused,
    ];
    for refusal in refusals {
        let utf8 = String::from_utf8(refusal.to_text(Encoding::Utf8)).unwrap();
        let cp932 = refusal.to_text(Encoding::Cp932);
        assert_eq!(encoding_rs::SHIFT_JIS.decode(&cp932).0, utf8, "{refusal:?} has a ●");
        let lines: Vec<_> = utf8.split("\r\n").collect();
        assert_eq!((lines.len(), lines[0]), (12, refusal.code().as_str()));
        let entry = failure::entry(refusal.code());
        assert_eq!((lines[2], lines[4], lines[9]), (entry.cause.ja, entry.reception.ja, entry.reception.en));
        assert!(lines[3].ends_with('。') && lines[8].ends_with('.'), "{utf8}");
    }
    let malformed = Refusal::Malformed(parse(&REQUEST.replace("19850228", "1985")).unwrap_err());
    let text = String::from_utf8(malformed.to_text(Encoding::Utf8)).unwrap();
    assert!(text.contains("Birthdateの正しい形は「8桁の日付（yyyyMMdd）」です。"), "{text}");
    assert!(text.contains("Birthdate is not a date of 8 digits, yyyymmdd."), "{text}");
    let family = String::from_utf8(Refusal::NotYet(Family::Medicines).to_text(Encoding::Utf8)).unwrap();
    assert!(
        family.contains("「薬剤情報・診療情報」") && family.contains("medicines and treatments"),
        "{family}"
    );
}

#[test]
fn the_declared_encoding_is_found_even_where_the_rest_is_broken() {
    assert_eq!(Encoding::declared_by(REQUEST.as_bytes()), Some(Encoding::Utf8));
    assert_eq!(Encoding::declared_by(&in_cp932(REQUEST)[..60]), Some(Encoding::Cp932));
    assert_eq!(Encoding::declared_by(b"<?xml version='1.0' encoding='UTF-16'?>"), None);
    assert_eq!(Encoding::declared_by(b"<?xml version='1.0' encod"), None);
    assert_eq!(Encoding::declared_by(b"<XmlMsg/>"), Some(Encoding::Utf8));
}

#[test]
fn debug_shows_no_person() {
    let request = parse(REQUEST).unwrap();
    assert_eq!(format!("{request:?}"), "Request(…)");
    assert_eq!(format!("{:?}", request.identifier.unwrap().expose(Purpose::Simulate)), "Identifier(…)");
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Request::parse(&bytes);
        let _ = Encoding::declared_by(&bytes);
    }

    #[test]
    fn any_damaged_request_is_answered(
        at in 0..REQUEST.len(), length in 0_usize..40, patch in proptest::collection::vec(any::<u8>(), 0..40),
        cp932 in any::<bool>(),
    ) {
        let mut bytes = if cp932 { in_cp932(REQUEST) } else { REQUEST.as_bytes().to_vec() };
        let start = at.min(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, patch);
        match Request::parse(&bytes) {
            Err(error) => prop_assert!(!Refusal::Malformed(error).to_text(Encoding::Cp932).is_empty()),
            // What is read is answered, and the answer is known as its own.
            Ok(request) => for encoding in [Encoding::Utf8, Encoding::Cp932] {
                let failure = request.failure(codes::CENTRE_SILENT, NOW, encoding);
                prop_assert!(request.is_answered_by(&failure));
            }
        }
    }

    #[test]
    fn an_identifier_comes_back_character_by_character(
        identifier in "[!-%'-;=?-~ぁ-んァ-ヶ一-龠ｱ-ﾝ]{1,40}", entity in "&amp;|&lt;|&#38;|&#x3042;|",
    ) {
        let literal = format!("{identifier}{entity}");
        let xml = REQUEST.replace("20310405-0007", &literal);
        let request = parse(&xml).unwrap();
        let (answer, _) = request.answer(NOT_FOUND.as_bytes(), Encoding::Utf8).unwrap();
        let wanted = format!("<ArbitraryFileIdentifier>{literal}</ArbitraryFileIdentifier>");
        prop_assert!(String::from_utf8(answer.clone()).unwrap().contains(&wanted));
        prop_assert!(request.is_answered_by(&answer));
    }
}
