//! After visits with typed secrets on each of the five readers, the daemon's memory holds none of them: no VERIFY
//! command with digits, no PIN in the form of that reader's wire, no 照合番号B (design promise 6).
//!
//! Four digits alone stand anywhere by chance; they are looked for in the forms that carry them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops and says what it looked at"
)]

use rig::Visit;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use tests::{PATIENCE, READER, TestDesk};

/// The five models; a desk each.
const MODELS: [&str; 5] = ["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"];
/// Typed, and wrong on every card.
const WRONG_PIN: &str = "9071";
/// Who comes.
const PERSONA: &str = "elderly";

#[test]
fn caora_leaves_no_secret_in_the_daemon() {
    nothing_is_left(MODELS[0]);
}

#[test]
fn stfr2_leaves_no_secret_in_the_daemon() {
    nothing_is_left(MODELS[1]);
}

#[test]
fn sma_pa_leaves_no_secret_in_the_daemon() {
    nothing_is_left(MODELS[2]);
}

#[test]
fn hi_cara_leaves_no_secret_in_the_daemon() {
    nothing_is_left(MODELS[3]);
}

#[test]
fn exc_9000_leaves_no_secret_in_the_daemon() {
    nothing_is_left(MODELS[4]);
}

fn nothing_is_left(model: &str) {
    let desk = TestDesk::of(&[model], |_| ()).unwrap();
    let persona = desk.persona(PERSONA).unwrap();
    let right = text(&persona, "pin");
    // From its third digit on: birthday, the card's year of expiry, security code (card.md section 3).
    let number_b = format!("{}20??{}", &text(&persona, "birthdate")[4..], text(&persona, "security_code"));
    let bench = desk.simulator.bench();

    // A wrong PIN, then the right one.
    ask_for_pin(&desk);
    bench.act(READER, "type", &json!({ "digits": WRONG_PIN })).unwrap();
    bench.wait(READER, "asked", &json!("pin"), PATIENCE).unwrap();
    bench.act(READER, "type", &json!({ "digits": right })).unwrap();
    bench.wait(READER, "asked", &json!("consent"), PATIENCE).unwrap();
    bench.pull(READER).unwrap();
    desk.until_idle().unwrap();
    // One cancelled, one pulled while it is asked.
    ask_for_pin(&desk);
    bench.act(READER, "cancel", &json!({})).unwrap();
    bench.wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
    bench.pull(READER).unwrap();
    desk.until_idle().unwrap();
    ask_for_pin(&desk);
    bench.pull(READER).unwrap();
    desk.until_idle().unwrap();
    // 照合番号B goes from the reader to the card.
    let timeline = bench.visit(READER, &Visit::face(PERSONA)).unwrap();
    assert_eq!(timeline.ended, "take_card", "{timeline:?}");
    desk.until_idle().unwrap();

    let secrets = [WRONG_PIN, &right, &number_b];
    let (found, searched) = search(desk.daemon.pid(), &secrets);
    println!("{model}: {searched} bytes of the daemon searched");
    assert!(searched > 1_000_000, "{searched} bytes are not a daemon's memory");
    assert!(found.is_empty(), "{model}: {found:#?}");
    // The search sees what lies there: the simulator keeps the cards, whose 照合番号B it must know.
    let (found, _) = search(desk.simulator.ready().pid, &[&number_b]);
    assert!(!found.is_empty(), "nothing is found where it must be");
}

#[test]
fn the_search_finds_each_form_that_lies_in_memory() {
    let digits = b"8352";
    let forms: [&[&[u8]]; 5] = [
        &[&[0, 0x20, 0, 0x80, 4], digits],
        &[b"PE", digits],
        &[b"\"digits\":\"", digits, b"\""],
        &[&[0x53, 4, 0, 0, 0, 9], digits],
        &[&[0x44], digits],
    ];
    for parts in forms {
        // Put together at run time: the whole stands nowhere else.
        let mut planted: Vec<u8> = vec![0; 100];
        planted.extend(parts.concat());
        planted.extend([0; 100]);
        std::hint::black_box(&planted);
        let (found, _) = search(std::process::id(), &["8352"]);
        assert!(!found.is_empty(), "{parts:?}");
        planted.fill(0);
        std::hint::black_box(&planted);
    }
}

fn ask_for_pin(desk: &TestDesk) {
    let bench = desk.simulator.bench();
    bench.place(READER, PERSONA).unwrap();
    bench.wait(READER, "asked", &json!("methods"), PATIENCE).unwrap();
    bench.act(READER, "choose", &json!({ "method": "pin" })).unwrap();
    bench.wait(READER, "asked", &json!("pin"), PATIENCE).unwrap();
}

fn text(persona: &Value, field: &str) -> String {
    persona[field].as_str().unwrap_or_else(|| panic!("{field} of {persona}")).to_owned()
}

// ----- the search --------------------------------------------------------------------------------------------------

const PIECE: usize = 1 << 20;
const OVERLAP: usize = 64;

/// Which forms of these digits lie in the writable memory of a process, and how many bytes were looked at.
fn search(pid: u32, secrets: &[&str]) -> (Vec<String>, u64) {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let (mut found, mut searched) = (Vec::new(), 0);
    let mut piece = vec![0; PIECE];
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let (mut from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        while from < to {
            let wanted = PIECE.min(usize::try_from(to - from).unwrap());
            // What cannot be read (the kernel's own pages) holds nothing of the program's.
            let Ok(read) = memory.seek(SeekFrom::Start(from)).and_then(|_| memory.read(&mut piece[..wanted]))
            else {
                break;
            };
            searched += read as u64;
            for secret in secrets {
                for form in forms_in(&piece[..read], secret.as_bytes()) {
                    found.push(format!("{form} in {line}"));
                }
            }
            if read <= OVERLAP || from + read as u64 >= to {
                break;
            }
            from += (read - OVERLAP) as u64;
        }
    }
    (found, searched)
}

/// The forms in which these digits stand among the bytes.
fn forms_in(bytes: &[u8], digits: &[u8]) -> Vec<&'static str> {
    let mut forms = Vec::new();
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == digits[0]) {
        let at = from + at;
        from = at + 1;
        if starts_with(&bytes[at..], digits) {
            forms.extend(form(&bytes[..at], &bytes[at + digits.len()..], digits.len()));
        }
    }
    forms
}

/// A question mark stands for any digit.
fn starts_with(bytes: &[u8], digits: &[u8]) -> bool {
    let is = |(byte, digit): (&u8, &u8)| byte == digit || (*digit == b'?' && byte.is_ascii_digit());
    bytes.len() >= digits.len() && bytes.iter().zip(digits).all(is)
}

/// What makes these digits more than chance, by what stands before and after them.
fn form(before: &[u8], after: &[u8], digits: usize) -> Option<&'static str> {
    let verb = |kind: &[u8]| {
        // Hi-CARA: verb and kind, then the question's number, then the digits.
        let reach = before.len().saturating_sub(12);
        before[reach..].windows(2).any(|two| two == kind)
    };
    if digits > 4 {
        Some("照合番号B")
    } else if before.ends_with(&[0x20, 0, 0x80, 4]) {
        Some("VERIFY")
    } else if before.ends_with(b"PE") || before.ends_with(b"SE") {
        Some("Caora's PIN block")
    } else if before.ends_with(b"\"") && after.starts_with(b"\"") {
        Some("Sma-pa's JSON, or a touch")
    } else if verb(&[0x53, 4]) {
        Some("Hi-CARA's PIN event")
    } else if before.last() == Some(&0x44) {
        Some("EXC-9000's CBOR")
    } else {
        None
    }
}
