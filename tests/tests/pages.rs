//! The pages that people meet, in headless Chromium driven by Playwright: the suites in `tests/pages`, each on a running
//! desk of its own. What they see and do is written there; here is only what they stand on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops, and says what its suite said"
)]

use failure::codes;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use tests::bounded::bounded;
use tests::{TestDesk, python, site};

/// Seconds after which a suite hangs.
const BOUND: u32 = 400;
/// With which staff confirm; nobody's.
const PASSCODE: &str = "4826";

#[test]
fn whole_visits_at_the_kiosk() {
    passes("test_kiosk_visits.py", &["stfr2", "caora"]);
}

#[test]
fn every_screen_of_the_kiosk() {
    passes("test_kiosk_screens.py", &["stfr2"]);
}

#[test]
fn the_board() {
    passes("test_board.py", &["stfr2", "caora"]);
}

#[test]
fn the_bench() {
    passes("test_bench.py", &["stfr2", "caora"]);
}

#[test]
fn what_holds_for_every_page() {
    passes("test_page_rules.py", &["stfr2"]);
}

#[test]
fn pages_of_somebody_else() {
    passes("test_foreign_sites.py", &["stfr2"]);
}

#[test]
fn pages_of_a_daemon_that_was_killed_come_back() {
    passes("test_coming_back.py", &["stfr2"]);
}

/// Runs a suite on a desk of these readers; what it said is shown when it fails.
fn passes(suite: &str, readers: &[&str]) {
    let Some(python) = python::installed("python") else { return };
    let (desk, configuration) = desk(readers);
    let place = tempfile::tempdir().unwrap();
    let said = place.path().join("desk.json");
    let (daemon, simulator) = (desk.daemon.ready(), desk.simulator.ready());
    let desk_file = json!({
        "api": daemon.api, "token_file": daemon.token_file,
        "bench": simulator.bench, "bench_token_file": simulator.bench_token_file,
        "readers": simulator.readers, "passcode": PASSCODE,
        "daemon": desk.daemon.pid(), "site": configuration,
        "codes": codes::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
    });
    fs::write(&said, desk_file.to_string()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pages");
    let mut pytest = bounded(&python, BOUND);
    pytest.args(["-B", "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", suite]);
    pytest.current_dir(folder).env("UKETSUKE_DESK", &said);
    let ended = pytest.output().unwrap();
    let text = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{suite}: {}\n{text}\n{}",
        ended.status,
        String::from_utf8_lossy(&ended.stderr)
    );
    // "21 passed in 31.20s": nothing was left out.
    let last = text.lines().last().unwrap_or_default();
    assert!(last.contains(" passed") && !last.contains("skipped") && !last.contains("deselected"), "{last}");
    println!("{suite}: {last}");
}

/// A desk, and the configuration that its daemon was started with.
fn desk(readers: &[&str]) -> (TestDesk, PathBuf) {
    let mut configuration = PathBuf::new();
    let desk = TestDesk::of(readers, |options| {
        site::add_passcode(options, PASSCODE).unwrap();
        configuration.clone_from(&options.config);
    });
    (desk.unwrap(), configuration)
}
