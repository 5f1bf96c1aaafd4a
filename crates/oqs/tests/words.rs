//! Insurance in the words of the card, against documents of the known form.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use oqs::words::{Item, words};
use oqs::{Body, ElderlyCertificate, Header, LimitCertificate, MedicalTicket, Message, PersonQualification};
use proptest::prelude::*;

const FACE: &str = include_str!("documents/face.xml");
const ELDERLY: &str = include_str!("documents/elderly_and_assistance.xml");

/// Japanese labels and values, qualification by qualification.
fn read(xml: &str) -> Vec<Vec<(String, String)>> {
    let message = Message::parse(xml.as_bytes()).unwrap();
    let lines = |words: oqs::words::CardWords| {
        words.lines.into_iter().map(|line| (line.label.ja.to_owned(), line.value)).collect()
    };
    words(&message).into_iter().map(lines).collect()
}

fn golden(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_family_member_of_an_insurance() {
    assert_eq!(
        read(FACE),
        [golden(&[
            ("証の種類", "一般"),
            ("保険者番号", "990123"),
            ("保険者名称", "架空県見本健康保険組合"),
            ("記号・番号", "架空１２ 00345（枝番）02"),
            ("本人・家族", "家族"),
            ("有効期間", "令和12年4月1日～"),
        ])]
    );
}

#[test]
fn an_elderly_person_with_a_limit_and_one_with_a_ticket() {
    assert_eq!(
        read(ELDERLY),
        [
            golden(&[
                ("証の種類", "一般"),
                ("保険者番号", "39990012"),
                ("保険者名称", "架空県後期高齢者医療広域連合"),
                ("記号・番号", "01234567"),
                ("本人・家族", "本人"),
                ("負担割合", "1割"),
                ("限度額適用認定証", "限度額適用・標準負担額減額"),
                ("適用区分", "低所得Ⅱ"),
                ("有効期間（限度額）", "令和12年8月1日～令和13年7月31日"),
                ("有効期間", "令和12年8月1日～令和13年7月31日"),
            ]),
            golden(&[
                ("証の種類", "医療扶助"),
                ("公費負担者番号", "12990015"),
                ("福祉事務所", "架空市福祉事務所"),
                ("受給者番号", "7654321"),
                ("資格取得日", "令和11年1月10日"),
                ("医療券・調剤券", "医療券"),
                ("診療年月", "令和13年4月"),
                ("有効期間（券）", "令和13年4月1日～令和13年4月30日"),
                ("診療別", "入院外"),
                ("単独・併用", "単独"),
                ("本人支払額", "0円"),
                ("社会保険", "なし"),
            ]),
        ]
    );
}

#[test]
fn a_lost_insurance_says_when_and_why() {
    let lost = FACE.replace(
        "<InsurerName>",
        "<InsuredCardExpirationDate>20310331</InsuredCardExpirationDate>\
         <DisqualificationDate>20310401</DisqualificationDate><ReasonOfLoss>03</ReasonOfLoss><InsurerName>",
    );
    let lines = read(&lost);
    let tail = golden(&[
        ("有効期間", "令和12年4月1日～令和13年3月31日"),
        ("資格喪失日", "令和13年4月1日"),
        ("資格喪失事由", "医療保険等の資格取得"),
    ]);
    assert!(lines[0].ends_with(&tail), "{lines:?}");
}

#[test]
fn what_is_not_known_stands_as_it_came() {
    let odd = ELDERLY
        .replace("<InsuredCardClassification>01", "<InsuredCardClassification>77")
        .replace("Ratio>010<", "Ratio>015<")
        .replace("B05", "C01")
        .replace("20310731", "99999999")
        .replace("<SelfPayAmount>0", "<SelfPayAmount>不明");
    let lines = read(&odd);
    for expected in [("証の種類", "77"), ("負担割合", "015"), ("適用区分", "C01")] {
        assert!(lines[0].contains(&golden(&[expected])[0]), "{expected:?} in {lines:?}");
    }
    assert!(lines[0].contains(&golden(&[("有効期間", "令和12年8月1日～99999999")])[0]), "{lines:?}");
    assert!(lines[1].contains(&golden(&[("本人支払額", "不明")])[0]), "{lines:?}");
}

#[test]
fn the_share_of_the_elderly_certificate_stands_beside() {
    let of = PersonQualification {
        elderly_recipient_certificate_info: Some(ElderlyCertificate {
            elderly_recipient_valid_end_date: Some("20310731".to_owned()),
            elderly_recipient_contribution_ratio: Some("020".to_owned()),
            ..ElderlyCertificate::default()
        }),
        ..PersonQualification::default()
    };
    let lines = &words(&message(of))[0].lines;
    let said: Vec<_> = lines.iter().map(|line| (line.item, line.value.as_str())).collect();
    assert_eq!(said, [(Item::ElderlyRatio, "2割"), (Item::ElderlyPeriod, "～令和13年7月31日")]);
}

#[test]
fn json_names_the_item_and_debug_shows_no_value() {
    let words = words(&Message::parse(FACE.as_bytes()).unwrap());
    let line = &serde_json::to_value(&words).unwrap()[0]["lines"][3];
    assert_eq!(
        *line,
        serde_json::json!({
            "item": "number",
            "label": { "ja": "記号・番号", "en": "Symbol and number" },
            "value": "架空１２ 00345（枝番）02",
        })
    );
    assert_eq!(format!("{:?} {:?}", words, words[0].lines[3]), "[CardWords(…)] Line(Number)");
}

fn message(person: PersonQualification) -> Message {
    Message::new(Header::default(), Body { result_list: vec![person], ..Body::default() })
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(prop_oneof![any::<String>(), "[0-9]{0,9}", "[A-B0][0-9]{1,2}"])
}

proptest! {
    #[test]
    fn any_text_has_its_words(
        kind in any_text(), number in any_text(), day in any_text(), ratio in any_text(), class in any_text(),
        month in any_text(),
    ) {
        let person = PersonQualification {
            insured_card_classification: kind,
            insurer_number: number.clone(),
            insured_branch_number: number.clone(),
            insured_card_valid_date: day.clone(),
            disqualification_date: day.clone(),
            reason_of_loss: ratio.clone(),
            insured_partial_contribution_ratio: ratio.clone(),
            limit_application_certificate_related_info: Some(LimitCertificate {
                limit_application_certificate_classification_flag: class,
                limit_application_certificate_valid_end_date: day.clone(),
                ..LimitCertificate::default()
            }),
            public_expense_result_list: vec![MedicalTicket {
                medical_treatment_month: month,
                medical_ticket_expiration_date: day,
                self_pay_amount: number,
                ..MedicalTicket::default()
            }],
            ..PersonQualification::default()
        };
        for line in &words(&message(person))[0].lines {
            prop_assert!(!line.value.trim().is_empty());
        }
    }
}
