//! What the mock centre knows of a persona.

use model::{ConsentItem, ConsentScreen, Validity};
use simulator_card::{Persona, Sex};
use simulator_centre::{Insurance, Patient};
use time::macros::date;

/// Registers a persona: valid insurance, the usual two screens, no limit certificate.
#[must_use]
pub fn patient_of(persona: &Persona) -> Patient {
    let insurance = Insurance {
        card_classification: "01".to_owned(),
        insurer_number: persona.insurer_number.clone(),
        insurer_name: persona.insurer_name.clone(),
        symbol: persona.symbol.clone(),
        number: persona.number.clone(),
        branch: persona.branch.clone(),
        is_insured: persona.branch.as_deref().is_none_or(|branch| branch == "00"),
        insured_name: None,
        name: persona.name.clone(),
        kana: half_width(&persona.kana),
        other_name: persona.alias.clone(),
        sex: match persona.sex {
            Sex::Male => simulator_centre::Sex::Male,
            Sex::Female => simulator_centre::Sex::Female,
        },
        birth: persona.birth,
        address: Some(persona.address.clone()),
        post_number: Some("999-0001".to_owned()),
        valid_from: date!(2024 - 04 - 01),
        valid_until: None,
        lost_on: None,
        ratio: None,
    };
    Patient {
        serial: persona.serial.into(),
        validity: Validity::Valid,
        insurance,
        screens: usual_screens(),
        limit: None,
        specific_diseases: Vec::new(),
        reference_number: None,
    }
}

/// Bundled since 2024-10-07: medicines, diagnosis and check-ups in one, operations with a flag of their own
/// (workflow.md section 4).
#[must_use]
pub fn usual_screens() -> Vec<ConsentScreen> {
    let screen = |id: &str, items: &[ConsentItem]| ConsentScreen { id: id.to_owned(), items: items.to_vec() };
    let bundle = [ConsentItem::HealthCheckups, ConsentItem::Medicines, ConsentItem::Diagnosis];
    vec![screen("medical", &bundle), screen("operations", &[ConsentItem::Operations])]
}

/// Full-width katakana to the half-width ones of the documents (oqs-files.md section 7.3); small kana become large,
/// as insurers register them (section 11). What has no half-width form stays.
fn half_width(kana: &str) -> String {
    kana.chars()
        .map(|c| {
            TABLE
                .iter()
                .find(|(full, _)| *full == c)
                .map_or_else(|| c.to_string(), |(_, half)| (*half).to_owned())
        })
        .collect()
}

#[rustfmt::skip]
const TABLE: &[(char, &str)] = &[
    ('　', " "), ('ー', "ｰ"), ('・', "･"),
    ('ア', "ｱ"), ('イ', "ｲ"), ('ウ', "ｳ"), ('エ', "ｴ"), ('オ', "ｵ"),
    ('ァ', "ｱ"), ('ィ', "ｲ"), ('ゥ', "ｳ"), ('ェ', "ｴ"), ('ォ', "ｵ"),
    ('カ', "ｶ"), ('キ', "ｷ"), ('ク', "ｸ"), ('ケ', "ｹ"), ('コ', "ｺ"),
    ('ガ', "ｶﾞ"), ('ギ', "ｷﾞ"), ('グ', "ｸﾞ"), ('ゲ', "ｹﾞ"), ('ゴ', "ｺﾞ"),
    ('サ', "ｻ"), ('シ', "ｼ"), ('ス', "ｽ"), ('セ', "ｾ"), ('ソ', "ｿ"),
    ('ザ', "ｻﾞ"), ('ジ', "ｼﾞ"), ('ズ', "ｽﾞ"), ('ゼ', "ｾﾞ"), ('ゾ', "ｿﾞ"),
    ('タ', "ﾀ"), ('チ', "ﾁ"), ('ツ', "ﾂ"), ('テ', "ﾃ"), ('ト', "ﾄ"), ('ッ', "ﾂ"),
    ('ダ', "ﾀﾞ"), ('ヂ', "ﾁﾞ"), ('ヅ', "ﾂﾞ"), ('デ', "ﾃﾞ"), ('ド', "ﾄﾞ"),
    ('ナ', "ﾅ"), ('ニ', "ﾆ"), ('ヌ', "ﾇ"), ('ネ', "ﾈ"), ('ノ', "ﾉ"),
    ('ハ', "ﾊ"), ('ヒ', "ﾋ"), ('フ', "ﾌ"), ('ヘ', "ﾍ"), ('ホ', "ﾎ"),
    ('バ', "ﾊﾞ"), ('ビ', "ﾋﾞ"), ('ブ', "ﾌﾞ"), ('ベ', "ﾍﾞ"), ('ボ', "ﾎﾞ"),
    ('パ', "ﾊﾟ"), ('ピ', "ﾋﾟ"), ('プ', "ﾌﾟ"), ('ペ', "ﾍﾟ"), ('ポ', "ﾎﾟ"),
    ('マ', "ﾏ"), ('ミ', "ﾐ"), ('ム', "ﾑ"), ('メ', "ﾒ"), ('モ', "ﾓ"),
    ('ヤ', "ﾔ"), ('ユ', "ﾕ"), ('ヨ', "ﾖ"), ('ャ', "ﾔ"), ('ュ', "ﾕ"), ('ョ', "ﾖ"),
    ('ラ', "ﾗ"), ('リ', "ﾘ"), ('ル', "ﾙ"), ('レ', "ﾚ"), ('ロ', "ﾛ"),
    ('ワ', "ﾜ"), ('ヲ', "ｦ"), ('ン', "ﾝ"), ('ヴ', "ｳﾞ"),
    ('ヵ', "ｶ"), ('ヶ', "ｹ"), ('ヮ', "ﾜ"), ('ヰ', "ｲ"), ('ヱ', "ｴ"), ('゛', "ﾞ"), ('゜', "ﾟ"),
];

#[cfg(test)]
mod tests {
    use super::half_width;

    #[test]
    fn kana_become_half_width() {
        assert_eq!(half_width("ミホン　ハナコ"), "ﾐﾎﾝ ﾊﾅｺ");
        assert_eq!(half_width("ショウイチ　ガッペー"), "ｼﾖｳｲﾁ ｶﾞﾂﾍﾟｰ");
    }
}
