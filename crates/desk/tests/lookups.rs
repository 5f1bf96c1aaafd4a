//! Look-ups without a card, and asking again about the person of a result.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Site, centre_answer, result};
use failure::codes;
use model::{Purpose, Remark, Validity, VisitResult};
use serde_json::{Value, json};

const NOT_FOUND: &str = include_str!("../../oqs/tests/documents/not_found.xml");
const TWO: &str = include_str!("../../oqs/tests/documents/elderly_and_assistance.xml");

fn lookup() -> Value {
    json!({
        "insurer_number": "990123", "symbol": "架空１２", "number": "00345", "branch": "02", "birth_date": "19850228",
    })
}

fn centre_says(site: &Site, answer: Result<model::Answer, model::FailureCode>) {
    *site.port.centre_says.lock().unwrap() = Some(answer);
}

/// Deeds of the audit about look-ups, with the result that they name.
async fn deeds(site: &Site) -> Vec<(String, Value)> {
    let audit = site.get("/v1/audit").await.json();
    let entries = audit["entries"].as_array().unwrap().iter();
    entries
        .filter(|entry| entry["deed"] == "looked_up" || entry["deed"] == "requeried")
        .map(|entry| {
            assert_eq!((&entry["actor"], &entry["by"]), (&json!("caller"), &json!("test")));
            (entry["deed"].as_str().unwrap().to_owned(), entry["from"].clone())
        })
        .collect()
}

#[tokio::test]
async fn an_answer_has_no_visit_and_no_reader_and_stands_in_the_audit() {
    let site = Site::open().await;
    let mut says = centre_answer(Validity::InvalidWithNewer);
    says.remarks = vec![Remark::SubsidyUnanswered];
    centre_says(&site, Ok(says));
    let answer = site.send("POST", "/v1/lookups", &lookup().to_string()).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    let fields: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        ["document", "for_staff", "qualification", "received_at", "remarks", "validity", "validity_code"]
    );
    assert_eq!(
        (&body["validity"], &body["validity_code"]),
        (&json!("invalid_with_newer"), &json!("QUALIFICATION_REPLACED"))
    );
    assert_eq!(body["remarks"][0]["code"], "SUBSIDY_UNANSWERED");
    assert_eq!(body["for_staff"].get("verified"), None, "nobody's identity was confirmed");
    assert_eq!(site.get("/v1/results").await.json()["results"], json!([]), "an answer is no result");
    assert_eq!(deeds(&site).await, [("looked_up".to_owned(), Value::Null)]);
    let asked = site.port.lookups.lock().unwrap().remove(0);
    let asked = asked.expose(Purpose::Judge);
    assert_eq!((&*asked.insurer_number, asked.symbol.as_deref()), ("990123", Some("架空１２")));
    assert!(!asked.limit_certificate, "nobody agreed to that");
}

#[tokio::test]
async fn a_field_of_wrong_form_is_named_and_not_repeated() {
    let site = Site::open().await;
    for (field, typed, form) in [
        ("insurer_number", json!("9901234"), "6 or 8 digits"),
        ("symbol", json!("あ".repeat(21)), "1 to 20 characters, or nothing at all"),
        ("number", json!(" 00345"), "1 to 20 characters"),
        ("branch", json!("222"), "2 digits, or nothing at all"),
        ("birth_date", json!("19850231"), "a date of 8 digits, yyyymmdd"),
    ] {
        let mut asked = lookup();
        asked[field] = typed.clone();
        let answer = site.send("POST", "/v1/lookups", &asked.to_string()).await;
        assert_eq!(answer.problem(), (400, "API_BAD_REQUEST".to_owned()), "{field}");
        let body = answer.json();
        assert_eq!((&body["field"], &body["form"]), (&json!(field), &json!(form)));
        let said = String::from_utf8(answer.raw).unwrap();
        assert!(!said.contains(typed.as_str().unwrap().trim()), "{said}");
    }
    for wrong in [json!({}), json!([]), json!({ "number": "1" }), {
        let mut more = lookup();
        more["name"] = json!("見本　花子");
        more
    }] {
        let answer = site.send("POST", "/v1/lookups", &wrong.to_string()).await;
        assert_eq!(answer.problem().0, 400, "{wrong}");
        assert!(!String::from_utf8(answer.raw).unwrap().contains("見本"), "{wrong}");
    }
    assert!(site.port.lookups.lock().unwrap().is_empty(), "the centre was asked nothing");
    assert!(deeds(&site).await.is_empty());
}

#[tokio::test]
async fn what_the_centre_does_not_answer_is_said_and_that_it_was_asked_is_noted() {
    let site = Site::open().await;
    let busy = site.send("POST", "/v1/lookups", &lookup().to_string()).await;
    assert_eq!(busy.problem(), (429, "LOOKUPS_BUSY".to_owned()));
    let again =
        busy.head.lines().find_map(|line| line.strip_prefix("retry-after: ")).expect("when to come again");
    assert!(again.parse::<u64>().unwrap() >= 1);
    for code in [codes::CENTRE_SILENT, codes::CENTRE_LOGIN_REFUSED] {
        centre_says(&site, Err(code));
        let answer = site.send("POST", "/v1/lookups", &lookup().to_string()).await;
        assert_eq!(answer.problem(), (502, code.as_str().to_owned()));
    }
    assert_eq!(deeds(&site).await, vec![("looked_up".to_owned(), Value::Null); 3]);
}

#[tokio::test]
async fn the_person_of_a_result_is_asked_for_again_by_its_own_document() {
    let site = Site::open().await;
    site.tell(result(1)).await;
    let before = site.get("/v1/results/1").await.body;
    centre_says(&site, Ok(centre_answer(Validity::Invalid)));
    let answer = site.send("POST", "/v1/results/1/requery", "").await;
    assert_eq!((answer.status, &answer.json()["validity"]), (200, &json!("invalid")));
    let asked = site.port.lookups.lock().unwrap().remove(0);
    let asked = asked.expose(Purpose::Judge);
    assert_eq!(
        (
            &*asked.insurer_number,
            asked.symbol.as_deref(),
            &*asked.number,
            asked.branch.as_deref(),
            &*asked.birth_date
        ),
        ("990123", Some("架空１２"), "00345", Some("02"), "19850228")
    );
    assert_eq!(site.get("/v1/results/1").await.body, before, "the result stays as it is");
    assert_eq!(deeds(&site).await, [("requeried".to_owned(), json!(1))]);
}

#[tokio::test]
async fn a_result_that_says_too_little_of_one_insurance_is_not_asked_for() {
    let site = Site::open().await;
    let with = |number, xml: &str| VisitResult {
        qualification: model::Pii::new(model::Qualification { xml: xml.to_owned() }),
        ..result(number)
    };
    let whole = result(9).qualification.expose(Purpose::Judge).xml.clone();
    for (number, xml) in [
        (1, NOT_FOUND.to_owned()),
        (2, TWO.to_owned()),
        (3, "<XmlMsg>".to_owned()),
        (4, whole.replace("<Birthdate>19850228</Birthdate>", "")),
        (
            5,
            whole.replace("<InsurerNumber>  990123</InsurerNumber>", "<InsurerNumber>●●0123</InsurerNumber>"),
        ),
    ] {
        let id = site.tell(with(number, &xml)).await;
        centre_says(&site, Ok(centre_answer(Validity::Valid)));
        let answer = site.send("POST", &format!("/v1/results/{id}/requery"), "").await;
        assert_eq!(answer.problem(), (409, "REQUERY_IMPOSSIBLE".to_owned()), "{number}");
    }
    assert!(site.port.lookups.lock().unwrap().is_empty());
    assert_eq!(
        site.send("POST", "/v1/results/99/requery", "").await.problem(),
        (404, "API_NOT_FOUND".to_owned())
    );
    assert_eq!(
        site.send("POST", "/v1/results/x/requery", "").await.problem(),
        (400, "API_BAD_REQUEST".to_owned())
    );
    site.forget_all().await;
    assert_eq!(site.send("POST", "/v1/results/1/requery", "").await.problem(), (410, "API_GONE".to_owned()));
}
