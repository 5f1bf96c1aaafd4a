//! Entries and how they are found.

use crate::{codes, entries};
use model::{FailureCode, Remark, Validity};
use serde::Serialize;
use std::sync::LazyLock;

/// A wording in the two languages of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

/// A wording in the four languages of the patient's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PatientText {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
    /// Chinese, in simplified characters.
    pub zh: &'static str,
    /// Korean.
    pub ko: &'static str,
}

/// What staff read of it.
impl From<PatientText> for Text {
    fn from(PatientText { ja, en, .. }: PatientText) -> Self {
        Self { ja, en }
    }
}

/// What the catalogue says of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The stable code.
    pub code: FailureCode,
    /// What happened.
    pub cause: Text,
    /// What the patient is told.
    pub patient: PatientText,
    /// What reception does.
    pub reception: Text,
    /// What the technician does.
    pub technician: Text,
    /// What readers show for this on their own screens: numbers as printed there; messages, which each make words
    /// differently, in our words.
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

/// The entry of a code as a person types it; of several [`meanings`] the likeliest.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Entry> {
    meanings(code).first().copied()
}

/// Every entry that a code may stand for, as a person types it: ours in upper or lower case, or a reader's own number
/// such as `006`, in half or full width, which makers use for several failures; the likeliest comes first. A three-digit
/// number that exists but whose meaning no source gives (`003` to `005`, `007` and up) is explained as that.
#[must_use]
pub fn meanings(code: &str) -> Vec<&'static Entry> {
    let typed: String = code.trim().chars().map(half_width).collect();
    let called = |name: &&'static str| name.eq_ignore_ascii_case(&typed);
    if let Some(ours) = catalogue().iter().find(|entry| called(&entry.code.as_str())) {
        return vec![ours];
    }
    let shown: Vec<_> = catalogue().iter().filter(|entry| entry.reader_numbers.iter().any(called)).collect();
    if shown.is_empty() && is_unpublished_number(&typed) {
        return vec![entry(codes::READER_NUMBER_UNPUBLISHED)];
    }
    shown
}

/// Readers number from 001; 007 and up exist (readers.md 9.1), how far is not known.
fn is_unpublished_number(typed: &str) -> bool {
    typed.len() == 3 && typed.bytes().all(|byte| byte.is_ascii_digit()) && typed > "006"
}

/// What a Japanese keyboard types in full width (U+FF01 to U+FF5E), as ASCII.
fn half_width(typed: char) -> char {
    match typed {
        '！'..='～' => u32::from(typed).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(typed),
        other => other,
    }
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
        Validity::Invalid => Some(codes::QUALIFICATION_INVALID),
        Validity::InvalidWithNewer => Some(codes::QUALIFICATION_REPLACED),
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
    use model::{ConsentItem, PersonField};

    /// Papers by which the qualification is checked without reader and line.
    const PAPERS: [&str; 4] = ["資格確認書", "資格情報のお知らせ", "マイナポータル", "被保険者資格申立書"];

    /// Ways to confirm the person that remain open when one of them fails, in both languages.
    const OTHER_WAYS: [(&str, &str); 3] =
        [("目視確認", "visual check"), ("顔認証", "face"), ("暗証番号", "PIN")];

    /// Codes with which somebody stands at the desk and another way to confirm the person is enough.
    const ANOTHER_WAY_HELPS: [&str; 12] = [
        "FACE_",
        "NUMBER_B_",
        "PHOTO_UNREADABLE",
        "PIN_",
        "PASSCODE_",
        "PANEL_NONE",
        "SLOT_IN_SUN",
        "CARD_WRONG_SIDE",
        "CARD_REMOVED_EARLY",
        "CARD_SWAPPED",
        "READER_UNSUPPORTED",
        "PATIENT_SLOW",
    ];

    /// Codes with which nobody waits without a result: it is there, or no visit was on.
    const NOBODY_WAITS: [&str; 15] = [
        "TOKEN",
        "PAIRING_",
        "API_",
        "KIOSK_",
        "FOLDER_",
        "PANEL_STALE",
        "PANEL_NOT_ASKED",
        "PANEL_BUSY",
        "CERTIFICATE_EXPIRES_SOON",
        "CERTIFICATE_IN_GRACE",
        "CHARACTERS_BLANKED",
        "CONSENT_MISSING",
        "SUBSIDY_UNANSWERED",
        "CENTRE_NOTE",
        "CARD_LEFT",
    ];

    /// What readers show by themselves (readers.md 9.1), and what it may stand for.
    const SHOWN: &[(&str, &[FailureCode])] = &[
        ("001", &[codes::CARD_NO_CHIP, codes::CARD_UNRESPONSIVE]),
        ("002", &[codes::CARD_OTHER]),
        ("003", &[codes::READER_NUMBER_UNPUBLISHED]),
        ("004", &[codes::READER_NUMBER_UNPUBLISHED]),
        ("005", &[codes::READER_NUMBER_UNPUBLISHED]),
        ("006", &[codes::CERTIFICATE_REVOKED, codes::CERTIFICATE_EXPIRED]),
        ("007", &[codes::READER_NUMBER_UNPUBLISHED]),
        ("412", &[codes::READER_NUMBER_UNPUBLISHED]),
        ("0x81000001", &[codes::CENTRE_LOGIN_REFUSED]),
        ("COM disconnected", &[codes::READER_UNPLUGGED]),
        ("com", &[codes::READER_UNPLUGGED]),
        ("reading failed", &[codes::CARD_NO_CHIP]),
        ("face not matched", &[codes::FACE_NO_MATCH]),
        ("time over", &[codes::PATIENT_GONE]),
        ("desktop visible", &[codes::READER_SILENT]),
        ("connection error", &[codes::CENTRE_UNREACHABLE]),
        (" ００６ ", &[codes::CERTIFICATE_REVOKED, codes::CERTIFICATE_EXPIRED]),
        ("０Ｘ８１０００００１", &[codes::CENTRE_LOGIN_REFUSED]),
    ];

    #[test]
    fn what_readers_show_is_explained_by_our_codes() {
        for (shown, expected) in SHOWN {
            let found: Vec<_> = meanings(shown).iter().map(|entry| entry.code).collect();
            assert_eq!(found, *expected, "{shown}");
            assert_eq!(explain(shown).map(|entry| entry.code), expected.first().copied(), "{shown}");
        }
        for number in catalogue().iter().flat_map(|entry| entry.reader_numbers) {
            assert!(
                SHOWN.iter().any(|(shown, _)| shown == number || *shown == number.to_lowercase()),
                "{number}"
            );
        }
        for nothing in ["", "0", "000", "6", "0006", "00A", "+12", "NO_SUCH_CODE"] {
            assert!(meanings(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn a_number_without_public_meaning_sends_to_the_call_centre() {
        let Entry { cause, reception, technician, .. } = explain("003").unwrap();
        assert!(cause.ja.contains("意味は公開されていません") && cause.en.contains("not public"));
        assert!(reception.ja.contains("パソコン") && reception.en.contains("on the PC"));
        for text in [technician.ja, technician.en] {
            assert!(text.contains("0800-080-4583"), "{text}");
        }
        assert!(technician.ja.contains("平日8時から18時、土曜8時から16時"));
        assert!(technician.en.contains("Mon-Fri 8-18, Sat 8-16"));
    }

    #[test]
    fn whoever_is_sent_to_the_call_centre_reads_its_hours() {
        for (code, text) in wordings() {
            assert_eq!(text.ja.contains("0800-"), text.ja.contains("土曜8時"), "{code}: {}", text.ja);
            assert_eq!(text.en.contains("0800-"), text.en.contains("Sat 8-16"), "{code}: {}", text.en);
        }
    }

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
        for Entry { code, reception: Text { ja, en }, .. } in catalogue() {
            let among = |codes: &[&str]| codes.iter().any(|prefix| code.as_str().starts_with(prefix));
            if among(&NOBODY_WAITS) {
                assert!(!among(&ANOTHER_WAY_HELPS), "{code}");
            } else if among(&ANOTHER_WAY_HELPS) {
                assert!(OTHER_WAYS.iter().any(|(word, _)| ja.contains(word)), "{code}: {ja}");
                assert!(OTHER_WAYS.iter().any(|(_, word)| en.contains(word)), "{code}: {en}");
            } else {
                assert!(PAPERS.iter().any(|paper| ja.contains(paper)), "{code}: {ja}");
                assert!(PAPERS.iter().any(|paper| en.contains(paper)), "{code}: {en}");
            }
        }
        for prefix in ANOTHER_WAY_HELPS.iter().chain(&NOBODY_WAITS) {
            assert!(codes::ALL.iter().any(|code| code.as_str().starts_with(prefix)), "{prefix} is no code");
        }
    }

    /// What a patient hears or reads is short, kind, without symbols, and says what to do rather than what is not
    /// possible.
    #[test]
    fn what_the_patient_is_told_can_be_read_aloud() {
        for Entry { code, patient: PatientText { ja, en, .. }, .. } in catalogue() {
            assert!(ja.chars().count() <= 60 && en.len() <= 120, "{code} is long: {ja} {en}");
            assert!(ja.matches('。').count() <= 2, "{code}: {ja}");
            let spoken =
                |c: char| matches!(c, 'ぁ'..='ん' | 'ァ'..='ー' | '一'..='龥' | '。' | '、' | '0'..='9');
            assert!(ja.chars().all(spoken), "{code}: {ja}");
            let kind = ["ください。", "ます。", "です。", "ですか。"];
            assert!(kind.iter().any(|end| ja.ends_with(end)), "{code}: {ja}");
            for word in ["使えません", "できません", "いただけません", "無効", "エラー", "失敗"]
            {
                assert!(!ja.contains(word), "{code}: {ja}");
            }
            for word in ["cannot", "not possible", "invalid", "error", "failed", "refused"] {
                let named = (code.as_str(), word) == ("PIN_LAST_TRY", "error");
                assert!(named || !en.to_ascii_lowercase().contains(word), "{code}: {en}");
            }
        }
    }

    /// The guidance that is given before the PIN is offered (workflow.md 12, row 6).
    #[test]
    fn after_a_failed_face_check_the_patient_hears_what_to_do_and_that_the_pin_is_there() {
        for code in codes::ALL.iter().filter(|code| code.as_str().starts_with("FACE_")) {
            if *code == codes::FACE_ATTEMPT_FOREIGN {
                continue;
            }
            let PatientText { ja, en, .. } = entry(*code).patient;
            assert!(
                ja.contains("暗証番号も使えます") && en.contains("You may also use your PIN"),
                "{code}: {ja}"
            );
            let advice = ["近づ", "顔を上げ", "明るい", "正面", "まっすぐ"];
            assert!(advice.iter().any(|word| ja.contains(word)), "{code}: {ja}");
        }
    }

    #[test]
    fn the_rules_of_dates_and_answers_stand_in_the_wording() {
        for (code, ja, en) in [
            (codes::CERTIFICATE_EXPIRED, "月の末日から3か月", "three months from the end of that month"),
            (codes::CERTIFICATE_IN_GRACE, "月の末日から3か月", "three months from the end of that month"),
            (codes::SUBSIDY_UNANSWERED, "「なし」という回答ではありません", "does not mean there are none"),
            (codes::PIN_LOCKED, "暗証番号のないカード", "without a PIN"),
            (codes::PATIENT_SLOW, "まだ操作中ですか", "Are you still there?"),
            (codes::CHARACTERS_BLANKED, "●で上書きせず", "do not overwrite"),
            (
                codes::QUALIFICATION_INVALID,
                "新しい資格はまだ登録されていません",
                "no newer one is registered yet",
            ),
            (codes::QUALIFICATION_REPLACED, "新しい資格が登録されています", "a newer one is registered"),
        ] {
            let Entry { cause, patient, reception, .. } = entry(code);
            let has = |word: &str, texts: [&str; 3]| texts.iter().any(|text| text.contains(word));
            assert!(has(ja, [cause.ja, patient.ja, reception.ja]), "{code}");
            assert!(has(en, [cause.en, patient.en, reception.en]), "{code}");
        }
    }

    #[test]
    fn nobody_is_told_to_pay_in_full_or_to_say_a_pin() {
        for (code, text) in wordings() {
            for word in ["10割", "１０割", "十割", "全額", "自費", "使えません。"] {
                assert!(!text.ja.contains(word), "{code}: {}", text.ja);
            }
            for word in ["in full", "100%", "100 %", "full price", "full cost", "cannot be used"] {
                assert!(!text.en.to_ascii_lowercase().contains(word), "{code}: {}", text.en);
            }
            let asks_aloud = text.ja.contains("暗証番号をお聞き") || text.en.contains("ask for the PIN");
            assert!(!asks_aloud, "{code}");
        }
    }

    #[test]
    fn a_remark_is_called_as_its_code() {
        let remarks = [
            Remark::CertificateExpiresSoon,
            Remark::CertificateInGrace,
            Remark::CharactersBlanked { field: PersonField::Name },
            Remark::ConsentMissing { item: ConsentItem::Medicines },
            Remark::SubsidyUnanswered,
            Remark::CentreNote { word: String::from("new_word") },
        ];
        for remark in remarks {
            let name = format!("{remark:?}");
            let name = name.split(' ').next().unwrap();
            let code = code_for_remark(&remark).as_str();
            assert_eq!(name.to_uppercase(), code.replace('_', ""));
        }
    }

    #[test]
    fn every_answer_but_valid_is_explained() {
        for (validity, code) in [
            (Validity::Valid, None),
            (Validity::ValidUnregistered, None),
            (Validity::Invalid, Some(codes::QUALIFICATION_INVALID)),
            (Validity::InvalidWithNewer, Some(codes::QUALIFICATION_REPLACED)),
            (Validity::NotFound, Some(codes::QUALIFICATION_NOT_FOUND)),
            (Validity::Several, Some(codes::QUALIFICATION_SEVERAL)),
        ] {
            assert_eq!(code_for_validity(validity), code, "{validity:?}");
        }
    }

    #[test]
    fn codes_are_found_as_people_type_them() {
        assert_eq!(explain(" card_other ").map(|entry| entry.code), Some(codes::CARD_OTHER));
        assert_eq!(explain("NO_SUCH_CODE"), None);
        assert_eq!(entry(codes::PIN_LOCKED).code, codes::PIN_LOCKED);
        assert_eq!(entry(FailureCode::new("MADE_ELSEWHERE")).code, codes::INTERNAL);
    }

    fn wordings() -> impl Iterator<Item = (FailureCode, Text)> {
        catalogue().iter().flat_map(|entry| {
            [entry.cause, entry.patient.into(), entry.reception, entry.technician]
                .map(|text| (entry.code, text))
        })
    }

    /// Papers and signs have no other name; everything else in English is ASCII.
    fn mentions_paper(en: &str) -> bool {
        let names = PAPERS.iter().chain(&["照合番号B", "●"]);
        names.fold(en.to_owned(), |rest, name| rest.replace(name, "")).is_ascii()
    }
}
