//! A pairing is told step by step, as it goes on, and ends with its client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test stops")]

mod common;

use common::{PATIENCE, Site, ask};
use desk::PairStep;
use failure::codes;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PAIR: &str = "/v1/readers/front-1/pair";

fn steps(site: &Site) -> mpsc::Sender<PairStep> {
    let (steps, heard) = mpsc::channel(4);
    *site.port.steps.lock().unwrap() = Some(heard);
    steps
}

fn lines(body: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(body.to_vec()).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
}

#[tokio::test]
async fn each_step_is_one_line() {
    let site = Site::open().await;
    let told = steps(&site);
    told.send(PairStep::Place { within: Duration::from_secs(60) }).await.unwrap();
    told.send(PairStep::Take { slot: "Slot \"0\"".to_owned() }).await.unwrap();
    told.send(PairStep::Paired { slot: "Slot \"0\"".to_owned() }).await.unwrap();
    drop(told);
    let answer = site.post(PAIR, &site.bearer(), "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/x-ndjson"), "{}", answer.head);
    let expected = [
        json!({ "step": "place_card", "within_seconds": 60 }),
        json!({ "step": "take_card", "slot": "Slot \"0\"" }),
        json!({ "step": "paired", "slot": "Slot \"0\"" }),
    ];
    assert_eq!(lines(&answer.body), expected);
}

#[tokio::test]
async fn a_refusal_says_what_to_do_in_both_languages() {
    let site = Site::open().await;
    let told = steps(&site);
    told.send(PairStep::Refused(codes::PAIRING_SEVERAL_CARDS)).await.unwrap();
    drop(told);
    let answer = site.post(PAIR, &site.bearer(), "").await;
    let [refused] = &lines(&answer.body)[..] else { unreachable!("one line") };
    let entry = failure::entry(codes::PAIRING_SEVERAL_CARDS);
    assert_eq!(refused["code"], "PAIRING_SEVERAL_CARDS");
    assert!(refused["detail"].as_str().unwrap().contains(entry.technician.ja));
    assert!(refused["detail_en"].as_str().unwrap().contains(entry.technician.en));
}

#[tokio::test]
async fn a_step_is_told_when_it_happens_and_a_client_that_goes_ends_the_pairing() {
    let site = Site::open().await;
    let told = steps(&site);
    let mut client = site.tcp().await;
    let request = format!(
        "POST {PAIR} HTTP/1.1\r\nHost: {}\r\n{}Content-Length: 0\r\n\r\n",
        site.host(),
        site.bearer()
    );
    client.write_all(request.as_bytes()).await.unwrap();
    told.send(PairStep::Place { within: Duration::from_secs(60) }).await.unwrap();
    let mut heard = Vec::new();
    let place = async {
        while !String::from_utf8_lossy(&heard).contains("place_card") {
            assert!(client.read_buf(&mut heard).await.unwrap() > 0, "the answer ended");
        }
    };
    timeout(PATIENCE, place).await.expect("the first step, while the pairing goes on");
    drop(client);
    timeout(PATIENCE, told.closed()).await.expect("the pairing hears that nobody listens any more");
}

#[tokio::test]
async fn a_pairing_that_cannot_begin_is_refused_at_once() {
    let site = Site::open().await;
    let running = site.post(PAIR, &site.bearer(), "").await;
    assert_eq!(running.problem(), (409, "PAIRING_RUNNING".to_owned()));
    for unknown in ["/v1/readers/front-9/pair", "/v1/readers/..%2Fetc/pair"] {
        assert_eq!(site.post(unknown, &site.bearer(), "").await.problem(), (404, "API_NOT_FOUND".to_owned()));
    }
}

#[tokio::test]
async fn a_pairing_needs_the_token_and_no_page_may_ask_for_it() {
    let site = Site::open().await;
    let _told = steps(&site);
    assert_eq!(site.post(PAIR, "", "").await.problem(), (401, "API_TOKEN_MISSING".to_owned()));
    let page = format!("{}Origin: http://{}\r\n", site.bearer(), site.host());
    assert_eq!(site.post(PAIR, &page, "").await.problem(), (403, "API_ORIGIN_FOREIGN".to_owned()));
    let head = format!("GET {PAIR} HTTP/1.1\r\nHost: {}\r\n{}", site.host(), site.bearer());
    assert_eq!(ask(site.tcp().await, &head).await.problem(), (405, "API_BAD_REQUEST".to_owned()));
    assert!(site.port.steps.lock().unwrap().is_some(), "none of them began one");
}
