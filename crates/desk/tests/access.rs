//! Who may call what: every operation of the API document with every scope, tokens, cookies, rates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Answer, Site, ask, ask_with};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCOPES: [&str; 6] = ["results", "lookups", "board", "admin", "kiosk:front-2", "kiosk:front-1"];

/// What an operation's document says of who may call it.
fn scopes(operation: &Value, scheme: &str) -> Vec<String> {
    let listed = operation["security"].as_array().into_iter().flatten();
    let of_scheme = listed.filter_map(|requirement| requirement[scheme].as_array());
    of_scheme.flatten().map(|scope| scope.as_str().unwrap().replace("{reader}", "front-2")).collect()
}

fn is_open(operation: &Value) -> bool {
    operation["security"] == json!([{}])
}

/// Whether a board that is locked may call it.
fn locked(operation: &Value) -> bool {
    operation["security"].as_array().into_iter().flatten().any(|requirement| requirement["locked"].is_array())
}

fn target(path: &str) -> String {
    path.replace("{reader}", "front-2")
        .replace("{id}", "1")
        .replace("{code}", "CARD_LEFT")
        .replace("{visit}", &"0".repeat(32))
        .replace("{name}", "nobody")
        .replace("{day}", "2026-11-29")
        .replace("{month}", "2026-11")
}

/// Every operation of the document: method, path, what it says.
async fn operations(site: &Site) -> Vec<(String, String, Value)> {
    let document = site.get("/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap().clone();
    let methods = paths.into_iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap().clone();
        item.into_iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    });
    methods.collect()
}

/// The refusal of a request, if it is one of the guard's; streams are not read to their end.
async fn refusal(site: &Site, method: &str, target: &str, headers: &str) -> Option<(u16, String)> {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}",
        site.host()
    );
    let (status, rest) = common::beginning(site.tcp().await, &request).await;
    matches!(status, 401 | 403).then(|| {
        let body: Value = serde_json::from_str(&rest).unwrap();
        (status, body["code"].as_str().unwrap().to_owned())
    })
}

#[tokio::test]
async fn every_operation_opens_for_its_scopes_and_no_other() {
    let site = Site::open().await;
    let mut tokens = BTreeMap::new();
    for (number, scope) in SCOPES.into_iter().enumerate() {
        tokens.insert(scope, site.pair(&format!("only-{number}"), &format!(r#"["{scope}"]"#)).await);
    }
    let operations = operations(&site).await;
    assert!(operations.len() > 25, "{}", operations.len());
    for (method, path, operation) in &operations {
        let target = target(path);
        let said = scopes(operation, "token");
        let open = is_open(operation);
        let by_page = !scopes(operation, "page").is_empty() || locked(operation);
        assert!(open || by_page || !said.is_empty(), "{method} {path} says nobody may call it");
        let stranger = refusal(&site, method, &target, "").await;
        let wanted = (!open).then(|| (401, "API_TOKEN_MISSING".to_owned()));
        assert_eq!(stranger.filter(|(status, _)| *status == 401), wanted, "{method} {path}, a stranger");
        for scope in SCOPES {
            if method == "POST" && path == "/v1/tokens" && scope == "admin" {
                continue; // shown by making tokens
            }
            let bearer = format!("Authorization: Bearer {}\r\n", tokens[scope]);
            let refused = refusal(&site, method, &target, &bearer).await;
            let by_scope = refused.is_some_and(|(_, code)| code == "API_SCOPE_MISSING");
            assert_eq!(
                by_scope,
                !open && !said.iter().any(|one| one == scope),
                "{method} {path} with {scope}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_opens_what_its_cookie_is_for_and_nothing_else() {
    let site = Site::open().await;
    let made = site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-2"}"#).await;
    let body = json!({ "code": made.json()["code"] }).to_string();
    let kiosk = common::raw_cookie(&site, &body).await;
    let lock =
        common::cookies(&site.by_page("POST", "/v1/board/lock", &site.board().await, "").await).remove(1);
    let mut cookies =
        BTreeMap::from([("board", site.board().await), ("kiosk:front-2", kiosk), ("locked", lock)]);
    for (method, path, operation) in operations(&site).await {
        if is_open(&operation) {
            continue;
        }
        let said = scopes(&operation, "page");
        for (scope, cookie) in &mut cookies {
            let headers = format!("Cookie: {cookie}\r\nOrigin: http://{}\r\n", site.host());
            let refused = refusal(&site, &method, &target(&path), &headers).await;
            let by_guard = refused.is_some_and(|(_, code)| {
                ["API_TOKEN_MISSING", "API_ORIGIN_FOREIGN", "API_SCOPE_MISSING"].contains(&code.as_str())
            });
            assert_eq!(
                by_guard,
                !(said.iter().any(|one| one == scope) || *scope == "locked" && locked(&operation)),
                "{method} {path} with the {scope} page"
            );
            if *scope == "board" && path == "/v1/board/lock" {
                *cookie = site.board().await;
            }
        }
    }
    // A page elsewhere has its cookie sent too, and says where it is.
    let headers = format!("Cookie: {}\r\nOrigin: http://evil.example\r\n", cookies["board"]);
    let refused = refusal(&site, "GET", "/v1/readers", &headers).await;
    assert_eq!(refused, Some((403, "API_ORIGIN_FOREIGN".to_owned())));
}

async fn delete(site: &Site, target: &str) -> Answer {
    let head = format!("DELETE {target} HTTP/1.1\r\nHost: {}\r\n{}", site.host(), site.bearer());
    ask(site.tcp().await, &head).await
}

#[tokio::test]
async fn tokens_are_shown_once_kept_as_hashes_listed_and_revoked() {
    let mut site = Site::open().await;
    let token = site.pair("receipt", r#"["results"]"#).await;
    let file = std::fs::read_to_string(&site.config.tokens_file).unwrap();
    assert!(file.contains("receipt") && !file.contains(&token) && !file.contains(&site.token));
    let listed = site.get("/v1/tokens").await;
    assert!(!String::from_utf8_lossy(&listed.body).contains(&token));
    let names: Vec<_> =
        listed.json()["tokens"].as_array().unwrap().iter().map(|t| t["name"].clone()).collect();
    assert_eq!(names, ["test", "receipt"]);
    let again = site.post("/v1/tokens", &site.bearer(), r#"{"name":"receipt","scopes":["results"]}"#).await;
    assert_eq!(again.problem(), (409, "TOKEN_NAME_TAKEN".to_owned()));
    for wrong in [
        r#"{"name":"x","scopes":[]}"#,
        r#"{"name":"x","scopes":["root"]}"#,
        r#"{"name":"X Y","scopes":["results"]}"#,
        r#"{"name":"x"}"#,
    ] {
        let answer = site.post("/v1/tokens", &site.bearer(), wrong).await;
        assert_eq!(answer.problem(), (400, "API_BAD_REQUEST".to_owned()), "{wrong}");
    }

    let bearer = format!("Authorization: Bearer {token}\r\n");
    site.restart();
    let with_it = format!("GET /v1/results HTTP/1.1\r\nHost: {}\r\n{bearer}", site.host());
    assert_eq!(ask(site.tcp().await, &with_it).await.status, 200, "it outlives the daemon");
    assert_eq!(delete(&site, "/v1/tokens/receipt").await.status, 204);
    assert_eq!(ask(site.tcp().await, &with_it).await.problem(), (401, "API_TOKEN_WRONG".to_owned()));
    assert_eq!(delete(&site, "/v1/tokens/receipt").await.problem(), (404, "API_NOT_FOUND".to_owned()));
    let audit = site.get("/v1/audit").await.json();
    let deeds: Vec<_> = audit["entries"].as_array().unwrap().iter().map(|entry| &entry["deed"]).collect();
    assert_eq!(deeds, ["token_made", "token_made", "token_revoked"]);
    let folder =
        site.post("/v1/tokens", &site.bearer(), r#"{"name":"face-folder","scopes":["board"]}"#).await;
    assert_eq!(folder.problem(), (409, "TOKEN_NAME_TAKEN".to_owned()), "the folder's own name");
}

#[tokio::test]
async fn more_tokens_than_a_site_needs_are_refused() {
    let site = Site::open().await;
    for number in 1..64 {
        site.pair(&format!("t-{number}"), r#"["board"]"#).await;
    }
    let one_more = site.post("/v1/tokens", &site.bearer(), r#"{"name":"more","scopes":["board"]}"#).await;
    assert_eq!(one_more.problem(), (409, "TOKEN_TOO_MANY".to_owned()));
}

#[tokio::test]
async fn tokens_that_cannot_be_kept_are_not_made() {
    let site = Site::open().await;
    // In the way of the file that is written before it takes the other's place.
    let mut new = site.config.tokens_file.clone().into_os_string();
    new.push(".new");
    std::fs::create_dir_all(std::path::Path::new(&new).join("full")).unwrap();
    let answer = site.post("/v1/tokens", &site.bearer(), r#"{"name":"x","scopes":["board"]}"#).await;
    assert_eq!(answer.problem(), (503, "TOKENS_UNWRITABLE".to_owned()));
    let listed = site.get("/v1/tokens").await.json();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_asks_too_often_waits_and_nobody_else_does() {
    let site = Site::with(|limits| limits.rate = desk::Rate { each_second: 1, at_once: 5 }).await;
    let other = site.pair("other", r#"["board"]"#).await;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(site.get("/v1/readers").await.status);
    }
    assert_eq!(statuses[..5], [200; 5]);
    let refused = site.get("/v1/readers").await;
    assert_eq!(refused.problem(), (429, "API_TOO_OFTEN".to_owned()));
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
    let head =
        format!("GET /v1/readers HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {other}\r\n", site.host());
    assert_eq!(ask(site.tcp().await, &head).await.status, 200);

    // Guessing is slowed down too, and opens nothing meanwhile.
    let guess = format!("GET /v1/readers HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer x\r\n", site.host());
    let mut guesses = Vec::new();
    for _ in 0..7 {
        guesses.push(ask(site.tcp().await, &guess).await.status);
    }
    assert_eq!((guesses[0], guesses[6]), (401, 429));
    let health = format!("GET /v1/health HTTP/1.1\r\nHost: {}\r\n", site.host());
    assert_eq!(ask(site.tcp().await, &health).await.status, 200);
}

#[tokio::test]
async fn only_json_is_taken_and_not_too_much_of_it() {
    let site = Site::open().await;
    let form = |kind: &str, body: &str| {
        format!(
            "POST /v1/lookups HTTP/1.1\r\nHost: {}\r\n{}Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            site.host(),
            site.bearer(),
            body.len()
        )
    };
    for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
        let (status, rest) = common::beginning(site.tcp().await, &form(kind, r#"{"number":"1"}"#)).await;
        assert_eq!(status, 415, "{kind}: {rest}");
    }
    let long = format!(r#"{{"number":"{}"}}"#, "1".repeat(100_000));
    let head = format!("POST /v1/lookups HTTP/1.1\r\nHost: {}\r\n{}", site.host(), site.bearer());
    assert_eq!(ask_with(site.tcp().await, &head, &long).await.problem().0, 413);
    // Without a length it is cut off where it becomes too long.
    let chunked = format!(
        "{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n18000\r\n{}\r\n0\r\n\r\n",
        "1".repeat(0x18000)
    );
    let (status, _) = common::beginning(site.tcp().await, &chunked).await;
    assert!([400, 413].contains(&status), "{status}");
}
