//! The few DER types of the simulated certificates.
//!
//! Written by hand because the card's profile wants what certificate builders do not offer: two OU or two L in
//! one name, a given order of extensions, and an authority key identifier with issuer and serial.

use time::{Month, OffsetDateTime};

use crate::ber::object;

/// An ASN.1 object identifier by its arcs.
pub(crate) fn oid(arcs: &[u32]) -> Vec<u8> {
    let (first, rest) = match arcs {
        [a, b, rest @ ..] => (a * 40 + b, rest),
        _ => (0, &[][..]),
    };
    let value: Vec<u8> = std::iter::once(first).chain(rest.iter().copied()).flat_map(base128).collect();
    object(0x06, &value)
}

fn base128(arc: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut left = arc;
    loop {
        let digit = u8::try_from(left & 0x7F).unwrap_or(0);
        out.push(if out.is_empty() { digit } else { digit | 0x80 });
        left >>= 7;
        if left == 0 {
            break;
        }
    }
    out.reverse();
    out
}

pub(crate) fn sequence<const N: usize>(parts: [Vec<u8>; N]) -> Vec<u8> {
    object(0x30, &parts.concat())
}

pub(crate) fn set(part: &[u8]) -> Vec<u8> {
    object(0x31, part)
}

/// A non-negative INTEGER.
pub(crate) fn integer(value: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    if bytes.first().is_none_or(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    object(0x02, &bytes)
}

/// A BIT STRING whose last `unused` bits do not count.
pub(crate) fn bits(unused: u8, value: &[u8]) -> Vec<u8> {
    object(0x03, &[&[unused], value].concat())
}

pub(crate) fn octets(value: &[u8]) -> Vec<u8> {
    object(0x04, value)
}

pub(crate) fn null() -> Vec<u8> {
    object(0x05, &[])
}

pub(crate) fn truth() -> Vec<u8> {
    object(0x01, &[0xFF])
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    object(0x0C, text.as_bytes())
}

pub(crate) fn printable(text: &str) -> Vec<u8> {
    object(0x13, text.as_bytes())
}

pub(crate) fn ia5(text: &str) -> Vec<u8> {
    object(0x16, text.as_bytes())
}

/// A context-specific constructed object `[number]`.
pub(crate) fn context(number: u8, value: &[u8]) -> Vec<u8> {
    object(u16::from(0xA0 | number), value)
}

/// A context-specific primitive object `[number]`.
pub(crate) fn context_primitive(number: u8, value: &[u8]) -> Vec<u8> {
    object(u16::from(0x80 | number), value)
}

/// UTCTime up to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5).
pub(crate) fn time(moment: OffsetDateTime) -> Vec<u8> {
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let tail = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        month_number(utc.month()),
        utc.day(),
        utc.hour(),
        utc.minute(),
        utc.second()
    );
    if utc.year() < 2050 {
        object(0x17, format!("{:02}{tail}", utc.year().rem_euclid(100)).as_bytes())
    } else {
        object(0x18, format!("{:04}{tail}", utc.year()).as_bytes())
    }
}

pub(crate) fn month_number(month: Month) -> u8 {
    u8::from(month)
}

#[cfg(test)]
mod tests {
    use super::{integer, oid, time};
    use time::macros::datetime;

    #[test]
    fn golden_bytes() {
        assert_eq!(
            oid(&[1, 2, 392, 200_149, 8, 5, 1, 0, 30]),
            [0x06, 0x0B, 0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E]
        );
        assert_eq!(integer(0x80), [0x02, 0x02, 0x00, 0x80]);
        assert_eq!(integer(0), [0x02, 0x01, 0x00]);
        assert_eq!(&time(datetime!(2030-02-17 14:59:59 UTC))[2..], b"300217145959Z");
        assert_eq!(&time(datetime!(2051-02-17 14:59:59 UTC))[2..], b"20510217145959Z");
    }
}
