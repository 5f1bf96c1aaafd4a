//! The route of the event stream.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::caller::Caller;
use crate::clock;
use crate::events::{Consumer, blocking};
use crate::forms::ResultForm;
use crate::numbers::Digits;
use crate::problem::{Problem, ProblemBody};
use crate::shared::Shared;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use failure::codes;
use model::ResultId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Begin after this result; the header `Last-Event-ID` goes before it.
    #[param(value_type = Option<ResultForm>)]
    after: Option<Digits>,
    /// Begin after what this consumer has acknowledged; header and `after` go before it.
    #[param(value_type = Option<FromWord>)]
    from: Option<FromWord>,
}

/// Where a stream may begin by itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromWord {
    Acknowledged,
}

/// What happens, as it happens
///
/// Server-sent events: `result` (with its id; the data is a `ResultBody`), `damaged` (with the id of a result whose row
/// cannot be read; `DamagedBody`), `station` (`StationBody`), `centre` (`CentreBody`), `folder` (`FolderBody`), `untold`
/// (results were destroyed before a consumer had them; `UntoldBody`), `problem` (the stream ends; `ProblemBody`). More
/// events may come. On connection every station, the centre and every
/// folder are told once. Without a place to begin, results are told from now on. A reader of the stream that is cut off
/// with `API_CONSUMER_SLOW` resumes by `Last-Event-ID` and loses nothing. Ids outlive the daemon.
#[utoipa::path(get, path = "/v1/events",
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    params(EventsQuery, ("Last-Event-ID" = Option<ResultForm>, Header, description = "The last result seen")),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "The stream; it does not end"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
         description = "The caller may not, or `from=acknowledged` of who is no registered consumer"),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "Results after the id were deleted, or the id was never given"),
    )
)]
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    headers: HeaderMap,
    query: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request())?;
    let after = match (headers.get("last-event-id"), query.after, query.from) {
        (Some(id), ..) => {
            let id = id.to_str().ok().and_then(|id| id.parse().ok());
            let Digits(id) = id.ok_or(Problem::bad_request())?;
            Some(ResultId(id))
        }
        (None, Some(Digits(after)), _) => Some(ResultId(after)),
        (None, None, Some(FromWord::Acknowledged)) => Some(acknowledged(&shared, &caller).await?),
        (None, None, None) => None,
    };
    let (tokens, of) = (Arc::clone(&shared), caller.clone());
    let admitted = move || match &of {
        Caller::Token { name, .. } => tokens.tokens.holds(name),
        Caller::Page(_, ticket) => tokens.cookies.is_good(ticket, clock::now()),
        _ => true,
    };
    let consumer = Consumer::begin(
        (&caller, Box::new(admitted)),
        Arc::clone(&shared.port),
        &shared.hub,
        after,
        shared.limits.heartbeat,
        shared.ending.clone(),
    )
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], consumer.into_body()).into_response())
}

async fn acknowledged(shared: &Shared, caller: &Caller) -> Result<ResultId, Problem> {
    let consumer = caller.consumer()?.clone();
    let consumers = blocking(&shared.port, |port| port.consumers()).await?;
    let status = consumers.into_iter().find(|status| status.consumer == consumer);
    status.map(|status| status.up_to).ok_or(Problem::new(StatusCode::FORBIDDEN, codes::CONSUMER_UNKNOWN))
}
