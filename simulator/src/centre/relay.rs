//! One relay over its websocket.

use super::listener::Channel;
use super::{SERVER_NAME, Shared, now, random, routes};
use axum::extract::ws::{Message, WebSocket};
use centre_wire::{Operation, TerminalMessage};
use model::{CentreSession, FaceAccount};
use simulator_centre::{Opening, Output};
use std::sync::Arc;
use std::time::Duration;

/// A whole relay; the terminal's own limit is shorter.
const WHOLE: Duration = Duration::from_secs(120);

pub(super) async fn serve(
    shared: Arc<Shared>,
    socket: WebSocket,
    channel: Channel,
    operation: Operation,
    account: FaceAccount,
) {
    let serving = tokio::time::timeout(WHOLE, converse(&shared, socket, &channel, operation, account));
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
) {
    let Some(TerminalMessage::Open { visit, account }) = receive(&mut socket).await else { return };
    let (Ok(exporter), Ok(nonce), Ok(name)) = (channel.exporter(&visit), random::<32>(), routes::name())
    else {
        return;
    };
    tracing::debug!(%visit, %account, version = ?channel.version(), "relay opened");
    let (endpoint, session) = (SERVER_NAME, CentreSession(name));
    let opening = Opening { operation, logged_in, visit, account, endpoint, exporter, session, nonce };
    let (mut relay, mut outputs) = shared.judge_relay(|judgement| judgement.open(opening, now()));
    while perform(&mut socket, outputs).await {
        outputs = match receive(&mut socket).await {
            Some(message) => shared.judge_relay(|judgement| judgement.take(&mut relay, message, now())),
            None => break,
        };
    }
    shared.judge_relay(|judgement| judgement.broken(&mut relay, now()));
}

/// Whether the relay goes on.
async fn perform(socket: &mut WebSocket, outputs: Vec<Output>) -> bool {
    for output in outputs {
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
async fn receive(socket: &mut WebSocket) -> Option<TerminalMessage> {
    loop {
        match socket.recv().await? {
            Ok(Message::Text(text)) => return TerminalMessage::from_text(&text).ok(),
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Binary(_) | Message::Close(_)) | Err(_) => return None,
        }
    }
}
