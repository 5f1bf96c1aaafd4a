//! `cargo xtask demo`: a whole desk on this machine, two visits, and then yours until Ctrl-C.

mod reach;
mod state;
mod timeline;
mod visits;

use crate::{
    Fault,
    desk_up::{Build, DeskUp},
    say, setup,
    stop::{Stop, Why},
};
use clap::Args;
use state::{State, StateFile};
use std::path::PathBuf;

/// How to run the demo.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Leave after the two visits: 0 only if both results arrived over the API and in the folder.
    #[arg(long)]
    once: bool,
    /// The simulated readers, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "caora")]
    readers: Vec<String>,
    /// The file that says where the running demo is [default: target/demo/desk.json].
    #[arg(long)]
    state: Option<PathBuf>,
}

/// Runs the demo to its end.
pub(crate) fn demo(arguments: DemoArguments, stop: &Stop) -> Result<(), Fault> {
    say::both("準備", "setup");
    setup::ensure(stop)?;
    Build::Debug.build(stop)?;
    let state_file = StateFile::reserve(arguments.state)?;
    let up = DeskUp::start(stop, Build::Debug, &arguments.readers)?;
    if let Err(fault) = visits::play(&up, stop) {
        if !matches!(fault, Fault::Stopped) {
            up.keep_logs();
        }
        return Err(fault);
    }
    state_file.write(&state_of(&up, &up.pids()))?;
    if arguments.once {
        return Ok(());
    }
    reach::print(&up, state_file.path());
    watch_over(&up, stop);
    match stop.wait() {
        Why::Asked => {
            say::both("\n終わります", "ending");
            Ok(())
        }
        Why::Ended(what) => {
            up.keep_logs();
            Err(Fault::Unexpected(what))
        }
    }
}

fn state_of<'a>(up: &'a DeskUp, pids: &'a [u32]) -> State<'a> {
    let (desk, simulator) = (up.daemon.ready(), up.simulator.ready());
    State {
        api: &desk.api,
        socket: &desk.socket,
        token_file: &desk.token_file,
        face_dir: &simulator.face_dir,
        pcsc_socket: &simulator.pcsc_socket,
        centre: &simulator.centre,
        bench: &simulator.bench,
        bench_token_file: &simulator.bench_token_file,
        pids,
    }
}

/// Says when the daemon ends of itself: its event stream ends with it.
fn watch_over(up: &DeskUp, stop: &Stop) {
    const LONG: std::time::Duration = std::time::Duration::from_secs(3600);
    let (desk, stop) = (up.daemon.desk().clone(), stop.clone());
    std::thread::spawn(move || {
        let Ok(mut events) = desk.events(None, rig::PATIENCE) else { return };
        loop {
            match events.next_within(LONG) {
                Ok(_) | Err(rig::RigError::TimedOut { .. }) => {}
                Err(_) => {
                    return stop
                        .tell(Why::Ended("uketsuked が終わりました。/ uketsuked ended of itself.".into()));
                }
            }
        }
    });
}
