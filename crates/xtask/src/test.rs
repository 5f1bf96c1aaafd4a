//! `cargo xtask test`: everything that must hold before a change is kept, in the order of what fails soonest.

use crate::{
    Fault,
    command::{cargo, run, run_reading},
    python, say, setup,
    stop::Stop,
    summary::Summary,
};
use std::{process::Command, time::Instant};

/// Runs every step up to the first that fails. The last line says what the test runner counted.
pub(crate) fn test(stop: &Stop) -> Result<(), Fault> {
    let mut summary = Summary::default();
    let outcome = steps(stop, &mut summary);
    let outcome = outcome.map_err(|fault| {
        say::line(format_args!("\n{fault}"));
        Fault::Said
    });
    say::line(format_args!("{summary}"));
    outcome
}

fn steps(stop: &Stop, summary: &mut Summary) -> Result<(), Fault> {
    step("setup", || {
        setup::ensure(stop, setup::Purpose::Tests)?;
        setup::ensure_components(stop)?;
        python_packages(stop)
    })?;
    cargo_step(stop, &["fmt", "--all", "--check"])?;
    cargo_step(stop, &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])?;
    step("RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps", || {
        let mut doc = cargo();
        doc.env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--no-deps"]);
        run(stop, &mut doc, "cargo doc")
    })?;
    // The suites start the programs as a user would, so these must be there and of this source.
    cargo_step(stop, &["build", "--workspace", "--bins"])?;
    step("cargo test --workspace", || suites(stop, summary))
}

/// Where there is no network, everything else can still be shown.
fn python_packages(stop: &Stop) -> Result<(), Fault> {
    match python::ensure(stop) {
        Err(fault @ Fault::Failed { .. }) if std::env::var_os("CI").is_none_or(|ci| ci != "true") => {
            python::say_skipped(&fault);
            Ok(())
        }
        done => done,
    }
}

fn suites(stop: &Stop, summary: &mut Summary) -> Result<(), Fault> {
    let mut test: Command = cargo();
    test.args(["test", "--workspace", "--no-fail-fast"]);
    test.env("RUST_TEST_THREADS", threads().to_string());
    let status = run_reading(stop, &mut test, "cargo test", |line| {
        say::line(line);
        summary.take_in(line);
    })?;
    crate::command::ended_well("cargo test", status)?;
    if summary.is_good() {
        Ok(())
    } else {
        Err(Fault::Unexpected("no test ran, or one failed unsaid".into()))
    }
}

/// The suites wait for cards, deadlines and other processes most of the time: more of them than cores.
fn threads() -> usize {
    const FEWEST: usize = 6;
    std::thread::available_parallelism().map_or(FEWEST, |cores| FEWEST.max(cores.get().saturating_add(2)))
}

fn cargo_step(stop: &Stop, arguments: &[&str]) -> Result<(), Fault> {
    let what = format!("cargo {}", arguments.join(" "));
    step(&what, || run(stop, cargo().args(arguments), &what))
}

fn step(name: &str, work: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    say::heading(name);
    let begun = Instant::now();
    let outcome = work();
    let seconds = begun.elapsed().as_secs_f64();
    match &outcome {
        Ok(()) => say::line(format_args!("-- {name}: {seconds:.1} s")),
        Err(_) => {
            say::line(format_args!(
                "-- {name}: ここで失敗しました / FAILED in this step after {seconds:.1} s"
            ));
        }
    }
    outcome
}
