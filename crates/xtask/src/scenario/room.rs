//! The desk on which scenarios are played: one simulator with every model, and a daemon that is started anew for every
//! other site.

use crate::{
    Fault,
    desk_up::{Build, DeskUp},
    stop::Stop,
};
use ::scenario::{Act, MODELS, Scenario, Site, Step, act::Centre};
use rig::{Bench, Desk, PATIENCE};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

/// The site's passcode.
pub(super) const PASSCODE: &str = "8642";

/// The desk.
pub(super) struct Room {
    up: DeskUp,
    /// What its configuration says beside the simulator's.
    tables: String,
    /// The simulator's own configuration.
    site: String,
    /// Answers of earlier visits are kept by institution: each play has one of its own.
    played: Cell<u32>,
}

impl Room {
    pub(super) fn start(stop: &Stop, build: Build) -> Result<Self, Fault> {
        let up = DeskUp::start(stop, build, &[String::from("all")])?;
        let file = up.simulator.ready().site.clone();
        let site = fs::read_to_string(&file).map_err(Fault::file(&file, "cannot be read"))?;
        let passcode = file.with_file_name("passcode");
        set_passcode(&up, &passcode)?;
        Ok(Self { up, tables: String::new(), site, played: Cell::new(0) })
    }

    pub(super) const fn bench(&self) -> &Bench {
        self.up.simulator.bench()
    }

    pub(super) const fn desk(&self) -> &Desk {
        self.up.daemon.desk()
    }

    /// For whoever looks why something failed.
    pub(super) fn keep_logs(&self) {
        self.up.keep_logs();
    }

    /// The same simulator with a daemon at the site that this scenario wants.
    pub(super) fn made_for(self, scenario: &Scenario, stop: &Stop) -> Result<Self, Fault> {
        let tables = tables(scenario);
        // Wrong passcodes are counted as long as a daemon lives.
        if tables == self.tables && !scenario.passcode {
            return Ok(self);
        }
        let own = &self.up.simulator.ready().site;
        let file = own.with_file_name("site-of-the-scenario.toml");
        let passcode = own.with_file_name("passcode");
        let text =
            format!("{}\n{tables}", self.site).replace("PASSCODE_FILE", &passcode.display().to_string());
        fs::write(&file, text).map_err(Fault::file(&file, "cannot be written"))?;
        let up = self.up.restart_at(file)?;
        up.wait_idle(stop)?;
        Ok(Self { up, tables, ..self })
    }

    /// The reader of this model.
    pub(super) fn reader(&self, model: &str) -> Result<String, Fault> {
        let at = MODELS.iter().position(|known| *known == model);
        let reader = at.and_then(|at| self.up.readers().get(at)).cloned();
        reader.ok_or_else(|| Fault::Unexpected(format!("no reader of model {model}")))
    }

    /// An idle reader in a well-lit room, and a centre that behaves.
    pub(super) fn prepare(&self, reader: &str, scenario: &Scenario) -> Result<(), Fault> {
        let number = self.played.replace(self.played.get().saturating_add(1));
        let kind = match scenario.site {
            Site::Medical => 1,
            Site::Pharmacy => 4,
        };
        self.bench().site(&format!("99{kind}{number:07}"))?;
        let state = self.bench().reader(reader)?;
        if state.get("plugged") == Some(&Value::Bool(false)) {
            self.bench().act(reader, "replug", &json!({}))?;
        }
        let sound = json!({ "silent": false, "slow_ms": 0, "reading": "right" });
        self.bench().act(reader, "faults", &sound)?;
        self.bench().act(reader, "room", &json!({ "face_lux": 300, "slot_in_sun": false }))?;
        self.bench().act(reader, "face", &json!({ "scene": "none" }))?;
        let lies = state.get("tray") == Some(&Value::Bool(true))
            || state.pointer("/slot/card").is_some_and(|card| !card.is_null());
        if lies {
            self.bench().pull(reader)?;
        }
        self.until_idle(reader)
    }

    fn until_idle(&self, reader: &str) -> Result<(), Fault> {
        let mut events = self.desk().events(None, PATIENCE)?;
        events.wait_for("idle reader", PATIENCE, |event| {
            let station =
                Some(event).filter(|event| event.kind == "station").and_then(|event| event.json().ok());
            station.is_some_and(|station| {
                station.get("reader").and_then(Value::as_str) == Some(reader)
                    && station.get("state").and_then(Value::as_str) == Some("idle")
                    && station.get("settling").and_then(Value::as_u64) == Some(0)
            })
        })?;
        self.bench().wait(reader, "screen", &json!("place_card"), PATIENCE)?;
        Ok(())
    }

    /// Takes back what the scenario did to the centre.
    pub(super) fn tidy(&self, reader: &str, scenario: &Scenario) -> Result<(), Fault> {
        let mut stopped = false;
        for line in &scenario.steps {
            match &line.step {
                // Heard when the reader says next who it is.
                Step::Act(Act::ReaderSelfTest(_)) => {
                    self.bench().act(reader, "faults", &json!({ "self_test": 0, "restart": true }))?;
                }
                Step::Act(Act::Centre(Centre::Stops)) => stopped = true,
                Step::Act(Act::Centre(Centre::Starts)) => stopped = false,
                Step::Act(Act::Centre(
                    Centre::Says { who, .. } | Centre::NotRegistered { who } | Centre::Unknown { who },
                )) => {
                    self.bench().register(who, Some("valid"))?;
                }
                _ => {}
            }
        }
        if stopped {
            self.bench().start_centre()?;
        }
        self.bench().post("/v1/centre/logins", &json!({ "refused": false }))?;
        self.bench().misbehave(None)?;
        self.bench().manner(&json!({}))?;
        self.bench().maintenance(None)?;
        self.bench().processing(0, 100)?;
        Ok(())
    }
}

/// What the scenario's site has beside the simulator's own configuration.
pub(super) fn tables(scenario: &Scenario) -> String {
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

/// As a technician does: typed into `uketsuke passcode set`.
fn set_passcode(up: &DeskUp, file: &std::path::Path) -> Result<(), Fault> {
    let failed = |cause| Fault::Start { program: "uketsuke passcode set".into(), cause };
    let mut set = Command::new(up.program("uketsuke"));
    set.args(["passcode", "set"]).arg(file).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = set.spawn().map_err(failed)?;
    if let Some(mut typed) = child.stdin.take() {
        writeln!(typed, "{PASSCODE}").map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    crate::command::ended_well("uketsuke passcode set", status)
}
