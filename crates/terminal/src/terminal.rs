//! Starting and stopping the whole of one site's machine.

use crate::clock::Clock;
use crate::config::{Config, ReaderSettings};
use crate::desk_side::{DeskSide, centre, driven, read, thread};
use crate::pairings::Pairings;
use crate::place::{Place, Trust};
use crate::seats::Seat;
use crate::supervise;
use centre::Centre;
use devices::pcsc::Watcher;
use failure::codes;
use model::{FailureCode, ReaderId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A disk or share that hangs is not waited for longer than this.
const STOP: Duration = Duration::from_secs(15);
/// A station that does not end within this is left behind at stop: its card or its driver is stuck.
const STATION_STOP: Duration = Duration::from_secs(5);

/// Why a terminal does not start. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file that the configuration or the command line names cannot be used.
    #[error("{what} {path} を使えません。パス、権限、内容を確認してください / {what} {path} cannot be used: check path, permissions and content: {cause}", path = path.display())]
    File {
        /// What the file is.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The centre's settings.
    #[error(transparent)]
    Centre(#[from] centre::CentreError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ledger::LedgerError),
    /// The local API.
    #[error(transparent)]
    Desk(#[from] desk::DeskError),
    /// The system gives no thread or no randomness.
    #[error("システム資源が足りません / the system refuses {what}: {cause}")]
    System {
        /// What was wanted.
        what: &'static str,
        /// Why it was refused.
        cause: String,
    },
}

impl StartError {
    /// The catalogue's code.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        match self {
            Self::File { .. } => codes::CONFIG_INVALID,
            Self::Centre(error) => error.code(),
            Self::Ledger(error) => error.code(),
            Self::Desk(error) => error.code(),
            Self::System { .. } => codes::INTERNAL,
        }
    }
}

/// How to reach a terminal that answers.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The API's address.
    pub api: SocketAddr,
    /// The API's Unix socket.
    pub socket: PathBuf,
}

/// A running terminal.
#[derive(Debug)]
pub struct Terminal {
    desk_side: DeskSide,
    stop: CancellationToken,
    /// Says nothing; disconnected when every station has ended.
    stations: Receiver<()>,
    watcher: Watcher,
}

impl Terminal {
    /// Starts everything; the API answers when this returns.
    ///
    /// # Errors
    /// If a file, the ledger or the address cannot be used. Readers, cards, folders and the centre may be away: they are
    /// shown as such and served when they come.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let clock = Clock::start();
        let trust = Trust {
            photo: pem(&config.card.photo_ca_file, "photo_ca_file", card::FaceTrust::from_pem)?,
            jpki: pem(&config.card.jpki_ca_file, "jpki_ca_file", card::CardCas::from_pem)?,
        };
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let pairings = Pairings::read(&config.pairings_file).map_err(|cause| StartError::File {
            what: "pairings_file",
            path: config.pairings_file.clone(),
            cause: cause.to_string(),
        })?;
        let centres: Result<Vec<Centre>, StartError> =
            driven(&config).map(|reader| centre(&config.centre, reader)).collect();
        let centres = centres?;
        let slots = slots(driven(&config), &pairings);
        let stop = CancellationToken::new();
        let desk_side = DeskSide::over(&config, pairings, clock, &stop)?;

        let names: Vec<String> = slots.values().cloned().collect();
        let watcher = Watcher::start(&names)
            .map_err(|cause| StartError::System { what: "a thread", cause: cause.to_string() })?;
        let (alive, stations) = channel();
        let settings = config.readers.into_iter().filter(|reader| !reader.too_many);
        for (settings, centre) in settings.zip(centres) {
            let Some(seat) = desk_side.seats.reader(&settings.id) else { continue };
            if let Some(name) = slots.get(&settings.id)
                && let Some(changes) = watcher.slot(name)
            {
                seat.seat.send_replace(Some(Seat::watched(name, changes)));
            }
            let name = format!("station {}", settings.id);
            let place = Place {
                seat: Arc::clone(seat),
                settings,
                institution: config.institution.clone(),
                clock,
                deadlines: config.deadlines,
                passcode: desk_side.shared.passcode.clone(),
                trust: trust.clone(),
                centre,
                stand_in: config.centre.stand_in,
                ledger: desk_side.ledger.clone(),
                shared: Arc::clone(&desk_side.shared),
                insertion: AtomicU64::new(0),
            };
            let (stop, alive) = (stop.clone(), alive.clone());
            thread(name, move || {
                supervise::run(place, &stop);
                drop(alive);
            })?;
        }
        Ok(Self { desk_side, stop, stations, watcher })
    }

    /// How to reach it.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        self.desk_side.ready()
    }

    /// Ends visits, finishes what is on its way to the ledger, tells the folders, closes the API.
    pub async fn stop(self) {
        self.stop.cancel();
        let Self { desk_side, stations, watcher, .. } = self;
        let stopped = async {
            let ended = tokio::task::spawn_blocking(move || {
                if stations.recv_timeout(STATION_STOP) == Err(RecvTimeoutError::Timeout) {
                    tracing::warn!("a station did not stop in time; it is left behind");
                }
                if !watcher.stop(STATION_STOP) {
                    tracing::warn!("the PC/SC watcher did not stop in time");
                }
            });
            if ended.await.is_err() {
                tracing::error!("stopping panicked");
            }
            // Only now: what the stations brought home is told too.
            desk_side.stop().await;
        };
        if tokio::time::timeout(STOP, stopped).await.is_err() {
            // Nothing is lost: what is in the ledger is told at the next start.
            tracing::error!("a disk or share does not answer; it is left behind");
        }
    }
}

/// The slot of every reader that has one: by configuration, which holds over a card's pairing, or by that.
fn slots<'a>(
    readers: impl Iterator<Item = &'a ReaderSettings> + Clone,
    pairings: &Pairings,
) -> HashMap<ReaderId, String> {
    let configured = |name: &str| readers.clone().any(|reader| reader.slot.as_deref() == Some(name));
    let slot = |reader: &ReaderSettings| match &reader.slot {
        Some(slot) => Some(slot.clone()),
        None => {
            let paired = pairings.slot(&reader.id)?;
            if configured(paired) {
                tracing::warn!(reader = %reader.id, slot = paired, code = %codes::SLOT_UNPAIRED, "the slot is another reader's by configuration");
                return None;
            }
            Some(paired.to_owned())
        }
    };
    readers.clone().filter_map(|reader| Some((reader.id.clone(), slot(reader)?))).collect()
}

fn pem<T>(
    path: &Path,
    what: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, card::TrustError>,
) -> Result<T, StartError> {
    let bytes = read(path, what)?;
    parse(&bytes).map_err(|cause| StartError::File { what, path: path.to_owned(), cause: cause.to_string() })
}
