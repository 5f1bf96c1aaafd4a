//! The mock centre: what it knows really happened, and how it misbehaves.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{InstitutionCode, Maintenance, Timestamp, Validity};
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_centre::{Manner, Misbehaviour};

use super::problem::Problem;
use crate::centre::{Counters, ServerCertificate, TlsVersions};
use crate::world::World;

pub(super) async fn oracle(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.centre(|centre| json!(centre.oracle())))
}

/// How the bench has set the centre; what is absent is as at the start.
pub(super) async fn switches(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.switches())
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
    world.switched("misbehave", json!(request.kind));
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
    world.switched("tls", json!({ "versions": request.versions, "certificate": request.certificate }));
    world.switched("stopped", json!(false));
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn forget_logins(State(world): State<Arc<World>>) -> StatusCode {
    world.centre(simulator_centre::Judgement::forget_tokens);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginsRequest {
    refused: bool,
}

pub(super) async fn logins(
    State(world): State<Arc<World>>,
    Json(request): Json<LoginsRequest>,
) -> StatusCode {
    world.centre(|centre| centre.refuse_logins(request.refused));
    world.switched("logins_refused", json!(request.refused));
    StatusCode::NO_CONTENT
}

pub(super) async fn line(State(world): State<Arc<World>>) -> Json<Counters> {
    Json(world.line_counters())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatientRequest {
    persona: String,
    /// 資格有効性; `null` when nobody is insured under the card.
    validity: Option<Validity>,
    /// 健康保険証利用の登録; as the persona has it when absent.
    registered: Option<bool>,
}

pub(super) async fn patient(
    State(world): State<Arc<World>>,
    Json(request): Json<PatientRequest>,
) -> Result<StatusCode, Problem> {
    world
        .register(&request.persona, request.validity, request.registered)
        .map_err(|_| Problem::not_found("no such persona", &request.persona))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn manner(State(world): State<Arc<World>>, Json(manner): Json<Manner>) -> StatusCode {
    let said = json!(manner);
    world.centre(|centre| centre.set_manner(manner));
    world.switched("manner", said);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteRequest {
    institution: InstitutionCode,
}

pub(super) async fn site(State(world): State<Arc<World>>, Json(request): Json<SiteRequest>) -> StatusCode {
    let said = json!(request.institution.as_str());
    world.centre(|centre| centre.set_institution(request.institution));
    world.switched("institution", said);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MaintenanceRequest {
    /// `null`: none.
    window: Option<Window>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    /// From now; negative when it began before.
    starts_in_ms: i64,
    lasts_ms: u32,
}

pub(super) async fn maintenance(
    State(world): State<Arc<World>>,
    Json(request): Json<MaintenanceRequest>,
) -> StatusCode {
    let maintenance = request.window.map(|window| {
        let from = crate::centre::now().0.saturating_add(window.starts_in_ms);
        let until = from.saturating_add(i64::from(window.lasts_ms));
        Maintenance { from: Timestamp(from), until: Timestamp(until) }
    });
    world.centre(|centre| centre.set_maintenance(maintenance));
    let said = maintenance.map(|window| json!({ "from": window.from.0, "until": window.until.0 }));
    world.switched("maintenance", json!(said));
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessingRequest {
    /// How often each session and each look-up is told to ask again; 0: never.
    times: u32,
    again_after_ms: u32,
}

pub(super) async fn processing(
    State(world): State<Arc<World>>,
    Json(request): Json<ProcessingRequest>,
) -> StatusCode {
    let ProcessingRequest { times, again_after_ms } = request;
    world.centre(|centre| centre.set_processing(times, again_after_ms));
    world.switched("processing", json!({ "times": times, "again_after_ms": again_after_ms }));
    StatusCode::NO_CONTENT
}

pub(super) async fn stop(State(world): State<Arc<World>>) -> StatusCode {
    world.line().stop().await;
    world.switched("stopped", json!(true));
    StatusCode::NO_CONTENT
}

pub(super) async fn start(State(world): State<Arc<World>>) -> Result<StatusCode, Problem> {
    world.line().start().await.map_err(Problem::broken)?;
    world.switched("stopped", json!(false));
    Ok(StatusCode::NO_CONTENT)
}
