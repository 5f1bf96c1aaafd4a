//! The kiosk over real sockets: codes, cookies, panels, touches, and who is refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Answer, Event, Events, Site, ask};
use desk::ShownPanel;
use model::panel::{Language, Method, Notice, PadOrder, Panel, Question, Touch};
use model::{ConsentItem, ConsentScreen, Decision};
use serde_json::{Value, json};

const PANEL: &str = "/v1/kiosk/front-2/panel";
const TOUCH: &str = "/v1/kiosk/front-2/touch";

fn shown(nonce: &str, question: Option<Question>) -> Option<ShownPanel> {
    let panel = Panel { language: Language::Japanese, notice: Notice::Wait, question };
    Some(ShownPanel { nonce: nonce.to_owned(), panel })
}

fn data(event: &Event) -> Value {
    serde_json::from_str(&event.data).unwrap()
}

/// The cookie that a code brings, as a request header.
async fn paired(site: &Site) -> String {
    let made = site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-2"}"#).await;
    assert_eq!(
        (made.status, made.json()["page"].clone()),
        (201, json!(format!("http://{}/kiosk/front-2", site.host())))
    );
    let origin = format!("Origin: http://{}\r\n", site.host());
    let body = json!({ "code": made.json()["code"] }).to_string();
    let cookie = cookie_of(&site.post("/v1/pairings", &origin, &body).await);
    assert_eq!(
        site.post("/v1/pairings", &origin, &body).await.problem(),
        (403, "KIOSK_CODE_WRONG".to_owned()),
        "once"
    );
    cookie
}

fn cookie_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200);
    // The head is told in lower case; a cookie's value is not.
    let line = answer.head.lines().find(|line| line.starts_with("set-cookie: ")).expect("a cookie");
    for part in ["path=/v1/kiosk/front-2/", "httponly", "samesite=strict"] {
        assert!(line.contains(part), "{line}");
    }
    line.strip_prefix("set-cookie: ").unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_gets_every_panel_and_tells_every_touch() {
    let site = Site::open().await;
    let mut panels = site.events(PANEL, "").await;
    assert_eq!(panels.block().await.unwrap().name, "dark", "nothing is shown yet");
    let nowhere = json!({"nonce": "a", "touch": {"kind": "pad_cancel"}}).to_string();
    let none = site.post(TOUCH, &site.bearer(), &nowhere).await;
    assert_eq!(none.problem(), (404, "PANEL_NONE".to_owned()));

    let pad = PadOrder::shuffled(&[7; 32]);
    let consent = ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines] };
    let told = [
        (
            shown("a", Some(Question::Methods(vec![Method::Face, Method::Visual, Method::Pin]))),
            json!({"kind": "methods", "offered": ["face", "visual", "pin"]}),
        ),
        (
            shown("b", Some(Question::Pin { tries_left: 3, pad })),
            json!({"kind": "pin", "tries_left": 3, "keys": pad.digits()}),
        ),
        (shown("p", Some(Question::Passcode { pad })), json!({"kind": "passcode", "keys": pad.digits()})),
        (
            shown("c", Some(Question::Consent(consent))),
            json!({"kind": "consent", "screen": "medical", "items": ["medicines"]}),
        ),
        (shown("d", None), Value::Null),
    ];
    for (panel, question) in told {
        let nonce = panel.as_ref().unwrap().nonce.clone();
        site.port.panel.send_replace(panel);
        let event = panels.next("panel").await.unwrap();
        let body = data(&event);
        assert_eq!((&body["nonce"], &body["question"]), (&json!(nonce), &question));
    }

    let touches = [
        (json!({"kind": "method", "method": "pin"}), Touch::Method(Method::Pin)),
        (json!({"kind": "method", "method": "visual"}), Touch::Method(Method::Visual)),
        (json!({"kind": "pad_cancel"}), Touch::PadCancel),
        (json!({"kind": "language", "language": "ko"}), Touch::Language(Language::Korean)),
        (
            json!({"kind": "consent", "screen": "medical", "decision": "refused"}),
            Touch::Consent { screen: "medical".into(), decision: Decision::Refused },
        ),
    ];
    for (touch, wanted) in touches {
        let body = json!({"nonce": "d", "touch": touch}).to_string();
        assert_eq!(site.post(TOUCH, &site.bearer(), &body).await.status, 204, "{body}");
        assert_eq!(site.port.touched.lock().unwrap().pop(), Some(wanted));
    }
    let body = json!({"nonce": "d", "touch": {"kind": "pad", "positions": [0, 9, 3, 3]}}).to_string();
    assert_eq!(site.post(TOUCH, &site.bearer(), &body).await.status, 204);
    let Some(Touch::Pad(touched)) = site.port.touched.lock().unwrap().pop() else { panic!("no pad") };
    assert_eq!(touched.positions(), &[0, 9, 3, 3]);

    for (body, refused) in [
        (json!({"nonce": "a", "touch": {"kind": "pad_cancel"}}), (409, "PANEL_STALE")),
        (
            json!({"nonce": "d", "touch": {"kind": "pad", "positions": [0, 1, 2, 10]}}),
            (400, "API_BAD_REQUEST"),
        ),
        (json!({"nonce": "d", "touch": {"kind": "pad", "positions": [0, 1, 2]}}), (400, "API_BAD_REQUEST")),
        (
            json!({"nonce": "d", "touch": {"kind": "method", "method": "pin"}, "more": 1}),
            (400, "API_BAD_REQUEST"),
        ),
        (json!({"touch": {"kind": "pad_cancel"}}), (400, "API_BAD_REQUEST")),
    ] {
        let answer = site.post(TOUCH, &site.bearer(), &body.to_string()).await;
        assert_eq!(answer.problem(), (refused.0, refused.1.to_owned()), "{body}");
    }
    assert!(site.port.touched.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_notice_keeps_its_word_and_a_failure_brings_its_own() {
    let site = Site::open().await;
    let mut panels = site.events(PANEL, "").await;
    let notices = [
        (Notice::VisualArmed, "visual_armed"),
        (Notice::StaffCheck, "staff_check"),
        (Notice::Failure(failure::codes::PATIENT_SLOW), "failure"),
    ];
    for (notice, kind) in notices {
        let question = Some(Question::Methods(vec![Method::Visual]));
        let panel = Panel { language: Language::Japanese, notice, question };
        site.port.panel.send_replace(Some(ShownPanel { nonce: kind.to_owned(), panel }));
        let body = data(&panels.next("panel").await.unwrap());
        assert_eq!((&body["notice"]["kind"], &body["question"]["kind"]), (&json!(kind), &json!("methods")));
        let said = body["notice"]["text"]["ja"].as_str().is_some_and(|text| !text.is_empty());
        assert_eq!(said, kind == "failure", "{body}");
    }
}

/// The part of the page's words from one line to another.
fn part<'a>(words: &'a str, from: &str, to: &str) -> &'a str {
    words.split_once(from).unwrap().1.split_once(to).unwrap().0
}

#[test]
fn the_page_has_words_for_everything_that_a_panel_says() {
    let words = pages::file(&[pages::KIOSK], "kiosk-words.js").unwrap();
    let items = pages::file(&[pages::KIOSK], "kiosk-items.js").unwrap();
    for item in ConsentItem::ALL {
        let name = serde_json::to_value(item).unwrap();
        let said = part(items.text, &format!("\n  {}: {{", name.as_str().unwrap()), "\n  },");
        for language in ["ja", "en", "zh", "ko"] {
            assert!(said.contains(&format!(" {language}: [\"")), "{language}: {name}");
        }
    }
    for language in ["ja", "en", "zh", "ko"] {
        let said = part(words.text, &format!("\n  {language}: {{"), "\n  },");
        for word in [
            "connecting",
            "place_card",
            "wait",
            "done",
            "take_card",
            "card_left",
            "out_of_order",
            "visual_armed",
            "staff_check",
            "methods",
            "face",
            "pin",
            "visual",
            "look",
            "pad",
            "tries",
            "clear",
            "cancel",
            "staff_pad",
            "staff_only",
            "consent",
            "agree",
            "refuse",
        ] {
            assert!(said.contains(&format!(" {word}: \"")), "{language}: {word}");
        }
        // What opens no information is a choice with words of its own.
        for item in ConsentItem::ALL {
            let name = serde_json::to_value(item).unwrap();
            let own = said.contains(&format!(" {}: [\"", name.as_str().unwrap()));
            assert_eq!(own, !item.opens_information(), "{language}: {name}");
        }
    }
}

#[tokio::test]
async fn a_cookie_opens_one_panel_and_nothing_else() {
    let site = Site::open().await;
    site.port.panel.send_replace(shown("a", None));
    // Its value is case-sensitive, so it is taken from the raw answer.
    let made = site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-2"}"#).await;
    let code = made.json()["code"].as_str().unwrap().to_owned();
    let cookie = common::raw_cookie(&site, &json!({ "code": code }).to_string()).await;
    let (host, ours) = (site.host(), format!("Origin: http://{}\r\n", site.host()));

    let request = format!(
        "GET {PANEL} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
    );
    let mut panels = Events::open(site.tcp().await, &request).await;
    assert_eq!(data(&panels.next("panel").await.unwrap())["nonce"], "a");
    let touch = r#"{"nonce":"a","touch":{"kind":"pad_cancel"}}"#;
    let with_cookie = format!("{ours}Cookie: {cookie}\r\n");
    assert_eq!(site.post(TOUCH, &with_cookie, touch).await.status, 204);

    let foreign = format!("Origin: http://127.0.0.1:1\r\nCookie: {cookie}\r\n");
    assert_eq!(
        site.post(TOUCH, &foreign, touch).await.problem().1,
        "API_ORIGIN_FOREIGN",
        "another port's page"
    );
    let same_site = format!("Sec-Fetch-Site: same-site\r\nCookie: {cookie}\r\n");
    assert_eq!(site.post(TOUCH, &same_site, touch).await.problem().1, "API_ORIGIN_FOREIGN");
    for target in ["/v1/readers", "/v1/results", "/v1/events", "/v1/kiosk/front-1/panel"] {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n");
        assert_eq!(ask(site.tcp().await, &head).await.problem().1, "API_TOKEN_MISSING", "{target}");
    }
    let head = format!("GET {PANEL} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}x\r\n");
    assert_eq!(ask(site.tcp().await, &head).await.problem().1, "API_TOKEN_MISSING");
    let nowhere = site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-9"}"#).await;
    assert_eq!(nowhere.status, 404, "no such reader");
    assert_eq!(
        site.post("/v1/pairing-codes", "", r#"{"kiosk":"front-2"}"#).await.problem().1,
        "API_TOKEN_MISSING"
    );
}

#[tokio::test]
async fn beside_a_unit_with_a_screen_of_its_own_the_page_is_a_guide_that_takes_no_touch() {
    let site = Site::open().await;
    let pad = PadOrder::shuffled(&[7; 32]);
    for (nonce, question) in [("a", Question::Pin { tries_left: 3, pad }), ("b", Question::Passcode { pad })]
    {
        site.port.panel.send_replace(shown(nonce, Some(question)));
        for (reader, driver, touch) in [("front-2", "stfr2", true), ("front-3", "caora", false)] {
            let mut panels = site.events(&format!("/v1/kiosk/{reader}/panel"), "").await;
            let body = data(&panels.next("panel").await.unwrap());
            assert_eq!(body["unit"], json!({ "driver": driver, "label": "内科 1", "touch": touch }));
            assert_eq!(body["question"]["keys"].is_null(), !touch, "{body}");
        }
    }
    let touch = r#"{"nonce":"b","touch":{"kind":"pad_cancel"}}"#;
    let refused = site.post("/v1/kiosk/front-3/touch", &site.bearer(), touch).await;
    assert_eq!(refused.problem(), (404, "PANEL_NONE".to_owned()));
    let made = site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-3"}"#).await;
    assert_eq!(made.status, 201, "a page may stand beside every reader");
}

#[tokio::test]
async fn a_cookie_outlives_the_desk_and_a_code_does_not() {
    let mut site = Site::open().await;
    site.port.panel.send_replace(shown("a", None));
    let code = |made: Answer| made.json()["code"].as_str().unwrap().to_owned();
    let first = code(site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-2"}"#).await);
    let second = code(site.post("/v1/pairing-codes", &site.bearer(), r#"{"kiosk":"front-2"}"#).await);
    let cookie = common::raw_cookie(&site, &json!({ "code": first }).to_string()).await;
    site.restart();
    let touch = r#"{"nonce":"a","touch":{"kind":"pad_cancel"}}"#;
    assert_eq!(site.post(TOUCH, &format!("Cookie: {cookie}\r\n"), touch).await.status, 204);
    let body = json!({ "code": second }).to_string();
    assert_eq!(site.post("/v1/pairings", "", &body).await.problem().1, "KIOSK_CODE_WRONG");
}

#[tokio::test]
async fn the_pages_of_one_reader_take_nothing_of_the_rate_of_another() {
    let site = Site::with(|limits| limits.rate = desk::Rate { each_second: 1, at_once: 5 }).await;
    site.port.panel.send_replace(shown("a", None));
    let (hasty, other) = (cookie_for(&site, "front-2").await, cookie_for(&site, "front-3").await);
    let touch = r#"{"nonce":"a","touch":{"kind":"pad_cancel"}}"#;
    let mut refused = None;
    for _ in 0..7 {
        let answer = site.by_page("POST", TOUCH, &hasty, touch).await;
        refused = (answer.status != 204).then(|| answer.problem());
    }
    assert_eq!(refused, Some((429, "API_TOO_OFTEN".to_owned())));
    // It is let in; its unit draws its own screen, and nothing is touched there.
    let beside = site.by_page("POST", "/v1/kiosk/front-3/touch", &other, touch).await;
    assert_eq!(beside.problem(), (404, "PANEL_NONE".to_owned()));
}

/// The cookie of a page for this reader, as it was given.
async fn cookie_for(site: &Site, reader: &str) -> String {
    let made = site.post("/v1/pairing-codes", &site.bearer(), &json!({ "kiosk": reader }).to_string()).await;
    common::raw_cookie(site, &json!({ "code": made.json()["code"] }).to_string()).await
}

#[tokio::test]
async fn a_link_of_another_page_leads_to_a_page_and_to_nothing_else() {
    let site = Site::open().await;
    let from = |target: &str, mode: &str, dest: &str| {
        let fetch =
            format!("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: {mode}\r\nSec-Fetch-Dest: {dest}\r\n");
        format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{fetch}", site.host())
    };
    for page in ["/", "/kiosk/front-2"] {
        let followed = ask(site.tcp().await, &from(page, "navigate", "document")).await;
        assert_eq!(followed.status, 200, "{page}");
        for (mode, dest) in [("navigate", "iframe"), ("cors", "empty"), ("no-cors", "script")] {
            let refused = ask(site.tcp().await, &from(page, mode, dest)).await;
            assert_eq!(refused.problem(), (403, "API_ORIGIN_FOREIGN".to_owned()), "{page} {mode} {dest}");
        }
    }
    let elsewhere = from("/", "navigate", "document").replace("same-site", "cross-site");
    assert_eq!(
        ask(site.tcp().await, &elsewhere).await.problem().1,
        "API_ORIGIN_FOREIGN",
        "a page of elsewhere"
    );
    let api = ask(site.tcp().await, &from("/v1/health", "navigate", "document")).await;
    assert_eq!(api.problem(), (403, "API_ORIGIN_FOREIGN".to_owned()));
}

#[tokio::test]
async fn the_page_is_served_to_whoever_opens_it_under_a_strict_policy() {
    let site = Site::open().await;
    let _cookie = paired(&site).await;
    for target in ["/kiosk/front-2", "/pages/kiosk.js", "/pages/kiosk.css", "/pages/kiosk-words.js"] {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: none\r\n", site.host());
        let answer = ask(site.tcp().await, &head).await;
        assert_eq!(answer.status, 200, "{target}");
        assert!(answer.head.contains("content-security-policy: default-src 'none';"), "{}", answer.head);
        assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
    }
    for (target, status, code) in [
        ("/kiosk/Front%202", 404, "API_NOT_FOUND"),
        ("/pages/other.js", 404, "API_NOT_FOUND"),
        ("/pages/..%2Ftokens.json", 404, "API_NOT_FOUND"),
        // No page: who may ask anything is told that there is nothing.
        ("/pages/../tokens.json", 401, "API_TOKEN_MISSING"),
        ("/kiosk/", 401, "API_TOKEN_MISSING"),
    ] {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n", site.host());
        assert_eq!(ask(site.tcp().await, &head).await.problem(), (status, code.to_owned()), "{target}");
    }
}
