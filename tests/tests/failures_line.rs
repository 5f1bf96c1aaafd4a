//! The way to the centre: ports, certificates, accounts, and patients whom the centre does not accept. Each ends with
//! its typed failure, on screen and event stream, without a result.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

mod failing;

use failing::{Troubled, start_daemon, until_line, with_file, without};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rig::{RigError, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tests::{PATIENCE, READER};

#[test]
fn a_line_that_is_down_at_the_start_is_said_and_seen_to_come_back_without_a_visit() {
    let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
    simulator.bench().stop_centre().unwrap();
    let daemon = start_daemon(&simulator, str::to_owned).unwrap();
    let mut events = daemon.desk().events(None, PATIENCE).unwrap();
    until_line(&mut events, "down", Some("CENTRE_UNREACHABLE"));
    let line = &daemon.desk().readers().unwrap()["centre"];
    assert_eq!((&line["state"], &line["code"]), (&json!("down"), &json!("CENTRE_UNREACHABLE")));
    // The reader is ready all the same.
    simulator.bench().wait(READER, "screen", &"place_card".into(), PATIENCE).unwrap();

    simulator.bench().start_centre().unwrap();
    until_line(&mut events, "up", None);
    assert_eq!(daemon.desk().readers().unwrap()["centre"]["state"], "up");
    assert_eq!(simulator.bench().oracle().unwrap(), json!([]), "nobody visited");
}

#[test]
fn a_line_that_is_silent_at_the_start_is_said_and_keeps_no_reader_from_being_idle() {
    let silent = |simulator: &Simulator| {
        simulator.bench().misbehave(Some(&json!("silent_after_accept"))).unwrap();
    };
    let mut desk = Troubled::at(str::to_owned, silent);
    desk.until_line("down", Some("CENTRE_SILENT"));
    desk.behave();
    desk.until_line("up", None);
    desk.serves(&Visit::pin("worker"));
    desk.only_served_are_told();
}

#[test]
fn a_closed_port_is_unreachable_until_it_opens() {
    let mut desk = Troubled::start();
    desk.serves(&Visit::pin("worker"));
    desk.desk.simulator.bench().stop_centre().unwrap();
    desk.fails(&Visit::pin("worker"), "CENTRE_UNREACHABLE");
    desk.until_line("down", Some("CENTRE_UNREACHABLE"));
    desk.fails(&Visit::face("worker"), "CENTRE_UNREACHABLE");
    desk.desk.simulator.bench().start_centre().unwrap();
    desk.until_line("up", None);
    desk.serves(&Visit::face("worker"));
    desk.only_served_are_told();
}

#[test]
fn a_centre_whose_certificate_is_not_the_centre_s_is_untrusted() {
    let mut desk = Troubled::start();
    for certificate in ["other_authority", "other_name", "expired"] {
        desk.tls(&json!({ "certificate": certificate }));
        desk.fails(&Visit::pin("worker"), "CENTRE_UNTRUSTED");
        desk.tls(&json!({}));
        desk.serves(&Visit::pin("elderly"));
    }
    desk.only_served_are_told();
}

#[test]
fn a_whole_visit_goes_over_either_tls_version() {
    let mut desk = Troubled::start();
    for versions in ["tls12", "tls13"] {
        desk.tls(&json!({ "versions": versions }));
        desk.serves(&Visit::face("worker"));
        desk.serves(&Visit::pin("elderly"));
    }
    desk.only_served_are_told();
}

#[test]
fn a_terminal_with_a_foreign_certificate_is_refused_under_either_tls_version() {
    for versions in ["tls12", "tls13"] {
        let mut folder = None;
        let mut desk = Troubled::at(
            |site| {
                let folder = folder.insert(tempfile::tempdir().unwrap()).path();
                write_foreign_certificate(folder);
                let site = with_file(site, "centre", "certificate_file", &folder.join("terminal.pem"));
                with_file(&site, "centre", "key_file", &folder.join("terminal-key.pem"))
            },
            |simulator| set_tls(simulator, &json!({ "versions": versions })),
        );
        desk.until_line("down", Some("TERMINAL_CERTIFICATE_REFUSED"));
        desk.fails(&Visit::pin("worker"), "TERMINAL_CERTIFICATE_REFUSED");
        let simulator = desk.only_served_are_told();
        assert_eq!(simulator.bench().get("/v1/centre/line").unwrap()["logins"], 0);
    }
}

#[test]
fn a_terminal_without_a_certificate_does_not_start() {
    let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
    let missing = simulator.directory().join("no-such-certificate.pem");
    let refused =
        start_daemon(&simulator, |site| with_file(site, "centre", "certificate_file", &missing)).unwrap_err();
    assert!(matches!(refused, RigError::Ended { .. }), "{refused}");
    let log = fs::read_to_string(simulator.directory().join("daemon.log")).unwrap();
    assert!(log.contains("CONFIG_INVALID") && log.contains("no-such-certificate.pem"), "{log}");
}

#[test]
fn a_wrong_account_password_is_refused() {
    let mut folder = None;
    let mut desk = Troubled::at(
        |site| {
            let file = folder.insert(tempfile::tempdir().unwrap()).path().join("wrong.password");
            fs::write(&file, "not-the-password").unwrap();
            with_file(site, "reader", "face_password_file", &file)
        },
        |_| (),
    );
    desk.until_line("down", Some("CENTRE_LOGIN_REFUSED"));
    desk.fails(&Visit::pin("worker"), "CENTRE_LOGIN_REFUSED");
    assert!(!desk.log().contains("not-the-password"));
    desk.only_served_are_told();
}

#[test]
fn a_patient_whom_the_centre_does_not_accept_gets_no_result() {
    let mut desk = Troubled::start();
    let register = |desk: &Troubled, validity| {
        desk.desk.simulator.bench().register("worker", validity).unwrap();
    };
    register(&desk, None);
    desk.fails(&Visit::face("worker"), "NOT_REGISTERED");
    desk.fails(&Visit::pin("worker"), "NOT_REGISTERED");
    register(&desk, Some("valid"));
    desk.serves(&Visit::pin("worker"));
    desk.fails(&Visit::pin("revoked"), "CERTIFICATE_REVOKED");
    let lapsed = json!({ "certificate": { "rule": "lapsed" } });
    desk.fails(&Visit { faults: vec![lapsed], ..Visit::pin("worker") }, "CERTIFICATE_EXPIRED");
    // None of these says anything of the line.
    desk.until_line("up", None);
    desk.serves(&Visit::pin("elderly"));
    desk.only_served_are_told();
}

#[test]
fn a_certificate_in_its_grace_brings_the_qualification_and_asks_nothing() {
    let mut desk = Troubled::start();
    let timeline = desk.desk.simulator.bench().visit(READER, &Visit::pin("in-grace")).unwrap();
    // The reader says so before it asks for the card to be taken; nothing failed.
    assert_eq!(timeline.failure.as_deref(), Some("CERTIFICATE_IN_GRACE"), "{timeline:?}");
    assert!(timeline.steps.iter().all(|step| !step.step.starts_with("consent asked")), "{timeline:?}");
    let result = tests::next_result(&mut desk.events).unwrap().json().unwrap();
    assert_eq!((&result["validity"], &result["consents"]), (&json!("valid"), &json!([])));
    assert_eq!(result["remarks"][0]["code"], "CERTIFICATE_IN_GRACE", "{result}");
    let queries = desk.desk.simulator.bench().queries().unwrap();
    assert!(!queries.as_array().unwrap().is_empty());
    assert!(queries.as_array().unwrap().iter().all(|query| query["opened"] == json!([])));
}

#[test]
fn without_the_stand_in_a_face_visit_is_refused_and_a_pin_visit_works() {
    let mut desk = Troubled::at(|site| without(site, "centre", "stand_in"), |_| ());
    desk.fails(&Visit::face("worker"), "STAND_IN_REFUSED");
    desk.serves(&Visit::pin("worker"));
    let simulator = desk.only_served_are_told();
    let oracle = simulator.bench().oracle().unwrap();
    assert_eq!(oracle.as_array().unwrap().len(), 1, "no relay was opened for the face: {oracle}");
}

impl Troubled {
    fn tls(&self, change: &Value) {
        set_tls(&self.desk.simulator, change);
    }
}

fn set_tls(simulator: &Simulator, change: &Value) {
    simulator.bench().post("/v1/centre/tls", change).unwrap();
}

/// A terminal's certificate of an authority that the centre does not know.
fn write_foreign_certificate(folder: &Path) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let key = KeyPair::generate().unwrap();
    let mut terminal = CertificateParams::new(vec!["terminal-1.uketsuke.test".to_owned()]).unwrap();
    terminal.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = terminal.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    fs::write(folder.join("terminal.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("terminal-key.pem"), key.serialize_pem()).unwrap();
}
