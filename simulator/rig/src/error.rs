//! Why the rig could not do what it was asked.

use std::path::PathBuf;
use std::time::Duration;

/// Every error names its subject; none carries a body, which may be personal, unless the server marked it as a
/// problem.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// A binary is not where it would be after a build.
    #[error("`{name}` is not built: {} does not exist; run `cargo build --bin {name}`", looked_at.display())]
    NotBuilt {
        /// The binary.
        name: String,
        /// Where it was looked for.
        looked_at: PathBuf,
    },
    /// A program could not be started.
    #[error("`{name}` cannot be started")]
    Spawn {
        /// The program.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// A program ended while something was awaited of it.
    #[error("`{name}` ended ({status}) while waiting for {waited_for}; its log: {log}")]
    Ended {
        /// The program.
        name: String,
        /// How it ended.
        status: String,
        /// What was awaited.
        waited_for: String,
        /// Where its log is, or `standard error`.
        log: String,
    },
    /// A wait reached its bound.
    #[error("no {waited_for} within {} ms{}", after.as_millis(), if seen.is_empty() { String::new() } else { format!("; seen instead: {seen}") })]
    TimedOut {
        /// What was awaited.
        waited_for: String,
        /// The bound.
        after: Duration,
        /// What was there instead, if that is known.
        seen: String,
    },
    /// A server refused a request.
    #[error("{request} was answered {status}: {problem}")]
    Refused {
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// The problem document's title or error word, at most 1000 characters.
        problem: String,
    },
    /// A request got no answer, or one that is not what was agreed.
    #[error("{request} failed: {fault}")]
    Request {
        /// Method and path.
        request: String,
        /// Why.
        fault: String,
    },
    /// A file could not be read or written.
    #[error("{}: {fault}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        fault: String,
    },
    /// The operating system refused.
    #[error("{what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

impl RigError {
    pub(crate) fn system(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::System { what, source }
    }

    pub(crate) fn file(path: &std::path::Path, fault: impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), fault: fault.to_string() }
    }
}
