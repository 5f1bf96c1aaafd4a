//! Golden bytes of the protocol page, and properties of every reader.

use centre_wire::{
    AnswersReply, AnswersRequest, CentreMessage, LoginReply, LoginRequest, LookupReply, LookupRequest, Nonce,
    Operation, Refusal, ScreensReply, SigningText, TerminalMessage, marker, signing_text,
};
use model::{FaceAccount, Lookup, VisitId};
use proptest::prelude::*;

/// Worked by hand in PROTOCOL.md.
#[test]
fn the_text_to_be_signed_is_the_page_s() {
    let text = signing_text(&SigningText {
        operation: Operation::PinLess,
        nonce: &Nonce([0xAA; 32]),
        visit: &VisitId::from_bytes([0xBB; 16]),
        account: &"F0AB12".parse::<FaceAccount>().unwrap(),
        endpoint: "centre.test",
        exporter: &[0xCC; 32],
    });
    let mut golden = b"uketsuke relay v1 pin-less".to_vec();
    golden.extend(b"\x00\x00\x00\x20");
    golden.extend([0xAA; 32]);
    golden.extend(b"\x00\x00\x00\x10");
    golden.extend([0xBB; 16]);
    golden.extend(b"\x00\x00\x00\x06F0AB12\x00\x00\x00\x0Bcentre.test\x00\x00\x00\x20");
    golden.extend([0xCC; 32]);
    assert_eq!(text, golden);
    assert_eq!(text.len(), 26 + 5 * 4 + 32 + 16 + 6 + 11 + 32);
}

#[test]
fn relay_messages_are_the_page_s() {
    let open = r#"{"type":"open","visit":"0102030405060708090a0b0c0d0e0f10","account":"F0AB12"}"#;
    assert_eq!(TerminalMessage::from_text(open).unwrap().to_text(), open);
    let command = r#"{"type":"command","apdu":"00a4020c02000a"}"#;
    let CentreMessage::Command { apdu } = CentreMessage::from_text(command).unwrap() else {
        panic!("a command")
    };
    assert_eq!(apdu.as_bytes(), b"\x00\xA4\x02\x0C\x02\x00\x0A");
    assert_eq!(format!("{apdu:?}"), "Command(7 bytes)", "never the bytes");
    let answer = r#"{"type":"answer","session":"s-1","validity":"valid"}"#;
    assert_eq!(CentreMessage::from_text(answer).unwrap().to_text(), answer);
}

#[test]
fn what_the_page_does_not_know_is_refused() {
    for text in [
        r#"{"type":"answer","session":"s-1","validity":"valid","more":1}"#,
        r#"{"type":"answer","session":"../s","validity":"valid"}"#,
        r#"{"type":"command","apdu":"00A4"}"#,
        r#"{"type":"command","apdu":"00a"}"#,
        r#"{"type":"nonce","session":"s-1","nonce":"AAAA"}"#,
        r#"{"type":"refused","code":"Taro Yamada","message":""}"#,
        r#"{"type":"shout"}"#,
        "",
    ] {
        assert!(CentreMessage::from_text(text).is_err(), "{text}");
    }
    let long = format!(r#"{{"type":"command","apdu":"{}"}}"#, "00".repeat(262));
    assert!(CentreMessage::from_text(&long).is_err());
    assert!(CentreMessage::from_text(&" ".repeat(3000)).is_err());
}

/// The example of PROTOCOL.md.
const LOOKUP: &str = r#"{"insurer_number":"990123","symbol":"架空１２","number":"00345","branch":"02","birth_date":"19850228","limit_certificate":false}"#;

#[test]
fn look_ups_and_their_answers_are_the_page_s() {
    assert!(include_str!("../PROTOCOL.md").contains(LOOKUP));
    let request = LookupRequest::from_json(LOOKUP.as_bytes()).unwrap();
    assert_eq!(request.0.symbol.as_deref(), Some("架空１２"));
    assert_eq!(request.to_json(), LOOKUP);
    let least = r#"{"insurer_number":"39990012","number":"01234567","birth_date":"19440505"}"#;
    let request = LookupRequest::from_json(least.as_bytes()).unwrap().0;
    assert_eq!((request.symbol, request.branch, request.limit_certificate), (None, None, false));
    let reply = r#"{"qualification":"<?xml …","warnings":["new_thing"]}"#;
    assert_eq!(LookupReply::from_json(reply.as_bytes()).unwrap().to_json(), reply);
}

#[test]
fn a_look_up_of_another_form_is_refused_by_its_field_and_shown_nowhere() {
    let faults = [
        ("\"990123\"", "\"990\"", "insurer_number"),
        ("\"架空１２\"", "\"\"", "symbol"),
        ("\"00345\"", "\"\"", "number"),
        ("\"02\"", "\"2\"", "branch"),
        ("19850228", "19850229", "birth_date"),
    ];
    for (good, bad, field) in faults {
        let fault = LookupRequest::from_json(LOOKUP.replace(good, bad).as_bytes()).unwrap_err();
        assert_eq!(fault.to_string(), format!("not a look-up: {field}"));
    }
    for (good, bad) in
        [("\"number\"", "\"numbers\""), (",\"limit", ",\"name\":\"見本\",\"limit"), ("false", "0")]
    {
        let fault = LookupRequest::from_json(LOOKUP.replace(good, bad).as_bytes()).unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("見本"), "{fault}");
    }
    let long = format!("{LOOKUP}{}", " ".repeat(centre_wire::caps::SMALL_BODY));
    assert!(LookupRequest::from_json(long.as_bytes()).is_err());
    let words = vec!["\"a\""; centre_wire::caps::WARNINGS + 1].join(",");
    let warned = format!(r#"{{"qualification":"","warnings":[{words}]}}"#);
    assert!(LookupReply::from_json(warned.as_bytes()).is_err());
    assert!(LookupReply::from_json(br#"{"qualification":"","warnings":[],"session":"s"}"#).is_err());

    let request = LookupRequest::from_json(LOOKUP.as_bytes()).unwrap();
    let reply = LookupReply { qualification: "見本".to_owned(), warnings: Vec::new() };
    assert_eq!(format!("{request:?} {reply:?}"), "LookupRequest(…) LookupReply(…)");
}

#[test]
fn a_fault_does_not_quote_the_bytes() {
    let fault = AnswersReply::from_json("{\"session\":\"s\",\"見本\":1}".as_bytes()).unwrap_err();
    assert!(!format!("{fault} {fault:?}").contains("見本"), "{fault}");
}

#[test]
fn the_marker_s_two_forms_agree() {
    let mut der = Vec::new();
    let first = marker::OID[0] * 40 + marker::OID[1];
    for arc in std::iter::once(first).chain(marker::OID[2..].iter().copied()) {
        let mut groups = vec![(arc & 0x7F) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.insert(0, (rest & 0x7F) as u8 | 0x80);
            rest >>= 7;
        }
        der.extend(groups);
    }
    assert_eq!(der, marker::OID_DER);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = CentreMessage::from_text(&text);
        let _ = TerminalMessage::from_text(&text);
        let _ = LoginRequest::from_json(&bytes);
        let _ = LoginReply::from_json(&bytes);
        let _ = ScreensReply::from_json(&bytes);
        let _ = AnswersRequest::from_json(&bytes);
        let _ = AnswersReply::from_json(&bytes);
        let _ = Refusal::from_json(&bytes);
        let _ = LookupRequest::from_json(&bytes);
        let _ = LookupReply::from_json(&bytes);
    }

    #[test]
    fn a_look_up_comes_back_as_it_went(
        insurer_number in "[0-9]{6}([0-9]{2})?", symbol in proptest::option::of("[a-z架空ｱ-ﾝ０-９・/-]{1,20}"),
        number in "[0-9０-９\\\\\"]{1,20}", branch in proptest::option::of("[0-9]{2}"),
        birth_date in "(19[0-9]{2}|20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])", limit_certificate in any::<bool>(),
    ) {
        let request =
            LookupRequest(Lookup { insurer_number, symbol, number, branch, birth_date, limit_certificate });
        prop_assert!(LookupRequest::from_json(request.to_json().as_bytes()).unwrap() == request);
    }

    #[test]
    fn a_damaged_look_up_is_read_in_its_form_or_refused(at in 0usize..200, byte in any::<u8>()) {
        let mut bytes = LOOKUP.as_bytes().to_vec();
        let place = at % bytes.len();
        bytes[place] = byte;
        if let Ok(request) = LookupRequest::from_json(&bytes) {
            prop_assert_eq!(request.0.check(), Ok(()));
        }
    }

    #[test]
    fn a_damaged_message_is_read_or_refused(at in 0usize..80, byte in any::<u8>()) {
        let mut bytes = br#"{"type":"open","visit":"0102030405060708090a0b0c0d0e0f10","account":"F0AB12"}"#.to_vec();
        let place = at % bytes.len();
        bytes[place] = byte;
        let _ = TerminalMessage::from_text(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn an_apdu_comes_back_as_it_went(bytes in proptest::collection::vec(any::<u8>(), 2..=258)) {
        let message = TerminalMessage::Response { apdu: bytes.try_into().unwrap() };
        prop_assert_eq!(TerminalMessage::from_text(&message.to_text()).unwrap(), message);
    }

    #[test]
    fn other_fields_make_another_text(a in "[0-9A-Z]{1,6}", b in "[0-9A-Z]{1,6}", e in "[a-z]{1,9}", f in "[a-z]{1,9}") {
        let text = |account: &str, endpoint: &str| signing_text(&SigningText {
            operation: Operation::Pin,
            nonce: &Nonce([1; 32]),
            visit: &VisitId::from_bytes([2; 16]),
            account: &format!("F0{account}").parse().unwrap(),
            endpoint,
            exporter: &[3; 32],
        });
        prop_assert_eq!(text(&a, &e) == text(&b, &f), a == b && e == f);
    }
}
