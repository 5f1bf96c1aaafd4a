//! A long day at five readers in the patients' own time: visits of the real machines, as fast as they can be computed, whose
//! results go to a real desk side.
//!
//! Which visit comes when follows from a seed, also after a kill: the visit of that place has the same id again, and a
//! ledger that has it already keeps its row.

use crate::virtual_desk::world::World;
use crate::virtual_desk::{Seat, VirtualDesk};
use model::{Insertion, ReaderId, VisitResult};
use reader::ReaderFactory;
use scenario::{Act, Expect, Scenario, Step, parse, play};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The five models, in the order of a site's readers.
pub static MODELS: [&dyn ReaderFactory; 5] =
    [&caora::FACTORY, &stfr2::FACTORY, &sma_pa::FACTORY, &hi_cara::FACTORY, &exc_9000::FACTORY];

/// What the day is like; written beside the site's configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// Which visits come.
    pub seed: u64,
    /// Visits at each reader.
    pub each: u64,
    /// The first visit at each reader that is still to come, from 1.
    pub from: Vec<u64>,
    /// Where issued cards are kept.
    pub stock: std::path::PathBuf,
    /// Where the scenarios lie.
    pub scenarios: std::path::PathBuf,
}

impl Plan {
    /// The plan's file of a site.
    #[must_use]
    pub fn file(site: &Path) -> std::path::PathBuf {
        site.with_file_name("virtual-day.json")
    }
}

/// Every scenario in which one card is placed and brings one result, on any model.
///
/// # Errors
/// If a file cannot be read.
pub fn scenarios(folder: &Path) -> Result<Vec<Scenario>, String> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .map_err(in_words)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(in_words))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut all = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let text = std::fs::read_to_string(path).map_err(in_words)?;
        let scenario = parse(&path.display().to_string(), &text).map_err(in_words)?;
        let steps = || scenario.steps.iter().map(|line| &line.step);
        let results = steps().filter(|step| matches!(step, Step::Expect(Expect::Result { .. }))).count();
        let cards =
            steps().filter(|step| matches!(step, Step::Act(Act::Place { .. } | Act::Swap { .. }))).count();
        if (results, cards, scenario.readers.len()) == (1, 1, MODELS.len()) {
            all.push(scenario);
        }
    }
    Ok(all)
}

/// The result of the visit in that place.
///
/// # Errors
/// If the scenario does not come true, or brings another number of results.
pub fn visit(
    world: &World,
    scenarios: &[Scenario],
    plan: &Plan,
    (reader, at): (&ReaderId, usize),
    number: u64,
) -> Result<VisitResult, String> {
    let seed = plan.seed.wrapping_mul(0x9e37_79b9).wrapping_add(number << 8).wrapping_add(at as u64);
    let scenario = scenarios
        .get(usize::try_from(seed % scenarios.len().max(1) as u64).map_err(in_words)?)
        .ok_or("there are no scenarios")?;
    let factory = MODELS.get(at).ok_or("there are five readers")?;
    let seat = Seat { reader: reader.clone(), insertion: Insertion(number.saturating_sub(1)) };
    let mut desk = VirtualDesk::start_at(seat, world, *factory, scenario, seed)?;
    if let Some(missed) = play(scenario, &mut desk).missed {
        return Err(format!("{}, seed {seed}: {missed}", scenario.title_en));
    }
    match desk.results() {
        [result] if result.insertion == Insertion(number) => Ok(result.clone()),
        others => Err(format!("{}, seed {seed}: {} results", scenario.title_en, others.len())),
    }
}

fn in_words(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
