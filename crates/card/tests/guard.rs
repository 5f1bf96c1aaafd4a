//! The guard: what passes is written down here a second time, from the design, and compared.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use card::guard::Cap;
use card::{CommandClass, Guard, GuardError, GuardLimits, GuardPlan, Operation, StandIn};
use failure::codes;
use model::Moment;
use proptest::prelude::*;
use std::time::Duration;

const DIGEST: [u8; 32] = [0x5A; 32];
const OK: &[u8] = &[0x90, 0x00];
const PREFIX: &str = "3031300D060960864801650304020105000420";
const JPKI: &str = "00A4040C0AD392F000260100000001";
const JPKI_FCI: &str = "00A404000AD392F00026010000000100";
const AUTH: &str = "00A4020C02000A";
const CA: &str = "00A4020C02000B";
const KEY: &str = "00A4020C020017";

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn sign(digest: [u8; 32]) -> Vec<u8> {
    [hex("802A008033"), hex(PREFIX), digest.to_vec(), vec![0]].concat()
}

fn stand_in(digest: [u8; 32]) -> Vec<u8> {
    [hex("80F500006C"), b"UKETSUKESIM1".to_vec(), digest.to_vec(), vec![7; 64]].concat()
}

fn guard(operation: Operation, stand_in: StandIn) -> Guard {
    let plan = GuardPlan { digest: DIGEST, operation, stand_in, limits: GuardLimits::default() };
    Guard::new(plan, Moment::ZERO)
}

fn pass(guard: &mut Guard, command: &[u8]) {
    assert_eq!(guard.check(command, Moment::ZERO), Ok(()), "{command:02X?}");
    guard.seen(OK);
}

#[test]
fn the_relay_of_the_design_passes() {
    let mut pin_less = guard(Operation::PinLess, StandIn::Allowed);
    for command in [JPKI, AUTH, "00B0000000", "00B0010000", CA, "00B0000000", KEY, JPKI_FCI, KEY] {
        pass(&mut pin_less, &hex(command));
    }
    pass(&mut pin_less, &stand_in(DIGEST));
    pass(&mut pin_less, &sign(DIGEST));
    pass(&mut pin_less, &hex(AUTH));
    let mut pin = guard(Operation::Pin, StandIn::Refused);
    for command in [&hex(AUTH), &hex("00B0000004"), &hex(KEY), &sign(DIGEST)] {
        pass(&mut pin, command);
    }
}

/// Commands that never pass, whatever is selected, each with the class that the error names.
const NEVER: &[(&str, CommandClass)] = &[
    ("00200080", CommandClass::Verify),
    ("002000800431323334", CommandClass::Verify),
    ("002000980431323334", CommandClass::Verify),
    ("00210080", CommandClass::Verify),
    ("002401800431323334", CommandClass::ChangeSecret),
    ("002C00800431323334", CommandClass::ChangeSecret),
    ("803200800431323334", CommandClass::ChangeSecret),
    ("00840000 08", CommandClass::Challenge),
    ("00880000 04 01020304 00", CommandClass::Authenticate),
    ("00820000 04 01020304", CommandClass::Authenticate),
    ("80A200C1 02 0102", CommandClass::Authenticate),
    ("00C00000 00", CommandClass::GetResponse),
    ("00B20104 00", CommandClass::ReadRecord),
    ("00B08A00 00", CommandClass::ReadBinary),
    ("00B00000", CommandClass::ReadBinary),
    ("00B00000 000100", CommandClass::ReadBinary),
    ("00B1000A 045402000000", CommandClass::ReadBinary),
    ("80B00000 00", CommandClass::ReadBinary),
    ("00CA0042 00", CommandClass::Unknown),
    ("00D60000 01 00", CommandClass::Unknown),
    ("00700000 01", CommandClass::Unknown),
    ("80FC0000", CommandClass::Unknown),
    ("00A40000", CommandClass::Select),
    ("00A4040C 0A D3921000310001010402", CommandClass::Select),
    ("00A4040C 0A D3921000310001010408", CommandClass::Select),
    ("00A4040C 07 A0000001510000", CommandClass::Select),
    ("00A4040C 09 D392F0002601000000", CommandClass::Select),
    ("00A4040C 0B D392F00026010000000100", CommandClass::Select),
    ("00A4040C 0A D392F000260100000001 00", CommandClass::Select),
    ("00A4040C 00000A D392F000260100000001", CommandClass::Select),
    ("00A4020C 02 0018", CommandClass::Select),
    ("00A4020C 02 001B", CommandClass::Select),
    ("00A4020C 02 001A", CommandClass::Select),
    ("00A4020C 02 0001", CommandClass::Select),
    ("00A4020C 02 0006", CommandClass::Select),
    ("00A4020C 02 0016", CommandClass::Select),
    ("00A4020C 02 010A", CommandClass::Select),
    ("00A4020C 02 000A 00", CommandClass::Select),
    ("00A40200 02 000A", CommandClass::Select),
    ("802A0080 01 00 00", CommandClass::Sign),
    ("01A4020C 02 000A", CommandClass::ForeignClass),
    ("04B00000 00", CommandClass::ForeignClass),
    ("0CB00000 00", CommandClass::ForeignClass),
    ("10B00000 00", CommandClass::ForeignClass),
    ("40B00000 00", CommandClass::ForeignClass),
    ("00B000", CommandClass::Fragment),
    ("", CommandClass::Fragment),
];

#[test]
fn everything_else_is_refused_with_the_name_of_its_class() {
    for (command, class) in NEVER {
        let command = hex(&command.replace(' ', ""));
        for selected in [None, Some(AUTH), Some(KEY)] {
            for operation in [Operation::PinLess, Operation::Pin] {
                let mut guard = guard(operation, StandIn::Allowed);
                if let Some(file) = selected {
                    if operation == Operation::PinLess {
                        pass(&mut guard, &hex(JPKI));
                    }
                    pass(&mut guard, &hex(file));
                }
                let error = guard.check(&command, Moment::ZERO).unwrap_err();
                assert!(
                    matches!(error, GuardError::Refused { class: c, .. } if c == *class),
                    "{command:02X?} {error:?}"
                );
                assert_eq!(error.code(), codes::RELAY_COMMAND_REFUSED);
                assert!(guard.check(&hex(AUTH), Moment::ZERO).is_err(), "a refusal ends the relay");
            }
        }
    }
}

#[test]
fn the_key_signs_this_relays_text_once_and_in_one_form() {
    let at_key = || {
        let mut guard = guard(Operation::Pin, StandIn::Refused);
        pass(&mut guard, &hex(KEY));
        guard
    };
    let mut other = DIGEST;
    other[31] ^= 1;
    assert_eq!(at_key().check(&sign(other), Moment::ZERO), Err(GuardError::OtherText));
    let mut sha1_oid = sign(DIGEST);
    sha1_oid[12] ^= 1;
    assert_eq!(at_key().check(&sha1_oid, Moment::ZERO).unwrap_err().code(), codes::RELAY_OTHER_TEXT);
    for (at, to) in [(1, 0x2B), (2, 0x02), (3, 0x97), (3, 0x00), (4, 0x32), (56, 0x01)] {
        let mut form = sign(DIGEST);
        form[at] = to;
        assert!(at_key().check(&form, Moment::ZERO).is_err(), "byte {at}");
    }
    let mut twice = at_key();
    pass(&mut twice, &sign(DIGEST));
    assert_eq!(twice.check(&sign(DIGEST), Moment::ZERO).unwrap_err().code(), codes::RELAY_COMMAND_REFUSED);
    let mut at_certificate = guard(Operation::Pin, StandIn::Refused);
    pass(&mut at_certificate, &hex(AUTH));
    assert!(at_certificate.check(&sign(DIGEST), Moment::ZERO).is_err());
}

#[test]
fn the_selection_follows_the_cards_answers() {
    let mut refused_application = guard(Operation::PinLess, StandIn::Refused);
    refused_application.check(&hex(JPKI), Moment::ZERO).unwrap();
    refused_application.seen(&[0x6A, 0x82]);
    assert!(refused_application.check(&hex(AUTH), Moment::ZERO).is_err());
    let mut refused_file = guard(Operation::Pin, StandIn::Refused);
    pass(&mut refused_file, &hex(AUTH));
    refused_file.check(&hex(KEY), Moment::ZERO).unwrap();
    refused_file.seen(&[0x6A, 0x82]);
    assert!(refused_file.check(&hex("00B0000000"), Moment::ZERO).is_err(), "nobody knows what is selected");
    let mut unanswered = guard(Operation::Pin, StandIn::Refused);
    unanswered.check(&hex(AUTH), Moment::ZERO).unwrap();
    assert!(unanswered.check(&hex(KEY), Moment::ZERO).is_err());
    let mut reselected = guard(Operation::Pin, StandIn::Refused);
    assert!(reselected.check(&hex(JPKI), Moment::ZERO).is_err(), "it would take back the PIN");
}

#[test]
fn the_stand_in_passes_only_where_it_is_allowed_and_once() {
    let selected = |operation, allowed| {
        let mut guard = guard(operation, allowed);
        pass(&mut guard, &hex(if operation == Operation::Pin { AUTH } else { JPKI }));
        guard
    };
    for (operation, allowed) in [
        (Operation::PinLess, StandIn::Refused),
        (Operation::Pin, StandIn::Refused),
        (Operation::Pin, StandIn::Allowed),
    ] {
        let error = selected(operation, allowed).check(&stand_in(DIGEST), Moment::ZERO).unwrap_err();
        assert_eq!((error, error.code()), (GuardError::StandInRefused, codes::STAND_IN_REFUSED));
    }
    let allowed = || selected(Operation::PinLess, StandIn::Allowed);
    assert_eq!(allowed().check(&stand_in([0; 32]), Moment::ZERO), Err(GuardError::OtherText));
    let mut longer = stand_in(DIGEST);
    longer.push(0);
    assert!(allowed().check(&longer, Moment::ZERO).is_err());
    let mut twice = allowed();
    pass(&mut twice, &stand_in(DIGEST));
    assert!(twice.check(&stand_in(DIGEST), Moment::ZERO).is_err());
}

#[test]
fn commands_bytes_and_seconds_are_capped() {
    let limits = GuardLimits { commands: 3, bytes: 300, time: Duration::from_secs(5) };
    let new = || {
        let plan =
            GuardPlan { digest: DIGEST, operation: Operation::Pin, stand_in: StandIn::Refused, limits };
        Guard::new(plan, Moment::from_origin(Duration::from_secs(100)))
    };
    let at = |seconds| Moment::from_origin(Duration::from_secs(seconds));
    let mut many = new();
    for _ in 0..3 {
        assert_eq!(many.check(&hex(AUTH), at(100)), Ok(()));
        many.seen(OK);
    }
    assert_eq!(many.check(&hex(AUTH), at(100)), Err(GuardError::Limit(Cap::Commands)));
    let mut long = new();
    long.check(&hex(AUTH), at(100)).unwrap();
    long.seen(&[0x90; 300]);
    assert_eq!(long.check(&hex(AUTH), at(100)), Err(GuardError::Limit(Cap::Bytes)));
    let mut slow = new();
    assert_eq!(slow.check(&hex(AUTH), at(105)), Ok(()));
    slow.seen(OK);
    let error = slow.check(&hex(AUTH), at(106)).unwrap_err();
    assert_eq!((error, error.code()), (GuardError::Limit(Cap::Time), codes::RELAY_LIMIT));
}

/// The oracle: what the design allows, without any state.
fn is_an_allowed_form(command: &[u8], operation: Operation, stand_in_allowed: bool) -> bool {
    let exact = [AUTH, CA, KEY].iter().any(|form| command == hex(form));
    let application = [JPKI, JPKI_FCI].iter().any(|form| command == hex(form));
    let read = command.len() == 5 && command[0] == 0 && command[1] == 0xB0 && command[2] < 0x80;
    let pin_less = operation == Operation::PinLess;
    let standing_in =
        stand_in_allowed && pin_less && command.len() == 113 && command[..49] == stand_in(DIGEST)[..49];
    exact || read || command == sign(DIGEST) || (application && pin_less) || standing_in
}

fn command() -> impl Strategy<Value = Vec<u8>> {
    // Mostly what is allowed, or the guard closes before it has selected anything.
    let allowed: Vec<Vec<u8>> = [JPKI, AUTH, CA, KEY, "00B0000000"]
        .iter()
        .map(|form| hex(form))
        .chain([sign(DIGEST), stand_in(DIGEST)])
        .collect();
    let known: Vec<Vec<u8>> = [JPKI, JPKI_FCI, AUTH, CA, KEY, "00B0000000", "00B07FFF10"]
        .iter()
        .map(|form| hex(form))
        .chain([sign(DIGEST), sign([1; 32]), stand_in(DIGEST), stand_in([1; 32])])
        .chain(NEVER.iter().map(|(form, _)| hex(&form.replace(' ', ""))))
        .collect();
    let damaged = (prop::sample::select(known.clone()), any::<prop::sample::Index>(), any::<u8>(), -1i8..=1)
        .prop_map(|(mut command, at, byte, longer)| {
            if !command.is_empty() {
                let at = at.index(command.len());
                command[at] = byte;
            }
            match longer {
                -1 => drop(command.pop()),
                1 => command.push(byte),
                _ => {}
            }
            command
        });
    let header =
        (prop::array::uniform5(any::<u8>()), prop::sample::select(vec![0xA4, 0xB0, 0x2A, 0x20, 0xF5]))
            .prop_map(|(mut bytes, ins)| {
                bytes[0] &= 0x80;
                bytes[1] = ins;
                bytes.to_vec()
            });
    prop_oneof![
        24 => prop::sample::select(allowed),
        3 => prop::sample::select(known),
        3 => damaged,
        1 => header,
        1 => prop::collection::vec(any::<u8>(), 0..270),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn whatever_passes_is_one_of_the_allowed_forms(
        commands in prop::collection::vec((command(), prop::sample::select(vec![0x9000u16, 0x9000, 0x6A82, 0x6282])), 1..40),
        pin in any::<bool>(),
        allowed in any::<bool>(),
    ) {
        let operation = if pin { Operation::Pin } else { Operation::PinLess };
        let stand_in = if allowed { StandIn::Allowed } else { StandIn::Refused };
        let mut guard = guard(operation, stand_in);
        let mut passed: Vec<(Vec<u8>, u16)> = vec![];
        let (mut jpki, mut file, mut signatures) = (pin, None, 0);
        for (command, sw) in commands {
            if guard.check(&command, Moment::ZERO).is_err() {
                // A refusal ends the relay; go on with one that was not asked this.
                guard = self::guard(operation, stand_in);
                for (command, sw) in &passed {
                    prop_assert_eq!(guard.check(command, Moment::ZERO), Ok(()));
                    guard.seen(&sw.to_be_bytes());
                }
                continue;
            }
            passed.push((command.clone(), sw));
            prop_assert!(is_an_allowed_form(&command, operation, allowed), "{:02X?}", command);
            let needs_jpki = !command.starts_with(&hex("00A404"));
            prop_assert!(!needs_jpki || jpki, "without the application: {:02X?}", command);
            if command.starts_with(&hex("00B0")) {
                prop_assert!(file == Some(0x0A) || file == Some(0x0B));
            }
            if command.starts_with(&hex("802A")) {
                signatures += 1;
                prop_assert_eq!((file, signatures), (Some(0x17), 1));
            }
            let done = sw == 0x9000;
            match command[..] {
                [_, 0xA4, 0x04, ..] => (jpki, file) = (done, None),
                [_, 0xA4, 0x02, .., id] => file = done.then_some(id),
                _ => {}
            }
            guard.seen(&sw.to_be_bytes());
        }
    }
}
