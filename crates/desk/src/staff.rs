//! What staff do at a reader: arm the visual check, confirm the person, end a visit. The station itself judges whether
//! that is possible now; whoever is named as `by` stands in the audit.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::forms::{ReaderForm, StaffForm, VisitForm};
use crate::port::{StaffAct, StaffFault};
use crate::problem::{Problem, ProblemBody, Reason};
use crate::request::Object;
use crate::shared::Shared;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use failure::codes;
use model::{ReaderId, StaffId, VisitId};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Who acts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByRequest {
    /// Who of the staff, as the site names them: 1 to 32 of a-z, 0-9 and '-'.
    #[schema(value_type = StaffForm)]
    by: StaffId,
}

/// Who acts, where a request has no body.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ByQuery {
    /// Who of the staff, as the site names them: 1 to 32 of a-z, 0-9 and '-'.
    #[param(value_type = StaffForm)]
    by: StaffId,
}

/// What staff saw when they compared the person with the card's photo.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmationRequest {
    /// Who of the staff, as the site names them: 1 to 32 of a-z, 0-9 and '-'.
    #[schema(value_type = StaffForm)]
    by: StaffId,
    /// Whether it is the same person.
    same_person: bool,
}

type Done = Result<StatusCode, Problem>;

/// Arm the visual check for the next card
///
/// In a visit that waits for the patient to confirm identity, it begins at once. After one card, and after a while
/// without any, the reader goes back to unattended by itself.
#[utoipa::path(put, path = "/v1/readers/{reader}/visual-check", security(("token" = ["board"]), ("page" = ["board"])), request_body = ByRequest,
    params(("reader" = ReaderForm, Path, description = "The reader's id")),
    responses(
        (status = 204, description = "Armed"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "Not possible now; `reason` says why"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "Earlier orders to this reader are still waiting, or too many requests"),
    )
)]
pub(crate) async fn arm(
    State(shared): State<Arc<Shared>>,
    reader: Result<Path<ReaderId>, PathRejection>,
    request: Result<Object<ByRequest>, Problem>,
) -> Done {
    let Path(reader) = reader.map_err(|_| Problem::not_found())?;
    let Object(ByRequest { by }) = request?;
    act(&shared, &reader, by, StaffAct::ArmVisualCheck).await
}

/// Take the visual check back
#[utoipa::path(delete, path = "/v1/readers/{reader}/visual-check", security(("token" = ["board"]), ("page" = ["board"])),
    params(("reader" = ReaderForm, Path, description = "The reader's id"), ByQuery),
    responses(
        (status = 204, description = "The reader is back to unattended, or the visit back to its methods"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "Not possible now; `reason` says why"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "Earlier orders to this reader are still waiting, or too many requests"),
    )
)]
pub(crate) async fn disarm(
    State(shared): State<Arc<Shared>>,
    reader: Result<Path<ReaderId>, PathRejection>,
    query: Result<Query<ByQuery>, QueryRejection>,
) -> Done {
    let Path(reader) = reader.map_err(|_| Problem::not_found())?;
    let Query(ByQuery { by }) = query.map_err(|_| Problem::bad_request())?;
    act(&shared, &reader, by, StaffAct::DisarmVisualCheck).await
}

/// Say whether person and card belong together
///
/// The visit is named, so that a card that was changed meanwhile is not confirmed by it.
#[utoipa::path(post, path = "/v1/readers/{reader}/visits/{visit}/confirmation", security(("token" = ["board"]), ("page" = ["board"])), request_body = ConfirmationRequest,
    params(
        ("reader" = ReaderForm, Path, description = "The reader's id"),
        ("visit" = VisitForm, Path, description = "The visit in progress"),
    ),
    responses(
        (status = 204, description = "Taken: the visit goes on, or ends if it is another person"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "Not possible now; `reason` says why"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "Earlier orders to this reader are still waiting, or too many requests"),
    )
)]
pub(crate) async fn confirm(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(ReaderId, VisitId)>, PathRejection>,
    request: Result<Object<ConfirmationRequest>, Problem>,
) -> Done {
    let Path((reader, visit)) = path.map_err(|_| Problem::not_found())?;
    let Object(ConfirmationRequest { by, same_person }) = request?;
    act(&shared, &reader, by, StaffAct::ConfirmPerson { visit, same: same_person }).await
}

/// Ask the patient all consents anew
///
/// For a patient who pressed in error: nothing answered in this visit stands. Only until the last answer; after that the
/// card is placed again.
#[utoipa::path(post, path = "/v1/readers/{reader}/visits/{visit}/consents/asked-again", security(("token" = ["board"]), ("page" = ["board"])),
    request_body = ByRequest,
    params(
        ("reader" = ReaderForm, Path, description = "The reader's id"),
        ("visit" = VisitForm, Path, description = "The visit in progress"),
    ),
    responses(
        (status = 204, description = "The questions begin anew"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "Not possible now; `reason` says why"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "Earlier orders to this reader are still waiting, or too many requests"),
    )
)]
pub(crate) async fn ask_again(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(ReaderId, VisitId)>, PathRejection>,
    request: Result<Object<ByRequest>, Problem>,
) -> Done {
    let Path((reader, visit)) = path.map_err(|_| Problem::not_found())?;
    let Object(ByRequest { by }) = request?;
    act(&shared, &reader, by, StaffAct::AskConsentsAgain { visit }).await
}

/// End a visit
///
/// Once the centre has accepted the card there is a result nevertheless; it names the consents that were not answered.
#[utoipa::path(delete, path = "/v1/readers/{reader}/visits/{visit}", security(("token" = ["board"]), ("page" = ["board"])),
    params(
        ("reader" = ReaderForm, Path, description = "The reader's id"),
        ("visit" = VisitForm, Path, description = "The visit in progress"),
        ByQuery,
    ),
    responses(
        (status = 204, description = "Ended"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "Not possible now; `reason` says why"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
         description = "Earlier orders to this reader are still waiting, or too many requests"),
    )
)]
pub(crate) async fn cancel(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(ReaderId, VisitId)>, PathRejection>,
    query: Result<Query<ByQuery>, QueryRejection>,
) -> Done {
    let Path((reader, visit)) = path.map_err(|_| Problem::not_found())?;
    let Query(ByQuery { by }) = query.map_err(|_| Problem::bad_request())?;
    act(&shared, &reader, by, StaffAct::CancelVisit { visit }).await
}

async fn act(shared: &Shared, reader: &ReaderId, by: StaffId, act: StaffAct) -> Done {
    let answer = shared.port.staff(reader, by, act)?;
    // A station that ends answers nothing.
    answer.await.map_err(|_| Problem::internal())??;
    Ok(StatusCode::NO_CONTENT)
}

impl From<StaffFault> for Problem {
    fn from(fault: StaffFault) -> Self {
        let reason = match fault {
            StaffFault::NoReader => return Self::not_found(),
            StaffFault::Busy => &Reason {
                word: "busy",
                ja: "前の操作がまだ処理されていません。",
                en: "Earlier orders to this reader are still waiting.",
            },
            StaffFault::NoVisit => &Reason {
                word: "no_visit",
                ja: "受付中の患者さんがいません。",
                en: "No visit is in progress.",
            },
            StaffFault::OtherVisit => &Reason {
                word: "other_visit",
                ja: "指定の受付はもう終わり、別の受付が進んでいます。",
                en: "The visit named is over; another one is in progress.",
            },
            StaffFault::Untimely => {
                &Reason {
                    word: "untimely", ja: "受付のこの段階では行えません。", en: "Not at this step."
                }
            }
            StaffFault::NotReady => &Reason {
                word: "reader_not_ready",
                ja: "カードリーダーは準備中か停止中です。ほかのカードリーダーか、資格確認書などで受け付けられます。",
                en: "The reader is not ready. Another reader, the 資格確認書 or other papers serve instead.",
            },
        };
        let status = match fault {
            StaffFault::Busy => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::CONFLICT,
        };
        Self::because(status, codes::STAFF_ACT_UNTIMELY, reason)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops")]
mod tests {
    use super::*;

    /// As in the failure catalogue: no words end at what is not possible.
    #[test]
    fn every_refusal_says_a_reason_and_a_way_on() {
        for fault in [
            StaffFault::Busy,
            StaffFault::NoVisit,
            StaffFault::OtherVisit,
            StaffFault::Untimely,
            StaffFault::NotReady,
        ] {
            let said = String::from_utf8(Problem::from(fault).json()).unwrap();
            for banned in ["使えません", "10割", "全額", "cannot be used", "in full"] {
                assert!(!said.contains(banned), "{fault:?}: {said}");
            }
            assert!(said.contains("資格確認書") && said.contains(r#""reason":""#), "{fault:?}: {said}");
        }
    }
}
