//! What the patient is told in Chinese and Korean says what the Japanese says, by the same law.

use failure::{Entry, PatientText, catalogue};
use std::collections::BTreeMap;

/// Papers whose printed name stands beside the translated one: the patient looks for what is printed.
const PRINTED: [&str; 2] = ["資格確認書", "受給者証"];

/// One word of the house, one word in each language; those of the kiosk's own words.
const TERMS: [(&str, &str, &str); 17] = [
    ("マイナンバーカード", "个人编号卡", "마이넘버카드"),
    ("暗証番号", "密码", "비밀번호"),
    ("顔認証", "人脸认证", "얼굴 인증"),
    ("資格確認書", "资格确认书（資格確認書）", "자격확인서(資格確認書)"),
    ("受給者証", "受给者证（受給者証）", "수급자증(受給者証)"),
    ("係の者", "工作人员", "직원"),
    ("受付で", "在前台", "접수처에"),
    ("受付に", "在前台", "접수처에"),
    ("受付は済んでいます", "您的受理手续已完成", "접수가 완료되었습니다"),
    ("カードリーダー", "读卡器", "카드 리더기"),
    ("電子証明書", "电子证书", "전자증명서"),
    ("市区町村の窓口", "市区町村的窗口", "시구정촌 창구"),
    ("保険", "保险", "보험"),
    ("ケース", "卡套", "케이스"),
    ("少しお待ちください", "稍候", "기다려 주십시오"),
    ("お声がけください", "向工作人员咨询", "말씀해 주십시오"),
    ("ロックされます", "将被锁定", "잠깁니다"),
];

fn texts() -> impl Iterator<Item = (&'static str, PatientText)> {
    catalogue().iter().map(|Entry { code, patient, .. }| (code.as_str(), *patient))
}

#[test]
fn each_is_written_in_its_language() {
    // Forms that Japanese and traditional Chinese have and simplified Chinese has not.
    let foreign = "証認顔確資書請願問題読込済変際説話時間機処険類録続診療験";
    for (code, PatientText { zh, ko, .. }) in texts() {
        let [zh, ko] = [zh, ko].map(without_printed_names);
        let chinese = |c: char| matches!(c, '一'..='鿿' | '，' | '。' | '？');
        assert!(zh.chars().all(chinese), "{code}: {zh}");
        for c in foreign.chars() {
            assert!(!zh.contains(c), "{code}: {c} in {zh}");
        }
        let korean = |c: char| matches!(c, '가'..='힣' | ' ' | ',' | '.' | '?');
        assert!(ko.chars().all(korean), "{code}: {ko}");
    }
}

#[test]
fn each_can_be_read_aloud() {
    for (code, PatientText { zh, ko, .. }) in texts() {
        assert!(zh.chars().count() <= 45 && ko.chars().count() <= 65, "{code} is long: {zh} {ko}");
        assert!(zh.ends_with('。') && zh.matches(['。', '？']).count() <= 2, "{code}: {zh}");
        assert!(ko.matches(['.', '?']).count() <= 2, "{code}: {ko}");
        assert!(["请", "您"].iter().any(|polite| zh.contains(polite)), "{code}: {zh}");
        assert!(["십시오.", "니다."].iter().any(|polite| ko.ends_with(polite)), "{code}: {ko}");
    }
}

/// The law of the Japanese words: what to do rather than what is not possible, nothing to pay in full, no PIN aloud.
#[test]
fn none_says_what_is_not_possible() {
    for (code, PatientText { zh, ko, .. }) in texts() {
        for word in
            ["无法", "不能", "不可", "无效", "错误", "失败", "拒绝", "全额", "自费", "说出密码", "将密码告知"]
        {
            assert!(!zh.contains(word), "{code}: {zh}");
        }
        for word in [
            "수 없",
            "불가",
            "못",
            "무효",
            "오류",
            "실패",
            "거부",
            "전액",
            "자비",
            "비밀번호를 말씀",
            "비밀번호를 알려",
        ] {
            assert!(!ko.contains(word), "{code}: {ko}");
        }
    }
}

#[test]
fn the_same_japanese_is_the_same_in_each_language() {
    let mut said = BTreeMap::new();
    for (code, PatientText { ja, zh, ko, .. }) in texts() {
        let first = *said.entry(ja).or_insert((zh, ko));
        assert_eq!((zh, ko), first, "{code}: {ja}");
    }
    let mut chinese: Vec<_> = said.values().map(|(zh, _)| zh).collect();
    let mut korean: Vec<_> = said.values().map(|(_, ko)| ko).collect();
    for words in [&mut chinese, &mut korean] {
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), said.len(), "two Japanese sentences fell together");
    }
}

#[test]
fn a_word_of_the_house_is_one_word_in_each_language() {
    for (term, chinese, korean) in TERMS {
        let mut met = 0;
        for (code, PatientText { zh, ko, .. }) in texts().filter(|(_, text)| text.ja.contains(term)) {
            assert!(zh.contains(chinese), "{code}: {term} in {zh}");
            assert!(ko.contains(korean), "{code}: {term} in {ko}");
            met += 1;
        }
        assert!(met > 0, "nothing says {term}");
    }
}

/// The guidance that is given before the PIN is offered, as in Japanese.
#[test]
fn after_a_failed_face_check_the_pin_is_offered_and_after_a_wrong_pin_the_face() {
    for (code, PatientText { ja, zh, ko, .. }) in texts() {
        if ja.contains("暗証番号も使えます") {
            assert!(zh.ends_with("您也可以使用密码。"), "{code}: {zh}");
            assert!(ko.ends_with("비밀번호도 사용하실 수 있습니다."), "{code}: {ko}");
        }
        if ja.contains("顔認証も") {
            assert!(zh.ends_with("您也可以使用人脸认证。"), "{code}: {zh}");
            assert!(ko.ends_with("얼굴 인증도 사용하실 수 있습니다."), "{code}: {ko}");
        }
    }
}

fn without_printed_names(text: &str) -> String {
    PRINTED.iter().fold(text.to_owned(), |rest, name| {
        rest.replace(&format!("（{name}）"), "").replace(&format!("({name})"), "")
    })
}
