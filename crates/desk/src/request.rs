//! The body of a request: a JSON object, not longer than it may be.

use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

/// What stands in the body. serde takes a list of values for an object, which the document does not say.
pub(crate) struct Object<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Object<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = Bytes::from_request(request, state).await;
        let bytes = read.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_long(),
            _ => Problem::bad_request(),
        })?;
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(Problem::bad_request());
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Problem::bad_request())
    }
}

/// The same for an object within.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let fields = serde_json::Map::deserialize(deserializer)?;
    T::deserialize(serde_json::Value::Object(fields)).map_err(|_| D::Error::custom("another form"))
}
