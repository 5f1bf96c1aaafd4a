//! The audit, as it is asked for: who did what, and who saw which result.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::japan_time;
use crate::events::blocking;
use crate::forms::{CallerForm, ReaderForm, ScopeForm, VisitForm};
use crate::numbers::{Digits, page_limit};
use crate::problem::Problem;
use crate::shared::Shared;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::{AuditBy, AuditDeed, AuditRecord, AuditRow, AuditVerdict, Scope};
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
    #[param(value_type = Option<i64>, minimum = 0)]
    since: Option<Digits>,
    /// At most this many, 1 to 100.
    #[param(value_type = Option<i32>, minimum = 1, maximum = 100)]
    limit: Option<Digits>,
}

/// Entries in order of their ids.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditBody {
    entries: Vec<AuditEntryBody>,
    /// Numbers between these whose entry is not what was noted.
    damaged: Vec<u64>,
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
    /// The reader's id, if it happened at one.
    #[schema(required, value_type = Option<ReaderForm>)]
    reader: Option<String>,
    /// The visit, if there was one.
    #[schema(required, value_type = Option<VisitForm>)]
    visit: Option<String>,
    /// Who, by name: of the staff, of a program by its token; null for whoever has none, e.g. who typed at the reader.
    #[schema(required)]
    by: Option<String>,
    /// What sort of actor that is.
    actor: ActorWord,
    deed: DeedWord,
    /// For results: the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    /// For results: the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    /// For a token or a consumer: its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = CallerForm)]
    name: Option<String>,
    /// For a token that was made: what it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<ScopeForm>)]
    scopes: Vec<String>,
    /// For results that were destroyed untold: how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

/// Sorts of actors.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActorWord {
    /// A member of staff.
    Staff,
    /// Whoever typed at the reader.
    AtReader,
    /// A program with a token.
    Caller,
    /// A program of a local user on the Unix socket; `by` is the user's number.
    LocalUser,
    /// The board's page.
    Board,
    /// The folders.
    Folders,
    /// The terminal itself.
    Terminal,
}

/// Deeds.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeedWord {
    VisualCheckArmed,
    VisualCheckDisarmed,
    PersonConfirmed,
    PersonRefused,
    PasscodeRefused,
    BoardUnlocked,
    VisitCancelled,
    ConsentAskedAgain,
    ResultsShown,
    ListeningBegan,
    ListeningEnded,
    LookedUp,
    Requeried,
    TokenMade,
    TokenRevoked,
    DroppedUntold,
}

impl From<AuditRecord> for AuditEntryBody {
    fn from(record: AuditRecord) -> Self {
        let entry = record.entry;
        let (actor, by) = actor(entry.by);
        let body = Self {
            id: record.id,
            at: japan_time(entry.at),
            reader: entry.reader.map(String::from),
            visit: entry.visit.map(|visit| visit.to_string()),
            by,
            actor,
            deed: DeedWord::VisualCheckArmed,
            from: None,
            to: None,
            name: None,
            scopes: Vec::new(),
            count: None,
        };
        match entry.deed {
            AuditDeed::VisualCheckArmed => body,
            AuditDeed::VisualCheckDisarmed => Self { deed: DeedWord::VisualCheckDisarmed, ..body },
            AuditDeed::PersonConfirmed => Self { deed: DeedWord::PersonConfirmed, ..body },
            AuditDeed::PersonRefused => Self { deed: DeedWord::PersonRefused, ..body },
            AuditDeed::PasscodeRefused => Self { deed: DeedWord::PasscodeRefused, ..body },
            AuditDeed::BoardUnlocked => Self { deed: DeedWord::BoardUnlocked, ..body },
            AuditDeed::VisitCancelled => Self { deed: DeedWord::VisitCancelled, ..body },
            AuditDeed::ConsentAskedAgain => Self { deed: DeedWord::ConsentAskedAgain, ..body },
            AuditDeed::ResultsShown { from, to } => {
                Self { deed: DeedWord::ResultsShown, from: Some(from.0), to: Some(to.0), ..body }
            }
            AuditDeed::ListeningBegan { after } => {
                Self { deed: DeedWord::ListeningBegan, from: Some(after.0.saturating_add(1)), ..body }
            }
            AuditDeed::ListeningEnded { up_to } => {
                Self { deed: DeedWord::ListeningEnded, to: Some(up_to.0), ..body }
            }
            AuditDeed::LookedUp => Self { deed: DeedWord::LookedUp, ..body },
            AuditDeed::Requeried { result } => {
                Self { deed: DeedWord::Requeried, from: Some(result.0), to: Some(result.0), ..body }
            }
            AuditDeed::TokenMade { name, scopes } => Self {
                deed: DeedWord::TokenMade,
                name: Some(name.into()),
                scopes: scopes.iter().map(Scope::to_string).collect(),
                ..body
            },
            AuditDeed::TokenRevoked { name } => {
                Self { deed: DeedWord::TokenRevoked, name: Some(name.into()), ..body }
            }
            AuditDeed::DroppedUntold { consumer, from, to, count } => Self {
                deed: DeedWord::DroppedUntold,
                name: Some(consumer.into()),
                from: Some(from.0),
                to: Some(to.0),
                count: Some(count),
                ..body
            },
        }
    }
}

fn actor(by: AuditBy) -> (ActorWord, Option<String>) {
    match by {
        AuditBy::Staff(staff) => (ActorWord::Staff, Some(staff.into())),
        AuditBy::AtReader => (ActorWord::AtReader, None),
        AuditBy::Caller(name) => (ActorWord::Caller, Some(name.into())),
        AuditBy::LocalUser(uid) => (ActorWord::LocalUser, Some(uid.to_string())),
        AuditBy::Board => (ActorWord::Board, None),
        AuditBy::Folders => (ActorWord::Folders, None),
        AuditBy::Terminal => (ActorWord::Terminal, None),
    }
}

/// What a look through the whole audit found.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditVerdictBody {
    /// Entries that are as they were noted, counted from the first.
    entries: u64,
    /// The chain's last link, 64 hex digits: whoever writes it down sees later whether the audit was set back.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    head: String,
    /// The first entry that is missing or not as it was noted; null if all are.
    #[schema(required)]
    broken_at: Option<u64>,
}

/// Who did what and who saw which result, in order
#[utoipa::path(get, path = "/v1/audit", params(AuditQuery),
    security(("token" = ["board"]), ("token" = ["admin"]), ("page" = ["board"])), responses(
    (status = 200, body = AuditBody, description = "At most `limit` entries"),
))]
pub(crate) async fn audit(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditBody>, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request())?;
    let since = query.since.map_or(0, |Digits(since)| since);
    let limit = page_limit(query.limit, PAGE)?;
    let rows = blocking(&shared.port, move |port| port.audit_since(since, limit)).await?;
    let next = rows.last().map_or(since, AuditRow::id);
    let mut body = AuditBody { entries: Vec::new(), damaged: Vec::new(), next };
    for row in rows {
        match row {
            AuditRow::Whole(record) => body.entries.push(record.into()),
            AuditRow::Damaged(id) => body.damaged.push(id),
        }
    }
    Ok(Json(body))
}

/// Look through the whole audit
///
/// Each entry is chained to the one before under the ledger's key: one that was changed, taken out or cut off is found.
#[utoipa::path(get, path = "/v1/audit/verification", security(("token" = ["admin"])), responses(
    (status = 200, body = AuditVerdictBody, description = "What was found"),
))]
pub(crate) async fn verify(State(shared): State<Arc<Shared>>) -> Result<Json<AuditVerdictBody>, Problem> {
    let verdict = blocking(&shared.port, |port| port.verify_audit()).await?;
    let AuditVerdict { entries, head, broken_at } = verdict;
    Ok(Json(AuditVerdictBody { entries, head, broken_at }))
}
