//! Entries and how they are found.

use crate::{codes, entries};
use model::{FailureCode, Remark, Validity};
use serde::Serialize;
use std::sync::LazyLock;

/// A wording in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

/// What the catalogue says of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The stable code.
    pub code: FailureCode,
    /// What happened.
    pub cause: Text,
    /// What the patient is told.
    pub patient: Text,
    /// What reception does.
    pub reception: Text,
    /// What the technician does.
    pub technician: Text,
    /// Numbers that readers show for this on their own screens, as printed there.
    pub reader_numbers: &'static [&'static str],
}

static CATALOGUE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let written = || entries::GROUPS.iter().copied().flatten();
    codes::ALL.iter().filter_map(|code| written().find(|entry| entry.code == *code)).copied().collect()
});

/// All entries, in the order of [`codes::ALL`].
#[must_use]
pub fn catalogue() -> &'static [Entry] {
    &CATALOGUE
}

/// The entry of a code as a person types it: ours in upper or lower case, or a reader's own number such as `006`.
/// A number that a maker uses for several failures gives the first of them.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Entry> {
    let typed = code.trim();
    let ours = catalogue().iter().find(|entry| entry.code.as_str().eq_ignore_ascii_case(typed));
    ours.or_else(|| {
        catalogue()
            .iter()
            .find(|entry| entry.reader_numbers.iter().any(|number| number.eq_ignore_ascii_case(typed)))
    })
}

/// The entry of a code; that of [`codes::INTERNAL`] for a code that was not made here.
#[must_use]
pub fn entry(code: FailureCode) -> &'static Entry {
    static UNKNOWN: Entry = entries::LAST;
    catalogue().iter().find(|entry| entry.code == code).unwrap_or(&UNKNOWN)
}

/// What to look up when the centre's answer is not a plain "valid".
#[must_use]
pub const fn code_for_validity(validity: Validity) -> Option<FailureCode> {
    match validity {
        Validity::Valid | Validity::ValidUnregistered => None,
        Validity::Invalid | Validity::InvalidWithNewer => Some(codes::QUALIFICATION_INVALID),
        Validity::NotFound => Some(codes::QUALIFICATION_NOT_FOUND),
        Validity::Several => Some(codes::QUALIFICATION_SEVERAL),
    }
}

/// Where the wording of a remark stands.
#[must_use]
pub const fn code_for_remark(remark: &Remark) -> FailureCode {
    match remark {
        Remark::CertificateExpiresSoon => codes::CERTIFICATE_EXPIRES_SOON,
        Remark::CertificateInGrace => codes::CERTIFICATE_IN_GRACE,
        Remark::CharactersBlanked { .. } => codes::CHARACTERS_BLANKED,
        Remark::ConsentMissing { .. } => codes::CONSENT_MISSING,
        Remark::SubsidyUnanswered => codes::SUBSIDY_UNANSWERED,
        Remark::CentreNote { .. } => codes::CENTRE_NOTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_s_own_number_is_explained() {
        for entry in catalogue() {
            for number in entry.reader_numbers {
                let found = explain(&number.to_lowercase()).unwrap();
                assert!(found.reader_numbers.contains(number), "{number}");
            }
        }
        assert!(explain("006").is_some());
        assert!(explain("").is_none());
    }

    /// The ways that remain open by law or notice when the card cannot be read on line.
    const ALTERNATIVES: [(&str, &str); 7] = [
        ("資格確認書", "資格確認書"),
        ("資格情報のお知らせ", "資格情報のお知らせ"),
        ("マイナポータル", "マイナポータル"),
        ("被保険者資格申立書", "被保険者資格申立書"),
        ("目視確認", "visual check"),
        ("顔認証", "face"),
        ("暗証番号", "PIN"),
    ];

    #[test]
    fn every_code_has_one_entry_and_no_entry_a_foreign_code() {
        let known: Vec<_> = catalogue().iter().map(|entry| entry.code).collect();
        assert_eq!(known, codes::ALL);
        assert_eq!(entries::GROUPS.iter().copied().flatten().count(), codes::ALL.len(), "an entry is double");
    }

    #[test]
    fn no_wording_is_missing_or_in_the_wrong_language() {
        for (code, text) in wordings() {
            let japanese = |c: char| ('ぁ'..='ヶ').contains(&c);
            assert!(text.ja.contains(japanese) && text.ja.ends_with('。'), "{code}: {}", text.ja);
            assert!(
                text.en.len() > 10 && text.en.is_ascii() | mentions_paper(text.en),
                "{code}: {}",
                text.en
            );
            assert!(text.en.ends_with('.'), "{code}: {}", text.en);
        }
    }

    #[test]
    fn reception_always_finds_a_lawful_alternative() {
        let prefixes = ["CENTRE_", "READER_", "CARD_", "CERTIFICATE_", "PIN_LOCKED", "TERMINAL_CERTIFICATE_"];
        for entry in catalogue() {
            if prefixes.iter().any(|prefix| entry.code.as_str().starts_with(prefix)) {
                let Text { ja, en } = entry.reception;
                assert!(ALTERNATIVES.iter().any(|(word, _)| ja.contains(word)), "{}: {ja}", entry.code);
                assert!(ALTERNATIVES.iter().any(|(_, word)| en.contains(word)), "{}: {en}", entry.code);
            }
        }
    }

    #[test]
    fn nobody_is_told_to_pay_in_full_or_to_say_a_pin() {
        for (code, text) in wordings() {
            for word in ["10割", "１０割", "十割", "全額", "自費", "使えません。"] {
                assert!(!text.ja.contains(word), "{code}: {}", text.ja);
            }
            for word in ["in full", "100", "full price", "full cost", "cannot be used"] {
                assert!(!text.en.to_ascii_lowercase().contains(word), "{code}: {}", text.en);
            }
            let asks_aloud = text.ja.contains("暗証番号をお聞き") || text.en.contains("ask for the PIN");
            assert!(!asks_aloud, "{code}");
        }
    }

    #[test]
    fn codes_are_found_as_people_type_them() {
        assert_eq!(explain(" card_other ").map(|entry| entry.code), Some(codes::CARD_OTHER));
        assert_eq!(explain("NO_SUCH_CODE"), None);
        assert_eq!(entry(codes::PIN_LOCKED).code, codes::PIN_LOCKED);
        assert_eq!(entry(FailureCode::new("MADE_ELSEWHERE")).code, codes::INTERNAL);
        let shown = |number| catalogue().iter().any(|entry| entry.reader_numbers.contains(&number));
        assert!(shown("001") && shown("002") && shown("006"));
    }

    fn wordings() -> impl Iterator<Item = (FailureCode, Text)> {
        catalogue().iter().flat_map(|entry| {
            [entry.cause, entry.patient, entry.reception, entry.technician].map(|text| (entry.code, text))
        })
    }

    /// Papers and signs have no other name; everything else in English is ASCII.
    fn mentions_paper(en: &str) -> bool {
        let names = ALTERNATIVES.iter().map(|(name, _)| *name).chain(["目視確認", "照合番号B", "●"]);
        names.fold(en.to_owned(), |rest, name| rest.replace(name, "")).is_ascii()
    }
}
