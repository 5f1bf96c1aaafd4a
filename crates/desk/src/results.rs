//! Results: by id, since an id, by reader. Who saw which is noted before it is seen.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{ResultBody, ResultsBody, json};
use crate::caller::Caller;
use crate::events::{blocking, resumable, seen_by};
use crate::port::{DeskFault, DeskPort};
use crate::problem::{Problem, ProblemBody};
use crate::routes::json_response;
use crate::server::Shared;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use model::{AuditDeed, CommittedResult, ReaderId, ResultId, ResultRow};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Results of one answer, unless less is asked.
const PAGE: usize = 100;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResultsQuery {
    /// Only results after this id.
    since: Option<u64>,
    /// Only results of this reader.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9-]{1,32}$")]
    reader: Option<ReaderId>,
    /// At most this many, 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// Results in order of their ids
#[utoipa::path(get, path = "/v1/results", params(ResultsQuery),
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ResultsBody<'static>),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "Results after `since` were deleted, or `since` was never given"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn results(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
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
    let by = caller.in_audit();
    let body = blocking(&shared.port, move |port| {
        let oldest = port.oldest()?;
        let found = Found::after(port, since.unwrap_or(ResultId(0)), query.reader.as_ref(), limit)?;
        if let (Some(first), Some(last)) = (found.results.first(), found.results.last()) {
            port.note(seen_by(by, AuditDeed::ResultsShown { from: first.id, to: last.id }))?;
        }
        let results = found.results.iter().map(ResultBody::of).collect();
        Ok(json(&ResultsBody { results, damaged: found.damaged, next: found.next.0, oldest: oldest.0 }))
    });
    Ok(json_response(body.await?))
}

/// Results of one answer.
struct Found {
    results: Vec<CommittedResult>,
    damaged: Vec<u64>,
    /// Up to where was looked.
    next: ResultId,
}

impl Found {
    /// The next `limit` results of that reader, or of any.
    fn after(
        port: &dyn DeskPort,
        since: ResultId,
        reader: Option<&ReaderId>,
        limit: usize,
    ) -> Result<Self, DeskFault> {
        let mut found = Self { results: Vec::new(), damaged: Vec::new(), next: since };
        loop {
            let page = port.results_since(found.next, PAGE)?;
            let whole = page.len() < PAGE;
            for row in page {
                if found.results.len() == limit {
                    return Ok(found);
                }
                found.next = row.id();
                match row {
                    ResultRow::Whole(committed)
                        if reader.is_none_or(|reader| *reader == committed.result.reader) =>
                    {
                        found.results.push(committed);
                    }
                    ResultRow::Whole(_) => {}
                    ResultRow::Damaged { id, .. } => found.damaged.push(id.0),
                }
            }
            if whole {
                return Ok(found);
            }
        }
    }
}

/// One result
#[utoipa::path(get, path = "/v1/results/{id}", params(("id" = u64, Path, description = "The result's id")),
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ResultBody<'static>),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "It was deleted when its time was over"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn result(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<u64>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| Problem::bad_request())?;
    let id = ResultId(id);
    let by = caller.in_audit();
    let (found, oldest, newest) = blocking(&shared.port, move |port| {
        let found = port.result(id)?;
        if found.is_some() {
            port.note(seen_by(by, AuditDeed::ResultsShown { from: id, to: id }))?;
        }
        Ok((found, port.oldest()?, port.newest()?))
    })
    .await?;
    match found {
        Some(committed) => Ok(json_response(json(&ResultBody::of(&committed)))),
        None => Err(absent(id, oldest, newest)),
    }
}

/// Why there is no result of this id: it is gone, or never was.
pub(crate) fn absent(id: ResultId, oldest: ResultId, newest: ResultId) -> Problem {
    if (1..oldest.0.min(newest.0.saturating_add(1))).contains(&id.0) {
        Problem::gone(oldest)
    } else {
        Problem::not_found()
    }
}
