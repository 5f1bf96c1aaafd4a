//! Look-ups without a card. What comes back is an answer, never a result: it has no visit and no reader.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{AnswerBody, json};
use crate::caller::Caller;
use crate::events::{blocking, seen_by};
use crate::forms::{BranchForm, CardTextForm, DateForm, InsurerForm, ResultForm};
use crate::numbers::Digits;
use crate::problem::{Problem, ProblemBody};
use crate::request::Object;
use crate::results::committed;
use crate::routes::json_response;
use crate::shared::Shared;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use failure::codes;
use model::{AuditDeed, Lookup, Pii, Purpose, ResultId};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// When as many look-ups as may be are on their way.
const COME_AGAIN: Duration = Duration::from_secs(2);

/// What stands on a 資格確認書.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookupRequest {
    /// 保険者番号.
    #[schema(value_type = InsurerForm)]
    insurer_number: String,
    /// 記号, if there is one.
    #[serde(default)]
    #[schema(value_type = Option<CardTextForm>)]
    symbol: Option<String>,
    /// 番号.
    #[schema(value_type = CardTextForm)]
    number: String,
    /// 枝番, if there is one; without it the members of a family may be several.
    #[serde(default)]
    #[schema(value_type = Option<BranchForm>)]
    branch: Option<String>,
    /// 生年月日, `yyyymmdd`.
    #[schema(value_type = DateForm)]
    birth_date: String,
    /// Whether the patient agreed by word of mouth that 限度額 is looked up.
    #[serde(default)]
    limit_certificate: bool,
}

impl From<LookupRequest> for Pii<Lookup> {
    fn from(request: LookupRequest) -> Self {
        Self::new(Lookup {
            insurer_number: request.insurer_number,
            symbol: request.symbol,
            number: request.number,
            branch: request.branch,
            birth_date: request.birth_date,
            limit_certificate: request.limit_certificate,
        })
    }
}

/// Look a person up by what stands on a 資格確認書
///
/// Takes as long as the centre takes, usually some seconds.
#[utoipa::path(post, path = "/v1/lookups", request_body = LookupRequest,
    security(("token" = ["lookups"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = AnswerBody<'static>, description = "What the centre says"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
         description = "A field has another form; `field` and `form` say which"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "As many as may be are on their way, or too many requests",
         headers(("Retry-After" = i64, description = "Seconds"))),
        (status = 502, body = ProblemBody, content_type = "application/problem+json",
         description = "The centre did not answer; the code says why"),
    )
)]
pub(crate) async fn look_up(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Result<Object<LookupRequest>, Problem>,
) -> Result<Response, Problem> {
    let Object(request) = request?;
    let lookup = Pii::<Lookup>::from(request);
    lookup.expose(Purpose::Judge).check().map_err(Problem::field)?;
    answered(&shared, &caller, lookup, AuditDeed::LookedUp).await
}

/// Ask the centre again about the person of a result
///
/// By what the result's own document says of the insurance: whoever may not see results may not ask by them. For use e.g. at
/// closing time for whoever was not found in the morning. The result stays as it is.
#[utoipa::path(post, path = "/v1/results/{id}/requery", params(("id" = ResultForm, Path, description = "The result's id")),
    security(("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = AnswerBody<'static>, description = "What the centre says now"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
         description = "There is no such result"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "The result does not say enough of the insurance to ask by it"),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "It was deleted when its time was over"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "As many as may be are on their way, or too many requests",
         headers(("Retry-After" = i64, description = "Seconds"))),
        (status = 502, body = ProblemBody, content_type = "application/problem+json",
         description = "The centre did not answer; the code says why"),
    )
)]
pub(crate) async fn requery(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<Digits>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(Digits(id)) = id.map_err(|_| Problem::bad_request())?;
    let id = ResultId(id);
    let committed = blocking(&shared.port, move |port| committed(port, id)).await??;
    let document = &committed.result.qualification.expose(Purpose::SendToCentre).xml;
    let lookup = oqs::Message::parse(document.as_bytes()).ok().and_then(|message| lookup_of(&message));
    let lookup = lookup.ok_or(Problem::new(StatusCode::CONFLICT, codes::REQUERY_IMPOSSIBLE))?;
    answered(&shared, &caller, lookup, AuditDeed::Requeried { result: id }).await
}

/// What a document says of one insurance; `None` if it says too little, or of several.
fn lookup_of(message: &oqs::Message) -> Option<Pii<Lookup>> {
    let [person] = message.body.result_list.as_slice() else { return None };
    let lookup = Lookup {
        insurer_number: person.insurer_number.as_ref()?.trim().to_owned(),
        symbol: person.insured_card_symbol.clone(),
        number: person.insured_identification_number.clone()?,
        branch: person.insured_branch_number.clone(),
        birth_date: person.birthdate.clone()?,
        // Nobody agreed to that now.
        limit_certificate: false,
    };
    lookup.check().is_ok().then(|| Pii::new(lookup))
}

/// Notes who asks, asks, and tells: what the centre was asked is noted whatever comes of it.
async fn answered(
    shared: &Shared,
    caller: &Caller,
    lookup: Pii<Lookup>,
    deed: AuditDeed,
) -> Result<Response, Problem> {
    let entry = seen_by(caller.in_audit(), deed);
    blocking(&shared.port, move |port| port.note(entry)).await?;
    let too_many = |_| Problem::too_often(codes::LOOKUPS_BUSY, COME_AGAIN);
    let answer = shared.port.look_up(lookup).map_err(too_many)?;
    // Closed without an answer only when the terminal stops.
    let answer = answer.await.map_err(|_| Problem::internal())?;
    let answer = answer.map_err(|code| Problem::new(StatusCode::BAD_GATEWAY, code))?;
    Ok(json_response(json(&AnswerBody::of(&answer))))
}
