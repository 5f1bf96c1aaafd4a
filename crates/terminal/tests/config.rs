//! A fault in the configuration is named with its line.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops")]

use reader::profile::{Screen, Units};
use reader::{
    Link, Parity, Patience, PhotoCodec, PhotoWanted, Profile, ReaderDriver, ReaderFactory, SerialSettings,
    Stated,
};
use std::path::Path;
use std::time::Duration;
use terminal::{Config, ConfigError};
use visit::Deadlines;

/// Stands for a driver; the configuration asks for its name, its link and how many there may be.
struct Named {
    name: &'static str,
    link: Link,
    profile: &'static Profile,
}

const fn profile(units: Stated<Units>) -> Profile {
    Profile {
        model: "named",
        screen_tenths_of_inch: Stated::Unknown,
        screen: Screen::Reader,
        least_face_light_lux: Stated::Unknown,
        shade_card_slot: Stated::Unknown,
        spoof_prevention: Stated::Unknown,
        peep_prevention: Stated::Unknown,
        glasses: Stated::Unknown,
        mask: Stated::Unknown,
        voice: Stated::Unknown,
        buzzer: Stated::Unknown,
        lamp: Stated::Unknown,
        card_left_notice: Stated::Unknown,
        wrong_side_notice: Stated::Unknown,
        shuffled_pad: Stated::Unknown,
        document_ocr: Stated::Unknown,
        languages: Stated::Unknown,
        rotates: Stated::Unknown,
        glove_touch: Stated::Unknown,
        backlight_correction: Stated::Unknown,
        staff_mirror: Stated::Unknown,
        detachable: Stated::Unknown,
        units,
        photo: PhotoWanted { codec: PhotoCodec::Jp2, width: 0, height: 0, most_bytes: 20_000 },
    }
}

static FREE: Profile = profile(Stated::Unknown);
static FOUR: Profile = profile(Stated::As(Units::UpTo(4)));
static LICENSED: Profile = profile(Stated::As(Units::OneThenLicence));

const SERIAL: Link = Link::Serial(SerialSettings { baud: 115_200, parity: Parity::Even });
static NAMED: Named = Named { name: "named", link: SERIAL, profile: &FREE };
static FOUR_AT_MOST: Named = Named { name: "four-at-most", link: Link::Hid { report: 64 }, profile: &FOUR };
static WITH_LICENCE: Named = Named { name: "with-licence", link: Link::Tcp, profile: &LICENSED };

impl ReaderFactory for Named {
    fn name(&self) -> &'static str {
        self.name
    }
    fn profile(&self) -> &'static Profile {
        self.profile
    }
    fn maturity(&self) -> model::Maturity {
        model::Maturity::Simulated
    }
    fn link(&self) -> Link {
        self.link
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
tokens_file = "/var/lib/uketsuke/tokens.json"

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
    Config::parse(Path::new("site.toml"), text, &[&NAMED, &FOUR_AT_MOST, &WITH_LICENCE])
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
    assert_eq!(config.deadlines, Deadlines::default());
    assert_eq!(config.passcode_file, None, "no passcode: staff act over the API alone");
}

/// Every deadline under the name that the configuration has for it.
fn named(d: &Deadlines) -> [(&'static str, Duration); 21] {
    // Taken apart whole: a new deadline fails to compile here until it has its key.
    let Deadlines {
        agree,
        identify,
        choose,
        number_b,
        photo,
        compare,
        card,
        pin,
        passcode,
        armed,
        confirm,
        relay,
        consent,
        answers,
        processing,
        commit,
        advise,
        take,
        told,
        clear,
        reminders: _,
        pause,
    } = *d;
    [
        ("agree", agree),
        ("identify", identify),
        ("choose", choose),
        ("number_b", number_b),
        ("photo", photo),
        ("compare", compare),
        ("card", card),
        ("pin", pin),
        ("passcode", passcode),
        ("armed", armed),
        ("confirm", confirm),
        ("relay", relay),
        ("consent", consent),
        ("answers", answers),
        ("processing", processing),
        ("commit", commit),
        ("advise", advise),
        ("take", take),
        ("told", told),
        ("clear", clear),
        ("pause", pause),
    ]
}

#[test]
fn every_deadline_is_configuration_under_its_own_name() {
    let names: Vec<_> = named(&Deadlines::default()).into_iter().map(|(name, _)| name).collect();
    for name in &names {
        let config = parse(&format!("{GOOD}\n[visit.seconds]\n{name} = 12.25\n")).unwrap();
        let changed: Vec<_> = named(&config.deadlines)
            .into_iter()
            .zip(named(&Deadlines::default()))
            .filter(|(new, old)| new != old)
            .map(|(new, _)| new)
            .collect();
        assert_eq!(changed, [(*name, Duration::from_millis(12_250))]);
    }
    let config = parse(&format!("{GOOD}\n[visit]\nreminders = 0\n[visit.seconds]\npin = 90\n")).unwrap();
    assert_eq!((config.deadlines.reminders, config.deadlines.pin), (0, Duration::from_secs(90)));
}

/// The file that a site begins with shows every deadline with its default.
#[test]
fn the_shipped_configuration_states_the_defaults() {
    let shipped = include_str!("../../../config/uketsuked.toml").split_once("# [visit]").unwrap().1;
    let stated = |key: &str| {
        let line = shipped.lines().find(|line| line.starts_with(&format!("# {key} = ")));
        let value = line.and_then(|line| line.split(['=', '#']).nth(2)).unwrap_or_default().trim();
        value.parse::<f64>().unwrap_or_else(|_| panic!("{key} is not stated"))
    };
    for (name, default) in named(&Deadlines::default()) {
        assert_eq!(stated(name), default.as_secs_f64(), "{name}");
    }
    assert_eq!(stated("reminders"), f64::from(Deadlines::default().reminders));
}

#[test]
fn a_deadline_beyond_sense_is_refused_with_its_line() {
    let line = GOOD.lines().count() + 3;
    for (entry, word) in [
        ("pin = 0", "pin: 0 seconds is not 1 to 600"),
        ("pin = 601", "601"),
        ("pin = -1", "-1"),
        ("pin = nan", "NaN"),
        ("pin = inf", "inf"),
        ("pin = \"60\"", "f64"),
        ("pni = 60", "known are agree"),
    ] {
        let text = format!("{GOOD}\n[visit.seconds]\n{entry}\n");
        let Err(ConfigError::AtLine { line: at, fault, .. }) = parse(&text) else { panic!("{entry}") };
        assert_eq!(at, line, "{entry}: {fault}");
        assert!(fault.contains(word), "{entry}: {fault}");
    }
    let Err(ConfigError::AtLine { fault, .. }) = parse(&format!("{GOOD}\n[visit]\nreminders = 11\n")) else {
        panic!("accepted")
    };
    assert!(fault.contains("0 to 10"), "{fault}");
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
        ("port = \"/dev/reader-front\"", "port = \"\"", 30, "no port"),
        ("slot = \"Reader 00\"", "slot = 0", 31, "string"),
        ("[card]", "[licences]\nnobody = 2\n\n[card]", 23, "known are"),
        ("[card]", "[licences]\nnamed = \"two\"\n\n[card]", 23, "u8"),
    ];
    for (from, to, line, word) in cases {
        let (at, fault) = fault(from, to);
        assert_eq!(at, line, "{to}: {fault}");
        assert!(fault.contains(word), "{to}: {fault}");
    }
}

/// GOOD with these readers in place of its own: driver, port.
fn with_readers(readers: &[(&str, String)], rest: &str) -> Config {
    let mut text = format!("{}{rest}", GOOD.split("[[reader]]").next().unwrap());
    for (nth, (driver, port)) in readers.iter().enumerate() {
        text += &format!(
            "\n[[reader]]\nid = \"r-{nth}\"\nlabel = \"{nth}\"\ndriver = \"{driver}\"\nport = \"{port}\"\n\
             face_account = \"F00000{nth}\"\nface_password_file = \"/p\"\n"
        );
    }
    parse(&text).unwrap()
}

fn refused(config: &Config) -> Vec<&str> {
    config.readers.iter().filter(|reader| reader.too_many).map(|reader| reader.id.as_str()).collect()
}

#[test]
fn a_port_has_the_form_that_the_drivers_link_needs() {
    let tcp = GOOD.replace("driver = \"named\"", "driver = \"with-licence\"");
    let Err(ConfigError::AtLine { line, fault, .. }) = parse(&tcp) else { panic!("accepted") };
    assert!(line == 30 && fault.contains("host:port"), "{line}: {fault}");
    let public = tcp.replace("/dev/reader-front", "8.8.8.8:9000");
    let Err(ConfigError::AtLine { line, fault, .. }) = parse(&public) else { panic!("accepted") };
    assert!(line == 30 && fault.contains("public"), "{line}: {fault}");
    let config = parse(&tcp.replace("/dev/reader-front", "192.168.7.2:9000")).unwrap();
    assert_eq!(config.readers[0].port.to_string(), "192.168.7.2:9000");
}

#[test]
fn a_fifth_unit_of_a_model_that_allows_four_is_not_driven() {
    let four: Vec<_> = (0..4).map(|nth| ("four-at-most", format!("/dev/hidraw{nth}"))).collect();
    let config = with_readers(&four, "");
    assert!(refused(&config).is_empty() && config.warnings.is_empty());
    let mut five = four;
    five.insert(1, ("named", "/dev/a".to_owned()));
    five.push(("four-at-most", "/dev/hidraw9".to_owned()));
    let config = with_readers(&five, "");
    assert_eq!(refused(&config), ["r-5"], "the one that comes last, and the others work");
    let [warning] = &config.warnings[..] else { panic!("{:?}", config.warnings) };
    // 25 lines before the readers, 8 for each, its driver in the fifth.
    let line = format!("line {}:", 25 + 5 * 8 + 5);
    assert!(warning.contains(&line) && warning.contains("READER_TOO_MANY"), "{line} {warning}");
}

#[test]
fn each_unit_beyond_the_first_needs_a_licence_where_the_maker_sells_them() {
    let three: Vec<_> = (0..3).map(|nth| ("with-licence", format!("127.0.0.1:900{nth}"))).collect();
    assert_eq!(refused(&with_readers(&three[..1], "")), [""; 0]);
    assert_eq!(refused(&with_readers(&three[..2], "")), ["r-1"]);
    assert_eq!(refused(&with_readers(&three, "\n[licences]\nwith-licence = 1\n")), ["r-2"]);
    assert_eq!(refused(&with_readers(&three, "\n[licences]\nwith-licence = 2\n")), [""; 0]);
}

#[test]
fn where_no_source_states_a_limit_none_is_kept() {
    let nine: Vec<_> = (0..9).map(|nth| ("named", format!("/dev/{nth}"))).collect();
    assert_eq!(refused(&with_readers(&nine, "")), [""; 0]);
}

#[test]
fn a_slot_may_be_left_to_pairing_and_its_file_stands_beside_the_ledger() {
    let config = parse(&GOOD.replace("slot = \"Reader 00\"\n", "")).unwrap();
    assert_eq!(config.readers[0].slot, None);
    assert_eq!(config.pairings_file, Path::new("/var/lib/uketsuke/ledger/pairings.toml"));
    let named = GOOD.replace("[desk]\n", "pairings_file = \"/etc/pairings\"\n\n[desk]\n");
    assert_eq!(parse(&named).unwrap().pairings_file, Path::new("/etc/pairings"));
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
