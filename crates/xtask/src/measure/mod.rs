//! `cargo xtask measure`: this machine's figures. No judgement.

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
use std::{path::PathBuf, process::Stdio, time::Instant};
use time::{OffsetDateTime, macros::format_description};

/// Starts of the daemon that are timed.
const STARTS: usize = 20;

/// How much to measure.
#[derive(Debug, Args)]
pub(crate) struct MeasureArguments {
    /// Visits whose cost is told, by face and by PIN in turn.
    #[arg(long, default_value_t = 20, value_parser = at_least_one)]
    visits: usize,
    /// Cards placed for the latency from device to client.
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
    let mut up = DeskUp::start(stop, Build::Release, &["caora".to_owned()])?;

    say::line(format_args!("\n{machine}\n"));
    let mut starts = Samples::new("start_to_ready", "ms");
    let mut idle = Samples::new("resident_one_reader_idle", "MiB");
    for _ in 0..STARTS {
        stop.check()?;
        let millis;
        (up, millis) = up.restart()?;
        starts.push(millis);
        up.wait_idle(stop)?;
        idle.push(resident(&up)?);
    }
    starts.tell(&folder, STARTS)?;
    bare_starts(stop)?.tell(&folder, STARTS)?;
    idle.tell(&folder, STARTS)?;
    let outcome = measure_running(&up, stop, arguments, &folder);
    stop.check()?;
    if outcome.is_err() {
        up.keep_logs();
    }
    outcome?;
    say::line(format_args!("\n{}", folder.display()));
    Ok(())
}

fn measure_running(
    up: &DeskUp,
    stop: &Stop,
    arguments: &MeasureArguments,
    folder: &std::path::Path,
) -> Result<(), Fault> {
    for samples in visits::visits(up, stop, arguments.visits)? {
        samples.tell(folder, arguments.visits)?;
    }
    say::line(visits::CONTENT);
    let mut after = Samples::new("resident_after_visits", "MiB");
    after.push(resident(up)?);
    after.tell(folder, 1)?;
    latency::latency(up, stop, arguments.events)?.tell(folder, arguments.events)
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
