//! Identifiers. None of them carries personal data.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a text is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError {
    /// Which identifier was wanted.
    pub wanted: &'static str,
    /// The form it has.
    pub form: &'static str,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}: expected {}", self.wanted, self.form)
    }
}

impl std::error::Error for IdError {}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $wanted:literal, $form:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::IdError;
            fn try_from(text: String) -> Result<Self, $crate::IdError> {
                let check: fn(&str) -> bool = $check;
                if check(&text) { Ok(Self(text)) } else { Err($crate::IdError { wanted: $wanted, form: $form }) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::IdError;
            fn from_str(text: &str) -> Result<Self, $crate::IdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use text_id;

text_id!(
    /// The site's name for one reader, e.g. `front-1`.
    ReaderId, "reader id", "1 to 32 of a-z, 0-9 and '-'",
    |t| (1..=32).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);

text_id!(
    /// Who of the staff acted, as the site names them: a login or initials, no patient and no full name.
    StaffId, "staff id", "1 to 32 of a-z, 0-9 and '-'",
    |t| (1..=32).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);

text_id!(
    /// A face account: `F0` and up to six more letters or digits, one per reader (readers.md section 2).
    FaceAccount, "face account", "F0 and 1 to 6 letters or digits",
    |t| (3..=8).contains(&t.len()) && t.starts_with("F0") && t.bytes().all(|b| b.is_ascii_alphanumeric())
);

text_id!(
    /// 医療機関コード: prefecture 2, 点数表 1, code 7 (oqs-files.md section 7.1).
    InstitutionCode, "institution code", "10 digits",
    |t| t.len() == 10 && t.bytes().all(|b| b.is_ascii_digit())
);

/// One patient's use of one reader. 128 bits, shown as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VisitId([u8; 16]);

impl VisitId {
    /// Makes a visit id from 128 bits that the caller drew.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 128 bits.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for VisitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for VisitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VisitId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = IdError { wanted: "visit id", form: "32 lower-case hex digits" };
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(error);
        }
        u128::from_str_radix(text, 16).map(|bits| Self(bits.to_be_bytes())).map_err(|_| error)
    }
}

impl TryFrom<String> for VisitId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<VisitId> for String {
    fn from(id: VisitId) -> Self {
        id.to_string()
    }
}

/// How many cards were placed on this reader since the daemon started; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Insertion(pub u64);

impl Insertion {
    /// The next card.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Insertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The ledger's number of a result: starts at 1, grows, is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResultId(pub u64);

impl fmt::Display for ResultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_id_reads_back_what_it_shows() {
        let id = VisitId::from_bytes([0x0f; 16]);
        assert_eq!(id.to_string().parse::<VisitId>(), Ok(id));
        assert!("0F".repeat(16).parse::<VisitId>().is_err(), "upper case is another text");
        assert!("+f".repeat(16).parse::<VisitId>().is_err());
    }

    #[test]
    fn identifiers_refuse_foreign_characters() {
        assert!("front-1".parse::<ReaderId>().is_ok());
        assert!("../etc".parse::<ReaderId>().is_err());
        assert!("F0AB12".parse::<FaceAccount>().is_ok());
        assert!("X0AB12".parse::<FaceAccount>().is_err());
        assert!("9991234567".parse::<InstitutionCode>().is_ok());
        assert!("999123456".parse::<InstitutionCode>().is_err());
    }
}
