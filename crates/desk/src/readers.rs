//! The readers, their stations, and the visits in progress.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{FolderBody, ReadersBody, StationBody, VisitBody, VisitsBody};
use crate::shared::Shared;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// Every reader, the line to the centre, and the folders
#[utoipa::path(get, path = "/v1/readers",
    security(("token" = ["results"]), ("token" = ["lookups"]), ("token" = ["board"]), ("token" = ["admin"]),
        ("page" = ["board"])),
    responses(
        (status = 200, body = ReadersBody, description = "As it stands now"),
    )
)]
pub(crate) async fn readers(State(shared): State<Arc<Shared>>) -> Json<ReadersBody> {
    Json(ReadersBody {
        readers: shared.port.readers().iter().map(StationBody::from).collect(),
        centre: shared.port.centre().into(),
        folders: shared.port.folders().into_iter().map(FolderBody::from).collect(),
    })
}

/// The visits in progress
#[utoipa::path(get, path = "/v1/visits",
    security(("token" = ["results"]), ("token" = ["board"]), ("page" = ["board"])),
    responses(
        (status = 200, body = VisitsBody, description = "As it stands now", links(
            ("confirm" = (operation_id = "confirm", parameters(
                ("reader" = "$response.body#/visits/0/reader"), ("visit" = "$response.body#/visits/0/visit")))),
            ("ask_again" = (operation_id = "ask_again", parameters(
                ("reader" = "$response.body#/visits/0/reader"), ("visit" = "$response.body#/visits/0/visit")))),
            ("cancel" = (operation_id = "cancel", parameters(
                ("reader" = "$response.body#/visits/0/reader"), ("visit" = "$response.body#/visits/0/visit")))),
        )),
    )
)]
pub(crate) async fn visits(State(shared): State<Arc<Shared>>) -> Json<VisitsBody> {
    Json(VisitsBody { visits: shared.port.readers().iter().filter_map(VisitBody::of).collect() })
}
