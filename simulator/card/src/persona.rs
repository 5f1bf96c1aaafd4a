//! Fictional patients. Names, addresses and insurers are invented and say so.

use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::date;

use crate::dates::{CertificateRule, era};

/// Sex as EF 0002 writes it (JIS X 0303).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// `1`
    Male,
    /// `2`
    Female,
}

impl Sex {
    /// The digit of the card.
    #[must_use]
    pub const fn digit(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

/// One fictional patient. Its `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// Name in scenario files and on the command line.
    pub id: String,
    /// 氏名, family and given name separated by U+3000.
    pub name: String,
    /// 氏名カナ, full width.
    pub kana: String,
    /// 通称 of a foreign resident.
    pub alias: Option<String>,
    /// 住所.
    pub address: String,
    /// 生年月日.
    pub birth: Date,
    /// 性別.
    pub sex: Sex,
    /// 保険者番号, eight digits, or six of a national health insurance.
    pub insurer_number: String,
    /// 保険者名.
    pub insurer_name: String,
    /// 記号; the latter-stage elderly have none.
    pub symbol: Option<String>,
    /// 番号.
    pub number: String,
    /// 枝番.
    pub branch: Option<String>,
    /// 個人番号, twelve digits.
    pub individual_number: String,
    /// The four digits under the photo.
    pub security_code: String,
    /// PIN of EF 0018 and of the text application; `None` on a 顔認証 card.
    pub pin: Option<String>,
    /// Password of EF 001B; `None` when there is no 署名用 certificate.
    pub sign_password: Option<String>,
    /// Where in its life the authentication certificate stands.
    pub certificate: CertificateRule,
    /// The authentication certificate stands in the revocation list.
    pub revoked: bool,
    /// The PIN has been typed wrong three times.
    pub pin_blocked: bool,
    /// Serial number of the authentication certificate; the 署名用 one has the next.
    pub serial: u32,
    /// Seed of the drawn face.
    pub face_seed: u64,
}

impl std::fmt::Debug for Persona {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Persona({})", self.id)
    }
}

/// 照合番号B: `YYMMDD` with the year of the Japanese era, the card's expiry year, the security code.
///
/// What the card of a foreign resident uses is not documented; the simulator uses the same form.
#[must_use]
pub fn number_b(birth: Date, expiry_year: i32, security_code: &str) -> String {
    let (_, year) = era(birth);
    format!("{year:02}{:02}{:02}{expiry_year:04}{security_code}", u8::from(birth.month()), birth.day())
}

impl Persona {
    /// 照合番号B of this persona's card with the given expiry.
    #[must_use]
    pub fn number_b(&self, card_expiry: Date) -> String {
        number_b(self.birth, card_expiry.year(), &self.security_code)
    }
}

/// 個人番号 of eleven digits with its check digit: with P_n the n-th digit from the right, Q_n = n+1 for n ≤ 6
/// and n−5 above, r = Σ P_n·Q_n mod 11; the digit is 0 for r ≤ 1, else 11 − r (public rule).
#[must_use]
pub fn individual_number(eleven: &str) -> String {
    let sum: u32 = (1_u32..)
        .zip(eleven.chars().rev())
        .map(|(n, digit)| digit.to_digit(10).unwrap_or(0) * if n <= 6 { n + 1 } else { n - 5 })
        .sum();
    let rest = sum % 11;
    format!("{eleven}{}", if rest <= 1 { 0 } else { 11 - rest })
}

/// 保険者番号 with its check digit: weights 2 and 1 in turn from the right, digits of the products added, the
/// complement to the next ten (public rule).
#[must_use]
pub fn insurer_number(without_check: &str) -> String {
    let sum: u32 = without_check
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let product = digit.to_digit(10).unwrap_or(0) * if place % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    format!("{without_check}{}", (10 - sum % 10) % 10)
}

/// All personas. Prefecture 99 does not exist, so no insurer number here belongs to anyone.
#[must_use]
pub fn personas() -> Vec<Persona> {
    let worker = Persona {
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
    };
    vec![
        Persona {
            id: "housewife".to_owned(),
            name: "見本　花子".to_owned(),
            kana: "ミホン　ハナコ".to_owned(),
            birth: date!(1980 - 02 - 17),
            sex: Sex::Female,
            branch: Some("01".to_owned()),
            ..numbered(&worker, 2)
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
            ..numbered(&worker, 3)
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
            ..numbered(&worker, 4)
        },
        Persona {
            id: "rare-name".to_owned(),
            // U+20BB7 is not in CP932: this name becomes ● there.
            name: "試験　𠮷雄".to_owned(),
            kana: "シケン　ヨシオ".to_owned(),
            birth: date!(1972 - 09 - 01),
            ..numbered(&worker, 5)
        },
        Persona {
            id: "expiring".to_owned(),
            name: "例示　期近".to_owned(),
            kana: "レイジ　キキン".to_owned(),
            certificate: CertificateRule::Expiring,
            birth: date!(1968 - 01 - 20),
            ..numbered(&worker, 6)
        },
        Persona {
            id: "in-grace".to_owned(),
            name: "例示　猶予".to_owned(),
            kana: "レイジ　ユウヨ".to_owned(),
            certificate: CertificateRule::InGrace,
            birth: date!(1959 - 12 - 24),
            sex: Sex::Female,
            ..numbered(&worker, 7)
        },
        Persona {
            id: "revoked".to_owned(),
            name: "模擬　失効".to_owned(),
            kana: "モギ　シッコウ".to_owned(),
            revoked: true,
            birth: date!(1977 - 05 - 05),
            ..numbered(&worker, 8)
        },
        Persona {
            id: "pin-locked".to_owned(),
            name: "模擬　閉子".to_owned(),
            kana: "モギ　ヘイコ".to_owned(),
            pin_blocked: true,
            birth: date!(1999 - 10 - 10),
            sex: Sex::Female,
            ..numbered(&worker, 9)
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
            ..numbered(&worker, 10)
        },
        worker,
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
        face_seed: u64::from(10 + n),
        ..base.clone()
    }
}

fn full_width(digits: &str) -> String {
    digits.chars().filter_map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xFF10)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{individual_number, insurer_number, number_b, personas};
    use time::macros::date;

    #[test]
    fn number_b_uses_the_year_of_the_era() {
        assert_eq!(number_b(date!(1980 - 02 - 17), 2035, "2285"), "55021720352285");
    }

    #[test]
    fn check_digits_follow_the_public_rules() {
        // By hand: 1·2+2·3+3·4+4·5+5·6+6·7+7·2+8·3+9·4+0·5+1·6 = 192, 192 mod 11 = 5, 11 − 5 = 6.
        assert_eq!(individual_number("10987654321"), "109876543216");
        assert_eq!(individual_number("00000000000"), "000000000000");
        // By hand, from the right of 0613001: 2+0+0+3+2+6+0 = 13, so 7.
        assert_eq!(insurer_number("0613001"), "06130017");
    }

    #[test]
    fn no_two_personas_share_what_identifies_them() {
        let all = personas();
        for key in [
            all.iter().map(|p| p.id.clone()).collect::<BTreeSet<_>>(),
            all.iter().map(|p| p.individual_number.clone()).collect(),
            all.iter().map(|p| p.serial.to_string()).collect(),
            all.iter().map(|p| p.face_seed.to_string()).collect(),
            all.iter().map(|p| p.security_code.clone()).collect(),
            all.iter()
                .map(|p| format!("{} {:?} {} {:?}", p.insurer_number, p.symbol, p.number, p.branch))
                .collect(),
        ] {
            assert_eq!(key.len(), all.len(), "{key:?}");
        }
    }

    #[test]
    fn debug_shows_no_personal_data() {
        assert_eq!(format!("{:?}", personas()[0]), "Persona(housewife)");
    }
}
