//! Results: by id, since an id, by reader. Who saw which is noted before it is seen.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{ResultBody, ResultsBody, json};
use crate::caller::Caller;
use crate::counts;
use crate::events::{blocking, resumable, seen_by};
use crate::forms::{DayForm, ReaderForm, ResultForm};
use crate::numbers::{Digits, page_limit};
use crate::port::{DeskFault, DeskPort};
use crate::problem::{Problem, ProblemBody};
use crate::routes::json_response;
use crate::shared::Shared;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use model::{AuditDeed, CommittedResult, Day, ReaderId, ResultId, ResultRow, VisitResult};
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
    #[param(value_type = Option<ResultForm>)]
    since: Option<Digits>,
    /// Only results of this reader.
    #[param(value_type = Option<ReaderForm>)]
    reader: Option<ReaderId>,
    /// Only results of this day, `yyyy-mm-dd`, in Japan.
    #[param(value_type = Option<DayForm>)]
    day: Option<String>,
    /// At most this many, 1 to 100.
    #[param(value_type = Option<i32>, minimum = 1, maximum = 100)]
    limit: Option<Digits>,
}

/// Results in order of their ids
#[utoipa::path(get, path = "/v1/results", params(ResultsQuery),
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ResultsBody<'static>, description = "At most `limit` results", links(
            ("result" = (operation_id = "result", parameters(("id" = "$response.body#/results/0/id")))),
            ("comparison" = (operation_id = "comparison", parameters(("id" = "$response.body#/results/0/id")))),
            ("changed" = (operation_id = "changed", parameters(("id" = "$response.body#/results/0/id")))),
            ("requery" = (operation_id = "requery", parameters(("id" = "$response.body#/results/0/id")))),
        )),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "Results after `since` were deleted, or `since` was never given"),
    )
)]
pub(crate) async fn results(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    query: Result<Query<ResultsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request())?;
    let limit = page_limit(query.limit, PAGE)?;
    let day =
        query.day.as_deref().map(|day| counts::numbered(day).ok_or(Problem::bad_request())).transpose()?;
    let since = query.since.map(|Digits(since)| ResultId(since));
    if let Some(since) = since {
        resumable(&shared.port, since).await?;
    }
    let by = caller.in_audit();
    let body = blocking(&shared.port, move |port| {
        let oldest = port.oldest()?;
        let wanted = Wanted { reader: query.reader.as_ref(), day };
        let found = Found::after(port, since.unwrap_or(ResultId(0)), wanted, limit)?;
        if let (Some(first), Some(last)) = (found.results.first(), found.results.last()) {
            port.note(seen_by(by, AuditDeed::ResultsShown { from: first.id, to: last.id }))?;
        }
        let results = found.results.iter().map(ResultBody::of).collect();
        Ok(json(&ResultsBody { results, damaged: found.damaged, next: found.next.0, oldest: oldest.0 }))
    });
    Ok(json_response(body.await?))
}

/// Which results: of that reader, or of any; of that day, or of any.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    reader: Option<&'a ReaderId>,
    day: Option<Day>,
}

impl Wanted<'_> {
    fn has(self, result: &VisitResult) -> bool {
        self.reader.is_none_or(|reader| *reader == result.reader)
            && self.day.is_none_or(|day| day == Day::of(result.received_at))
    }
}

/// Results of one answer.
struct Found {
    results: Vec<CommittedResult>,
    damaged: Vec<u64>,
    /// Up to where was looked.
    next: ResultId,
}

impl Found {
    /// The next `limit` results of those.
    fn after(
        port: &dyn DeskPort,
        since: ResultId,
        wanted: Wanted<'_>,
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
                    ResultRow::Whole(committed) if wanted.has(&committed.result) => {
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
#[utoipa::path(get, path = "/v1/results/{id}", params(("id" = ResultForm, Path, description = "The result's id")),
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ResultBody<'static>, description = "The result"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
         description = "There is no such result"),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "It was deleted when its time was over"),
    )
)]
pub(crate) async fn result(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<Digits>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(Digits(id)) = id.map_err(|_| Problem::bad_request())?;
    let id = ResultId(id);
    let by = caller.in_audit();
    let found = blocking(&shared.port, move |port| {
        let found = committed(port, id)?;
        if found.is_ok() {
            port.note(seen_by(by, AuditDeed::ResultsShown { from: id, to: id }))?;
        }
        Ok(found)
    })
    .await??;
    Ok(json_response(json(&ResultBody::of(&found))))
}

/// The result of this id, or why there is none: it is gone, or never was. Blocks.
pub(crate) fn committed(
    port: &dyn DeskPort,
    id: ResultId,
) -> Result<Result<CommittedResult, Problem>, DeskFault> {
    if let Some(found) = port.result(id)? {
        return Ok(Ok(found));
    }
    let (oldest, newest) = (port.oldest()?, port.newest()?);
    let was_there = (1..oldest.0.min(newest.0.saturating_add(1))).contains(&id.0);
    Ok(Err(if was_there { Problem::gone(oldest) } else { Problem::not_found() }))
}
