//! Why one of the project's commands could not go on.

use std::{io, path::PathBuf, process::ExitStatus};

/// Why a command stopped; the text is meant for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Ctrl-C, SIGTERM or SIGHUP.
    #[error("止められました。/ Stopped by a signal.")]
    Stopped,
    /// A program could not be started.
    #[error("{program} を起動できません。/ {program} could not be started: {cause}")]
    Start { program: String, cause: io::Error },
    /// A program ended badly.
    #[error("失敗 / failed: {what} ({status})")]
    Failed { what: String, status: ExitStatus },
    /// Test programs that ended badly.
    #[error("失敗 / failed:\n  {}", failed.join("\n  "))]
    Suites { failed: Vec<String> },
    /// Packages are missing and nobody here may install them.
    #[error("管理者として実行してください。/ Run this as root, then start again:\n  {command}")]
    NeedsRoot { command: String },
    /// Programs or libraries are missing on a system whose packages we do not know.
    #[error("足りないもの / missing on this system: {}", missing.join(", "))]
    Missing { missing: Vec<String> },
    /// A file of ours.
    #[error("{} {doing}: {cause}", path.display())]
    File { path: PathBuf, doing: &'static str, cause: io::Error },
    /// A program that the desk cannot do without.
    #[error("ひとりでに終わりました / ended of itself: {0}")]
    Ended(String),
    /// Simulator, daemon or one of their APIs.
    #[error("{}", chain(.0))]
    Rig(#[from] rig::RigError),
    /// The person has read it already.
    #[error("see above")]
    Said,
    /// What came back is not what was expected.
    #[error("{0}")]
    Unexpected(String),
}

impl Fault {
    /// A file of ours: `doing` says what we were about, e.g. `cannot be written`.
    pub(crate) fn file(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { path, doing, cause }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |cause| cause.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
