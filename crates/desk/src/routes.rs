//! The routes, each with its description for the API document.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{CentreBody, HealthBody, ReadersBody, ResultBody, ResultsBody, StationBody, json};
use crate::catalogue::{self, FailureBody};
use crate::events::{Consumer, blocking, resumable};
use crate::guard::{Door, guard};
use crate::pair_reader::{__path_pair_reader, pair_reader};
use crate::problem::{Problem, ProblemBody};
use crate::server::Shared;
use crate::{audit, kiosk, staff};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use failure::codes;
use model::{CommittedResult, ReaderId, ResultId};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Results of one answer, unless less is asked.
const PAGE: usize = 100;

/// The routes and the document that describes them, as JSON.
pub(crate) fn routes() -> (Router<Arc<Shared>>, Vec<u8>) {
    let (router, api) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(readers))
        .routes(routes!(results))
        .routes(routes!(result))
        .routes(routes!(events))
        .routes(routes!(openapi))
        .routes(routes!(failure_entry))
        .routes(routes!(pair_reader))
        .routes(routes!(staff::arm, staff::disarm))
        .routes(routes!(staff::confirm))
        .routes(routes!(staff::cancel))
        .routes(routes!(audit::audit))
        .routes(routes!(health))
        .routes(routes!(kiosk::make_code))
        .routes(routes!(kiosk::redeem_code))
        .routes(routes!(kiosk::panel))
        .routes(routes!(kiosk::touch))
        .split_for_parts();
    // Pages are for people: they stand beside the document.
    let router = router.route("/kiosk/{reader}", get(kiosk::page)).route("/pages/{file}", get(kiosk::asset));
    (router, json(&api))
}

/// The routes behind the guard of one listener.
pub(crate) fn guarded(router: &Router<Arc<Shared>>, door: Door) -> Router {
    router
        .clone()
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, codes::API_BAD_REQUEST)
        })
        .layer(DefaultBodyLimit::max(door.shared.limits.body))
        .with_state(Arc::clone(&door.shared))
        .layer(from_fn_with_state(door, guard))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Uketsuke desk",
        description = "Results, events and readers of the reception terminal, for programs on this machine."
    ),
    components(schemas(ProblemBody, StationBody, CentreBody)),
    modifiers(&BearerToken),
    security(("token" = []))
)]
struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of the daemon's token file."))
            .build();
        openapi.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ResultsQuery {
    /// Only results after this id.
    since: Option<u64>,
    /// Only results of this reader.
    #[param(value_type = Option<String>)]
    reader: Option<ReaderId>,
    /// At most this many, 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Begin after this result; the header `Last-Event-ID` goes before it.
    after: Option<u64>,
}

/// Every reader and the line to the centre
#[utoipa::path(get, path = "/v1/readers", responses(
    (status = 200, body = ReadersBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn readers(State(shared): State<Arc<Shared>>) -> Json<ReadersBody> {
    Json(ReadersBody {
        readers: shared.port.readers().iter().map(StationBody::from).collect(),
        centre: shared.port.centre().into(),
    })
}

/// Results in order of their ids
#[utoipa::path(get, path = "/v1/results", params(ResultsQuery), responses(
    (status = 200, body = ResultsBody<'static>),
    (status = 410, body = ProblemBody, content_type = "application/problem+json",
     description = "Results after `since` were deleted, or `since` was never given"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn results(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<ResultsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request())?;
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&limit) {
        return Err(Problem::bad_request());
    }
    let since = query.since.map(ResultId);
    if let Some(since) = since {
        resumable(&shared.port, since).await?;
    }
    let body = blocking(&shared.port, move |port| {
        let oldest = port.oldest()?;
        let mut next = since.unwrap_or(ResultId(0));
        let mut found: Vec<CommittedResult> = Vec::new();
        loop {
            let page = port.results_since(next, PAGE)?;
            let whole = page.len() < PAGE;
            for committed in page {
                if found.len() == limit {
                    break;
                }
                next = committed.id;
                if query.reader.as_ref().is_none_or(|reader| *reader == committed.result.reader) {
                    found.push(committed);
                }
            }
            if whole || found.len() == limit {
                break;
            }
        }
        let results = found.iter().map(ResultBody::of).collect();
        Ok(json(&ResultsBody { results, next: next.0, oldest: oldest.0 }))
    });
    Ok(json_response(body.await?))
}

/// One result
#[utoipa::path(get, path = "/v1/results/{id}", params(("id" = u64, Path, description = "The result's id")), responses(
    (status = 200, body = ResultBody<'static>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn result(
    State(shared): State<Arc<Shared>>,
    id: Result<Path<u64>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| Problem::bad_request())?;
    let id = ResultId(id);
    let (found, oldest, newest) =
        blocking(&shared.port, move |port| Ok((port.result(id)?, port.oldest()?, port.newest()?))).await?;
    match found {
        Some(committed) => Ok(json_response(json(&ResultBody::of(&committed)))),
        None if (1..oldest.0.min(newest.0.saturating_add(1))).contains(&id.0) => Err(Problem::gone(oldest)),
        None => Err(Problem::not_found()),
    }
}

/// What happens, as it happens
///
/// Server-sent events: `result` (with its id; the data is a result), `station`, `centre`, `problem` (the stream ends).
/// On connection every station and the centre are told once. A reader of the stream that is cut off with
/// `API_CONSUMER_SLOW` resumes by `Last-Event-ID` and loses nothing.
#[utoipa::path(get, path = "/v1/events",
    params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header, description = "The last result seen")),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "Results after the id were deleted, or the id was never given"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn events(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    query: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request())?;
    let seen = match headers.get("last-event-id") {
        Some(id) => {
            Some(id.to_str().ok().and_then(|id| id.parse::<u64>().ok()).ok_or(Problem::bad_request())?)
        }
        None => query.after,
    };
    let consumer = Consumer::begin(
        Arc::clone(&shared.port),
        &shared.hub,
        seen.map(ResultId),
        shared.limits.heartbeat,
        shared.ending.clone(),
    )
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], consumer.into_body()).into_response())
}

/// This document
#[utoipa::path(get, path = "/v1/openapi.json", responses(
    (status = 200, body = Object, description = "OpenAPI 3.1"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn openapi(State(shared): State<Arc<Shared>>) -> Response {
    json_response(shared.document.clone())
}

/// What a failure code means and what to do
#[utoipa::path(get, path = "/v1/failures/{code}", params(("code" = String, Path, description = "The stable code")),
    responses(
        (status = 200, body = FailureBody),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn failure_entry(code: Result<Path<String>, PathRejection>) -> Result<Json<FailureBody>, Problem> {
    let Path(code) = code.map_err(|_| Problem::bad_request())?;
    catalogue::explain(&code).map(Json).ok_or(Problem::not_found())
}

/// Whether the daemon is ready; needs no token
#[utoipa::path(get, path = "/v1/health", security(()), responses((status = 200, body = HealthBody)))]
async fn health(State(shared): State<Arc<Shared>>) -> Json<HealthBody> {
    Json(HealthBody { ready: shared.port.ready() })
}

fn json_response(bytes: impl Into<axum::body::Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes.into()).into_response()
}
