//! Every scenario of `simulator/scenarios` in virtual time, on every model that it names. `cargo xtask scenario` plays
//! the same files over the real parts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops")]

use reader::ReaderFactory;
use scenario::{Act, MODELS, STEPS, Scenario, Step, parse, play};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tests::virtual_desk::VirtualDesk;
use tests::virtual_desk::world::World;
use time::OffsetDateTime;

/// Play with another by `UKETSUKE_SEED`; play one scenario by `UKETSUKE_SCENARIO`.
const SEED: u64 = 20_311_004;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulator/scenarios")
}

/// Name and content of every file, in the order of their names.
fn scenarios() -> Vec<(String, Scenario)> {
    let only = std::env::var("UKETSUKE_SCENARIO").ok();
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let scenario =
                parse(&path.display().to_string(), &text).unwrap_or_else(|fault| panic!("{fault}"));
            if only.as_ref().is_none_or(|only| *only == name) {
                all.push((name, scenario));
            }
        }
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        World::open(&target.join("simulator-stock"), OffsetDateTime::now_utc()).unwrap()
    })
}

fn seed() -> u64 {
    std::env::var("UKETSUKE_SEED").map_or(SEED, |seed| seed.parse().expect("UKETSUKE_SEED is a number"))
}

/// Plays all that this model is named for.
fn play_all(factory: &'static dyn ReaderFactory) {
    let seed = seed();
    let mut failed = Vec::new();
    let mut played = 0;
    for (name, scenario) in scenarios() {
        if !scenario.readers.contains(&factory.name()) {
            continue;
        }
        played += 1;
        let outcome = match VirtualDesk::start(world(), factory, &scenario, seed) {
            Ok(mut desk) => play(&scenario, &mut desk).missed.map(|missed| missed.to_string()),
            Err(fault) => Some(fault),
        };
        failed.extend(outcome.map(|fault| format!("{name}: {fault}")));
    }
    assert!(played > 0 || std::env::var("UKETSUKE_SCENARIO").is_ok(), "no scenario names {}", factory.name());
    assert!(
        failed.is_empty(),
        "{}, seed {seed}: {} of {played}:\n{}",
        factory.name(),
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn on_caora() {
    play_all(&caora::FACTORY);
}

#[test]
fn on_stfr2() {
    play_all(&stfr2::FACTORY);
}

#[test]
fn on_sma_pa() {
    play_all(&sma_pa::FACTORY);
}

#[test]
fn on_hi_cara() {
    play_all(&hi_cara::FACTORY);
}

#[test]
fn on_exc_9000() {
    play_all(&exc_9000::FACTORY);
}

#[test]
fn names_are_kebab_case_and_titles_are_not_doubled() {
    let all = scenarios();
    let mut titles = BTreeSet::new();
    for (name, scenario) in &all {
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
        assert!(titles.insert(scenario.title_ja.clone()), "{name}: this title is there already");
        assert!(titles.insert(scenario.title_en.clone()), "{name}: this title is there already");
    }
}

/// Steps at which the card is to be taken.
const NOT_PULLED: [&str; 2] = ["done", "failed"];

#[test]
fn the_card_is_pulled_at_every_step_and_every_persona_comes() {
    let all = scenarios();
    if std::env::var("UKETSUKE_SCENARIO").is_ok() {
        return;
    }
    let mut pulled: BTreeSet<&str> = BTreeSet::from(NOT_PULLED);
    let mut came: BTreeSet<&str> = BTreeSet::new();
    for line in all.iter().flat_map(|(_, scenario)| &scenario.steps) {
        match &line.step {
            Step::Act(Act::Pull { at: Some(step) }) => drop(pulled.insert(step)),
            Step::Act(Act::Place { who, .. }) => drop(came.insert(who)),
            _ => {}
        }
    }
    assert_eq!(pulled, STEPS.iter().copied().collect());
    let personas = simulator_card::personas();
    let missed: Vec<_> = personas.iter().filter(|persona| !came.contains(persona.id.as_str())).collect();
    assert!(missed.is_empty() && personas.len() >= 20, "{missed:?}");
}

#[test]
fn every_model_is_named_as_its_driver_is() {
    let drivers: [&dyn ReaderFactory; 5] =
        [&caora::FACTORY, &stfr2::FACTORY, &sma_pa::FACTORY, &hi_cara::FACTORY, &exc_9000::FACTORY];
    assert_eq!(drivers.map(ReaderFactory::name), MODELS);
}

#[test]
fn what_suites_show_instead_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let (_, table) = readme.split_once("Shown by suites instead").unwrap();
    let mut named = 0;
    for line in table.lines().filter(|line| line.starts_with('|') && line.contains(".rs`")) {
        let mut quoted = line.split('`').skip(1).step_by(2);
        let (suite, test) = (quoted.next().unwrap(), quoted.next().unwrap());
        let text =
            std::fs::read_to_string(root.join(suite)).unwrap_or_else(|fault| panic!("{suite}: {fault}"));
        assert!(text.contains(&format!("fn {test}(")), "{suite}: {test}");
        named += 1;
    }
    assert!(named > 20, "{named}");
}
