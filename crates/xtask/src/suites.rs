//! The test programs, side by side. Most of their time they wait for cards, deadlines and other processes: one after
//! the other they would leave the cores idle.

use crate::{
    Fault,
    command::{cargo, dying_with_us, ended_well, run_reading, workspace},
    say,
    stop::Stop,
    summary::Summary,
};
use serde::Deserialize;
use std::{
    collections::VecDeque,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{Mutex, PoisonError, mpsc},
    time::Instant,
};
use tempfile::NamedTempFile;

/// How many programs run at the same time.
const LANES: usize = 2;

/// What keeps the processors busy on purpose: beside it others would miss their deadlines.
const ALONE: [&str; 1] = ["tests/tests/wrong_drivers.rs"];

/// One test program, built and ready.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    /// Its source file, seen from the workspace.
    name: String,
    program: PathBuf,
    /// The package's folder, where its tests look for their files.
    folder: PathBuf,
}

/// Builds every test program of the workspace.
pub(crate) fn build(stop: &Stop) -> Result<Vec<Suite>, Fault> {
    let mut suites = Vec::new();
    let mut build = cargo();
    build.args(["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]);
    let status = run_reading(stop, &mut build, "cargo test --no-run", |line| suites.extend(suite_of(line)))?;
    ended_well("cargo test --no-run", status)?;
    // Those that start a whole desk take longest. They come first, so that none is left running alone at the end.
    suites.sort_by_key(|suite| !suite.name.starts_with("tests/"));
    Ok(suites)
}

/// Runs every suite, also after one has failed, and tells each when it is over.
pub(crate) fn run(stop: &Stop, suites: Vec<Suite>, summary: &mut Summary) -> Result<(), Fault> {
    let (alone, others) = suites.into_iter().partition(|suite| ALONE.contains(&suite.name.as_str()));
    let mut failed = in_lanes(stop, 1, alone, summary);
    failed.extend(in_lanes(stop, LANES, others, summary));
    stop.check()?;
    if failed.is_empty() { Ok(()) } else { Err(Fault::Suites { failed }) }
}

/// Runs so many at a time; those that failed.
fn in_lanes(stop: &Stop, at_once: usize, suites: Vec<Suite>, summary: &mut Summary) -> Vec<String> {
    let count = suites.len();
    let queue = Mutex::new(VecDeque::from(suites));
    let mut failed = Vec::new();
    std::thread::scope(|lanes| {
        let (teller, told) = mpsc::sync_channel(at_once);
        for _ in 0..at_once {
            let (teller, queue) = (teller.clone(), &queue);
            lanes.spawn(move || lane(stop, queue, &teller));
        }
        drop(teller);
        let mut over = 0;
        for news in told {
            match news {
                News::Begun(name) => say::line(format_args!(".. {name}")),
                News::Over(name, outcome) => {
                    over += 1;
                    if !tell(&name, &outcome, summary) {
                        failed.push(name);
                    }
                    say::line(format_args!("-- {over}/{count}"));
                }
            }
        }
    });
    failed
}

/// What a lane tells about a suite, by its name.
enum News {
    Begun(String),
    Over(String, Result<Outcome, Fault>),
}

/// How a program ended, and what it said.
struct Outcome {
    /// To standard output: the test runner's own words.
    said: String,
    /// To standard error: whatever it and the programs that it started complained of.
    aside: String,
    status: ExitStatus,
    seconds: f64,
}

/// Runs one suite after the other until none is left.
fn lane(stop: &Stop, queue: &Mutex<VecDeque<Suite>>, teller: &mpsc::SyncSender<News>) {
    while stop.check().is_ok() {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(suite) = next else { return };
        // Who listens does so until the last lane has ended.
        let _ = teller.send(News::Begun(suite.name.clone()));
        let outcome =
            play(stop, program(&suite)).map_err(|cause| Fault::Start { program: suite.name.clone(), cause });
        let _ = teller.send(News::Over(suite.name, outcome));
    }
}

/// The suite's program as `cargo test` would start it.
fn program(suite: &Suite) -> Command {
    let mut program = dying_with_us(&suite.program);
    program
        .current_dir(&suite.folder)
        .env("CARGO_MANIFEST_DIR", &suite.folder)
        .env("RUST_TEST_THREADS", threads().to_string());
    program
}

/// Runs a program to its end and keeps what it said. In files and not in pipes: a pipe would not end before the last
/// program that holds it, and whatever a suite leaves running must not hold us.
fn play(stop: &Stop, mut program: Command) -> std::io::Result<Outcome> {
    let begun = Instant::now();
    let (said, aside) = (NamedTempFile::new()?, NamedTempFile::new()?);
    program.stdin(Stdio::null()).stdout(said.reopen()?).stderr(aside.reopen()?).process_group(0);
    let mut child = program.spawn()?;
    stop.reach_newborn();
    let status = child.wait()?;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Outcome { said: text(&said)?, aside: text(&aside)?, status, seconds })
}

fn text(file: &NamedTempFile) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(file)?).into_owned())
}

/// The suites wait most of the time: more tests at once than cores.
fn threads() -> usize {
    const FEWEST: usize = 6;
    std::thread::available_parallelism().map_or(FEWEST, |cores| FEWEST.max(cores.get().saturating_add(2)))
}

/// Shows what a suite said and counts its tests; whether it ended well.
fn tell(name: &str, outcome: &Result<Outcome, Fault>, summary: &mut Summary) -> bool {
    say::heading(name);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(fault) => {
            say::line(fault);
            return false;
        }
    };
    for words in [&outcome.aside, &outcome.said] {
        if !words.trim().is_empty() {
            say::line(words.trim_end());
        }
    }
    let (seconds, status) = (outcome.seconds, outcome.status);
    if counted(outcome, summary) {
        say::line(format_args!("-- {name}: {seconds:.1} s"));
        return true;
    }
    say::line(format_args!("-- {name}: 失敗しました / FAILED after {seconds:.1} s ({status})"));
    false
}

/// Counts a suite's tests, and the checks that it says it skipped; whether its program ended well and told its count.
fn counted(outcome: &Outcome, summary: &mut Summary) -> bool {
    let counts = outcome.said.lines().filter(|line| summary.take_in(line)).count();
    outcome.aside.lines().for_each(|line| summary.take_in_aside(line));
    outcome.status.success() && counts == 1
}

/// The suite that one line of cargo's messages announces, if it does.
///
/// The form: <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>.
fn suite_of(line: &str) -> Option<Suite> {
    let artifact: Artifact = serde_json::from_str(line).ok()?;
    let program = artifact.executable.filter(|_| artifact.profile.test)?;
    let source = artifact.target.src_path;
    Some(Suite {
        name: source.strip_prefix(workspace()).unwrap_or(&source).display().to_string(),
        program,
        folder: artifact.manifest_path.parent().map(Path::to_path_buf)?,
    })
}

/// What cargo says when it has built something.
#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Suite, counted, play, suite_of};
    use crate::{stop::Stop, summary::Summary};
    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    use std::process::Command;

    #[test]
    fn only_test_programs_are_suites() {
        let artifact = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///w/crates/desk#0.1.0",
                "manifest_path":"/w/crates/desk/Cargo.toml","target":{{"kind":["test"],"crate_types":["bin"],
                "name":"access","src_path":"/w/crates/desk/tests/access.rs","edition":"2024"}},
                "profile":{{"opt_level":"1","test":{test}}},"features":[],"filenames":[],
                "executable":{executable},"fresh":true}}"#
            )
        };
        let program = r#""/w/target/debug/deps/access-1f""#;
        assert_eq!(
            suite_of(&artifact(true, program)),
            Some(Suite {
                name: "/w/crates/desk/tests/access.rs".into(),
                program: "/w/target/debug/deps/access-1f".into(),
                folder: "/w/crates/desk".into(),
            })
        );
        assert_eq!(suite_of(&artifact(false, program)), None, "a program that is no test");
        assert_eq!(suite_of(&artifact(true, "null")), None, "a library");
        assert_eq!(suite_of(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(suite_of("running 3 tests"), None);
    }

    #[test]
    fn what_a_program_says_is_kept_and_whoever_it_leaves_behind_is_not_waited_for() {
        let outcome = outcome_of("echo first; echo aside >&2; echo second; sleep 60 & echo $! >&2");
        assert!(outcome.status.success());
        assert_eq!(outcome.said, "first\nsecond\n");
        let left = outcome.aside.strip_prefix("aside\n").unwrap().trim().parse().unwrap();
        kill(Pid::from_raw(left), Signal::SIGKILL).unwrap();
    }

    #[test]
    fn only_a_program_that_ends_well_and_says_its_count_is_good() {
        let mut summary = Summary::default();
        let said = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s'";
        assert!(counted(&outcome_of(said), &mut summary));
        assert!(!counted(&outcome_of(&format!("{said}; kill -ABRT $$")), &mut summary));
        assert!(!counted(&outcome_of("echo running 2 tests"), &mut summary), "it left before its end");
        assert!(counted(&outcome_of(&format!("echo 'SKIPPED: a check' >&2; {said}")), &mut summary));
        assert_eq!(summary, Summary { passed: 6, failed: 0, skipped: 1 });
    }

    fn outcome_of(script: &str) -> Outcome {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        play(&Stop::default(), shell).unwrap()
    }
}
