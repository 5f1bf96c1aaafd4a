//! The stage of real parts: plays scenarios over the bench, for patient, technician and centre, and over the local API,
//! for staff. `cargo xtask scenario` and the simulator's bench play with it.
#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock")]

mod real;

pub use real::RealStage;

use rig::{Bench, Desk, PATIENCE, RigError};
use scenario::{Act, ParseError, Scenario, Site, Step, act::Centre, parse};
use serde_json::{Value, json};

/// The site's passcode where a scenario wants one.
pub const PASSCODE: &str = "8642";

/// The scenarios of `simulator/scenarios` by the names of their files, in order, as they were when this was built.
pub const TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The scenario of this name.
///
/// # Errors
/// [`ParseError`] if its text is none; `None` if there is no such name.
pub fn named(name: &str) -> Option<Result<Scenario, ParseError>> {
    let (name, text) = TEXTS.iter().find(|(known, _)| *known == name)?;
    Some(parse(&format!("{name}.txt"), text))
}

/// What the scenario's site has beside the simulator's own configuration, as tables of it; empty if any desk will do.
/// The place of the passcode's file stands in it as `PASSCODE_FILE`.
#[must_use]
pub fn tables(scenario: &Scenario) -> String {
    let mut tables = String::new();
    if let Some(reminders) = scenario.reminders {
        tables.push_str(&format!("[visit]\nreminders = {reminders}\n"));
    }
    if !scenario.deadlines.is_empty() {
        tables.push_str("[visit.seconds]\n");
    }
    for (name, limit) in &scenario.deadlines {
        tables.push_str(&format!("{name} = {:.3}\n", limit.as_secs_f64()));
    }
    if scenario.passcode {
        tables.push_str("[visual]\npasscode_file = \"PASSCODE_FILE\"\n");
    }
    tables
}

/// An idle reader in a well-lit room, and the centre of an institution of its own: answers of earlier visits are kept by
/// institution. `number` is another one for each play.
///
/// # Errors
/// [`RigError`], also when the reader does not become idle.
pub fn prepare(
    bench: &Bench,
    desk: &Desk,
    reader: &str,
    scenario: &Scenario,
    number: u32,
) -> Result<(), RigError> {
    let kind = match scenario.site {
        Site::Medical => 1,
        Site::Pharmacy => 4,
    };
    bench.site(&format!("99{kind}{number:07}"))?;
    let state = bench.reader(reader)?;
    if state.get("plugged") == Some(&Value::Bool(false)) {
        bench.act(reader, "replug", &json!({}))?;
    }
    let sound = json!({ "silent": false, "slow_ms": 0, "reading": "right" });
    bench.act(reader, "faults", &sound)?;
    bench.act(reader, "room", &json!({ "face_lux": 300, "slot_in_sun": false }))?;
    bench.act(reader, "face", &json!({ "scene": "none" }))?;
    let lies = state.get("tray") == Some(&Value::Bool(true))
        || state.pointer("/slot/card").is_some_and(|card| !card.is_null());
    if lies {
        bench.pull(reader)?;
    }
    until_idle(bench, desk, reader)
}

fn until_idle(bench: &Bench, desk: &Desk, reader: &str) -> Result<(), RigError> {
    let mut events = desk.events(None, PATIENCE)?;
    events.wait_for("idle reader", PATIENCE, |event| {
        let station = Some(event).filter(|event| event.kind == "station").and_then(|event| event.json().ok());
        station.is_some_and(|station| {
            station.get("reader").and_then(Value::as_str) == Some(reader)
                && station.get("state").and_then(Value::as_str) == Some("idle")
                && station.get("settling").and_then(Value::as_u64) == Some(0)
        })
    })?;
    bench.wait(reader, "screen", &json!("place_card"), PATIENCE)?;
    Ok(())
}

/// Takes back what the scenario did to reader and centre.
///
/// # Errors
/// [`RigError`].
pub fn tidy(bench: &Bench, reader: &str, scenario: &Scenario) -> Result<(), RigError> {
    let mut stopped = false;
    for line in &scenario.steps {
        match &line.step {
            // Heard when the reader says next who it is.
            Step::Act(Act::ReaderSelfTest(_)) => {
                bench.act(reader, "faults", &json!({ "self_test": 0, "restart": true }))?;
            }
            Step::Act(Act::Centre(Centre::Stops)) => stopped = true,
            Step::Act(Act::Centre(Centre::Starts)) => stopped = false,
            Step::Act(Act::Centre(
                Centre::Says { who, .. } | Centre::NotRegistered { who } | Centre::Unknown { who },
            )) => {
                bench.register(who, Some("valid"))?;
            }
            _ => {}
        }
    }
    if stopped {
        bench.start_centre()?;
    }
    bench.post("/v1/centre/logins", &json!({ "refused": false }))?;
    bench.misbehave(None)?;
    bench.manner(&json!({}))?;
    bench.maintenance(None)?;
    bench.processing(0, 100)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{TEXTS, named};

    #[test]
    fn every_text_is_a_scenario() {
        assert!(TEXTS.len() > 100);
        for (name, _) in TEXTS {
            named(name).unwrap().unwrap();
        }
        assert!(named("no-such-scenario").is_none());
    }
}
