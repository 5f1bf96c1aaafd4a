//! Look-ups: what is asked of the centre without a card, and what it answers.
//!
//! An answer belongs to no visit and no reader, and is never shown as a result.

use crate::{Pii, Qualification, Remark, Timestamp, Validity};
use serde::{Deserialize, Serialize};

/// What stands on a 資格確認書 (oqs-files.md section 8.1). Personal: it travels as `Pii<Lookup>`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// 保険者番号: 6 or 8 digits.
    pub insurer_number: String,
    /// 記号, 1 to 20 characters; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// 番号, 1 to 20 characters.
    pub number: String,
    /// 枝番: 2 digits. Without it the members of a family may be several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// 生年月日: 8 digits, `yyyyMMdd`.
    pub birth_date: String,
    /// Whether the patient agreed by word of mouth that 限度額 is looked up.
    #[serde(default)]
    pub limit_certificate: bool,
}

/// Tells nothing: all of it is personal.
impl std::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lookup(…)")
    }
}

/// A field of a look-up, and the form that it has. Says nothing of what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookupFault {
    /// The field's name in [`Lookup`].
    pub field: &'static str,
    /// Its form.
    pub form: &'static str,
}

impl std::fmt::Display for LookupFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: expected {}", self.field, self.form)
    }
}

impl std::error::Error for LookupFault {}

impl Lookup {
    /// Checks every field's form. Whether such a person exists is the centre's to say.
    ///
    /// # Errors
    /// The first field that has another form.
    pub fn check(&self) -> Result<(), LookupFault> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let short = |text: &str| {
            (1..=20).contains(&text.chars().count())
                && text.trim() == text
                && !text.chars().any(char::is_control)
        };
        let wrong = |field, form| Err(LookupFault { field, form });
        if !digits(&self.insurer_number) || ![6, 8].contains(&self.insurer_number.len()) {
            return wrong("insurer_number", "6 or 8 digits");
        }
        if !self.symbol.as_deref().is_none_or(short) {
            return wrong("symbol", "1 to 20 characters, or nothing at all");
        }
        if !short(&self.number) {
            return wrong("number", "1 to 20 characters");
        }
        if !self.branch.as_deref().is_none_or(|branch| digits(branch) && branch.len() == 2) {
            return wrong("branch", "2 digits, or nothing at all");
        }
        if !is_date(&self.birth_date) {
            return wrong("birth_date", "a date of 8 digits, yyyymmdd");
        }
        Ok(())
    }
}

/// Eight digits that are a day of the calendar.
fn is_date(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u16>().ok());
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(4..6), part(6..8)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year >= 1 && (1..=days).contains(&day)
}

/// What the centre answered to a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When it arrived.
    pub received_at: Timestamp,
    /// What the centre says of the insurance.
    pub validity: Validity,
    /// The centre's own document.
    pub qualification: Pii<Qualification>,
    /// What is worth knowing beside it.
    pub remarks: Vec<Remark>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup() -> Lookup {
        Lookup {
            insurer_number: "990123".to_owned(),
            symbol: Some("架空１２".to_owned()),
            number: "00345".to_owned(),
            branch: Some("02".to_owned()),
            birth_date: "20240229".to_owned(),
            limit_certificate: false,
        }
    }

    #[test]
    fn every_field_is_held_to_its_form() {
        assert_eq!(lookup().check(), Ok(()));
        let faults = [
            ("insurer_number", Lookup { insurer_number: "9901234".to_owned(), ..lookup() }),
            ("insurer_number", Lookup { insurer_number: "９９０１２３".to_owned(), ..lookup() }),
            ("symbol", Lookup { symbol: Some(String::new()), ..lookup() }),
            ("symbol", Lookup { symbol: Some("a\nb".to_owned()), ..lookup() }),
            ("number", Lookup { number: "1".repeat(21), ..lookup() }),
            ("number", Lookup { number: " 1".to_owned(), ..lookup() }),
            ("branch", Lookup { branch: Some("2".to_owned()), ..lookup() }),
            ("birth_date", Lookup { birth_date: "20230229".to_owned(), ..lookup() }),
            ("birth_date", Lookup { birth_date: "2024229".to_owned(), ..lookup() }),
            ("birth_date", Lookup { birth_date: "00000101".to_owned(), ..lookup() }),
            ("birth_date", Lookup { birth_date: "20241301".to_owned(), ..lookup() }),
        ];
        for (field, faulty) in faults {
            assert_eq!(faulty.check().map_err(|fault| fault.field), Err(field));
        }
        assert_eq!(Lookup { symbol: None, branch: None, ..lookup() }.check(), Ok(()));
    }

    #[test]
    fn it_shows_nothing() {
        assert_eq!(format!("{:?}", lookup()), "Lookup(…)");
    }
}
