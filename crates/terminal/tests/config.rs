//! A fault in the configuration is named with its line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops")]

use reader::{Link, Patience, Profile, ReaderDriver, ReaderFactory};
use std::path::Path;
use terminal::{Config, ConfigError};

/// Stands for a driver; the configuration only asks for its name.
struct Named;

impl ReaderFactory for Named {
    fn name(&self) -> &'static str {
        "named"
    }
    fn profile(&self) -> &'static Profile {
        unreachable!("the configuration does not ask")
    }
    fn maturity(&self) -> model::Maturity {
        model::Maturity::Simulated
    }
    fn link(&self) -> Link {
        Link::Tcp
    }
    fn patience(&self) -> Patience {
        unreachable!("the configuration does not ask")
    }
    fn create(&self) -> Box<dyn ReaderDriver> {
        unreachable!("the configuration does not create")
    }
}

const GOOD: &str = r#"[site]
institution = "9991234567"

[desk]
socket = "/run/uketsuke/uketsuke.sock"
token_file = "/var/lib/uketsuke/desk.token"

[ledger]
file = "/var/lib/uketsuke/ledger/ledger.db"
key_file = "/etc/uketsuke/ledger.key"

[folders]
face = "/srv/oqs/face"

[centre]
endpoint = "centre.example:443"
server_name = "centre.example"
ca_file = "/etc/uketsuke/ca.pem"
certificate_file = "/etc/uketsuke/terminal.pem"
key_file = "/etc/uketsuke/terminal-key.pem"

[card]
photo_ca_file = "/etc/uketsuke/photo-ca.pem"
jpki_ca_file = "/etc/uketsuke/jpki-ca.pem"

[[reader]]
id = "front-1"
label = "受付 1"
driver = "named"
port = "/dev/reader-front"
slot = "Reader 00"
face_account = "F0000001"
face_password_file = "/etc/uketsuke/F0000001.password"
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(Path::new("site.toml"), text, &[&Named])
}

/// Parses GOOD with one thing changed; gives line and fault.
fn fault(from: &str, to: &str) -> (usize, String) {
    assert!(GOOD.contains(from), "the sample has no {from}");
    match parse(&GOOD.replacen(from, to, 1)) {
        Err(ConfigError::AtLine { line, fault, .. }) => (line, fault),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{to:?} was accepted"),
    }
}

#[test]
fn a_good_configuration_has_safe_defaults() {
    let config = parse(GOOD).unwrap();
    assert!(config.desk.listen.ip().is_loopback());
    assert_eq!(config.centre.stand_in, terminal::config::StandIn::Refused);
}

#[test]
fn each_fault_names_its_line_and_what_is_wrong() {
    let cases = [
        ("institution = \"9991234567\"", "institution = \"12345\"", 2, "10 digits"),
        ("socket = \"/run", "sokcet = \"/run", 5, "sokcet"),
        ("[desk]\n", "[desk]\nlisten = \"0.0.0.0:8080\"\n", 5, "loopback"),
        ("driver = \"named\"", "driver = \"nobody\"", 29, "named"),
        ("id = \"front-1\"", "id = \"Front 1\"", 27, "reader id"),
        ("face_account = \"F0000001\"", "face_account = \"A1\"", 32, "face account"),
        ("port = \"/dev/reader-front\"", "port = 7", 30, "string"),
        ("key_file = \"/etc/uketsuke/ledger.key\"", "key_file = \"/k\"\nkeep_days = 8", 11, "1 to 7"),
        ("[card]", "[card", 22, "table"),
    ];
    for (from, to, line, word) in cases {
        let (at, fault) = fault(from, to);
        assert_eq!(at, line, "{to}: {fault}");
        assert!(fault.contains(word), "{to}: {fault}");
    }
}

#[test]
fn two_readers_share_nothing() {
    let second = GOOD.split("[[reader]]").nth(1).unwrap().replace("front-1", "front-2");
    let text = format!("{GOOD}\n[[reader]]{second}");
    let Err(ConfigError::AtLine { fault, .. }) = parse(&text) else { panic!("accepted") };
    assert!(fault.contains("port") && fault.contains("/dev/reader-front"), "{fault}");
}

#[test]
fn the_message_says_file_line_and_code() {
    let error = parse(&GOOD.replace("[card]", "[cards]")).unwrap_err();
    assert_eq!(error.code(), failure::codes::CONFIG_INVALID);
    assert!(error.to_string().contains("site.toml"), "{error}");
}
