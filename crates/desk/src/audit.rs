//! The audit, as it is asked for: who of the staff did what.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::japan_time;
use crate::events::blocking;
use crate::problem::{Problem, ProblemBody};
use crate::server::Shared;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::{AuditBy, AuditDeed, AuditRecord};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Entries of one answer, unless less is asked.
const PAGE: usize = 100;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only entries after this id.
    since: Option<u64>,
    /// At most this many, 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// Entries in order of their ids.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditBody {
    entries: Vec<AuditEntryBody>,
    /// Give this as `since` for what comes after.
    next: u64,
}

/// One deed.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntryBody {
    /// Grows, is never used twice.
    id: u64,
    /// When, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    at: String,
    /// The reader's id.
    reader: String,
    /// The visit, if there was one.
    visit: Option<String>,
    /// Who of the staff; null for whoever typed at the reader where the passcode was asked.
    by: Option<String>,
    deed: DeedWord,
}

crate::body::words! {
    DeedWord of AuditDeed {
        VisualCheckArmed, VisualCheckDisarmed, PersonConfirmed, PersonRefused, PasscodeRefused, VisitCancelled,
    }
}

impl From<AuditRecord> for AuditEntryBody {
    fn from(record: AuditRecord) -> Self {
        let entry = record.entry;
        Self {
            id: record.id,
            at: japan_time(entry.at),
            reader: entry.reader.into(),
            visit: entry.visit.map(|visit| visit.to_string()),
            by: match entry.by {
                AuditBy::Staff(staff) => Some(staff.into()),
                AuditBy::AtReader => None,
            },
            deed: entry.deed.into(),
        }
    }
}

/// What staff did at the readers, in order
#[utoipa::path(get, path = "/v1/audit", params(AuditQuery), responses(
    (status = 200, body = AuditBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn audit(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditBody>, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request())?;
    let (since, limit) = (query.since.unwrap_or(0), query.limit.unwrap_or(PAGE));
    if !(1..=PAGE).contains(&limit) {
        return Err(Problem::bad_request());
    }
    let entries = blocking(&shared.port, move |port| port.audit_since(since, limit)).await?;
    let next = entries.last().map_or(since, |record| record.id);
    Ok(Json(AuditBody { entries: entries.into_iter().map(AuditEntryBody::from).collect(), next }))
}
