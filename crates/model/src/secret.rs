//! Secrets that open a card. Wiped when dropped, never copied, never shown.

use crate::Purpose;
use std::fmt;
use zeroize::Zeroizing;

/// Why digits are not the secret they were taken for. Says nothing of the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretError {
    /// Which secret was wanted.
    pub wanted: &'static str,
    /// How many digits it has.
    pub digits: usize,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}: expected {} ASCII digits", self.wanted, self.digits)
    }
}

impl std::error::Error for SecretError {}

macro_rules! digits {
    ($(#[$doc:meta])* $name:ident, $wanted:literal, $digits:literal) => {
        $(#[$doc])*
        ///
        /// The digits lie in one place on the heap: moving the secret copies a pointer, so no copy stays behind.
        pub struct $name(Box<Zeroizing<[u8; $digits]>>);

        impl $name {
            /// Takes ASCII digits. The caller wipes its own buffer.
            ///
            /// # Errors
            /// If the bytes are not exactly that many ASCII digits.
            pub fn from_digits(bytes: &[u8]) -> Result<Self, SecretError> {
                let error = SecretError { wanted: $wanted, digits: $digits };
                if !bytes.iter().all(u8::is_ascii_digit) {
                    return Err(error);
                }
                let mut digits = Box::new(Zeroizing::new([0; $digits]));
                if bytes.len() != digits.len() {
                    return Err(error);
                }
                digits.copy_from_slice(bytes);
                Ok(Self(digits))
            }

            /// The digits, for a named purpose.
            #[must_use]
            pub fn expose(&self, _purpose: Purpose) -> &[u8; $digits] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

digits!(
    /// 利用者証明用暗証番号: four digits, three tries.
    Pin, "PIN", 4
);

digits!(
    /// 照合番号B: birth date, expiry year and security code, printed on the card; ten tries (card.md section 3).
    NumberB, "照合番号B", 14
);

digits!(
    /// The site's passcode with which staff take over the check at a reader.
    Passcode, "passcode", 4
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_show_nothing_and_refuse_other_forms() {
        let pin = Pin::from_digits(b"1234").unwrap();
        assert_eq!(format!("{pin:?}"), "Pin(…)");
        assert_eq!(Pin::from_digits(b"12a4").unwrap_err().to_string(), "not a PIN: expected 4 ASCII digits");
        assert!(Pin::from_digits(b"12345").is_err());
        assert!(NumberB::from_digits(b"55021720352285").is_ok());
    }
}
