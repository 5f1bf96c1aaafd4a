//! The lock of the board: what opens it, what it takes away, and that a board ends by the desk's own clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Answer, Events, Site, cookies, result};
use desk::PasscodeVerdict;
use serde_json::{Value, json};
use std::time::Duration;

/// Locks this board; the cookie of its lock.
async fn lock(site: &Site, board: &str) -> String {
    let locked = site.by_page("POST", "/v1/board/lock", board, "").await;
    assert_eq!(locked.status, 204);
    assert!(locked.head.contains("uketsuke-board=; path=/v1/; max-age=0"), "{}", locked.head);
    cookies(&locked).remove(1)
}

async fn unlock(site: &Site, lock: &str, body: &Value) -> Answer {
    site.by_page("POST", "/v1/board/unlock", lock, &body.to_string()).await
}

async fn deeds(site: &Site) -> Vec<Value> {
    let audit = site.get("/v1/audit").await.json();
    let entries = audit["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["actor"] == "board").map(|entry| entry["deed"].clone()).collect()
}

#[tokio::test]
async fn a_board_that_is_locked_opens_nothing_but_its_lock() {
    let site = Site::open().await;
    *site.port.passcode.lock().unwrap() = PasscodeVerdict::Right;
    let (board, other) = (site.board().await, site.board().await);
    let stands = site.by_page("GET", "/v1/board", &board, "").await;
    assert_eq!(stands.json(), json!({ "locked": false, "passcode": true, "idle_seconds": 180 }));

    let lock = lock(&site, &board).await;
    // Whoever kept the board's cookie has nothing of it.
    for held in [&lock, &board, &format!("{lock}; {board}")] {
        for target in ["/v1/results", "/v1/readers", "/v1/events", "/v1/counts/days/2026-02-25"] {
            let refused = site.by_page("GET", target, held, "").await;
            assert_eq!(refused.problem(), (401, "API_TOKEN_MISSING".to_owned()), "{target}");
        }
    }
    assert_eq!(site.by_page("GET", "/v1/results", &other, "").await.status, 200, "another browser's board");
    let stands = site.by_page("GET", "/v1/board", &lock, "").await;
    assert_eq!(stands.json(), json!({ "locked": true, "passcode": true, "idle_seconds": 180 }));

    let opened = unlock(&site, &lock, &json!({ "passcode": "4649" })).await;
    assert_eq!((opened.status, site.port.passcodes.lock().unwrap()[..] == [*b"4649"]), (204, true));
    let fresh = cookies(&opened).remove(0);
    assert_eq!(site.by_page("GET", "/v1/results", &fresh, "").await.status, 200);
    assert_eq!(site.by_page("GET", "/v1/results", &board, "").await.status, 401, "the old one stays away");
    assert_eq!(deeds(&site).await, ["board_unlocked"]);
}

#[tokio::test]
async fn only_the_passcode_opens_the_lock() {
    let site = Site::open().await;
    let lock = lock(&site, &site.board().await).await;
    for (verdict, code) in
        [(PasscodeVerdict::Wrong, "PASSCODE_WRONG"), (PasscodeVerdict::Locked, "PASSCODE_LOCKED")]
    {
        *site.port.passcode.lock().unwrap() = verdict;
        let refused = unlock(&site, &lock, &json!({ "passcode": "0000" })).await;
        assert_eq!((refused.problem(), cookies(&refused).len()), ((403, code.to_owned()), 0));
    }
    let checked = site.port.passcodes.lock().unwrap().len();
    for body in
        [json!({}), json!({ "passcode": null }), json!({ "passcode": "123" }), json!({ "passcode": "12ab" })]
    {
        let refused = unlock(&site, &lock, &body).await;
        assert_eq!(refused.problem(), (400, "API_BAD_REQUEST".to_owned()), "{body}");
    }
    assert_eq!(site.port.passcodes.lock().unwrap().len(), checked, "no try is spent by those");
    assert_eq!(deeds(&site).await, ["passcode_refused", "passcode_refused"]);

    // Neither a token nor a stranger, and no other page: only who holds the lock's cookie.
    let right = json!({ "passcode": "0000" }).to_string();
    *site.port.passcode.lock().unwrap() = PasscodeVerdict::Right;
    let by_token = site.post("/v1/board/unlock", &site.bearer(), &right).await;
    assert_eq!(by_token.problem(), (403, "API_SCOPE_MISSING".to_owned()));
    let stranger = site.post("/v1/board/unlock", "", &right).await;
    assert_eq!(stranger.problem(), (401, "API_TOKEN_MISSING".to_owned()));
    let elsewhere = format!("Cookie: {lock}\r\nOrigin: http://evil.example\r\n");
    let elsewhere = site.post("/v1/board/unlock", &elsewhere, &right).await;
    assert_eq!(elsewhere.problem(), (403, "API_ORIGIN_FOREIGN".to_owned()));
}

#[tokio::test]
async fn a_site_without_a_passcode_locks_and_opens_without_one() {
    let site = Site::open().await;
    let lock = lock(&site, &site.board().await).await;
    let stands = site.by_page("GET", "/v1/board", &lock, "").await;
    assert_eq!(stands.json(), json!({ "locked": true, "passcode": false, "idle_seconds": 180 }));
    let opened = unlock(&site, &lock, &json!({})).await;
    let board = cookies(&opened).remove(0);
    assert_eq!(site.by_page("GET", "/v1/readers", &board, "").await.status, 200);
}

#[tokio::test]
async fn a_board_ends_by_the_desk_s_clock_and_is_locked_then() {
    let site = Site::with(|limits| limits.board = Duration::ZERO).await;
    let made = site.post("/v1/pairing-codes", &site.bearer(), r#"{"board":true}"#).await;
    let paired = site.post("/v1/pairings", "", &json!({ "code": made.json()["code"] }).to_string()).await;
    let both = cookies(&paired).join("; ");
    assert_eq!(site.by_page("GET", "/v1/results", &both, "").await.status, 401);
    let stands = site.by_page("GET", "/v1/board", &both, "").await;
    assert_eq!(stands.json(), json!({ "locked": true, "passcode": false, "idle_seconds": 180 }));
}

#[tokio::test]
async fn a_stream_ends_with_its_board_and_no_other_does() {
    let site = Site::open().await;
    let listen = |cookie: String| {
        let (host, site) = (site.host(), &site);
        async move {
            let request = format!("GET /v1/events HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
            let mut events = Events::open(site.tcp().await, &request).await;
            events.next("folder").await.expect("the beginning");
            events
        }
    };
    let (board, other) = (site.board().await, site.board().await);
    let (mut mine, mut yours) = (listen(board.clone()).await, listen(other).await);
    lock(&site, &board).await;
    site.tell(result(1)).await;
    assert_eq!(mine.next("result").await, None, "a locked board hears of nobody");
    assert!(yours.next("result").await.is_some());
}
