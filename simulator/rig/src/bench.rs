//! A client of the simulator's bench API; `simulator/README.md` describes its routes.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::events::Events;
use crate::http::Client;
use crate::{PATIENCE, RigError};

/// A patient's whole part at one reader.
#[derive(Debug, Clone, Serialize)]
pub struct Visit {
    /// Whose card.
    pub persona: String,
    /// `face` or `pin`.
    pub method: String,
    /// For `face`: what stands before the camera; the persona in good light when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<Face>,
    /// For `pin`: the digits; the persona's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Face attempts before giving up; one when `face` is given, else three, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<u8>,
    /// What is answered to every consent question.
    pub consents: Decisions,
    /// A card as issued, with full PIN counters, and not the persona's one card.
    pub fresh: bool,
    /// Faults of the card, as `place` takes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Value>,
    /// Whether the card is taken at the end.
    pub take: bool,
    /// A bound for each step, in milliseconds.
    pub step_ms: u64,
}

/// What stands before the camera.
#[derive(Debug, Clone, Serialize)]
pub struct Face {
    /// Whose face.
    pub persona: String,
    /// `right`, `dark`, `masked`, `none` or `photograph`.
    pub scene: String,
}

/// Answers to the consent questions.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Decisions {
    /// The same to all: `agree` or `refuse`.
    Same(String),
    /// One after the other.
    Each(Vec<String>),
}

impl Visit {
    /// A visit with the persona's own face in good light that agrees to everything.
    #[must_use]
    pub fn face(persona: &str) -> Self {
        Self {
            persona: persona.to_owned(),
            method: String::from("face"),
            face: None,
            pin: None,
            tries: None,
            consents: Decisions::Same(String::from("agree")),
            fresh: false,
            faults: Vec::new(),
            take: true,
            step_ms: 20_000,
        }
    }

    /// A visit with the persona's own PIN that agrees to everything.
    #[must_use]
    pub fn pin(persona: &str) -> Self {
        Self { method: String::from("pin"), ..Self::face(persona) }
    }

    /// The same visit, refusing every consent.
    #[must_use]
    pub fn refusing(self) -> Self {
        Self { consents: Decisions::Same(String::from("refuse")), ..self }
    }

    /// The same visit, leaving the card in the reader.
    #[must_use]
    pub fn leaving_card(self) -> Self {
        Self { take: false, ..self }
    }
}

/// How a visit went, as the reader saw it.
#[derive(Debug, Clone, Deserialize)]
pub struct Timeline {
    /// `take_card`: all was done. `failure`: the reader shows one. `asked_again`: another try is offered.
    pub ended: String,
    /// The failure's code when the reader showed one.
    pub failure: Option<String>,
    /// Steps in order.
    pub steps: Vec<TimelineStep>,
}

/// One step.
#[derive(Debug, Clone, Deserialize)]
pub struct TimelineStep {
    /// What happened, e.g. `card placed`.
    pub step: String,
    /// Milliseconds since the visit began.
    pub at_ms: f64,
}

/// A client of one bench. Cheap to clone; may be used by several threads.
#[derive(Debug, Clone)]
pub struct Bench {
    client: Client,
}

impl Bench {
    /// A client of the bench at `base` with the token in `token_file`.
    ///
    /// # Errors
    /// [`RigError::File`] when the token cannot be read.
    pub fn new(base: &str, token_file: &Path) -> Result<Self, RigError> {
        Ok(Self { client: Client::new(base, token_file)? })
    }

    /// The stream of all that happens at the bench, from behind `last_event_id` if that is given.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn events(&self, last_event_id: Option<&str>, patience: Duration) -> Result<Events, RigError> {
        Events::open(&self.client, "/v1/events", last_event_id, patience)
    }

    /// `GET` of any bench route.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn get(&self, path: &str) -> Result<Value, RigError> {
        self.client.get(path, PATIENCE)
    }

    /// `POST` to any bench route.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, RigError> {
        self.client.post(path, body, PATIENCE)
    }

    /// The state of one reader: screen, what is asked, lamp, sound, tray, slot.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn reader(&self, reader: &str) -> Result<Value, RigError> {
        self.get(&format!("/v1/readers/{reader}"))
    }

    /// Does something at a reader: `place`, `pull`, `choose`, `type`, `cancel`, `face`, `consent`, `unplug`,
    /// `replug`, `faults`.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn act(&self, reader: &str, deed: &str, body: &Value) -> Result<Value, RigError> {
        self.post(&format!("/v1/readers/{reader}/{deed}"), body)
    }

    /// Places a persona's card in tray and slot.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn place(&self, reader: &str, persona: &str) -> Result<(), RigError> {
        self.act(reader, "place", &json!({ "persona": persona })).map(drop)
    }

    /// Takes the card out of tray and slot.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn pull(&self, reader: &str) -> Result<(), RigError> {
        self.act(reader, "pull", &json!({})).map(drop)
    }

    /// Waits until a reader shows `value` under `state` (`screen`, `asked`, `lamp`, `slot_apdus` …).
    ///
    /// # Errors
    /// [`RigError::Refused`] with status 408 and what was seen instead, when it did not come true in time.
    pub fn wait(
        &self,
        reader: &str,
        state: &str,
        value: &Value,
        within: Duration,
    ) -> Result<Value, RigError> {
        let millis = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
        let body = json!({ "for": state, "value": value, "within_ms": millis });
        self.client.post(&format!("/v1/readers/{reader}/wait"), &body, within + PATIENCE)
    }

    /// Plays a patient's whole part.
    ///
    /// # Errors
    /// [`RigError::Refused`] with what was shown instead when the reader did not come to the next step in time.
    pub fn visit(&self, reader: &str, visit: &Visit) -> Result<Timeline, RigError> {
        // No visit has more than some twenty steps.
        let within = Duration::from_millis(visit.step_ms.saturating_mul(20)).saturating_add(PATIENCE);
        let path = format!("/v1/readers/{reader}/visit");
        let value = self.client.post(&path, visit, within)?;
        serde_json::from_value(value)
            .map_err(|fault| RigError::Request { request: format!("POST {path}"), fault: fault.to_string() })
    }

    /// What the centre really answered, for comparing with what the terminal told.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn oracle(&self) -> Result<Value, RigError> {
        self.get("/v1/centre/oracle")
    }

    /// What the centre was asked after the relays.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn queries(&self) -> Result<Value, RigError> {
        self.get("/v1/centre/queries")
    }

    /// Changes what the centre knows of a persona: the 資格有効性 (`valid`, `invalid` …), or `None` for nobody insured.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn register(&self, persona: &str, validity: Option<&str>) -> Result<(), RigError> {
        self.post("/v1/centre/patient", &json!({ "persona": persona, "validity": validity })).map(drop)
    }

    /// Makes a persona insured but not registered: only a relay that registers the card is answered.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn unregister(&self, persona: &str) -> Result<(), RigError> {
        let body = json!({ "persona": persona, "validity": "valid", "registered": false });
        self.post("/v1/centre/patient", &body).map(drop)
    }

    /// What the centre asks: `bundling`, `six_infos`, `prescriptions`, `carry_over`, `note`; what is absent is off.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn manner(&self, manner: &Value) -> Result<(), RigError> {
        self.post("/v1/centre/manner", manner).map(drop)
    }

    /// Makes it the centre of another institution; the third digit 4 makes it a pharmacy.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn site(&self, institution: &str) -> Result<(), RigError> {
        self.post("/v1/centre/site", &json!({ "institution": institution })).map(drop)
    }

    /// Announces when the centre stands still, counted from now; `None` for never.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn maintenance(&self, window: Option<(i64, u32)>) -> Result<(), RigError> {
        let window = window
            .map(|(starts_in_ms, lasts_ms)| json!({ "starts_in_ms": starts_in_ms, "lasts_ms": lasts_ms }));
        self.post("/v1/centre/maintenance", &json!({ "window": window })).map(drop)
    }

    /// Has each session told so often to ask again before its result.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn processing(&self, times: u32, again_after_ms: u32) -> Result<(), RigError> {
        let body = json!({ "times": times, "again_after_ms": again_after_ms });
        self.post("/v1/centre/processing", &body).map(drop)
    }

    /// Makes the centre misbehave; `None` makes it behave again.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn misbehave(&self, kind: Option<&Value>) -> Result<(), RigError> {
        self.post("/v1/centre/misbehave", &json!({ "kind": kind })).map(drop)
    }

    /// Closes the centre's port, and every connection to it.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn stop_centre(&self) -> Result<(), RigError> {
        self.post("/v1/centre/stop", &json!({})).map(drop)
    }

    /// Opens the centre's port again.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn start_centre(&self) -> Result<(), RigError> {
        self.post("/v1/centre/start", &json!({})).map(drop)
    }
}
