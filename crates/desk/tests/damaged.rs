//! A row of the ledger that is another than it was committed: it is named, and nothing else is lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Site, result};
use model::ResultId;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<u64> {
    page["results"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

async fn with_damage(damaged: &[u64]) -> Site {
    let site = Site::open().await;
    for number in 1..=5 {
        site.tell(result(number)).await;
    }
    damaged.iter().for_each(|id| site.damage(ResultId(*id)));
    site
}

#[tokio::test]
async fn a_page_goes_on_and_lists_what_is_damaged() {
    let site = with_damage(&[2, 3]).await;
    let page = site.get("/v1/results").await.json();
    assert_eq!((ids(&page), &page["damaged"], &page["next"]), (vec![1, 4, 5], &json!([2, 3]), &json!(5)));
    // The limit counts what is told; whoever goes on by `next` meets each once.
    let first = site.get("/v1/results?since=0&limit=1").await.json();
    assert_eq!((ids(&first), &first["next"]), (vec![1], &json!(1)));
    let second = site.get("/v1/results?since=1&limit=1").await.json();
    assert_eq!((ids(&second), &second["damaged"], &second["next"]), (vec![4], &json!([2, 3]), &json!(4)));
    let of_reader = site.get("/v1/results?reader=front-1").await.json();
    assert_eq!(
        (ids(&of_reader), &of_reader["damaged"]),
        (vec![1, 5], &json!([2, 3])),
        "whose it was is not known"
    );
    let all_gone = with_damage(&[1, 2, 3, 4, 5]).await.get("/v1/results").await.json();
    assert_eq!((ids(&all_gone), &all_gone["next"]), (vec![], &json!(5)));
}

#[tokio::test]
async fn by_its_id_it_is_a_problem_and_shown_to_nobody() {
    let site = with_damage(&[2]).await;
    for (method, target, body) in [
        ("GET", "/v1/results/2", ""),
        ("GET", "/v1/results/2/changes", ""),
        ("POST", "/v1/results/2/comparison", "{}"),
        ("POST", "/v1/results/2/requery", ""),
    ] {
        let answer = site.send(method, target, body).await;
        assert_eq!(answer.problem(), (503, "LEDGER_UNUSABLE".to_owned()), "{method} {target}");
        assert!(!String::from_utf8(answer.raw).unwrap().contains("見本"), "{target}");
    }
    let audit = site.get("/v1/audit").await.json();
    let shown = audit["entries"].as_array().unwrap().iter().filter(|entry| entry["deed"] == "results_shown");
    assert_eq!(shown.count(), 0);
}

#[tokio::test]
async fn in_the_stream_a_word_of_it_stands_in_its_place() {
    let site = with_damage(&[2, 5]).await;
    let mut stream = site.events("/v1/events?after=0", "").await;
    let mut told = Vec::new();
    while told.len() < 5 {
        let event = stream.block().await.expect("an event");
        if event.name == "result" || event.name == "damaged" {
            told.push((event.name, event.id, event.data));
        }
    }
    let names: Vec<_> = told.iter().map(|(name, id, _)| (&**name, id.unwrap())).collect();
    assert_eq!(names, [("result", 1), ("damaged", 2), ("result", 3), ("result", 4), ("damaged", 5)]);
    assert_eq!(told[1].2, r#"{"id":2,"code":"LEDGER_UNUSABLE"}"#);
    // Whoever resumes behind it does not meet it again.
    let mut resumed = site.events("/v1/events", "Last-Event-ID: 2\r\n").await;
    assert_eq!(resumed.next("result").await.unwrap().id, Some(3));
}
