//! The desk on which scenarios are played: one simulator with every model, and a daemon that is started anew for every
//! other site.

use crate::{
    Fault,
    desk_up::{Build, DeskUp},
    stop::Stop,
};
use ::scenario::{MODELS, Scenario};
use ::stage::{PASSCODE, tables};
use rig::{Bench, Desk};
use std::{
    cell::Cell,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

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
        Ok(::stage::prepare(self.bench(), self.desk(), reader, scenario, number)?)
    }

    /// Takes back what the scenario did to the centre.
    pub(super) fn tidy(&self, reader: &str, scenario: &Scenario) -> Result<(), Fault> {
        Ok(::stage::tidy(self.bench(), reader, scenario)?)
    }
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
