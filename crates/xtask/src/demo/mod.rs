//! `cargo xtask demo`: a whole desk on this machine, two visits, two look-ups, and then yours until Ctrl-C.

mod asking;
mod check;
mod folder;
mod insured;
mod pages;
mod reach;
mod state;
mod timeline;
mod visits;

use crate::{
    Fault,
    desk_up::{Build, DeskUp},
    say, setup,
    stop::{Stop, Why},
    watch::Watch,
};
use clap::Args;
use state::{State, StateFile};
use std::{path::PathBuf, time::Duration};

/// How to run the demo.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Leave after two visits and two look-ups: 0 only if every result and answer arrived, over the API and in the folders.
    #[arg(long)]
    once: bool,
    /// The simulated readers, separated by commas; `all` stands for the five models.
    #[arg(long, value_delimiter = ',', default_value = "caora")]
    readers: Vec<String>,
    /// The file that says where the running demo is, from before the visits to the end [default: target/demo/desk.json].
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Use what is built beside this program; build nothing.
    #[arg(long)]
    built: bool,
}

/// How long the reason may come after what it made fail.
const REASON: Duration = Duration::from_secs(1);

/// Runs the demo to its end.
pub(crate) fn demo(arguments: DemoArguments, stop: &Stop) -> Result<(), Fault> {
    say::both("準備", "setup");
    setup::ensure(stop, setup::Purpose::Desk)?;
    let build = if arguments.built { Build::Beside } else { Build::Debug };
    build.build(stop)?;
    let state_file = StateFile::reserve(arguments.state)?;
    let up = DeskUp::start(stop, build, &arguments.readers)?;
    let outcome = run(&up, stop, arguments.once, &state_file);
    if !matches!(outcome, Ok(()) | Err(Fault::Stopped)) {
        up.keep_logs();
    }
    outcome
}

/// The state file is there from before the first visit, so that others can look on.
fn run(up: &DeskUp, stop: &Stop, once: bool, state_file: &StateFile) -> Result<(), Fault> {
    let _watch = Watch::over(stop, up.programs())?;
    state_file.write(&state_of(up, &pids(up)))?;
    reach::where_all_is(state_file.path());
    let reason = |fault| stop.soon(REASON).unwrap_or(fault);
    pages::tell_bench(up).map_err(reason)?;
    visits::play(up, stop).map_err(reason)?;
    let insured = asking::play(up).map_err(reason)?;
    stop.check()?;
    if once {
        return Ok(());
    }
    let request = state_file.lay_request(&insured.request)?;
    reach::print(up, &reach::Asking { body: &insured.body, request: &request }).map_err(reason)?;
    reach::where_all_is(state_file.path());
    match stop.wait() {
        Why::Asked => {
            say::both("\n終わります", "ending");
            Ok(())
        }
        ended @ Why::Ended(_) => Err(ended.into()),
    }
}

/// Every process of this demo, ours first.
fn pids(up: &DeskUp) -> Vec<u32> {
    let programs = up.programs().into_iter().map(|(_, pid)| pid);
    std::iter::once(std::process::id()).chain(programs).collect()
}

fn state_of<'a>(up: &'a DeskUp, pids: &'a [u32]) -> State<'a> {
    let (desk, simulator) = (up.daemon.ready(), up.simulator.ready());
    State {
        api: &desk.api,
        socket: &desk.socket,
        token_file: &desk.token_file,
        face_dir: &simulator.face_dir,
        req_dir: &simulator.req_dir,
        res_dir: &simulator.res_dir,
        pcsc_socket: &simulator.pcsc_socket,
        centre: &simulator.centre,
        bench: &simulator.bench,
        bench_token_file: &simulator.bench_token_file,
        pids,
    }
}
