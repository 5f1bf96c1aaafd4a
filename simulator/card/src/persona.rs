//! Fictional patients. Names, addresses and insurers are invented and say so.

use serde::{Deserialize, Serialize};
use time::Date;

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

#[cfg(test)]
mod tests {
    use super::{individual_number, insurer_number, number_b};
    use crate::personas;
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
    fn debug_shows_no_personal_data() {
        assert_eq!(format!("{:?}", personas()[0]), "Persona(housewife)");
    }
}
