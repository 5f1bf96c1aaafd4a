//! What the mock centre knows of the personas.

use model::Validity;
use simulator_card::Persona;
use simulator_centre::{Insurance, LimitCertificate, Patient, Sex, SpecificDisease};
use time::{Date, Duration, Month};

/// The patient behind a persona's card, as of `today`: insured and valid, with something under every consent.
#[must_use]
pub(crate) fn patient(persona: &Persona, today: Date) -> Patient {
    let elderly = persona.insurer_number.starts_with("39");
    let insured_since = Date::from_calendar_date(today.year() - 1, Month::April, 1).unwrap_or(today);
    Patient {
        serial: u64::from(persona.serial),
        validity: Validity::Valid,
        registered: true,
        replaced: false,
        insurance: Insurance {
            card_classification: String::from("01"),
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
            other_kana: None,
            sex: match persona.sex {
                simulator_card::Sex::Male => Sex::Male,
                simulator_card::Sex::Female => Sex::Female,
            },
            birth: persona.birth,
            address: Some(persona.address.clone()),
            post_number: Some(String::from("999-0001")),
            preschool: false,
            valid_from: insured_since,
            valid_until: None,
            lost_on: None,
            ratio: elderly.then(|| String::from("020")),
        },
        screens: None,
        elderly: None,
        // Codes 011 and 012 of oqs-files.md section 9: 限度額適用, ウ for a worker, 一般Ⅱ for the elderly.
        limit: Some(LimitCertificate {
            classification: String::from("01"),
            flag: String::from(if elderly { "B09" } else { "A03" }),
            issued: insured_since,
            from: insured_since,
            until: Some(today + Duration::days(120)),
        }),
        specific_diseases: if elderly { vec![dialysis(insured_since)] } else { Vec::new() },
        medical_assistance: None,
        subsidy: None,
        reference_number: None,
    }
}

/// Code 013, 1: 人工透析を要する慢性腎不全.
fn dialysis(from: Date) -> SpecificDisease {
    SpecificDisease { category: String::from("1"), issued: from, from, own_share: 10_000 }
}

/// Full-width katakana as the half-width letters of 氏名カナ.
fn half_width(kana: &str) -> String {
    const FULL: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー　";
    const HALF: &str = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ ";
    let plain =
        |full: char| FULL.chars().zip(HALF.chars()).find(|(known, _)| *known == full).map(|(_, half)| half);
    // In Unicode ガ follows カ; バ and パ follow ハ.
    let before =
        |full: char, steps: u32| u32::from(full).checked_sub(steps).and_then(char::from_u32).and_then(plain);
    kana.chars()
        .flat_map(|full| match (plain(full), before(full, 1), before(full, 2)) {
            (Some(half), ..) => [Some(half), None],
            (None, Some(half), _) => [Some(half), Some('ﾞ')],
            (None, None, Some(half)) => [Some(half), Some('ﾟ')],
            _ => [Some(full), None],
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::half_width;

    #[test]
    fn kana_become_half_width_with_their_marks_apart() {
        assert_eq!(half_width("シケン　タロウ"), "ｼｹﾝ ﾀﾛｳ");
        assert_eq!(half_width("ガギヅ　バペ　ッャー"), "ｶﾞｷﾞﾂﾞ ﾊﾞﾍﾟ ｯｬｰ");
        assert!(simulator_card::personas().iter().all(|persona| {
            half_width(&persona.kana)
                .chars()
                .all(|half| half == ' ' || ('\u{FF66}'..='\u{FF9F}').contains(&half))
        }));
    }
}
