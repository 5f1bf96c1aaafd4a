//! A daemon that cannot serve its site says why, by code and by line or path, and leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops"
)]

use rig::{Daemon, DaemonOptions, PATIENCE, RigError, Simulator, SimulatorOptions, Visit};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use tests::bounded::bounded;
use tests::{READER, TestDesk, next_result, until_failure, until_station};

/// EX_CONFIG of sysexits.h.
const EX_CONFIG: &str = "exit status: 78";

#[test]
fn a_fault_of_a_line_is_named_with_file_and_line() {
    let site = Site::new();
    let good = site.text();
    for (name, (text, line), word) in [
        ("unknown key", put_behind(&good, "[desk]", "sokcet = \"x\""), "sokcet"),
        ("unknown table", put_behind(&good, "institution =", "[dseks]"), "dseks"),
        ("foreign driver", replace_line(&good, "driver =", "driver = \"nobody\""), "known are caora"),
        ("open to the network", replace_line(&good, "listen =", "listen = \"0.0.0.0:0\""), "127.0.0.1"),
        ("no institution", replace_line(&good, "institution =", "institution = \"12345\""), "10 digits"),
        ("broken TOML", replace_line(&good, "[centre]", "[centre"), ""),
        ("no reader", without_readers(&good), "reader"),
        ("a hasty deadline", at_the_end(&good, "[visit.seconds]\npin = 0.5"), "not 1 to 600"),
        ("an unknown deadline", at_the_end(&good, "[visit.seconds]\npni = 60"), "known are agree"),
        ("too many reminders", at_the_end(&good, "[visit]\nreminders = 11"), "not 0 to 10"),
    ] {
        let file = site.variant(&text);
        let log = site.refused(&file, name);
        assert_said(&log, &file, "CONFIG_INVALID", name);
        assert!(log.contains(&format!("line {line}")) && log.contains(word), "{name}: {log}");
    }
    site.assert_starts();
}

#[test]
fn a_file_that_is_missing_is_named_with_its_path() {
    let site = Site::new();
    let nowhere = site.directory().join("nowhere");
    for (key, code) in [
        ("ca_file =", "CONFIG_INVALID"),
        ("certificate_file =", "CONFIG_INVALID"),
        ("photo_ca_file =", "CONFIG_INVALID"),
        ("jpki_ca_file =", "CONFIG_INVALID"),
        ("face_password_file =", "CONFIG_INVALID"),
        ("file =", "LEDGER_UNUSABLE"),
        ("key_file =", "LEDGER_KEY_UNUSABLE"),
    ] {
        let line = format!("{key} {}", quoted(&nowhere.join("it")));
        let (text, _) = replace_line(&site.text(), key, &line);
        let log = site.refused(&site.variant(&text), key);
        assert_said(&log, &nowhere, code, key);
    }
    // A share may come later than the machine: that is shown, and refuses nothing.
    let (text, _) = replace_line(&site.text(), "face =", &format!("face = {}", quoted(&nowhere.join("it"))));
    let daemon = Daemon::start(site.options(&site.variant(&text))).unwrap();
    let mut events = daemon.desk().events(None, PATIENCE).unwrap();
    let away = events.wait_for("the folder that is away", PATIENCE, |event| {
        event.kind == "folder" && event.data.contains("FOLDER_UNWRITABLE")
    });
    away.unwrap();
    assert!(daemon.stop().unwrap().success());
    let log = site.refused(&nowhere, "no configuration");
    assert_said(&log, &nowhere, "CONFIG_INVALID", "no configuration");
    site.assert_starts();
}

#[test]
fn the_ledger_s_key_lies_elsewhere_and_belongs_to_the_daemon_alone() {
    let site = Site::new();
    let key = site.path("keys/ledger.key");
    let beside = site.path("ledger/ledger.key");
    fs::copy(&key, &beside).unwrap();
    let (text, _) =
        replace_line(&site.text_from("[ledger]"), "key_file =", &format!("key_file = {}", quoted(&beside)));
    let head = site.text().split_once("[ledger]").unwrap().0.to_owned();
    let log = site.refused(&site.variant(&format!("{head}{text}")), "key beside the ledger");
    assert_said(&log, &beside, "LEDGER_KEY_UNUSABLE", "key beside the ledger");
    assert!(log.contains("directory"), "{log}");

    for mode in [0o644, 0o640, 0o606] {
        fs::set_permissions(&key, PermissionsExt::from_mode(mode)).unwrap();
        let log = site.refused(&site.file(), "open key");
        assert_said(&log, &key, "LEDGER_KEY_UNUSABLE", "open key");
        assert!(log.contains(&format!("{mode:o}")) && log.contains("chmod 600"), "{log}");
    }
    fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    site.assert_starts();
}

#[test]
fn a_passcode_file_that_is_none_is_refused_and_not_told() {
    let site = Site::new();
    let passcode = site.path("passcode");
    let text = format!("{}\n[visual]\npasscode_file = {}\n", site.text(), quoted(&passcode));
    let file = site.variant(&text);
    let hash = "00".repeat(32);
    for (what, content, mode, word) in [
        ("plain digits", "0417\n".to_owned(), 0o600, "uketsuke passcode set"),
        ("too few rounds", format!("pbkdf2-sha256 1 {hash} {hash}\n"), 0o600, "uketsuke passcode set"),
        ("open to others", format!("pbkdf2-sha256 600000 {} {hash}\n", "00".repeat(16)), 0o644, "chmod 600"),
    ] {
        fs::write(&passcode, &content).unwrap();
        fs::set_permissions(&passcode, PermissionsExt::from_mode(mode)).unwrap();
        let log = site.refused(&file, what);
        assert_said(&log, &passcode, "CONFIG_INVALID", what);
        assert!(log.contains(word) && !log.contains("0417") && !log.contains(&hash), "{what}: {log}");
    }
    fs::remove_file(&passcode).unwrap();
    assert_said(&site.refused(&file, "no passcode file"), &passcode, "CONFIG_INVALID", "no passcode file");
    site.assert_starts();
}

#[test]
fn a_ledger_has_one_daemon() {
    let site = Site::new();
    let first = Daemon::start(site.options(&site.file())).unwrap();
    let log = site.refused_leaving_socket(&site.file(), "held ledger");
    assert_said(&log, &site.path("ledger/ledger.db"), "LEDGER_HELD", "held ledger");
    // The first one never noticed.
    first.desk().readers().unwrap();
    assert!(first.stop().unwrap().success());
    site.assert_starts();
}

#[test]
fn a_reader_that_another_daemon_holds_is_said_and_taken_over_when_it_is_free() {
    let site = Site::new();
    let first = Daemon::start(site.options(&site.file())).unwrap();
    let bench = site.simulator.bench();
    bench.wait(READER, "screen", &json!("place_card"), PATIENCE).unwrap();
    let second = Daemon::start(site.options(&site.second())).unwrap();
    let mut events = second.desk().events(None, PATIENCE).unwrap();
    assert_eq!(until_failure(&mut events, "READER_BUSY").unwrap()["state"], "out_of_order");
    // The one that holds it serves on.
    let mut theirs = first.desk().events(None, PATIENCE).unwrap();
    bench.visit(READER, &Visit::pin("elderly")).unwrap();
    next_result(&mut theirs).unwrap();

    assert!(first.stop().unwrap().success());
    let idle = until_station(&mut events, "an idle station", |station| station["state"] == "idle").unwrap();
    assert!(idle["failure"].is_null(), "{idle}");
    bench.visit(READER, &Visit::pin("elderly")).unwrap();
    assert_eq!(next_result(&mut events).unwrap().id.as_deref(), Some("1"));
}

#[test]
fn a_slot_that_is_not_there_is_said_by_the_station() {
    let site = Site::new();
    let (text, _) = replace_line(&site.text(), "slot =", "slot = \"No such slot\"");
    assert_out_of_order(site.options(&site.variant(&text)), "SLOT_ABSENT");
}

#[test]
fn a_pcsc_service_that_does_not_run_is_said_by_the_station() {
    let site = Site::new();
    let options = DaemonOptions { pcsc_socket: site.path("no-pcscd.sock"), ..site.options(&site.file()) };
    assert_out_of_order(options, "PCSC_STOPPED");
}

#[test]
fn a_ready_file_that_cannot_be_written_is_named() {
    let site = Site::new();
    let nowhere = site.path("nowhere").join("it");
    let own = std::env::current_exe().unwrap();
    let program = own.ancestors().nth(2).unwrap().join("uketsuked");
    let mut daemon = bounded(&program, 60);
    daemon.arg("--config").arg(site.file()).arg("--ready-file").arg(&nowhere);
    let ended = daemon.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(78), "{said}");
    assert_said(&said, &nowhere, "CONFIG_INVALID", "ready file");
    site.assert_starts();
}

fn assert_out_of_order(options: DaemonOptions, code: &str) {
    let daemon = Daemon::start(options).unwrap();
    let mut events = daemon.desk().events(None, PATIENCE).unwrap();
    assert_eq!(until_failure(&mut events, code).unwrap()["state"], "out_of_order");
    assert!(daemon.stop().unwrap().success());
}

// ----- a site -----------------------------------------------------------------------------------------------------

struct Site {
    simulator: Simulator,
}

impl Site {
    fn new() -> Self {
        Self { simulator: Simulator::start(SimulatorOptions::default()).unwrap() }
    }

    fn directory(&self) -> &Path {
        self.simulator.directory()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// Its configuration, which has no fault.
    fn file(&self) -> PathBuf {
        self.simulator.ready().site.clone()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn text_from(&self, mark: &str) -> String {
        let text = self.text();
        text[text.find(mark).unwrap()..].to_owned()
    }

    /// Another configuration beside it.
    fn variant(&self, text: &str) -> PathBuf {
        let file = self.path("variant.toml");
        fs::write(&file, text).unwrap();
        file
    }

    /// Another daemon's configuration for the same reader: everything else is its own.
    fn second(&self) -> PathBuf {
        let mut text = self.text();
        for (key, name) in [
            ("socket =", "second.sock"),
            ("tokens_file =", "second-tokens.json"),
            ("requests =", "second-req"),
            ("answers =", "second-res"),
            ("file =", "second-ledger/ledger.db"),
            ("face =", "second-face"),
        ] {
            text = replace_line(&text, key, &format!("{key} {}", quoted(&self.path(name)))).0;
        }
        fs::create_dir(self.path("second-ledger")).unwrap();
        fs::create_dir(self.path("second-face")).unwrap();
        let file = self.path("second.toml");
        fs::write(&file, text).unwrap();
        file
    }

    fn options(&self, config: &Path) -> DaemonOptions {
        DaemonOptions { config: config.to_owned(), ..self.simulator.daemon() }
    }

    /// Starts a daemon that refuses at once and leaves no socket; gives what it said.
    fn refused(&self, config: &Path, what: &str) -> String {
        let said = self.refused_leaving_socket(config, what);
        assert!(UnixStream::connect(self.path("uketsuke.sock")).is_err(), "{what}: somebody answers");
        said
    }

    fn refused_leaving_socket(&self, config: &Path, what: &str) -> String {
        let log = self.path("refused.log");
        fs::write(&log, []).unwrap();
        let options = DaemonOptions { log_file: Some(log.clone()), ..self.options(config) };
        match Daemon::start(options) {
            Err(RigError::Ended { status, .. }) => assert_eq!(status, EX_CONFIG, "{what}"),
            Err(other) => panic!("{what}: {other}"),
            Ok(_) => panic!("{what}: the daemon started"),
        }
        let said = fs::read_to_string(&log).unwrap();
        for secret in self.secrets() {
            assert!(!said.contains(secret.trim()), "{what}: a secret is told");
        }
        said
    }

    /// The ledger's key and the password at the centre.
    fn secrets(&self) -> [String; 2] {
        let text = self.text();
        let of = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            fs::read_to_string(line.trim().trim_matches('"')).unwrap()
        };
        [of("key_file ="), of("face_password_file =")]
    }

    /// The refusals left nothing behind that would stop a daemon with the right configuration.
    fn assert_starts(self) {
        let daemon = Daemon::start(self.options(&self.file())).unwrap();
        let desk = TestDesk { daemon, simulator: self.simulator };
        desk.until_idle().unwrap();
    }
}

fn assert_said(log: &str, path: &Path, code: &str, what: &str) {
    assert!(log.contains(&*path.to_string_lossy()), "{what}: {log}");
    assert!(log.contains(&format!("code={code} ")), "{what}: {log}");
    assert!(!log.contains("panic"), "{what}: {log}");
}

fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_str().unwrap())
}

/// The text with the first line that begins so replaced, and that line's number.
fn replace_line(text: &str, beginning: &str, with: &str) -> (String, usize) {
    let at = text.lines().position(|line| line.starts_with(beginning)).unwrap();
    let lines: Vec<&str> =
        text.lines().enumerate().map(|(n, line)| if n == at { with } else { line }).collect();
    (lines.join("\n"), at + 1)
}

/// The text with a line more behind the first that begins so, and the new line's number.
fn put_behind(text: &str, beginning: &str, new: &str) -> (String, usize) {
    let line = text.lines().find(|line| line.starts_with(beginning)).unwrap();
    let (text, at) = replace_line(text, beginning, &format!("{line}\n{new}"));
    (text, at + 1)
}

/// The text with a table more at its end, and the number of the last line.
fn at_the_end(text: &str, table: &str) -> (String, usize) {
    let text = format!("{}\n{table}", text.trim_end());
    let end = text.lines().count();
    (text, end)
}

/// No reader at all; the fault is where the file ends.
fn without_readers(text: &str) -> (String, usize) {
    let text = format!("reader = []\n{}", text.split_once("[[reader]]").unwrap().0);
    let end = text.split('\n').count();
    (text, end)
}
