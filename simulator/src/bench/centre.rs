//! The mock centre: what it knows really happened, and how it misbehaves.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Validity;
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_centre::Misbehaviour;

use super::problem::Problem;
use crate::centre::{Counters, ServerCertificate, TlsVersions};
use crate::world::World;

pub(super) async fn oracle(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.centre(|centre| json!(centre.oracle())))
}

pub(super) async fn queries(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.centre(|centre| json!(centre.queries())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MisbehaveRequest {
    /// `null`: behave again.
    kind: Option<Misbehaviour>,
}

pub(super) async fn misbehave(
    State(world): State<Arc<World>>,
    Json(request): Json<MisbehaveRequest>,
) -> StatusCode {
    world.centre(|centre| centre.set_misbehaviour(request.kind));
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsRequest {
    #[serde(default)]
    versions: TlsVersions,
    #[serde(default)]
    certificate: ServerCertificate,
}

/// Connections that are open would go on as before: they are cut.
pub(super) async fn tls(
    State(world): State<Arc<World>>,
    Json(request): Json<TlsRequest>,
) -> Result<StatusCode, Problem> {
    world.set_centre_tls(request.versions, request.certificate).map_err(Problem::broken)?;
    world.line().stop().await;
    world.line().start().await.map_err(Problem::broken)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn forget_logins(State(world): State<Arc<World>>) -> StatusCode {
    world.centre(simulator_centre::Judgement::forget_tokens);
    StatusCode::NO_CONTENT
}

pub(super) async fn line(State(world): State<Arc<World>>) -> Json<Counters> {
    Json(world.line_counters())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatientRequest {
    persona: String,
    /// 資格有効性; `null` when the card is registered nowhere.
    validity: Option<Validity>,
}

pub(super) async fn patient(
    State(world): State<Arc<World>>,
    Json(request): Json<PatientRequest>,
) -> Result<StatusCode, Problem> {
    world
        .register(&request.persona, request.validity)
        .map_err(|_| Problem::not_found("no such persona", &request.persona))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn stop(State(world): State<Arc<World>>) -> StatusCode {
    world.line().stop().await;
    StatusCode::NO_CONTENT
}

pub(super) async fn start(State(world): State<Arc<World>>) -> Result<StatusCode, Problem> {
    world.line().start().await.map_err(Problem::broken)?;
    Ok(StatusCode::NO_CONTENT)
}
