//! The daemon of one site, for whichever drivers its program brings along. `uketsuked` is this with the drivers of this
//! project; whoever has another driver builds a program of three lines around it.

#![allow(clippy::print_stdout, reason = "a program's own output")]

use clap::Parser;
use reader::ReaderFactory;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terminal::{Config, Ready, StartError, Terminal};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// 受付端末のデーモン / The reception terminal's daemon.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// 設定ファイル / The site's configuration.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// 設定を調べるだけで起動しない / Check the configuration and leave.
    #[arg(long)]
    check: bool,
    /// 準備が整ったら書くファイル / Written (JSON) when the API answers, removed at the end.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// Runs the daemon as its command line says, until a signal ends it.
#[must_use]
pub fn run(drivers: &[&'static dyn ReaderFactory]) -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr();
    let config = match Config::read(&arguments.config, drivers) {
        Ok(config) => config,
        Err(error) => return refuse(error.code(), &error),
    };
    if arguments.check {
        for warning in &config.warnings {
            println!("{warning}");
        }
        println!("設定に誤りはありません / the configuration has no fault: {}", arguments.config.display());
        return ExitCode::SUCCESS;
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(failure::codes::INTERNAL, &error),
    };
    let ended = runtime.block_on(serve(config, arguments.ready_file.as_deref()));
    // What hangs in a share or disk by now is left behind.
    runtime.shutdown_background();
    ended
}

async fn serve(config: Config, ready_file: Option<&Path>) -> ExitCode {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (mut terminate, mut interrupt) = match signals {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return refuse(failure::codes::INTERNAL, &error),
    };
    let terminal = match Terminal::start(config) {
        Ok(terminal) => terminal,
        Err(error) => return refuse(error.code(), &error),
    };
    let ready = terminal.ready();
    tracing::info!(api = %ready.api, socket = %ready.socket.display(), "ready");
    if let Some(path) = ready_file
        && let Err(error) = announce(path, ready)
    {
        terminal.stop().await;
        return refuse(error.code(), &error);
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    if let Some(path) = ready_file {
        // Already gone if somebody tidied up; either way it no longer says that we answer.
        let _ = std::fs::remove_file(path);
    }
    tokio::select! {
        () = terminal.stop() => tracing::info!("stopped"),
        _ = terminate.recv() => tracing::warn!("told twice: not waiting any longer"),
        _ = interrupt.recv() => tracing::warn!("told twice: not waiting any longer"),
    }
    ExitCode::SUCCESS
}

/// Writes how we are reached; appears whole or not at all.
fn announce(path: &Path, ready: &Ready) -> Result<(), StartError> {
    let text = serde_json::json!({
        "pid": std::process::id(),
        "api": format!("http://{}", ready.api),
        "socket": ready.socket,
    });
    let partial = path.with_extension("partial");
    let written = std::fs::write(&partial, text.to_string()).and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|cause| StartError::File {
        what: "--ready-file",
        path: path.to_owned(),
        cause: cause.to_string(),
    })
}

/// Says why we do not start, with the code to look up.
fn refuse(code: model::FailureCode, error: &dyn std::error::Error) -> ExitCode {
    tracing::error!(%code, %error, "not started");
    ExitCode::from(78) // EX_CONFIG of sysexits.h: a restart without a change does not help.
}

/// Logs to standard error at the level of `UKETSUKE_LOG` (default `info`). A panic is logged by its place only:
/// what it says might be about a person.
fn log_to_stderr() {
    // Levels by target, without regular expressions: those would be half a megabyte of this program.
    let wanted = std::env::var("UKETSUKE_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
