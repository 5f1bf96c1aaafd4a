//! The judge: what does not come true is missed, with its line; and nothing that happens goes unmentioned.

#![allow(clippy::unwrap_used, reason = "a test stops")]

use model::{ConsentItem, Decision, Validity, Verification};
use scenario::expect::{Asked, Remarked};
use scenario::{Act, Person, ResultSeen, Seen, Stage, code_named, parse, play};
use std::time::Duration;

/// A desk that shows one thing after the other, one second each, whatever is done.
struct Script {
    shows: Vec<Seen>,
    now: Duration,
    answered: Vec<Decision>,
}

impl Stage for Script {
    fn now(&self) -> Duration {
        self.now
    }
    fn look(&mut self) -> Result<Seen, String> {
        let at = usize::try_from(self.now.as_secs()).unwrap().min(self.shows.len().saturating_sub(1));
        self.shows.get(at).cloned().ok_or_else(|| String::from("an empty script"))
    }
    fn pass(&mut self, until: Duration) -> Result<(), String> {
        self.now = until.min(self.now + Duration::from_secs(1));
        Ok(())
    }
    fn act(&mut self, _: &Act) -> Result<(), String> {
        Ok(())
    }
    fn answer(&mut self, decision: Decision) -> Result<(), String> {
        self.answered.push(decision);
        self.now += Duration::from_secs(1);
        Ok(())
    }
}

fn idle() -> Seen {
    Seen {
        notice: String::from("place_card"),
        language: String::from("ja"),
        asked: Asked::Nothing,
        tries_left: None,
        state: String::from("idle"),
        step: None,
        board: None,
        settling: 0,
        results: Vec::new(),
        audit: Vec::new(),
    }
}

fn asking(screen: &str) -> Seen {
    Seen { asked: Asked::Consent(screen.to_owned()), step: Some(String::from("asking")), ..idle() }
}

fn with_result() -> Seen {
    let result = ResultSeen {
        of: vec![String::from("worker")],
        by: Verification::Face,
        validity: Validity::Valid,
        consents: vec![(ConsentItem::Medicines, Decision::Agreed)],
        remarks: vec![Remarked {
            code: code_named("CONSENT_MISSING").unwrap(),
            about: Some("operations".into()),
        }],
    };
    Seen { results: vec![result], ..idle() }
}

/// What was missed, and what was answered.
fn played(code: &str, lines: &str, shows: Vec<Seen>) -> (Option<String>, Vec<Decision>) {
    let text = format!("title ja 題\ntitle en A title\ncode {code}\nreader any\n{lines}\nends idle\n");
    let mut stage = Script { shows, now: Duration::ZERO, answered: Vec::new() };
    let played = play(&parse("test", &text).unwrap(), &mut stage);
    (played.missed.map(|missed| missed.to_string()), stage.answered)
}

fn missed(code: &str, lines: &str, shows: Vec<Seen>) -> String {
    played(code, lines, shows).0.unwrap_or_default()
}

#[test]
fn what_comes_true_in_time_is_good() {
    let lines = "result by face, valid\nresult is of worker\nconsents medicines agreed\nremarks CONSENT_MISSING about operations";
    assert_eq!(missed("CONSENT_MISSING", lines, vec![idle(), with_result()]), "");
    assert_eq!(missed("none", "no result\nno result", vec![idle()]), "");
}

#[test]
fn what_does_not_come_is_missed_with_its_line() {
    let late = missed("none", "reader shows take card", vec![idle()]);
    assert!(late.starts_with("line 5: `reader shows take card`: no that notice within 20 s"), "{late}");
    assert!(missed("none", "choose face", vec![idle()]).starts_with("line 5: `choose face`"));
    assert!(missed("none", "agree operations", vec![asking("six-infos")]).starts_with("line 5"));
    assert!(missed("none", "pull at asking", vec![idle()]).starts_with("line 5"));
    assert!(missed("none", "screen speaks en", vec![idle()]).starts_with("line 5"));
    assert!(missed("none", "audit armed by tanaka", vec![idle()]).starts_with("line 5"));
}

#[test]
fn another_result_than_the_one_named_is_missed() {
    let of = |lines: &str| missed("none", lines, vec![with_result()]);
    assert!(of("result by pin, valid").starts_with("line 5"));
    assert!(of("result by face, invalid").starts_with("line 5"));
    let result = "result by face, valid\n";
    assert!(of(&format!("{result}result is of housewife")).starts_with("line 6"));
    assert!(of(&format!("{result}no consents")).starts_with("line 6"));
    assert!(of(&format!("{result}consents medicines refused")).starts_with("line 6"));
    assert!(of(&format!("{result}no remarks")).starts_with("line 6"));
    assert!(of(&format!("{result}remarks CONSENT_MISSING about medicines")).starts_with("line 6"));
    assert!(of(&format!("{result}{result}")).starts_with("line 6"), "one result is not two");
}

#[test]
fn a_result_of_which_nothing_is_said_is_missed() {
    assert!(missed("none", "no result", vec![with_result()]).starts_with("line 5"));
    assert!(missed("none", "", vec![with_result()]).contains("`ends idle`: there are results"));
}

#[test]
fn a_code_that_nobody_was_told_is_missed() {
    let said = missed("PIN_WRONG", "", vec![idle()]);
    assert!(said.contains("`code PIN_WRONG`: this code was never said"), "{said}");
    let board = Seen { board: code_named("PIN_WRONG"), ..idle() };
    assert_eq!(missed("PIN_WRONG", "", vec![board]), "");
}

#[test]
fn every_question_is_answered_until_there_are_none() {
    let shows = vec![asking("medicines"), asking("operations"), idle()];
    assert_eq!(played("none", "refuse all", shows), (None, vec![Decision::Refused; 2]));
    let endless = missed("none", "agree all", vec![asking("again"); 50]);
    assert!(endless.contains("the questions do not end"), "{endless}");
}

#[test]
fn a_person_is_meant_by_every_particular_and_by_a_blank_for_one_character() {
    let person = |name: &str, number: &str, branch: Option<&str>, alias: Option<&str>| Person {
        name: name.to_owned(),
        number: number.to_owned(),
        branch: branch.map(str::to_owned),
        alias: alias.map(str::to_owned),
    };
    let own = person("例示　𡈽雄", "123", Some("02"), None);
    assert!(own.is_meant_by(&own) && own.is_meant_by(&person("例示　●雄", "123", Some("02"), None)));
    for other in [
        person("例示　雄", "123", Some("02"), None),
        person("例示　𡈽子", "123", Some("02"), None),
        person("例示　𡈽雄", "124", Some("02"), None),
        person("例示　𡈽雄", "123", None, None),
        person("例示　𡈽雄", "123", Some("02"), Some("別名")),
    ] {
        assert!(!own.is_meant_by(&other));
    }
}
