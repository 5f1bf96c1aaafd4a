//! The simulated card behind a real pcscd, seen by OpenSC and by the openssl command.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test may fail loudly"
)]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use simulator::pcsc::{Pcscd, Slot};
use simulator::stock::Stock;

const NOTICED: Duration = Duration::from_secs(5);

/// One stock for all test runs of a build.
fn stock() -> Stock {
    Stock::open(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap()
}

fn insert(slot: &Slot, stock: &Stock, persona: &str) {
    let before = slot.tap().power_ups;
    slot.insert(stock.card(persona).unwrap()).unwrap();
    assert!(slot.wait(NOTICED, |tap| tap.power_ups > before), "pcscd does not notice the card");
}

fn run(pcscd: &Pcscd, program: &str, arguments: &[&str]) -> Output {
    // A timeout of its own: a client of a frozen slot waits for ever.
    Command::new("timeout")
        .args(["30", program])
        .args(arguments)
        .env("PCSCLITE_CSOCK_NAME", pcscd.socket())
        .output()
        .unwrap()
}

/// OpenSC's PKCS#11 module; its folder is named after the machine's architecture.
fn module() -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let mut modules = folders.map(|folder| folder.unwrap().path().join("opensc-pkcs11.so"));
    let module = modules.find(|module| module.exists());
    module.expect("opensc-pkcs11.so under /usr/lib/*/").to_str().unwrap().to_owned()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(output));
    text(output)
}

#[test]
fn opensc_reads_both_certificates_and_signs_with_the_pin() {
    let stock = stock();
    let pcscd = Pcscd::start(1).unwrap();
    insert(&pcscd.slots()[0], &stock, "housewife");
    let persona = stock.persona("housewife").unwrap();
    let (pin, password) = (persona.pin.clone().unwrap(), persona.sign_password.clone().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let module = module();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();

    let listing = succeeds(&run(&pcscd, "pkcs15-tool", &["--dump"]));
    assert!(listing.contains("PKCS#15 Card [JPKI]"), "{listing}");
    let certificates = succeeds(&run(&pcscd, "pkcs15-tool", &["--list-certificates"]));
    assert_eq!(certificates.matches("X.509 Certificate").count(), 4, "{certificates}");

    // The 利用者証明用 certificate is free; the 署名用 one needs its password.
    let read = |id: &str, more: &[&str], file: &str| {
        let base =
            ["--module", &module, "--read-object", "--type", "cert", "--id", id, "--output-file", file];
        run(&pcscd, "pkcs11-tool", &[&base, more].concat())
    };
    succeeds(&read("01", &[], &path("auth.der")));
    let locked = run(&pcscd, "pkcs15-tool", &["--read-certificate", "2", "--output", &path("none.pem")]);
    assert!(!locked.status.success(), "{}", text(&locked));
    let open = [
        "--verify-pin",
        "--auth-id",
        "2",
        "--pin",
        &password,
        "--read-certificate",
        "2",
        "--output",
        &path("sign.pem"),
    ];
    succeeds(&run(&pcscd, "pkcs15-tool", &open));
    let pem = std::fs::read_to_string(path("sign.pem")).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");

    std::fs::write(path("text"), b"the text to be signed").unwrap();
    let sign = [
        "--module",
        &module,
        "--login",
        "--pin",
        &pin,
        "--sign",
        "--id",
        "01",
        "--mechanism",
        "SHA256-RSA-PKCS",
        "--input-file",
        &path("text"),
        "--output-file",
        &path("signature"),
    ];
    succeeds(&run(&pcscd, "pkcs11-tool", &sign));
    let key =
        ["x509", "-inform", "DER", "-in", &path("auth.der"), "-pubkey", "-noout", "-out", &path("key.pem")];
    succeeds(&run(&pcscd, "openssl", &key));
    let check =
        ["dgst", "-sha256", "-verify", &path("key.pem"), "-signature", &path("signature"), &path("text")];
    succeeds(&run(&pcscd, "openssl", &check));
    std::fs::write(path("text"), b"another text").unwrap();
    assert!(!run(&pcscd, "openssl", &check).status.success());

    // The chain, critical policies included, as openssl sees it.
    std::fs::write(path("ca.der"), stock.issuer().auth_ca()).unwrap();
    let chain = ["verify", "-partial_chain", "-CAfile", &path("ca.pem"), &path("auth.pem")];
    for name in ["ca", "auth"] {
        let (der, pem) = (path(&format!("{name}.der")), path(&format!("{name}.pem")));
        succeeds(&run(&pcscd, "openssl", &["x509", "-inform", "DER", "-in", &der, "-out", &pem]));
    }
    succeeds(&run(&pcscd, "openssl", &chain));
    assert!(pcscd.slots()[0].tap().by_instruction[&0x2A] >= 1);
}

#[test]
fn a_wrong_pin_counts_down_and_the_card_remembers() {
    let stock = stock();
    let pcscd = Pcscd::start(1).unwrap();
    let slot = &pcscd.slots()[0];
    insert(slot, &stock, "worker");
    let wrong = run(&pcscd, "pkcs15-tool", &["--verify-pin", "--auth-id", "1", "--pin", "0000"]);
    assert!(!wrong.status.success(), "{}", text(&wrong));
    let mut card = slot.remove().unwrap();
    card.power_on();
    let aid = [&[0, 0xA4, 4, 0x0C, 10], simulator_card::AID_JPKI].concat();
    assert_eq!(card.transmit(&aid), [0x90, 0x00]);
    // The program sends its PIN once; what it asks before and after costs nothing. Three tries were there.
    assert_eq!(card.transmit(&[0, 0x20, 0, 0x98]), [0x63, 0xC2]);
}

#[test]
fn cards_come_and_go_in_five_slots_by_name() {
    let stock = stock();
    let pcscd = Pcscd::start(5).unwrap();
    let readers = succeeds(&run(&pcscd, "opensc-tool", &["--list-readers"]));
    for slot in pcscd.slots() {
        assert!(readers.contains(&slot.reader_name()), "{} in {readers}", slot.reader_name());
    }
    for (slot, persona) in pcscd.slots().iter().zip(["worker", "housewife", "elderly", "resident", "no-pin"])
    {
        insert(slot, &stock, persona);
        assert!(slot.insert(stock.card("worker").unwrap()).is_err());
    }
    let serial = |slot: &Slot| {
        let name = slot.reader_name();
        succeeds(&run(&pcscd, "pkcs15-tool", &["--reader", &name, "--dump"]))
    };
    for slot in pcscd.slots() {
        let card = slot.with_card(|card| card.persona().to_owned()).unwrap();
        let expected = format!("Encoded serial : 02 04 {:08X}", stock.persona(&card).unwrap().serial);
        let dump = serial(slot);
        assert!(dump.contains(&expected), "{card} in {}: {dump}", slot.reader_name());
    }
    assert_eq!(pcscd.slots()[2].remove().unwrap().persona(), "elderly");
    assert!(!pcscd.slots()[2].holds_card());
}

#[test]
fn a_card_leaves_in_mid_apdu_and_a_frozen_one_answers_later() {
    let stock = stock();
    let pcscd = Pcscd::start(2).unwrap();
    let (pulled, frozen) = (&pcscd.slots()[0], &pcscd.slots()[1]);
    insert(pulled, &stock, "worker");
    pulled.remove_at(3);
    let lost = run(&pcscd, "pkcs15-tool", &["--reader", &pulled.reader_name(), "--dump"]);
    assert!(!lost.status.success(), "{}", text(&lost));
    assert!(!pulled.holds_card());
    assert!(pulled.remove().is_some(), "the card is given back");

    insert(frozen, &stock, "worker");
    frozen.freeze(true);
    let before = frozen.tap().apdus;
    let name = frozen.reader_name();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| run(&pcscd, "pkcs15-tool", &["--reader", &name, "--dump"]));
        assert!(frozen.wait(NOTICED, |tap| tap.apdus > before));
        assert!(!frozen.wait(Duration::from_millis(300), |tap| tap.apdus > before + 1), "an answer came out");
        frozen.freeze(false);
        succeeds(&reading.join().unwrap());
    });
}

#[test]
fn stopping_ends_the_daemon_and_its_directory_even_with_a_silent_card() {
    let stock = stock();
    let pcscd = Pcscd::start(1).unwrap();
    let slot = &pcscd.slots()[0];
    insert(slot, &stock, "worker");
    slot.freeze(true);
    let (socket, pid) = (pcscd.socket(), pcscd.pid());
    let before = slot.tap().apdus;
    let mut client = Command::new("timeout")
        .args(["30", "pkcs15-tool", "--dump"])
        .env("PCSCLITE_CSOCK_NAME", &socket)
        .output_in_background();
    assert!(slot.wait(NOTICED, |tap| tap.apdus > before));
    pcscd.stop();
    assert!(!socket.exists() && !Path::new(&format!("/proc/{pid}")).exists());
    client.wait().unwrap();
}

trait Background {
    fn output_in_background(&mut self) -> std::process::Child;
}

impl Background for Command {
    fn output_in_background(&mut self) -> std::process::Child {
        self.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
    }
}
