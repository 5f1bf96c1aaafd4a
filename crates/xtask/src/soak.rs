//! `cargo xtask soak`: what takes long. The decoders of all five dialects take millions of arbitrary inputs, the
//! conformance suite's rules about damage are tried with hundreds of seeds, every face meets every photo, and millions of
//! visits are played at random.

use crate::{
    Fault,
    command::{cargo, ended_well, run_reading},
    say,
    stop::Stop,
    summary::Summary,
};
use clap::Args;
use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The packages of the five drivers.
const DRIVERS: [&str; 5] = ["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"];

/// The rules of the suite that are tried with seeds.
const RULES: [&str; 4] = [
    "arbitrary_bytes_are_borne",
    "damaged_words_are_borne",
    "a_bad_cable_is_mended",
    "a_broken_cable_tells_nothing_wrong",
];

#[derive(Debug, Args)]
pub(crate) struct SoakArguments {
    /// Inputs for each decoder.
    #[arg(long, default_value_t = 10_000_000)]
    inputs: u64,
    /// Seeds for each rule about damage and each driver.
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// Random sequences of visits.
    #[arg(long, default_value_t = 10_000_000)]
    visits: u64,
    /// The first seed; drawn from the clock unless given. A failure names its own.
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the parts up to the first that fails. The last line says what was done.
pub(crate) fn soak(arguments: &SoakArguments, stop: &Stop) -> Result<(), Fault> {
    let begun = Instant::now();
    let seed = arguments.seed.unwrap_or_else(today);
    let decoders = decoders(arguments.inputs, seed, stop)?;
    let suite = suite(arguments.seeds, seed, stop)?;
    let faces = faces(stop)?;
    let visits = visits(arguments.visits, seed, stop)?;
    say::line(format_args!(
        "soak: {decoders}; {} rules of {} drivers with {} seeds from {seed}: {suite}; {faces}; {visits}; {:.0} s",
        RULES.len(),
        DRIVERS.len(),
        arguments.seeds,
        begun.elapsed().as_secs_f64(),
    ));
    Ok(())
}

/// Every face before every photo; says false accepts and rejects.
fn faces(stop: &Stop) -> Result<Summary, Fault> {
    say::heading("every face before every photo");
    let mut test = cargo();
    test.args([
        "test",
        "--release",
        "--package",
        "simulator-firmware",
        "--test",
        "matching",
        "--",
        "--nocapture",
    ]);
    test.env("UKETSUKE_SOAK_FACES", "1");
    let mut summary = Summary::default();
    let status = run_reading(stop, &mut test, "the faces", |line| {
        summary.take_in(line);
        say::line(line);
    })?;
    ended_well("the faces", status)?;
    Ok(summary)
}

/// What the decoders took.
struct Taken {
    inputs: BTreeMap<String, u64>,
    seed: u64,
    time: Duration,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (decoders, inputs) = (self.inputs.len(), self.inputs.values().sum::<u64>());
        write!(
            f,
            "{decoders} decoders took {inputs} inputs from seed {} at {} a second",
            self.seed,
            rate(inputs, self.time)
        )
    }
}

fn decoders(inputs: u64, seed: u64, stop: &Stop) -> Result<Taken, Fault> {
    say::heading(format_args!("{inputs} inputs for each decoder, seed {seed}"));
    let mut test = cargo();
    test.args(["test", "--release", "--package", "tests", "--test", "decoders", "--", "--nocapture"]);
    // One thread alone would have the runner write its own words before the lines of progress.
    test.env("RUST_TEST_THREADS", DRIVERS.len().to_string());
    test.env("UKETSUKE_SOAK_INPUTS", inputs.to_string()).env("UKETSUKE_SEED", seed.to_string());
    let (mut taken, mut summary) = (BTreeMap::new(), Summary::default());
    // Building takes no part in the rate.
    let mut begun = Instant::now();
    let status = run_reading(stop, &mut test, "the decoders", |line| {
        summary.take_in(line);
        if line.starts_with("running ") {
            begun = Instant::now();
        }
        match progress(line) {
            Some((decoder, count)) => {
                taken.insert(decoder.to_owned(), count);
                say::line(format_args!("{line}, {} a second", rate(count, begun.elapsed())));
            }
            None if line.starts_with("test ") => say::line(line),
            None => {}
        }
    })?;
    ended_well("the decoders", status)?;
    let whole = taken.len() == DRIVERS.len() && taken.values().all(|count| *count == inputs);
    if whole && summary.is_good() {
        Ok(Taken { inputs: taken, seed, time: begun.elapsed() })
    } else {
        Err(Fault::Unexpected("a decoder did not say that it took all inputs".into()))
    }
}

/// The decoder and how many inputs it has taken, if the line says that:
/// `caora: 1000000 inputs, seed 0, …` and at last `caora: done, 10000000 inputs, …`.
fn progress(line: &str) -> Option<(&str, u64)> {
    let (decoder, rest) = line.split_once(": ")?;
    let rest = rest.strip_prefix("done, ").unwrap_or(rest);
    let (count, _) = rest.split_once(" inputs, ")?;
    Some((decoder, count.parse().ok()?))
}

fn suite(seeds: u64, seed: u64, stop: &Stop) -> Result<Summary, Fault> {
    let mut whole = Summary::default();
    for driver in DRIVERS {
        say::heading(format_args!("{driver}: {seeds} seeds from {seed}"));
        let mut test = cargo();
        test.args(["test", "--release", "--package", driver, "--test", "conformance", "--"]).args(RULES);
        test.env("UKETSUKE_SEEDS", seeds.to_string()).env("UKETSUKE_SEED", seed.to_string());
        let begun = Instant::now();
        let status = run_reading(stop, &mut test, driver, |line| {
            whole.take_in(line);
            if !line.is_empty() {
                say::line(line);
            }
        })?;
        ended_well(driver, status)?;
        say::line(format_args!("-- {driver}: {:.1} s", begun.elapsed().as_secs_f64()));
    }
    if whole.is_good() {
        Ok(whole)
    } else {
        Err(Fault::Unexpected("no rule was tried, or one failed unsaid".into()))
    }
}

/// Plays visits at random; gives the test's own last word.
fn visits(sequences: u64, seed: u64, stop: &Stop) -> Result<String, Fault> {
    say::heading(format_args!("{sequences} random sequences of visits, seed {seed}"));
    let mut test = cargo();
    test.args(["test", "--release", "--package", "visit", "--test", "random_visits", "--", "--nocapture"]);
    test.env("UKETSUKE_VISITS", sequences.to_string()).env("UKETSUKE_SEED", seed.to_string());
    let (mut done, mut summary) = (None, Summary::default());
    let status = run_reading(stop, &mut test, "the random visits", |line| {
        summary.take_in(line);
        if line.starts_with("visits: done, ") {
            done = Some(line.to_owned());
        }
        if !line.is_empty() {
            say::line(line);
        }
    })?;
    ended_well("the random visits", status)?;
    match done.filter(|line| summary.is_good() && line.contains(&format!("{sequences} sequences, "))) {
        Some(line) => Ok(line),
        None => Err(Fault::Unexpected("the random visits did not say that all were played".into())),
    }
}

fn rate(count: u64, time: Duration) -> String {
    let milliseconds = time.as_millis().max(1);
    (u128::from(count) * 1000 / milliseconds).to_string()
}

/// A seed that is another one each time.
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::progress;

    #[test]
    fn a_line_of_progress_names_decoder_and_count() {
        assert_eq!(
            progress("caora: 1000000 inputs, seed 7, 12 bytes held at most"),
            Some(("caora", 1_000_000))
        );
        assert_eq!(
            progress("sma-pa: done, 10000000 inputs, seed 7, 4106 bytes held at most"),
            Some(("sma-pa", 10_000_000))
        );
        assert_eq!(progress("test result: ok. 5 passed; 0 failed"), None);
        assert_eq!(progress("running 5 tests"), None);
    }
}
