//! What every route knows.

use crate::access::Routes;
use crate::cookies::Cookies;
use crate::hub::Hub;
use crate::pairing::Pairings;
use crate::port::DeskPort;
use crate::rate::Rates;
use crate::server::Limits;
use crate::tokens::Tokens;
use axum::body::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// One for each desk.
pub(crate) struct Shared {
    pub(crate) port: Arc<dyn DeskPort>,
    /// Where pages are opened.
    pub(crate) address: SocketAddr,
    pub(crate) hub: Hub,
    pub(crate) routes: Routes,
    pub(crate) tokens: Tokens,
    pub(crate) rates: Rates,
    pub(crate) cookies: Cookies,
    pub(crate) pairings: Pairings,
    pub(crate) limits: Limits,
    pub(crate) ending: CancellationToken,
    pub(crate) document: Bytes,
}
