//! The files of 券面事項入力補助AP: the number and the four items as text.

use sha2::{Digest, Sha256};

use crate::ber::{join, object};
use crate::dates::compact;
use crate::face_files::{digest_info, offset_table};
use crate::issuer::Issuer;
use crate::keys::{IssueError, Key};
use crate::persona::Persona;
use crate::storage::{File, Files, KeyRole, Reference};

/// EF 0001: `FF10 0C` and twelve digits, then two bytes of filler.
pub(crate) fn number_file(individual_number: &str) -> Vec<u8> {
    [object(0xFF10, individual_number.as_bytes()), vec![0xFF, 0xFF]].concat()
}

/// The four items of EF 0002, one object each: name, address, birth date, sex.
fn items(persona: &Persona) -> [Vec<u8>; 4] {
    objects(&persona.name, &persona.address, &compact(persona.birth), persona.sex.digit())
}

fn objects(name: &str, address: &str, birth: &str, sex: &str) -> [Vec<u8>; 4] {
    [
        object(0xDF22, name.as_bytes()),
        object(0xDF23, address.as_bytes()),
        object(0xDF24, birth.as_bytes()),
        object(0xDF25, sex.as_bytes()),
    ]
}

/// EF 0002: offsets counted from byte 0 of the file, then the items.
fn items_file(items: &[Vec<u8>; 4]) -> Vec<u8> {
    object(0xFF20, &[offset_table(items), items.concat()].concat())
}

pub(crate) fn files(
    issuer: &Issuer,
    persona: &Persona,
    number_b: &str,
    chip: &Key,
) -> Result<Files, IssueError> {
    const PIN: u16 = 0x0011;
    const NUMBER_A: u16 = 0x0014;
    const NUMBER_B: u16 = 0x0015;
    let number = number_file(&persona.individual_number);
    let items = items(persona);
    let mut files = Files::new();
    files.insert(
        0x0003,
        File::behind(signature_file(issuer, &number, &items.concat())?, &[PIN, NUMBER_A, NUMBER_B]),
    );
    files.insert(0x0001, File::behind(number, &[PIN, NUMBER_A]));
    files.insert(0x0002, File::behind(items_file(&items), &[PIN, NUMBER_B]));
    files.insert(0x0004, File::free(issuer.card_verifiable_certificate()?));
    files.insert(0x0007, File::behind(own_key_file(issuer, chip)?, &[PIN, NUMBER_A, NUMBER_B]));
    files.insert(0x0008, File::free(vec![0xFF; 16]));
    let pin = persona.pin.as_deref().map_or_else(Reference::unusable, |pin| Reference::new(pin, 3));
    files.insert(PIN, File::Reference(pin));
    files.insert(0x0012, File::Reference(Reference::unusable()));
    files.insert(0x0013, File::Key(KeyRole::Chip));
    files.insert(NUMBER_A, File::Reference(Reference::new(&persona.individual_number, 10)));
    files.insert(NUMBER_B, File::Reference(Reference::new(number_b, 10)));
    Ok(files)
}

/// EF 0003: hash of the whole number file with its filler, hash of the items after their offset table, signature
/// over both.
fn signature_file(issuer: &Issuer, number: &[u8], items: &[u8]) -> Result<Vec<u8>, IssueError> {
    let number_hash = Sha256::digest(number);
    let items_hash = Sha256::digest(items);
    let signature =
        issuer.sign_face(&digest_info(&[number_hash.as_slice(), items_hash.as_slice()].concat()))?;
    Ok(object(
        0xFF30,
        &join([object(0xDF31, &number_hash), object(0xDF32, &items_hash), object(0xDF33, &signature)]),
    ))
}

fn own_key_file(issuer: &Issuer, chip: &Key) -> Result<Vec<u8>, IssueError> {
    let public = chip.card_public();
    let signature = issuer.sign_face(&digest_info(&Sha256::digest(&public)))?;
    Ok(object(0xFF50, &join([object(0xDF51, &public), object(0xDF52, &signature)])))
}

#[cfg(test)]
mod tests {
    use super::{items_file, number_file, objects};

    #[test]
    fn number_file_is_17_bytes_with_filler() {
        assert_eq!(number_file("990000000001"), b"\xFF\x10\x0C990000000001\xFF\xFF");
    }

    #[test]
    fn items_file_has_offsets_from_byte_0() {
        let file = items_file(&objects("甲　乙", "丙", "19800217", "1"));
        assert_eq!(&file[..14], [0xFF, 0x20, 0x2C, 0xDF, 0x21, 0x08, 0, 14, 0, 26, 0, 32, 0, 43]);
        assert_eq!(&file[14..17], [0xDF, 0x22, 9]);
        assert_eq!(&file[26..29], [0xDF, 0x23, 3]);
        assert_eq!(&file[32..43], b"\xDF\x24\x0819800217");
        assert_eq!(&file[43..], b"\xDF\x25\x011");
    }
}
