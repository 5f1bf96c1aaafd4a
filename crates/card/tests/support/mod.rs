//! A scripted card with real keys and signatures, just enough of card.md for the procedures.

use card::{CardChannel, ChannelError, FaceTrust};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs8::EncodePrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;

pub const JP2: &[u8] = include_bytes!("../files/face.jp2");
pub const NUMBER_B: &[u8; 14] = b"55021720352285";
const FACE: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
const JPKI: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const ISSUER: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

pub struct Keys {
    pub issuer: RsaPrivateKey,
    pub signer: RsaPrivateKey,
    pub chip: RsaPrivateKey,
}

pub static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut key = || RsaPrivateKey::new(&mut rng, 2048).unwrap();
    Keys { issuer: key(), signer: key(), chip: key() }
});

pub fn trust() -> FaceTrust {
    FaceTrust::new(vec![RsaPublicKey::from(&KEYS.issuer)])
}

/// A CA and a leaf under an issuer organisation: (CA as PEM, leaf as DER).
pub fn certificates(organisation: &str) -> (String, Vec<u8>) {
    let key = |key: &RsaPrivateKey| {
        let der = key.to_pkcs8_der().unwrap();
        let der = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(
            &der.as_bytes().to_vec().into(),
            &rcgen::PKCS_RSA_SHA256,
        );
        der.unwrap()
    };
    let mut ca = rcgen::CertificateParams::default();
    ca.distinguished_name = rcgen::DistinguishedName::new();
    ca.distinguished_name.push(rcgen::DnType::CountryName, "JP");
    ca.distinguished_name.push(rcgen::DnType::OrganizationName, organisation);
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_key = key(&KEYS.issuer);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let mut leaf = rcgen::CertificateParams::default();
    leaf.not_after = rcgen::date_time_ymd(2031, 2, 17);
    leaf.serial_number = Some(rcgen::SerialNumber::from(vec![0x01, 0x02, 0x03]));
    let leaf = leaf.signed_by(&key(&KEYS.chip), &rcgen::Issuer::from_params(&ca, ca_key)).unwrap();
    (ca_pem, leaf.der().to_vec())
}

pub fn tlv(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_vec();
    match value.len() {
        len @ 0..=127 => out.push(len as u8),
        len @ 128..=255 => out.extend([0x81, len as u8]),
        len => out.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    out.extend_from_slice(value);
    out
}

fn key_object(key: &RsaPrivateKey) -> Vec<u8> {
    [tlv(&[0x90], &key.e().to_bytes_be()), tlv(&[0x91], &key.n().to_bytes_be())].concat()
}

fn sign(key: &RsaPrivateKey, digest_info: &[u8]) -> Vec<u8> {
    key.sign(Pkcs1v15Sign::new_unprefixed(), digest_info).unwrap()
}

fn digest_info(hashes: &[u8]) -> Vec<u8> {
    let oid = tlv(&[0x30], b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00");
    tlv(&[0x30], &[oid, tlv(&[0x04], hashes)].concat())
}

/// EF 0002 as card.md 2.3 lays it out.
pub fn face_file(photo: &[u8], signer: &RsaPrivateKey) -> Vec<u8> {
    let groups = [
        [tlv(b"\xDF\x22", b"19800217"), tlv(b"\xDF\x23", b"1"), tlv(b"\xDF\x24", &key_object(&KEYS.chip))]
            .to_vec(),
        [tlv(b"\xDF\x25", b"name as PNG"), tlv(b"\xDF\x26", b"address as PNG")].to_vec(),
        [tlv(b"\xDF\x27", photo)].to_vec(),
    ];
    let hashes: Vec<u8> = groups.iter().flat_map(|group| Sha256::digest(group.concat()).to_vec()).collect();
    let mut objects = groups.concat();
    objects.push(tlv(b"\xDF\x28", &sign(signer, &digest_info(&hashes))));
    objects.push(tlv(b"\xDF\x29", b"20350217"));
    objects.push(tlv(b"\xDF\x2A", b"code as PNG"));
    // Two bytes of tag, three of length, then the table with its own three.
    let mut at = 5 + 3 + 18;
    let mut table = Vec::new();
    for object in &objects {
        table.extend((at as u16).to_be_bytes());
        at += object.len();
    }
    tlv(b"\xFF\x20", &[tlv(b"\xDF\x21", &table), objects.concat()].concat())
}

/// EF 0004: the signer's key under the issuer's signature.
pub fn key_certificate(issuer: &RsaPrivateKey) -> Vec<u8> {
    let body = [vec![b'6'; 16], vec![b'1'; 16], key_object(&KEYS.signer)].concat();
    let signature = sign(issuer, &digest_info(&Sha256::digest(&body)));
    tlv(b"\x7F\x21", &[tlv(b"\x5F\x4E", &body), tlv(b"\x5F\x37", &signature)].concat())
}

/// The card. Files by application and id; one counter per secret.
pub struct TestCard {
    pub files: HashMap<(u8, u16), Vec<u8>>,
    pub number_b_left: u8,
    pub pin_left: u8,
    pub chip: RsaPrivateKey,
    /// Every command sent, for counting VERIFYs.
    pub log: Vec<Vec<u8>>,
    /// Answers this many bytes at most to one READ.
    pub most_read: usize,
    /// Is pulled before this command, counted from 0.
    pub pulled_at: Option<usize>,
    application: u8,
    file: u16,
    open: bool,
}

impl TestCard {
    pub fn new(organisation: &str) -> Self {
        let mut label = b"JPKIAPICCTOKEN2".to_vec();
        label.resize(160, b' ');
        let filler = |mut file: Vec<u8>| {
            file.extend([0xFF; 40]);
            file
        };
        let files = HashMap::from([
            ((b'j', 0x0006), label),
            ((b'j', 0x000A), certificates(organisation).1),
            ((b'f', 0x0002), filler(face_file(JP2, &KEYS.signer))),
            ((b'f', 0x0004), key_certificate(&KEYS.issuer)),
        ]);
        Self {
            files,
            number_b_left: 10,
            pin_left: 3,
            chip: KEYS.chip.clone(),
            log: vec![],
            most_read: 256,
            pulled_at: None,
            application: 0,
            file: 0,
            open: false,
        }
    }

    pub fn count(&self, wanted: impl Fn(&[u8]) -> bool) -> usize {
        self.log.iter().filter(|command| wanted(command)).count()
    }

    fn verify(&mut self, secret: &[u8]) -> Vec<u8> {
        let (left, right) = match (self.application, self.file) {
            (b'f', 0x0012) => (&mut self.number_b_left, &NUMBER_B[..]),
            (b'j', 0x0018) => (&mut self.pin_left, &b"1234"[..]),
            _ => return vec![0x69, 0x86],
        };
        if *left == 0 {
            return if secret.is_empty() { vec![0x63, 0xC0] } else { vec![0x69, 0x84] };
        }
        if secret.is_empty() {
            return vec![0x63, 0xC0 | *left];
        }
        if secret == right {
            self.open = true;
            return vec![0x90, 0x00];
        }
        *left -= 1;
        vec![0x63, 0xC0 | *left]
    }

    fn read(&self, offset: usize, le: u8) -> Vec<u8> {
        if self.application == b'f' && self.file == 0x0002 && !self.open {
            return vec![0x69, 0x82];
        }
        let Some(file) = self.files.get(&(self.application, self.file)) else { return vec![0x69, 0x86] };
        let Some(rest) = file.get(offset..).filter(|rest| !rest.is_empty()) else { return vec![0x6B, 0x00] };
        let wanted = if le == 0 { 256 } else { usize::from(le) };
        [&rest[..wanted.min(rest.len()).min(self.most_read)], &[0x90, 0x00]].concat()
    }
}

impl CardChannel for TestCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if self.pulled_at == Some(self.log.len()) {
            return Ok(vec![]);
        }
        self.log.push(command.to_vec());
        Ok(match command {
            [0x00, 0xA4, 0x04, 0x0C, _, aid @ ..] => {
                self.open = false;
                self.application = match aid {
                    _ if aid == JPKI => b'j',
                    _ if aid == FACE => b'f',
                    _ if aid == ISSUER => 0,
                    _ => return Ok(vec![0x6A, 0x82]),
                };
                vec![0x90, 0x00]
            }
            [0x00, 0xA4, 0x02, 0x0C, 0x02, high, low] => {
                self.file = u16::from_be_bytes([*high, *low]);
                vec![0x90, 0x00]
            }
            [0x00, 0x20, 0x00, 0x80] => self.verify(&[]),
            [0x00, 0x20, 0x00, 0x80, _, secret @ ..] => self.verify(secret),
            [0x00, 0xB0, high, low, le] => self.read(usize::from(*high) << 8 | usize::from(*low), *le),
            [0x80, 0x2A, 0x00, 0x00, _, digest_info @ .., 0x00] => {
                [sign(&self.chip, digest_info), vec![0x90, 0x00]].concat()
            }
            _ => vec![0x6D, 0x00],
        })
    }
}
