//! Pairs a reader with its slot by a card, step by step: one line of JSON for each.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::json;
use crate::forms::{CodeForm, ReaderForm};
use crate::port::{PairFault, PairStep};
use crate::problem::{Problem, ProblemBody};
use crate::shared::Shared;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::ReaderId;
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use utoipa::ToSchema;

/// One step of a pairing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "step")]
pub(crate) enum StepBody {
    /// Place one card on the reader.
    PlaceCard {
        /// Seconds that this is waited for.
        within_seconds: u64,
    },
    /// Reader and slot have seen the card; take it again.
    TakeCard {
        /// The slot's PC/SC name.
        slot: String,
    },
    /// Reader and slot belong together from now on.
    Paired {
        /// The slot's PC/SC name.
        slot: String,
    },
    /// They were not paired; everything is as before.
    Refused {
        /// The stable code.
        #[schema(value_type = CodeForm)]
        code: &'static str,
        /// What happened and what to do, Japanese.
        detail: String,
        /// The same in English.
        detail_en: String,
    },
}

impl From<PairStep> for StepBody {
    fn from(step: PairStep) -> Self {
        match step {
            PairStep::Place { within } => Self::PlaceCard { within_seconds: within.as_secs() },
            PairStep::Take { slot } => Self::TakeCard { slot },
            PairStep::Paired { slot } => Self::Paired { slot },
            PairStep::Refused(code) => {
                let entry = failure::entry(code);
                Self::Refused {
                    code: code.as_str(),
                    detail: format!("{}{}", entry.cause.ja, entry.technician.ja),
                    detail_en: format!("{} {}", entry.cause.en, entry.technician.en),
                }
            }
        }
    }
}

impl From<PairFault> for Problem {
    fn from(fault: PairFault) -> Self {
        match fault {
            PairFault::NoReader => Self::not_found(),
            PairFault::Refused(code) => Self::new(StatusCode::CONFLICT, code),
        }
    }
}

/// Pair a reader with its slot by a card
///
/// The answer is one JSON object a line, a `StepBody`, as the pairing goes on: `place_card`, `take_card`, then `paired` or `refused`.
/// It takes 90 seconds at most. Closing the connection ends the pairing; nothing has changed then.
#[utoipa::path(post, path = "/v1/readers/{reader}/pair", security(("token" = ["admin"])), params(("reader" = ReaderForm, Path, description = "The reader's id")),
    responses(
        (status = 200, body = String, content_type = "application/x-ndjson", description = "One step a line"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "This reader cannot be paired, or not now"),
    )
)]
pub(crate) async fn pair_reader(
    State(shared): State<Arc<Shared>>,
    reader: Result<Path<ReaderId>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(reader) = reader.map_err(|_| Problem::not_found())?;
    let steps = shared.port.pair(&reader)?;
    let ending = shared.ending.clone();
    let lines = futures_util::stream::unfold((steps, ending), |(mut steps, ending)| async {
        let step = tokio::select! {
            step = steps.recv() => step?,
            () = ending.cancelled() => return None,
        };
        let mut line = json(&StepBody::from(step));
        line.push(b'\n');
        Some((Ok::<_, Infallible>(Bytes::from(line)), (steps, ending)))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}
