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
    let answer = get(arguments, path).await?;
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
    let detail = serde_json::from_slice::<Value>(&body).map(|problem| {
        format!("{} / {}{}", word(&problem, "detail"), word(&problem, "detail_en"), code(&problem))
    });
    Err(ControlError::Refused(format!("{status} {}", detail.unwrap_or_default())))
}

pub(crate) fn at<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&Value::Null)
}

pub(crate) fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    at(value, key).as_str().unwrap_or("-")
}

/// A failure's code behind its line, with the command that explains it.
pub(crate) fn code(value: &Value) -> String {
    at(value, "code").as_str().map(|code| format!(" — {code} (uketsuke explain {code})")).unwrap_or_default()
}
