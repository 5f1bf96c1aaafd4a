//! What the API says of a code and what a panel shows of it are the catalogue's own words, for every code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::Site;
use desk::ShownPanel;
use failure::{Text, codes};
use model::panel::{Language, Notice, Panel};
use serde_json::{Value, json};

fn words(text: Text) -> Value {
    json!({ "ja": text.ja, "en": text.en })
}

#[tokio::test]
async fn the_api_and_the_panel_say_of_every_code_what_the_catalogue_says() {
    let site = Site::open().await;
    let mut panels = site.events("/v1/kiosk/front-2/panel", "").await;
    assert_eq!(panels.block().await.unwrap().name, "dark", "nothing is shown yet");
    for code in codes::ALL {
        let entry = failure::entry(*code);
        let told = site.get(&format!("/v1/failures/{code}")).await.json();
        assert_eq!(told["code"], code.as_str());
        for (part, text) in
            [("cause", entry.cause), ("reception", entry.reception), ("technician", entry.technician)]
        {
            assert_eq!(told[part], words(text), "{code} {part}");
        }
        let failure::PatientText { ja, en, zh, ko } = entry.patient;
        assert_eq!(told["patient"], json!({ "ja": ja, "en": en, "zh": zh, "ko": ko }), "{code} patient");
        assert_eq!(told["reader_numbers"], json!(entry.reader_numbers), "{code}");
        assert_eq!(told.get("others"), None, "{code} means one thing");

        let panel = Panel { language: Language::Japanese, notice: Notice::Failure(*code), question: None };
        site.port.panel.send_replace(Some(ShownPanel { nonce: code.as_str().to_owned(), panel }));
        let shown: Value = serde_json::from_str(&panels.block().await.unwrap().data).unwrap();
        assert_eq!(
            shown["notice"],
            json!({ "kind": "failure", "code": code.as_str(), "text": told["patient"] }),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_reader_s_own_number_is_explained_with_all_that_it_may_stand_for() {
    let site = Site::open().await;
    for (number, code, others) in [
        ("006", "CERTIFICATE_REVOKED", json!(["CERTIFICATE_EXPIRED"])),
        ("001", "CARD_NO_CHIP", json!(["CARD_UNRESPONSIVE"])),
        ("002", "CARD_OTHER", Value::Null),
        ("0x81000001", "CENTRE_LOGIN_REFUSED", Value::Null),
        ("COM%20disconnected", "READER_UNPLUGGED", Value::Null),
        ("003", "READER_NUMBER_UNPUBLISHED", Value::Null),
        ("017", "READER_NUMBER_UNPUBLISHED", Value::Null),
    ] {
        let told = site.get(&format!("/v1/failures/{number}")).await.json();
        assert_eq!((told["code"].as_str(), &told["others"]), (Some(code), &others), "{number}");
    }
    assert_eq!(site.get("/v1/failures/000").await.problem(), (404, "API_NOT_FOUND".to_owned()));
}
