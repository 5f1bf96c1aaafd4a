//! The scenarios: which there are, and playing one at a reader.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use stage::TEXTS;

use super::problem::Problem;
use crate::plays::{Wanted, Ways};
use crate::world::World;

/// All of them; those with `own_desk` need a daemon with other deadlines or a passcode and are played by
/// `cargo xtask scenario` only.
pub(super) async fn list() -> Json<Value> {
    let told = TEXTS.iter().filter_map(|(name, _)| {
        let scenario = stage::named(name)?.ok()?;
        Some(json!({
            "name": name,
            "title_ja": scenario.title_ja,
            "title_en": scenario.title_en,
            "code": scenario.code.map(|code| code.to_string()),
            "models": scenario.readers,
            "own_desk": !stage::tables(&scenario).is_empty(),
        }))
    });
    Json(told.collect())
}

pub(super) async fn one(Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let found = TEXTS.iter().find(|(known, _)| *known == name);
    let (name, text) = found.ok_or_else(|| Problem::not_found("no such scenario", &name))?;
    Ok(Json(json!({ "name": name, "text": text })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlayRequest {
    reader: String,
    /// Pose and light of the faces are drawn from it; drawn itself when absent, and told.
    seed: Option<u32>,
}

/// Begins a play; what happens is told on the stream of events.
pub(super) async fn play(
    State(world): State<Arc<World>>,
    Extension(ways): Extension<Arc<Ways>>,
    Path(name): Path<String>,
    Json(request): Json<PlayRequest>,
) -> Result<Response, Problem> {
    let scenario = stage::named(&name).ok_or_else(|| Problem::not_found("no such scenario", &name))?;
    let scenario = scenario.map_err(Problem::broken)?;
    let state = super::readers::unit(&world, &request.reader)?.state();
    if !scenario.readers.contains(&state.model()) {
        let detail = format!("it is for {}", scenario.readers.join(", "));
        return Err(Problem { detail, ..Problem::conflict("this scenario is for other models", None) });
    }
    if !stage::tables(&scenario).is_empty() {
        let detail = format!("cargo xtask scenario {name}");
        return Err(Problem { detail, ..Problem::conflict("this scenario needs a desk of its own", None) });
    }
    let seed = match request.seed {
        Some(seed) => seed,
        None => drawn().map_err(Problem::broken)?,
    };
    let wanted = Wanted { name, scenario, reader: request.reader, seed: u64::from(seed) };
    let Some((number, stop)) = world.plays().begin(&wanted) else {
        return Err(Problem::conflict("another scenario is being played", Some(world.playing())));
    };
    tokio::task::spawn_blocking(move || world.plays().run(wanted, number, stop, &ways));
    Ok((StatusCode::ACCEPTED, Json(json!({ "number": number, "seed": seed }))).into_response())
}

/// Ends the play under way at its next look.
pub(super) async fn stop(State(world): State<Arc<World>>) -> StatusCode {
    world.plays().stop();
    StatusCode::NO_CONTENT
}

/// Small enough to be typed again.
fn drawn() -> Result<u32, getrandom::Error> {
    let mut bytes = [0_u8; 2];
    getrandom::fill(&mut bytes)?;
    Ok(u32::from(u16::from_le_bytes(bytes)).saturating_add(1))
}
