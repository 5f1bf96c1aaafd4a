//! A result beside what is stored, and beside the last one of the same card.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Site, result};
use model::{Beside, CardMark, Pii, Purpose, Qualification, Validity, VisitResult};
use serde_json::{Value, json};

/// The test document with these texts in place of others.
fn with(number: u32, changes: &[(&str, &str)]) -> VisitResult {
    let mut xml = result(number).qualification.expose(Purpose::Judge).xml.clone();
    for (old, new) in changes {
        assert!(xml.contains(old), "{old}");
        xml = xml.replace(old, new);
    }
    VisitResult { qualification: Pii::new(Qualification { xml }), ..result(number) }
}

fn card(mark: u8) -> Beside {
    Beside { card: Some(Pii::new(CardMark([mark; 32]))), took: None }
}

async fn compared(site: &Site, stored: Value) -> Vec<(String, String)> {
    let answer = site.send("POST", "/v1/results/1/comparison", &stored.to_string()).await;
    assert_eq!(answer.status, 200, "{stored}");
    let fields = answer.json()["comparisons"][0]["fields"].as_array().unwrap().clone();
    let said = |field: &Value, key: &str| field[key].as_str().unwrap().to_owned();
    let asked = fields.iter().filter(|field| field.get("stored").is_some());
    asked.map(|field| (said(field, "field"), said(field, "verdict"))).collect()
}

fn verdicts(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, verdict)| ((*field).to_owned(), (*verdict).to_owned())).collect()
}

#[tokio::test]
async fn each_stored_field_is_judged_and_both_values_stand_beside_it() {
    let site = Site::open().await;
    let told = with(1, &[("見本　花子", "見本　●子"), ("ﾐﾎﾝ ﾊﾅｺ", "ﾐﾎﾝ ｼﾖｳｺ")]);
    site.tell(told).await;
    let stored = json!({
        "name": "見本　花子", "name_kana": "ミホン　ショウコ", "insurer_number": "990123",
        "address": "架空県見本市一丁目1-2", "insured_name": "見本　次郎", "lost_on": "20300101",
    });
    assert_eq!(
        compared(&site, stored.clone()).await,
        verdicts(&[
            ("name", "blanked"),
            ("name_kana", "same_but_small_kana"),
            ("address", "same_after_width"),
            ("insurer_number", "same"),
            ("insured_name", "different"),
            ("lost_on", "only_stored"),
        ])
    );
    let answer = site.send("POST", "/v1/results/1/comparison", &stored.to_string()).await.json();
    let name = &answer["comparisons"][0]["fields"][0];
    assert_eq!(
        name,
        &json!({ "field": "name", "verdict": "blanked", "stored": "見本　花子", "new": "見本　●子" })
    );
    assert_eq!(
        compared(&site, json!({ "name": "見本　花江" })).await,
        verdicts(&[("name", "different")]),
        "● stands for 花 only"
    );
    assert_eq!(compared(&site, json!({})).await, []);
}

#[tokio::test]
async fn a_result_that_cannot_be_compared_is_said_so() {
    let site = Site::open().await;
    let xml = "<XmlMsg>".to_owned();
    site.tell(VisitResult { qualification: Pii::new(Qualification { xml }), ..result(1) }).await;
    let unreadable = site.send("POST", "/v1/results/1/comparison", "{}").await;
    assert_eq!(unreadable.problem(), (409, "QUALIFICATION_UNREADABLE".to_owned()));
    for (target, body, status) in [
        ("/v1/results/9/comparison", "{}", 404),
        ("/v1/results/x/comparison", "{}", 400),
        ("/v1/results/1/comparison", r#"{"nmae":"見本　花子"}"#, 400),
        ("/v1/results/1/comparison", r#"{"name":1}"#, 400),
    ] {
        let answer = site.send("POST", target, body).await;
        assert_eq!(answer.problem().0, status, "{target} {body}");
        assert!(!String::from_utf8(answer.raw).unwrap().contains("見本"), "{body}");
    }
    site.forget_all().await;
    assert_eq!(site.send("POST", "/v1/results/1/comparison", "{}").await.problem().0, 410);
    assert_eq!(site.get("/v1/results/1/changes").await.problem().0, 410);
}

#[tokio::test]
async fn what_changed_is_told_against_the_last_result_of_the_same_card() {
    let site = Site::open().await;
    site.tell_with(result(1), card(1)).await;
    site.tell_with(with(2, &[("見本　花子", "別人　太郎")]), card(2)).await;
    let moved = [("一丁目", "二丁目"), ("<QualificationValidity>1<", "<QualificationValidity>3<")];
    let moved = VisitResult { validity: Validity::InvalidWithNewer, ..with(3, &moved) };
    site.tell_with(moved, card(1)).await;
    site.tell_with(result(4), Beside::default()).await;

    let nothing = json!({ "since": null, "validity": null, "qualifications": [] });
    for first in [1, 2, 4] {
        assert_eq!(site.get(&format!("/v1/results/{first}/changes")).await.json(), nothing, "{first}");
    }
    let changes = site.get("/v1/results/3/changes").await.json();
    assert_eq!(changes["since"], 1);
    assert_eq!(changes["validity"], json!({ "before": "valid", "now": "invalid_with_newer" }));
    let fields = &changes["qualifications"][0]["fields"];
    assert_eq!(fields.as_array().unwrap().len(), 1, "{fields}");
    assert_eq!((&fields[0]["field"], &fields[0]["verdict"]), (&json!("address"), &json!("different")));
    assert!(fields[0]["stored"].as_str().unwrap().contains("一丁目"));

    // Who saw which is noted: both were shown.
    let audit = site.get("/v1/audit").await.json();
    let shown: Vec<_> =
        audit["entries"].as_array().unwrap().iter().rev().take(2).map(|entry| &entry["from"]).collect();
    assert_eq!(shown, [&json!(1), &json!(3)]);
}
