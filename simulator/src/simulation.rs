//! One simulated desk from start to end.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{FaceAccount, Moment};
use reader::conformance::UnitConfig;
use serde::Serialize;
use simulator_centre::{Account, Setup};
use simulator_firmware::MODELS;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::bench::{self, Guard};
use crate::centre::{LineOptions, MockCentre, SERVER_NAME, StartError};
use crate::desk_unit::{DeskUnit, UnitName};
use crate::feed::{self, Feed};
use crate::front::Front;
use crate::kiosk::Kiosk;
use crate::line::Line;
use crate::patients;
use crate::pcsc::{PcscError, Pcscd, Slot};
use crate::plays::Ways;
use crate::site::{self, INSTITUTION, Site, SiteParts, SiteReader};
use crate::stock::{Stock, StockError};
use crate::world::World;

/// Where the patients of the first, second … reader come from.
const LANES: [&str; 5] = ["内科", "小児科", "発熱外来", "再診", "会計"];

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the site and its files are written; made if absent.
    pub directory: PathBuf,
    /// One model for each reader; `all` stands for one of each.
    pub models: Vec<String>,
    /// Where issued cards are kept between starts.
    pub stock: PathBuf,
    /// Where the daemon's pages are, if that is known before it runs: the bench's page leads there.
    pub desk_url: Option<String>,
}

/// Why there is no simulation.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// No other end of this model exists here.
    #[error("no simulated reader of model `{0}`; there are: {known}, and all for the five", known = MODELS.join(", "))]
    Model(String),
    /// A site has at least one reader.
    #[error("no reader asked for")]
    NoReader,
    /// A file or socket.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The cards.
    #[error(transparent)]
    Stock(#[from] StockError),
    /// The PC/SC service.
    #[error(transparent)]
    Pcsc(#[from] PcscError),
    /// The mock centre.
    #[error(transparent)]
    Centre(#[from] StartError),
    /// The keys and lists of the cards' issuer.
    #[error(transparent)]
    Issue(#[from] simulator_card::IssueError),
    /// A name of ours is not of the form that it must have.
    #[error(transparent)]
    Name(#[from] model::IdError),
    /// A task panicked.
    #[error("a part of the simulator failed while starting")]
    Task(#[from] JoinError),
}

fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> SimulationError {
    move |source| SimulationError::Io { what, source }
}

/// What whoever started the simulator needs to know; the content of its ready file.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    /// This process.
    pub pid: u32,
    /// Address of the bench, `http://127.0.0.1:PORT`.
    pub bench: String,
    /// Holds the bench's token.
    pub bench_token_file: PathBuf,
    /// A code for the bench's page, good once.
    pub bench_code: String,
    /// The port in front of the mock centre, `127.0.0.1:PORT`.
    pub centre: String,
    /// For `PCSCLITE_CSOCK_NAME`.
    pub pcsc_socket: PathBuf,
    /// The configuration for `uketsuked`.
    pub site: PathBuf,
    /// The site's face folder.
    pub face_dir: PathBuf,
    /// The site's folder of requests.
    pub req_dir: PathBuf,
    /// The site's folder of answers.
    pub res_dir: PathBuf,
    /// Ids of the readers, in the order asked for.
    pub readers: Vec<String>,
    /// Processes that this one started.
    pub pids: Vec<i32>,
}

/// A running desk. It goes when this and every request of the bench is dropped: end the runtime to be sure.
#[derive(Debug)]
pub struct Simulation {
    ready: Ready,
    stop: CancellationToken,
    bench: JoinHandle<()>,
    _world: Arc<World>,
}

impl Simulation {
    /// Starts everything.
    ///
    /// # Errors
    /// [`SimulationError`]; what was started before is stopped again.
    pub async fn start(options: Options) -> Result<Self, SimulationError> {
        let Options { directory, models, stock, desk_url } = options;
        let models = known(models)?;
        site::private_folder(&directory).map_err(io("the directory cannot be made"))?;
        let directory = directory.canonicalize().map_err(io("the directory cannot be found"))?;
        // First and alone: it may take long, and whoever ends the simulator meanwhile must leave nothing behind.
        let stock = spawn_blocking(move || Stock::open(&stock)).await??;
        let slots = models.len();
        let pcscd = Arc::new(spawn_blocking(move || Pcscd::start(slots)).await??);

        let accounts = accounts(models.len())?;
        let centre_directory = directory.join("centre");
        site::private_folder(&centre_directory).map_err(io("the centre's directory cannot be made"))?;
        let setup = setup(&stock, accounts.clone())?;
        let centre = MockCentre::start(&centre_directory, setup, LineOptions::default()).await?;
        let feed = Feed::new();
        centre.listen(feed::centre_ear(feed.clone(), lanes_of(&accounts)));
        let line =
            Line::open(centre.address()).await.map_err(io("the line to the centre cannot be opened"))?;

        let ports = directory.join("ports");
        site::private_folder(&ports).map_err(io("the ports' directory cannot be made"))?;
        let mut units = Vec::new();
        let mut readers = Vec::new();
        for ((number, model), account) in (0_usize..).zip(&models).zip(&accounts) {
            let name = unit_name(number, model);
            let front = plug_in(number, model, &ports, &name.id, &feed)?;
            if let Some(slot) = pcscd.slot(number) {
                slot.listen(feed::apdu_ear(feed.clone(), &name.id));
            }
            readers.push(SiteReader {
                id: name.id.clone(),
                label: name.label.clone(),
                lane: name.lane.clone(),
                driver: model.clone(),
                port: front.place().to_string(),
                slot: pcscd.slot(number).map(Slot::reader_name).unwrap_or_default(),
                account: account.account.to_string(),
                password: account.password.clone(),
            });
            let kiosk = has_panel(&front).then(|| Kiosk::look(&name.id, site::daemon(&directory)));
            let unit = DeskUnit::new(name, front, kiosk, Arc::clone(&pcscd), number);
            units.push(unit.map_err(io("a reader cannot be joined with its slot"))?);
        }
        let ids = readers.iter().map(|reader| reader.id.clone()).collect();
        let parts = SiteParts {
            centre_endpoint: line.address().to_string(),
            centre_name: SERVER_NAME,
            centre_files: centre.files().clone(),
            photo_key: stock.issuer().face_root_public()?,
            card_ca: stock.issuer().auth_ca().to_vec(),
            readers,
        };
        let site = site::write(&directory, &parts).map_err(io("the site cannot be written"))?;

        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(io("the bench has no port"))?;
        let address = listener.local_addr().map_err(io("the bench has no port"))?;
        let token_file = directory.join("bench.token");
        let guard = Guard::create(address.port(), &token_file).map_err(io("the bench has no token"))?;
        let bench_code = guard.first_code().map_err(io("the bench has no code"))?;
        let bench = format!("http://{address}");
        let ways = Ways {
            bench: bench.clone(),
            token_file: token_file.clone(),
            desk: site::daemon(&directory).socket,
        };
        let ready = ready(Doors { bench, token_file, code: bench_code }, &line, &pcscd, site, ids);
        let world = Arc::new(World::new(units, stock, centre, line, feed));
        let stop = CancellationToken::new();
        world.set_desk_url(desk_url);
        let bench = bench::serve(listener, Arc::clone(&world), guard, ways, stop.clone());
        Ok(Self { ready, stop, bench, _world: world })
    }

    /// What whoever started it needs to know.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Ends the bench; the rest goes with the last request of the bench that is under way.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ended = self.bench.await;
    }
}

/// How the bench is reached.
struct Doors {
    bench: String,
    token_file: PathBuf,
    code: String,
}

fn ready(doors: Doors, line: &Line, pcscd: &Pcscd, site: Site, readers: Vec<String>) -> Ready {
    Ready {
        pid: std::process::id(),
        bench: doors.bench,
        bench_token_file: doors.token_file,
        bench_code: doors.code,
        centre: line.address().to_string(),
        pcsc_socket: pcscd.socket(),
        site: site.file,
        face_dir: site.face,
        req_dir: site.requests,
        res_dir: site.answers,
        readers,
        pids: vec![pcscd.pid()],
    }
}

/// The models, each known.
fn known(models: Vec<String>) -> Result<Vec<String>, SimulationError> {
    if models.is_empty() {
        return Err(SimulationError::NoReader);
    }
    let mut all = Vec::new();
    for model in models {
        match model.as_str() {
            "all" => all.extend(MODELS.iter().map(|model| (*model).to_owned())),
            known if MODELS.contains(&known) => all.push(model),
            _ => return Err(SimulationError::Model(model)),
        }
    }
    Ok(all)
}

fn unit_name(number: usize, model: &str) -> UnitName {
    let shown = number.saturating_add(1);
    let lane = LANES.iter().cycle().nth(number).copied().unwrap_or_default();
    UnitName {
        id: format!("front-{shown}"),
        label: format!("受付 {shown}"),
        lane: lane.to_owned(),
        model: model.to_owned(),
    }
}

/// A unit with a serial number of its own, `T` for test.
fn plug_in(
    number: usize,
    model: &str,
    directory: &Path,
    id: &str,
    feed: &Feed,
) -> Result<Front, SimulationError> {
    let seed = u64::try_from(number).unwrap_or(0);
    let serial = Some(format!("T{:07}", seed.saturating_add(1)));
    let config = UnitConfig { serial, seed, ..UnitConfig::default() };
    let unit = simulator_firmware::unit(model, config, Moment::ZERO)
        .ok_or_else(|| SimulationError::Model(model.to_owned()))?;
    let ear = feed::wire_ear(feed.clone(), id, model);
    Front::plug_in_heard(unit, directory, &format!("{model}-{id}"), ear)
        .map_err(io("a reader's port cannot be opened"))
}

/// Which account is which reader's.
fn lanes_of(accounts: &[Account]) -> Vec<(String, String)> {
    let readers = (0..).map(|number| unit_name(number, "").id);
    accounts.iter().map(|account| account.account.to_string()).zip(readers).collect()
}

/// Whether the terminal draws its screen: such a unit has no notice of its own.
fn has_panel(front: &Front) -> bool {
    front.control(|unit, _| unit.view().notice.is_empty())
}

/// One face account for each reader, with fresh passwords.
fn accounts(count: usize) -> Result<Vec<Account>, SimulationError> {
    (1..=count)
        .map(|number| {
            let account: FaceAccount = format!("F{number:07}").parse()?;
            let mut bytes = [0_u8; 12];
            getrandom::fill(&mut bytes)
                .map_err(|_| io("no password can be drawn")(std::io::Error::other("no randomness")))?;
            Ok(Account { account, password: bytes.iter().map(|byte| format!("{byte:02x}")).collect() })
        })
        .collect()
}

fn setup(stock: &Stock, accounts: Vec<Account>) -> Result<Setup, SimulationError> {
    let now = OffsetDateTime::now_utc();
    let issuer = stock.issuer();
    Ok(Setup {
        institution: INSTITUTION.parse()?,
        accounts,
        patients: stock.personas().iter().map(|persona| patients::patient(persona, now.date())).collect(),
        card_cas: vec![issuer.auth_ca().to_vec()],
        revocation_lists: vec![issuer.revocation_list(&stock.revoked(), now)?],
        policies: vec![Setup::TEST_POLICY.to_owned()],
        stand_in_seed: issuer.standin_seed().to_vec(),
    })
}
