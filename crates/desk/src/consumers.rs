//! Consumers of results: what each has acknowledged, and what is kept for it.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::japan_time;
use crate::caller::Caller;
use crate::clock;
use crate::events::blocking;
use crate::forms::{CallerForm, ResultForm};
use crate::numbers::whole;
use crate::port::AckFault;
use crate::problem::{Problem, ProblemBody};
use crate::request::Object;
use crate::shared::Shared;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use failure::codes;
use model::{ConsumerStatus, ResultId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Up to where a consumer has everything.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcknowledgementRequest {
    /// The id of the last result that it has taken over, and everything before.
    #[serde(deserialize_with = "whole")]
    #[schema(value_type = ResultForm)]
    up_to: u64,
}

/// How far one consumer is.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsumerBody {
    /// The name of its token; `face-folder` for the folder.
    #[schema(value_type = CallerForm)]
    consumer: String,
    /// Since when results are kept for it, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    registered_at: String,
    /// It has everything up to this id.
    up_to: u64,
    /// When it last said so, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    #[schema(required)]
    acknowledged_at: Option<String>,
    /// Results that wait for it.
    waiting: u64,
    /// Results that were destroyed at the end of their days before it had them, since it was registered.
    missed: u64,
}

/// Every consumer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsumersBody {
    consumers: Vec<ConsumerBody>,
}

impl From<ConsumerStatus> for ConsumerBody {
    fn from(status: ConsumerStatus) -> Self {
        Self {
            consumer: status.consumer.into(),
            registered_at: japan_time(status.registered_at),
            up_to: status.up_to.0,
            acknowledged_at: status.acknowledged_at.map(japan_time),
            waiting: status.waiting,
            missed: status.missed,
        }
    }
}

/// Acknowledge results
///
/// The consumer is the token that calls. A result is destroyed when every consumer has acknowledged it and it is a day
/// old, or at the end of its days. Acknowledging less than before changes nothing.
#[utoipa::path(put, path = "/v1/acknowledgement", security(("token" = ["results"])),
    request_body = AcknowledgementRequest,
    responses(
        (status = 200, body = ConsumerBody, description = "How far this consumer is now"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
         description = "The caller is no registered consumer, or may not"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "The id was never given: it is of another ledger"),
    )
)]
pub(crate) async fn acknowledge(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Result<Object<AcknowledgementRequest>, Problem>,
) -> Result<Json<ConsumerBody>, Problem> {
    let Object(AcknowledgementRequest { up_to }) = request?;
    let consumer = caller.consumer()?.clone();
    let taken = blocking(&shared.port, move |port| {
        match port.acknowledge(&consumer, ResultId(up_to), clock::now()) {
            Err(AckFault::Desk(fault)) => Err(fault),
            Err(AckFault::Unknown) => Ok(Err(unknown())),
            Err(AckFault::Beyond) => Ok(Err(Problem::new(StatusCode::CONFLICT, codes::CONSUMER_AHEAD))),
            Ok(()) => Ok(Ok(())),
        }
    });
    taken.await??;
    own(&shared, &caller).await
}

/// How far this consumer is
#[utoipa::path(get, path = "/v1/acknowledgement", security(("token" = ["results"])),
    responses(
        (status = 200, body = ConsumerBody, description = "How far this consumer is"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
         description = "The caller is no registered consumer, or may not"),
    )
)]
pub(crate) async fn acknowledged(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Json<ConsumerBody>, Problem> {
    own(&shared, &caller).await
}

async fn own(shared: &Shared, caller: &Caller) -> Result<Json<ConsumerBody>, Problem> {
    let consumer = caller.consumer()?.clone();
    let all = blocking(&shared.port, |port| port.consumers()).await?;
    let own = all.into_iter().find(|status| status.consumer == consumer);
    own.map(|status| Json(status.into())).ok_or_else(unknown)
}

/// Every consumer of results
#[utoipa::path(get, path = "/v1/consumers",
    security(("token" = ["board"]), ("token" = ["admin"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ConsumersBody, description = "All of them"),
    )
)]
pub(crate) async fn consumers(State(shared): State<Arc<Shared>>) -> Result<Json<ConsumersBody>, Problem> {
    let all = blocking(&shared.port, |port| port.consumers()).await?;
    Ok(Json(ConsumersBody { consumers: all.into_iter().map(ConsumerBody::from).collect() }))
}

fn unknown() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, codes::CONSUMER_UNKNOWN)
}
