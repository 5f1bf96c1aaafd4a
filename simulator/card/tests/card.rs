//! The card's answers, APDU by APDU.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the helpers of a test may fail loudly"
)]

use std::sync::LazyLock;

use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest, Sha256};
use simulator_card::{
    AID_FACE, AID_ISSUER_DOMAIN, AID_JPKI, AID_TEXT, Card, CardKeys, Fault, FaultContext, IssueOptions,
    Issuer, Persona, personas, standin,
};
use time::OffsetDateTime;
use time::macros::datetime;
use x509_parser::prelude::{CertificateRevocationList, FromDer, ParsedExtension, X509Certificate};

const NOW: OffsetDateTime = datetime!(2026-07-01 00:00 UTC);
const SEED: u64 = 7;

static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::create(SEED, NOW).unwrap());
static KEYS: LazyLock<[CardKeys; 2]> =
    LazyLock::new(|| ["a", "b"].map(|name| CardKeys::generate(SEED, name).unwrap()));

fn persona(id: &str) -> Persona {
    personas().into_iter().find(|persona| persona.id == id).unwrap()
}

fn card_with(id: &str, keys: usize) -> Card {
    let photo = format!("photo of {id}").into_bytes();
    let options = IssueOptions { photo, keys: Some(KEYS[keys].clone()), ..IssueOptions::default() };
    Card::issue(&ISSUER, &persona(id), options, SEED, NOW).unwrap()
}

fn card(id: &str) -> Card {
    card_with(id, 0)
}

/// Sends and gives data and status word.
fn send(card: &mut Card, apdu: &[u8]) -> (Vec<u8>, u16) {
    let mut answer = card.transmit(apdu);
    let low = answer.pop().unwrap();
    let high = answer.pop().unwrap();
    (answer, u16::from_be_bytes([high, low]))
}

fn select(card: &mut Card, aid: &[u8]) -> u16 {
    send(card, &[&[0, 0xA4, 4, 0x0C, u8::try_from(aid.len()).unwrap()], aid].concat()).1
}

fn select_file(card: &mut Card, id: u8) -> u16 {
    send(card, &[0, 0xA4, 2, 0x0C, 2, 0, id]).1
}

fn verify(card: &mut Card, p2: u8, value: &str) -> u16 {
    send(card, &[&[0, 0x20, 0, p2, u8::try_from(value.len()).unwrap()], value.as_bytes()].concat()).1
}

fn sign(card: &mut Card, p1: u8, p2: u8, input: &[u8]) -> (Vec<u8>, u16) {
    send(card, &[&[0x80, 0x2A, p1, p2, u8::try_from(input.len()).unwrap()], input, &[0]].concat())
}

fn read_file(card: &mut Card, id: u8) -> Vec<u8> {
    assert_eq!(select_file(card, id), 0x9000, "file {id:02x}");
    let mut out = Vec::new();
    loop {
        let [high, low] = u16::try_from(out.len()).unwrap().to_be_bytes();
        let (data, status) = send(card, &[0, 0xB0, high, low, 0]);
        if status == 0x6B00 {
            return out;
        }
        assert_eq!(status, 0x9000, "file {id:02x}");
        out.extend(data);
    }
}

fn digest_info(message: &[u8]) -> Vec<u8> {
    [&standin::SHA256_PREFIX[..], &Sha256::digest(message)].concat()
}

fn public_key(certificate: &[u8]) -> RsaPublicKey {
    let (_, certificate) = X509Certificate::from_der(certificate).unwrap();
    RsaPublicKey::from_pkcs1_der(&certificate.public_key().subject_public_key.data).unwrap()
}

/// One object: tag, value, and what follows. Two-byte tags only where the first byte says so.
fn object(bytes: &[u8]) -> (u16, &[u8], &[u8]) {
    let (tag, rest) = if bytes[0] & 0x1F == 0x1F {
        (u16::from_be_bytes([bytes[0], bytes[1]]), &bytes[2..])
    } else {
        (u16::from(bytes[0]), &bytes[1..])
    };
    let (length, rest) = match rest[0] {
        0x81 => (usize::from(rest[1]), &rest[2..]),
        0x82 => (usize::from(u16::from_be_bytes([rest[1], rest[2]])), &rest[3..]),
        short => (usize::from(short), &rest[1..]),
    };
    (tag, &rest[..length], &rest[length..])
}

fn card_public_key(value: &[u8]) -> RsaPublicKey {
    let (_, exponent, rest) = object(value);
    let (_, modulus, _) = object(rest);
    RsaPublicKey::new(rsa::BigUint::from_bytes_be(modulus), rsa::BigUint::from_bytes_be(exponent)).unwrap()
}

#[test]
fn aids_match_exactly_and_other_applications_clear_the_status() {
    let mut card = card("worker");
    assert_eq!(select(&mut card, &AID_JPKI[..9]), 0x6A82);
    assert_eq!(select(&mut card, &[AID_JPKI, &[0]].concat()), 0x6A82);
    assert_eq!(select(&mut card, AID_JPKI), 0x9000);
    assert_eq!(verify(&mut card, 0x98, "1234"), 0x9000);
    assert_eq!(select(&mut card, AID_JPKI), 0x9000);
    assert_eq!(sign(&mut card, 0, 0x97, b"x").1, 0x9000, "the same application again keeps the status");
    for other in [AID_TEXT, AID_ISSUER_DOMAIN] {
        assert_eq!(verify(&mut card, 0x98, "1234"), 0x9000);
        select(&mut card, other);
        select(&mut card, AID_JPKI);
        assert_eq!(sign(&mut card, 0, 0x97, b"x").1, 0x6982);
    }
}

#[test]
fn counters_count_down_block_and_survive_power_off() {
    let mut card = card("worker");
    select(&mut card, AID_JPKI);
    assert_eq!(send(&mut card, &[0, 0x20, 0, 0x80]).1, 0x6986);
    select_file(&mut card, 0x18);
    let tries = |card: &mut Card| send(card, &[0, 0x20, 0, 0x80]).1;
    assert_eq!(tries(&mut card), 0x63C3);
    assert_eq!(verify(&mut card, 0x80, "9999"), 0x63C2);
    assert_eq!(verify(&mut card, 0x80, "1234"), 0x9000);
    assert_eq!(tries(&mut card), 0x63C3, "also when verified");
    for left in [0x63C2, 0x63C1] {
        assert_eq!(verify(&mut card, 0x98, "9999"), left);
    }
    card.power_off();
    card.power_on();
    select(&mut card, AID_JPKI);
    assert_eq!(verify(&mut card, 0x98, "9999"), 0x63C0);
    assert_eq!(verify(&mut card, 0x98, "1234"), 0x6984);
    assert_eq!(send(&mut card, &[0, 0x20, 0, 0x98]).1, 0x63C0);
    assert_eq!(send(&mut card, &[0, 0x20, 0, 0x9B]).1, 0x63C5, "the other counter stands");
}

#[test]
fn certificates_read_past_255_and_only_the_sign_one_needs_its_password() {
    let mut card = card("worker");
    select(&mut card, AID_JPKI);
    let auth = read_file(&mut card, 0x0A);
    let (rest, certificate) = X509Certificate::from_der(&auth).unwrap();
    assert!(rest.is_empty() && auth.len() > 1000);
    let (_, ca) = X509Certificate::from_der(ISSUER.auth_ca()).unwrap();
    certificate.verify_signature(Some(ca.public_key())).unwrap();
    ca.verify_signature(None).unwrap();
    assert_eq!(read_file(&mut card, 0x0B), ISSUER.auth_ca());
    assert_eq!(select_file(&mut card, 0x01), 0x9000);
    assert_eq!(send(&mut card, &[0, 0xB0, 0, 0, 4]).1, 0x6982);
    assert_eq!(verify(&mut card, 0x9B, "SIM12345"), 0x9000);
    let sign = read_file(&mut card, 0x01);
    let (_, certificate) = X509Certificate::from_der(&sign).unwrap();
    let (_, ca) = X509Certificate::from_der(ISSUER.sign_ca()).unwrap();
    certificate.verify_signature(Some(ca.public_key())).unwrap();
    assert_eq!(read_file(&mut card, 0x06).len(), 160);
    assert_eq!(read_file(&mut card, 0x08), [0x8F, 0x8F, 0x00]);
    assert_eq!(select_file(&mut card, 0x17), 0x9000);
    assert_eq!(send(&mut card, &[0, 0xB0, 0, 0, 0]).1, 0x6981);
    assert_eq!(send(&mut card, &[0, 0xB0, 0x88, 0, 0]), (vec![0x8F, 0x8F, 0x00], 0x9000), "short id");
}

#[test]
fn the_auth_certificate_has_the_profile() {
    let mut card = card("worker");
    select(&mut card, AID_JPKI);
    let der = read_file(&mut card, 0x0A);
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    assert_eq!(
        certificate.issuer().to_string(),
        "C=JP, O=JPKI-SIM, OU=JPKI for user authentication, OU=Simulated Agency for Local Authority Information Systems"
    );
    let order: Vec<(String, bool)> =
        certificate.extensions().iter().map(|e| (e.oid.to_id_string(), e.critical)).collect();
    let expected = [
        ("2.5.29.15", true),
        ("2.5.29.37", false),
        ("2.5.29.32", true),
        ("2.5.29.18", false),
        ("2.5.29.31", false),
        ("1.3.6.1.5.5.7.1.1", false),
        ("2.5.29.35", false),
        ("2.5.29.14", false),
    ];
    assert_eq!(order, expected.map(|(id, critical)| (id.to_owned(), critical)));
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::CertificatePolicies(policies) => {
                assert_eq!(policies[0].policy_id.to_id_string(), "1.2.392.200149.8.5.1.0.30");
            }
            ParsedExtension::AuthorityKeyIdentifier(authority) => {
                assert!(authority.key_identifier.is_some() && authority.authority_cert_issuer.is_some());
                assert_eq!(authority.authority_cert_serial, Some(&[101][..]));
            }
            ParsedExtension::KeyUsage(usage) => {
                assert!(usage.digital_signature() && !usage.non_repudiation())
            }
            ParsedExtension::ParseError { error } => panic!("{}: {error}", extension.oid),
            _ => {}
        }
    }
    // The fifth birthday (12 April) after issue, 23:59:59 in Japan.
    assert_eq!(certificate.validity().not_after.to_datetime(), datetime!(2030-04-12 14:59:59 UTC));
    let revoked = ISSUER.revocation_list(&[1_000_001], NOW).unwrap();
    let (_, list) = CertificateRevocationList::from_der(&revoked).unwrap();
    let (_, ca) = X509Certificate::from_der(ISSUER.auth_ca()).unwrap();
    list.verify_signature(ca.public_key()).unwrap();
    assert_eq!(list.iter_revoked_certificates().count(), 1);
    let empty = ISSUER.revocation_list(&[], NOW).unwrap();
    assert_eq!(CertificateRevocationList::from_der(&empty).unwrap().1.iter_revoked_certificates().count(), 0);
}

#[test]
fn every_signing_scheme_verifies() {
    let mut card = card("worker");
    select(&mut card, AID_JPKI);
    let certificate = read_file(&mut card, 0x0A);
    let key = public_key(&certificate);
    let hash = Sha256::digest(b"text").to_vec();
    select_file(&mut card, 0x17);
    assert_eq!(sign(&mut card, 0, 0x80, b"raw").1, 0x6982);
    assert_eq!(verify(&mut card, 0x98, "1234"), 0x9000);
    let raw = Pkcs1v15Sign::new_unprefixed;
    let sha256 = Pkcs1v15Sign::new::<Sha256>;
    key.verify(raw(), b"raw", &sign(&mut card, 0, 0x80, b"raw").0).unwrap();
    key.verify(raw(), &hash, &sign(&mut card, 1, 0x80, b"text").0).unwrap();
    key.verify(sha256(), &hash, &sign(&mut card, 2, 0x80, &hash).0).unwrap();
    key.verify(sha256(), &hash, &sign(&mut card, 3, 0x80, b"text").0).unwrap();
    key.verify(Pss::new::<Sha256>(), &hash, &sign(&mut card, 4, 0x97, &hash).0).unwrap();
    key.verify(Pss::new::<Sha256>(), &hash, &sign(&mut card, 5, 0x97, b"text").0).unwrap();
    assert_eq!(sign(&mut card, 6, 0x80, b"text").1, 0x6A86);
    assert_eq!(sign(&mut card, 2, 0x80, b"short").1, 0x6985);
    assert_eq!(sign(&mut card, 0, 0x80, &[1; 250]).1, 0x6985);
}

#[test]
fn the_text_application_opens_what_each_reference_opens() {
    let mut card = card("worker");
    select(&mut card, AID_TEXT);
    select_file(&mut card, 0x01);
    assert_eq!(send(&mut card, &[0, 0xB0, 0, 0, 17]).1, 0x6982);
    let number_b = card.number_b().to_owned();
    assert_eq!(verify(&mut card, 0x95, &number_b), 0x9000);
    assert_eq!(send(&mut card, &[0, 0xB0, 0, 0, 17]).1, 0x6982, "照合番号B does not open the number");
    let items = read_file(&mut card, 0x02);
    let (tag, value, rest) = object(&items);
    assert_eq!((tag, rest.len()), (0xFF20, 0));
    let (_, table, _) = object(value);
    let starts: Vec<u16> = table
        .chunks(2)
        .map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])))
        .map(|at| u16::from_be_bytes([items[at], items[at + 1]]))
        .collect();
    assert_eq!(starts, [0xDF22, 0xDF23, 0xDF24, 0xDF25]);
    assert_eq!(verify(&mut card, 0x91, "1234"), 0x9000);
    let number = persona("worker").individual_number;
    assert_eq!(read_file(&mut card, 0x01), [b"\xFF\x10\x0C", number.as_bytes(), b"\xFF\xFF"].concat());
    assert_eq!(send(&mut card, &[0, 0x20, 0, 0x92]).1, 0x63C0);
}

/// Checks EF 0002 as card.md 2.3 tells it: root, issuing key, three hashes.
fn face_is_genuine(card: &mut Card) -> bool {
    let number_b = card.number_b().to_owned();
    select(card, AID_FACE);
    assert_eq!(verify(card, 0x92, &number_b), 0x9000);
    let file = read_file(card, 0x02);
    let cvc = read_file(card, 0x04);
    assert_eq!(cvc.len(), 568);
    let (_, cvc, _) = object(&cvc);
    let (_, body, rest) = object(cvc);
    let (_, signature, _) = object(rest);
    let root = RsaPublicKey::from_pkcs1_der(&ISSUER.face_root_public().unwrap()).unwrap();
    root.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(body), signature).unwrap();
    let issuing = card_public_key(&body[32..]);

    let (_, value, _) = object(&file);
    let (_, table, _) = object(value);
    let at: Vec<usize> =
        table.chunks(2).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]]))).collect();
    assert_eq!(at.len(), 9);
    for (place, tag) in at.iter().zip(0xDF22..) {
        assert_eq!(object(&file[*place..]).0, tag);
    }
    assert_eq!(object(&file[at[2]..]).1.len(), 265);
    let hashes = [&file[at[0]..at[3]], &file[at[3]..at[5]], &file[at[5]..at[6]]].map(Sha256::digest).concat();
    let info = [&[0x30, 0x71], &standin::SHA256_PREFIX[2..18], &[0x60][..], &hashes].concat();
    let (_, signature, _) = object(&file[at[6]..]);
    let signed = issuing.verify(Pkcs1v15Sign::new_unprefixed(), &info, signature).is_ok();

    // The key in the signed file must be this chip's.
    let chip = card_public_key(object(&file[at[2]..]).1);
    let (answer, status) = sign(card, 0, 0, &digest_info(b"challenge"));
    assert_eq!(status, 0x9000);
    let same_chip =
        chip.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(b"challenge"), &answer).is_ok();
    signed && same_chip
}

#[test]
fn the_face_is_signed_and_bound_to_the_chip() {
    let (mut genuine, mut other) = (card_with("worker", 0), card_with("housewife", 1));
    assert!(face_is_genuine(&mut genuine) && face_is_genuine(&mut other));
    for fault in [Fault::ForgedPhoto, Fault::PhotoOfAnotherChip] {
        let mut card = card_with("worker", 0);
        let context = FaultContext { issuer: &ISSUER, persona: &persona("worker"), other: &other, now: NOW };
        card.apply(fault, &context).unwrap();
        assert!(!face_is_genuine(&mut card), "{fault:?}");
    }
}

#[test]
fn number_b_has_ten_tries() {
    let mut card = card("worker");
    select(&mut card, AID_FACE);
    for left in (0..10).rev() {
        assert_eq!(verify(&mut card, 0x92, "00000000000000"), 0x63C0 + left);
    }
    assert_eq!(verify(&mut card, 0x92, "00000000000000"), 0x6984);
}

/// Selects JPKI and gives the stand-in's permission for a text.
fn permit(card: &mut Card, text: &[u8]) -> u16 {
    select(card, AID_JPKI);
    let hash = Sha256::digest(text).into();
    let status = send(card, &standin::command(&hash, &ISSUER.permit(&hash).unwrap())).1;
    select_file(card, 0x17);
    status
}

#[test]
fn the_stand_in_permits_one_signature_over_one_text() {
    let mut card = card("worker");
    let text = digest_info(b"text");
    assert_eq!(permit(&mut card, b"text"), 0x9000);
    assert_eq!(sign(&mut card, 0, 0x80, &text).1, 0x9000);
    assert_eq!(sign(&mut card, 0, 0x80, &text).1, 0x6982, "once only");

    assert_eq!(permit(&mut card, b"text"), 0x9000);
    assert_eq!(sign(&mut card, 0, 0x80, &digest_info(b"other")).1, 0x6982);
    assert_eq!(sign(&mut card, 0, 0x80, &text).1, 0x6982, "spent by the wrong try");

    assert_eq!(permit(&mut card, b"text"), 0x9000);
    select_file(&mut card, 0x1A);
    assert_eq!(sign(&mut card, 0, 0x80, &text).1, 0x6982, "never the other key");

    let forget: [fn(&mut Card); 3] = [Card::reset, Card::power_off, |card| {
        select(card, AID_FACE);
    }];
    for forget in forget {
        assert_eq!(permit(&mut card, b"text"), 0x9000);
        forget(&mut card);
        select(&mut card, AID_JPKI);
        select_file(&mut card, 0x17);
        assert_eq!(sign(&mut card, 0, 0x80, &text).1, 0x6982);
    }

    let hash = Sha256::digest(b"text").into();
    let mut forged = standin::command(&hash, &ISSUER.permit(&hash).unwrap());
    *forged.last_mut().unwrap() ^= 1;
    select(&mut card, AID_JPKI);
    assert_eq!(send(&mut card, &forged).1, 0x6982);
    select(&mut card, AID_FACE);
    assert_eq!(send(&mut card, &standin::command(&hash, &ISSUER.permit(&hash).unwrap())).1, 0x6D00);
}

#[test]
fn a_card_survives_its_cache() {
    let before = card("no-pin");
    let text = serde_json::to_string(&before).unwrap();
    let mut after: Card = serde_json::from_str(&text).unwrap();
    assert_eq!(after.number_b(), before.number_b());
    select(&mut after, AID_JPKI);
    assert_eq!(send(&mut after, &[0, 0x20, 0, 0x98]).1, 0x63C0);
    assert_eq!(verify(&mut after, 0x98, "1234"), 0x6984);
    assert_eq!(read_file(&mut after, 0x08), [0x00, 0x8F, 0x00]);
    assert!(face_is_genuine(&mut after));
}

#[test]
fn no_apdu_panics() {
    use proptest::prelude::*;
    let base = card("worker");
    let mut runner = proptest::test_runner::TestRunner::default();
    let classes = prop::sample::select(vec![0_u8, 0x80]);
    let instructions = prop::sample::select(vec![0xA4_u8, 0xB0, 0x20, 0x24, 0x84, 0xCA, 0xF5, 0x32]);
    let command = (classes, instructions, prop::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(class, instruction, rest)| [&[class, instruction][..], &rest].concat());
    runner
        .run(&prop::collection::vec(command, 1..20), |commands| {
            let mut card = base.clone();
            select(&mut card, AID_JPKI);
            for command in commands {
                prop_assert!(card.transmit(&command).len() >= 2);
            }
            Ok(())
        })
        .unwrap();
}
