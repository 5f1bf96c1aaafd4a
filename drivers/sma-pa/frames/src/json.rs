//! JSON bodies: bounded when read and written, and never copied where a secret may stand.
//!
//! `serde_json` reads a text from the slice without a copy as long as it holds no escape, and writes it to the writer
//! without one. So the dialect has no escapes; every text is borrowed from the frame, and a number of digits goes from
//! there straight into its own wiped place. The depth is bounded by the types: an unknown field is an error before
//! its value is looked at.

use crate::FrameError;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::Serialize;
use std::fmt;
use std::io;

/// Reads a body. The reason of serde is dropped: it may quote what stands there.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, FrameError> {
    if body.contains(&b'\\') {
        return Err(FrameError::Body);
    }
    serde_json::from_slice(body).map_err(|_| FrameError::Body)
}

/// Appends a body. The buffer does not grow beyond its capacity, which would leave a copy behind.
pub(crate) fn write<T: Serialize>(value: &T, bytes: &mut Vec<u8>) -> Result<(), FrameError> {
    serde_json::to_writer(Paper(bytes), value).map_err(|_| FrameError::Body)
}

struct Paper<'a>(&'a mut Vec<u8>);

impl io::Write for Paper<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.capacity().saturating_sub(self.0.len()) < bytes.len() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Secret digits, borrowed from the frame. Refuses every other way in which serde may hand them over, and says nothing
/// of them in the refusal: serde's own words would quote them.
pub(crate) struct Digits<'a>(pub(crate) &'a [u8]);

impl<'de: 'a, 'a> Deserialize<'de> for Digits<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = &'de [u8];
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("digits")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(text.as_bytes())
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
                Err(other(&self))
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
                Err(other(&self))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
                Err(other(&self))
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
                Err(other(&self))
            }
        }
        // Asked for a text, serde_json would itself refuse a number, and quote it.
        deserializer.deserialize_any(Borrowed).map(Self)
    }
}

impl Serialize for Digits<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = std::str::from_utf8(self.0).map_err(|_| serde::ser::Error::custom("digits"))?;
        serializer.serialize_str(text)
    }
}

fn other<E: Error>(expected: &dyn serde::de::Expected) -> E {
    E::invalid_type(Unexpected::Other("no text of digits"), expected)
}

#[cfg(test)]
mod tests {
    use super::{Digits, read, write};

    #[test]
    fn secret_digits_are_borrowed_from_the_frame() {
        let body = *br#""1234""#;
        let digits: Digits<'_> = read(&body).unwrap();
        assert_eq!(digits.0.as_ptr(), body[1..].as_ptr());
    }

    #[test]
    fn no_error_quotes_secret_digits() {
        for body in ["1234", "-1234", "1234.5", "[1234]", r#"{"a":1234}"#] {
            let error = serde_json::from_str::<Digits<'_>>(body).map(|_| ()).unwrap_err().to_string();
            assert!(!error.contains("1234"), "{error}");
        }
        assert!(read::<Digits<'_>>(br#""12\u00334""#).is_err(), "an escape would make serde copy the text");
    }

    #[test]
    fn a_body_ends_where_its_buffer_does() {
        let mut bytes = Vec::with_capacity(8);
        assert!(write(&"1234567890123456", &mut bytes).is_err());
        assert!(bytes.len() <= 8);
    }
}
