//! The audit, whole: who saw which result, who listened, and whether an entry is missing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{PATIENCE, Site, ask, result};
use model::{AuditDeed, AuditRow, ResultId};
use serde_json::{Value, json};
use tokio::time::timeout;

async fn entries(site: &Site) -> Vec<Value> {
    site.get("/v1/audit").await.json()["entries"].as_array().unwrap().clone()
}

/// Deed, who, from, to.
async fn shown(site: &Site) -> Vec<(String, String, Value, Value)> {
    let told = entries(site).await;
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let seen = told.iter().filter(|entry| entry["deed"] != "token_made");
    seen.map(|entry| (word(entry, "deed"), word(entry, "by"), entry["from"].clone(), entry["to"].clone()))
        .collect()
}

#[tokio::test]
async fn who_saw_which_result_is_noted_before_it_is_seen() {
    let site = Site::open().await;
    for number in 1..=4 {
        site.tell(result(number)).await;
    }
    site.get("/v1/results/3").await;
    site.get("/v1/results?since=1&limit=2").await;
    ask(site.unix().await, "GET /v1/results/1 HTTP/1.1\r\nHost: uketsuke\r\n").await;
    // Nothing was seen: nothing is noted.
    site.get("/v1/results?since=4").await;
    site.get("/v1/results/99").await;
    site.get("/v1/readers").await;
    let local = nix::unistd::geteuid().to_string();
    let expected = [("test", 3, 3), ("test", 2, 3), (&*local, 1, 1)];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(by, from, to)| ("results_shown".to_owned(), by.to_owned(), json!(from), json!(to)))
        .collect();
    assert_eq!(shown(&site).await, expected);
    let last = entries(&site).await.pop().unwrap();
    assert_eq!(
        (&last["actor"], &last["reader"], &last["visit"]),
        (&json!("local_user"), &json!(null), &json!(null))
    );
}

#[tokio::test]
async fn who_listened_from_where_to_where_is_noted() {
    let site = Site::open().await;
    for number in 1..=2 {
        site.tell(result(number)).await;
    }
    let mut stream = site.events("/v1/events?after=1", "").await;
    assert_eq!(stream.next("result").await.unwrap().id, Some(2));
    let began = ("listening_began".to_owned(), "test".to_owned(), json!(2), Value::Null);
    assert_eq!(shown(&site).await, [began], "durable before anything is seen");
    site.tell(result(3)).await;
    assert_eq!(stream.next("result").await.unwrap().id, Some(3));
    drop(stream);
    let ended = until_ended(&site).await;
    assert_eq!(ended, AuditDeed::ListeningEnded { up_to: ResultId(3) });
    assert_eq!(shown(&site).await.len(), 2);
}

/// The end of a stream is noted when the desk finds its client gone: by the next thing that it tells.
async fn until_ended(site: &Site) -> AuditDeed {
    let ended = async {
        loop {
            site.hub.publish(desk::DeskEvent::Station(common::station(model::StationState::Idle, 1)));
            let rows = site.ledger.audit_since(0, 100).unwrap().into_iter();
            let deeds = rows.filter_map(|row| match row {
                AuditRow::Whole(record) => Some(record.entry.deed),
                AuditRow::Damaged(_) => None,
            });
            let mut ended = deeds.filter(|deed| matches!(deed, AuditDeed::ListeningEnded { .. }));
            if let Some(ended) = ended.next() {
                return ended;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, ended).await.expect("the end of the stream is noted")
}

#[tokio::test]
async fn an_entry_that_was_changed_or_taken_out_is_found() {
    let site = Site::open().await;
    for number in 1..=3 {
        site.tell(result(number)).await;
        site.get(&format!("/v1/results/{number}")).await;
    }
    let whole = site.get("/v1/audit/verification").await.json();
    assert_eq!((&whole["entries"], &whole["broken_at"]), (&json!(4), &json!(null)));
    let head = whole["head"].as_str().unwrap();
    assert!(head.len() == 64 && head.bytes().all(|byte| byte.is_ascii_hexdigit()), "{head}");
    assert_eq!(site.get("/v1/audit/verification").await.json(), whole, "looking changes nothing");

    let ledger = rusqlite::Connection::open(site.config.socket.with_file_name("ledger.db")).unwrap();
    ledger.busy_timeout(PATIENCE).unwrap();
    assert_eq!(ledger.execute("DELETE FROM audit WHERE id = 3", []).unwrap(), 1);
    let verdict = site.get("/v1/audit/verification").await.json();
    assert_eq!((&verdict["entries"], &verdict["broken_at"]), (&json!(2), &json!(3)));
    let ids: Vec<_> = entries(&site).await.iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(ids, [1, 2, 4]);
}
