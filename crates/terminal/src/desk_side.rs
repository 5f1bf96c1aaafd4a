//! The desk side: everything from a result on. Ledger, local API, folders, look-ups, retention; no reader and no card.
//!
//! [`crate::Terminal`] puts the stations on top of it. Whoever has results from elsewhere, e.g. a suite whose patients live
//! in virtual time, commits them here, and everything behind is the real thing.

use crate::clock::{self, Clock};
use crate::config::{CentreSettings, Config, FolderSettings, ReaderSettings};
use crate::exchanging;
use crate::lookups::Lookups;
use crate::pair::PairDesk;
use crate::pairings::Pairings;
use crate::panels::Panels;
use crate::passcode::{SitePasscode, StoredPasscode};
use crate::place::{starting, too_many};
use crate::retention::{self, Held};
use crate::seats::Seats;
use crate::shared::{Parts, Shared};
use crate::staff::StaffDesk;
use crate::telling::{self, FaceTelling, Wake};
use crate::terminal::{Ready, StartError};
use centre::Centre;
use desk::{Desk, DeskConfig, Hub, Limits};
use folders::{Exchange, ExchangeHandle};
use ledger::{Commit, Keep, Ledger, LedgerError, LedgerHandle, LedgerKey, LedgerThread};
use model::{Beside, Folder, StationState, StationStatus, Timestamp, VisitResult};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Acknowledged results are kept so long in any case: whoever must read them again still can (design promise 7).
const LEAST: Duration = Duration::from_secs(24 * 3600);

/// What wakes the face folder's thread, and the thread.
type FaceFolder = (SyncSender<Wake>, JoinHandle<()>);

/// The desk side of a running terminal.
pub struct DeskSide {
    ready: Ready,
    desk: Desk,
    thread: LedgerThread,
    face: Option<FaceFolder>,
    exchange: Option<(ExchangeHandle, JoinHandle<()>)>,
    retention: tokio::task::JoinHandle<()>,
    held: Held,
    keep: Keep,
    pub(crate) ledger: LedgerHandle,
    pub(crate) shared: Arc<Shared>,
    pub(crate) seats: Arc<Seats>,
}

impl std::fmt::Debug for DeskSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeskSide").field("ready", &self.ready).finish_non_exhaustive()
    }
}

impl DeskSide {
    /// Starts everything behind the stations; the API answers when this returns. Needs a tokio runtime around it. `stop`
    /// ends a pairing that is under way.
    ///
    /// # Errors
    /// If a file, the ledger or the address cannot be used. Folders and the centre may be away: they are shown as such
    /// and served when they come.
    pub fn start(config: &Config, stop: &CancellationToken) -> Result<Self, StartError> {
        let pairings = Pairings::read(&config.pairings_file).map_err(|cause| StartError::File {
            what: "pairings_file",
            path: config.pairings_file.clone(),
            cause: cause.to_string(),
        })?;
        Self::over(config, pairings, Clock::start(), stop)
    }

    pub(crate) fn over(
        config: &Config,
        pairings: Pairings,
        clock: Clock,
        stop: &CancellationToken,
    ) -> Result<Self, StartError> {
        let passcode = config.passcode_file.as_deref().map(passcode).transpose()?.map(Arc::new);
        let hub = Hub::new();
        let (wake, woken) = telling::folder_wake();
        let key = LedgerKey::read(&config.ledger.key_file, &config.ledger.file)?;
        let mut opened = Ledger::open(&config.ledger.file, key)?;
        let face = config.folders.face.clone();
        // Before anything can be committed: it is owed what comes from now on, or nothing is kept for it any more.
        if let Some(consumer) = telling::face_folder() {
            match &face {
                Some(_) => drop(opened.register(&consumer, clock::wall())?),
                None => drop(opened.forget_consumer(&consumer)?),
            }
        }
        let waker = face.is_some().then(|| wake.clone());
        let (thread, ledger) = LedgerThread::start(opened, telling::on_commit(hub.clone(), waker.clone()))?;
        let lookups = lookups(config, &ledger)?;
        let seats =
            Arc::new(Seats::of(driven(config).map(|reader| (reader.id.clone(), reader.slot.is_some()))));
        let pairing = PairDesk::new(Arc::clone(&seats), config.pairings_file.clone(), pairings, stop.clone());
        let shared = Arc::new(Shared::new(Parts {
            statuses: statuses(config, clock),
            panels: Panels::of(driven(config)),
            staff: StaffDesk::of(driven(config).map(|reader| &reader.id)),
            seats: Arc::clone(&seats),
            pairing,
            folders: config.folders.named().collect(),
            lookups: lookups.clone(),
            passcode,
            clock,
            certificate_until: centre::certificate_until(&config.centre.certificate_file),
            ledger: ledger.clone(),
            hub: hub.clone(),
        }));
        let desk = Desk::start(
            DeskConfig {
                tcp: config.desk.listen,
                socket: config.desk.socket.clone(),
                tokens_file: config.desk.tokens_file.clone(),
                limits: Limits {
                    idle: Duration::from_secs(60 * u64::from(config.desk.lock_minutes)),
                    ..Limits::default()
                },
            },
            Arc::clone(&shared) as Arc<dyn desk::DeskPort>,
            hub.clone(),
        )?;
        let ready = Ready { api: desk.address(), socket: config.desk.socket.clone() };
        let face = keep_face_folder(config.folders.clone(), face, &ledger, &shared, (wake, woken))?;
        let exchange = exchange(config, lookups, &ledger, &shared)?;
        let held = Held {
            ledger: ledger.clone(),
            hub,
            face_folder: waker,
            exchange: exchange.as_ref().map(|(handle, _)| handle.clone()),
        };
        let most = Duration::from_secs(u64::from(config.ledger.keep_days) * 24 * 3600);
        let keep = Keep { least: LEAST.min(most), most };
        let retention = tokio::spawn(retention::keep(held.clone(), keep));
        Ok(Self { ready, desk, thread, face, exchange, retention, held, keep, ledger, shared, seats })
    }

    /// How to reach it.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Commits a result as a station would: it is durable, and listeners were told, when this returns.
    ///
    /// # Errors
    /// As [`Ledger::commit`].
    pub async fn commit(&self, result: VisitResult, beside: Beside) -> Result<Commit, LedgerError> {
        self.ledger.commit(result, beside).await
    }

    /// Shows every reader in this state, as its station would.
    pub fn show_all(&self, state: StationState) {
        for status in desk::DeskPort::readers(&*self.shared) {
            self.shared.show(StationStatus { state, ..status });
        }
    }

    /// One round of retention, as if it were now.
    pub async fn retain(&self, now: Timestamp) {
        self.held.round(now, self.keep).await;
    }

    /// Ends the API's streams, then lets open requests finish, tells the folders and closes the ledger. Blocks on disks
    /// and shares on a thread of its own.
    pub async fn stop(self) {
        let Self { desk, thread, face, exchange, retention, .. } = self;
        retention.abort();
        // First: the end of a stream is noted as long as there is a ledger.
        desk.stop().await;
        let joined = tokio::task::spawn_blocking(move || {
            if let Some((handle, running)) = exchange {
                handle.stop();
                join("exchange", running);
            }
            if let Some((wake, running)) = face {
                // Fails only if the thread has ended already.
                let _ = wake.send(Wake::Stop);
                join("face folder", running);
            }
            thread.stop();
        });
        if joined.await.is_err() {
            tracing::error!("stopping panicked");
        }
    }
}

fn join(what: &str, thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!(thread = what, "ended with a panic");
    }
}

/// The readers that are not one too many.
pub(crate) fn driven(config: &Config) -> impl Iterator<Item = &ReaderSettings> + Clone {
    config.readers.iter().filter(|reader| !reader.too_many)
}

fn statuses(config: &Config, clock: Clock) -> Vec<StationStatus> {
    let status = |reader: &ReaderSettings| match reader.too_many {
        true => too_many(reader, clock.now().wall),
        false => starting(reader),
    };
    config.readers.iter().map(status).collect()
}

fn passcode(path: &Path) -> Result<SitePasscode, StartError> {
    StoredPasscode::read(path).map(SitePasscode::new).map_err(|cause| StartError::File {
        what: "passcode_file",
        path: path.to_owned(),
        cause: cause.to_string(),
    })
}

/// Absent where no reader is driven, and so no account is there to log in with.
fn lookups(config: &Config, ledger: &LedgerHandle) -> Result<Option<Lookups>, StartError> {
    let Some(reader) = driven(config).next() else { return Ok(None) };
    let centre = centre(&config.centre, reader)?;
    Ok(Some(Lookups::new(centre, reader.account.clone(), ledger.clone())))
}

fn keep_face_folder(
    settings: FolderSettings,
    path: Option<PathBuf>,
    ledger: &LedgerHandle,
    shared: &Arc<Shared>,
    (wake, woken): (SyncSender<Wake>, Receiver<Wake>),
) -> Result<Option<FaceFolder>, StartError> {
    let (Some(path), Some(consumer)) = (path, telling::face_folder()) else { return Ok(None) };
    let (ledger, shared) = (ledger.clone(), Arc::clone(shared));
    let running = thread("face folder".to_owned(), move || {
        FaceTelling::new(&settings, &path, &ledger, &shared, consumer).run(&woken);
    })?;
    Ok(Some((wake, running)))
}

fn exchange(
    config: &Config,
    lookups: Option<Lookups>,
    ledger: &LedgerHandle,
    shared: &Arc<Shared>,
) -> Result<Option<(ExchangeHandle, JoinHandle<()>)>, StartError> {
    let (Some((requests, answers)), Some(lookups)) = (&config.folders.exchange, lookups) else {
        return Ok(None);
    };
    let (mut exchange, handle) = Exchange::new(requests, answers, config.institution.clone());
    if config.folders.share {
        exchange = exchange.on_a_share();
    }
    let (ledger, shared) = (ledger.clone(), Arc::clone(shared));
    let running = thread("exchange".to_owned(), move || exchanging::run(exchange, lookups, ledger, &shared))?;
    Ok(Some((handle, running)))
}

/// A line of its own for each reader: a connection is driven by its station's thread, and no reader waits for
/// another's.
pub(crate) fn centre(settings: &CentreSettings, reader: &ReaderSettings) -> Result<Centre, StartError> {
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

pub(crate) fn thread(
    name: String,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, StartError> {
    std::thread::Builder::new()
        .name(name)
        .spawn(work)
        .map_err(|cause| StartError::System { what: "a thread", cause: cause.to_string() })
}

pub(crate) fn read(path: &Path, what: &'static str) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|cause| StartError::File {
        what,
        path: path.to_owned(),
        cause: cause.to_string(),
    })
}

impl FolderSettings {
    /// The folders that this site has.
    fn named(&self) -> impl Iterator<Item = Folder> {
        let face = self.face.is_some().then_some(Folder::Face);
        let exchange = self.exchange.is_some().then_some([Folder::Requests, Folder::Answers]);
        face.into_iter().chain(exchange.into_iter().flatten())
    }
}
