//! The sum of a report.

/// CRC-16/CCITT (CRC-16/KERMIT in the catalogue of parametrised CRCs): polynomial 1021 reflected, begun with 0000.
pub(crate) fn crc16(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(byte), |sum, _| if sum & 1 == 0 { sum >> 1 } else { (sum >> 1) ^ 0x8408 })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn crc_of_the_check_text() {
        assert_eq!(super::crc16(*b"123456789"), 0x2189, "the catalogue's check value");
    }
}
