//! The line to the centre is told for each reader's account and as a whole, with the maintenance that the centre announced.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use rig::{Daemon, DaemonOptions, Events, Simulator, SimulatorOptions, Visit};
use serde_json::{Value, json};
use std::fs;
use tests::{PATIENCE, READER, control, next_result, until_station};

#[test]
fn one_reader_s_refused_account_is_its_own_trouble_and_the_whole_is_as_good_as_the_worst() {
    let readers = vec![String::from("caora"), String::from("caora")];
    let simulator = Simulator::start(SimulatorOptions { readers, ..SimulatorOptions::default() }).unwrap();
    let wrong = simulator.directory().join("wrong.password");
    fs::write(&wrong, "not-the-password").unwrap();
    let site = fs::read_to_string(&simulator.ready().site).unwrap();
    // The last one is the second reader's.
    let (head, tail) = site.rsplit_once("face_password_file = ").unwrap();
    let rest = tail.split_once('\n').map_or("", |(_, rest)| rest);
    let config = simulator.directory().join("site-of-this-test.toml");
    fs::write(&config, format!("{head}face_password_file = {:?}\n{rest}", wrong.to_str().unwrap())).unwrap();
    let daemon = Daemon::start(DaemonOptions { config, ..simulator.daemon() }).unwrap();

    let mut events = daemon.desk().events(None, PATIENCE).unwrap();
    let line = |reader: &'static str, state: &'static str| {
        move |station: &Value| station["reader"] == reader && station["line"]["state"] == state
    };
    until_station(&mut events, "a line that is up", line(READER, "up")).unwrap();
    let mut events = daemon.desk().events(None, PATIENCE).unwrap();
    let refused = until_station(&mut events, "a refused account", line("front-2", "down")).unwrap();
    assert_eq!(refused["line"]["code"], "CENTRE_LOGIN_REFUSED");
    let shown = daemon.desk().readers().unwrap();
    let centre = &shown["centre"];
    assert_eq!((&centre["state"], &centre["code"]), (&json!("down"), &json!("CENTRE_LOGIN_REFUSED")));
    assert_eq!(shown["readers"][0]["line"], json!({ "state": "up" }));

    // The other one serves, and its success does not hide the trouble.
    simulator.bench().visit(READER, &Visit::pin("worker")).unwrap();
    let mut events = daemon.desk().events(Some("0"), PATIENCE).unwrap();
    assert_eq!(next_result(&mut events).unwrap().json().unwrap()["reader"], READER);
    assert_eq!(daemon.desk().readers().unwrap()["centre"]["state"], "down");
}

#[test]
fn announced_maintenance_is_told_to_whoever_watches_the_line() {
    let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
    simulator.bench().maintenance(Some((3_600_000, 600_000))).unwrap();
    let daemon = Daemon::start(simulator.daemon()).unwrap();
    let mut events = daemon.desk().events(None, PATIENCE).unwrap();
    let centre = until_centre(&mut events, |centre| centre["maintenance"].is_object());
    let window = &daemon.desk().readers().unwrap()["centre"]["maintenance"];
    assert_eq!(*window, centre["maintenance"]);
    let (from, until) = (window["from"].as_str().unwrap(), window["until"].as_str().unwrap());
    assert!(from < until && from.ends_with("+09:00"), "{window}");
    let said = control::control(daemon.ready()).unwrap().arg("status").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("maintenance announced") && said.contains(from) && said.contains(until), "{said}");
}

fn until_centre(events: &mut Events, wanted: impl Fn(&Value) -> bool) -> Value {
    let told = events.wait_for("the line", PATIENCE, |event| {
        event.kind == "centre" && event.json().is_ok_and(|centre| wanted(&centre))
    });
    told.unwrap().json().unwrap()
}
