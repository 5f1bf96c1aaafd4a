//! What is stored beside what the centre says, and what changed since last time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail by panicking")]

use model::Validity;
use oqs::compare::{Compared, Comparison, Field, Stored, Verdict, changes, compare, same_but_for_width};
use oqs::{Body, Header, Message, PersonQualification};
use proptest::prelude::*;

const FACE: &str = include_str!("documents/face.xml");
const ELDERLY: &str = include_str!("documents/elderly_and_assistance.xml");

fn parse(xml: &str) -> Message {
    Message::parse(xml.as_bytes()).unwrap()
}

fn own(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn told(person: PersonQualification) -> Message {
    Message::new(Header::default(), Body { result_list: vec![person], ..Body::default() })
}

fn named(name: &str) -> PersonQualification {
    PersonQualification { name: own(name), ..PersonQualification::default() }
}

fn only(comparisons: Vec<Comparison>) -> Compared {
    let [comparison] = comparisons.try_into().unwrap_or_else(|_| panic!("one qualification"));
    let [field] = comparison.fields.try_into().unwrap_or_else(|_| panic!("one field"));
    field
}

fn of_names(stored: &str, new: &str) -> Verdict {
    let stored = Stored { name: own(stored), ..Stored::default() };
    only(compare(&stored, &told(named(new)))).verdict
}

fn of_symbols(stored: &str, new: &str) -> Verdict {
    let stored = Stored { symbol: own(stored), ..Stored::default() };
    let person = PersonQualification { insured_card_symbol: own(new), ..PersonQualification::default() };
    only(compare(&stored, &told(person))).verdict
}

#[test]
fn a_whole_person_is_compared_field_by_field() {
    let stored = Stored {
        name: own("見本 花子"),
        name_kana: own("ミホン　ハナコ"),
        birth_date: own("19850228"),
        post_number: own("9990001"),
        address: own("架空県見本市1丁目1-2"),
        insurer_number: own("990123"),
        symbol: own("架空12"),
        number: own("00345"),
        branch: own("2"),
        ratio: own("030"),
        ..Stored::default()
    };
    let comparisons = compare(&stored, &parse(FACE));
    assert_eq!(comparisons.len(), 1);
    assert_eq!(comparisons[0].place, Some(0));
    let verdicts: Vec<_> = comparisons[0].fields.iter().map(|of| (of.field, of.verdict)).collect();
    use Verdict::{Different, OnlyNew, OnlyStored, Same, SameAfterWidth};
    assert_eq!(
        verdicts,
        [
            (Field::Name, SameAfterWidth),
            (Field::NameKana, SameAfterWidth),
            (Field::BirthDate, Same),
            (Field::Sex, OnlyNew),
            (Field::PostNumber, SameAfterWidth),
            (Field::Address, Different),
            (Field::CardKind, OnlyNew),
            (Field::InsurerNumber, Same),
            (Field::InsurerName, OnlyNew),
            (Field::Symbol, SameAfterWidth),
            (Field::Number, Same),
            (Field::Branch, SameAfterWidth),
            (Field::Family, OnlyNew),
            (Field::InsuredName, OnlyNew),
            (Field::ValidFrom, OnlyNew),
            (Field::Ratio, OnlyStored),
        ]
    );
}

#[test]
fn both_values_stay_beside_the_verdict() {
    let stored = Stored { name: own("例示　𡈽雄"), ..Stored::default() };
    let compared = only(compare(&stored, &told(named("例示　●雄"))));
    assert_eq!(
        serde_json::to_value(&compared).unwrap(),
        serde_json::json!({ "field": "name", "verdict": "blanked", "stored": "例示　𡈽雄", "new": "例示　●雄" })
    );
    assert_eq!(format!("{compared:?} {stored:?}"), "Compared(…) Stored(…)");
    let nothing = only(compare(&stored, &told(PersonQualification { sex1: None, ..named(" ") })));
    assert_eq!((nothing.verdict, nothing.new), (Verdict::OnlyStored, None), "spaces are no name");
}

#[test]
fn kana_of_both_widths_are_the_same_and_small_ones_a_grade_of_their_own() {
    for (stored, new, verdict) in [
        ("シケン　バンタ", "ｼｹﾝ ﾊﾞﾝﾀ", Verdict::SameAfterWidth),
        ("プー", "ﾌﾟｰ", Verdict::SameAfterWidth),
        ("シケン　ショウイチ", "ｼｹﾝ ｼﾖｳｲﾁ", Verdict::SameButSmallKana),
        ("シケン　シヨウイチ", "ｼｹﾝ ｼｮｳｲﾁ", Verdict::SameButSmallKana),
        ("シケン　ハンタ", "ｼｹﾝ ﾊﾞﾝﾀ", Verdict::Different),
        ("シケンバンタ", "ｼｹﾝ ﾊﾞﾝﾀ", Verdict::Different),
    ] {
        let stored = Stored { name_kana: own(stored), ..Stored::default() };
        let person = PersonQualification { name_kana: own(new), ..PersonQualification::default() };
        assert_eq!(only(compare(&stored, &told(person))).verdict, verdict, "{new}");
    }
}

#[test]
fn characters_that_only_look_alike_are_different() {
    for (stored, new) in [
        ("\u{795E}田　一", "\u{FA19}田　一"),
        ("㈱見本", "(株)見本"),
        ("高崎　一", "髙﨑　一"),
        ("辻　一", "辻\u{E0100}　一"),
        ("吉田　一", "𠮷田　一"),
    ] {
        assert_eq!(of_names(stored, new), Verdict::Different, "{stored} {new}");
        assert_eq!(of_names(new, stored), Verdict::Different, "{new} {stored}");
    }
    assert_eq!(of_names("ＳＡＭＰＬＥ　ＰＥＴＲＡ", "SAMPLE PETRA"), Verdict::SameAfterWidth);
}

#[test]
fn a_blank_agrees_only_if_every_other_character_does() {
    assert_eq!(of_names("例示　𡈽雄", "例示　●雄"), Verdict::Blanked);
    assert_eq!(of_names("例示 𡈽雄", "例示　●雄"), Verdict::Blanked, "width does not matter");
    assert_eq!(of_names("例示　𡈽雄", "例示　●男"), Verdict::Different);
    assert_eq!(of_names("例示　𡈽雄", "例示　●●雄"), Verdict::Different);
    assert_eq!(of_names("例示　𡈽雄", "例●　●雄"), Verdict::Blanked);
    assert_eq!(of_names("例示　●雄", "例示　●雄"), Verdict::Same);
    assert_eq!(of_names("例示　●雄", "例示　𡈽雄"), Verdict::Different, "what is stored is the poorer one");
}

#[test]
fn hyphens_of_a_symbol_are_one() {
    for hyphen in ["－", "‐", "-", "−", "–"] {
        let symbol = format!("見{hyphen}１");
        let expected = if hyphen == "－" { Verdict::Same } else { Verdict::SameAfterWidth };
        assert_eq!(of_symbols("見－１", &symbol), expected, "{hyphen}");
    }
    assert_eq!(of_symbols("見－１", "見ー１"), Verdict::Different, "a kana, not a hyphen");
    assert_eq!(of_symbols("見－１", "見１"), Verdict::Different);
    assert_eq!(of_symbols("００１", "1"), Verdict::Different, "zeros count");
    assert_eq!(of_names("アン－マリー", "アン‐マリー"), Verdict::Different, "a name keeps its own");
}

#[test]
fn each_qualification_is_compared_by_itself() {
    let stored = Stored { insurer_number: own("12990015"), ..Stored::default() };
    let verdicts: Vec<_> = compare(&stored, &parse(ELDERLY))
        .into_iter()
        .map(|of| of.fields.iter().find(|of| of.field == Field::InsurerNumber).unwrap().verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Different, Verdict::Same]);
}

#[test]
fn what_changed_since_last_time_is_all_that_is_listed() {
    assert!(changes(&parse(FACE), &parse(FACE)).is_empty());
    let now = parse(
        &FACE
            .replace("<QualificationValidity>1", "<QualificationValidity>2")
            .replace("  990123", "39990012")
            .replace("見本　花子", "見●　花子")
            .replace("<PostNumber>999-0001</PostNumber>", "")
            .replace("<InsurerName>", "<DisqualificationDate>20310331</DisqualificationDate><InsurerName>"),
    );
    let changes = changes(&parse(FACE), &now);
    let validity = changes.validity.unwrap();
    assert_eq!((validity.before, validity.now), (Some(Validity::Valid), Some(Validity::Invalid)));
    let [qualification] = changes.qualifications.as_slice() else { panic!("one qualification") };
    let listed: Vec<_> = qualification
        .fields
        .iter()
        .map(|of| (of.field, of.verdict, of.stored.as_deref(), of.new.as_deref()))
        .collect();
    assert_eq!(
        listed,
        [
            (Field::Name, Verdict::Blanked, Some("見本　花子"), Some("見●　花子")),
            (Field::PostNumber, Verdict::OnlyStored, Some("999-0001"), None),
            (Field::InsurerNumber, Verdict::Different, Some("990123"), Some("39990012")),
            (Field::LostOn, Verdict::OnlyNew, None, Some("20310331")),
        ]
    );
}

#[test]
fn a_qualification_that_came_or_went_is_told_whole() {
    let both = parse(ELDERLY);
    let mut alone = both.clone();
    let gone = alone.body.result_list.remove(0);
    let came = changes(&alone, &both);
    let [came] = came.qualifications.as_slice() else { panic!("one qualification") };
    assert_eq!(came.place, Some(0), "医療扶助 is compared with 医療扶助, whatever its place");
    assert!(came.fields.iter().all(|of| of.verdict == Verdict::OnlyNew));
    assert_eq!(came.fields[0].new, gone.name);
    let went = changes(&both, &alone);
    let [went] = went.qualifications.as_slice() else { panic!("one qualification") };
    assert_eq!(went.place, None);
    assert!(went.fields.iter().all(|of| of.verdict == Verdict::OnlyStored));
}

#[test]
fn what_is_stored_comes_as_json_of_the_fields() {
    let stored: Stored = serde_json::from_str(r#"{"name":"見本　花子","branch":"02"}"#).unwrap();
    assert_eq!((stored.name, stored.branch, stored.ratio), (own("見本　花子"), own("02"), None));
    assert!(serde_json::from_str::<Stored>(r#"{"nmae":"見本"}"#).is_err());
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~　ァ-ヶｦ-ﾟ●神神㈱０-９－‐ーぁ-ゖ゛゜]{1,8}", any::<String>()]
}

fn mirrored(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::OnlyStored => Verdict::OnlyNew,
        Verdict::OnlyNew => Verdict::OnlyStored,
        other => other,
    }
}

fn both_ways(one: Option<String>, other: Option<String>) -> [Option<Verdict>; 2] {
    let person = |name: &Option<String>| PersonQualification { name: name.clone(), ..Default::default() };
    let stored = |name: &Option<String>| Stored { name: name.clone(), ..Default::default() };
    [(&one, &other), (&other, &one)].map(|(old, new)| {
        compare(&stored(old), &told(person(new))).remove(0).fields.first().map(|of| of.verdict)
    })
}

proptest! {
    #[test]
    fn everything_is_the_same_as_itself(name in name()) {
        let [verdict, _] = both_ways(Some(name.clone()), Some(name.clone()));
        prop_assert!(verdict.is_none_or(|verdict| verdict == Verdict::Same));
        prop_assert!(same_but_for_width(&name, &name));
        let message = told(named(&name));
        prop_assert!(changes(&message, &message).is_empty());
    }

    #[test]
    fn the_grade_is_the_same_from_both_sides(
        one in proptest::option::of(name()), other in proptest::option::of(name()),
    ) {
        let [there, back] = both_ways(one, other);
        // Blanks are of the new value only.
        if there != Some(Verdict::Blanked) && back != Some(Verdict::Blanked) {
            prop_assert_eq!(there.map(mirrored), back);
        }
    }

    #[test]
    fn full_width_is_the_same_as_half(text in "[!-~]{1,12}") {
        let full: String = text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        prop_assert!(same_but_for_width(&text, &full));
        prop_assert_eq!(of_names(&full, &text), Verdict::SameAfterWidth);
    }

    #[test]
    fn blanking_one_character_is_seen_as_that(name in "[見本例示架空花太一二三四]{2,8}", at in 0usize..8) {
        let place = at % name.chars().count();
        let blanked: String = name.chars().enumerate().map(|(n, c)| if n == place { '●' } else { c }).collect();
        prop_assert_eq!(of_names(&name, &blanked), Verdict::Blanked);
        let other = format!("{blanked}外");
        prop_assert_eq!(of_names(&name, &other), Verdict::Different);
    }

    #[test]
    fn other_characters_are_never_the_same_after_width(one in "[一-龠㈱①-⑳Ⅰ-Ⅹ豈-﨩]{1,6}", other in "[一-龠㈱①-⑳Ⅰ-Ⅹ豈-﨩]{1,6}") {
        prop_assert_eq!(same_but_for_width(&one, &other), one == other);
    }
}
