//! The panel of a reader without a screen of its own, in a real browser: a whole visit by touch.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::Daemon;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::control::control;
use tests::{READER, TestDesk, next_result};

fn desk() -> TestDesk {
    TestDesk::of(&["stfr2"], |_| ()).unwrap()
}

/// A browser that shows the reader's panel, paired by a code as staff would do it.
fn paired(desk: &TestDesk) -> Browser {
    let browser = Browser::open().unwrap();
    browser.go(&format!("{}/kiosk/{READER}", desk.daemon.ready().api)).unwrap();
    browser.wait_for("main[data-state=code]").unwrap();
    browser.type_into("input[name=code]", "AAAAAAAA").unwrap();
    browser.click("[data-touch=pair]").unwrap();
    // A wrong code is said, in place of what was asked.
    browser.wait_for(".pairing [role=alert]:not(:empty)").unwrap();
    let told = control(desk.daemon.ready()).unwrap().args(["pair", "kiosk", READER]).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains(&format!("{}/kiosk/{READER}", desk.daemon.ready().api)), "{told}");
    let code = told.lines().find_map(|line| line.strip_prefix("番号 / code: ")).expect("a code");
    browser.type_into("input[name=code]", code).unwrap();
    browser.click("[data-touch=pair]").unwrap();
    browser.wait_for("main[data-state=place_card]").unwrap();
    browser
}

#[test]
fn a_patient_touches_a_whole_visit_on_the_page() {
    let desk = desk();
    let browser = paired(&desk);
    let mut events = desk.events(None).unwrap();
    let persona = desk.persona("housewife").unwrap();
    desk.simulator.bench().place(READER, "housewife").unwrap();

    browser.wait_for("[data-touch=method-pin]").unwrap();
    browser.click("[data-touch=language-ko]").unwrap();
    browser.wait_for("html[lang=ko] [data-touch=method-pin]").unwrap();
    browser.click("[data-touch=method-pin]").unwrap();

    browser.wait_for("main[data-state=pin] [data-touch=key-9]").unwrap();
    type_on_the_pad(&browser, persona["pin"].as_str().unwrap());
    let mut agreed = 0;
    loop {
        browser.wait_for("main[data-state=consent], main[data-state=take_card]").unwrap();
        let shown = browser.run("return { ...document.getElementById('panel').dataset }").unwrap();
        if shown["state"] == "take_card" {
            break;
        }
        browser.click("[data-touch=agree]").unwrap();
        browser
            .wait_for(&format!("main:not([data-panel=\"{}\"])", shown["panel"].as_str().unwrap()))
            .unwrap();
        agreed += 1;
    }
    assert!(agreed > 0, "no consent was asked");
    let result = next_result(&mut events).unwrap().json().unwrap();
    assert_eq!((&result["reader"], &result["verification"]), (&json!(READER), &json!("pin")));
    assert_eq!(result["qualification"]["body"]["result_list"][0]["name"], persona["name"]);
    desk.simulator.bench().pull(READER).unwrap();
    // The next patient finds Japanese again.
    browser.wait_for("html[lang=ja] main[data-state=place_card]").unwrap();
    assert_nothing_kept(&browser);
}

#[test]
fn the_pad_is_shuffled_and_its_touches_hold_for_the_panel_that_was_shown() {
    let desk = desk();
    let browser = paired(&desk);
    desk.simulator.bench().place(READER, "worker").unwrap();
    let mut orders = Vec::new();
    for _ in 0..3 {
        browser.wait_for("[data-touch=method-pin]").unwrap();
        browser.click("[data-touch=method-pin]").unwrap();
        browser.wait_for("main[data-state=pin]").unwrap();
        orders.push(keys(&browser));
        browser.click("[data-touch=cancel]").unwrap();
    }
    // Three equal orders of ten come once in 13 billion billions.
    assert!(orders.iter().any(|order| *order != orders[0]), "{orders:?}");
    browser.wait_for("[data-touch=method-pin]").unwrap();
    let stale = json!({ "nonce": "0".repeat(32), "touch": { "kind": "method", "method": "pin" } });
    let refused = desk.daemon.desk().post(&format!("/v1/kiosk/{READER}/touch"), &stale).unwrap_err();
    assert!(refused.to_string().contains("PANEL_STALE"), "{refused}");
}

#[test]
fn the_page_finds_its_panel_again_after_the_daemon_went() {
    let desk = desk();
    let browser = paired(&desk);
    let TestDesk { daemon, simulator } = desk;
    // The same port as before, as at a site whose configuration names one.
    let api = daemon.ready().api.clone();
    daemon.kill().unwrap();
    browser.wait_for("main[data-state=connecting]").unwrap();
    let site = simulator.ready().site.clone();
    let port = api.rsplit(':').next().unwrap();
    let text = std::fs::read_to_string(&site).unwrap();
    std::fs::write(&site, text.replace("127.0.0.1:0", &format!("127.0.0.1:{port}"))).unwrap();
    let _daemon = Daemon::start(simulator.daemon()).unwrap();
    browser.wait_for("main[data-state=place_card]").unwrap();
}

/// The page once more in the same window, under this test's hand: `say(panel)` is what the terminal draws, and what is
/// touched is kept in `told`.
const UNDER_HAND: &str = r#"
    window.told = [];
    window.fetch = async (_, sent) => { window.told.push(JSON.parse(sent.body)); return new Response(null, { status: 204 }); };
    window.EventSource = class {
        constructor() { window.heard = {}; }
        addEventListener(kind, act) { window.heard[kind] = act; }
        close() {}
    };
    window.say = (panel) => window.heard.panel({ data: JSON.stringify(panel) });
    import("/pages/kiosk.js?under-hand").then(() => { document.body.dataset.underHand = "yes"; });
"#;

fn under_hand(desk: &TestDesk) -> Browser {
    let browser = paired(desk);
    browser.run(UNDER_HAND).unwrap();
    browser.wait_for("body[data-under-hand=yes]").unwrap();
    browser
}

fn say(browser: &Browser, nonce: &str, language: &str, notice: Value, question: Value) {
    let unit = json!({ "driver": "stfr2", "label": "内科 1", "touch": true });
    let panel =
        json!({ "nonce": nonce, "unit": unit, "language": language, "notice": notice, "question": question });
    browser.run(&format!("say({panel})")).unwrap();
}

/// Texts of everything that the selector picks.
fn texts(browser: &Browser, selector: &str) -> Vec<String> {
    let script =
        format!("return [...document.querySelectorAll('{selector}')].map((found) => found.textContent)");
    let found = browser.run(&script).unwrap();
    found.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn staff_touch_the_passcode_and_a_reminder_takes_nothing_from_them() {
    let desk = desk();
    let browser = under_hand(&desk);
    let keys = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
    let asked = || json!({ "kind": "passcode", "keys": keys });
    say(&browser, "a", "ja", json!({ "kind": "wait" }), asked());
    browser.wait_for("main[data-state=passcode]").unwrap();
    let said = texts(&browser, "#notice").concat();
    assert!(said.contains("職員の方"), "{said}");
    browser.click("[data-touch=key-8]").unwrap();
    browser.click("[data-touch=key-6]").unwrap();
    let slow = json!({ "kind": "failure", "code": "PATIENT_SLOW", "text": { "ja": "まだいますか", "en": "Still there?" } });
    say(&browser, "b", "ja", slow.clone(), asked());
    assert_eq!(texts(&browser, ".typed"), ["●●○○"], "the pad is the same: what was touched holds");
    assert_eq!(texts(&browser, "#trouble"), ["まだいますか"]);
    browser.click("[data-touch=key-7]").unwrap();
    browser.click("[data-touch=key-2]").unwrap();
    let told = browser.run("return told").unwrap();
    let touch = json!({ "kind": "pad", "positions": [8, 6, 7, 2] });
    assert_eq!(told, json!([{ "nonce": "b", "touch": touch }]), "positions only, under the panel shown");

    // Another pad, in other order or of the other kind, begins anew.
    browser.click("[data-touch=key-0]").unwrap();
    say(&browser, "c", "ja", slow, json!({ "kind": "pin", "tries_left": 3, "keys": keys }));
    assert_eq!(texts(&browser, ".typed"), ["○○○○"]);
    browser.click("[data-touch=cancel]").unwrap();
    let last = browser.run("return told.at(-1)").unwrap();
    assert_eq!(last, json!({ "nonce": "c", "touch": { "kind": "pad_cancel" } }));
}

#[test]
fn every_choice_has_words_and_buttons_of_its_own() {
    let desk = desk();
    let browser = under_hand(&desk);
    let choices = [
        "registration",
        "carry_over",
        "electronic_prescription",
        "medical_assistance",
        "subsidy_certificates",
    ];
    let mut seen = std::collections::BTreeSet::new();
    for language in ["ja", "en", "zh", "ko"] {
        for item in choices {
            let question = json!({ "kind": "consent", "screen": item, "items": [item] });
            say(&browser, item, language, json!({ "kind": "wait" }), question);
            let (asked, buttons) = (texts(&browser, "#notice"), texts(&browser, ".choices button"));
            assert_eq!(
                (texts(&browser, "ul").len(), buttons.len()),
                (0, 2),
                "{language} {item}: one decision"
            );
            assert!(seen.insert((asked, buttons)), "{language} {item} says what another says");
        }
    }
    let paper = json!({ "kind": "consent", "screen": "p", "items": ["electronic_prescription"] });
    say(&browser, "p", "ja", json!({ "kind": "wait" }), paper);
    assert_eq!(texts(&browser, ".choices button"), ["電子", "紙"]);
    browser.click("[data-touch=refuse]").unwrap();
    let touch = json!({ "kind": "consent", "screen": "p", "decision": "refused" });
    assert_eq!(browser.run("return told.at(-1)").unwrap(), json!({ "nonce": "p", "touch": touch }));

    let bundle = json!({ "kind": "consent", "screen": "b", "items": ["medicines", "medical_assistance"] });
    say(&browser, "b", "ja", json!({ "kind": "wait" }), bundle);
    assert_eq!(texts(&browser, "ul li").len(), 2, "a bundle of the centre's is listed");

    for notice in ["visual_armed", "staff_check"] {
        say(&browser, "n", "ja", json!({ "kind": notice }), Value::Null);
        browser.wait_for(&format!("main[data-state={notice}]")).unwrap();
        let said = texts(&browser, "#said > *").concat();
        assert!(said.contains("職員が"), "{notice}: {said}");
    }
    let offered = json!({ "kind": "methods", "offered": ["visual", "pin"] });
    say(&browser, "m", "ja", json!({ "kind": "place_card" }), offered);
    assert_eq!(texts(&browser, ".choices .name"), ["職員が確認", "暗証番号"]);
}

/// What stands on each key, by position.
fn keys(browser: &Browser) -> Vec<String> {
    const KEYS: &str =
        "return [...Array(10).keys()].map(n => document.querySelector(`[data-touch=key-${n}]`).textContent)";
    let keys = browser.run(KEYS).unwrap();
    keys.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

fn type_on_the_pad(browser: &Browser, pin: &str) {
    let keys = keys(browser);
    for digit in pin.chars() {
        let at = keys.iter().position(|key| *key == digit.to_string()).unwrap();
        browser.click(&format!("[data-touch=key-{at}]")).unwrap();
    }
}

/// Nothing of the visit stays in the browser: no storage, and no cookie that a script can see.
fn assert_nothing_kept(browser: &Browser) {
    let kept = browser
        .run("return [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]")
        .or_else(|_| browser.run("return [localStorage.length, sessionStorage.length, document.cookie, 0]"))
        .unwrap();
    assert_eq!(kept, json!([0, 0, "", 0]));
    let address = browser.run("return location.href").unwrap();
    assert!(address.as_str().unwrap().ends_with(&format!("/kiosk/{READER}")), "{address}");
    assert_ne!(address, Value::Null);
}
