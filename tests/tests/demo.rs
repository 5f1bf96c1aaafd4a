//! `cargo xtask demo` as others run it: what it tells, how it ends, and that nothing of it stays.
//!
//! Every process of a demo inherits the demo's own folder for temporary files, by which it is found again, children
//! of children too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]
#![allow(clippy::disallowed_methods, reason = "bounds its waits by the clock")]

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use rig::{Bench, Desk, Life, RigError};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::fd::AsFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::PATIENCE;

/// The very first demo of a build makes the cards' keys, others wait for them.
const START: Duration = Duration::from_secs(120);
/// The line that says that both visits are over and the desk stays.
const RUNNING: &str = "the desk is running until Ctrl-C";
/// The line that says that a result arrived over the API and in the folder.
const ARRIVED: &str = "the right result arrived both ways";

#[test]
fn all_five_models_are_visited_at_the_same_time() {
    let mut demo = Demo::start(&["--once", "--readers", "all"]);
    demo.until_state();
    let everyone = demo.everyone();
    let (status, said) = demo.until_over();
    assert!(status.success(), "{status}: {said}");
    assert_eq!(said.matches(ARRIVED).count(), 10, "a visit each way at each reader: {said}");
    for reader in 1..=5 {
        for insertion in 1..=2 {
            let line = said.lines().find(|line| {
                line.contains(&format!("reader front-{reader} "))
                    && line.contains(&format!("insertion {insertion} "))
            });
            assert!(line.is_some_and(|line| line.contains("  visit ")), "{reader} {insertion}: {said}");
        }
    }
    demo.assert_nothing_stays(&everyone);
}

#[test]
fn once_ends_well_when_both_results_arrived() {
    let mut demo = Demo::start(&["--once"]);
    demo.until_state();
    let everyone = demo.everyone();
    let (status, said) = demo.until_over();
    assert!(status.success(), "{status}: {said}");
    assert_eq!(said.matches(ARRIVED).count(), 2, "{said}");
    demo.assert_nothing_stays(&everyone);
}

#[test]
fn two_demos_run_side_by_side_and_each_says_where_it_is() {
    let (mut one, mut other) = (Demo::start(&[]), Demo::start(&[]));
    for demo in [&mut one, &mut other] {
        let state = demo.until_state();
        let mut keys: Vec<&str> = state.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [
                "api",
                "bench",
                "bench_token_file",
                "centre",
                "face_dir",
                "pcsc_socket",
                "pids",
                "req_dir",
                "res_dir",
                "socket",
                "token_file"
            ]
        );
        for path in
            ["socket", "token_file", "face_dir", "req_dir", "res_dir", "pcsc_socket", "bench_token_file"]
        {
            assert!(Path::new(text(&state, path)).exists(), "{path}");
        }
        std::net::TcpStream::connect(text(&state, "centre")).unwrap();
        assert_eq!(state["pids"][0], demo.child.id());
        assert_eq!(demo.names(), ["pcscd", "uketsuke-simula", "uketsuked", "xtask"]);
        demo.until_said(RUNNING);
        assert_eq!(demo.desk().results().unwrap()["results"].as_array().unwrap().len(), 2);
        assert!(demo.bench().reader("front-1").is_ok());
    }
    // The token of one is not the other's.
    let stranger = Desk::new(text(&one.state, "api"), Path::new(text(&other.state, "token_file"))).unwrap();
    assert!(matches!(stranger.results(), Err(RigError::Refused { status: 401, .. })));

    // As a terminal does on Ctrl-C: to the whole group.
    let group = one.pid();
    one.assert_ends(|| killpg(group, Signal::SIGINT).unwrap());
    other.desk().results().expect("the other demo runs on");
    let program = other.pid();
    other.assert_ends(|| kill(program, Signal::SIGTERM).unwrap());
}

#[test]
fn a_signal_during_the_visits_leaves_nothing() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut demo = Demo::start(&[]);
        demo.until_state();
        let everyone = demo.everyone();
        kill(demo.pid(), signal).unwrap();
        let (status, said) = demo.until_over();
        assert_eq!(status.code(), Some(130), "{signal}: {said}");
        demo.assert_nothing_stays(&everyone);
    }
}

#[test]
fn nothing_outlives_a_demo_that_is_killed() {
    let mut demo = Demo::start(&[]);
    demo.until_state();
    let everyone = demo.everyone();
    kill(demo.pid(), Signal::SIGKILL).unwrap();
    let (status, _) = demo.until_over();
    assert_eq!(status.signal(), Some(9));
    demo.assert_nobody_stays(&everyone);
    assert!(demo.state_file().exists());

    // The next demo takes the name over and removes what was left.
    demo.start_again(&["--once"]);
    let (status, said) = demo.until_over();
    assert!(status.success(), "{said}");
    demo.assert_nothing_stays(&[]);
}

#[test]
fn a_failed_start_leaves_nothing() {
    let mut demo = Demo::start(&["--readers", "no-such-model"]);
    let (status, said) = demo.until_over();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("no simulated reader of model `no-such-model`"), "{said}");
    demo.assert_nothing_stays(&[]);
}

#[test]
fn once_fails_when_the_second_result_does_not_arrive() {
    let mut demo = Demo::start(&["--once"]);
    demo.until_state();
    // The centre forgets the second patient while the first is still at the reader.
    demo.bench().register("housewife", None).unwrap();
    let (status, said) = demo.until_over();
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(said.matches(ARRIVED).count(), 1, "{said}");
    demo.assert_nothing_stays(&[]);
}

#[test]
fn once_fails_when_the_daemon_ends_during_the_visits() {
    let mut demo = Demo::start(&["--once"]);
    demo.until_state();
    let everyone = demo.everyone();
    kill(demo.process("uketsuked"), Signal::SIGKILL).unwrap();
    let (status, said) = demo.until_over();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("ended of itself: uketsuked\n"), "{said}");
    demo.assert_nothing_stays(&everyone);
}

#[test]
fn the_end_of_any_part_ends_the_demo_and_is_said() {
    for (program, name) in
        [("uketsuked", "uketsuked"), ("uketsuke-simula", "uketsuke-simulator"), ("pcscd", "pcscd")]
    {
        let mut demo = Demo::start(&[]);
        demo.until_state();
        demo.until_said(RUNNING);
        let everyone = demo.everyone();
        kill(demo.process(program), Signal::SIGKILL).unwrap();
        let (status, said) = demo.until_over();
        assert_eq!(status.code(), Some(1), "{name}: {said}");
        let told = said.lines().find_map(|line| line.split_once("ended of itself: ")).map(|(_, names)| names);
        assert!(told.is_some_and(|names| names.split(", ").any(|told| told == name)), "{name}: {said}");
        // What a killed program has in the folder for temporary files the next demo removes.
        demo.assert_nobody_stays(&everyone);
        assert!(!demo.state_file().exists(), "{name}");
    }
}

#[test]
fn watch_ends_with_an_error_when_the_daemon_does() {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let mut demo = Demo::start(&[]);
        demo.until_state();
        let mut watch = Command::new(program("uketsuke"))
            .arg("--socket")
            .arg(text(&demo.state, "socket"))
            .arg("watch")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It is connected once it shows something.
        let mut shown = BufReader::new(watch.stdout.take().unwrap()).lines();
        shown.next().unwrap().unwrap();
        kill(demo.process("uketsuked"), signal).unwrap();
        Life::of(watch.id()).unwrap().map_or(Ok(()), |life| life.until_over(PATIENCE)).unwrap();
        let output = watch.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{signal}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("the connection to the daemon ended"), "{signal}: {said}");
    }
}

// ----- a demo -----------------------------------------------------------------------------------------------------

struct Demo {
    child: Child,
    said: Receiver<String>,
    heard: String,
    state: Value,
    /// Holds the state file, and the demo's folder for temporary files.
    folder: TempDir,
    appeared: Inotify,
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        fs::create_dir(folder.path().join("state")).unwrap();
        let appeared = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK).unwrap();
        appeared.add_watch(&folder.path().join("state"), AddWatchFlags::IN_MOVED_TO).unwrap();
        let (child, said) = spawn(folder.path(), arguments);
        Self { child, said, heard: String::new(), state: Value::Null, folder, appeared }
    }

    fn start_again(&mut self, arguments: &[&str]) {
        (self.child, self.said) = spawn(self.folder.path(), arguments);
        self.heard.clear();
    }

    fn pid(&self) -> Pid {
        pid(self.child.id())
    }

    fn state_file(&self) -> PathBuf {
        self.folder.path().join("state/desk.json")
    }

    /// Waits for the state file, which appears whole.
    fn until_state(&mut self) -> Value {
        let end = Instant::now() + START;
        while !self.state_file().exists() {
            let left = end.checked_duration_since(Instant::now()).expect("no state file in time");
            let timeout = PollTimeout::try_from(left).unwrap();
            poll(&mut [PollFd::new(self.appeared.as_fd(), PollFlags::POLLIN)], timeout).unwrap();
            let _ = self.appeared.read_events();
        }
        self.state = serde_json::from_slice(&fs::read(self.state_file()).unwrap()).unwrap();
        self.state.clone()
    }

    fn desk(&self) -> Desk {
        Desk::new(text(&self.state, "api"), Path::new(text(&self.state, "token_file"))).unwrap()
    }

    fn bench(&self) -> Bench {
        Bench::new(text(&self.state, "bench"), Path::new(text(&self.state, "bench_token_file"))).unwrap()
    }

    /// Waits until it says this.
    fn until_said(&mut self, wanted: &str) {
        let end = Instant::now() + START;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.said.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("`{wanted}` was not said: {}", self.heard));
            self.heard.push_str(&line);
            self.heard.push('\n');
            if line.contains(wanted) {
                return;
            }
        }
    }

    /// Waits for its end; gives all that it said.
    fn until_over(&mut self) -> (ExitStatus, String) {
        let over = Life::of(self.child.id()).unwrap().map_or(Ok(()), |life| life.until_over(START));
        if over.is_err() {
            let _ = self.child.kill();
        }
        let status = self.child.wait().unwrap();
        // The channel closes when nobody holds the other end of the output any more.
        while let Ok(line) = self.said.recv_timeout(PATIENCE) {
            self.heard.push_str(&line);
            self.heard.push('\n');
        }
        over.unwrap_or_else(|fault| panic!("{fault}: {}", self.heard));
        (status, self.heard.clone())
    }

    /// Every process of this demo: those that the state file names and all others that come of it.
    fn everyone(&self) -> Vec<Life> {
        let named = self.state["pids"].as_array().into_iter().flatten();
        let named = named.map(|pid| pid.as_u64().unwrap().try_into().unwrap());
        named.chain(self.descendants()).filter_map(|pid| Life::of(pid).unwrap()).collect()
    }

    fn descendants(&self) -> Vec<u32> {
        let mark = format!("TMPDIR={}", self.folder.path().join("tmp").display());
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &u32| {
            // One that ended has no environment any more, or is gone.
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        })
        .collect()
    }

    /// The programs that the state file names.
    fn names(&self) -> Vec<String> {
        let pids = self.state["pids"].as_array().unwrap();
        let mut names: Vec<String> = pids
            .iter()
            .map(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap().trim().to_owned())
            .collect();
        names.sort();
        names
    }

    fn process(&self, name: &str) -> Pid {
        let pids = self.state["pids"].as_array().unwrap();
        let found = pids.iter().find(|pid| {
            fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name)
        });
        pid(u32::try_from(found.unwrap().as_u64().unwrap()).unwrap())
    }

    fn assert_ends(&mut self, end: impl FnOnce()) {
        let everyone = self.everyone();
        end();
        let (status, said) = self.until_over();
        assert!(status.success(), "{status}: {said}");
        self.assert_nothing_stays(&everyone);
    }

    /// No process, no state file, no folder.
    fn assert_nothing_stays(&self, everyone: &[Life]) {
        self.assert_nobody_stays(everyone);
        assert_eq!(names_in(&self.folder.path().join("state")), [""; 0]);
        // What may stay are the empty files that demos of one account wait at for each other.
        let left = names_in(&self.folder.path().join("tmp"));
        assert!(left.iter().all(|name| name.ends_with(".lock")), "{left:?}");
    }

    fn assert_nobody_stays(&self, everyone: &[Life]) {
        for life in everyone {
            life.until_over(PATIENCE).unwrap();
        }
        assert_eq!(self.descendants(), [0; 0]);
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Only a test that failed left it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a demo in a group of its own, as a shell does, that dies with the test.
fn spawn(folder: &Path, arguments: &[&str]) -> (Child, Receiver<String>) {
    let (reading, writing) = std::io::pipe().unwrap();
    let child = Command::new("setpriv")
        .args(["--pdeathsig", "KILL"])
        .arg(program("xtask"))
        .args(["demo", "--built", "--state"])
        .arg(folder.join("state/desk.json"))
        .args(arguments)
        .env("TMPDIR", folder.join("tmp"))
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(writing.try_clone().unwrap())
        .stderr(writing)
        .spawn()
        .unwrap();
    let (say, said) = channel();
    std::thread::spawn(move || {
        BufReader::new(reading).lines().map_while(Result::ok).try_for_each(|line| say.send(line))
    });
    (child, said)
}

/// A program of this build: suites lie in `deps`, the programs beside that.
fn program(name: &str) -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join(name)
}

fn pid(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().unwrap())
}

fn text<'a>(state: &'a Value, key: &str) -> &'a str {
    state[key].as_str().unwrap()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}
