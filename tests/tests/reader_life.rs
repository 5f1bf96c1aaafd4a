//! The life of a reader, over the links of every model: pseudo-terminals, reports that keep their boundaries, TCP.
//! Whatever happens to one reader, its visit ends cleanly with its code, it comes back by itself, and the visit at the
//! reader beside it goes on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use rig::{Daemon, Events, PATIENCE, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use tests::{TestDesk, next_result, until_station};

/// One of each.
const MODELS: [&str; 5] = ["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"];
/// What the simulated centre asks of a patient of working age, in this order.
const QUESTIONS: [&str; 2] = ["medical-information", "operations"];

/// Where a visit stands when the trouble begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Idle,
    Method,
    Face,
    Pin,
    Relay,
    Consent,
    Done,
}

const STEPS: [Step; 7] =
    [Step::Idle, Step::Method, Step::Face, Step::Pin, Step::Relay, Step::Consent, Step::Done];

#[test]
fn a_reader_unplugged_and_replugged_at_any_step_of_a_visit_comes_back_by_itself() {
    let mut desk = Desk::start(&MODELS);
    for victim in desk.readers() {
        for step in STEPS {
            desk.beside_another(&victim, |desk| {
                desk.bring_to(&victim, step);
                desk.act(&victim, "unplug", &json!({}));
                desk.until_lost(&victim, &["READER_UNPLUGGED"], step);
                if step == Step::Consent {
                    // The centre had accepted the card: its result is told without the answers.
                    desk.take_result(&victim);
                }
            });
            if step != Step::Idle {
                desk.pull(&victim);
            }
            desk.act(&victim, "replug", &json!({}));
            desk.serve(&victim);
        }
    }
    desk.assert_only_served();
}

#[test]
fn a_reader_that_babbles_freezes_or_falls_silent_in_a_visit_ends_it_and_comes_back_by_itself() {
    let troubles = [
        ("babble", &["READER_GARBLED", "READER_SILENT"][..]),
        ("frozen", &["READER_SILENT"]),
        ("silent", &["READER_SILENT"]),
    ];
    let mut desk = Desk::start(&MODELS);
    for victim in desk.readers() {
        for (trouble, codes) in troubles {
            desk.beside_another(&victim, |desk| {
                desk.bring_to(&victim, Step::Pin);
                desk.act(&victim, "faults", &json!({ trouble: true }));
                desk.until_lost(&victim, codes, Step::Pin);
            });
            desk.pull(&victim);
            desk.act(&victim, "faults", &json!({ trouble: false }));
            desk.serve(&victim);
        }
    }
    desk.assert_only_served();
}

#[test]
fn a_serial_port_that_has_another_number_after_replugging_is_found_under_its_stable_name() {
    let mut desk = Desk::start(&["caora", "exc-9000"]);
    let name = desk.port("front-1");
    let before = std::fs::read_link(&name).unwrap();
    desk.beside_another("front-1", |desk| {
        desk.bring_to("front-1", Step::Pin);
        desk.act("front-1", "unplug", &json!({}));
        desk.until_lost("front-1", &["READER_UNPLUGGED"], Step::Pin);
    });
    desk.pull("front-1");
    // Takes the number that became free.
    let _taken = nix::pty::openpty(None, None).unwrap();
    desk.act("front-1", "replug", &json!({}));
    desk.serve("front-1");
    assert_ne!(std::fs::read_link(&name).unwrap(), before);
    desk.assert_only_served();
}

/// Two units of different makers under each other's names, as after cables were mixed up.
#[test]
fn another_model_on_the_port_is_out_of_order_until_the_right_one_is_there() {
    let simulator = simulator(&["caora", "exc-9000"]);
    let site = Site::of(&simulator);
    let names = [0, 1].map(|number| simulator.directory().join(format!("cable-{number}")));
    let ports = [0, 1].map(|number| PathBuf::from(site.port(number)));
    let mixed_up = |name: &Path, port: &Path| {
        let _ = std::fs::remove_file(name);
        symlink(port, name).unwrap();
    };
    mixed_up(&names[0], &ports[1]);
    mixed_up(&names[1], &ports[0]);
    let config = simulator.directory().join("cables.toml");
    let [first, second] = [0, 1].map(|number| names[number].to_str().unwrap());
    std::fs::write(&config, site.with("port", 0, first).with("port", 1, second).0).unwrap();
    let mut options = simulator.daemon();
    options.config = config;
    let mut desk = Desk::beside(simulator, Daemon::start(options).unwrap());
    for reader in ["front-1", "front-2"] {
        desk.until_lost(reader, &["READER_WRONG_MODEL", "READER_SILENT", "READER_GARBLED"], Step::Idle);
    }
    mixed_up(&names[0], &ports[0]);
    mixed_up(&names[1], &ports[1]);
    desk.serve("front-1");
    desk.serve("front-2");
    desk.assert_only_served();
}

#[test]
fn a_port_that_another_program_holds_is_busy_until_it_is_free() {
    let simulator = simulator(&["caora", "exc-9000"]);
    let held = File::options().read(true).write(true).open(Site::of(&simulator).port(0)).unwrap();
    held.try_lock().unwrap();
    let daemon = Daemon::start(simulator.daemon()).unwrap();
    let mut desk = Desk::beside(simulator, daemon);
    desk.until_lost("front-1", &["READER_BUSY"], Step::Idle);
    desk.serve("front-2");
    drop(held);
    desk.serve("front-1");
    desk.assert_only_served();
}

#[test]
fn a_port_that_the_daemon_may_not_open_is_said_and_opened_once_it_may() {
    let simulator = simulator(&["caora", "exc-9000"]);
    let port = std::fs::canonicalize(Site::of(&simulator).port(0)).unwrap();
    let nobody = Nobody::owns(simulator.directory(), &simulator.ready().pcsc_socket);
    let mode = |mode| std::fs::set_permissions(&port, Permissions::from_mode(mode)).unwrap();
    mode(0o000);
    std::fs::set_permissions(
        std::fs::canonicalize(Site::of(&simulator).port(1)).unwrap(),
        Permissions::from_mode(0o666),
    )
    .unwrap();
    let mut options = simulator.daemon();
    options.wrapper = nobody.wrapper();
    let mut desk = Desk::beside(simulator, Daemon::start(options).unwrap());
    assert_ne!(std::fs::metadata(format!("/proc/{}", desk.desk.daemon.pid())).unwrap().uid(), 0);
    desk.until_lost("front-1", &["READER_NOT_PERMITTED"], Step::Idle);
    desk.serve("front-2");
    mode(0o666);
    desk.serve("front-1");
    desk.assert_only_served();
}

/// Each reader's tray with the other's slot. Nothing on a card is touched, and nobody hears of anything.
#[test]
fn a_crossed_pairing_ends_at_the_first_card() {
    let simulator = simulator(&["caora", "exc-9000"]);
    let site = Site::of(&simulator);
    let slots = [0, 1].map(|number| site.value("slot", number));
    let config = simulator.directory().join("crossed.toml");
    std::fs::write(&config, site.with("slot", 0, &slots[1]).with("slot", 1, &slots[0]).0).unwrap();
    let mut options = simulator.daemon();
    options.config = config;
    let desk = Desk::beside(simulator, Daemon::start(options).unwrap());
    for reader in ["front-1", "front-2"] {
        desk.until_idle(reader);
    }
    desk.act("front-1", "place", &json!({ "persona": "worker" }));
    for (reader, code) in [("front-1", "CARD_NO_CHIP"), ("front-2", "CARD_SLOT_DISAGREES")] {
        let disagrees = |station: &Value| station["reader"] == reader && station["failure"]["code"] == code;
        until_station(&mut desk.desk.events(None).unwrap(), reader, disagrees).unwrap();
    }
    desk.wait("front-1", "screen", "CARD_NO_CHIP");
    let slot = &desk.desk.simulator.bench().reader("front-1").unwrap()["slot"];
    assert_eq!(slot["by_instruction"]["20"], Value::Null, "{slot}");
    assert_eq!(desk.desk.simulator.bench().oracle().unwrap(), json!([]));
    desk.pull("front-1");
    for reader in ["front-1", "front-2"] {
        desk.until_idle(reader);
    }
    desk.assert_only_served();
}

// ----- a user whom file modes bind ------------------------------------------------------------------------------

/// An ordinary user: the one who runs the test, or nobody in place of the superuser.
struct Nobody(Option<u32>);

impl Nobody {
    fn owns(site: &Path, service: &Path) -> Self {
        if !nix::unistd::geteuid().is_root() {
            return Self(None);
        }
        let user = 65534;
        hand_over(site, user);
        hand_over(service.parent().unwrap(), user);
        Self(Some(user))
    }

    /// Hands the directory of the ready file over, too, which stands last on the command line.
    fn wrapper(&self) -> Vec<String> {
        let Some(user) = self.0 else { return Vec::new() };
        let script = format!(
            "for last; do :; done; chown {user} \"$(dirname \"$last\")\"; \
             exec setpriv --reuid={user} --regid={user} --clear-groups \"$@\""
        );
        ["sh", "-c", &script, "sh"].map(str::to_owned).into()
    }
}

fn hand_over(path: &Path, user: u32) {
    // The ports are links to devices: those stay as they are.
    std::os::unix::fs::lchown(path, Some(user), Some(user)).unwrap();
    if std::fs::symlink_metadata(path).unwrap().is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            hand_over(&entry.unwrap().path(), user);
        }
    }
}

// ----- the site's file ------------------------------------------------------------------------------------------

struct Site(String);

impl Site {
    fn of(simulator: &Simulator) -> Self {
        Self(std::fs::read_to_string(&simulator.ready().site).unwrap())
    }

    /// The port of the reader of this number.
    fn port(&self, number: usize) -> String {
        self.value("port", number)
    }

    /// What stands under a key of the reader of this number.
    fn value(&self, key: &str, number: usize) -> String {
        let line = self.0.lines().filter(|line| is_of(line, key)).nth(number).unwrap();
        line.split_once(" = ").unwrap().1.trim_matches(['"', '\'']).to_owned()
    }

    /// The site with another value there.
    fn with(&self, key: &str, number: usize, value: &str) -> Self {
        let mut seen = 0;
        let mut text = String::new();
        for line in self.0.lines() {
            let is_it = is_of(line, key) && seen == number;
            seen += usize::from(is_of(line, key));
            text.push_str(&if is_it { format!("{key} = {value:?}") } else { line.to_owned() });
            text.push('\n');
        }
        Self(text)
    }
}

/// Whether this line sets this key. Only readers have a `port` or a `slot`.
fn is_of(line: &str, key: &str) -> bool {
    line.split_once(" = ").is_some_and(|(name, _)| name == key)
}

// ----- a desk with several readers ------------------------------------------------------------------------------

fn simulator(models: &[&str]) -> Simulator {
    let readers = models.iter().copied().map(String::from).collect();
    Simulator::start(SimulatorOptions { readers, ..SimulatorOptions::default() }).unwrap()
}

struct Desk {
    desk: TestDesk,
    results: Events,
    served: Vec<Value>,
}

impl Desk {
    fn start(models: &[&str]) -> Self {
        let simulator = simulator(models);
        let mut options = simulator.daemon();
        options.log_level = String::from("error");
        let daemon = Daemon::start(options).unwrap();
        let desk = Self::beside(simulator, daemon);
        for reader in desk.readers() {
            desk.until_idle(&reader);
        }
        desk
    }

    fn beside(simulator: Simulator, daemon: Daemon) -> Self {
        let desk = TestDesk { daemon, simulator };
        let results = desk.events(None).unwrap();
        Self { desk, results, served: Vec::new() }
    }

    fn readers(&self) -> Vec<String> {
        self.desk.simulator.ready().readers.clone()
    }

    /// The port of this reader in the site's file.
    fn port(&self, reader: &str) -> String {
        let number = self.readers().iter().position(|id| id == reader).unwrap();
        Site::of(&self.desk.simulator).port(number)
    }

    fn act(&self, reader: &str, deed: &str, how: &Value) {
        self.desk.simulator.bench().act(reader, deed, how).unwrap();
    }

    fn pull(&self, reader: &str) {
        self.act(reader, "pull", &json!({}));
    }

    fn wait(&self, reader: &str, state: &str, value: &str) {
        self.desk.simulator.bench().wait(reader, state, &json!(value), PATIENCE).unwrap();
    }

    /// The worker's visit up to this step; the relay is slow.
    fn bring_to(&mut self, reader: &str, step: Step) {
        if step == Step::Idle {
            return;
        }
        if step == Step::Done {
            let visit = Visit { fresh: true, ..Visit::pin("worker").leaving_card() };
            self.desk.simulator.bench().visit(reader, &visit).unwrap();
            self.take_result(reader);
            return;
        }
        let faults = if step == Step::Relay { json!([{ "delay": { "millis": 150 } }]) } else { json!([]) };
        self.act(reader, "place", &json!({ "persona": "worker", "fresh": true, "faults": faults }));
        self.wait(reader, "asked", "methods");
        match step {
            Step::Face => {
                self.act(reader, "face", &json!({ "scene": "none" }));
                self.act(reader, "choose", &json!({ "method": "face" }));
                self.wait(reader, "asked", "face");
            }
            Step::Pin | Step::Relay | Step::Consent => self.go_on_by_pin(reader, "worker", step),
            Step::Idle | Step::Method | Step::Done => {}
        }
    }

    /// From the choice of the method to this step.
    fn go_on_by_pin(&self, reader: &str, persona: &str, step: Step) {
        self.act(reader, "choose", &json!({ "method": "pin" }));
        self.wait(reader, "asked", "pin");
        if step == Step::Pin {
            return;
        }
        self.type_pin(reader, persona);
        if step == Step::Consent {
            return self.wait(reader, "asked", "consent");
        }
        let relaying = |station: &Value| station["reader"] == reader && station["step"] == "relaying";
        until_station(&mut self.desk.events(None).unwrap(), "the relay", relaying).unwrap();
    }

    fn type_pin(&self, reader: &str, persona: &str) {
        let pin = self.desk.persona(persona).unwrap()["pin"].clone();
        self.act(reader, "type", &json!({ "digits": pin }));
    }

    /// Something happens at one reader while another's patient stands before the PIN pad; that visit is then finished.
    fn beside_another(&mut self, victim: &str, happen: impl FnOnce(&mut Self)) {
        let readers = self.readers();
        let at = readers.iter().position(|reader| reader == victim).unwrap();
        let other = &readers[(at + 1) % readers.len()];
        self.act(other, "place", &json!({ "persona": "resident", "fresh": true }));
        self.wait(other, "asked", "methods");
        self.go_on_by_pin(other, "resident", Step::Pin);
        happen(self);
        self.type_pin(other, "resident");
        for screen in QUESTIONS {
            self.wait(other, "consent", screen);
            self.act(other, "consent", &json!({ "decision": "agree", "screen": screen }));
        }
        self.take_result(other);
        self.wait(other, "screen", "take_card");
        self.pull(other);
        self.until_idle(other);
    }

    /// The reader is out of order with one of these codes, and its visit is over.
    fn until_lost(&self, reader: &str, codes: &[&str], step: Step) {
        let lost = |station: &Value| station["reader"] == reader && station["state"] == "out_of_order";
        // A new stream begins with how things stand. Absent is what a reader is after it was lost.
        let what = format!("{codes:?} at {reader} in {step:?}");
        let station = until_station(&mut self.desk.events(None).unwrap(), &what, |station| {
            lost(station) && codes.iter().any(|code| station["failure"]["code"] == *code)
        });
        assert_eq!(station.unwrap()["visit"], Value::Null, "{what}");
    }

    fn until_idle(&self, reader: &str) {
        let idle = |station: &Value| station["reader"] == reader && station["state"] == "idle";
        let what = format!("an idle station {reader}");
        until_station(&mut self.desk.events(None).unwrap(), &what, idle).unwrap();
    }

    /// The reader is back by itself and the next patient is served.
    fn serve(&mut self, reader: &str) {
        self.until_idle(reader);
        let timeline = self.desk.simulator.bench().visit(reader, &Visit::pin("elderly")).unwrap();
        assert_eq!(timeline.ended, "take_card", "{reader}: {timeline:?}");
        self.take_result(reader);
        self.until_idle(reader);
    }

    /// The next result that anybody hears of is of this reader.
    fn take_result(&mut self, reader: &str) {
        let result = next_result(&mut self.results).unwrap().json().unwrap();
        assert_eq!(result["reader"], reader);
        self.served.push(result);
    }

    /// Nobody heard of a visit that was broken off before the centre had accepted its card.
    fn assert_only_served(self) {
        assert_eq!(self.desk.results().unwrap(), self.served);
    }
}
