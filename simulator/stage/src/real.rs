//! The stage of real parts: the bench for patient, technician and centre, the local API for staff.

use crate::PASSCODE;
use rig::{Bench, Desk, RigError};
use scenario::{
    Act, Decision, Person, ResultSeen, Seen, Stage,
    act::{Centre, Digits, Face, How, Staff, Typed},
    code_named, decision_named, deed_named,
    expect::{Asked, Remarked},
    item_named, validity_named, validity_word, verification_named,
};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(15);
const WRONG_PASSCODE: &str = "1357";
/// Longer than any scenario.
const MAINTENANCE_MS: u32 = 3_600_000;

/// One reader.
pub struct RealStage<'a> {
    bench: &'a Bench,
    desk: &'a Desk,
    reader: String,
    begun: Instant,
    personas: Value,
    results: Vec<ResultSeen>,
    next_result: u64,
    audit: Vec<(Deed, Option<String>)>,
    next_audit: u64,
    /// The visit in progress, as last seen.
    visit: Option<String>,
    /// Whose card was laid down last.
    who: Option<String>,
    scene: u64,
    manner: Value,
}

impl std::fmt::Debug for RealStage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RealStage({})", self.reader)
    }
}

type Deed = scenario::AuditDeed;

impl<'a> RealStage<'a> {
    /// A stage at this reader. Pose and light of the faces are drawn from `seed`. What was there before is not looked at.
    ///
    /// # Errors
    /// [`RigError`] when bench or desk do not answer.
    pub fn new(bench: &'a Bench, desk: &'a Desk, reader: String, seed: u64) -> Result<Self, RigError> {
        let mut stage = Self {
            bench,
            desk,
            reader,
            begun: Instant::now(),
            personas: bench.get("/v1/personas")?,
            results: Vec::new(),
            next_result: 0,
            audit: Vec::new(),
            next_audit: 0,
            visit: None,
            who: None,
            scene: seed,
            manner: json!({}),
        };
        // Pages until nothing is new.
        loop {
            let before = (stage.next_result, stage.next_audit);
            stage.read_on()?;
            if before == (stage.next_result, stage.next_audit) {
                break;
            }
        }
        stage.results.clear();
        stage.audit.clear();
        Ok(stage)
    }

    fn read_on(&mut self) -> Result<(), RigError> {
        let body = self.desk.get(&format!("/v1/results?since={}", self.next_result))?;
        self.next_result = body.get("next").and_then(Value::as_u64).unwrap_or(self.next_result);
        let ours = |entry: &&Value| text(entry, "/reader") == self.reader;
        let seen = list(&body, "/results").filter(ours).filter_map(|body| result(body, &self.personas));
        self.results.extend(seen);
        let body = self.desk.get(&format!("/v1/audit?since={}", self.next_audit))?;
        self.next_audit = body.get("next").and_then(Value::as_u64).unwrap_or(self.next_audit);
        let deed = |entry: &Value| {
            let by = entry.get("by").and_then(Value::as_str).map(str::to_owned);
            Some((deed_named(text(entry, "/deed"))?, by))
        };
        self.audit.extend(list(&body, "/entries").filter(ours).filter_map(deed));
        Ok(())
    }

    fn see(&mut self) -> Result<Seen, RigError> {
        let readers = self.desk.readers()?;
        let station = list(&readers, "/readers").find(|station| text(station, "/reader") == self.reader);
        let station = station.cloned().unwrap_or_default();
        let unit = self.bench.reader(&self.reader)?;
        self.read_on()?;
        self.visit = station.get("visit").and_then(Value::as_str).map(str::to_owned);
        let asked = match text(&unit, "/asked/what") {
            "methods" => {
                let offered = list(&unit, "/asked/offered").filter_map(Value::as_str);
                Asked::Methods(offered.map(str::to_owned).collect())
            }
            "face" => Asked::Face,
            "pin" => Asked::Pin,
            "passcode" => Asked::Passcode,
            "consent" => Asked::Consent(text(&unit, "/asked/screen").to_owned()),
            _ => Asked::Nothing,
        };
        let tries = unit.pointer("/asked/tries_left").and_then(Value::as_u64);
        Ok(Seen {
            notice: text(&unit, "/screen").to_owned(),
            language: text(&unit, "/language").to_owned(),
            asked,
            tries_left: tries.and_then(|tries| u8::try_from(tries).ok()),
            state: text(&station, "/state").to_owned(),
            step: station.get("step").and_then(Value::as_str).map(str::to_owned),
            board: code_named(text(&station, "/failure/code")),
            settling: station
                .get("settling")
                .and_then(Value::as_u64)
                .and_then(|settling| usize::try_from(settling).ok())
                .unwrap_or(0),
            results: self.results.clone(),
            audit: self.audit.clone(),
        })
    }

    fn at_reader(&self, deed: &str, body: &Value) -> Result<(), RigError> {
        self.bench.act(&self.reader, deed, body).map(drop)
    }

    fn place(&mut self, who: &str, how: &[How]) -> Result<(), RigError> {
        self.who = Some(who.to_owned());
        let faults: Vec<Value> = how.iter().filter_map(|how| fault(*how)).collect();
        let only = match how {
            how if how.contains(&How::TrayOnly) => json!("tray"),
            how if how.contains(&How::SlotOnly) => json!("slot"),
            _ => Value::Null,
        };
        let turned_over = how.contains(&How::TurnedOver);
        let body = json!({
            "persona": who, "fresh": true, "faults": faults, "only": only, "turned_over": turned_over,
        });
        self.at_reader("place", &body)
    }

    fn stand(&mut self, face: &Face) -> Result<(), String> {
        let own = self.who.clone();
        let (who, scene) = match face {
            Face::Right => (own, "right"),
            Face::Wrong(who) => (Some(who.clone()), "right"),
            Face::Masked => (own, "masked"),
            Face::Dark => (own, "dark"),
            Face::Turned => (own, "turned"),
            Face::Photograph => (own, "photograph"),
            Face::Nobody => (None, "none"),
        };
        let seed = self.scene;
        self.scene = seed.saturating_add(1);
        self.at_reader("face", &json!({ "persona": who, "scene": scene, "seed": seed })).map_err(in_words)
    }

    fn digits(&self, typed: &Typed) -> Result<String, String> {
        Ok(match typed {
            Typed::Digits(digits) => digits.clone(),
            Typed::Passcode => String::from(PASSCODE),
            Typed::WrongPasscode => String::from(WRONG_PASSCODE),
            Typed::RightPin => {
                let who = self.who.as_deref().ok_or("no card was laid down")?;
                let persona = list(&self.personas, "").find(|persona| text(persona, "/id") == who);
                let pin = persona.and_then(|persona| persona.get("pin")).and_then(Value::as_str);
                pin.ok_or_else(|| format!("{who} has no PIN"))?.to_owned()
            }
        })
    }

    fn staff(&self, deed: Staff, by: &str) -> Result<(), String> {
        let check = format!("/v1/readers/{}/visual-check", self.reader);
        let visit = || {
            let visit = self.visit.as_deref().ok_or("nobody is being served")?;
            Ok::<_, String>(format!("/v1/readers/{}/visits/{visit}", self.reader))
        };
        let confirm = |same: bool| {
            let body = json!({ "by": by, "same_person": same });
            self.desk.post(&format!("{}/confirmation", visit()?), &body).map_err(in_words)
        };
        match deed {
            Staff::Arms => self.desk.put(&check, &json!({ "by": by })).map_err(in_words),
            Staff::Disarms => self.desk.delete(&format!("{check}?by={by}")).map_err(in_words),
            Staff::Confirms => confirm(true),
            Staff::Denies => confirm(false),
            Staff::AsksAgain => {
                let body = json!({ "by": by });
                self.desk.post(&format!("{}/consents/asked-again", visit()?), &body).map_err(in_words)
            }
            Staff::Cancels => self.desk.delete(&format!("{}?by={by}", visit()?)).map_err(in_words),
        }
        .map(drop)
    }

    fn centre(&mut self, deed: &Centre) -> Result<(), RigError> {
        match deed {
            Centre::Stops => self.bench.stop_centre(),
            Centre::Starts => self.bench.start_centre(),
            Centre::Behaves => self.bench.misbehave(None),
            Centre::Misbehaves(how) => self.bench.misbehave(Some(&json!(how))),
            Centre::SilentAt(step) => self.bench.misbehave(Some(&json!({ "silent_at": step }))),
            Centre::Says { who, validity } => self.bench.register(who, Some(validity_word(*validity))),
            Centre::NotRegistered { who } => self.bench.unregister(who),
            Centre::Unknown { who } => self.bench.register(who, None),
            Centre::Asks(manner) => {
                let note = self.manner.get("note").cloned().unwrap_or_default();
                self.manner = json!({
                    "bundling": if manner.one_by_one { "one_by_one" } else { "bundled" },
                    "six_infos": manner.six_infos,
                    "prescriptions": manner.prescriptions,
                    "carry_over": manner.carry_over,
                    "note": note,
                });
                self.bench.manner(&self.manner)
            }
            Centre::Notes(word) => {
                if let Some(manner) = self.manner.as_object_mut() {
                    manner.insert(String::from("note"), json!(word));
                }
                self.bench.manner(&self.manner)
            }
            Centre::Takes { times, millis } => self.bench.processing(*times, *millis),
            Centre::RefusesLogins => {
                self.bench.post("/v1/centre/logins", &json!({ "refused": true })).map(drop)
            }
            Centre::TakesLogins => {
                self.bench.post("/v1/centre/logins", &json!({ "refused": false })).map(drop)
            }
            Centre::Maintenance => self.bench.maintenance(Some((0, MAINTENANCE_MS))),
            Centre::MaintenanceOver => self.bench.maintenance(None),
        }
    }
}

impl Stage for RealStage<'_> {
    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    fn look(&mut self) -> Result<Seen, String> {
        self.see().map_err(in_words)
    }

    fn pass(&mut self, until: Duration) -> Result<(), String> {
        thread::sleep(until.saturating_sub(self.now()).min(LOOK));
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Place { who, how } => self.place(who, how),
            Act::TwoCards { upper, .. } => self.place(upper, &[How::NoPower]),
            Act::TurnOver => {
                let who = self.who.clone().ok_or("no card was laid down")?;
                self.at_reader("pull", &json!({})).map_err(in_words)?;
                self.place(&who, &[])
            }
            Act::Pull { .. } => self.at_reader("pull", &json!({})),
            Act::Swap { who } => {
                self.at_reader("pull", &json!({})).map_err(in_words)?;
                self.place(who, &[])
            }
            Act::Choose(method) => self.at_reader("choose", &json!({ "method": method })),
            Act::Face(face) => return self.stand(face),
            Act::Type(typed) => {
                let digits = self.digits(typed)?;
                self.at_reader("type", &json!({ "digits": digits }))
            }
            Act::Cancel => self.at_reader("cancel", &json!({})),
            Act::Language(language) => self.at_reader("language", &json!({ "language": language })),
            Act::Leave => return self.stand(&Face::Nobody),
            Act::Light(lux) => self.at_reader("room", &json!({ "face_lux": lux })),
            Act::Sun(sun) => self.at_reader("room", &json!({ "slot_in_sun": sun })),
            Act::Digits(digits) => {
                let reading = match digits {
                    Digits::Clear => "right",
                    Digits::Smudged => "last_digit_wrong",
                    Digits::Unreadable => "unreadable",
                };
                self.at_reader("faults", &json!({ "reading": reading }))
            }
            Act::Unplug => self.at_reader("unplug", &json!({})),
            Act::Replug => self.at_reader("replug", &json!({})),
            Act::ReaderSilent => self.at_reader("faults", &json!({ "silent": true })),
            Act::ReaderSpeaks => self.at_reader("faults", &json!({ "silent": false })),
            Act::ReaderSlow(millis) => self.at_reader("faults", &json!({ "slow_ms": millis })),
            Act::ReaderSelfTest(number) => self.at_reader("faults", &json!({ "self_test": number })),
            Act::ReaderFault(number) => self.at_reader("faults", &json!({ "report": number })),
            Act::Staff { deed, by } => return self.staff(*deed, by),
            Act::Centre(deed) => self.centre(deed),
            Act::Answer { .. } | Act::NobodyActs(_) => return Err(String::from("the player's own")),
        }
        .map_err(in_words)
    }

    fn answer(&mut self, decision: Decision) -> Result<(), String> {
        let word = if decision == Decision::Agreed { "agree" } else { "refuse" };
        self.at_reader("consent", &json!({ "decision": word })).map_err(in_words)
    }
}

/// Whose name, number, branch and alias the result tells.
fn whose(body: &Value, personas: &Value) -> Vec<String> {
    let Some(said) = body.pointer("/qualification/body/result_list/0") else { return Vec::new() };
    let person = |of: &Value, [name, number, branch, alias]: [&str; 4]| {
        let field = |pointer| of.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Person {
            name: field(name).unwrap_or_default(),
            number: field(number).unwrap_or_default(),
            branch: field(branch),
            alias: field(alias),
        }
    };
    let said =
        person(said, ["/name", "/insured_identification_number", "/insured_branch_number", "/name_of_other"]);
    let known = |of: &Value| person(of, ["/name", "/number", "/branch", "/alias"]);
    let meant = list(personas, "").filter(|persona| known(persona).is_meant_by(&said));
    meant.map(|persona| text(persona, "/id").to_owned()).collect()
}

fn result(body: &Value, personas: &Value) -> Option<ResultSeen> {
    let consent = |consent: &Value| {
        Some((item_named(text(consent, "/item"))?, decision_named(text(consent, "/decision"))?))
    };
    let remark = |remark: &Value| {
        let about = ["item", "field", "word"].iter().find_map(|key| remark.get(*key)).and_then(Value::as_str);
        Some(Remarked { code: code_named(text(remark, "/code"))?, about: about.map(str::to_owned) })
    };
    Some(ResultSeen {
        of: whose(body, personas),
        by: verification_named(text(body, "/verification"))?,
        validity: validity_named(text(body, "/validity"))?,
        consents: list(body, "/consents").filter_map(consent).collect(),
        remarks: list(body, "/remarks").filter_map(remark).collect(),
    })
}

fn fault(how: How) -> Option<Value> {
    Some(match how {
        How::ForgedPhoto => json!("forged-photo"),
        How::PhotoOfAnotherChip => json!("photo-of-another-chip"),
        How::SilentChip => json!("never-answer"),
        How::SlowChip(millis) => json!({ "delay": { "millis": millis } }),
        How::NumberBTries(left) => json!({ "number-b-tries": { "left": left } }),
        How::OtherCard => json!("other-card"),
        How::Telephone => json!("telephone"),
        How::NoPower => json!("takes-no-power"),
        How::TurnedOver | How::TrayOnly | How::SlotOnly => return None,
    })
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn in_words(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
