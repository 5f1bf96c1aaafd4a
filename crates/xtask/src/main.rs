//! The project's own commands: `cargo xtask demo`, `test`, `scenario`, `measure`, `soak`.
#![allow(
    clippy::disallowed_methods,
    reason = "no room of the terminal: a tool that starts programs and times them"
)]

mod command;
mod demo;
mod desk_up;
mod fault;
mod measure;
mod python;
mod say;
mod scenario;
mod scratch;
mod setup;
mod soak;
mod stop;
mod suites;
mod summary;
mod test;
mod watch;

use clap::{Parser, Subcommand};
use fault::Fault;
use std::process::ExitCode;
use stop::Stop;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// A whole desk on this machine: one visit by face, one by PIN, then yours until Ctrl-C.
    Demo(demo::DemoArguments),
    /// This machine's figures: start, memory, latency, what a visit costs.
    Measure(measure::MeasureArguments),
    /// What happens at a desk on a bad day, played over the real parts.
    Scenario(scenario::ScenarioArguments),
    /// What takes minutes: millions of arbitrary inputs for the decoders, hundreds of seeds for the conformance suite.
    Soak(soak::SoakArguments),
    /// Checks everything: formatting, lints, documentation, all tests.
    Test,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome =
        Stop::listen().map_err(|cause| Fault::Start { program: "signals".into(), cause }).and_then(|stop| {
            match arguments.command {
                Task::Demo(arguments) => demo::demo(arguments, &stop),
                Task::Measure(arguments) => measure::measure(&arguments, &stop),
                Task::Scenario(arguments) => scenario::scenario(&arguments, &stop),
                Task::Soak(arguments) => soak::soak(&arguments, &stop),
                Task::Test => test::test(&stop),
            }
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // What a shell expects of a program that Ctrl-C ended.
        Err(fault @ Fault::Stopped) => {
            eprintln!("{fault}");
            ExitCode::from(130)
        }
        Err(Fault::Said) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
