//! Tag, length, value with minimal lengths, as certificates and the card's own objects use it.

/// One object. Tags above one byte are given as two (`0xDF21`).
pub(crate) fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    let mut out = Vec::with_capacity(value.len() + 6);
    if high != 0 {
        out.push(high);
    }
    out.push(low);
    out.extend(length(value.len()));
    out.extend_from_slice(value);
    out
}

/// Objects one after the other, for the value of a constructed object.
pub(crate) fn join<const N: usize>(parts: [Vec<u8>; N]) -> Vec<u8> {
    parts.concat()
}

fn length(value: usize) -> Vec<u8> {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    match bytes.as_slice() {
        [] => vec![0],
        [short @ 0..=0x7F] => vec![*short],
        long => {
            let count = u8::try_from(long.len()).unwrap_or(8);
            [&[0x80 | count], long].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn lengths_are_minimal() {
        assert_eq!(object(0x04, &[]), [0x04, 0x00]);
        assert_eq!(object(0xDF22, &[7; 0x7F])[..3], [0xDF, 0x22, 0x7F]);
        assert_eq!(object(0xDF22, &[7; 0x80])[..4], [0xDF, 0x22, 0x81, 0x80]);
        assert_eq!(object(0x7F21, &[7; 0x234])[..5], [0x7F, 0x21, 0x82, 0x02, 0x34]);
    }
}
