//! Golden bytes of the protocol page, and properties of every reader.

use centre_wire::{
    AnswersReply, AnswersRequest, CentreMessage, LoginReply, LoginRequest, Nonce, Operation, Refusal,
    ScreensReply, SigningText, TerminalMessage, marker, signing_text,
};
use model::{FaceAccount, VisitId};
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
