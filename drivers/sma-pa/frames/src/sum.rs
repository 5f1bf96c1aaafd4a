//! The two checksums: published algorithms, checked against their published check values.

/// CRC-8/SMBUS: polynomial 07, begins with 00, nothing reflected. For the header.
#[must_use]
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum, _| if sum & 0x80 == 0 { sum << 1 } else { (sum << 1) ^ 0x07 })
    })
}

/// CRC-32/ISO-HDLC, that of Ethernet and PNG: polynomial 04C11DB7 reflected, begins with and is turned over by
/// FFFFFFFF. For the whole frame, and for a photo or image.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        let [low, ..] = (sum ^ u32::from(*byte)).to_le_bytes();
        (sum >> 8) ^ TABLE.get(usize::from(low)).copied().unwrap_or_default()
    })
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut sum = 0_u32;
    let (head, _) = table.split_at_mut(256);
    let mut rest: &mut [u32] = head;
    while let [slot, tail @ ..] = rest {
        *slot = remainder(sum);
        sum += 1;
        rest = tail;
    }
    table
}

const fn remainder(byte: u32) -> u32 {
    let mut sum = byte;
    let mut bit = 0;
    while bit < 8 {
        sum = if sum & 1 == 0 { sum >> 1 } else { (sum >> 1) ^ 0xEDB8_8320 };
        bit += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{crc8, crc32};

    #[test]
    fn the_check_values_of_the_catalogue() {
        assert_eq!(crc8(b"123456789"), 0xF4);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
