//! The bench's page and its files. They hold nothing of anybody: what they show they ask for, with a cookie.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use pages::Asset;

use super::problem::Problem;

pub(super) async fn page() -> Response {
    served(pages::BENCH.html)
}

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    pages::file(&[pages::BENCH], &name).map(served).ok_or_else(|| Problem::not_found("no such file", &name))
}

fn served(asset: Asset) -> Response {
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CONTENT_SECURITY_POLICY, pages::CONTENT_SECURITY_POLICY),
    ];
    (headers, asset.text).into_response()
}
