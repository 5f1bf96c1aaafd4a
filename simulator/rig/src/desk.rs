//! A client of the daemon's local API.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::events::Events;
use crate::http::Client;
use crate::{PATIENCE, RigError};

/// A client of one desk. Cheap to clone; may be used by several threads.
#[derive(Debug, Clone)]
pub struct Desk {
    client: Client,
}

impl Desk {
    /// A client of the API at `base` with the token in `token_file`.
    ///
    /// # Errors
    /// [`RigError::File`] when the token cannot be read.
    pub fn new(base: &str, token_file: &Path) -> Result<Self, RigError> {
        Ok(Self { client: Client::new(base, token_file)? })
    }

    /// A client of the API behind the daemon's Unix socket, as this process's user: it needs no token.
    #[must_use]
    pub fn at_socket(socket: &Path) -> Self {
        Self { client: Client::at_socket(socket) }
    }

    /// `GET` of any route.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn get(&self, path: &str) -> Result<Value, RigError> {
        self.client.get(path, PATIENCE)
    }

    /// `POST` to any route.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, RigError> {
        self.client.post(path, body, PATIENCE)
    }

    /// `PUT` to any route.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value, RigError> {
        self.client.put(path, body, PATIENCE)
    }

    /// `DELETE` of any route.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn delete(&self, path: &str) -> Result<Value, RigError> {
        self.client.delete(path, PATIENCE)
    }

    /// The results that the ledger keeps.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn results(&self) -> Result<Value, RigError> {
        self.get("/v1/results")
    }

    /// Every reader's state.
    ///
    /// # Errors
    /// [`RigError`].
    pub fn readers(&self) -> Result<Value, RigError> {
        self.get("/v1/readers")
    }

    /// Opens the event stream, from behind `last_event_id` if that is given. Returns when the server has accepted,
    /// so nothing that happens afterwards is missed.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn events(&self, last_event_id: Option<&str>, patience: Duration) -> Result<Events, RigError> {
        Events::open(&self.client, "/v1/events", last_event_id, patience)
    }

    /// Opens the event stream from behind what this client's token has acknowledged.
    ///
    /// # Errors
    /// [`RigError`] when it is refused or does not answer in time.
    pub fn events_from_acknowledged(&self, patience: Duration) -> Result<Events, RigError> {
        Events::open(&self.client, "/v1/events?from=acknowledged", None, patience)
    }
}
