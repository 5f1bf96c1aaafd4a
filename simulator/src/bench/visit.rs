//! A patient's whole part: place the card, confirm identity, answer, take the card.
//!
//! The patient sees the screen and nothing else: every step waits for what the reader shows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use model::ConsentItem;
use reader::Method;
use reader::conformance::AskedView as Asked;
use serde::{Deserialize, Serialize};
use serde_json::json;
use simulator_card::Fault;
use tokio::task::block_in_place;

use super::problem::Problem;
use super::readers::{DecisionWord, MethodWord, card_problem, unit};
use crate::desk_unit::{DeskUnit, ReaderState};
use crate::face::{FaceBefore, SceneKind};
use crate::world::{CardError, Placing, World};

/// How long a patient looks at a failure before believing that nothing else will be asked.
const BELIEVE: Duration = Duration::from_millis(1500);
/// More questions than any centre asks (`PROTOCOL.md` of `centre-wire` allows 16).
const MOST_QUESTIONS: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VisitRequest {
    persona: String,
    method: MethodWord,
    /// What stands before the camera; the persona in good light when absent.
    face: Option<FaceBefore>,
    /// The persona's own when absent. Never told again.
    pin: Option<String>,
    /// What a member of staff types if the passcode is asked. Never told again.
    passcode: Option<String>,
    /// Face attempts before giving up: people shift and try again. One when `face` is given, else three.
    tries: Option<u8>,
    #[serde(default)]
    consents: Decisions,
    #[serde(default)]
    faults: Vec<Fault>,
    /// A card as issued, with full counters, and not the persona's one card.
    #[serde(default)]
    fresh: bool,
    /// Take the card at the end.
    #[serde(default = "yes")]
    take: bool,
    /// A bound for each step.
    #[serde(default = "patience")]
    step_ms: u64,
}

/// What is answered to the consent questions.
#[derive(Deserialize)]
#[serde(untagged)]
enum Decisions {
    /// The same to all.
    Same(DecisionWord),
    /// One after the other; to what is asked beyond them the patient refuses.
    Each(Vec<DecisionWord>),
    /// As the patient thinks of each item.
    ByItem(ByItem),
}

/// What the patient thinks of each item. A question is agreed to only if all that it covers is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByItem {
    items: BTreeMap<ConsentItem, DecisionWord>,
    /// Of items that are not named.
    #[serde(default = "agree")]
    others: DecisionWord,
}

const fn agree() -> DecisionWord {
    DecisionWord::Agree
}

impl Default for Decisions {
    fn default() -> Self {
        Self::Same(agree())
    }
}

impl Decisions {
    /// The answer to the n-th question, which covers these items.
    fn nth(&self, n: usize, items: &[ConsentItem]) -> DecisionWord {
        match self {
            Self::Same(decision) => *decision,
            Self::Each(decisions) => decisions.get(n).copied().unwrap_or(DecisionWord::Refuse),
            Self::ByItem(ByItem { items: named, others }) => {
                let of = |item| named.get(item).copied().unwrap_or(*others);
                let all = items.iter().all(|item| of(item) == DecisionWord::Agree);
                if all { DecisionWord::Agree } else { DecisionWord::Refuse }
            }
        }
    }
}

const fn yes() -> bool {
    true
}

const fn patience() -> u64 {
    20_000
}

/// How the visit went, as the patient saw it.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    /// `take_card`: all was done. `failure`: the reader shows one. `asked_again`: another try is offered.
    ended: &'static str,
    /// The code on the screen at the end, if a failure stands there.
    failure: Option<String>,
    steps: Vec<TimelineStep>,
}

#[derive(Debug, Serialize)]
struct TimelineStep {
    step: String,
    at_ms: f64,
}

pub(super) async fn visit(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<VisitRequest>,
) -> Result<Json<Timeline>, Problem> {
    let unit = unit(&world, &id)?;
    let mut patient = Patient {
        world: &world,
        unit,
        bound: Duration::from_millis(request.step_ms.clamp(1, 120_000)),
        began: Instant::now(),
        steps: Vec::new(),
    };
    let (ended, failure) = patient.play(&request).await?;
    Ok(Json(Timeline { ended, failure, steps: patient.steps }))
}

struct Patient<'a> {
    world: &'a World,
    unit: &'a DeskUnit,
    bound: Duration,
    began: Instant,
    steps: Vec<TimelineStep>,
}

/// What the patient sees next, after doing something.
enum Seen {
    Question,
    AskedAgain(ReaderState),
    TakeCard,
    Failure(ReaderState),
}

impl Patient<'_> {
    async fn play(&mut self, request: &VisitRequest) -> Result<(&'static str, Option<String>), Problem> {
        self.until("the reader invites to place a card", |state| state.screen == "place_card" && !state.tray)
            .await?;
        if request.method == MethodWord::Face {
            self.stand_before_camera(request)?;
        }
        self.began = Instant::now();
        let placing = Placing { faults: request.faults.clone(), fresh: request.fresh, ..Placing::default() };
        self.do_it(|world, unit| world.place(unit, &request.persona, &placing))?;
        self.note("card placed");
        let end = match self.until_taking(request).await {
            Ok(end) => end,
            Err(problem) => {
                self.walk_away(request.take);
                return Err(problem);
            }
        };
        self.do_it(|world, unit| world.show_face(unit, None, None))?;
        if request.take {
            self.do_it(|world, unit| world.pull(unit, None))?;
            self.note("card taken");
            self.until("the reader is ready for the next", |state| state.screen == "place_card").await?;
            self.note("reader ready");
        }
        Ok(end)
    }

    /// A visit that cannot go on leaves the reader to the next patient.
    fn walk_away(&self, take: bool) {
        // What stopped the visit is told; that leaving it failed too would say less.
        let _nobody = self.do_it(|world, unit| world.show_face(unit, None, None));
        if take {
            let _gone = self.do_it(|world, unit| world.pull(unit, None));
        }
    }

    /// Everything between placing and taking.
    async fn until_taking(
        &mut self,
        request: &VisitRequest,
    ) -> Result<(&'static str, Option<String>), Problem> {
        let mut seen = self.look(|asked| matches!(asked, Asked::Methods { .. })).await?;
        if let Seen::AskedAgain(_) = seen {
            self.note("methods offered");
            seen = match request.method {
                MethodWord::Face => self.face(request).await?,
                MethodWord::Pin => self.pin(request).await?,
                MethodWord::Visual => self.visual(request).await?,
            };
        }
        let (mut questions, mut registered) = (0, false);
        loop {
            match &seen {
                Seen::Question => {
                    if questions >= MOST_QUESTIONS {
                        let seen = Some(json!(self.unit.state()));
                        return Err(Problem::conflict("the reader asks without end", seen));
                    }
                    let decision = request.consents.nth(questions, self.unit.state().consent_items());
                    seen = self.answer(decision).await?;
                    questions += 1;
                }
                // Whoever agreed to register may be asked for the PIN with which the card does it.
                Seen::AskedAgain(state)
                    if questions > 0 && !registered && matches!(state.asked, Asked::Pin { .. }) =>
                {
                    registered = true;
                    seen = self.type_own_pin(request).await?;
                }
                _ => break,
            }
        }
        Ok(match seen {
            Seen::TakeCard => {
                self.note("asked to take the card");
                ("take_card", None)
            }
            Seen::Failure(state) => {
                self.note(&format!("failure shown: {}", state.screen));
                ("failure", state.failure())
            }
            Seen::AskedAgain(state) => {
                self.note("asked again");
                ("asked_again", state.failure())
            }
            Seen::Question => ("asked_again", None),
        })
    }

    /// Who comes to the reader stands there before the card lies in it; again, in another pose, for another try.
    fn stand_before_camera(&self, request: &VisitRequest) -> Result<(), Problem> {
        let before = match &request.face {
            Some(FaceBefore { scene: SceneKind::None, .. }) => None,
            Some(before) => Some(before.clone()),
            None => Some(FaceBefore { persona: request.persona.clone(), scene: SceneKind::Right }),
        };
        self.do_it(|world, unit| world.show_face(unit, before.as_ref(), None)).map(drop)
    }

    async fn face(&mut self, request: &VisitRequest) -> Result<Seen, Problem> {
        let tries = request.tries.unwrap_or_else(|| if request.face.is_some() { 1 } else { 3 });
        let mut done = 1;
        loop {
            self.choose(Method::Face).await?;
            let seen = self.look(|asked| matches!(asked, Asked::Methods { .. } | Asked::Pin { .. })).await?;
            let again = match &seen {
                Seen::AskedAgain(state) => {
                    matches!(&state.asked, Asked::Methods { offered } if offered.contains(&"face"))
                }
                _ => false,
            };
            if !again || done >= tries {
                return Ok(seen);
            }
            self.note("tries again");
            self.stand_before_camera(request)?;
            done += 1;
        }
    }

    async fn pin(&mut self, request: &VisitRequest) -> Result<Seen, Problem> {
        self.own_pin(request)?;
        self.choose(Method::Pin).await?;
        // A locked PIN leaves the other methods.
        let seen = self.look(|asked| matches!(asked, Asked::Methods { .. } | Asked::Pin { .. })).await?;
        match &seen {
            Seen::AskedAgain(state) if matches!(state.asked, Asked::Pin { .. }) => {
                self.type_own_pin(request).await
            }
            _ => Ok(seen),
        }
    }

    fn own_pin<'r>(&'r self, request: &'r VisitRequest) -> Result<&'r str, Problem> {
        let own = self.world.personas().iter().find(|persona| persona.id == request.persona);
        let pin = request.pin.as_deref().or_else(|| own.and_then(|persona| persona.pin.as_deref()));
        pin.ok_or_else(|| Problem::bad_request("this persona has no PIN; give one", ""))
    }

    /// Types the PIN that is asked.
    async fn type_own_pin(&mut self, request: &VisitRequest) -> Result<Seen, Problem> {
        self.note("PIN asked");
        if !self.unit.type_digits(self.own_pin(request)?.as_bytes()).await {
            return Err(Problem::conflict("the PIN could not be typed", Some(json!(self.unit.state()))));
        }
        self.note("PIN typed");
        self.look(|asked| matches!(asked, Asked::Methods { .. } | Asked::Pin { .. })).await
    }

    /// Calls staff, who may be asked for the passcode here; that they confirm is told elsewhere, at the desk.
    async fn visual(&mut self, request: &VisitRequest) -> Result<Seen, Problem> {
        self.choose(Method::Visual).await?;
        let asks = |asked: &Asked| matches!(asked, Asked::Methods { .. } | Asked::Passcode { .. });
        let seen = self.look(asks).await?;
        let passcode_asked =
            matches!(&seen, Seen::AskedAgain(state) if matches!(state.asked, Asked::Passcode { .. }));
        let Some(passcode) = request.passcode.as_deref().filter(|_| passcode_asked) else { return Ok(seen) };
        self.note("passcode asked");
        if !self.unit.type_digits(passcode.as_bytes()).await {
            return Err(Problem::conflict("the passcode could not be typed", Some(json!(self.unit.state()))));
        }
        self.note("passcode typed");
        self.look(asks).await
    }

    fn do_it<T>(&self, deed: impl FnOnce(&World, &DeskUnit) -> Result<T, CardError>) -> Result<T, Problem> {
        block_in_place(|| deed(self.world, self.unit)).map_err(|fault| card_problem(fault, self.unit))
    }

    async fn choose(&mut self, method: Method) -> Result<(), Problem> {
        if !self.unit.choose(method).await {
            return Err(Problem::conflict("the method is not offered", Some(json!(self.unit.state()))));
        }
        self.note("method chosen");
        Ok(())
    }

    async fn answer(&mut self, decision: DecisionWord) -> Result<Seen, Problem> {
        let screen = self.unit.state().consent_screen().unwrap_or_default().to_owned();
        self.note(&format!("consent asked: {screen}"));
        if !self.unit.consent(decision == DecisionWord::Agree).await {
            return Err(Problem::conflict("the question is gone", Some(json!(self.unit.state()))));
        }
        let word = if decision == DecisionWord::Agree { "agreed" } else { "refused" };
        self.note(&format!("{word}: {screen}"));
        self.look(|asked| matches!(asked, Asked::Methods { .. } | Asked::Pin { .. })).await
    }

    /// Waits until the reader asks or ends. `again` says which questions count as [`Seen::AskedAgain`].
    async fn look(&self, again: impl Fn(&Asked) -> bool) -> Result<Seen, Problem> {
        let judge = |state: &ReaderState| match &state.asked {
            Asked::Consent { .. } => Some(Seen::Question),
            asked if again(asked) => Some(Seen::AskedAgain(state.clone())),
            Asked::Nothing if state.screen == "take_card" => Some(Seen::TakeCard),
            _ => None,
        };
        let ended = |state: &ReaderState| match state.asked {
            Asked::Nothing if state.failure().is_some() => Some(Seen::Failure(state.clone())),
            _ => judge(state),
        };
        match self.unit.until(self.bound, ended).await {
            // A failure may be followed by an offer to try again.
            Ok(Seen::Failure(state)) => {
                Ok(self.unit.until(BELIEVE, judge).await.unwrap_or(Seen::Failure(state)))
            }
            Ok(seen) => Ok(seen),
            Err(last) => Err(self.timed_out("next screen", &last)),
        }
    }

    async fn until(&self, what: &str, met: impl Fn(&ReaderState) -> bool) -> Result<(), Problem> {
        let came = self.unit.until(self.bound, |state| met(state).then_some(())).await;
        came.map_err(|last| self.timed_out(what, &last))
    }

    fn timed_out(&self, what: &str, last: &ReaderState) -> Problem {
        Problem::timed_out(
            format!("{what} within {} ms", self.bound.as_millis()),
            json!({ "reader": last, "steps": self.steps }),
        )
    }

    fn note(&mut self, step: &str) {
        let at_ms = self.began.elapsed().as_secs_f64() * 1000.0;
        self.steps.push(TimelineStep { step: step.to_owned(), at_ms });
    }
}

#[cfg(test)]
mod tests {
    use super::{DecisionWord, Decisions};
    use model::ConsentItem;

    #[test]
    fn a_question_is_agreed_to_only_if_all_that_it_covers_is() {
        let decisions: Decisions =
            serde_json::from_str(r#"{"items":{"registration":"refuse","medicines":"agree"}}"#).unwrap();
        let nth = |items: &[ConsentItem]| decisions.nth(7, items);
        assert!(nth(&[ConsentItem::Medicines]) == DecisionWord::Agree);
        assert!(nth(&[ConsentItem::CarryOver]) == DecisionWord::Agree, "others are agreed to");
        assert!(nth(&[ConsentItem::Registration]) == DecisionWord::Refuse);
        assert!(nth(&[ConsentItem::Medicines, ConsentItem::Registration]) == DecisionWord::Refuse);

        let none_but: Decisions =
            serde_json::from_str(r#"{"items":{"electronic_prescription":"agree"},"others":"refuse"}"#)
                .unwrap();
        assert!(none_but.nth(0, &[ConsentItem::ElectronicPrescription]) == DecisionWord::Agree);
        assert!(none_but.nth(0, &[ConsentItem::Operations]) == DecisionWord::Refuse);
    }

    #[test]
    fn decisions_are_one_word_a_list_or_by_item() {
        let of = |text: &str| serde_json::from_str::<Decisions>(text);
        assert!(of(r#""refuse""#).unwrap().nth(3, &[]) == DecisionWord::Refuse);
        assert!(of(r#"["agree","refuse"]"#).unwrap().nth(0, &[]) == DecisionWord::Agree);
        assert!(of(r#"{"items":{"smile":"agree"}}"#).is_err());
        assert!(of(r#"{"items":{},"more":"agree"}"#).is_err());
    }
}
