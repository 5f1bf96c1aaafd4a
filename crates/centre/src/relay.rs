//! The relay: the centre's commands to the card, the card's answers back.

use crate::login::Token;
use crate::tls::{Line, Watched};
use crate::{Awaited, CentreError};
use centre_wire::signing::EXPORTER_LABEL;
use centre_wire::{
    CentreMessage, Operation, Response, SigningText, TerminalMessage, Word, caps, signing_text,
};
use futures_util::{SinkExt, StreamExt};
use hyper::header::{AUTHORIZATION, HeaderValue};
use model::{CentreSession, FaceAccount, FailureCode, Validity, VisitId};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// How long the farewell of a refused relay may take; nobody waits for its answer.
const FAREWELL: Duration = Duration::from_secs(1);

/// One open relay. Dropping it ends it.
pub struct Relay {
    socket: Socket,
    session: CentreSession,
    digest: [u8; 32],
    commands: usize,
    bytes: usize,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}, {} commands)", self.session.0, self.commands)
    }
}

/// What the centre wants next.
#[derive(Clone, PartialEq, Eq)]
pub enum Step {
    /// A command for the card; the guard judges it first.
    Command(Vec<u8>),
    /// The end.
    Answer(RelayAnswer),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(apdu) => write!(f, "Command({} bytes)", apdu.len()),
            Self::Answer(answer) => f.debug_tuple("Answer").field(answer).finish(),
        }
    }
}

/// The centre accepted the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAnswer {
    /// Under which screens and result are asked for.
    pub session: CentreSession,
    /// What is known of the insurance.
    pub validity: Validity,
}

/// Why a relay did not open.
pub(crate) enum OpenError {
    TokenRefused,
    Centre(CentreError),
}

impl From<CentreError> for OpenError {
    fn from(error: CentreError) -> Self {
        Self::Centre(error)
    }
}

pub(crate) async fn open(
    line: &Arc<Line>,
    account: &FaceAccount,
    operation: Operation,
    visit: VisitId,
    token: &Token,
) -> Result<Relay, OpenError> {
    let ends_at = Instant::now() + line.deadlines.relay_total;
    let tls = line.connect().await?;
    let exporter = tls
        .get_ref()
        .1
        .export_keying_material([0; 32], EXPORTER_LABEL, Some(visit.as_bytes()))
        .map_err(|fault| line.tls_fault(&fault))?;
    let mut socket = upgrade(line, Watched::new(tls), operation, token, ends_at).await?;
    socket.send(&TerminalMessage::Open { visit, account: account.clone() }).await?;
    match socket.receive(Awaited::Nonce).await? {
        CentreMessage::Nonce { session, nonce } => {
            let endpoint = line.host.as_str();
            let text = SigningText {
                operation,
                nonce: &nonce,
                visit: &visit,
                account,
                endpoint,
                exporter: &exporter,
            };
            let digest = Sha256::digest(signing_text(&text)).into();
            Ok(Relay { socket, session, digest, commands: 0, bytes: 0 })
        }
        CentreMessage::Refused { code, .. } => Err(line.refused_with(code).into()),
        CentreMessage::Command { .. } | CentreMessage::Answer { .. } => {
            Err(line.garbled("no nonce before the first command").into())
        }
    }
}

impl Relay {
    /// The SHA-256 of the text that this relay's signature must be over; for the guard.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The centre's name for this relay.
    #[must_use]
    pub const fn session(&self) -> &CentreSession {
        &self.session
    }

    /// Waits for the centre.
    ///
    /// # Errors
    /// The centre refused, was silent, sent no message, answered another session, or exceeded a limit.
    pub async fn next(&mut self) -> Result<Step, CentreError> {
        match self.socket.receive(Awaited::RelayMessage).await? {
            CentreMessage::Command { apdu } => self.count(apdu.into_bytes()).map(Step::Command),
            CentreMessage::Answer { session, validity } if session == self.session => {
                Ok(Step::Answer(RelayAnswer { session, validity }))
            }
            CentreMessage::Answer { .. } => Err(self.socket.line.garbled("an answer for another session")),
            CentreMessage::Nonce { .. } => Err(self.socket.line.garbled("a second nonce")),
            CentreMessage::Refused { code, .. } => Err(self.socket.line.refused_with(code)),
        }
    }

    /// Hands the card's answer over: 2 to 258 bytes.
    ///
    /// # Errors
    /// The centre does not take it, or it is no short response.
    pub async fn respond(&mut self, response: &[u8]) -> Result<(), CentreError> {
        let apdu = Response::try_from(response.to_vec()).map_err(|fault| self.socket.line.garbled(fault))?;
        self.socket.send(&TerminalMessage::Response { apdu }).await
    }

    /// Ends the relay from this side and says why.
    ///
    /// # Errors
    /// The centre does not take it; the relay has ended all the same.
    pub async fn refuse(mut self, code: FailureCode) -> Result<(), CentreError> {
        let code = Word::try_from(code.as_str()).map_err(|fault| self.socket.line.garbled(fault))?;
        self.socket.send(&TerminalMessage::Refuse { code }).await?;
        let _farewell_is_optional = tokio::time::timeout(FAREWELL, self.socket.stream.close(None)).await;
        Ok(())
    }

    fn count(&mut self, apdu: Vec<u8>) -> Result<Vec<u8>, CentreError> {
        self.commands = self.commands.saturating_add(1);
        self.bytes = self.bytes.saturating_add(apdu.len());
        if self.commands > caps::RELAY_COMMANDS {
            Err(self.socket.line.limit("commands"))
        } else if self.bytes > caps::RELAY_BYTES {
            Err(self.socket.line.limit("bytes"))
        } else {
            Ok(apdu)
        }
    }
}

async fn upgrade(
    line: &Arc<Line>,
    stream: Watched,
    operation: Operation,
    token: &Token,
    ends_at: Instant,
) -> Result<Socket, OpenError> {
    let fault = stream.fault();
    let request = upgrade_request(line, operation, token)?;
    let limits = WebSocketConfig::default()
        .max_message_size(Some(caps::RELAY_MESSAGE))
        .max_frame_size(Some(caps::RELAY_MESSAGE))
        .read_buffer_size(4096)
        .write_buffer_size(0)
        // A centre that pings and never reads must not grow us.
        .max_write_buffer_size(4 * caps::RELAY_MESSAGE);
    let upgrading = client_async_with_config(request, stream, Some(limits));
    match line.within(line.deadlines.handshake, Awaited::Upgrade, upgrading).await? {
        Ok((stream, _)) => Ok(Socket { stream, fault, line: Arc::clone(line), ends_at }),
        Err(SocketError::Http(response)) if response.status().as_u16() == 401 => Err(OpenError::TokenRefused),
        Err(SocketError::Http(response)) => {
            Err(line.refused(response.body().as_deref().unwrap_or_default()).into())
        }
        Err(error) => {
            Err(fault.get().map_or_else(|| line.broken(&error), |fault| line.tls_fault(fault)).into())
        }
    }
}

fn upgrade_request(line: &Line, operation: Operation, token: &Token) -> Result<Request, CentreError> {
    let mut request = format!("wss://{}{}", line.host, operation.path())
        .into_client_request()
        .map_err(|_| line.garbled("an address that cannot be formed"))?;
    let mut value = HeaderValue::from_str(&token.header())
        .map_err(|_| line.garbled("a token that is no header value"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}

/// The websocket with its deadlines.
struct Socket {
    stream: WebSocketStream<Watched>,
    fault: Arc<OnceLock<rustls::Error>>,
    line: Arc<Line>,
    ends_at: Instant,
}

impl Socket {
    async fn send(&mut self, message: &TerminalMessage) -> Result<(), CentreError> {
        let (limit, is_total) = self.limit_now();
        let sending = self.stream.send(Message::text(message.to_text()));
        match tokio::time::timeout(limit, sending).await {
            Ok(sent) => sent.map_err(|error| self.broken(&error)),
            Err(_) => Err(self.late(limit, is_total, Awaited::Sending)),
        }
    }

    async fn receive(&mut self, awaited: Awaited) -> Result<CentreMessage, CentreError> {
        let (limit, is_total) = self.limit_now();
        match tokio::time::timeout(limit, self.next_text()).await {
            Ok(text) => CentreMessage::from_text(&text?).map_err(|fault| self.line.garbled(fault)),
            Err(_) => Err(self.late(limit, is_total, awaited)),
        }
    }

    async fn next_text(&mut self) -> Result<String, CentreError> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                // Answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_) | Message::Frame(_))) => {
                    return Err(self.line.garbled("a binary message"));
                }
                Some(Ok(Message::Close(_))) | None => {
                    return Err(self.line.garbled("the relay ended without an answer"));
                }
                Some(Err(error)) => return Err(self.broken(&error)),
            }
        }
    }

    /// How long the next message may take, and whether that is the rest of the whole relay's time.
    fn limit_now(&self) -> (Duration, bool) {
        let rest = self.ends_at.saturating_duration_since(Instant::now());
        let per_message = self.line.deadlines.relay_message;
        if rest < per_message { (rest, true) } else { (per_message, false) }
    }

    fn late(&self, waited: Duration, is_total: bool, awaited: Awaited) -> CentreError {
        if is_total { self.line.limit("seconds") } else { self.line.silent(waited, awaited) }
    }

    fn broken(&self, error: &SocketError) -> CentreError {
        match (self.fault.get(), error) {
            (Some(fault), _) => self.line.tls_fault(fault),
            (None, SocketError::Capacity(_)) => self.line.garbled("a message longer than allowed"),
            (None, _) => self.line.garbled("the relay was cut short"),
        }
    }
}
