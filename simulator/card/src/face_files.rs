//! The files of 券面事項確認AP: the card's face as pictures, signed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use crate::ber::{join, object};
use crate::dates::compact;
use crate::issuer::Issuer;
use crate::keys::{IssueError, Key};
use crate::persona::Persona;
use crate::picture;
use crate::storage::{File, Files, KeyRole, Reference};

/// DF21: where each item begins, counted from byte 0 of a file whose outer tag has two bytes.
pub(crate) fn offset_table(items: &[Vec<u8>]) -> Vec<u8> {
    let table_length = 3 + 2 * items.len();
    let total = table_length + items.iter().map(Vec::len).sum::<usize>();
    let header = object(0xFF20, &vec![0; total]).len() - total;
    let mut at = header + table_length;
    let mut offsets = Vec::new();
    for item in items {
        offsets.extend(u16::try_from(at).unwrap_or(u16::MAX).to_be_bytes());
        at += item.len();
    }
    object(0xDF21, &offsets)
}

/// DigestInfo of SHA-256 over one or several hashes put together, with minimal lengths. With three hashes its
/// OCTET STRING has 96 bytes.
pub(crate) fn digest_info(hashes: &[u8]) -> Vec<u8> {
    let algorithm =
        crate::der::sequence([crate::der::oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1]), crate::der::null()]);
    crate::der::sequence([algorithm, crate::der::octets(hashes)])
}

/// The items of EF 0002, each a whole object.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FaceItems {
    /// DF22 birth date, DF23 sex, DF24 the chip's public key.
    person: [Vec<u8>; 3],
    /// DF25 name and DF26 address as PNG.
    pictures: [Vec<u8>; 2],
    /// DF27, the photo as JP2.
    photo: Vec<u8>,
    /// DF28 over the three groups above.
    signature: Vec<u8>,
    /// DF29 card expiry and DF2A security code as PNG; not signed.
    unsigned: [Vec<u8>; 2],
}

impl std::fmt::Debug for FaceItems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FaceItems(..)")
    }
}

impl FaceItems {
    fn create(
        issuer: &Issuer,
        persona: &Persona,
        expiry: Date,
        chip: &Key,
        photo: &[u8],
    ) -> Result<Self, IssueError> {
        let person = [
            object(0xDF22, compact(persona.birth).as_bytes()),
            object(0xDF23, persona.sex.digit().as_bytes()),
            object(0xDF24, &chip.card_public()),
        ];
        let pictures = [
            object(0xDF25, &picture::line(&persona.name, 216)?),
            object(0xDF26, &picture::line(&persona.address, 288)?),
        ];
        let photo = object(0xDF27, photo);
        let hashes = [person.concat(), pictures.concat(), photo.clone()]
            .map(|group| Sha256::digest(&group).to_vec())
            .concat();
        let signature = object(0xDF28, &issuer.sign_face(&digest_info(&hashes))?);
        let unsigned = [
            object(0xDF29, compact(expiry).as_bytes()),
            object(0xDF2A, &picture::line(&persona.security_code, 24)?),
        ];
        Ok(Self { person, pictures, photo, signature, unsigned })
    }

    /// EF 0002: the offset table and all items.
    pub(crate) fn file(&self) -> Vec<u8> {
        let items: Vec<Vec<u8>> = self
            .person
            .iter()
            .chain(&self.pictures)
            .chain([&self.photo, &self.signature])
            .chain(&self.unsigned)
            .cloned()
            .collect();
        object(0xFF20, &[offset_table(&items), items.concat()].concat())
    }

    /// These items with the photo of others; the signature stays and no longer fits.
    pub(crate) fn with_photo_of(&self, other: &Self) -> Self {
        Self { photo: other.photo.clone(), ..self.clone() }
    }
}

pub(crate) fn files(
    issuer: &Issuer,
    persona: &Persona,
    expiry: Date,
    chip: &Key,
    photo: &[u8],
) -> Result<(FaceItems, Files), IssueError> {
    const BIRTH: u16 = 0x0011;
    const NUMBER_B: u16 = 0x0012;
    const NUMBER_A: u16 = 0x0013;
    let items = FaceItems::create(issuer, persona, expiry, chip, photo)?;
    let number_b = persona.number_b(expiry);
    let birth_digits = number_b.get(..6).unwrap_or_default();
    let mut files = Files::new();
    files.insert(0x0001, File::behind(age_file(issuer, persona, chip)?, &[BIRTH]));
    files.insert(0x0002, File::behind(items.file(), &[NUMBER_B, NUMBER_A]));
    files.insert(0x0004, File::free(issuer.card_verifiable_certificate()?));
    files.insert(0x0005, File::behind(number_picture_file(issuer, persona, chip)?, &[NUMBER_A]));
    files.insert(BIRTH, File::Reference(Reference::new(birth_digits, 10)));
    files.insert(NUMBER_B, File::Reference(Reference::new(&number_b, 10)));
    files.insert(NUMBER_A, File::Reference(Reference::new(&persona.individual_number, 10)));
    files.insert(0x001A, File::Key(KeyRole::Chip));
    Ok((items, files))
}

/// EF 0001, opened by the six digits of the birth date.
fn age_file(issuer: &Issuer, persona: &Persona, chip: &Key) -> Result<Vec<u8>, IssueError> {
    let signed =
        join([object(0xDF11, compact(persona.birth).as_bytes()), object(0xDF12, &chip.card_public())]);
    let signature = issuer.sign_face(&digest_info(&Sha256::digest(&signed)))?;
    Ok(object(0xFF10, &join([signed, object(0xDF13, &signature)])))
}

/// EF 0005: the 個人番号 as a picture, opened by 照合番号A only.
fn number_picture_file(issuer: &Issuer, persona: &Persona, chip: &Key) -> Result<Vec<u8>, IssueError> {
    let picture = picture::line(&persona.individual_number, 72)?;
    let signed = join([object(0xDF41, &picture), object(0xDF42, &chip.card_public())]);
    let signature = issuer.sign_face(&digest_info(&Sha256::digest(&signed)))?;
    Ok(object(0xFF40, &join([signed, object(0xDF43, &signature)])))
}

#[cfg(test)]
mod tests {
    use super::digest_info;

    #[test]
    fn three_hashes_make_a_96_byte_octet_string() {
        let info = digest_info(&[0x55; 96]);
        assert_eq!(info.len(), 115);
        assert_eq!(
            info[..19],
            [
                0x30, 0x71, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
                0x05, 0x00, 0x04, 0x60
            ]
        );
    }
}
