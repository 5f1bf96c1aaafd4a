//! Where the daemon's own pages are, so that the bench's page can lead there. The simulator does not know by itself: the
//! daemon draws its port.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use crate::site::on_this_machine;
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskRequest {
    /// `http://127.0.0.1:PORT`; `null`: not known any more.
    url: Option<String>,
}

pub(super) async fn told(
    State(world): State<Arc<World>>,
    Json(request): Json<DeskRequest>,
) -> Result<StatusCode, Problem> {
    let refused = || Problem::bad_request("not an address of this machine", "http://127.0.0.1:PORT is one");
    let url = request.url.map(|url| on_this_machine(&url).ok_or_else(refused)).transpose()?;
    world.set_desk_url(url);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn asked(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "url": world.desk_url() }))
}
