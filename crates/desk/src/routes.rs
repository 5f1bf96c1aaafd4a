//! The routes and the document that describes them.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::HealthBody;
use crate::catalogue::{self, FailureBody};
use crate::guard::{Door, guard};
use crate::problem::{Problem, ProblemBody};
use crate::shared::Shared;
use crate::{
    audit, board, comparing, consumers, counts, document, kiosk, lookups, metrics, page_routes, pair_reader,
    readers, results, staff, stream, token_routes,
};
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use failure::codes;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The pages, for people: they stand beside the document.
const PAGES: [&str; 3] = ["/", "/kiosk/{reader}", "/pages/{file}"];

/// Whether a route is a page or a part of one.
pub(crate) fn is_page(route: &str) -> bool {
    PAGES.contains(&route)
}

/// The routes and the document that describes them.
pub(crate) fn routes() -> (Router<Arc<Shared>>, utoipa::openapi::OpenApi) {
    let (router, mut api) = OpenApiRouter::with_openapi(document::beginning())
        .routes(routes!(readers::readers))
        .routes(routes!(readers::visits))
        .routes(routes!(results::results))
        .routes(routes!(results::result))
        .routes(routes!(comparing::comparison))
        .routes(routes!(comparing::changed))
        .routes(routes!(stream::events))
        .routes(routes!(consumers::acknowledge, consumers::acknowledged))
        .routes(routes!(consumers::consumers))
        .routes(routes!(lookups::look_up))
        .routes(routes!(lookups::requery))
        .routes(routes!(counts::day))
        .routes(routes!(counts::month))
        .routes(routes!(metrics::metrics))
        .routes(routes!(staff::arm, staff::disarm))
        .routes(routes!(staff::confirm))
        .routes(routes!(staff::ask_again))
        .routes(routes!(staff::cancel))
        .routes(routes!(pair_reader::pair_reader))
        .routes(routes!(token_routes::make, token_routes::list))
        .routes(routes!(token_routes::revoke))
        .routes(routes!(audit::audit))
        .routes(routes!(audit::verify))
        .routes(routes!(kiosk::make_code))
        .routes(routes!(kiosk::redeem_code))
        .routes(routes!(board::board))
        .routes(routes!(board::lock))
        .routes(routes!(board::unlock))
        .routes(routes!(kiosk::panel))
        .routes(routes!(kiosk::touch))
        .routes(routes!(failure_entry))
        .routes(routes!(openapi))
        .routes(routes!(health))
        .split_for_parts();
    document::complete(&mut api);
    let [board, kiosk, file] = PAGES;
    let router = router
        .route(board, get(page_routes::board))
        .route(kiosk, get(page_routes::kiosk))
        .route(file, get(page_routes::file));
    (router, api)
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

/// This document
#[utoipa::path(get, path = "/v1/openapi.json",
    security(("token" = ["results"]), ("token" = ["lookups"]), ("token" = ["board"]), ("token" = ["admin"])),
    responses(
        (status = 200, body = Object, description = "OpenAPI 3.1"),
    )
)]
async fn openapi(State(shared): State<Arc<Shared>>) -> Response {
    json_response(shared.document.clone())
}

/// What a failure code means and what to do
#[utoipa::path(get, path = "/v1/failures/{code}",
    security(("token" = ["results"]), ("token" = ["lookups"]), ("token" = ["board"]), ("token" = ["admin"]),
        ("page" = ["board"])),
    params(("code" = String, Path, description = "The stable code, or the number that a reader shows", example = "CARD_LEFT")),
    responses(
        (status = 200, body = FailureBody, description = "The catalogue's entry"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such code"),
    )
)]
async fn failure_entry(code: Result<Path<String>, PathRejection>) -> Result<Json<FailureBody>, Problem> {
    let Path(code) = code.map_err(|_| Problem::bad_request())?;
    catalogue::explain(&code).map(Json).ok_or(Problem::not_found())
}

/// Whether the daemon is ready; needs no token
#[utoipa::path(get, path = "/v1/health", security(()), responses(
    (status = 200, body = HealthBody, description = "As it stands now"),
))]
async fn health(State(shared): State<Arc<Shared>>) -> Json<HealthBody> {
    Json(HealthBody { ready: shared.port.ready() })
}

pub(crate) fn json_response(bytes: impl Into<axum::body::Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes.into()).into_response()
}
