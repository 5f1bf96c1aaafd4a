//! Requests to the daemon over its Unix socket.

use crate::{Arguments, ControlError};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::Path;
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};

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

/// How far an answer was followed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// As far as was wanted.
    ToItsEnd,
    /// Until Ctrl-C.
    UntilInterrupted,
}

/// Hands on an answer piece by piece as it comes, until `take` says that this was the end, or Ctrl-C.
pub(crate) async fn follow<B: Body<Data = Bytes> + Unpin>(
    mut answer: B,
    mut take: impl FnMut(&[u8]) -> Result<bool, ControlError>,
) -> Result<Followed, ControlError> {
    // One listener for all of it: a new one for each piece would not hear what came together with the piece before.
    let mut interrupted = signal(SignalKind::interrupt()).map_err(ControlError::Signals)?;
    loop {
        tokio::select! {
            piece = answer.frame() => {
                // A daemon that stops ends its answer, one that is killed breaks it off.
                let Some(Ok(piece)) = piece else { return Err(ControlError::Ended) };
                if let Ok(bytes) = piece.into_data() && take(&bytes)? {
                    return Ok(Followed::ToItsEnd);
                }
            }
            _ = interrupted.recv() => return Ok(Followed::UntilInterrupted),
        }
    }
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
    use hyper::body::Frame;
    use nix::sys::signal::{Signal, raise};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;
    use tokio::sync::mpsc;

    /// An answer whose next piece is there as soon as one was taken.
    struct Flood(mpsc::Receiver<Bytes>);

    impl Body for Flood {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
        }
    }

    #[tokio::test]
    async fn ctrl_c_is_heard_in_a_flood_of_pieces() {
        // Whether the signal or the piece is looked at first is left to chance.
        for _ in 0..20 {
            let (more, pieces) = mpsc::channel(1);
            let flood = tokio::spawn(async move {
                let mut number = 0;
                while more.send(Bytes::from_static(b"piece")).await.is_ok() {
                    number += 1;
                    if number == 50 {
                        raise(Signal::SIGINT).unwrap();
                    }
                }
            });
            let following = follow(Flood(pieces), |_| Ok(false));
            let followed = tokio::time::timeout(Duration::from_secs(20), following).await.expect("heard");
            assert_eq!(followed.unwrap(), Followed::UntilInterrupted);
            flood.await.unwrap();
        }
    }

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
