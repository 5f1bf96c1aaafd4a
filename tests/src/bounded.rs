//! Programs that a test starts and waits for.

use std::path::Path;
use std::process::Command;

/// The program to be run with further arguments; it ends with us, and after so many seconds.
#[must_use]
pub fn bounded(program: &Path, seconds: u32) -> Command {
    const DIE_WITH_PARENT: [&str; 3] = ["--pdeathsig", "KILL", "--"];
    let mut command = Command::new("setpriv");
    command.args(DIE_WITH_PARENT).args(["timeout", "--kill-after", "5", &seconds.to_string()]);
    // `timeout` forks, and what it forks does not inherit the signal.
    command.arg("setpriv").args(DIE_WITH_PARENT).arg(program);
    command
}
