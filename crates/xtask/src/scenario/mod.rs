//! `cargo xtask scenario`: what happens at a desk on a bad day, played over the real parts. The suites play the same
//! files in virtual time.

mod room;

use crate::{Fault, command::workspace, desk_up::Build, say, setup, stop::Stop};
use ::scenario::{MODELS, Played, Scenario, parse, play};
use ::stage::RealStage;
use clap::Args;
use room::Room;
use std::{fs, path::PathBuf, time::Instant};

/// Which scenarios, and where.
#[derive(Debug, Args)]
pub(crate) struct ScenarioArguments {
    /// The scenarios by the names of their files in simulator/scenarios.
    names: Vec<String>,
    /// All of them.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Name and title of each, and no more.
    #[arg(long)]
    list: bool,
    /// On these models as far as a scenario names them, separated by commas; `all` for every model [default: one after
    /// the other in turn].
    #[arg(long, value_delimiter = ',')]
    readers: Vec<String>,
    /// Pose and light of the faces are drawn from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One line for each and no timelines.
    #[arg(long)]
    brief: bool,
    /// Use what is built beside this program; build nothing.
    #[arg(long)]
    built: bool,
}

/// One scenario on one model.
struct Play<'a> {
    name: &'a str,
    scenario: &'a Scenario,
    model: &'static str,
}

/// Plays them; an error if one failed.
pub(crate) fn scenario(arguments: &ScenarioArguments, stop: &Stop) -> Result<(), Fault> {
    let scenarios = load(&arguments.names)?;
    if arguments.list || (arguments.names.is_empty() && !arguments.all) {
        for (name, scenario) in &scenarios {
            say::line(format_args!("{name:32} {} / {}", scenario.title_ja, scenario.title_en));
        }
        return if arguments.list { Ok(()) } else { Err(wanted()) };
    }
    let mut plays = plays(&scenarios, &arguments.readers)?;
    // Those of one site after each other: every other site is another start of the daemon.
    plays.sort_by_key(|play| ::stage::tables(play.scenario));
    say::both("準備", "setup");
    setup::ensure(stop, setup::Purpose::Desk)?;
    let build = if arguments.built { Build::Beside } else { Build::Debug };
    build.build(stop)?;
    let mut room = Room::start(stop, build)?;
    say::line(format_args!("{} 件 / {} plays, seed {}", plays.len(), plays.len(), arguments.seed));
    let begun = Instant::now();
    let mut failed = 0_usize;
    for (at, one) in (1_usize..).zip(&plays) {
        stop.check()?;
        room = room.made_for(one.scenario, stop)?;
        let good = one_play(&room, one, arguments, &format!("[{at}/{}]", plays.len()))?;
        failed = failed.saturating_add(usize::from(!good));
    }
    let good = plays.len().saturating_sub(failed);
    let seconds = begun.elapsed().as_secs_f64();
    say::line(format_args!(
        "{good} 件成功、{failed} 件失敗 / {good} passed, {failed} failed, {seconds:.0} s"
    ));
    if failed == 0 {
        return Ok(());
    }
    room.keep_logs();
    Err(Fault::Said)
}

fn wanted() -> Fault {
    Fault::Unexpected("名前か --all を付けてください。/ Give names, or --all.".into())
}

/// Name, outcome, code and seconds; before it what happened when.
fn one_play(room: &Room, one: &Play<'_>, arguments: &ScenarioArguments, at: &str) -> Result<bool, Fault> {
    let reader = room.reader(one.model)?;
    let played_on = reader.clone();
    let prepared = room.prepare(&reader, one.scenario);
    let begun = Instant::now();
    let Played { timeline, missed } = match prepared {
        Ok(()) => {
            let mut stage = RealStage::new(room.bench(), room.desk(), reader, arguments.seed)?;
            play(one.scenario, &mut stage)
        }
        Err(fault) => Played {
            timeline: Vec::new(),
            missed: Some(::scenario::Missed {
                line: 0,
                wanted: String::from("an idle reader"),
                fault: fault.to_string(),
            }),
        },
    };
    let seconds = begun.elapsed().as_secs_f64();
    room.tidy(&played_on, one.scenario)?;
    if !arguments.brief || missed.is_some() {
        say::heading(format_args!("{} / {}", one.scenario.title_ja, one.scenario.title_en));
        for (when, what) in &timeline {
            say::line(format_args!("  {:8.3} s  {what}", when.as_secs_f64()));
        }
    }
    if let Some(missed) = &missed {
        say::line(format_args!("  {}.txt {missed}", one.name));
    }
    let outcome = if missed.is_none() { "ok" } else { "FAILED" };
    let code = one.scenario.code.map_or("-", |code| code.as_str());
    say::line(format_args!("{at} {:32} {:9} {outcome:6} {code:26} {seconds:6.1} s", one.name, one.model));
    Ok(missed.is_none())
}

/// These scenarios, or all, in the order of their names.
fn load(names: &[String]) -> Result<Vec<(String, Scenario)>, Fault> {
    let folder = workspace().join("simulator/scenarios");
    let mut files: Vec<PathBuf> = if names.is_empty() {
        let entries = fs::read_dir(&folder).map_err(Fault::file(&folder, "cannot be read"))?;
        let paths = entries.flatten().map(|entry| entry.path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect()
    } else {
        names.iter().map(|name| folder.join(name.trim_end_matches(".txt")).with_extension("txt")).collect()
    };
    files.sort();
    let mut scenarios = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(Fault::file(&file, "cannot be read"))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let scenario = parse(&file.display().to_string(), &text)
            .map_err(|fault| Fault::Unexpected(fault.to_string()))?;
        scenarios.push((name, scenario));
    }
    Ok(scenarios)
}

/// Each on every wanted model that it names, or on one of those that it names, in turn.
fn plays<'a>(scenarios: &'a [(String, Scenario)], readers: &[String]) -> Result<Vec<Play<'a>>, Fault> {
    if let Some(unknown) = readers.iter().find(|reader| *reader != "all" && !MODELS.contains(&&***reader)) {
        return Err(Fault::Unexpected(format!("{unknown}: {}", MODELS.join(", "))));
    }
    let mut plays = Vec::new();
    for (at, (name, scenario)) in scenarios.iter().enumerate() {
        let named = || scenario.readers.iter().copied();
        let wanted = |model: &&'static str| readers.iter().any(|word| word == "all" || word == model);
        let models: Vec<&'static str> = if readers.is_empty() {
            named().cycle().nth(at).into_iter().collect()
        } else {
            named().filter(wanted).collect()
        };
        plays.extend(models.into_iter().map(|model| Play { name, scenario, model }));
    }
    Ok(plays)
}
