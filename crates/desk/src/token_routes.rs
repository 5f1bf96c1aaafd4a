//! Making, listing and revoking tokens.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::japan_time;
use crate::caller::Caller;
use crate::clock;
use crate::events::{blocking, seen_by};
use crate::forms::{CallerForm, ScopeForm};
use crate::problem::{Problem, ProblemBody};
use crate::request::Object;
use crate::shared::Shared;
use crate::tokens::TokenFault;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use failure::codes;
use model::consumer::FACE_FOLDER;
use model::{AuditDeed, CallerName, Scope};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// More scopes than there are readers at any desk.
const MOST_SCOPES: usize = 32;

/// A token that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// What the site calls the program.
    #[schema(value_type = CallerForm)]
    name: CallerName,
    /// What it is for: `results`, `lookups`, `board`, `admin`, `kiosk:<reader>`.
    #[schema(value_type = Vec<ScopeForm>, min_items = 1, max_items = 32)]
    scopes: Vec<Scope>,
    /// Whether results are kept until this program has acknowledged them. Unless said, they are if it has the scope
    /// `results`.
    #[serde(default)]
    consumer: Option<bool>,
}

/// A token, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenBody {
    #[schema(value_type = CallerForm)]
    name: String,
    /// For `Authorization: Bearer`. It is kept nowhere; a lost one is revoked and made anew.
    token: String,
}

/// The tokens, without themselves.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensBody {
    tokens: Vec<TokenEntryBody>,
}

/// One token, without itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenEntryBody {
    #[schema(value_type = CallerForm)]
    name: String,
    #[schema(value_type = Vec<ScopeForm>)]
    scopes: Vec<String>,
    /// RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    made_at: String,
}

/// Make a token
#[utoipa::path(post, path = "/v1/tokens", request_body = TokenRequest, security(("token" = ["admin"])),
    responses(
        (status = 201, body = TokenBody, description = "Made"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "The name is taken, or there are as many tokens as there may be"),
    )
)]
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Result<Object<TokenRequest>, Problem>,
) -> Result<Response, Problem> {
    let Object(TokenRequest { name, mut scopes, consumer }) = request?;
    if !(1..=MOST_SCOPES).contains(&scopes.len()) {
        return Err(Problem::bad_request());
    }
    scopes.sort();
    scopes.dedup();
    let consumes = consumer.unwrap_or_else(|| scopes.contains(&Scope::Results));
    if consumes && !scopes.contains(&Scope::Results) {
        // It could never acknowledge what is kept for it.
        return Err(Problem::bad_request());
    }
    let made = AuditDeed::TokenMade { name: name.clone(), scopes: scopes.clone() };
    let entry = seen_by(caller.in_audit(), made);
    let tokens = Arc::clone(&shared);
    let token = blocking(&shared.port, move |port| {
        let token = match tokens.tokens.make(name.clone(), scopes, clock::now()) {
            Ok(token) => token,
            Err(fault) => return Ok(Err(fault)),
        };
        let kept = port.note(entry).and_then(|()| match consumes {
            true => port.register(&name, clock::now()),
            false => Ok(()),
        });
        if let Err(fault) = kept {
            // Nobody has seen it: it is as if it had not been made.
            let _ = tokens.tokens.revoke(&name);
            return Err(fault);
        }
        Ok(Ok(TokenBody { name: name.into(), token }))
    });
    Ok((StatusCode::CREATED, Json(token.await??)).into_response())
}

/// The tokens that there are
#[utoipa::path(get, path = "/v1/tokens", security(("token" = ["admin"])),
    responses(
        (status = 200, body = TokensBody, description = "All of them"),
    )
)]
pub(crate) async fn list(State(shared): State<Arc<Shared>>) -> Json<TokensBody> {
    let entry = |token: crate::tokens::StoredToken| TokenEntryBody {
        name: token.name.into(),
        scopes: token.scopes.iter().map(Scope::to_string).collect(),
        made_at: japan_time(token.made_at),
    };
    Json(TokensBody { tokens: shared.tokens.all().into_iter().map(entry).collect() })
}

/// Revoke a token
///
/// It opens nothing from now on, streams that it opened end, and nothing is kept for it any more as a consumer.
#[utoipa::path(delete, path = "/v1/tokens/{name}", security(("token" = ["admin"])),
    params(("name" = CallerForm, Path, description = "The token's name")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "There is no token of that name"),
    )
)]
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    name: Result<Path<CallerName>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path(name) = name.map_err(|_| Problem::not_found())?;
    let entry = seen_by(caller.in_audit(), AuditDeed::TokenRevoked { name: name.clone() });
    let tokens = Arc::clone(&shared);
    let revoked = blocking(&shared.port, move |port| {
        // Again after a half-done one: the consumer may be left without its token.
        let known = name.as_str() != FACE_FOLDER
            && (tokens.tokens.holds(&name) || port.consumers()?.iter().any(|status| status.consumer == name));
        if known {
            port.note(entry)?;
            port.forget(&name)?;
        }
        Ok(tokens.tokens.revoke(&name).map(|_| known))
    });
    if revoked.await?? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

impl From<TokenFault> for Problem {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::NameTaken => Self::new(StatusCode::CONFLICT, codes::TOKEN_NAME_TAKEN),
            TokenFault::TooMany => Self::new(StatusCode::CONFLICT, codes::TOKEN_TOO_MANY),
            TokenFault::Randomness => Self::internal(),
            TokenFault::Unwritable(cause) => {
                tracing::error!(code = %codes::TOKENS_UNWRITABLE, %cause, "tokens");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, codes::TOKENS_UNWRITABLE)
            }
        }
    }
}
