//! The pages and their files. They hold nothing of anybody: what they show they ask for, with a cookie.

use crate::problem::Problem;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{self, HeaderName};
use axum::response::{IntoResponse, Response};
use model::ReaderId;
use pages::Asset;

/// The board.
pub(crate) async fn board() -> Response {
    served(pages::BOARD.html)
}

/// The kiosk's page. Whether the reader exists the page finds out when it asks for the panel.
pub(crate) async fn kiosk(reader: Result<Path<ReaderId>, PathRejection>) -> Result<Response, Problem> {
    reader.map_err(|_| Problem::not_found())?;
    Ok(served(pages::KIOSK.html))
}

/// A file of a page.
pub(crate) async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, Problem> {
    let Path(name) = name.map_err(|_| Problem::not_found())?;
    pages::file(&[pages::BOARD, pages::KIOSK], &name).map(served).ok_or(Problem::not_found())
}

fn served(asset: Asset) -> Response {
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CONTENT_SECURITY_POLICY, pages::CONTENT_SECURITY_POLICY),
        // Whoever opened it has no handle on it.
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (headers, asset.text).into_response()
}
