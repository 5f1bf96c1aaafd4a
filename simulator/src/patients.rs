//! What the mock centre knows of the personas.

use model::Validity;
use simulator_card::Persona;
use simulator_centre::{
    ElderlyCertificate, Insurance, LimitCertificate, MedicalTicket, Patient, Sex, SpecificDisease, Subsidy,
    SubsidyCertificate,
};
use time::{Date, Duration, Month};

/// The patient behind a persona's card, as of `today`: insured and valid, with something under every consent, unless
/// the persona is there to show something else.
#[must_use]
pub fn patient(persona: &Persona, today: Date) -> Patient {
    let ordinary = ordinary(persona, today);
    let insured_since = ordinary.insurance.valid_from;
    let lost = |validity| Patient {
        validity,
        insurance: Insurance {
            lost_on: Some(today - Duration::days(20)),
            valid_until: Some(today - Duration::days(20)),
            ..ordinary.insurance.clone()
        },
        limit: None,
        ..ordinary.clone()
    };
    match persona.id.as_str() {
        "senior" => Patient { elderly: Some(elderly_certificate(insured_since, today)), ..ordinary },
        "infant" => {
            let insurance = Insurance { preschool: true, ..ordinary.insurance };
            Patient { insurance, ..ordinary }
        }
        "medical-assistance" => Patient { medical_assistance: Some(ticket(today)), ..assisted(ordinary) },
        "valid-unregistered" => Patient { validity: Validity::ValidUnregistered, ..assisted(ordinary) },
        "blank-name" => blanked(ordinary, '𡈽'),
        "blank-address" => blanked(ordinary, '𩸽'),
        "replaced" => Patient { replaced: true, ..ordinary },
        "not-registered" => Patient { registered: false, ..ordinary },
        "pmh" => {
            Patient { subsidy: Some(Subsidy::Certificates(vec![child_subsidy(insured_since)])), ..ordinary }
        }
        "pmh-empty" => Patient { subsidy: Some(Subsidy::Unanswered), ..ordinary },
        "invalid" => lost(Validity::Invalid),
        "not-found" => Patient { validity: Validity::NotFound, ..ordinary },
        "several" => Patient { validity: Validity::Several, ..ordinary },
        _ => ordinary,
    }
}

fn ordinary(persona: &Persona, today: Date) -> Patient {
    let latter_stage = persona.insurer_number.starts_with("39");
    let insured_since = Date::from_calendar_date(today.year() - 1, Month::April, 1).unwrap_or(today);
    let is_insured = persona.branch.as_deref().is_none_or(|branch| branch == "00");
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
            is_insured,
            insured_name: head_of(persona),
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
            ratio: latter_stage.then(|| String::from("020")),
        },
        screens: None,
        elderly: None,
        // Codes 011 and 012 of oqs-files.md section 9: 限度額適用, ウ for a worker, 一般Ⅱ for the elderly.
        limit: Some(LimitCertificate {
            classification: String::from("01"),
            flag: String::from(if latter_stage { "B09" } else { "A03" }),
            issued: insured_since,
            from: insured_since,
            until: Some(today + Duration::days(120)),
        }),
        specific_diseases: if latter_stage { vec![dialysis(insured_since)] } else { Vec::new() },
        medical_assistance: None,
        subsidy: None,
        reference_number: None,
    }
}

/// The name of the insured person where that is another persona: the one of branch 00 under the same number.
fn head_of(persona: &Persona) -> Option<String> {
    let is_head = |other: &&Persona| {
        other.branch.as_deref() == Some("00")
            && other.number == persona.number
            && other.insurer_number == persona.insurer_number
            && other.id != persona.id
    };
    simulator_card::personas().iter().find(is_head).map(|head| head.name.clone())
}

/// 医療扶助 without other insurance: no 限度額, and the record is of kind A1.
fn assisted(ordinary: Patient) -> Patient {
    let insurance = Insurance { card_classification: String::from("A1"), ..ordinary.insurance };
    Patient { insurance, limit: None, ..ordinary }
}

/// The centre cannot write this character: it sends ●.
fn blanked(ordinary: Patient, character: char) -> Patient {
    let blank = |text: &str| text.replace(character, "●");
    let insurance = Insurance {
        name: blank(&ordinary.insurance.name),
        address: ordinary.insurance.address.as_deref().map(blank),
        ..ordinary.insurance
    };
    Patient { insurance, ..ordinary }
}

/// 高齢受給者証 until the next 31 July, as such certificates run.
fn elderly_certificate(from: Date, today: Date) -> ElderlyCertificate {
    let july = |year| Date::from_calendar_date(year, Month::July, 31).unwrap_or(today);
    let this_year = july(today.year());
    let until = if this_year < today { july(today.year() + 1) } else { this_year };
    ElderlyCertificate { issued: from, from, until: Some(until), ratio: String::from("020") }
}

/// A ticket of this month.
fn ticket(today: Date) -> MedicalTicket {
    let from = today.replace_day(1).unwrap_or(today);
    let last = today.month().length(today.year());
    MedicalTicket {
        from,
        until: today.replace_day(last).unwrap_or(today),
        number: String::from("9900001"),
        own_share: 0,
    }
}

/// 子ども医療費助成 of a municipality that does not exist: prefecture 99, both numbers with their check digits.
fn child_subsidy(from: Date) -> SubsidyCertificate {
    SubsidyCertificate {
        name: String::from("架空県見本市子ども医療費助成"),
        payer_number: simulator_card::insurer_number("8099001"),
        beneficiary_number: simulator_card::insurer_number("990036"),
        from,
        until: None,
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
    use super::{half_width, patient};
    use model::Validity;
    use simulator_card::personas;
    use simulator_centre::Patient;
    use time::macros::date;

    fn of(id: &str) -> Patient {
        let persona = personas().into_iter().find(|persona| persona.id == id).unwrap();
        patient(&persona, date!(2031 - 04 - 05))
    }

    #[test]
    fn the_centre_knows_of_each_persona_what_its_id_says() {
        assert!(of("worker").registered && of("worker").insurance.is_insured);
        assert_eq!(of("family-member").insurance.insured_name.as_deref(), Some("試験　太郎"));
        assert_eq!(of("twin-elder").insurance.insured_name, None, "nobody has branch 00 there");
        assert_eq!(of("elderly").limit.map(|limit| limit.flag).as_deref(), Some("B09"));
        assert_eq!(of("senior").elderly.and_then(|of| of.until), Some(date!(2031 - 07 - 31)));
        assert!(of("infant").insurance.preschool);
        assert_eq!(of("no-branch").insurance.branch, None);
        assert_eq!(of("blank-name").insurance.name, "例示　●雄");
        assert_eq!(of("blank-address").insurance.address.as_deref(), Some("架空県見本市●町４丁目５番６号"));
        assert_eq!(of("rare-name").insurance.name, "試験　𠮷雄", "only CP932 has no place for it");
        assert!(of("replaced").replaced && !of("not-registered").registered);
        for (id, ticket) in [("medical-assistance", true), ("valid-unregistered", false)] {
            let patient = of(id);
            assert_eq!(patient.insurance.card_classification, "A1");
            assert_eq!(patient.medical_assistance.is_some(), ticket, "{id}");
        }
        for (id, validity) in [
            ("invalid", Validity::Invalid),
            ("not-found", Validity::NotFound),
            ("several", Validity::Several),
            ("valid-unregistered", Validity::ValidUnregistered),
        ] {
            assert_eq!(of(id).validity, validity, "{id}");
        }
        assert!(of("pmh").subsidy.is_some() && of("pmh-empty").subsidy.is_some());
    }

    #[test]
    fn kana_become_half_width_with_their_marks_apart() {
        assert_eq!(half_width("シケン　タロウ"), "ｼｹﾝ ﾀﾛｳ");
        assert_eq!(half_width("ガギヅ　バペ　ッャー"), "ｶﾞｷﾞﾂﾞ ﾊﾞﾍﾟ ｯｬｰ");
        assert!(personas().iter().all(|persona| {
            half_width(&persona.kana)
                .chars()
                .all(|half| half == ' ' || ('\u{FF66}'..='\u{FF9F}').contains(&half))
        }));
    }
}
