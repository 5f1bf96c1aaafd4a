//! What a result says beside what was known before: what the receipt computer has stored, or the last result of the same
//! card. A help for staff; both values stand beside each verdict, and nothing is decided here.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{ValidityWord, json};
use crate::caller::Caller;
use crate::events::{blocking, seen_by};
use crate::forms::ResultForm;
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
use model::{AuditDeed, CommittedResult, Purpose, ResultId};
use oqs::Message;
use oqs::compare::{Changes, Comparison, Field, Stored, Verdict, changes, compare};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What a receipt computer has stored of a person, as far as it says so; every field may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StoredRequest)]
#[allow(dead_code, reason = "describes `oqs::compare::Stored`, which is read in its place")]
pub(crate) struct StoredRequest {
    /// 氏名.
    name: Option<String>,
    /// 氏名カナ, in any width.
    name_kana: Option<String>,
    /// 氏名（その他）, e.g. 通称.
    name_of_other: Option<String>,
    /// 氏名（その他）カナ.
    name_of_other_kana: Option<String>,
    /// 生年月日, 8 digits.
    birth_date: Option<String>,
    /// 性別, code 007.
    sex: Option<String>,
    /// 郵便番号.
    post_number: Option<String>,
    /// 住所.
    address: Option<String>,
    /// 被保険者証区分, code 010.
    card_kind: Option<String>,
    /// 保険者番号.
    insurer_number: Option<String>,
    /// 保険者名称.
    insurer_name: Option<String>,
    /// 記号.
    symbol: Option<String>,
    /// 番号.
    number: Option<String>,
    /// 枝番.
    branch: Option<String>,
    /// 本人・家族, code 009.
    family: Option<String>,
    /// 被保険者氏名（世帯主氏名）.
    insured_name: Option<String>,
    /// 有効開始年月日, 8 digits.
    valid_from: Option<String>,
    /// 有効終了年月日, 8 digits.
    valid_until: Option<String>,
    /// 資格取得年月日, 8 digits.
    qualified_on: Option<String>,
    /// 資格喪失年月日, 8 digits.
    lost_on: Option<String>,
    /// 負担割合, 3 digits, percent.
    ratio: Option<String>,
    /// 限度額の適用区分, code 012.
    limit_class: Option<String>,
}

/// Each qualification of a result beside what is stored.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparisonsBody {
    comparisons: Vec<ComparisonBody>,
}

/// One qualification beside what is stored or was said before.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparisonBody {
    /// Its place in the document's list, from 0; absent if it stands there no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<usize>,
    fields: Vec<ComparedBody>,
}

/// One field with both values.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparedBody {
    /// Its name in what may be sent as stored.
    #[schema(value_type = String)]
    field: Field,
    verdict: VerdictWord,
    /// What is stored, or was said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<String>,
    /// What the centre says now.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

/// What changed since the last result of the same card.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangesBody {
    /// The last earlier result of the same card that is still in the ledger; null if there is none.
    #[schema(required)]
    since: Option<u64>,
    /// The validity, if it is another.
    #[schema(required)]
    validity: Option<ValidityChangeBody>,
    /// The qualifications with a field that is not the same, and those fields only.
    qualifications: Vec<ComparisonBody>,
}

/// A validity that is another than before.
#[derive(Serialize, ToSchema)]
pub(crate) struct ValidityChangeBody {
    /// Null if the document had none.
    #[schema(required)]
    before: Option<ValidityWord>,
    /// Null if the document has none.
    #[schema(required)]
    now: Option<ValidityWord>,
}

crate::body::words! {
    VerdictWord of Verdict { Same, SameAfterWidth, SameButSmallKana, Blanked, Different, OnlyStored, OnlyNew }
}

impl From<Comparison> for ComparisonBody {
    fn from(comparison: Comparison) -> Self {
        let fields = comparison.fields.into_iter().map(|compared| ComparedBody {
            field: compared.field,
            verdict: compared.verdict.into(),
            stored: compared.stored,
            new: compared.new,
        });
        Self { place: comparison.place, fields: fields.collect() }
    }
}

impl ChangesBody {
    fn of(since: ResultId, changes: Changes) -> Self {
        let validity = changes.validity.map(|change| ValidityChangeBody {
            before: change.before.map(ValidityWord::from),
            now: change.now.map(ValidityWord::from),
        });
        let qualifications = changes.qualifications.into_iter().map(ComparisonBody::from).collect();
        Self { since: Some(since.0), validity, qualifications }
    }
}

/// Compare a result with what is stored of the person
///
/// Field by field, as a help: `blanked` where ● stands for a character of the stored text, which is then to be kept;
/// `same_after_width` where only full and half width or a form differ; `same_but_small_kana` for ショウイチ and シヨウイチ.
/// Nothing of what is sent is kept.
#[utoipa::path(post, path = "/v1/results/{id}/comparison", params(("id" = ResultForm, Path, description = "The result's id")),
    request_body = StoredRequest,
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ComparisonsBody, description = "Each qualification of the result"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
         description = "There is no such result"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "The result's document cannot be read as a qualification"),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "It was deleted when its time was over"),
    )
)]
pub(crate) async fn comparison(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<Digits>, PathRejection>,
    request: Result<Object<Stored>, Problem>,
) -> Result<Response, Problem> {
    let Path(Digits(id)) = id.map_err(|_| Problem::bad_request())?;
    let Object(stored) = request?;
    let (committed, _) = shown(&shared, &caller, ResultId(id)).await?;
    let message = document(&committed).ok_or_else(unreadable)?;
    let comparisons = compare(&stored, &message).into_iter().map(ComparisonBody::from).collect();
    Ok(json_response(json(&ComparisonsBody { comparisons })))
}

/// What changed since the last result of the same card
///
/// The card is known again by its certificate, under a key, and only as long as the earlier result is in the ledger.
#[utoipa::path(get, path = "/v1/results/{id}/changes", params(("id" = ResultForm, Path, description = "The result's id")),
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = ChangesBody, description = "What is another than before"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
         description = "There is no such result"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "A document cannot be read as a qualification"),
        (status = 410, body = ProblemBody, content_type = "application/problem+json",
         description = "It was deleted when its time was over"),
    )
)]
pub(crate) async fn changed(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<Digits>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(Digits(id)) = id.map_err(|_| Problem::bad_request())?;
    let (committed, previous) = shown(&shared, &caller, ResultId(id)).await?;
    let body = match previous {
        None => ChangesBody { since: None, validity: None, qualifications: Vec::new() },
        Some(previous) => {
            let (before, now) = (document(&previous), document(&committed));
            let (before, now) = before.zip(now).ok_or_else(unreadable)?;
            ChangesBody::of(previous.id, changes(&before, &now))
        }
    };
    Ok(json_response(json(&body)))
}

/// The result and the one of the same card before; noted as seen.
async fn shown(
    shared: &Shared,
    caller: &Caller,
    id: ResultId,
) -> Result<(CommittedResult, Option<CommittedResult>), Problem> {
    let by = caller.in_audit();
    blocking(&shared.port, move |port| {
        let found = committed(port, id)?;
        let previous = port.previous(id)?;
        for seen in found.iter().chain(&previous) {
            port.note(seen_by(by.clone(), AuditDeed::ResultsShown { from: seen.id, to: seen.id }))?;
        }
        Ok(found.map(|found| (found, previous)))
    })
    .await?
}

fn document(committed: &CommittedResult) -> Option<Message> {
    let xml = &committed.result.qualification.expose(Purpose::TellReceiptComputer).xml;
    Message::parse(xml.as_bytes()).ok()
}

fn unreadable() -> Problem {
    Problem::new(StatusCode::CONFLICT, codes::QUALIFICATION_UNREADABLE)
}
