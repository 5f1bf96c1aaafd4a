//! APDUs in relay messages: hex, short forms only, never shown.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A short command APDU has a header of 4, Lc, 255 bytes and Le.
pub const LONGEST_COMMAND: usize = 261;
/// A short response has 256 bytes and the status word.
pub const LONGEST_RESPONSE: usize = 258;

/// Why text is not an APDU; says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an APDU: expected {least} to {most} bytes in lower-case hex")]
pub struct ApduError {
    least: usize,
    most: usize,
}

macro_rules! apdu {
    ($(#[$doc:meta])* $name:ident, $least:literal, $most:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Vec<u8>);

        impl $name {
            /// The bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Takes the bytes out.
            #[must_use]
            pub fn into_bytes(self) -> Vec<u8> {
                self.0
            }
        }

        impl TryFrom<Vec<u8>> for $name {
            type Error = ApduError;
            fn try_from(bytes: Vec<u8>) -> Result<Self, ApduError> {
                if ($least..=$most).contains(&bytes.len()) {
                    Ok(Self(bytes))
                } else {
                    Err(ApduError { least: $least, most: $most })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = ApduError;
            fn try_from(text: String) -> Result<Self, ApduError> {
                from_hex(&text).ok_or(ApduError { least: $least, most: $most }).and_then(Self::try_from)
            }
        }

        impl From<$name> for String {
            fn from(apdu: $name) -> Self {
                to_hex(&apdu.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

apdu!(
    /// A command for the card, 4 to 261 bytes. Debug shows its length only.
    Command, 4, LONGEST_COMMAND
);
apdu!(
    /// What the card answered, 2 to 258 bytes, status word last. Debug shows its length only.
    Response, 2, LONGEST_RESPONSE
);

fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|n| char::from_digit(n.into(), 16))
        .collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
