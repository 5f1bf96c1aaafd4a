//! `cargo xtask test`: everything that must hold before a change is kept, in the order of what fails soonest.

use crate::{
    Fault,
    command::{cargo, ended_well, run, run_reading},
    python, say, setup,
    stop::Stop,
    suites,
    summary::Summary,
};
use std::time::Instant;

/// Runs every step up to the first that fails; of the tests themselves all. The last line says what the test runner counted.
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
    let mut programs = Vec::new();
    step("cargo test --workspace --no-run", || {
        programs = suites::build(stop)?;
        Ok(())
    })?;
    // One that fails must not keep the others from being heard.
    let suites = step("suites", || suites::run(stop, programs, summary));
    stop.check()?;
    let examples = step("cargo test --workspace --doc", || examples(stop, summary));
    suites.and(examples)?;
    if summary.is_good() {
        Ok(())
    } else {
        Err(Fault::Unexpected("no test ran, or one failed unsaid".into()))
    }
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

/// The examples in the documentation.
fn examples(stop: &Stop, summary: &mut Summary) -> Result<(), Fault> {
    let mut test = cargo();
    test.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
    let status = run_reading(stop, &mut test, "cargo test --doc", |line| {
        say::line(line);
        summary.take_in(line);
    })?;
    ended_well("cargo test --doc", status)
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
