//! Whether a card's certificate is one that the centre serves (card.md section 5).

use crate::dates;
use centre_wire::word::refusal;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey, sha2::Sha256};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA256WITHRSA, OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_KEY_USAGE, OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, Oid,
};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::revocation_list::CertificateRevocationList;

/// Why the centre's own trust material cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// A configured card CA is not a certificate authority.
    #[error("card CA {index} is not a self-signed certificate authority in DER: {fault}")]
    Authority {
        /// Its place in the configuration, from 0.
        index: usize,
        /// What is wrong.
        fault: &'static str,
    },
    /// A configured revocation list is not one of a configured card CA.
    #[error("revocation list {index} is not one of a configured card CA: {fault}")]
    List {
        /// Its place in the configuration, from 0.
        index: usize,
        /// What is wrong.
        fault: &'static str,
    },
    /// A card CA without revocation list could not refuse a revoked card.
    #[error("card CA {index} has no revocation list")]
    NoList {
        /// The CA's place in the configuration, from 0.
        index: usize,
    },
}

/// How long a certificate still serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// More than three months.
    Good,
    /// It expires within three months.
    ExpiresSoon,
    /// It has expired; qualification only, until the grace ends.
    InGrace,
}

/// A certificate that the centre serves.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) serial: u64,
    pub(crate) standing: Standing,
    key: RsaPublicKey,
}

impl Accepted {
    /// Whether the card signed the text with this SHA-256 (PKCS#1 v1.5).
    pub(crate) fn signed(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        self.key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature).is_ok()
    }
}

/// A refused certificate: the word for the terminal, and the serial number for the oracle where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) word: &'static str,
    pub(crate) why: &'static str,
    pub(crate) serial: Option<u64>,
}

/// The card CAs, their revocation lists and the accepted policies.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    authorities: Vec<Authority>,
    policies: Vec<String>,
}

#[derive(Debug, Clone)]
struct Authority {
    der: Vec<u8>,
    key_id: Vec<u8>,
    revoked: BTreeSet<Vec<u8>>,
}

impl Trust {
    /// Takes DER certificates and lists, and policies as dotted OIDs. A list that is past its nextUpdate is still
    /// used: suites move the clock by months, and the mock has no publisher to ask for a newer one.
    pub(crate) fn new(cas: &[Vec<u8>], lists: &[Vec<u8>], policies: &[String]) -> Result<Self, TrustError> {
        let authorities = cas
            .iter()
            .enumerate()
            .map(|(index, der)| authority(der).map_err(|fault| TrustError::Authority { index, fault }))
            .collect::<Result<_, _>>()?;
        let mut trust = Self { authorities, policies: policies.to_vec() };
        trust.replace_lists(lists)?;
        Ok(trust)
    }

    /// Takes newer revocation lists, one for each card CA. On an error the old ones stay.
    pub(crate) fn replace_lists(&mut self, lists: &[Vec<u8>]) -> Result<(), TrustError> {
        let mut revoked: Vec<Option<BTreeSet<Vec<u8>>>> = vec![None; self.authorities.len()];
        for (index, der) in lists.iter().enumerate() {
            let (of, serials) =
                list(&self.authorities, der).map_err(|fault| TrustError::List { index, fault })?;
            if let Some(place) = revoked.get_mut(of) {
                *place = Some(serials);
            }
        }
        if let Some(index) = revoked.iter().position(Option::is_none) {
            return Err(TrustError::NoList { index });
        }
        for (authority, serials) in self.authorities.iter_mut().zip(revoked.into_iter().flatten()) {
            authority.revoked = serials;
        }
        Ok(())
    }

    /// Judges a certificate as it was read from the card.
    pub(crate) fn judge(&self, der: &[u8], now: OffsetDateTime) -> Result<Accepted, Rejected> {
        let untrusted = |why| Rejected { word: refusal::CERTIFICATE_UNTRUSTED, why, serial: None };
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|_| untrusted("not an X.509 certificate"))?;
        if !rest.is_empty() {
            return Err(untrusted("bytes after the certificate"));
        }
        // A forged certificate must not put a true serial number into the oracle: chain first.
        let authority = self.issuer_of(&certificate).ok_or_else(|| untrusted("not signed by a card CA"))?;
        let serial = serial_number(certificate.raw_serial());
        let reject = |word, why| Rejected { word, why, serial };
        let Some(number) = serial else {
            return Err(reject(refusal::CERTIFICATE_UNTRUSTED, "a serial number longer than 8 bytes"));
        };
        self.check_profile(&certificate).map_err(|why| reject(refusal::CERTIFICATE_UNTRUSTED, why))?;
        let key = public_key(&certificate).map_err(|why| reject(refusal::CERTIFICATE_UNTRUSTED, why))?;
        let standing = standing(&certificate, now).map_err(|(word, why)| reject(word, why))?;
        if authority.revoked.contains(certificate.raw_serial()) {
            return Err(reject(refusal::CERTIFICATE_REVOKED, "stands on the revocation list"));
        }
        Ok(Accepted { serial: number, standing, key })
    }

    /// By key id and signature, never by name: generations of card CAs share one name (card.md section 5).
    fn issuer_of(&self, certificate: &X509Certificate<'_>) -> Option<&Authority> {
        let key_id = authority_key_id(certificate)?;
        self.authorities.iter().filter(|authority| authority.key_id == key_id).find(|authority| {
            X509Certificate::from_der(&authority.der).is_ok_and(|(_, ca)| {
                certificate.issuer().as_raw() == ca.subject().as_raw()
                    && certificate.signature_algorithm.algorithm == OID_PKCS1_SHA256WITHRSA
                    && certificate.verify_signature(Some(ca.public_key())).is_ok()
            })
        })
    }

    fn check_profile(&self, certificate: &X509Certificate<'_>) -> Result<(), &'static str> {
        let known: [Oid<'_>; 3] =
            [OID_X509_EXT_KEY_USAGE, OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_BASIC_CONSTRAINTS];
        if certificate
            .extensions()
            .iter()
            .any(|extension| extension.critical && !known.contains(&extension.oid))
        {
            return Err("an unknown critical extension");
        }
        if certificate.is_ca() {
            return Err("the certificate of an authority");
        }
        let usage = certificate.key_usage().ok().flatten().ok_or("no key usage")?;
        if !usage.critical || !usage.value.digital_signature() || usage.value.non_repudiation() {
            return Err("a key usage other than authentication");
        }
        let policies = certificate
            .get_extension_unique(&OID_X509_EXT_CERTIFICATE_POLICIES)
            .ok()
            .flatten()
            .filter(|extension| extension.critical)
            .ok_or("no critical policies")?;
        let ParsedExtension::CertificatePolicies(policies) = policies.parsed_extension() else {
            return Err("unreadable policies");
        };
        let accepted = |id: String| self.policies.contains(&id);
        if policies.iter().any(|policy| accepted(policy.policy_id.to_id_string())) {
            Ok(())
        } else {
            Err("a policy that is not for authentication")
        }
    }
}

fn authority(der: &[u8]) -> Result<Authority, &'static str> {
    let (rest, ca) = X509Certificate::from_der(der).map_err(|_| "not a certificate")?;
    if !rest.is_empty() {
        return Err("bytes after the certificate");
    }
    if !ca.is_ca() {
        return Err("not marked CA:TRUE");
    }
    let usage = ca.key_usage().ok().flatten().ok_or("no key usage")?.value;
    if !usage.key_cert_sign() || !usage.crl_sign() {
        return Err("its key may not sign certificates and lists");
    }
    ca.verify_signature(None).map_err(|_| "not self-signed")?;
    let key_id = subject_key_id(&ca).ok_or("no subject key identifier")?.to_vec();
    Ok(Authority { der: der.to_vec(), key_id, revoked: BTreeSet::new() })
}

fn list(authorities: &[Authority], der: &[u8]) -> Result<(usize, BTreeSet<Vec<u8>>), &'static str> {
    let (rest, list) = CertificateRevocationList::from_der(der).map_err(|_| "not a revocation list")?;
    if !rest.is_empty() {
        return Err("bytes after the list");
    }
    let of = authorities.iter().position(|authority| {
        X509Certificate::from_der(&authority.der).is_ok_and(|(_, ca)| {
            list.issuer().as_raw() == ca.subject().as_raw() && list.verify_signature(ca.public_key()).is_ok()
        })
    });
    let serials = list.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()).collect();
    of.map(|of| (of, serials)).ok_or("not signed by one")
}

fn standing(
    certificate: &X509Certificate<'_>,
    now: OffsetDateTime,
) -> Result<Standing, (&'static str, &'static str)> {
    let validity = certificate.validity();
    let (not_before, not_after) = (validity.not_before.to_datetime(), validity.not_after.to_datetime());
    if now < not_before {
        Err((refusal::CERTIFICATE_UNTRUSTED, "not yet valid"))
    } else if now >= dates::grace_end(not_after) {
        Err((refusal::CERTIFICATE_EXPIRED, "expired beyond the grace"))
    } else if now > not_after {
        Ok(Standing::InGrace)
    } else if dates::expires_soon(not_after, now) {
        Ok(Standing::ExpiresSoon)
    } else {
        Ok(Standing::Good)
    }
}

fn public_key(certificate: &X509Certificate<'_>) -> Result<RsaPublicKey, &'static str> {
    let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else {
        return Err("a key other than RSA");
    };
    let key = RsaPublicKey::new(BigUint::from_bytes_be(key.modulus), BigUint::from_bytes_be(key.exponent))
        .map_err(|_| "an impossible RSA key")?;
    if rsa::traits::PublicKeyParts::size(&key) < 256 { Err("an RSA key below 2048 bits") } else { Ok(key) }
}

fn authority_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    let extension = certificate.get_extension_unique(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER).ok()??;
    let ParsedExtension::AuthorityKeyIdentifier(id) = extension.parsed_extension() else { return None };
    id.key_identifier.as_ref().map(|id| id.0)
}

fn subject_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    let extension = certificate.get_extension_unique(&OID_X509_EXT_SUBJECT_KEY_IDENTIFIER).ok()??;
    let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() else { return None };
    Some(id.0)
}

fn serial_number(der: &[u8]) -> Option<u64> {
    let digits = der.iter().skip_while(|byte| **byte == 0);
    (digits.clone().count() <= 8).then(|| digits.fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
