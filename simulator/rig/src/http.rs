//! JSON over HTTP to a local API.

use std::path::Path;
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
    agent: Agent,
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
        Ok(Self { base: base.trim_end_matches('/').to_owned(), token: token.trim().to_owned(), agent })
    }

    pub(crate) fn get(&self, path: &str, within: Duration) -> Result<Value, RigError> {
        let call = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .config()
            .timeout_global(Some(within))
            .build()
            .call();
        answer(format!("GET {path}"), within, call)
    }

    pub(crate) fn post(
        &self,
        path: &str,
        body: &impl Serialize,
        within: Duration,
    ) -> Result<Value, RigError> {
        let call = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .config()
            .timeout_global(Some(within))
            .build()
            .send_json(body);
        answer(format!("POST {path}"), within, call)
    }
}

impl Client {
    pub(crate) fn put(&self, path: &str, body: &impl Serialize, within: Duration) -> Result<Value, RigError> {
        let call = self
            .agent
            .put(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .config()
            .timeout_global(Some(within))
            .build()
            .send_json(body);
        answer(format!("PUT {path}"), within, call)
    }

    pub(crate) fn delete(&self, path: &str, within: Duration) -> Result<Value, RigError> {
        let call = self
            .agent
            .delete(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .config()
            .timeout_global(Some(within))
            .build()
            .call();
        answer(format!("DELETE {path}"), within, call)
    }
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
    let status = response.status().as_u16();
    if !(200..300).contains(&status) {
        return Err(RigError::Refused { request, status, problem: text.chars().take(1000).collect() });
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|fault| RigError::Request { request, fault: fault.to_string() })
}
