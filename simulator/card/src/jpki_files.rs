//! The files of the JPKI application.

use crate::issue::TokenLabel;
use crate::issuer::Issuer;
use crate::keys::IssueError;
use crate::persona::Persona;
use crate::storage::{File, Files, KeyRole, Reference};

/// EF 0008: which certificates exist.
pub(crate) const BOTH_CERTIFICATES: [u8; 3] = [0x8F, 0x8F, 0x00];
/// EF 0008 without a 署名用 certificate.
pub(crate) const AUTH_ONLY: [u8; 3] = [0x00, 0x8F, 0x00];

/// EF 0006: a PKCS#11 token-info record with big-endian integers, 160 bytes.
pub(crate) fn token_information(label: TokenLabel, serial: u32) -> Vec<u8> {
    let integers: [u32; 11] = [0x40D, 1, 0, 1, 0, 16, 6, u32::MAX, u32::MAX, u32::MAX, u32::MAX];
    let mut out = format!("{:<32}{:<32}{:<16}{:016}", label.text(), "99999999", "SIM01", serial).into_bytes();
    out.extend(integers.iter().flat_map(|value| value.to_be_bytes()));
    out.extend_from_slice(b"0301");
    out.extend_from_slice(&[b'9'; 16]);
    out
}

pub(crate) fn files(
    issuer: &Issuer,
    persona: &Persona,
    label: TokenLabel,
    auth_certificate: Vec<u8>,
    sign_certificate: Option<Vec<u8>>,
) -> Result<Files, IssueError> {
    let mut files = Files::new();
    let presence = if sign_certificate.is_some() { BOTH_CERTIFICATES } else { AUTH_ONLY };
    if let Some(certificate) = sign_certificate {
        files.insert(0x0001, File::behind(certificate, &[0x001B]));
        files.insert(0x001A, File::Key(KeyRole::Sign));
    }
    files.insert(0x0002, File::free(issuer.sign_ca().to_vec()));
    files.insert(0x0006, File::free(token_information(label, persona.serial)));
    files.insert(0x0008, File::free(presence.to_vec()));
    files.insert(0x000A, auth_file(label, auth_certificate));
    files.insert(0x000B, File::free(issuer.auth_ca().to_vec()));
    files.insert(0x0017, File::Key(KeyRole::Auth));
    files.insert(0x0018, reference(persona.pin.as_deref(), 3));
    // OpenSC gives up on a card without 001B, so the reference stays when there is no certificate.
    files.insert(0x001B, reference(persona.sign_password.as_deref(), 5));
    for unknown in [0x0005, 0x0009, 0x0010, 0x0019, 0x001C, 0x001E] {
        files.insert(unknown, File::closed());
    }
    if persona.pin_blocked
        && let Some(File::Reference(pin)) = files.get_mut(&0x0018)
    {
        pin.left = 0;
    }
    Ok(files)
}

/// A telephone shows its authentication certificate only after the PIN.
fn auth_file(label: TokenLabel, certificate: Vec<u8>) -> File {
    match label {
        TokenLabel::Card => File::free(certificate),
        TokenLabel::Android | TokenLabel::IPhone => File::behind(certificate, &[0x0018]),
    }
}

fn reference(value: Option<&str>, tries: u8) -> File {
    File::Reference(value.map_or_else(Reference::unusable, |value| Reference::new(value, tries)))
}

#[cfg(test)]
mod tests {
    use super::token_information;
    use crate::issue::TokenLabel;

    #[test]
    fn token_information_is_160_bytes_in_the_known_layout() {
        let bytes = token_information(TokenLabel::Card, 9_000_001);
        assert_eq!(bytes.len(), 160);
        assert_eq!(&bytes[..32], b"JPKIAPICCTOKEN2                 ");
        assert_eq!(&bytes[32..64], b"99999999                        ");
        assert_eq!(&bytes[64..80], b"SIM01           ");
        assert_eq!(&bytes[80..96], b"0000000009000001");
        assert_eq!(&bytes[96..100], [0, 0, 4, 0x0D]);
        assert_eq!(&bytes[116..124], [0, 0, 0, 16, 0, 0, 0, 6]);
        assert_eq!(&bytes[140..], b"03019999999999999999");
    }
}
