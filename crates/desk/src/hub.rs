//! From the terminal to every listening consumer: one serialisation, then shared bytes.

use crate::body::{self, CentreBody, DamagedBody, FolderBody, ResultBody, StationBody, UntoldBody};
use axum::body::Bytes;
use model::{CallerName, CentreStatus, CommittedResult, FolderStatus, ResultId, ResultRow, StationStatus};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

/// Events a consumer may lag behind before it is cut off.
const BACKLOG: usize = 256;

/// What the terminal tells.
#[derive(Debug, Clone)]
pub enum DeskEvent {
    /// A result; it is in the ledger already.
    Result(Arc<CommittedResult>),
    /// A station changed.
    Station(StationStatus),
    /// The line to the centre changed.
    Centre(CentreStatus),
    /// A folder went away or came back.
    Folder(FolderStatus),
    /// Results were destroyed before a consumer had them.
    Untold {
        /// Who.
        consumer: CallerName,
        /// The first.
        from: ResultId,
        /// The last.
        to: ResultId,
        /// How many.
        count: u64,
    },
}

/// Takes events and hands them to every consumer. Clones are the same hub.
#[derive(Debug, Clone)]
pub struct Hub {
    live: broadcast::Sender<Frame>,
    /// The highest result id told. Held while telling, so that a new consumer knows exactly what it missed.
    told: Arc<Mutex<ResultId>>,
}

/// One event as it goes over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The result's id; other events have none and are not told again.
    pub(crate) id: Option<ResultId>,
    pub(crate) bytes: Bytes,
}

impl Hub {
    /// A hub without consumers.
    #[must_use]
    pub fn new() -> Self {
        Self { live: broadcast::Sender::new(BACKLOG), told: Arc::new(Mutex::new(ResultId(0))) }
    }

    /// Tells an event. Never waits for a consumer; results may be told in any order, consumers get them in order.
    pub fn publish(&self, event: DeskEvent) {
        let frame = match event {
            DeskEvent::Result(committed) => result_frame(&committed),
            DeskEvent::Station(status) => station_frame(&status),
            DeskEvent::Centre(status) => centre_frame(status),
            DeskEvent::Folder(status) => folder_frame(status),
            DeskEvent::Untold { consumer, from, to, count } => {
                let body = UntoldBody { consumer: consumer.into(), from: from.0, to: to.0, count };
                Frame { id: None, bytes: frame("untold", None, &body::json(&body)) }
            }
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = frame.id {
            *told = id.max(*told);
        }
        // Fails only if nobody listens.
        let _ = self.live.send(frame);
    }

    /// What is told from now on, and the highest result id told before.
    pub(crate) fn listen(&self) -> (broadcast::Receiver<Frame>, ResultId) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        (self.live.subscribe(), *told)
    }

    /// Results up to `id` were told before this hub was made.
    pub(crate) fn begin_after(&self, id: ResultId) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        *told = id.max(*told);
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

/// The telling of a result: a pure function of its ledger row.
pub(crate) fn result_frame(committed: &CommittedResult) -> Frame {
    let json = body::json(&ResultBody::of(committed));
    Frame { id: Some(committed.id), bytes: frame("result", Some(committed.id), &json) }
}

pub(crate) fn station_frame(status: &StationStatus) -> Frame {
    Frame { id: None, bytes: frame("station", None, &body::json(&StationBody::from(status))) }
}

pub(crate) fn centre_frame(status: CentreStatus) -> Frame {
    Frame { id: None, bytes: frame("centre", None, &body::json(&CentreBody::from(status))) }
}

pub(crate) fn folder_frame(status: FolderStatus) -> Frame {
    Frame { id: None, bytes: frame("folder", None, &body::json(&FolderBody::from(status))) }
}

/// In the place of a result whose row cannot be read stands a word of that: whoever reads on misses this one and no other.
pub(crate) fn row_frame(row: &ResultRow) -> Frame {
    match row {
        ResultRow::Whole(committed) => result_frame(committed),
        ResultRow::Damaged { id, .. } => {
            Frame { id: Some(*id), bytes: frame("damaged", Some(*id), &body::json(&DamagedBody::of(*id))) }
        }
    }
}

/// A server-sent event. JSON has no raw line ends, so one data line holds it.
pub(crate) fn frame(name: &str, id: Option<ResultId>, json: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(json.len() + 64);
    if let Some(id) = id {
        bytes.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    bytes.extend_from_slice(b"event: ");
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(b"\ndata: ");
    bytes.extend_from_slice(json);
    bytes.extend_from_slice(b"\n\n");
    bytes.into()
}
