//! Programs that this one runs and waits for. None outlives it.

use crate::{Fault, stop::Stop};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

/// The cargo that started us, or the one on the path, run in the workspace; it dies with us.
pub(crate) fn cargo() -> Command {
    let mut command = dying_with_us(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command
}

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().and_then(Path::parent).unwrap_or(here).to_path_buf()
}

/// The folder that cargo builds into: ours lies in `<target>/<profile>/`.
pub(crate) fn target() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|own| own.ancestors().nth(2).map(Path::to_path_buf))
        .unwrap_or_else(|| workspace().join("target"))
}

/// A program in the folder that ours lies in.
pub(crate) fn beside(name: &str) -> PathBuf {
    std::env::current_exe().map_or_else(|_| PathBuf::from(name), |own| own.with_file_name(name))
}

/// `program` with the kernel's promise that it is killed when the thread that started it ends; the plain program
/// where `setpriv` is not there.
pub(crate) fn dying_with_us(program: impl AsRef<OsStr>) -> Command {
    if find("setpriv").is_none() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Where a program is, also in the folders that an ordinary user's PATH lacks.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Runs to the end with our own output; an error unless it ended well. `what` names it in the error.
pub(crate) fn run(stop: &Stop, command: &mut Command, what: &str) -> Result<(), Fault> {
    let status = wait(stop, spawn(command.stdin(Stdio::null()).process_group(0), what)?, what)?;
    ended_well(what, status)
}

/// Runs to the end and hands every line of its standard output to `line`, the rest of its output being ours.
pub(crate) fn run_reading(
    stop: &Stop,
    command: &mut Command,
    what: &str,
    mut line: impl FnMut(&str),
) -> Result<ExitStatus, Fault> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0), what)?;
    stop.reach_newborn();
    let output = child.stdout.take();
    for bytes in output.into_iter().flat_map(|output| BufReader::new(output).split(b'\n')) {
        let bytes = bytes.map_err(|cause| Fault::Start { program: what.into(), cause })?;
        line(&String::from_utf8_lossy(&bytes));
    }
    wait(stop, child, what)
}

/// What a program prints, if it is there and ends well.
pub(crate) fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(find(program)?)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .env("LC_ALL", "C")
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// An error unless `status` is good.
pub(crate) fn ended_well(what: &str, status: ExitStatus) -> Result<(), Fault> {
    if status.success() { Ok(()) } else { Err(Fault::Failed { what: what.into(), status }) }
}

fn spawn(command: &mut Command, what: &str) -> Result<Child, Fault> {
    command.spawn().map_err(|cause| Fault::Start { program: what.into(), cause })
}

fn wait(stop: &Stop, mut child: Child, what: &str) -> Result<ExitStatus, Fault> {
    stop.reach_newborn();
    let status = child.wait().map_err(|cause| Fault::Start { program: what.into(), cause })?;
    stop.check()?;
    Ok(status)
}
