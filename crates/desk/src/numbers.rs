//! Whole numbers as the document describes them: 0 to 2^63-1, in an address or in JSON.

use crate::problem::Problem;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

/// The largest: the ledger and `int64` in the document end here.
const LARGEST: u64 = i64::MAX.unsigned_abs();

/// A number in an address or a header: digits and nothing else, where Rust would take a `+` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits(pub(crate) u64);

impl std::str::FromStr for Digits {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && *number <= LARGEST);
        number.map(Self).ok_or("not a whole number of 0 to 2^63-1")
    }
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(Error::custom)
    }
}

/// How many rows one answer may have: 1 to `most`, and `most` unless said.
pub(crate) fn page_limit(asked: Option<Digits>, most: usize) -> Result<usize, Problem> {
    let limit = asked.map_or(Some(most), |Digits(limit)| usize::try_from(limit).ok());
    limit.filter(|limit| (1..=most).contains(limit)).ok_or_else(Problem::bad_request)
}

/// A number in JSON, where `3.0` is 3 (JSON Schema draft 2020-12, validation section 6.1.1).
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Whole::deserialize(deserializer).map(|Whole(number)| number)
}

/// Four keys of a pad by position.
pub(crate) fn positions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 4], D::Error> {
    let mut positions = [0; 4];
    for (position, Whole(number)) in positions.iter_mut().zip(<[Whole; 4]>::deserialize(deserializer)?) {
        *position = u8::try_from(number).map_err(|_| out_of_range())?;
    }
    Ok(positions)
}

struct Whole(u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match serde_json::Number::deserialize(deserializer)? {
            whole if whole.is_u64() => whole.as_u64(),
            // Without a fraction the digits of a float are exact; adding 0 takes the sign from -0.0.
            other => other.as_f64().and_then(|float| format!("{}", float + 0.0).parse().ok()),
        };
        number.filter(|number| *number <= LARGEST).map(Self).ok_or_else(out_of_range)
    }
}

fn out_of_range<E: Error>() -> E {
    E::invalid_value(Unexpected::Other("another number"), &"a whole number in its range")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops")]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_digits_and_nothing_else() {
        assert_eq!("0".parse(), Ok(Digits(0)));
        assert_eq!("9223372036854775807".parse(), Ok(Digits(LARGEST)));
        for text in ["", "+1", "-1", " 1", "1.0", "1e3", "１", "9223372036854775808", "99999999999999999999"]
        {
            assert!(text.parse::<Digits>().is_err(), "{text}");
        }
    }

    #[test]
    fn json_s_whole_numbers_may_have_a_point() {
        let read = |text: &str| serde_json::from_str::<Whole>(text).ok().map(|Whole(number)| number);
        for (text, number) in
            [("7", 7), ("7.0", 7), ("1e3", 1000), ("9223372036854775807", LARGEST), ("-0.0", 0)]
        {
            assert_eq!(read(text), Some(number), "{text}");
        }
        assert_eq!(read("9007199254740993.0"), Some(9_007_199_254_740_992), "as any program reads it");
        for text in ["7.5", "-1", "-1.0", "9223372036854775808", "1e300", "\"7\"", "null", "true"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn positions_are_four_bytes() {
        let read = |text: &str| positions(&mut serde_json::Deserializer::from_str(text)).ok();
        assert_eq!(read("[0, 9.0, 3, 4]"), Some([0, 9, 3, 4]));
        for text in ["[0, 1, 2]", "[0, 1, 2, 256]", "[0, 1, 2, -1]", "{}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
