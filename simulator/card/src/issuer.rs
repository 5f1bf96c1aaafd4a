//! The simulated issuer: two certificate authorities, the card-face authority and the stand-in key.

use rand_chacha::rand_core::RngCore;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::ber::{join, object};
use crate::certificate::{self as x509, Attribute, Statement};
use crate::keys::{IssueError, Key, generator};
use crate::persona::Persona;
use crate::standin;

const AGENCY: &str = "Simulated Agency for Local Authority Information Systems";

/// One certificate authority.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Authority {
    pub(crate) key: Key,
    #[serde(with = "crate::storage::hex")]
    pub(crate) name: Vec<u8>,
    pub(crate) serial: u32,
    #[serde(with = "crate::storage::hex")]
    pub(crate) certificate: Vec<u8>,
}

impl Authority {
    fn create(
        key: Key,
        unit: &str,
        title: &str,
        serial: u32,
        now: OffsetDateTime,
    ) -> Result<Self, IssueError> {
        let name = x509::name(&[
            (Attribute::Country, "JP"),
            (Attribute::Organization, "JPKI-SIM"),
            (Attribute::Unit, unit),
            (Attribute::Unit, AGENCY),
        ]);
        let title = japanese_name(title);
        let extensions = join([
            x509::key_usage(1, 0x06),
            x509::subject_alt_name(&crate::der::context(4, &title)),
            x509::basic_constraints_ca(),
            x509::distribution_point(&name),
            x509::subject_key(&key)?,
        ]);
        let statement = Statement {
            serial,
            issuer: &name,
            subject: &name,
            not_before: now - Duration::days(6 * 365),
            not_after: now + Duration::days(10 * 365),
            extensions,
        };
        let certificate = x509::certificate(&statement, &key, &key)?;
        Ok(Self { key, name, serial, certificate })
    }

    pub(crate) fn authority_key(&self) -> Result<Vec<u8>, IssueError> {
        x509::authority_key(&self.key, &self.name, self.serial)
    }
}

fn japanese_name(title: &str) -> Vec<u8> {
    x509::name(&[(Attribute::Country, "JP"), (Attribute::Organization, title)])
}

/// Everything that makes a simulated card genuine. Deterministic from its seed and time; can be cached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Issuer {
    pub(crate) auth: Authority,
    pub(crate) sign: Authority,
    face_root: Key,
    face_issuing: Key,
    #[serde(with = "crate::storage::hex")]
    standin_seed: Vec<u8>,
}

/// The four RSA keys of an issuer. Slow to make, so they can be made in parallel elsewhere.
#[derive(Debug, Clone)]
pub struct IssuerKeys([Key; 4]);

impl IssuerKeys {
    /// The names of the keys, in the order of [`IssuerKeys::new`].
    pub const PURPOSES: [&'static str; 4] = ["auth CA", "sign CA", "face root", "face issuing"];

    /// Takes keys made by [`Key::generate`] with [`Self::PURPOSES`].
    #[must_use]
    pub const fn new(keys: [Key; 4]) -> Self {
        Self(keys)
    }

    /// Makes all four, one after the other.
    ///
    /// # Errors
    /// [`IssueError::Key`].
    pub fn generate(seed: u64) -> Result<Self, IssueError> {
        let [a, b, c, d] = Self::PURPOSES;
        Ok(Self([
            Key::generate(seed, a)?,
            Key::generate(seed, b)?,
            Key::generate(seed, c)?,
            Key::generate(seed, d)?,
        ]))
    }
}

impl Issuer {
    /// The issuer of a seed; makes four RSA keys.
    ///
    /// # Errors
    /// [`IssueError`] when a key or the stand-in key cannot be made.
    pub fn create(seed: u64, now: OffsetDateTime) -> Result<Self, IssueError> {
        Self::with_keys(IssuerKeys::generate(seed)?, seed, now)
    }

    /// The issuer of a seed with keys made elsewhere.
    ///
    /// # Errors
    /// [`IssueError`] when a certificate cannot be signed.
    pub fn with_keys(keys: IssuerKeys, seed: u64, now: OffsetDateTime) -> Result<Self, IssueError> {
        let IssuerKeys([auth, sign, face_root, face_issuing]) = keys;
        let mut standin_seed = vec![0; 32];
        generator(seed, "stand-in").fill_bytes(&mut standin_seed);
        let issuer = Self {
            auth: Authority::create(
                auth,
                "JPKI for user authentication",
                "模擬公的個人認証サービス利用者証明用",
                101,
                now,
            )?,
            sign: Authority::create(
                sign,
                "JPKI for digital signature",
                "模擬公的個人認証サービス署名用",
                102,
                now,
            )?,
            face_root,
            face_issuing,
            standin_seed,
        };
        issuer.standin_pair()?;
        Ok(issuer)
    }

    /// The CA of the 利用者証明用 certificates, DER (EF 000B).
    #[must_use]
    pub fn auth_ca(&self) -> &[u8] {
        &self.auth.certificate
    }

    /// The CA of the 署名用 certificates, DER (EF 0002).
    #[must_use]
    pub fn sign_ca(&self) -> &[u8] {
        &self.sign.certificate
    }

    /// The public key that signs the card-verifiable certificate of EF 0004, PKCS#1 DER.
    ///
    /// # Errors
    /// [`IssueError::Encoding`].
    pub fn face_root_public(&self) -> Result<Vec<u8>, IssueError> {
        self.face_root.public_der()
    }

    /// The public key of the stand-in, Ed25519, 32 bytes.
    ///
    /// # Errors
    /// [`IssueError::StandIn`].
    pub fn standin_public(&self) -> Result<[u8; 32], IssueError> {
        self.standin_pair()?.public_key().as_ref().try_into().map_err(|_| IssueError::StandIn)
    }

    /// The stand-in's signature that permits one card signature over a text with this SHA-256.
    ///
    /// # Errors
    /// [`IssueError::StandIn`].
    pub fn permit(&self, text_hash: &[u8; 32]) -> Result<[u8; 64], IssueError> {
        let signature = self.standin_pair()?.sign(&standin::permission(text_hash));
        signature.as_ref().try_into().map_err(|_| IssueError::StandIn)
    }

    /// A PKCS#8-free way to hand the stand-in key to the mock centre: its 32-byte seed.
    #[must_use]
    pub fn standin_seed(&self) -> &[u8] {
        &self.standin_seed
    }

    /// The revocation list of the 利用者証明用 CA, DER, for a week from `now`.
    ///
    /// # Errors
    /// [`IssueError::Key`].
    pub fn revocation_list(&self, revoked: &[u32], now: OffsetDateTime) -> Result<Vec<u8>, IssueError> {
        x509::revocation_list(&self.auth.name, &self.auth.key, revoked, now, self.auth.authority_key()?)
    }

    /// The 利用者証明用 certificate of a card (card.md section 5).
    pub(crate) fn auth_certificate(
        &self,
        persona: &Persona,
        key: &Key,
        (not_before, not_after): (OffsetDateTime, OffsetDateTime),
    ) -> Result<Vec<u8>, IssueError> {
        let subject = x509::name(&[
            (Attribute::Country, "JP"),
            (Attribute::CommonName, &format!("{:010}SIM99999A", persona.serial)),
        ]);
        let extensions = join([
            x509::key_usage(7, 0x80),
            x509::client_auth(),
            x509::policy(30),
            x509::issuer_alt_name(&japanese_name("模擬公的個人認証サービス")),
            x509::distribution_point(&self.distribution_name("JPKI for user authentication")),
            x509::ocsp(),
            self.auth.authority_key()?,
            x509::subject_key(key)?,
        ]);
        let statement = Statement {
            serial: persona.serial,
            issuer: &self.auth.name,
            subject: &subject,
            not_before,
            not_after,
            extensions,
        };
        x509::certificate(&statement, key, &self.auth.key)
    }

    /// The 署名用 certificate of a card; it alone carries name, birth date, sex and address.
    pub(crate) fn sign_certificate(
        &self,
        persona: &Persona,
        key: &Key,
        (not_before, not_after): (OffsetDateTime, OffsetDateTime),
    ) -> Result<Vec<u8>, IssueError> {
        let subject = x509::name(&[
            (Attribute::Country, "JP"),
            (Attribute::Locality, "Kakuu-ken"),
            (Attribute::Locality, "Mihon-shi"),
            (Attribute::CommonName, &format!("20260101000000{:08}99999A", persona.serial)),
        ]);
        let (era, _) = crate::dates::era(persona.birth);
        let birth = format!("{era}{}", crate::dates::compact(persona.birth));
        let items: [(u32, &str); 6] = [
            (1, &persona.name),
            (4, &birth),
            (3, persona.sex.digit()),
            (5, &persona.address),
            (2, &"0".repeat(persona.name.chars().count())),
            (6, &"0".repeat(persona.address.chars().count())),
        ];
        let names: Vec<u8> = items
            .into_iter()
            .flat_map(|(arc, text)| x509::other_name(&[1, 2, 392, 200_149, 8, 5, 5, arc], text))
            .collect();
        let extensions = join([
            x509::key_usage(6, 0xC0),
            x509::subject_alt_name(&names),
            x509::policy(20),
            x509::issuer_alt_name(&japanese_name("模擬公的個人認証サービス")),
            x509::distribution_point(&self.distribution_name("JPKI for digital signature")),
            self.sign.authority_key()?,
            x509::subject_key(key)?,
        ]);
        let statement = Statement {
            serial: persona.serial + 1,
            issuer: &self.sign.name,
            subject: &subject,
            not_before,
            not_after,
            extensions,
        };
        x509::certificate(&statement, key, &self.sign.key)
    }

    fn distribution_name(&self, unit: &str) -> Vec<u8> {
        x509::name(&[
            (Attribute::Country, "JP"),
            (Attribute::Organization, "JPKI-SIM"),
            (Attribute::Unit, unit),
            (Attribute::Unit, "CRL Distribution Points"),
            (Attribute::Unit, "Kakuu-ken"),
            (Attribute::CommonName, "Mihon-shi CRLDP"),
        ])
    }

    /// The card-verifiable certificate of the issuing key (EF 0004, 568 bytes): `5F4E` issuer key id, subject
    /// key id, public key; `5F37` the root's RSA signature with SHA-256 over the value of `5F4E`.
    pub(crate) fn card_verifiable_certificate(&self) -> Result<Vec<u8>, IssueError> {
        let body = [
            key_identifier(&self.face_root)?,
            key_identifier(&self.face_issuing)?,
            self.face_issuing.card_public(),
        ]
        .concat();
        let signature = self.face_root.sign_message(&body)?;
        Ok(object(0x7F21, &join([object(0x5F4E, &body), object(0x5F37, &signature)])))
    }

    /// The issuing key's PKCS#1 v1.5 signature over a DigestInfo.
    pub(crate) fn sign_face(&self, digest_info: &[u8]) -> Result<Vec<u8>, IssueError> {
        self.face_issuing.sign_raw(digest_info).ok_or_else(|| IssueError::Key {
            subject: "face issuing".to_owned(),
            source: rsa::Error::MessageTooLong,
        })
    }

    fn standin_pair(&self) -> Result<Ed25519KeyPair, IssueError> {
        Ed25519KeyPair::from_seed_unchecked(&self.standin_seed).map_err(|_| IssueError::StandIn)
    }
}

/// Seven digits, `08 05`, three digits, four bytes of the key.
fn key_identifier(key: &Key) -> Result<Vec<u8>, IssueError> {
    let identifier = key.identifier()?;
    Ok([b"9999999", &[0x08, 0x05][..], b"999", identifier.get(..4).unwrap_or(&[0; 4])].concat())
}
