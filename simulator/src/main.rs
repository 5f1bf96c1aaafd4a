//! The simulator as a program.
#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use simulator::simulation::{Options, Simulation};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How long work that cannot be interrupted may keep the program from ending.
const LAST_WORK: Duration = Duration::from_secs(8);

/// Simulates a whole reception desk: readers, cards behind a real pcscd, and the eligibility centre.
///
/// The ports of the virtual card slots listen on all addresses of this machine.
#[derive(Parser)]
#[command(name = "uketsuke-simulator")]
struct Arguments {
    /// Where the site and everything that it names is written.
    #[arg(long)]
    directory: PathBuf,
    /// One model for each reader, with commas between them.
    #[arg(long, value_delimiter = ',', default_value = "caora")]
    readers: Vec<String>,
    /// Written, whole, when everything is up.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// Where issued cards are kept between starts [default: simulator-stock beside the build's directory].
    #[arg(long)]
    stock: Option<PathBuf>,
    /// Where the daemon's pages are, `http://127.0.0.1:PORT`, for links on the bench's page; may be told later.
    #[arg(long, value_parser = on_this_machine)]
    desk_url: Option<String>,
}

fn on_this_machine(url: &str) -> Result<String, &'static str> {
    simulator::site::on_this_machine(url).ok_or("http://127.0.0.1:PORT is an address of this machine")
}

fn main() -> ExitCode {
    let wanted = std::env::var("UKETSUKE_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(fault) => {
            tracing::error!(%fault, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(arguments));
    // Requests that are still under way go here, and with the last of them readers, pcscd and centre.
    runtime.shutdown_timeout(LAST_WORK);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tracing::error!("{fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut ends = Ends::watch()?;
    let stock =
        arguments.stock.or_else(stock_beside_build).unwrap_or_else(|| arguments.directory.join("stock"));
    let options = Options {
        directory: arguments.directory,
        models: arguments.readers,
        stock,
        desk_url: arguments.desk_url,
    };
    let simulation = tokio::select! {
        started = Simulation::start(options) => started?,
        () = ends.next() => return Ok(()),
    };
    let ready = simulation.ready();
    tracing::info!(bench = ready.bench, site = %ready.site.display(), "the desk is up");
    if let Some(file) = &arguments.ready_file {
        simulator::site::private_file(file, &serde_json::to_vec_pretty(ready)?)?;
    }
    ends.next().await;
    if let Some(file) = &arguments.ready_file {
        remove(file);
    }
    simulation.stop().await;
    Ok(())
}

/// SIGTERM and SIGINT.
struct Ends {
    terminate: Signal,
    interrupt: Signal,
}

impl Ends {
    fn watch() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// `target/simulator-stock` for a binary in `target/<profile>/`.
fn stock_beside_build() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let target = own.parent()?.parent()?;
    target.join("CACHEDIR.TAG").is_file().then(|| target.join("simulator-stock"))
}

fn remove(file: &Path) {
    if let Err(fault) = std::fs::remove_file(file) {
        tracing::warn!(%fault, "the ready file cannot be removed");
    }
}
