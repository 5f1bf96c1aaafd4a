//! The fictional patients. Names, addresses and insurers are invented and say so.

use crate::dates::CertificateRule;
use crate::persona::{Persona, Sex, individual_number, insurer_number};
use time::macros::date;

/// All personas. Prefecture 99 does not exist, so no insurer number here belongs to anyone.
#[must_use]
pub fn personas() -> Vec<Persona> {
    let worker = worker();
    let mut all = first(&worker);
    all.push(worker.clone());
    all.extend(families(&worker));
    all.extend(cards(&worker));
    all.extend(insured(&worker));
    all
}

fn worker() -> Persona {
    Persona {
        id: "worker".to_owned(),
        name: "試験　太郎".to_owned(),
        kana: "シケン　タロウ".to_owned(),
        alias: None,
        address: "架空県見本市試験町１丁目２番３号".to_owned(),
        birth: date!(1985 - 04 - 12),
        sex: Sex::Male,
        insurer_number: insurer_number("0699001"),
        insurer_name: "架空健康保険組合".to_owned(),
        symbol: Some("１２３".to_owned()),
        number: "４５６７".to_owned(),
        branch: Some("00".to_owned()),
        individual_number: individual_number("99000000001"),
        security_code: "2217".to_owned(),
        pin: Some("1234".to_owned()),
        sign_password: Some("SIM12345".to_owned()),
        certificate: CertificateRule::Running,
        revoked: false,
        pin_blocked: false,
        serial: 9_000_001,
        face_seed: 11,
    }
}

/// Those of the first hour: at least one of each kind of card.
fn first(worker: &Persona) -> Vec<Persona> {
    vec![
        Persona {
            id: "housewife".to_owned(),
            name: "見本　花子".to_owned(),
            kana: "ミホン　ハナコ".to_owned(),
            birth: date!(1980 - 02 - 17),
            sex: Sex::Female,
            branch: Some("01".to_owned()),
            ..numbered(worker, 2)
        },
        Persona {
            id: "elderly".to_owned(),
            name: "架空　梅".to_owned(),
            kana: "カクウ　ウメ".to_owned(),
            birth: date!(1944 - 11 - 03),
            sex: Sex::Female,
            insurer_number: insurer_number("3999101"),
            insurer_name: "架空県後期高齢者医療広域連合".to_owned(),
            symbol: None,
            number: "01234567".to_owned(),
            branch: None,
            ..numbered(worker, 3)
        },
        Persona {
            id: "resident".to_owned(),
            name: "ＳＡＭＰＬＥ　ＰＥＴＲＡ".to_owned(),
            kana: "サンプル　ペトラ".to_owned(),
            alias: Some("仮名　千代".to_owned()),
            birth: date!(1991 - 07 - 30),
            sex: Sex::Female,
            insurer_number: insurer_number("99123"),
            insurer_name: "架空県見本市".to_owned(),
            symbol: Some("見－１".to_owned()),
            ..numbered(worker, 4)
        },
        Persona {
            id: "rare-name".to_owned(),
            // U+20BB7 is not in CP932: this name becomes ● there.
            name: "試験　𠮷雄".to_owned(),
            kana: "シケン　ヨシオ".to_owned(),
            birth: date!(1972 - 09 - 01),
            ..numbered(worker, 5)
        },
        Persona {
            id: "expiring".to_owned(),
            name: "例示　期近".to_owned(),
            kana: "レイジ　キキン".to_owned(),
            certificate: CertificateRule::Expiring,
            birth: date!(1968 - 01 - 20),
            ..numbered(worker, 6)
        },
        Persona {
            id: "in-grace".to_owned(),
            name: "例示　猶予".to_owned(),
            kana: "レイジ　ユウヨ".to_owned(),
            certificate: CertificateRule::InGrace,
            birth: date!(1959 - 12 - 24),
            sex: Sex::Female,
            ..numbered(worker, 7)
        },
        Persona {
            id: "revoked".to_owned(),
            name: "模擬　失効".to_owned(),
            kana: "モギ　シッコウ".to_owned(),
            revoked: true,
            birth: date!(1977 - 05 - 05),
            ..numbered(worker, 8)
        },
        Persona {
            id: "pin-locked".to_owned(),
            name: "模擬　閉子".to_owned(),
            kana: "モギ　ヘイコ".to_owned(),
            pin_blocked: true,
            birth: date!(1999 - 10 - 10),
            sex: Sex::Female,
            ..numbered(worker, 9)
        },
        Persona {
            id: "no-pin".to_owned(),
            name: "練習　顔蔵".to_owned(),
            kana: "レンシュウ　カオゾウ".to_owned(),
            pin: None,
            sign_password: None,
            birth: date!(1938 - 03 - 15),
            insurer_number: insurer_number("3999101"),
            insurer_name: "架空県後期高齢者医療広域連合".to_owned(),
            symbol: None,
            number: "07654321".to_owned(),
            branch: None,
            ..numbered(worker, 10)
        },
    ]
}

/// By age and family: one number, a branch for each.
fn families(worker: &Persona) -> Vec<Persona> {
    vec![
        Persona {
            id: "infant".to_owned(),
            name: "試験　小梅".to_owned(),
            kana: "シケン　コウメ".to_owned(),
            // A birthday that most years have not.
            birth: date!(2024 - 02 - 29),
            sex: Sex::Female,
            number: worker.number.clone(),
            branch: Some("03".to_owned()),
            // 署名用 certificates are for those of 15 and more.
            sign_password: None,
            ..numbered(worker, 11)
        },
        Persona {
            id: "child".to_owned(),
            name: "試験　一平".to_owned(),
            kana: "シケン　イッペイ".to_owned(),
            birth: date!(2016 - 05 - 06),
            number: worker.number.clone(),
            branch: Some("02".to_owned()),
            sign_password: None,
            ..numbered(worker, 12)
        },
        Persona {
            id: "family-member".to_owned(),
            name: "試験　結衣".to_owned(),
            kana: "シケン　ユイ".to_owned(),
            birth: date!(1987 - 08 - 21),
            sex: Sex::Female,
            number: worker.number.clone(),
            branch: Some("01".to_owned()),
            ..numbered(worker, 13)
        },
        Persona {
            id: "senior".to_owned(),
            name: "見本　古希夫".to_owned(),
            kana: "ミホン　コキオ".to_owned(),
            birth: date!(1954 - 06 - 11),
            insurer_number: insurer_number("99123"),
            insurer_name: "架空県見本市".to_owned(),
            symbol: Some("見－１".to_owned()),
            ..numbered(worker, 14)
        },
        Persona {
            id: "twin-elder".to_owned(),
            name: "双見　双葉".to_owned(),
            kana: "フタミ　フタバ".to_owned(),
            birth: date!(1996 - 03 - 30),
            sex: Sex::Female,
            branch: Some("01".to_owned()),
            ..numbered(worker, 15)
        },
        Persona {
            id: "twin-younger".to_owned(),
            name: "双見　二葉".to_owned(),
            kana: "フタミ　ニヨウ".to_owned(),
            birth: date!(1996 - 03 - 30),
            sex: Sex::Female,
            number: numbered(worker, 15).number,
            branch: Some("02".to_owned()),
            ..numbered(worker, 16)
        },
    ]
}

/// Whose name or card is a hard one.
fn cards(worker: &Persona) -> Vec<Persona> {
    vec![
        Persona {
            id: "long-name".to_owned(),
            name: "ＳＡＭＰＬＥＳＯＮ　ＭＡＸＩＭＩＬＩＡＮＡ　ＥＸＥＭＰＬＡ　ＦＩＣＴＩＴＩＡ　ＩＭＡＧＩＮＡＲＩＡ　ＤＥ　ＬＡ　ＮＯＷＨＥＲＥ".to_owned(),
            kana: "サンプルソン　マクシミリアナ　エグゼンプラ　フィクティティア　イマジナリア　デ　ラ　ノウェア".to_owned(),
            alias: Some("仮名　真櫛".to_owned()),
            address: "架空県見本郡架空町大字試験字長々しき地名１２３４番地５６７８　例示ハイツ見本館架空棟１２３号室".to_owned(),
            birth: date!(1983 - 11 - 19),
            sex: Sex::Female,
            ..numbered(worker, 17)
        },
        Persona {
            id: "hard-characters".to_owned(),
            // In CP932 髙 and 﨑 are of the vendors' own rows, the wave and the bar have two Unicode forms each, and
            // 鷗, 𠮟 and the variation selector behind 辻 are not there at all.
            name: "髙﨑　鷗𠮟".to_owned(),
            kana: "タカサキ　オウシカ".to_owned(),
            address: "架空県見本市辻\u{E0100}町１−２〜３".to_owned(),
            birth: date!(1966 - 12 - 08),
            ..numbered(worker, 18)
        },
        Persona {
            id: "blank-name".to_owned(),
            // The centre writes ● for the middle one.
            name: "例示　𡈽雄".to_owned(),
            kana: "レイジ　ツチオ".to_owned(),
            birth: date!(1974 - 04 - 23),
            ..numbered(worker, 19)
        },
        Persona {
            id: "blank-address".to_owned(),
            name: "例示　町子".to_owned(),
            kana: "レイジ　マチコ".to_owned(),
            // The centre writes ● for the first of the town.
            address: "架空県見本市𩸽町４丁目５番６号".to_owned(),
            birth: date!(1979 - 09 - 14),
            sex: Sex::Female,
            ..numbered(worker, 20)
        },
        Persona {
            id: "expired".to_owned(),
            name: "例示　期過".to_owned(),
            kana: "レイジ　キスギ".to_owned(),
            certificate: CertificateRule::Lapsed,
            birth: date!(1961 - 02 - 03),
            ..numbered(worker, 21)
        },
        Persona {
            id: "replaced".to_owned(),
            name: "模擬　換".to_owned(),
            kana: "モギ　カエル".to_owned(),
            birth: date!(1970 - 06 - 18),
            ..numbered(worker, 22)
        },
        Persona {
            id: "not-registered".to_owned(),
            name: "模擬　未登子".to_owned(),
            kana: "モギ　ミトコ".to_owned(),
            birth: date!(1993 - 01 - 27),
            sex: Sex::Female,
            ..numbered(worker, 23)
        },
    ]
}

/// Whose insurance is out of the ordinary: the cards are alike, the centre tells them apart.
fn insured(worker: &Persona) -> Vec<Persona> {
    let assisted = |id: &str, name: &str, kana: &str, beneficiary: &str, n: u32| Persona {
        id: id.to_owned(),
        name: name.to_owned(),
        kana: kana.to_owned(),
        // 公費負担者番号, 法別番号 12, and 受給者番号: both end in a check digit of the same rule.
        insurer_number: insurer_number("1299001"),
        insurer_name: "架空市福祉事務所".to_owned(),
        symbol: None,
        number: insurer_number(beneficiary),
        branch: None,
        ..numbered(worker, n)
    };
    vec![
        Persona {
            birth: date!(1967 - 10 - 02),
            ..assisted("medical-assistance", "練習　扶助夫", "レンシュウ　フジョオ", "990017", 24)
        },
        Persona {
            birth: date!(1988 - 07 - 16),
            sex: Sex::Female,
            ..assisted("valid-unregistered", "練習　未券子", "レンシュウ　ミケンコ", "990028", 25)
        },
        Persona {
            id: "no-branch".to_owned(),
            name: "模擬　枝無".to_owned(),
            kana: "モギ　エダナシ".to_owned(),
            birth: date!(1964 - 03 - 09),
            branch: None,
            ..numbered(worker, 26)
        },
        Persona {
            id: "pmh".to_owned(),
            name: "見本　公太".to_owned(),
            kana: "ミホン　コウタ".to_owned(),
            birth: date!(2014 - 09 - 25),
            branch: Some("02".to_owned()),
            sign_password: None,
            ..numbered(worker, 27)
        },
        Persona {
            id: "pmh-empty".to_owned(),
            name: "見本　空美".to_owned(),
            kana: "ミホン　クミ".to_owned(),
            birth: date!(2015 - 01 - 13),
            sex: Sex::Female,
            branch: Some("02".to_owned()),
            sign_password: None,
            ..numbered(worker, 28)
        },
        Persona {
            id: "invalid".to_owned(),
            name: "架空　喪失".to_owned(),
            kana: "カクウ　モウシツ".to_owned(),
            birth: date!(1976 - 08 - 31),
            ..numbered(worker, 29)
        },
        Persona {
            id: "not-found".to_owned(),
            name: "架空　無子".to_owned(),
            kana: "カクウ　ナイコ".to_owned(),
            birth: date!(1998 - 05 - 20),
            sex: Sex::Female,
            ..numbered(worker, 30)
        },
        Persona {
            id: "several".to_owned(),
            name: "架空　複男".to_owned(),
            kana: "カクウ　フクオ".to_owned(),
            birth: date!(1982 - 12 - 30),
            ..numbered(worker, 31)
        },
    ]
}

/// A copy with numbers of its own.
fn numbered(base: &Persona, n: u32) -> Persona {
    Persona {
        number: format!("４５{}", full_width(&format!("{n:02}"))),
        individual_number: individual_number(&format!("990000000{n:02}")),
        security_code: format!("{:04}", 2200 + 17 * n),
        pin: Some(format!("{:04}", 1230 + n * 101)),
        sign_password: Some(format!("SIM{:05}", 12_345 + n)),
        serial: base.serial + 10 * n,
        face_seed: face_seed(n),
        ..base.clone()
    }
}

/// The n-th face. 25, 34, 36, 40, 43 and 45 are left out: the readers' simple matching takes them for another persona or
/// does not know them again.
fn face_seed(n: u32) -> u64 {
    let left_out = [25, 34, 36, 40, 43, 45];
    let usable = (11..).filter(|seed| !left_out.contains(seed));
    usable.zip(1..).find(|(_, place)| *place == n).map_or(0, |(seed, _)| seed)
}

fn full_width(digits: &str) -> String {
    digits.chars().filter_map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xFF10)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::personas;
    use crate::persona::{Persona, individual_number, insurer_number};

    #[test]
    fn no_two_personas_share_what_identifies_them() {
        let all = personas();
        for key in [
            all.iter().map(|p| p.id.clone()).collect::<BTreeSet<_>>(),
            all.iter().map(|p| p.individual_number.clone()).collect(),
            all.iter().map(|p| p.serial.to_string()).collect(),
            all.iter().map(|p| p.face_seed.to_string()).collect(),
            all.iter().map(|p| p.security_code.clone()).collect(),
            all.iter().map(|p| p.name.clone()).collect(),
            all.iter().map(|p| p.kana.clone()).collect(),
            all.iter()
                .map(|p| format!("{} {:?} {} {:?}", p.insurer_number, p.symbol, p.number, p.branch))
                .collect(),
        ] {
            assert_eq!(key.len(), all.len(), "{key:?}");
        }
    }

    #[test]
    fn all_check_digits_are_right() {
        for persona in personas() {
            assert_eq!(individual_number(&persona.individual_number[..11]), persona.individual_number);
            let (number, _) = persona.insurer_number.split_at(persona.insurer_number.len() - 1);
            assert_eq!(insurer_number(number), persona.insurer_number, "{}", persona.id);
        }
    }

    #[test]
    fn nobody_is_taken_for_a_real_person() {
        for persona in personas() {
            assert!(persona.insurer_number.contains("99"), "{}", persona.id);
            assert!(persona.address.starts_with("架空県") && persona.insurer_name.starts_with("架空"));
        }
    }

    #[test]
    fn twins_differ_in_given_name_and_card_only() {
        let all = personas();
        let twin = |id: &str| all.iter().find(|persona| persona.id == id).unwrap();
        let alike = |of: &Persona| {
            let family = of.name.split('　').next().map(str::to_owned);
            (family, of.birth, of.sex, of.address.clone(), of.insurer_number.clone(), of.number.clone())
        };
        let (elder, younger) = (twin("twin-elder"), twin("twin-younger"));
        assert_eq!(alike(elder), alike(younger));
        assert_ne!(elder.name, younger.name);
    }
}
