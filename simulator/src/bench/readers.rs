//! What a patient and a technician can do at one reader.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::ConsentItem;
use reader::conformance::{Act, Reading};
use reader::{Language, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_card::Fault;
use tokio::task::block_in_place;

use super::problem::Problem;
use crate::desk_unit::{DeskUnit, Part, ReaderState};
use crate::face::{FaceBefore, SceneKind};
use crate::world::{CardError, Placing, World};

/// Nothing to say but that it was done.
type Done = Result<StatusCode, Problem>;

pub(super) async fn list(State(world): State<Arc<World>>) -> Json<Vec<ReaderState>> {
    Json(world.units().map(DeskUnit::state).collect())
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Result<Json<ReaderState>, Problem> {
    Ok(Json(unit(&world, &id)?.state()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceRequest {
    persona: String,
    /// Faults of the card; with any, it is a specimen of its own and not the persona's one card.
    #[serde(default)]
    faults: Vec<Fault>,
    /// `tray` or `slot` alone; both as a person would when absent.
    only: Option<Part>,
    /// The printed side lies downwards.
    #[serde(default)]
    turned_over: bool,
    /// A card as issued, with full counters, and not the persona's one card.
    #[serde(default)]
    fresh: bool,
}

pub(super) async fn place(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<PlaceRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    let PlaceRequest { persona, faults, only, turned_over, fresh } = request;
    let placing = Placing { faults, fresh, only, turned_over };
    block_in_place(|| world.place(unit, &persona, &placing)).map_err(|fault| card_problem(fault, unit))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PullRequest {
    only: Option<Part>,
    /// Pull when so many more APDUs have begun, in the middle of that one.
    mid_apdu_after: Option<u64>,
}

pub(super) async fn pull(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<PullRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    match request.mid_apdu_after {
        Some(nth) => world.pull_mid_apdu(unit, nth, request.only),
        None => {
            block_in_place(|| world.pull(unit, request.only)).map_err(|fault| card_problem(fault, unit))?
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChooseRequest {
    method: MethodWord,
}

/// [`Method`] in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MethodWord {
    Face,
    Pin,
    Visual,
}

impl From<MethodWord> for Method {
    fn from(word: MethodWord) -> Self {
        match word {
            MethodWord::Face => Self::Face,
            MethodWord::Pin => Self::Pin,
            MethodWord::Visual => Self::Visual,
        }
    }
}

pub(super) async fn choose(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<ChooseRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    done(unit, unit.choose(request.method.into()).await, "this method is not offered")
}

/// Not `Debug`: the digits are a PIN or the passcode.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeRequest {
    digits: String,
}

pub(super) async fn type_digits(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<TypeRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    done(
        unit,
        unit.type_digits(request.digits.as_bytes()).await,
        "neither PIN nor passcode is asked, or these are not four digits",
    )
}

pub(super) async fn cancel(State(world): State<Arc<World>>, Path(id): Path<String>) -> Done {
    let unit = unit(&world, &id)?;
    done(unit, unit.cancel().await, "there is nothing to cancel")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaceRequest {
    /// Whose face; not needed for an empty room.
    persona: Option<String>,
    scene: SceneKind,
    /// Another pose, light and expression; drawn when absent.
    seed: Option<u64>,
}

pub(super) async fn face(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<FaceRequest>,
) -> Result<Json<Value>, Problem> {
    let unit = unit(&world, &id)?;
    let before = match (request.scene, request.persona) {
        (SceneKind::None, _) => None,
        (scene, Some(persona)) => Some(FaceBefore { persona, scene }),
        (_, None) => return Err(Problem::bad_request("whose face?", "`persona` is missing")),
    };
    let seed = block_in_place(|| world.show_face(unit, before.as_ref(), request.seed))
        .map_err(|fault| card_problem(fault, unit))?;
    Ok(Json(json!({ "seed": seed })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentRequest {
    decision: DecisionWord,
    /// Only if this is the question.
    screen: Option<String>,
    /// Only if the question covers this.
    item: Option<ConsentItem>,
}

/// A patient's answer in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DecisionWord {
    #[serde(alias = "agreed")]
    Agree,
    #[serde(alias = "refused")]
    Refuse,
}

pub(super) async fn consent(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<ConsentRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    let state = unit.state();
    let other = request.screen.is_some_and(|screen| state.consent_screen() != Some(&*screen))
        || request.item.is_some_and(|item| !state.consent_items().contains(&item));
    let answered = !other && unit.consent(request.decision == DecisionWord::Agree).await;
    done(unit, answered, "this is not the question")
}

pub(super) async fn unplug(State(world): State<Arc<World>>, Path(id): Path<String>) -> Done {
    let unit = unit(&world, &id)?;
    unit.unplug().await.map_err(Problem::broken)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn replug(State(world): State<Arc<World>>, Path(id): Path<String>) -> Done {
    let unit = unit(&world, &id)?;
    unit.replug().await.map_err(Problem::broken)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageRequest {
    language: LanguageWord,
}

/// [`Language`] in JSON.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LanguageWord {
    Ja,
    En,
    Zh,
    Ko,
}

pub(super) async fn language(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<LanguageRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    let language = match request.language {
        LanguageWord::Ja => Language::Japanese,
        LanguageWord::En => Language::English,
        LanguageWord::Zh => Language::Chinese,
        LanguageWord::Ko => Language::Korean,
    };
    done(unit, unit.language(language).await, "this language is not offered")
}

/// What stands around the unit; only what is named changes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoomRequest {
    /// Light on the face in lux.
    face_lux: Option<u16>,
    /// Whether the sun falls on the card slot.
    slot_in_sun: Option<bool>,
    /// Turn the unit between landscape and portrait.
    #[serde(default)]
    rotate: bool,
}

pub(super) async fn room(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<RoomRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    let acts = [
        request.face_lux.map(Act::Light),
        request.slot_in_sun.map(Act::Sun),
        request.rotate.then_some(Act::Rotate),
    ];
    let all = act_all(unit, acts);
    done(unit, all, "this model does not turn")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentRequest {
    /// Printed lines `name=value`; absent: the certificate is taken away.
    lines: Option<String>,
}

pub(super) async fn document(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<DocumentRequest>,
) -> Done {
    let unit = unit(&world, &id)?;
    done(unit, unit.set(Act::Document(request.lines)), "this model reads no certificates")
}

/// Only what is named changes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultsRequest {
    corrupt_next_frames: Option<u32>,
    silent: Option<bool>,
    babble: Option<bool>,
    /// Neither reads nor writes at its port, which stays.
    frozen: Option<bool>,
    /// Every answer this much later.
    slow_ms: Option<u64>,
    /// A fault number that the unit reports of itself, 1 to 99.
    report: Option<u8>,
    /// The self-test's outcome from the next identification on.
    self_test: Option<u8>,
    /// How the digits of the card face are read.
    reading: Option<ReadingWord>,
    /// Power off and on, after the rest.
    #[serde(default)]
    restart: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReadingWord {
    Right,
    LastDigitWrong,
    Unreadable,
}

impl From<ReadingWord> for Reading {
    fn from(word: ReadingWord) -> Self {
        match word {
            ReadingWord::Right => Self::Right,
            ReadingWord::LastDigitWrong => Self::LastDigitWrong,
            ReadingWord::Unreadable => Self::Unreadable,
        }
    }
}

pub(super) async fn faults(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<FaultsRequest>,
) -> Done {
    let numbered = |number: Option<u8>, least: u8| number.is_none_or(|n| (least..=99).contains(&n));
    if !numbered(request.report, 1) || !numbered(request.self_test, 0) {
        return Err(Problem::bad_request("a fault has a number up to 99", ""));
    }
    let unit = unit(&world, &id)?;
    let acts = [
        request.corrupt_next_frames.map(Act::Corrupt),
        request.silent.map(Act::Silence),
        request.babble.map(Act::Babble),
        request.slow_ms.map(|millis| Act::Slow(Duration::from_millis(millis))),
        request.report.map(Act::ReportFault),
        request.self_test.map(Act::SelfTest),
        request.reading.map(|reading| Act::ReadNumberB(reading.into())),
        request.restart.then_some(Act::Restart),
    ];
    if let Some(frozen) = request.frozen {
        unit.freeze(frozen);
    }
    let all = act_all(unit, acts);
    done(unit, all, "this model cannot do that")
}

/// Does every one of them; whether all could be done.
fn act_all<const N: usize>(unit: &DeskUnit, acts: [Option<Act>; N]) -> bool {
    let mut all = true;
    for act in acts.into_iter().flatten() {
        all &= unit.set(act);
    }
    all
}

/// The reader of this id.
pub(super) fn unit<'a>(world: &'a World, id: &str) -> Result<&'a DeskUnit, Problem> {
    world.unit(id).ok_or_else(|| Problem::not_found("no such reader", id))
}

/// A fault of a card's handling as a refusal.
pub(super) fn card_problem(fault: CardError, unit: &DeskUnit) -> Problem {
    match fault {
        CardError::NoPersona(id) => Problem::not_found("no such persona", &id),
        CardError::Elsewhere(_) | CardError::Occupied => {
            let title = "the card cannot be placed here";
            Problem { detail: fault.to_string(), ..Problem::conflict(title, Some(json!(unit.state()))) }
        }
        CardError::Empty => Problem::conflict("no card lies there", Some(json!(unit.state()))),
        fault => Problem::broken(fault),
    }
}

fn done(unit: &DeskUnit, done: bool, otherwise: &'static str) -> Done {
    if done {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::conflict(otherwise, Some(json!(unit.state()))))
    }
}
