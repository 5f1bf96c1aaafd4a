//! The forms in the document take what `model` takes, and nothing else: whoever checks a request against the document
//! beforehand is not refused afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::Site;
use model::{CallerName, InstitutionCode, Lookup, ReaderId, Scope, StaffId, VisitId};
use regex_automata::dfa::regex::Regex;

/// What the document says of a text.
struct Form {
    pattern: Regex,
    characters: std::ops::RangeInclusive<u64>,
}

async fn form(site: &Site, name: &str) -> Form {
    let document = site.get("/v1/openapi.json").await.json();
    let schema = &document["components"]["schemas"][name];
    // Each form is its pattern alone; beside it stand words for people.
    let said: Vec<_> = schema.as_object().unwrap().keys().map(String::as_str).collect();
    let known = ["description", "example", "pattern", "type", "maxLength", "minLength"];
    assert!(said.iter().all(|word| known.contains(word)), "{name}: {schema}");
    let bound = |word: &str, none| schema[word].as_u64().unwrap_or(none);
    Form {
        pattern: Regex::new(schema["pattern"].as_str().unwrap()).unwrap(),
        characters: bound("minLength", 0)..=bound("maxLength", u64::MAX),
    }
}

fn takes(form: &Form, text: &str) -> bool {
    form.pattern.is_match(text) && form.characters.contains(&(text.chars().count() as u64))
}

#[tokio::test]
async fn ids_and_scopes_have_one_form() {
    let site = Site::open().await;
    let long = "a".repeat(33);
    let texts = [
        "front-1",
        "a",
        &long[1..],
        &long,
        "",
        "-",
        "Front-1",
        "front_1",
        "front 1",
        "前台",
        "../x",
        "front-1\n",
        "９",
    ];
    let [reader, staff, caller] =
        [form(&site, "ReaderId").await, form(&site, "StaffId").await, form(&site, "CallerName").await];
    for text in texts {
        assert_eq!(takes(&reader, text), text.parse::<ReaderId>().is_ok(), "{text:?}");
        assert_eq!(takes(&staff, text), text.parse::<StaffId>().is_ok(), "{text:?}");
        assert_eq!(takes(&caller, text), text.parse::<CallerName>().is_ok(), "{text:?}");
    }
    let scope = form(&site, "Scope").await;
    for text in [
        "results",
        "lookups",
        "board",
        "admin",
        "kiosk:front-1",
        "kiosk:",
        "kiosk",
        "Results",
        "results ",
        "root",
        "",
    ] {
        assert_eq!(takes(&scope, text), text.parse::<Scope>().is_ok(), "{text:?}");
    }
    let visit = form(&site, "VisitId").await;
    for text in ["0f".repeat(16), "0F".repeat(16), "0".repeat(31), "0".repeat(33), "+".repeat(32)] {
        assert_eq!(takes(&visit, &text), text.parse::<VisitId>().is_ok(), "{text:?}");
    }
    let institution = form(&site, "InstitutionCode").await;
    for text in ["9991234567", "999123456", "99912345678", "999123456a", "９９９１２３４５６７"] {
        assert_eq!(takes(&institution, text), text.parse::<InstitutionCode>().is_ok(), "{text:?}");
    }
}

fn lookup() -> Lookup {
    Lookup {
        insurer_number: "990123".to_owned(),
        symbol: None,
        number: "1".to_owned(),
        branch: None,
        birth_date: "19850228".to_owned(),
        limit_certificate: false,
    }
}

#[tokio::test]
async fn what_stands_on_a_card_has_one_form() {
    let site = Site::open().await;
    let insurer = form(&site, "InsurerNumber").await;
    for text in ["990123", "39990012", "9901234", "99012", "９９０１２３", "990123 ", ""] {
        let ours = Lookup { insurer_number: text.to_owned(), ..lookup() };
        assert_eq!(takes(&insurer, text), ours.check().is_ok(), "{text:?}");
    }
    let branch = form(&site, "BranchNumber").await;
    for text in ["00", "02", "2", "022", "０２", ""] {
        let ours = Lookup { branch: Some(text.to_owned()), ..lookup() };
        assert_eq!(takes(&branch, text), ours.check().is_ok(), "{text:?}");
    }
    let card = form(&site, "CardText").await;
    // Every kind of character at the beginning, in the middle and at the end.
    let kinds = (0..=0x3100).chain([0x1_F600, 0xFEFF, 0xFFFD]).filter_map(char::from_u32);
    for kind in kinds {
        for text in [format!("{kind}a"), format!("a{kind}b"), format!("a{kind}"), kind.to_string()] {
            let number = Lookup { number: text.clone(), ..lookup() };
            assert_eq!(takes(&card, &text), number.check().is_ok(), "{text:?} U+{:04X}", u32::from(kind));
        }
    }
    for length in [0, 1, 20, 21] {
        let text = "記".repeat(length);
        let symbol = Lookup { symbol: Some(text.clone()), ..lookup() };
        assert_eq!(takes(&card, &text), symbol.check().is_ok(), "{length} characters");
    }
}

#[tokio::test]
async fn a_day_of_the_calendar_is_one_in_both() {
    let site = Site::open().await;
    let date = form(&site, "CompactDate").await;
    let mut days = 0;
    for year in [0, 1, 4, 96, 100, 400, 1900, 1985, 2000, 2023, 2024, 2100, 9999] {
        for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
            let text = format!("{year:04}{month:02}{day:02}");
            let ours = Lookup { birth_date: text.clone(), ..lookup() }.check().is_ok();
            assert_eq!(takes(&date, &text), ours, "{text}");
            days += u32::from(ours);
        }
    }
    // The year 0 is none; 4, 96, 400, 2000 and 2024 are leap years.
    assert_eq!(days, 12 * 365 + 5);
    for text in ["1985228", "198502281", "1985-2-28", "１９８５０２２８", "19850228\n"] {
        assert!(!takes(&date, text), "{text}");
    }
    let month = form(&site, "Month").await;
    for (text, good) in
        [("2026-02", true), ("0000-12", true), ("2026-00", false), ("2026-13", false), ("2026-2", false)]
    {
        assert_eq!(takes(&month, text), good, "{text}");
        let answer = site.get(&format!("/v1/counts/months/{text}")).await;
        assert_eq!(answer.status == 200, good, "{text}");
    }
}
