//! Consumers of results: each where it was, over acknowledgement, restart and the end of days.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Answer, Events, Site, ask, ask_with, result};
use model::{Beside, ResultId};
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// One program with a token of its own.
struct Program<'a> {
    site: &'a Site,
    bearer: String,
}

impl<'a> Program<'a> {
    async fn new(site: &'a Site, name: &str) -> Self {
        Self {
            site,
            bearer: format!("Authorization: Bearer {}\r\n", site.pair(name, r#"["results"]"#).await),
        }
    }

    async fn status(&self) -> Value {
        self.asked().await.json()
    }

    async fn asked(&self) -> Answer {
        ask(self.site.tcp().await, &self.head("GET", "/v1/acknowledgement")).await
    }

    async fn acknowledge(&self, up_to: u64) -> Answer {
        let body = json!({ "up_to": up_to }).to_string();
        ask_with(self.site.tcp().await, &self.head("PUT", "/v1/acknowledgement"), &body).await
    }

    async fn events(&self, target: &str) -> Events<TcpStream> {
        Events::open(self.site.tcp().await, &format!("{}\r\n", self.head("GET", target))).await
    }

    fn head(&self, method: &str, target: &str) -> String {
        format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n{}", self.site.host(), self.bearer)
    }
}

async fn all(site: &Site) -> Vec<Value> {
    site.get("/v1/consumers").await.json()["consumers"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_token_for_results_is_a_consumer_unless_it_says_otherwise() {
    let site = Site::open().await;
    for (body, status) in [
        (r#"{"name":"receipt","scopes":["results"]}"#, 201),
        (r#"{"name":"board","scopes":["board"]}"#, 201),
        (r#"{"name":"script","scopes":["results"],"consumer":false}"#, 201),
        (r#"{"name":"archive","scopes":["results","board"],"consumer":true}"#, 201),
        // It could never acknowledge what is kept for it.
        (r#"{"name":"watcher","scopes":["board"],"consumer":true}"#, 400),
    ] {
        assert_eq!(site.post("/v1/tokens", &site.bearer(), body).await.status, status, "{body}");
    }
    assert_eq!(names(&site).await, ["archive", "receipt", "test"]);
    assert_eq!(site.send("DELETE", "/v1/tokens/receipt", "").await.status, 204);
    assert_eq!(names(&site).await, ["archive", "test"], "nothing is kept for a program without a token");
}

async fn names(site: &Site) -> Vec<String> {
    all(site).await.iter().map(|one| one["consumer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn who_is_no_consumer_acknowledges_nothing() {
    let site = Site::open().await;
    site.post("/v1/tokens", &site.bearer(), r#"{"name":"script","scopes":["results"],"consumer":false}"#)
        .await;
    let local = ask(site.unix().await, "GET /v1/acknowledgement HTTP/1.1\r\nHost: uketsuke\r\n").await;
    assert_eq!(local.problem(), (403, "CONSUMER_UNKNOWN".to_owned()), "a local user has no name");
    let stream = "GET /v1/events?from=acknowledged HTTP/1.1\r\nHost: uketsuke\r\n";
    assert_eq!(ask(site.unix().await, stream).await.problem(), (403, "CONSUMER_UNKNOWN".to_owned()));
    let program = Program::new(&site, "receipt").await;
    site.ledger.forget_consumer("receipt".parse().unwrap()).await.unwrap();
    assert_eq!(program.asked().await.problem(), (403, "CONSUMER_UNKNOWN".to_owned()));
    assert_eq!(program.acknowledge(0).await.problem(), (403, "CONSUMER_UNKNOWN".to_owned()));
}

#[tokio::test]
async fn acknowledging_goes_up_and_never_down_or_beyond() {
    let site = Site::open().await;
    site.tell(result(1)).await;
    let program = Program::new(&site, "receipt").await;
    let begun = program.status().await;
    assert_eq!(
        (&begun["consumer"], &begun["up_to"], &begun["waiting"], &begun["acknowledged_at"]),
        (&json!("receipt"), &json!(1), &json!(0), &json!(null)),
        "what was there before it is not kept for it"
    );
    for number in 2..=4 {
        site.tell(result(number)).await;
    }
    assert_eq!(program.status().await["waiting"], 3);
    let three = program.acknowledge(3).await;
    assert_eq!((three.status, &three.json()["up_to"], &three.json()["waiting"]), (200, &json!(3), &json!(1)));
    assert!(three.json()["acknowledged_at"].is_string());
    assert_eq!(program.acknowledge(2).await.json()["up_to"], 3, "less than before changes nothing");
    assert_eq!(program.acknowledge(5).await.problem(), (409, "CONSUMER_AHEAD".to_owned()));
    assert_eq!(program.status().await["up_to"], 3);
    for wrong in
        [r#"{"up_to":-1}"#, r#"{"up_to":"3"}"#, r#"{"up_to":3.5}"#, r#"{"up_to":4,"of":"test"}"#, "{}"]
    {
        let answer = ask_with(site.tcp().await, &program.head("PUT", "/v1/acknowledgement"), wrong).await;
        assert_eq!(answer.problem(), (400, "API_BAD_REQUEST".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn each_consumer_is_where_it_was_also_after_a_restart() {
    let mut site = Site::open().await;
    for number in 1..=4 {
        site.tell(result(number)).await;
    }
    let (receipt, board) =
        (site.pair("receipt", r#"["results"]"#).await, site.pair("board", r#"["results"]"#).await);
    for number in 5..=8 {
        site.tell(result(number)).await;
    }
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    Program { site: &site, bearer: bearer(&receipt) }.acknowledge(6).await;
    let before = positions(&site).await;
    assert_eq!(before, [("board".to_owned(), 4, 4), ("receipt".to_owned(), 6, 2), ("test".to_owned(), 0, 8)]);

    site.restart();
    assert_eq!(positions(&site).await, before);
    for (token, begins) in [(&receipt, 7), (&board, 5)] {
        let program = Program { site: &site, bearer: bearer(token) };
        let mut stream = program.events("/v1/events?from=acknowledged").await;
        for id in begins..=8 {
            assert_eq!(stream.next("result").await.unwrap().id, Some(id));
        }
        let mut after = program.events("/v1/events?from=acknowledged&after=7").await;
        assert_eq!(
            after.next("result").await.unwrap().id,
            Some(8),
            "what is said goes before what was acknowledged"
        );
    }
}

/// Name, up to where, how many wait.
async fn positions(site: &Site) -> Vec<(String, u64, u64)> {
    let number = |one: &Value, field: &str| one[field].as_u64().unwrap();
    let told = all(site).await;
    told.iter()
        .map(|one| {
            (one["consumer"].as_str().unwrap().to_owned(), number(one, "up_to"), number(one, "waiting"))
        })
        .collect()
}

#[tokio::test]
async fn what_was_destroyed_untold_is_counted_and_the_stream_says_it_is_gone() {
    let site = Site::open().await;
    let program = Program::new(&site, "receipt").await;
    for number in 1..=3 {
        site.tell(result(number)).await;
    }
    program.acknowledge(1).await;
    site.forget_all().await;
    let status = program.status().await;
    assert_eq!((&status["missed"], &status["waiting"]), (&json!(2), &json!(0)), "what is gone does not wait");
    // Whoever goes on from where it was hears of the hole, by the one way as by the other.
    for target in ["/v1/events?from=acknowledged", "/v1/events?after=1"] {
        let gone = ask(site.tcp().await, &program.head("GET", target)).await;
        assert_eq!(
            (gone.problem(), &gone.json()["oldest"]),
            ((410, "API_GONE".to_owned()), &json!(4)),
            "{target}"
        );
    }
    // It takes note of that, and goes on.
    assert_eq!(program.acknowledge(3).await.status, 200);
    site.ledger.commit(result(4), Beside::default()).await.unwrap();
    let mut stream = program.events("/v1/events?from=acknowledged").await;
    assert_eq!(stream.next("result").await.unwrap().id, Some(4));
    let untold = desk::DeskEvent::Untold {
        consumer: "receipt".parse().unwrap(),
        from: ResultId(2),
        to: ResultId(3),
        count: 2,
    };
    site.hub.publish(untold);
    let told = stream.next("untold").await.unwrap();
    assert_eq!((told.id, &*told.data), (None, r#"{"consumer":"receipt","from":2,"to":3,"count":2}"#));
}
