//! Sums that several dialects share. Check values are the published ones for the text `123456789`.

/// Longitudinal redundancy: exclusive or of all bytes (the "BCC" of ISO 1745-like links).
#[must_use]
pub fn bcc(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

#[cfg(test)]
mod tests {
    #[test]
    fn bcc_of_the_check_text() {
        // 0x31 ^ 0x32 ^ … ^ 0x39, worked out by hand: pairs 31^32=03, 33^34=07, 35^36=03, 37^38=0F; 03^07^03^0F=08; 08^39=31.
        assert_eq!(super::bcc(b"123456789"), 0x31);
    }
}
