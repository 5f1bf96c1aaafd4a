//! The Python packages of the tests, in an environment of their own below `target/`: schemathesis meets the running desk, and
//! Playwright drives the browser that meets its pages.

use crate::{
    Fault,
    command::{ask, dying_with_us, run, target},
    say,
    scratch::alone,
    stop::Stop,
};
use std::path::{Path, PathBuf};

/// Each package with its version, as pip reads them.
const PACKAGES: &str = include_str!("python_packages.txt");
/// Says of which packages and of which Python an environment is; written when it is whole.
const STAMP: &str = "made-of.txt";

/// Makes sure that the environment is there and of these versions. Needs the network only when it is made.
pub(crate) fn ensure(stop: &Stop) -> Result<(), Fault> {
    let place = target().join("python");
    if is_whole(&place) {
        return Ok(());
    }
    // Two runs side by side: the second waits here and then finds nothing to do.
    let _alone = alone("uketsuke-python.lock")?;
    if is_whole(&place) {
        return Ok(());
    }
    say::both(
        format_args!("APIと画面を試す道具（Python）を {} に入れます", place.display()),
        format_args!("installing what tries the API and the pages (Python) into {}", place.display()),
    );
    packages().for_each(|package| say::line(format_args!("  {package}")));
    make(stop, &place)
}

/// What is said where it cannot be made; the suite that needs it says so too, and fails where everything must hold.
pub(crate) fn say_skipped(fault: &Fault) {
    say::line(format_args!("{fault}"));
    say::both(
        "道具を入れられないので、APIと画面の試験は飛ばします（CIでは失敗になります）",
        "SKIPPED: without these packages neither the API nor the pages are tried; where CI=true that is a failure",
    );
}

fn make(stop: &Stop, place: &Path) -> Result<(), Fault> {
    match std::fs::remove_dir_all(place) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            return Err(Fault::file(place, "cannot be removed")(cause));
        }
        _ => {}
    }
    let mut python = dying_with_us("python3");
    python.args(["-m", "venv"]).arg(place);
    run(stop, &mut python, "python3 -m venv")?;
    let list = place.join("packages.txt");
    std::fs::write(&list, PACKAGES).map_err(Fault::file(&list, "cannot be written"))?;
    let mut pip = dying_with_us(place.join("bin/python"));
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--only-binary", ":all:"]);
    pip.arg("--requirement").arg(&list);
    run(stop, &mut pip, "pip install")?;
    let stamp = stamp_file(place);
    std::fs::write(&stamp, made_of()).map_err(Fault::file(&stamp, "cannot be written"))
}

fn is_whole(place: &Path) -> bool {
    std::fs::read_to_string(stamp_file(place)).is_ok_and(|stamp| stamp == made_of())
}

/// An environment belongs to the Python that made it.
fn made_of() -> String {
    format!("{}{PACKAGES}", ask("python3", &["--version"]).unwrap_or_default())
}

fn stamp_file(place: &Path) -> PathBuf {
    place.join(STAMP)
}

fn packages() -> impl Iterator<Item = &'static str> {
    PACKAGES.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_to_one_version() {
        for package in packages() {
            let (name, version) = package.split_once("==").unwrap_or_default();
            assert!(
                !name.is_empty() && version.starts_with(|digit: char| digit.is_ascii_digit()),
                "{package}"
            );
        }
        for wanted in ["schemathesis==", "playwright==", "axe-playwright-python=="] {
            assert!(packages().any(|package| package.starts_with(wanted)), "{wanted}");
        }
    }
}
