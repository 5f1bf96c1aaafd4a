//! The tools of the suites that are Python's, in the environment that `cargo xtask test` makes below `target/`.

use std::io::Write as _;
use std::path::PathBuf;

/// A program of that environment, e.g. `st`. `None`, said aloud, where it is not there; but not where everything must
/// hold.
///
/// # Panics
/// If it is not there and `CI` is `true`.
#[must_use]
pub fn installed(name: &str) -> Option<PathBuf> {
    // Suites lie in `<target>/<profile>/deps`.
    let own = std::env::current_exe().ok()?;
    let program = own.ancestors().nth(3)?.join("python/bin").join(name);
    if program.exists() {
        return Some(program);
    }
    let said = format!(
        "{} is not there: `cargo xtask test` installs it, for which it needs the network",
        program.display()
    );
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{said}");
    // Not through `eprintln!`, which the test harness hides when a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {said}");
    None
}
