//! The desk side of a daemon as it is, behind five readers whose patients live in virtual time. For the suite
//! `thousand_visits` only.

use model::{Beside, StationState};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use terminal::{Config, DeskSide};
use tests::virtual_day::{MODELS, Plan, scenarios, visit};
use tests::virtual_desk::world::World;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{fault}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let (site, ready_file) = arguments()?;
    let plan = std::fs::read(Plan::file(&site)).map_err(in_words)?;
    let plan: Plan = serde_json::from_slice(&plan).map_err(in_words)?;
    let config = Config::read(&site, &MODELS).map_err(in_words)?;
    let readers: Vec<_> = config.readers.iter().map(|reader| reader.id.clone()).collect();
    let stop = CancellationToken::new();
    let desk_side = Arc::new(DeskSide::start(&config, &stop).map_err(in_words)?);
    desk_side.show_all(StationState::Idle);
    let ready = desk_side.ready();
    let text = serde_json::json!({
        "pid": std::process::id(),
        "api": format!("http://{}", ready.api),
        "socket": ready.socket,
    });
    let partial = ready_file.with_extension("partial");
    std::fs::write(&partial, text.to_string()).map_err(in_words)?;
    std::fs::rename(&partial, &ready_file).map_err(in_words)?;

    let plan = Arc::new(plan);
    let world = World::open(&plan.stock, time::OffsetDateTime::now_utc())?;
    let world = Arc::new((world, scenarios(&plan.scenarios)?));
    let runtime = tokio::runtime::Handle::current();
    let (fail, mut failed) = tokio::sync::mpsc::channel(1);
    for (at, reader) in readers.into_iter().enumerate() {
        let (plan, world, desk_side) = (Arc::clone(&plan), Arc::clone(&world), Arc::clone(&desk_side));
        let (runtime, fail) = (runtime.clone(), fail.clone());
        let patients = move || {
            let first = plan.from.get(at).copied().unwrap_or(1);
            for number in first..=plan.each {
                let result = visit(&world.0, &world.1, &plan, (&reader, at), number)?;
                runtime.block_on(desk_side.commit(result, Beside::default())).map_err(in_words)?;
            }
            Ok::<_, String>(())
        };
        // Sending fails only when this program ends.
        std::thread::spawn(move || patients().map_err(|fault| fail.blocking_send(fault)));
    }
    let mut terminate = signal(SignalKind::terminate()).map_err(in_words)?;
    // Ended as a kill would end it; an orderly stop is shown elsewhere.
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        Some(fault) = failed.recv() => Err(fault),
    }
}

fn arguments() -> Result<(PathBuf, PathBuf), String> {
    let all: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = all.iter().position(|word| word == name)?;
        all.get(at.checked_add(1)?).map(|word| Path::new(word).to_owned())
    };
    after("--config").zip(after("--ready-file")).ok_or_else(|| String::from("--config and --ready-file"))
}

fn in_words(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
