//! JSON over HTTP to a local API.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::RigError;

/// At most this much of an answer is read.
const MOST: u64 = 16 * 1024 * 1024;

/// One API with its token.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) token: String,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Tcp(Agent),
    /// On which the kernel says who asks.
    Unix(PathBuf),
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.base)
    }
}

impl Client {
    pub(crate) fn new(base: &str, token_file: &Path) -> Result<Self, RigError> {
        let token = std::fs::read_to_string(token_file).map_err(|fault| RigError::file(token_file, fault))?;
        let agent = Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { base, token: token.trim().to_owned(), way: Way::Tcp(agent) })
    }

    /// A client of the API behind a Unix socket, as this process's user.
    pub(crate) fn at_socket(socket: &Path) -> Self {
        Self {
            base: String::from("http://localhost"),
            token: String::new(),
            way: Way::Unix(socket.to_owned()),
        }
    }

    /// The socket, if that is the way.
    pub(crate) fn socket(&self) -> Option<&Path> {
        match &self.way {
            Way::Unix(socket) => Some(socket),
            Way::Tcp(_) => None,
        }
    }

    pub(crate) fn get(&self, path: &str, within: Duration) -> Result<Value, RigError> {
        self.ask("GET", path, None, within)
    }

    pub(crate) fn post(
        &self,
        path: &str,
        body: &impl Serialize,
        within: Duration,
    ) -> Result<Value, RigError> {
        self.ask("POST", path, Some(json(path, body)?), within)
    }

    pub(crate) fn put(&self, path: &str, body: &impl Serialize, within: Duration) -> Result<Value, RigError> {
        self.ask("PUT", path, Some(json(path, body)?), within)
    }

    pub(crate) fn delete(&self, path: &str, within: Duration) -> Result<Value, RigError> {
        self.ask("DELETE", path, None, within)
    }

    fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<String>,
        within: Duration,
    ) -> Result<Value, RigError> {
        let request = format!("{method} {path}");
        match &self.way {
            Way::Tcp(agent) => {
                let url = format!("{}{path}", self.base);
                let token = format!("Bearer {}", self.token);
                let call = match body {
                    None => {
                        let asked = if method == "DELETE" { agent.delete(url) } else { agent.get(url) };
                        let asked = asked.header("authorization", token).config();
                        asked.timeout_global(Some(within)).build().call()
                    }
                    Some(body) => {
                        let asked = if method == "PUT" { agent.put(url) } else { agent.post(url) };
                        let asked = asked.header("authorization", token).content_type("application/json");
                        asked.config().timeout_global(Some(within)).build().send(body)
                    }
                };
                answer(request, within, call)
            }
            Way::Unix(socket) => over_unix(socket, request, body, within),
        }
    }
}

fn json(path: &str, body: &impl Serialize) -> Result<String, RigError> {
    serde_json::to_string(body)
        .map_err(|fault| RigError::Request { request: path.to_owned(), fault: fault.to_string() })
}

/// HTTP/1.0: the answer ends with the connection.
fn over_unix(
    socket: &Path,
    request: String,
    body: Option<String>,
    within: Duration,
) -> Result<Value, RigError> {
    let body = body.unwrap_or_default();
    let exchange = || {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(within))?;
        let head = format!(
            "{request} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut text = String::new();
        stream.take(MOST).read_to_string(&mut text).map(|_| text)
    };
    let text = match exchange() {
        Ok(text) => text,
        Err(fault)
            if matches!(fault.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
        {
            let waited_for = format!("answer to {request}");
            return Err(RigError::TimedOut { waited_for, after: within, seen: String::new() });
        }
        Err(fault) => return Err(RigError::Request { request, fault: fault.to_string() }),
    };
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    judged(request, status, body)
}

fn answer(
    request: String,
    within: Duration,
    call: Result<Response<Body>, ureq::Error>,
) -> Result<Value, RigError> {
    let failed = |request: String, fault: ureq::Error| match fault {
        ureq::Error::Timeout(_) => RigError::TimedOut {
            waited_for: format!("answer to {request}"),
            after: within,
            seen: String::new(),
        },
        fault => RigError::Request { request, fault: fault.to_string() },
    };
    let mut response = match call {
        Ok(response) => response,
        Err(fault) => return Err(failed(request, fault)),
    };
    let text = match response.body_mut().with_config().limit(MOST).read_to_string() {
        Ok(text) => text,
        Err(fault) => return Err(failed(request, fault)),
    };
    judged(request, response.status().as_u16(), &text)
}

fn judged(request: String, status: u16, text: &str) -> Result<Value, RigError> {
    if !(200..300).contains(&status) {
        return Err(RigError::Refused { request, status, problem: text.chars().take(1000).collect() });
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|fault| RigError::Request { request, fault: fault.to_string() })
}
