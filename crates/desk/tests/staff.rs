//! What staff order over the API, and what the audit tells.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod common;

use common::{Answer, Site, ask, ask_with, result};
use desk::{StaffAct, StaffFault};
use model::{AuditBy, AuditDeed, AuditEntry, ConsentItem, PersonField, Remark, Timestamp, Validity, VisitId};
use serde_json::json;

const VISIT: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

impl Site {
    async fn order(&self, method: &str, target: &str, body: &str) -> Answer {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n{}", self.host(), self.bearer());
        match body {
            "" => ask(self.tcp().await, &head).await,
            body => ask_with(self.tcp().await, &head, body).await,
        }
    }
}

#[tokio::test]
async fn each_order_reaches_its_station_with_who_gave_it() {
    let site = Site::open().await;
    let visit = VisitId::from_bytes([10; 16]);
    let visits = format!("/v1/readers/front-1/visits/{VISIT}");
    for (method, target, body, act) in [
        (
            "PUT",
            "/v1/readers/front-1/visual-check".to_owned(),
            r#"{"by":"tanaka"}"#,
            StaffAct::ArmVisualCheck,
        ),
        ("DELETE", "/v1/readers/front-1/visual-check?by=tanaka".to_owned(), "", StaffAct::DisarmVisualCheck),
        (
            "POST",
            format!("{visits}/confirmation"),
            r#"{"by":"tanaka","same_person":true}"#,
            StaffAct::ConfirmPerson { visit, same: true },
        ),
        (
            "POST",
            format!("{visits}/confirmation"),
            r#"{"by":"tanaka","same_person":false}"#,
            StaffAct::ConfirmPerson { visit, same: false },
        ),
        ("DELETE", format!("{visits}?by=tanaka"), "", StaffAct::CancelVisit { visit }),
    ] {
        let answer = site.order(method, &target, body).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{method} {target}");
        assert_eq!(site.port.acts.lock().unwrap().pop(), Some(("tanaka".parse().unwrap(), act)));
    }
}

#[tokio::test]
async fn what_the_station_refuses_is_said_with_its_reason() {
    let site = Site::open().await;
    let arm = || site.order("PUT", "/v1/readers/front-1/visual-check", r#"{"by":"tanaka"}"#);
    for (fault, status, reason) in [
        (StaffFault::NoVisit, 409, "no_visit"),
        (StaffFault::OtherVisit, 409, "other_visit"),
        (StaffFault::Untimely, 409, "untimely"),
        (StaffFault::NotReady, 409, "reader_not_ready"),
        (StaffFault::Busy, 429, "busy"),
    ] {
        *site.port.says.lock().unwrap() = Err(fault);
        let answer = arm().await;
        assert_eq!(answer.problem(), (status, "STAFF_ACT_UNTIMELY".to_owned()));
        assert_eq!(answer.json()["reason"], reason);
    }
    let nobody = site.order("PUT", "/v1/readers/front-9/visual-check", r#"{"by":"tanaka"}"#).await;
    assert_eq!(nobody.problem(), (404, "API_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn an_order_of_wrong_form_reaches_nobody() {
    let site = Site::open().await;
    let confirmation = format!("/v1/readers/front-1/visits/{VISIT}/confirmation");
    for (method, target, body, status) in [
        ("PUT", "/v1/readers/front-1/visual-check", r#"{"by":"Tanaka Hanako"}"#, 400),
        ("PUT", "/v1/readers/front-1/visual-check", r#"{}"#, 400),
        ("PUT", "/v1/readers/front-1/visual-check", r#"{"by":"tanaka","for":"all"}"#, 400),
        ("PUT", "/v1/readers/FRONT/visual-check", r#"{"by":"tanaka"}"#, 404),
        ("DELETE", "/v1/readers/front-1/visual-check", "", 400),
        ("DELETE", "/v1/readers/front-1/visits/1?by=tanaka", "", 404),
        ("POST", confirmation.as_str(), r#"{"by":"tanaka"}"#, 400),
    ] {
        let answer = site.order(method, target, body).await;
        assert_eq!(answer.problem().0, status, "{method} {target} {body}");
    }
    assert!(site.port.acts.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_audit_is_told_in_order() {
    let site = Site::open().await;
    let entry = |by, deed| AuditEntry {
        at: Timestamp(1_772_000_000_000),
        reader: Some("front-1".parse().unwrap()),
        visit: None,
        by,
        deed,
    };
    let tanaka = AuditBy::Staff("tanaka".parse().unwrap());
    site.ledger.note(entry(tanaka, AuditDeed::VisualCheckArmed)).await.unwrap();
    site.ledger.note(entry(AuditBy::AtReader, AuditDeed::PasscodeRefused)).await.unwrap();
    let whole = site.get("/v1/audit").await.json();
    let made = &whole["entries"][0];
    assert_eq!(
        (&made["deed"], &made["actor"], &made["name"]),
        (&json!("token_made"), &json!("local_user"), &json!("test"))
    );
    assert_eq!(
        whole["entries"][1],
        json!({
            "id": 2, "at": "2026-02-25T15:13:20.000+09:00", "reader": "front-1", "visit": null, "by": "tanaka",
            "actor": "staff", "deed": "visual_check_armed",
        })
    );
    assert_eq!(
        (&whole["entries"][2]["by"], &whole["entries"][2]["deed"]),
        (&json!(null), &json!("passcode_refused"))
    );
    assert_eq!(whole["next"], 3);
    let rest = site.get("/v1/audit?since=2&limit=1").await.json();
    assert_eq!((rest["entries"].as_array().unwrap().len(), &rest["entries"][0]["id"]), (1, &json!(3)));
    assert_eq!(
        site.get("/v1/audit?since=3").await.json(),
        json!({ "entries": [], "damaged": [], "next": 3 })
    );
    assert_eq!(site.get("/v1/audit?limit=0").await.problem().0, 400);
}

#[tokio::test]
async fn a_result_says_what_is_worth_knowing_beside_it() {
    let site = Site::open().await;
    let mut told = result(1);
    told.validity = Validity::Several;
    told.remarks = vec![
        Remark::ConsentMissing { item: ConsentItem::Medicines },
        Remark::CharactersBlanked { field: PersonField::Address },
        Remark::CentreNote { word: "something_new".to_owned() },
        Remark::SubsidyUnanswered,
    ];
    site.tell(told).await;
    let body = site.get("/v1/results/1").await.json();
    assert_eq!(body["validity_code"], "QUALIFICATION_SEVERAL");
    let remarks = body["remarks"].as_array().unwrap();
    let codes: Vec<_> = remarks.iter().map(|remark| remark["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["CONSENT_MISSING", "CHARACTERS_BLANKED", "CENTRE_NOTE", "SUBSIDY_UNANSWERED"]);
    assert_eq!(remarks[0]["item"], "medicines");
    assert_eq!(remarks[1]["field"], "address");
    assert_eq!(remarks[2]["word"], "something_new");
    for remark in remarks {
        let entry = failure::explain(remark["code"].as_str().unwrap()).unwrap();
        assert_eq!(remark["cause"], json!({ "ja": entry.cause.ja, "en": entry.cause.en }));
        assert_eq!(remark["reception"]["ja"], entry.reception.ja);
    }
    site.tell(result(2)).await;
    let plain = site.get("/v1/results/2").await.json();
    assert_eq!((&plain["validity_code"], &plain["remarks"]), (&json!(null), &json!([])));
}

#[tokio::test]
async fn what_staff_need_of_a_result_stands_in_words() {
    let site = Site::open().await;
    let mut told = result(1);
    let xml = told.qualification.expose(model::Purpose::Judge).xml.replace("見本　花子", "見本　●子");
    told.qualification = model::Pii::new(model::Qualification { xml });
    told.remarks = vec![Remark::ConsentMissing { item: ConsentItem::Medicines }];
    site.tell(told).await;
    let for_staff = site.get("/v1/results/1").await.json()["for_staff"].clone();
    assert_eq!(for_staff["verified"], json!({ "ja": "顔認証で本人確認", "en": "Confirmed by face" }));
    assert_eq!(for_staff["consents_missing"], json!(["medicines"]));
    assert_eq!(
        for_staff["names"],
        json!([{ "name": "見本　●子", "kana": "ﾐﾎﾝ ﾊﾅｺ", "other": null, "other_kana": null, "blanked": true }])
    );
    let lines = for_staff["insurance"][0]["lines"].as_array().unwrap();
    let said: Vec<_> = lines
        .iter()
        .map(|line| (line["label"]["ja"].as_str().unwrap(), line["value"].as_str().unwrap()))
        .collect();
    assert!(said.iter().any(|(label, value)| label.contains("番号") && value.contains("00345")), "{said:?}");
    assert!(
        lines.iter().all(|line| line["item"].is_string() && line["label"]["en"].is_string()),
        "{lines:?}"
    );
    site.tell(result(2)).await;
    let plain = site.get("/v1/results/2").await.json()["for_staff"].clone();
    assert_eq!((&plain["consents_missing"], &plain["names"][0]["blanked"]), (&json!([]), &json!(false)));
}
