//! Requests to the daemon over its Unix socket.

use crate::{Arguments, ControlError};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::Path;
use tokio::net::UnixStream;

pub(crate) async fn get(arguments: &Arguments, path: &str) -> Result<Response<Incoming>, ControlError> {
    send(arguments, Method::GET, path, String::new()).await
}

/// The answer of a `GET` as JSON.
pub(crate) async fn get_json(arguments: &Arguments, path: &str) -> Result<Value, ControlError> {
    json(get(arguments, path).await?).await
}

/// An answer as JSON.
pub(crate) async fn json(answer: Response<Incoming>) -> Result<Value, ControlError> {
    Ok(serde_json::from_slice(&answer.collect().await?.to_bytes())?)
}

pub(crate) async fn send(
    arguments: &Arguments,
    method: Method,
    path: &str,
    body: String,
) -> Result<Response<Incoming>, ControlError> {
    let shown = |path: &Path| path.display().to_string();
    let stream = UnixStream::connect(&arguments.socket)
        .await
        .map_err(|source| ControlError::Connect { path: shown(&arguments.socket), source })?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("Host", "uketsuke")
        .header("Content-Type", "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let answer = sender.send_request(request).await?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let body = answer.collect().await?.to_bytes();
    let detail = serde_json::from_slice::<Value>(&body).map(|problem| detail(&problem));
    Err(ControlError::Refused { status, detail: detail.unwrap_or_default() })
}

/// What problem details say to a person: both languages, the field that is meant, the code.
pub(crate) fn detail(problem: &Value) -> String {
    let field = match (at(problem, "field").as_str(), at(problem, "form").as_str()) {
        (Some(field), Some(form)) => format!(" [{field}: {form}]"),
        _ => String::new(),
    };
    format!("{} / {}{field}{}", word(problem, "detail"), word(problem, "detail_en"), code(problem))
}

/// The value under that key; null if there is none.
pub(crate) fn at<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&Value::Null)
}

/// The text under that key; `-` if there is none.
pub(crate) fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    at(value, key).as_str().unwrap_or("-")
}

/// The list under that key; empty if there is none.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    at(value, key).as_array().into_iter().flatten()
}

/// A failure's code behind its line, with the command that explains it.
pub(crate) fn code(value: &Value) -> String {
    at(value, "code").as_str().map(|code| format!(" — {code} (uketsuke explain {code})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_field_and_the_code_and_no_value() {
        let problem = serde_json::json!({
            "detail": "形が違います。", "detail_en": "Of another form.", "code": "API_BAD_REQUEST",
            "field": "branch", "form": "2 digits, or nothing at all",
        });
        assert_eq!(
            detail(&problem),
            "形が違います。 / Of another form. [branch: 2 digits, or nothing at all] — API_BAD_REQUEST (uketsuke \
             explain API_BAD_REQUEST)"
        );
    }
}
