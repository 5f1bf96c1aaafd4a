//! One relay over its websocket.

use super::listener::Channel;
use super::traffic::Traffic;
use super::{SERVER_NAME, Shared, now, random, routes};
use axum::extract::ws::{Message, WebSocket};
use centre_wire::{CentreMessage, Operation, TerminalMessage};
use model::{CentreSession, FaceAccount, Validity};
use simulator_centre::{Opening, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A whole relay; the terminal's own limit is shorter.
const WHOLE: Duration = Duration::from_secs(120);

pub(super) async fn serve(
    shared: Arc<Shared>,
    socket: WebSocket,
    channel: Channel,
    operation: Operation,
    account: FaceAccount,
) {
    let told = Telling { shared: &shared, operation, account: account.to_string(), began: Instant::now() };
    let serving = tokio::time::timeout(WHOLE, converse(&shared, socket, &channel, operation, account, &told));
    if let Some(Err(_)) = shared.stop.run_until_cancelled(serving).await {
        tracing::debug!("relay exceeded its time");
    }
}

async fn converse(
    shared: &Shared,
    mut socket: WebSocket,
    channel: &Channel,
    operation: Operation,
    logged_in: FaceAccount,
    told: &Telling<'_>,
) {
    let Some(TerminalMessage::Open { visit, account }) = receive(&mut socket, told).await else { return };
    let (Ok(exporter), Ok(nonce), Ok(name)) = (channel.exporter(&visit), random::<32>(), routes::name())
    else {
        return;
    };
    tracing::debug!(%visit, %account, version = ?channel.version(), "relay opened");
    let (endpoint, session) = (SERVER_NAME, CentreSession(name));
    let opening = Opening { operation, logged_in, visit, account, endpoint, exporter, session, nonce };
    let (mut relay, mut outputs) = shared.judge_relay(|judgement| judgement.open(opening, now()));
    while perform(&mut socket, outputs, told).await {
        outputs = match receive(&mut socket, told).await {
            Some(message) => shared.judge_relay(|judgement| judgement.take(&mut relay, message, now())),
            None => break,
        };
    }
    shared.judge_relay(|judgement| judgement.broken(&mut relay, now()));
}

/// Tells the messages of one relay: their kinds, never what is in them.
struct Telling<'a> {
    shared: &'a Shared,
    operation: Operation,
    account: String,
    began: Instant,
}

impl Telling<'_> {
    fn hears(&self, message: &str) {
        self.tell("to_centre", message.to_owned(), false);
    }

    fn says(&self, output: &Output) {
        let (message, last) = match output {
            Output::Send(CentreMessage::Nonce { .. }) => (String::from("nonce"), false),
            Output::Send(CentreMessage::Command { .. }) => (String::from("command"), false),
            Output::Send(CentreMessage::Answer { validity, .. }) => {
                (format!("answer {}", word(*validity)), true)
            }
            Output::Send(CentreMessage::Refused { code, .. }) => (format!("refused {code}"), true),
            Output::Raw(_) => (String::from("garbage"), false),
            Output::Silence => (String::from("silence"), true),
            Output::Close => (String::from("close"), true),
        };
        self.tell("to_terminal", message, last);
    }

    fn tell(&self, way: &'static str, outcome: String, last: bool) {
        let operation = match self.operation {
            Operation::PinLess => "relay pin-less",
            Operation::Pin => "relay pin",
            Operation::RegisterPinLess => "relay registration/pin-less",
            Operation::RegisterPin => "relay registration/pin",
        };
        self.shared.hear(Traffic {
            operation: operation.to_owned(),
            account: Some(self.account.clone()),
            way,
            outcome,
            took: last.then(|| self.began.elapsed()),
        });
    }
}

/// As the centre's own messages write it.
fn word(validity: Validity) -> String {
    let word = serde_json::to_value(validity).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Whether the relay goes on.
async fn perform(socket: &mut WebSocket, outputs: Vec<Output>, told: &Telling<'_>) -> bool {
    for output in outputs {
        told.says(&output);
        let sent = match output {
            Output::Send(message) => socket.send(Message::text(message.to_text())).await,
            Output::Raw(text) => socket.send(Message::text(text)).await,
            Output::Silence => {
                while socket.recv().await.is_some_and(|message| message.is_ok()) {}
                return false;
            }
            Output::Close => {
                let _gone_already = socket.send(Message::Close(None)).await;
                return false;
            }
        };
        if sent.is_err() {
            return false;
        }
    }
    true
}

/// The next message; `None` when the terminal is gone or sent what is none.
async fn receive(socket: &mut WebSocket, told: &Telling<'_>) -> Option<TerminalMessage> {
    loop {
        let Some(message) = socket.recv().await else {
            told.hears("terminal_gone");
            return None;
        };
        match message {
            Ok(Message::Text(text)) => {
                let message = TerminalMessage::from_text(&text).ok();
                told.hears(match &message {
                    Some(TerminalMessage::Open { .. }) => "open",
                    Some(TerminalMessage::Response { .. }) => "response",
                    Some(TerminalMessage::Refuse { .. }) => "refuse",
                    None => "no_message",
                });
                return message;
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Binary(_) | Message::Close(_)) | Err(_) => return None,
        }
    }
}
