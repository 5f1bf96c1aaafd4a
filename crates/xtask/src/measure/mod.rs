//! `cargo xtask measure`: this machine's figures. No judgement.

mod first_paint;
mod latency;
mod machine;
mod samples;
mod visits;

use crate::{
    Fault,
    command::{dying_with_us, target},
    desk_up::{Build, DeskUp},
    say, setup,
    stop::Stop,
};
use clap::Args;
use samples::Samples;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use time::{OffsetDateTime, macros::format_description};

/// Starts of the daemon that are timed.
const STARTS: usize = 20;

/// How long the idle desk is watched.
const IDLE: Duration = Duration::from_secs(20);
/// What is measured: one reader, and five side by side.
const SETTINGS: [(&str, &str); 2] = [("one", "caora"), ("five", "all")];

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct MeasureArguments {
    /// Visits whose cost is told, by face and by PIN in turn.
    #[arg(long, default_value_t = 20, value_parser = at_least_one)]
    visits: usize,
    /// Cards placed at each reader for the latency from device to client.
    #[arg(long, default_value_t = 1000, value_parser = at_least_one)]
    events: usize,
}

/// No figure comes of no sample.
fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) => Err("at least one".into()),
        parsed => parsed.map_err(|fault| fault.to_string()),
    }
}

/// Measures and prints.
pub(crate) fn measure(arguments: &MeasureArguments, stop: &Stop) -> Result<(), Fault> {
    setup::ensure(stop, setup::Purpose::Desk)?;
    Build::Release.build(stop)?;
    let folder = new_folder()?;
    let machine = machine::describe();
    let machine_file = folder.join("machine.txt");
    std::fs::write(&machine_file, format!("{machine}\n"))
        .map_err(Fault::file(&machine_file, "cannot be written"))?;
    say::line(format_args!("\n{machine}\n"));
    bare_starts(stop)?.tell(&folder, STARTS)?;
    for (setting, readers) in SETTINGS {
        stop.check()?;
        say::heading(format_args!("{setting}: {readers}"));
        let up = DeskUp::start(stop, Build::Release, &[readers.to_owned()])?;
        let up = starts(up, stop, setting, &folder)?;
        let outcome = running(&up, stop, setting, arguments, &folder);
        stop.check()?;
        if outcome.is_err() {
            up.keep_logs();
        }
        outcome?;
    }
    say::line(format_args!("\n{}", visits::CONTENT));
    say::line(format_args!("\n{}", folder.display()));
    Ok(())
}

/// Starts of the daemon, and what it holds when every reader is idle.
fn starts(mut up: DeskUp, stop: &Stop, setting: &str, folder: &Path) -> Result<DeskUp, Fault> {
    let mut starts = Samples::new(format!("start_to_ready.{setting}"), "ms");
    let mut idle = Samples::new(format!("resident_idle.{setting}"), "MiB");
    for _ in 0..STARTS {
        stop.check()?;
        let millis;
        (up, millis) = up.restart()?;
        starts.push(millis);
        up.wait_idle(stop)?;
        idle.push(resident(&up)?);
    }
    starts.tell(folder, STARTS)?;
    idle.tell(folder, STARTS)?;
    Ok(up)
}

fn running(
    up: &DeskUp,
    stop: &Stop,
    setting: &str,
    arguments: &MeasureArguments,
    folder: &Path,
) -> Result<(), Fault> {
    let mut share = Samples::new(format!("idle_processor_share.{setting}"), "%");
    share.push(idle_share(up, stop)?);
    share.tell(folder, 1)?;
    for samples in visits::visits(up, stop, setting, arguments.visits)? {
        samples.tell(folder, arguments.visits)?;
    }
    let mut after = Samples::new(format!("resident_after_visits.{setting}"), "MiB");
    after.push(resident(up)?);
    after.tell(folder, 1)?;
    for samples in latency::latency(up, stop, setting, arguments.events)? {
        samples.tell(folder, arguments.events)?;
    }
    for samples in first_paint::first_paint(up, setting)? {
        samples.tell(folder, first_paint::OPENINGS)?;
    }
    Ok(())
}

/// Processor time of the daemon while every reader is idle, in per cent of one processor; proc(5).
fn idle_share(up: &DeskUp, stop: &Stop) -> Result<f64, Fault> {
    let (begun, before) = (Instant::now(), ticks(up)?);
    if let Some(fault) = stop.soon(IDLE) {
        return Err(fault);
    }
    let spent = (ticks(up)? - before) / 100.0;
    Ok(spent * 100.0 / begun.elapsed().as_secs_f64())
}

/// User and system time in hundredths of a second (USER_HZ is 100 on Linux).
fn ticks(up: &DeskUp) -> Result<f64, Fault> {
    let path = PathBuf::from(format!("/proc/{}/stat", up.daemon.pid()));
    let stat = std::fs::read_to_string(&path).map_err(Fault::file(&path, "cannot be read"))?;
    // The program's name may hold spaces; the fields that are wanted are the 14th and 15th, its own the 2nd.
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|f| f.parse().unwrap_or(0.0))
        .collect();
    match (fields.get(11), fields.get(12)) {
        (Some(user), Some(system)) => Ok(user + system),
        _ => Err(Fault::Unexpected("no processor time in proc".into())),
    }
}

/// What the way of starting costs by itself: `start_to_ready` has it within.
fn bare_starts(stop: &Stop) -> Result<Samples, Fault> {
    let mut samples = Samples::new("start_of_an_empty_program", "ms");
    for _ in 0..STARTS {
        stop.check()?;
        let begun = Instant::now();
        dying_with_us("true")
            .stdin(Stdio::null())
            .status()
            .map_err(|cause| Fault::Start { program: "true".into(), cause })?;
        samples.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(samples)
}

/// VmRSS of the daemon in MiB, proc(5).
fn resident(up: &DeskUp) -> Result<f64, Fault> {
    let path = PathBuf::from(format!("/proc/{}/status", up.daemon.pid()));
    let status = std::fs::read_to_string(&path).map_err(Fault::file(&path, "cannot be read"))?;
    let kib: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
        .ok_or_else(|| Fault::Unexpected("no VmRSS".into()))?;
    Ok(kib / 1024.0)
}

/// `<target>/measure/<time>`, so that no run overwrites another's samples.
fn new_folder() -> Result<PathBuf, Fault> {
    let name = OffsetDateTime::now_utc()
        .format(format_description!("[year][month][day]T[hour][minute][second]Z"))
        .map_err(|fault| Fault::Unexpected(fault.to_string()))?;
    let folder = target().join("measure").join(name);
    std::fs::create_dir_all(&folder).map_err(Fault::file(&folder, "cannot be made"))?;
    Ok(folder)
}
