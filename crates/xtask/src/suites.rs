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
    io::Read,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{Mutex, PoisonError, mpsc},
    time::Instant,
};

/// How many programs run at the same time.
const LANES: usize = 2;

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
    let count = suites.len();
    let queue = Mutex::new(VecDeque::from(suites));
    let mut failed = Vec::new();
    std::thread::scope(|lanes| {
        let (teller, told) = mpsc::sync_channel(LANES);
        for _ in 0..LANES {
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
    stop.check()?;
    if failed.is_empty() { Ok(()) } else { Err(Fault::Suites { failed }) }
}

/// What a lane tells about a suite, by its name.
enum News {
    Begun(String),
    Over(String, Result<Outcome, Fault>),
}

/// How a program ended.
struct Outcome {
    output: Vec<u8>,
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
            play(program(&suite)).map_err(|cause| Fault::Start { program: suite.name.clone(), cause });
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

/// Runs a program to its end and keeps what it said, in the order in which it was said.
fn play(mut program: Command) -> std::io::Result<Outcome> {
    let begun = Instant::now();
    let (mut ear, mouth) = std::io::pipe()?;
    program.stdin(Stdio::null()).stdout(mouth.try_clone()?).stderr(mouth).process_group(0);
    let mut child = program.spawn()?;
    // Our own end of the pipe goes with it: otherwise the output would never end.
    drop(program);
    let mut output = Vec::new();
    ear.read_to_end(&mut output)?;
    let status = child.wait()?;
    Ok(Outcome { output, status, seconds: begun.elapsed().as_secs_f64() })
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
    say::line(String::from_utf8_lossy(&outcome.output).trim_end());
    let (seconds, status) = (outcome.seconds, outcome.status);
    if counted(outcome, summary) {
        say::line(format_args!("-- {name}: {seconds:.1} s"));
        return true;
    }
    say::line(format_args!("-- {name}: 失敗しました / FAILED after {seconds:.1} s ({status})"));
    false
}

/// Counts a suite's tests; whether its program ended well.
fn counted(outcome: &Outcome, summary: &mut Summary) -> bool {
    String::from_utf8_lossy(&outcome.output).lines().for_each(|line| summary.take_in(line));
    outcome.status.success()
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
    use crate::summary::Summary;
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
    fn everything_that_a_program_says_is_kept_in_order() {
        let outcome = outcome_of("echo first; echo second >&2; echo third");
        assert!(outcome.status.success());
        assert_eq!(String::from_utf8_lossy(&outcome.output), "first\nsecond\nthird\n");
    }

    #[test]
    fn a_program_that_ends_badly_failed_whatever_it_counted() {
        let mut summary = Summary::default();
        let said = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s'";
        assert!(counted(&outcome_of(said), &mut summary));
        assert!(!counted(&outcome_of(&format!("{said}; kill -ABRT $$")), &mut summary));
        assert_eq!(summary, Summary { passed: 4, failed: 0, skipped: 0 });
    }

    fn outcome_of(script: &str) -> Outcome {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        play(shell).unwrap()
    }
}
