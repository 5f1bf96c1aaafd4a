//! `uketsuke lookup`: a person without a card, by what stands on the 資格確認書. What is typed is never an argument
//! (arguments are seen by every user of the machine), and what is answered is for this screen only.

use crate::client::{code, send};
use crate::{Arguments, ControlError, typed, words};
use clap::Args;
use failure::Text;
use http_body_util::BodyExt;
use hyper::Method;
use model::{Lookup, LookupFault, Pii, Purpose};
use serde::Deserialize;
use std::io::{IsTerminal, Read, Stdin};

/// More than any field has: the longest are 20 characters.
const MOST_IN_LINE: usize = 256;
/// More than all fields together have, however they are escaped.
const MOST_IN_OBJECT: u64 = 4096;

/// How a person is looked up; nothing of the person.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// 患者が口頭で同意したので、限度額も照会する / 限度額 too: the patient agreed by word of mouth.
    #[arg(long)]
    limit_certificate: bool,
}

/// Why nothing was asked. Says nothing of what was typed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TypingError {
    #[error("入力が読めません / the input cannot be read: {0}")]
    Input(#[from] std::io::Error),
    #[error(
        "標準入力が JSON オブジェクト一つではありません。例 / standard input is not one JSON object of this form: {EXAMPLE}"
    )]
    Object,
    #[error("{} の形が違います / not of its form: {_0}", called(_0.field))]
    Field(LookupFault),
}

/// Invented: prefecture 99 does not exist.
const EXAMPLE: &str =
    r#"{"insurer_number":"990123","symbol":"12","number":"345","branch":"02","birth_date":"19850228"}"#;

/// What the API answers, as far as it is shown. Personal: it has no Debug.
#[derive(Deserialize)]
struct Answer {
    validity: String,
    validity_code: Option<String>,
    remarks: Vec<Remark>,
    for_staff: ForStaff,
}

#[derive(Deserialize)]
struct Remark {
    code: String,
    reception: Wording,
}

#[derive(Deserialize)]
struct Wording {
    ja: String,
    en: String,
}

#[derive(Deserialize)]
struct ForStaff {
    names: Vec<Names>,
    insurance: Vec<Insurance>,
}

#[derive(Deserialize)]
struct Names {
    name: Option<String>,
    kana: Option<String>,
    other: Option<String>,
    other_kana: Option<String>,
}

#[derive(Deserialize)]
struct Insurance {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    label: Wording,
    value: String,
}

pub(crate) async fn lookup(arguments: &Arguments, consent: &Consent) -> Result<(), ControlError> {
    let lookup = asked(consent)?;
    let body = serde_json::to_string(lookup.expose(Purpose::SendToCentre))?;
    let answer = send(arguments, Method::POST, "/v1/lookups", body).await?;
    let answer: Answer = serde_json::from_slice(&answer.collect().await?.to_bytes())
        // The parser's own words would quote what it did not expect.
        .map_err(|_| ControlError::Answer)?;
    print!("{}", answer.page());
    Ok(())
}

// ----- what is asked ------------------------------------------------------------------------------------------------

fn asked(consent: &Consent) -> Result<Pii<Lookup>, TypingError> {
    let stdin = std::io::stdin();
    let mut lookup = if stdin.is_terminal() { prompted(&stdin)? } else { object(stdin.lock())? };
    lookup.limit_certificate |= consent.limit_certificate;
    lookup.check().map_err(TypingError::Field)?;
    Ok(Pii::new(lookup))
}

fn prompted(stdin: &Stdin) -> Result<Lookup, TypingError> {
    let ask = |field: &str, form: &str| -> Result<String, TypingError> {
        let typed = typed::line(stdin, &format!("{}（{form}）: ", called(field)), MOST_IN_LINE)?;
        Ok(String::from_utf8_lossy(&typed).trim().to_owned())
    };
    let digits = |field: &str, form: &str| ask(field, form).map(|typed| half_width(&typed));
    Ok(Lookup {
        insurer_number: digits("insurer_number", "数字 6 桁か 8 桁 / 6 or 8 digits")?,
        symbol: Some(ask("symbol", "なければ Enter / Enter if there is none")?)
            .filter(|typed| !typed.is_empty()),
        number: ask("number", "20 文字まで / at most 20 characters")?,
        branch: Some(digits("branch", "2 桁、なければ Enter / 2 digits, Enter if there is none")?)
            .filter(|typed| !typed.is_empty()),
        birth_date: digits("birth_date", "西暦 8 桁 yyyymmdd / 8 digits, yyyymmdd")?,
        limit_certificate: false,
    })
}

fn object(input: impl Read) -> Result<Lookup, TypingError> {
    let mut text = Vec::new();
    input.take(MOST_IN_OBJECT).read_to_end(&mut text)?;
    // The parser's own words would quote what was typed.
    serde_json::from_slice(&text).map_err(|_| TypingError::Object)
}

/// A field as it is called on the 資格確認書.
fn called(field: &str) -> &str {
    match field {
        "insurer_number" => "保険者番号 / insurer number",
        "symbol" => "記号 / symbol",
        "number" => "番号 / number",
        "branch" => "枝番 / branch",
        "birth_date" => "生年月日 / birth date",
        other => other,
    }
}

/// Digits as a Japanese keyboard types them (U+FF10 to U+FF19), as ASCII.
fn half_width(typed: &str) -> String {
    let digit = |character: char| match character {
        '０'..='９' => {
            u32::from(character).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(character)
        }
        other => other,
    };
    typed.chars().map(digit).collect()
}

// ----- what is answered ---------------------------------------------------------------------------------------------

impl Answer {
    fn page(&self) -> String {
        let mut page = format!(
            "資格 / validity: {}{}\n",
            words::validity(&self.validity),
            code(&serde_json::json!({ "code": self.validity_code })),
        );
        let next = self.next();
        page.push_str(&format!("受付で / at reception: {}\n  {}\n", next.ja, next.en));
        for remark in &self.remarks {
            let Remark { code, reception } = remark;
            page.push_str(&format!("{code}: {}\n  {}\n", reception.ja, reception.en));
        }
        self.for_staff.names.iter().for_each(|names| page.push_str(&names.lines()));
        for insurance in &self.for_staff.insurance {
            page.push('\n');
            for Line { label, value } in &insurance.lines {
                page.push_str(&format!("  {} / {}: {value}\n", label.ja, label.en));
            }
        }
        page
    }

    /// What reception does (workflow.md section 7).
    fn next(&self) -> Text {
        let entry = self.validity_code.as_deref().and_then(failure::explain);
        entry.map_or(
            Text {
                ja: "受付を進め、保存してある保険・負担割合・限度額の区分と見比べます。",
                en: "Go on, and compare insurance, burden share and limit class with what is stored.",
            },
            |entry| entry.reception,
        )
    }
}

impl Names {
    fn lines(&self) -> String {
        let fields = [
            ("氏名 / name", &self.name),
            ("カナ / kana", &self.kana),
            ("氏名（その他） / other name", &self.other),
            ("カナ（その他） / its kana", &self.other_kana),
        ];
        let told =
            fields.into_iter().filter_map(|(label, value)| Some(format!("  {label}: {}\n", value.as_ref()?)));
        format!("\n{}", told.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<(), String> {
        let lookup = object(text.as_bytes()).map_err(|error| error.to_string())?;
        lookup.check().map_err(|fault| TypingError::Field(fault).to_string())
    }

    #[test]
    fn the_example_is_of_the_form_that_is_wanted() {
        assert_eq!(read(EXAMPLE), Ok(()));
    }

    #[test]
    fn a_refusal_says_nothing_of_what_was_typed() {
        for text in [
            r#"{"insurer_number":"kakuu","number":"1","birth_date":"19850228"}"#,
            r#"{"insurer_number":"990123","number":"1","birth_date":"kakuu"}"#,
            r#"{"insurer_number":"990123","number":{"kakuu":1},"birth_date":"19850228"}"#,
            r#"{"kakuu":"990123"}"#,
            "kakuu",
            "",
        ] {
            let said = read(text).unwrap_err();
            assert!(!said.contains("kakuu") && said.contains(" / "), "{said}");
        }
        assert!(
            read(r#"{"insurer_number":"1","number":"1","birth_date":"1"}"#)
                .unwrap_err()
                .contains("6 or 8 digits")
        );
    }

    #[test]
    fn an_endless_input_is_not_read_to_its_end() {
        assert!(matches!(object(std::io::repeat(b' ')), Err(TypingError::Object)));
    }

    #[test]
    fn digits_may_be_typed_in_full_width() {
        assert_eq!(half_width("０６１３ 9"), "0613 9");
    }

    #[test]
    fn every_validity_says_what_reception_does() {
        let answer = |validity: &str, code: Option<&str>| -> Answer {
            serde_json::from_value(json!({
                "validity": validity, "validity_code": code,
                "remarks": [{ "code": "CENTRE_NOTE", "reception": { "ja": "読む", "en": "Read it." } }],
                "for_staff": {
                    "names": [{ "name": "見本　花子", "kana": null, "other": null, "other_kana": null, "blanked": false }],
                    "insurance": [{ "lines": [{ "item": "ratio", "label": { "ja": "負担割合", "en": "share" }, "value": "3割" }] }],
                },
            }))
            .unwrap()
        };
        let page = answer("valid", None).page();
        for part in [
            "有効 / valid\n",
            "compare",
            "CENTRE_NOTE: 読む",
            "氏名 / name: 見本　花子",
            "負担割合 / share: 3割",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let page = answer("not_found", Some("QUALIFICATION_NOT_FOUND")).page();
        assert!(
            page.contains("uketsuke explain QUALIFICATION_NOT_FOUND") && page.contains("資格情報のお知らせ"),
            "{page}"
        );
    }
}
