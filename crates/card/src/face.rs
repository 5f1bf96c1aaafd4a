//! 券面事項確認AP: the photo, opened by 照合番号B, proved to be signed and to be this chip's own
//! (card.md sections 2.3, 4.6 and 5).

use crate::asn1::{self, Object};
use crate::jpki::{self, PinOutcome, Tries};
use crate::session::{self, FACE};
use crate::{CardChannel, CardError, Command, FaceTrust, Step};
use model::{NumberB, Pii, Purpose};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256};

const EF_FACE: u16 = 0x0002;
const EF_FACE_KEY: u16 = 0x0004;
const EF_NUMBER_B: u16 = 0x0012;

/// DigestInfo of SHA-256 up to its 32 bytes (card.md section 4.1).
pub(crate) const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];
/// The same with room for three values: 96 bytes.
const THREE_SHA256_PREFIX: [u8; 19] = [
    0x30, 0x71, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x60,
];

/// Tries left on 照合番号B.
pub type NumberBTries = Tries;

/// The photo on the card, JPEG 2000 in a JP2 box: signed by a trusted issuer, and this chip's own.
#[derive(Debug, Clone)]
pub struct Photo {
    /// The JP2 file.
    pub jp2: Pii<Vec<u8>>,
}

/// Asks for the tries left on 照合番号B; costs none.
///
/// # Errors
/// What the card or the way to it did wrong.
pub fn number_b_tries(channel: &mut dyn CardChannel) -> Result<NumberBTries, CardError> {
    session::select_application(channel, Step::SelectFace, &FACE)?;
    session::done(channel, Step::NumberB, &Command::select_file(EF_NUMBER_B))?;
    jpki::tries_left(channel, Step::NumberB)
}

/// Opens the card face with 照合番号B, sent once and never as the last try, and reads the photo. `challenge` is
/// freshly drawn by the caller; the chip signs it with the key that the issuer's signature binds to the photo.
/// The card-face application stays selected and open: end with [`crate::end_session`].
///
/// # Errors
/// [`CardError::NumberBWrong`], [`CardError::NumberBLastTry`], [`CardError::NumberBLocked`],
/// [`CardError::PhotoForged`], [`CardError::PhotoOfOtherChip`], or what the card did wrong.
pub fn read_photo(
    channel: &mut dyn CardChannel,
    number: &NumberB,
    trust: &FaceTrust,
    challenge: [u8; 32],
) -> Result<Photo, CardError> {
    open(channel, number)?;
    session::done(channel, Step::ReadFaceKey, &Command::select_file(EF_FACE_KEY))?;
    let certificate = session::read_object(channel, Step::ReadFaceKey, 0x7F21)?;
    let signer = certified_key(&certificate, trust)?;
    session::done(channel, Step::ReadFace, &Command::select_file(EF_FACE))?;
    let file = session::read_object(channel, Step::ReadFace, 0xFF20)?;
    let face = CardFace::parse(&file)?;
    face.check_signature(&signer)?;
    prove_chip(channel, face.chip_key()?, challenge)?;
    Ok(Photo { jp2: Pii::new(face.photo()?.to_vec()) })
}

fn open(channel: &mut dyn CardChannel, number: &NumberB) -> Result<(), CardError> {
    match number_b_tries(channel)? {
        Tries::Locked => return Err(CardError::NumberBLocked),
        Tries::Left(1) => return Err(CardError::NumberBLastTry),
        Tries::Left(_) => {}
    }
    let command = Command::verify(number.expose(Purpose::SendToCard));
    let sw = session::exchange(channel, Step::NumberB, &command)?.sw();
    match jpki::judge_verify(sw) {
        Some(PinOutcome::Right) => Ok(()),
        Some(PinOutcome::Wrong { left }) => Err(CardError::NumberBWrong { left }),
        Some(PinOutcome::Locked) => Err(CardError::NumberBLocked),
        None => Err(CardError::Status { step: Step::NumberB, sw }),
    }
}

/// The key of the card-verifiable certificate, if a trusted issuer signed it.
fn certified_key(certificate: &[u8], trust: &FaceTrust) -> Result<RsaPublicKey, CardError> {
    let malformed = |cause| CardError::Malformed { step: Step::ReadFaceKey, cause };
    let (outer, _) = asn1::split(certificate).ok_or_else(|| malformed("not a BER object"))?;
    let objects = asn1::all(outer.value).ok_or_else(|| malformed("objects do not fit their certificate"))?;
    let body = asn1::value_of(&objects, 0x5F4E).ok_or_else(|| malformed("no body (5F4E)"))?;
    let signature = asn1::value_of(&objects, 0x5F37).ok_or_else(|| malformed("no signature (5F37)"))?;
    let digest = Sha256::digest(body);
    let believed =
        trust.keys().iter().any(|key| key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature).is_ok());
    if !believed {
        return Err(CardError::PhotoForged { cause: "no trusted issuer signed the key (EF 0004)" });
    }
    // Issuer key id and subject key id, 16 bytes each, stand before the key.
    let key = body.get(32..).and_then(public_key);
    key.ok_or_else(|| malformed("no RSA-2048 key behind the key ids"))
}

/// Has the chip sign the challenge with its own key.
fn prove_chip(channel: &mut dyn CardChannel, key: &[u8], challenge: [u8; 32]) -> Result<(), CardError> {
    let step = Step::ProveChip;
    let key = public_key(key).ok_or(CardError::Malformed { step, cause: "DF24 is not an RSA-2048 key" })?;
    let digest = Sha256::digest(challenge);
    let digest_info = [&SHA256_PREFIX[..], &digest].concat();
    let command = Command::new(0x80, 0x2A, 0x00, 0x00).data(&digest_info).expect(0x00);
    let response = session::done(channel, step, &command)?;
    key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, response.data())
        .map_err(|_| CardError::PhotoOfOtherChip)
}

/// `90 03 010001 91 820100 n`, RSA-2048 and nothing else: other sizes do not occur and would only serve an attack.
fn public_key(bytes: &[u8]) -> Option<RsaPublicKey> {
    let objects = asn1::all(bytes)?;
    let n = BigUint::from_bytes_be(asn1::value_of(&objects, 0x91)?);
    let e = BigUint::from_bytes_be(asn1::value_of(&objects, 0x90)?);
    RsaPublicKey::new(n, e).ok().filter(|key| key.n().bits() == 2048)
}

/// EF 0002 taken apart; the offset table and the nine objects it points at.
struct CardFace<'a> {
    objects: Vec<Object<'a>>,
}

impl<'a> CardFace<'a> {
    fn parse(file: &'a [u8]) -> Result<Self, CardError> {
        let (outer, _) = asn1::split(file).ok_or(malformed("not a BER object"))?;
        let objects = asn1::all(outer.value).ok_or(malformed("objects do not fit the file"))?;
        if !objects.iter().map(|object| object.tag).eq(0xDF21..=0xDF2A) {
            return Err(malformed("not the ten objects DF21 to DF2A"));
        }
        let face = Self { objects };
        face.check_offsets(file.len().saturating_sub(outer.value.len()))?;
        Ok(face)
    }

    /// The table says where DF22 to DF2A begin, from byte 0 of the file: checked, not trusted.
    fn check_offsets(&self, first: usize) -> Result<(), CardError> {
        let mut at = first;
        let mut expected = Vec::new();
        for object in &self.objects {
            expected.push(at);
            at = at.saturating_add(object.whole.len());
        }
        let table = self.value(0xDF21)?;
        let (entries, rest) = table.as_chunks::<2>();
        let entries = entries.iter().map(|entry| usize::from(u16::from_be_bytes(*entry)));
        if rest.is_empty() && entries.eq(expected.into_iter().skip(1)) {
            Ok(())
        } else {
            Err(malformed("the offset table (DF21) is wrong"))
        }
    }

    fn value(&self, tag: u32) -> Result<&'a [u8], CardError> {
        asn1::value_of(&self.objects, tag).ok_or(malformed("an object is missing"))
    }

    fn photo(&self) -> Result<&'a [u8], CardError> {
        self.value(0xDF27)
    }

    fn chip_key(&self) -> Result<&'a [u8], CardError> {
        self.value(0xDF24)
    }

    /// Three groups are hashed, each as its objects stand in the file.
    fn check_signature(&self, signer: &RsaPublicKey) -> Result<(), CardError> {
        let mut digest_info = THREE_SHA256_PREFIX.to_vec();
        for group in [0xDF22..=0xDF24, 0xDF25..=0xDF26, 0xDF27..=0xDF27] {
            let mut hash = Sha256::new();
            self.objects
                .iter()
                .filter(|object| group.contains(&object.tag))
                .for_each(|o| hash.update(o.whole));
            digest_info.extend_from_slice(&hash.finalize());
        }
        signer
            .verify(Pkcs1v15Sign::new_unprefixed(), &digest_info, self.value(0xDF28)?)
            .map_err(|_| CardError::PhotoForged { cause: "the card face's signature (DF28) is wrong" })
    }
}

const fn malformed(cause: &'static str) -> CardError {
    CardError::Malformed { step: Step::ReadFace, cause }
}
