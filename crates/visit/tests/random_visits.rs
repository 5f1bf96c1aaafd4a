//! Generated visits in virtual time: whatever happens in whatever order, no visit hangs, no result belongs to another
//! insertion, no consent is invented, the reader is idle or out of order at the end, and no PIN lies in memory.
//!
//! `UKETSUKE_VISITS` sets how many sequences are played, `UKETSUKE_SEED` with which seed the first of them; a failure
//! names the seed of its own sequence.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops and says how far it came"
)]

#[path = "random/chip.rs"]
mod chip;
#[path = "random/draw.rs"]
mod draw;
#[path = "random/oracle.rs"]
mod oracle;
#[path = "random/scan.rs"]
mod scan;
mod support;
#[path = "random/world.rs"]
mod world;

use scan::Scanner;
use std::collections::BTreeSet;
use std::sync::Mutex;
use world::{Reached, World};

/// Sequences in one run.
const SEQUENCES: u64 = 20_000;

/// Both tests look through the memory of one and the same process.
static MEMORY: Mutex<()> = Mutex::new(());

fn number(name: &str, else_: u64) -> u64 {
    std::env::var(name).map_or(else_, |text| text.parse().unwrap())
}

#[test]
fn whatever_happens_the_rules_hold() {
    let _alone = MEMORY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (first, sequences) = (number("UKETSUKE_SEED", 1), number("UKETSUKE_VISITS", SEQUENCES));
    println!("visits: {sequences} sequences, seed {first}");
    let mut reached = Reached::default();
    let mut scanner = Scanner::new();
    for at in 0..sequences {
        let seed = first.wrapping_add(at);
        let typed = {
            let mut world = World::new(seed, &mut reached, false);
            if let Err(broken) = world.play() {
                panic!("seed {seed}: {broken}\n{}", told(seed));
            }
            world.typed
        };
        if typed && let Some(part) = scanner.find() {
            panic!("seed {seed}: a VERIFY with a PIN lies in memory, in {part}");
        }
        if (at + 1) % 100_000 == 0 {
            println!("visits: {} sequences, seed {first}", at + 1);
        }
    }
    println!(
        "visits: done, {sequences} sequences, seed {first}, {} inputs, {} visits, results {:?}, \
         {} PINs ({} last tries), {} inventions of the centre refused",
        reached.inputs, reached.visits, reached.results, reached.pins, reached.last_tries, reached.invented
    );
    println!("steps: {:?}\nrefusals: {:?}", reached.steps, reached.refusals);
    if sequences >= SEQUENCES {
        reached_all(&reached, sequences);
    }
}

/// Every step and every refusal often, or the proof proves little.
fn reached_all(reached: &Reached, sequences: u64) {
    let source = include_str!("../src/steps.rs");
    let (_, name) = source.split_once("fn name(&self)").unwrap();
    let (name, _) = name.split_once("\n    }\n").unwrap();
    let steps: BTreeSet<&str> =
        name.lines().filter_map(|line| Some(line.split_once("=> \"")?.1.split_once('"')?.0)).collect();
    assert_eq!(reached.steps.keys().copied().collect::<BTreeSet<_>>(), steps);
    for (step, count) in &reached.steps {
        assert!(*count >= sequences / 50, "{step} was reached {count} times only");
    }
    assert_eq!(reached.refusals.len(), 10, "{:?}", reached.refusals);
    for (refusal, count) in &reached.refusals {
        assert!(*count >= sequences / 400, "{refusal} came {count} times only");
    }
    assert_eq!(reached.results.len(), 3, "{:?}", reached.results);
    assert!(reached.results.values().all(|count| *count >= sequences / 20), "{:?}", reached.results);
    assert!(reached.settling_beside > sequences / 50, "{}", reached.settling_beside);
    assert!(reached.invented > sequences / 200, "{}", reached.invented);
    assert!(reached.last_tries > sequences / 200, "{}", reached.last_tries);
}

/// The sequence once more, told line by line.
fn told(seed: u64) -> String {
    let mut reached = Reached::default();
    let mut world = World::new(seed, &mut reached, true);
    let again = world.play();
    format!("{}\n{again:?}", world.told.unwrap_or_default().join("\n"))
}

#[test]
fn the_search_finds_a_verify_that_lies_in_memory() {
    let _alone = MEMORY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut scanner = Scanner::new();
    assert_eq!(scanner.find(), None);
    let mut planted = vec![0_u8; 3 * 65_536];
    // Also where two pieces of the search meet.
    for at in [100, 65_530, 2 * 65_536] {
        for (offset, byte) in [0, 0x20, 0, 0x80, 4, b'1', b'9', b'8', b'4'].into_iter().enumerate() {
            planted[at + offset] = byte;
        }
        assert!(scanner.find().is_some(), "planted at {at}");
        std::hint::black_box(&mut planted).fill(0);
    }
    assert_eq!(scanner.find(), None);
}
