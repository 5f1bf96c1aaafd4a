//! HTTP/1.1 over kept connections. One reader's question never waits behind another's: each takes a lane of its own.

use crate::login::Token;
use crate::tls::{Line, Watched};
use crate::{Awaited, CentreError};
use centre_wire::caps;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Idle lanes kept; a terminal has five readers.
const KEPT: usize = 8;
/// A lane idle for longer is not used again: line equipment forgets it.
const IDLE: Duration = Duration::from_secs(3);

/// A request that may be repeated; all of the protocol's may (PROTOCOL.md). The body may hold a password or say who is
/// looked up: it is not shown.
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) awaited: Awaited,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question({} {})", self.method, self.path)
    }
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

/// The idle lanes.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<(Lane, Instant)>>);

#[derive(Debug)]
struct Lane {
    sender: SendRequest<Full<Bytes>>,
    fault: Arc<OnceLock<rustls::Error>>,
}

/// Why a lane brought no reply.
enum Trouble {
    /// Before any of the reply: on a kept lane the centre may just have closed it.
    Before(CentreError),
    /// During the reply, or silence.
    During(CentreError),
}

impl Pool {
    /// Asks, on a kept lane if there is one, else on a new one. A kept lane that proves dead is tried once.
    pub(crate) async fn ask(
        &self,
        line: &Line,
        question: &Question,
        token: Option<&Token>,
    ) -> Result<Reply, CentreError> {
        if let Some(lane) = self.kept() {
            match self.exchange(lane, line, question, token).await {
                Ok(reply) => return Ok(reply),
                Err(Trouble::During(error)) => return Err(error),
                Err(Trouble::Before(_)) => {}
            }
        }
        let lane = Lane::open(line).await?;
        match self.exchange(lane, line, question, token).await {
            Ok(reply) => Ok(reply),
            Err(Trouble::Before(error) | Trouble::During(error)) => Err(error),
        }
    }

    async fn exchange(
        &self,
        mut lane: Lane,
        line: &Line,
        question: &Question,
        token: Option<&Token>,
    ) -> Result<Reply, Trouble> {
        let request = question.request(line, token).map_err(Trouble::During)?;
        let limit = question.limit(line);
        let asking = line.within(limit, question.awaited, async {
            let response = lane.send(line, request).await.map_err(Trouble::Before)?;
            let status = response.status();
            let body = lane.read(line, response, question.cap(status)).await.map_err(Trouble::During)?;
            Ok(Reply { status, body })
        });
        let reply = asking.await.map_err(Trouble::During)??;
        self.keep(lane);
        Ok(reply)
    }

    fn kept(&self) -> Option<Lane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|(lane, since)| since.elapsed() < IDLE && !lane.sender.is_closed());
        lanes.pop().map(|(lane, _)| lane)
    }

    fn keep(&self, lane: Lane) {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.len() < KEPT && !lane.sender.is_closed() {
            lanes.push((lane, Instant::now()));
        }
    }
}

impl Lane {
    async fn open(line: &Line) -> Result<Self, CentreError> {
        let stream = Watched::new(line.connect().await?);
        let fault = stream.fault();
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|cause| line.broken(&cause))?;
        // Ends by itself when the lane is dropped or the centre closes; its error reaches the request in flight.
        tokio::spawn(connection);
        Ok(Self { sender, fault })
    }

    async fn send(
        &mut self,
        line: &Line,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, CentreError> {
        self.sender.ready().await.map_err(|cause| self.broken(line, &cause))?;
        self.sender.send_request(request).await.map_err(|cause| self.broken(line, &cause))
    }

    async fn read(
        &self,
        line: &Line,
        response: Response<Incoming>,
        cap: usize,
    ) -> Result<Vec<u8>, CentreError> {
        match Limited::new(response.into_body(), cap).collect().await {
            Ok(body) => Ok(body.to_bytes().into()),
            Err(cause) if cause.is::<LengthLimitError>() => {
                Err(line.garbled(format_args!("a body of more than {cap} bytes")))
            }
            Err(cause) => Err(self.broken(line, &*cause)),
        }
    }

    fn broken(&self, line: &Line, cause: &(dyn std::error::Error + 'static)) -> CentreError {
        self.fault.get().map_or_else(|| line.broken(cause), |fault| line.tls_fault(fault))
    }
}

impl Question {
    fn request(&self, line: &Line, token: Option<&Token>) -> Result<Request<Full<Bytes>>, CentreError> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(HOST, &line.host)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(self.body.clone()))
            .map_err(|_| line.garbled("a request that cannot be formed"))?;
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&token.header())
                .map_err(|_| line.garbled("a token that is no header value"))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(request)
    }

    const fn limit(&self, line: &Line) -> Duration {
        match self.awaited {
            Awaited::Login => line.deadlines.login,
            _ => line.deadlines.answer,
        }
    }

    fn cap(&self, status: StatusCode) -> usize {
        let qualifies = matches!(self.awaited, Awaited::Result | Awaited::Answer);
        if qualifies && status == StatusCode::OK { caps::RESULT_BODY } else { caps::SMALL_BODY }
    }
}
