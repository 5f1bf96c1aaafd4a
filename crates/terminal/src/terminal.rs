//! Starting and stopping the whole of one site's machine.

use crate::clock::Clock;
use crate::config::{CentreSettings, Config, ReaderSettings};
use crate::pair::PairDesk;
use crate::pairings::Pairings;
use crate::panels::Panels;
use crate::passcode::{SitePasscode, StoredPasscode};
use crate::place::{Place, Trust, starting, too_many};
use crate::seats::{Seat, Seats};
use crate::shared::Shared;
use crate::staff::StaffDesk;
use crate::telling::{self, Wake};
use crate::{retention, supervise};
use centre::Centre;
use desk::{Desk, DeskConfig, Hub, Limits};
use devices::pcsc::Watcher;
use failure::codes;
use folders::FaceFolder;
use ledger::{Ledger, LedgerHandle, LedgerKey, LedgerThread};
use model::{FailureCode, ReaderId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A disk or share that hangs is not waited for longer than this.
const STOP: Duration = Duration::from_secs(15);
/// A station that does not end within this is left behind at stop: its card or its driver is stuck.
const STATION_STOP: Duration = Duration::from_secs(5);

/// Why a terminal does not start. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file that the configuration names cannot be used.
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
    /// The face folder.
    #[error(transparent)]
    Folder(#[from] folders::FolderError),
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
            Self::Folder(error) => error.code(),
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
    /// The token's file.
    pub token_file: PathBuf,
}

/// A running terminal.
#[derive(Debug)]
pub struct Terminal {
    ready: Ready,
    stop: CancellationToken,
    /// Says nothing; disconnected when every station has ended.
    stations: Receiver<()>,
    watcher: Watcher,
    desk: Desk,
    ledger: LedgerThread,
    folder: Option<(SyncSender<Wake>, JoinHandle<()>)>,
    retention: tokio::task::JoinHandle<()>,
}

impl Terminal {
    /// Starts everything; the API answers when this returns.
    ///
    /// # Errors
    /// If a file, the ledger, the folder or the address cannot be used. Readers, cards and the centre may be away:
    /// they are shown as such and served when they come.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let clock = Clock::start();
        let trust = Trust {
            photo: pem(&config.card.photo_ca_file, "photo_ca_file", card::FaceTrust::from_pem)?,
            jpki: pem(&config.card.jpki_ca_file, "jpki_ca_file", card::CardCas::from_pem)?,
        };
        let passcode = config.passcode_file.as_deref().map(passcode).transpose()?.map(Arc::new);
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let pairings = Pairings::read(&config.pairings_file).map_err(|cause| StartError::File {
            what: "pairings_file",
            path: config.pairings_file.clone(),
            cause: cause.to_string(),
        })?;
        let driven = || config.readers.iter().filter(|reader| !reader.too_many);
        let centres: Result<Vec<Centre>, StartError> =
            driven().map(|reader| centre(&config.centre, reader)).collect();
        let hub = Hub::new();
        let (wake, woken) = telling::folder_wake();
        let folder = config.face_folder.as_ref().map(FaceFolder::open).transpose()?;
        let key = LedgerKey::read(&config.ledger.key_file, &config.ledger.file)?;
        let opened = Ledger::open(&config.ledger.file, key)?;
        let folder_waker = folder.is_some().then(|| wake.clone());
        let (ledger, handle) = LedgerThread::start(opened, telling::on_commit(hub.clone(), folder_waker))?;
        let status = |reader: &ReaderSettings| match reader.too_many {
            true => too_many(reader, clock.now().wall),
            false => starting(reader),
        };
        let statuses = config.readers.iter().map(status).collect();
        let panels = Panels::of(driven().map(|reader| (&reader.id, reader.factory)));
        let staff = StaffDesk::of(driven().map(|reader| &reader.id));
        let stop = CancellationToken::new();
        let slots = slots(driven(), &pairings);
        let seats = Arc::new(Seats::of(driven().map(|reader| (reader.id.clone(), reader.slot.is_some()))));
        let pairing = PairDesk::new(Arc::clone(&seats), config.pairings_file.clone(), pairings, stop.clone());
        let seated = (Arc::clone(&seats), pairing);
        let shared = Arc::new(Shared::new(statuses, (panels, staff), seated, handle.clone(), hub.clone()));
        let desk = Desk::start(
            DeskConfig {
                tcp: config.desk.listen,
                socket: config.desk.socket.clone(),
                token_file: config.desk.token_file.clone(),
                limits: Limits::default(),
            },
            Arc::clone(&shared) as Arc<dyn desk::DeskPort>,
            hub,
        )?;
        let folder = folder.map(|folder| keep_folder(folder, handle.clone(), wake, woken)).transpose()?;
        let ready =
            Ready { api: desk.address(), socket: config.desk.socket, token_file: config.desk.token_file };

        let names: Vec<String> = slots.values().cloned().collect();
        let watcher = Watcher::start(&names)
            .map_err(|cause| StartError::System { what: "a thread", cause: cause.to_string() })?;
        let (alive, stations) = channel();
        let settings = config.readers.into_iter().filter(|reader| !reader.too_many);
        for (settings, centre) in settings.zip(centres?) {
            let Some(seat) = seats.reader(&settings.id) else { continue };
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
                passcode: passcode.clone(),
                trust: trust.clone(),
                centre,
                stand_in: config.centre.stand_in,
                ledger: handle.clone(),
                shared: Arc::clone(&shared),
                insertion: AtomicU64::new(0),
            };
            let (stop, alive) = (stop.clone(), alive.clone());
            thread(name, move || {
                supervise::run(place, &stop);
                drop(alive);
            })?;
        }
        let keep = Duration::from_secs(u64::from(config.ledger.keep_days) * 24 * 3600);
        let retention = tokio::spawn(retention::keep(handle, keep));
        Ok(Self { ready, stop, stations, watcher, desk, ledger, folder, retention })
    }

    /// How to reach it.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Ends visits, finishes what is on its way to the ledger, tells the folder, closes the API.
    pub async fn stop(self) {
        self.stop.cancel();
        self.retention.abort();
        let stations = self.stations;
        let (ledger, folder, watcher) = (self.ledger, self.folder, self.watcher);
        let joined = tokio::task::spawn_blocking(move || {
            if stations.recv_timeout(STATION_STOP) == Err(RecvTimeoutError::Timeout) {
                tracing::warn!("a station did not stop in time; it is left behind");
            }
            if !watcher.stop(STATION_STOP) {
                tracing::warn!("the PC/SC watcher did not stop in time");
            }
            if let Some((wake, thread)) = folder {
                // Fails only if the thread has ended already.
                let _ = wake.send(Wake::Stop);
                if thread.join().is_err() {
                    tracing::error!("the face folder's thread ended with a panic");
                }
            }
            ledger.stop();
        });
        self.desk.stop().await;
        match tokio::time::timeout(STOP, joined).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("stopping panicked"),
            // Nothing is lost: what is in the ledger is told at the next start.
            Err(_) => tracing::error!("a disk or share does not answer; it is left behind"),
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

/// A line of its own for each reader: a connection is driven by its station's thread, and no reader waits for
/// another's.
fn centre(settings: &CentreSettings, reader: &ReaderSettings) -> Result<Centre, StartError> {
    let password = read(&reader.password_file, "face_password_file")?;
    let password = centre::Password::new(String::from_utf8_lossy(&password).trim().to_owned());
    let of = |seconds: u16| Duration::from_secs(seconds.into());
    let seconds = settings.seconds;
    Ok(Centre::new(centre::CentreConfig {
        endpoint: settings.endpoint.clone(),
        server_name: settings.server_name.clone(),
        ca_pem_file: settings.ca_file.clone(),
        certificate_pem_file: settings.certificate_file.clone(),
        key_pem_file: settings.key_file.clone(),
        deadlines: centre::Deadlines {
            connect: of(seconds.connect),
            handshake: of(seconds.connect),
            login: of(seconds.answer),
            relay_message: of(seconds.message),
            relay_total: of(seconds.relay),
            answer: of(seconds.answer),
        },
        accounts: [(reader.account.clone(), password)].into(),
    })?)
}

fn passcode(path: &Path) -> Result<SitePasscode, StartError> {
    StoredPasscode::read(path).map(SitePasscode::new).map_err(|cause| StartError::File {
        what: "passcode_file",
        path: path.to_owned(),
        cause: cause.to_string(),
    })
}

fn keep_folder(
    folder: FaceFolder,
    ledger: LedgerHandle,
    wake: SyncSender<Wake>,
    woken: Receiver<Wake>,
) -> Result<(SyncSender<Wake>, JoinHandle<()>), StartError> {
    let runtime = tokio::runtime::Handle::current();
    let thread =
        thread("face folder".to_owned(), move || telling::keep_folder(&folder, &ledger, &runtime, &woken))?;
    Ok((wake, thread))
}

fn thread(name: String, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StartError> {
    std::thread::Builder::new()
        .name(name)
        .spawn(work)
        .map_err(|cause| StartError::System { what: "a thread", cause: cause.to_string() })
}

fn pem<T>(
    path: &Path,
    what: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, card::TrustError>,
) -> Result<T, StartError> {
    let bytes = read(path, what)?;
    parse(&bytes).map_err(|cause| StartError::File { what, path: path.to_owned(), cause: cause.to_string() })
}

fn read(path: &Path, what: &'static str) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|cause| StartError::File {
        what,
        path: path.to_owned(),
        cause: cause.to_string(),
    })
}
