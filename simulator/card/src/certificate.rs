//! X.509 in the profile of the JPKI certificates, with the names of the simulated issuer.

use time::OffsetDateTime;

use crate::der::{
    bits, context, context_primitive, ia5, integer, null, octets, oid, printable, sequence, set, time, truth,
    utf8,
};
use crate::keys::{IssueError, Key};

const ID_CE: [u32; 3] = [2, 5, 29];
const SHA256_WITH_RSA: [u32; 7] = [1, 2, 840, 113_549, 1, 1, 11];
const RSA_ENCRYPTION: [u32; 7] = [1, 2, 840, 113_549, 1, 1, 1];

/// What a name attribute is.
#[derive(Clone, Copy)]
pub(crate) enum Attribute {
    Country,
    Organization,
    Unit,
    Locality,
    CommonName,
}

/// A distinguished name: C as PrintableString, all others as UTF8String.
pub(crate) fn name(attributes: &[(Attribute, &str)]) -> Vec<u8> {
    let sets: Vec<u8> = attributes
        .iter()
        .flat_map(|(attribute, text)| {
            let (arc, value) = match attribute {
                Attribute::Country => (6, printable(text)),
                Attribute::Organization => (10, utf8(text)),
                Attribute::Unit => (11, utf8(text)),
                Attribute::Locality => (7, utf8(text)),
                Attribute::CommonName => (3, utf8(text)),
            };
            set(&sequence([oid(&[2, 5, 4, arc]), value]))
        })
        .collect();
    crate::ber::object(0x30, &sets)
}

/// One extension of a certificate or revocation list.
pub(crate) fn extension(id: &[u32], critical: bool, value: &[u8]) -> Vec<u8> {
    if critical { sequence([oid(id), truth(), octets(value)]) } else { sequence([oid(id), octets(value)]) }
}

fn standard(arc: u32, critical: bool, value: &[u8]) -> Vec<u8> {
    let [a, b, c] = ID_CE;
    extension(&[a, b, c, arc], critical, value)
}

/// Bits of KeyUsage with their trailing zeros cut, as DER wants named bits.
pub(crate) fn key_usage(unused: u8, byte: u8) -> Vec<u8> {
    standard(15, true, &bits(unused, &[byte]))
}

pub(crate) fn client_auth() -> Vec<u8> {
    standard(37, false, &sequence([oid(&[1, 3, 6, 1, 5, 5, 7, 3, 2])]))
}

/// SubjectAltName with the given GeneralName values.
pub(crate) fn subject_alt_name(names: &[u8]) -> Vec<u8> {
    standard(17, false, &crate::ber::object(0x30, names))
}

pub(crate) fn issuer_alt_name(directory: &[u8]) -> Vec<u8> {
    standard(18, false, &sequence([context(4, directory)]))
}

/// One otherName with a UTF8String.
pub(crate) fn other_name(id: &[u32], text: &str) -> Vec<u8> {
    context(0, &[oid(id), context(0, &utf8(text))].concat())
}

/// The critical policy of the card's certificates, in the arc of the test cards.
pub(crate) fn policy(last: u32) -> Vec<u8> {
    let id = oid(&[1, 2, 392, 200_149, 8, 5, 1, 0, last]);
    let qualifier = sequence([oid(&[1, 3, 6, 1, 5, 5, 7, 2, 1]), ia5("http://jpki-sim.invalid/cps.html")]);
    standard(32, true, &sequence([sequence([id, sequence([qualifier])])]))
}

pub(crate) fn distribution_point(directory: &[u8]) -> Vec<u8> {
    let full_name = context(0, &context(0, &context(4, directory)));
    standard(31, false, &sequence([sequence([full_name])]))
}

pub(crate) fn ocsp() -> Vec<u8> {
    let access = sequence([
        oid(&[1, 3, 6, 1, 5, 5, 7, 48, 1]),
        context_primitive(6, b"http://ocsp.jpki-sim.invalid/"),
    ]);
    extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], false, &sequence([access]))
}

/// Key id, issuer name and serial of the signing CA, as the card's certificates carry it.
pub(crate) fn authority_key(
    issuer: &Key,
    issuer_name: &[u8],
    issuer_serial: u32,
) -> Result<Vec<u8>, IssueError> {
    let serial = integer(issuer_serial);
    let (_, serial_value) = serial.split_at_checked(2).unwrap_or((&[], &[]));
    Ok(standard(
        35,
        false,
        &sequence([
            context_primitive(0, &issuer.identifier()?),
            context(1, &context(4, issuer_name)),
            context_primitive(2, serial_value),
        ]),
    ))
}

pub(crate) fn subject_key(key: &Key) -> Result<Vec<u8>, IssueError> {
    Ok(standard(14, false, &octets(&key.identifier()?)))
}

pub(crate) fn basic_constraints_ca() -> Vec<u8> {
    standard(19, true, &sequence([truth()]))
}

/// What a certificate says, beside its key.
pub(crate) struct Statement<'a> {
    pub(crate) serial: u32,
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
    /// In the order of the profile.
    pub(crate) extensions: Vec<u8>,
}

/// A signed certificate, DER.
pub(crate) fn certificate(statement: &Statement<'_>, key: &Key, signer: &Key) -> Result<Vec<u8>, IssueError> {
    let subject_key = sequence([sequence([oid(&RSA_ENCRYPTION), null()]), bits(0, &key.public_der()?)]);
    let tbs = sequence([
        context(0, &integer(2)),
        integer(statement.serial),
        algorithm(),
        statement.issuer.to_vec(),
        sequence([time(statement.not_before), time(statement.not_after)]),
        statement.subject.to_vec(),
        subject_key,
        context(3, &crate::ber::object(0x30, &statement.extensions)),
    ]);
    signed(tbs, signer)
}

/// A signed revocation list, DER.
pub(crate) fn revocation_list(
    issuer: &[u8],
    signer: &Key,
    revoked: &[u32],
    now: OffsetDateTime,
    authority: Vec<u8>,
) -> Result<Vec<u8>, IssueError> {
    let entries: Vec<u8> = revoked
        .iter()
        .flat_map(|serial| sequence([integer(*serial), time(now - time::Duration::days(1))]))
        .collect();
    let number = standard(20, false, &integer(u32::try_from(now.unix_timestamp()).unwrap_or(1)));
    let extensions = context(0, &sequence([authority, number]));
    let validity = [time(now), time(now + time::Duration::days(7))].concat();
    // RFC 5280, 5.1.2.6: the list is left out when nothing is revoked.
    let list = if entries.is_empty() { Vec::new() } else { crate::ber::object(0x30, &entries) };
    signed(sequence([integer(1), algorithm(), issuer.to_vec(), validity, list, extensions]), signer)
}

fn algorithm() -> Vec<u8> {
    sequence([oid(&SHA256_WITH_RSA), null()])
}

fn signed(tbs: Vec<u8>, signer: &Key) -> Result<Vec<u8>, IssueError> {
    let signature = signer.sign_message(&tbs)?;
    Ok(sequence([tbs, algorithm(), bits(0, &signature)]))
}
