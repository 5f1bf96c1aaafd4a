//! The site's configuration: read whole, checked at start, every fault named with its line.

use crate::deadlines::VisitTable;
use devices::address::Address;
use model::{FaceAccount, FailureCode, InstitutionCode, ReaderId};
use oqs::Encoding;
use reader::profile::Units;
use reader::{ReaderFactory, Stated};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::Spanned;
use visit::Deadlines;

/// A configuration that was checked.
#[derive(Debug)]
pub struct Config {
    /// 医療機関コード.
    pub institution: InstitutionCode,
    /// The local API.
    pub desk: DeskSettings,
    /// The durable store.
    pub ledger: LedgerSettings,
    /// The folders for receipt computers that know only folders.
    pub folders: FolderSettings,
    /// The centre.
    pub centre: CentreSettings,
    /// What is believed of cards.
    pub card: CardSettings,
    /// How long each step of a visit may take.
    pub deadlines: Deadlines,
    /// Salt and hash of the site's passcode; absent if staff are not to take over the check at a reader.
    pub passcode_file: Option<PathBuf>,
    /// The readers, at least one.
    pub readers: Vec<ReaderSettings>,
    /// Where the slots of readers stand that were paired by a card.
    pub pairings_file: PathBuf,
    /// What is no fault, but not what was meant; each names its line.
    pub warnings: Vec<String>,
}

/// `[desk]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskSettings {
    /// Loopback address; port 0 takes any free one.
    #[serde(default = "any_loopback_port")]
    pub listen: SocketAddr,
    /// The Unix socket.
    pub socket: PathBuf,
    /// The file of the tokens' hashes; made if absent.
    pub tokens_file: PathBuf,
    /// After so many minutes without a hand on it the board locks itself: 1 to 60.
    #[serde(default = "three_minutes", deserialize_with = "minutes")]
    pub lock_minutes: u8,
}

const fn three_minutes() -> u8 {
    3
}

fn minutes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let minutes = u8::deserialize(deserializer)?;
    if (1..=60).contains(&minutes) {
        Ok(minutes)
    } else {
        Err(serde::de::Error::custom(format!("lock_minutes: {minutes} is not 1 to 60")))
    }
}

/// `[ledger]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// The SQLite file.
    pub file: PathBuf,
    /// The key's file, elsewhere.
    pub key_file: PathBuf,
    /// After so many days a result is destroyed: 1 to 7 (design promise 7).
    #[serde(default = "a_week", deserialize_with = "days")]
    pub keep_days: u8,
}

const fn a_week() -> u8 {
    7
}

fn days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let days = u8::deserialize(deserializer)?;
    if (1..=7).contains(&days) {
        Ok(days)
    } else {
        Err(serde::de::Error::custom(format!("keep_days: {days} is not 1 to 7")))
    }
}

/// `[folders]`, checked.
#[derive(Debug, Clone)]
pub struct FolderSettings {
    /// Where results are pushed; absent if this site has no such folder.
    pub face: Option<PathBuf>,
    /// Where requests come from and answers go to; absent if this site has no such folders.
    pub exchange: Option<(PathBuf, PathBuf)>,
    /// The encoding of what is pushed. An answer has the encoding of its request.
    pub encoding: Encoding,
    /// Whether they lie on another machine, of whose doings this system tells nothing.
    pub share: bool,
}

/// `[centre]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreSettings {
    /// `host:port`.
    pub endpoint: String,
    /// The name in the centre's certificate.
    pub server_name: String,
    /// The CA that the centre's certificate must lead to.
    pub ca_file: PathBuf,
    /// The terminal's certificate.
    pub certificate_file: PathBuf,
    /// Its key.
    pub key_file: PathBuf,
    /// Whether the simulator's stand-in for signing without PIN may be used, if centre and card are the simulator's.
    #[serde(default)]
    pub stand_in: StandIn,
    /// How long things may take.
    #[serde(default)]
    pub seconds: CentreSeconds,
}

/// `[centre.seconds]`: deadlines of the line to the centre.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CentreSeconds {
    /// Name resolution and connection.
    pub connect: u16,
    /// One message of a relay.
    pub message: u16,
    /// A whole relay; the centre is expected to need 3 to 7 s (workflow.md section 5).
    pub relay: u16,
    /// One request.
    pub answer: u16,
}

impl Default for CentreSeconds {
    fn default() -> Self {
        Self { connect: 3, message: 5, relay: 15, answer: 8 }
    }
}

/// What is done about signing without PIN, whose real way is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum StandIn {
    /// No stand-in.
    #[default]
    Refused,
    /// The simulator's, and only with the simulator's centre and cards.
    Simulator,
}

/// `[card]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardSettings {
    /// RSA keys whose signatures on card photos are believed, PEM.
    pub photo_ca_file: PathBuf,
    /// CA certificates of authentication certificates, PEM.
    pub jpki_ca_file: PathBuf,
}

/// `[[reader]]`, checked.
pub struct ReaderSettings {
    /// Its id.
    pub id: ReaderId,
    /// What staff call it.
    pub label: String,
    /// Where its patients come from.
    pub lane: String,
    /// Its driver.
    pub factory: &'static dyn ReaderFactory,
    /// Its port.
    pub port: Address,
    /// Its card slot; absent if reader and slot are paired by a card.
    pub slot: Option<String>,
    /// One more than the terminal may carry of this model: its port stays closed.
    pub too_many: bool,
    /// Its account at the centre.
    pub account: FaceAccount,
    /// That account's password, in a file of its own.
    pub password_file: PathBuf,
}

impl std::fmt::Debug for ReaderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReaderSettings")
            .field("id", &self.id)
            .field("driver", &self.factory.name())
            .finish_non_exhaustive()
    }
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("設定ファイル {path} を読めません。パスと権限を確認してください / cannot read the configuration {path}: check path and permissions: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A fault at a line.
    #[error("設定ファイル {path} の {line} 行目に誤りがあります / fault in the configuration {path}, line {line}: {fault}", path = path.display())]
    AtLine {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there and what would be right.
        fault: String,
    },
}

impl ConfigError {
    /// The catalogue's code.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        failure::codes::CONFIG_INVALID
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    site: Site,
    desk: DeskSettings,
    ledger: LedgerSettings,
    #[serde(default)]
    folders: Folders,
    centre: CentreSettings,
    card: CardSettings,
    #[serde(default)]
    visit: VisitTable,
    #[serde(default)]
    visual: Visual,
    #[serde(default)]
    licences: BTreeMap<Spanned<String>, u8>,
    reader: Vec<Spanned<Reader>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    institution: Spanned<String>,
    pairings_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Folders {
    face: Option<Spanned<PathBuf>>,
    requests: Option<Spanned<PathBuf>>,
    answers: Option<Spanned<PathBuf>>,
    #[serde(default)]
    encoding: EncodingWord,
    #[serde(default)]
    share: bool,
}

/// An encoding as it is written in the file.
#[derive(Deserialize, Default, Clone, Copy)]
enum EncodingWord {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "shift_jis")]
    ShiftJis,
}

impl Folders {
    /// The folders; or where the fault is, and which.
    fn checked(self) -> Result<FolderSettings, (usize, String)> {
        let exchange = match (self.requests, self.answers) {
            (None, None) => None,
            (Some(requests), Some(answers)) if requests.get_ref() == answers.get_ref() => {
                return Err((
                    answers.span().start,
                    String::from("answers: must be another folder than requests"),
                ));
            }
            (Some(requests), Some(answers)) => Some((requests.into_inner(), answers.into_inner())),
            (Some(alone), None) => {
                return Err((alone.span().start, String::from("requests: name the folder `answers` too")));
            }
            (None, Some(alone)) => {
                return Err((alone.span().start, String::from("answers: name the folder `requests` too")));
            }
        };
        if let (Some(face), Some((requests, answers))) = (&self.face, &exchange)
            && [requests, answers].contains(&face.get_ref())
        {
            return Err((
                face.span().start,
                String::from("face: must be another folder than requests and answers"),
            ));
        }
        let encoding = match self.encoding {
            EncodingWord::Utf8 => Encoding::Utf8,
            EncodingWord::ShiftJis => Encoding::Cp932,
        };
        Ok(FolderSettings { face: self.face.map(Spanned::into_inner), exchange, encoding, share: self.share })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Visual {
    passcode_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reader {
    id: Spanned<String>,
    label: String,
    #[serde(default)]
    lane: String,
    driver: Spanned<String>,
    port: Spanned<String>,
    slot: Option<Spanned<String>>,
    face_account: Spanned<String>,
    face_password_file: PathBuf,
}

const fn any_loopback_port() -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0)
}

impl Config {
    /// Reads and checks a file. Only the drivers of `factories` are known.
    ///
    /// # Errors
    /// If the file cannot be read or has a fault; the error names the line.
    pub fn read(path: &Path, factories: &[&'static dyn ReaderFactory]) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text, factories)
    }

    /// Checks a text; `path` is for messages.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(
        path: &Path,
        text: &str,
        factories: &[&'static dyn ReaderFactory],
    ) -> Result<Self, ConfigError> {
        let at = |offset: usize, fault: String| ConfigError::AtLine {
            path: path.to_owned(),
            line: line(text, offset),
            fault,
        };
        let file: File = toml::from_str(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let institution = file
            .site
            .institution
            .get_ref()
            .parse()
            .map_err(|error| at(file.site.institution.span().start, format!("institution: {error}")))?;
        if !file.desk.listen.ip().is_loopback() {
            let offset = text.find("listen").unwrap_or(0);
            return Err(at(
                offset,
                format!("listen: {} is not a loopback address; use 127.0.0.1", file.desk.listen),
            ));
        }
        if file.reader.is_empty() {
            return Err(at(text.len(), "no [[reader]]: name at least one".to_owned()));
        }
        let folders = file.folders.checked().map_err(|(offset, fault)| at(offset, fault))?;
        let deadlines = file.visit.checked().map_err(|(offset, fault)| at(offset, fault))?;
        let known = |driver: &Spanned<String>, key: &str| {
            let found = factories.iter().find(|factory| factory.name() == driver.get_ref()).copied();
            found.ok_or_else(|| {
                let names: Vec<_> = factories.iter().map(|factory| factory.name()).collect();
                let fault =
                    format!("{key}: {:?} is not known; known are {}", driver.get_ref(), names.join(", "));
                at(driver.span().start, fault)
            })
        };
        for driver in file.licences.keys() {
            known(driver, "licences")?;
        }
        let licences: HashMap<&str, u8> =
            file.licences.iter().map(|(driver, owned)| (driver.get_ref().as_str(), *owned)).collect();
        let mut seen = Seen::default();
        let mut units = Counted::default();
        let mut readers = Vec::new();
        let mut warnings = Vec::new();
        for reader in file.reader {
            let reader = reader.into_inner();
            seen.once("id", reader.id.get_ref()).map_err(|fault| at(reader.id.span().start, fault))?;
            let factory = known(&reader.driver, "driver")?;
            let port = Address::for_link(factory.link(), reader.port.get_ref())
                .map_err(|fault| at(reader.port.span().start, format!("port: {fault}")))?;
            seen.once("port", &port.to_string()).map_err(|fault| at(reader.port.span().start, fault))?;
            if let Some(slot) = &reader.slot {
                seen.once("slot", slot.get_ref()).map_err(|fault| at(slot.span().start, fault))?;
            }
            seen.once("face_account", reader.face_account.get_ref())
                .map_err(|fault| at(reader.face_account.span().start, fault))?;
            let owned = licences.get(factory.name()).copied().unwrap_or(0);
            let too_many = units.one_more(factory, owned);
            if let Some(most) = too_many {
                warnings.push(format!(
                    "{line} 行目：{id} の {model} は {most} 台までです。このカードリーダーは動かしません / line {line}: at most {most} of {model}; {id} is not driven ({code})",
                    line = line(text, reader.driver.span().start),
                    id = reader.id.get_ref(),
                    model = factory.name(),
                    code = failure::codes::READER_TOO_MANY,
                ));
            }
            readers.push(ReaderSettings {
                id: reader
                    .id
                    .get_ref()
                    .parse()
                    .map_err(|error| at(reader.id.span().start, format!("id: {error}")))?,
                label: reader.label,
                lane: reader.lane,
                factory,
                port,
                slot: reader.slot.map(Spanned::into_inner),
                too_many: too_many.is_some(),
                account: reader.face_account.get_ref().parse().map_err(|error| {
                    at(reader.face_account.span().start, format!("face_account: {error}"))
                })?,
                password_file: reader.face_password_file,
            });
        }
        let pairings_file =
            file.site.pairings_file.unwrap_or_else(|| file.ledger.file.with_file_name("pairings.toml"));
        Ok(Self {
            institution,
            desk: file.desk,
            ledger: file.ledger,
            folders,
            centre: file.centre,
            card: file.card,
            deadlines,
            passcode_file: file.visual.passcode_file,
            readers,
            pairings_file,
            warnings,
        })
    }
}

/// Units of each model, in the order of the configuration.
#[derive(Default)]
struct Counted(HashMap<&'static str, usize>);

impl Counted {
    /// Counts one; how many there may be, if this is one too many. What no source states refuses nothing.
    fn one_more(&mut self, factory: &'static dyn ReaderFactory, licences: u8) -> Option<usize> {
        let units = self.0.entry(factory.name()).or_default();
        *units = units.saturating_add(1);
        let most = match factory.profile().units {
            Stated::As(Units::UpTo(most)) => usize::from(most),
            // The first unit needs none.
            Stated::As(Units::OneThenLicence) => usize::from(licences).saturating_add(1),
            Stated::Unknown => return None,
        };
        (*units > most).then_some(most)
    }
}

/// Values that may stand only once among the readers.
#[derive(Default)]
struct Seen(HashMap<(&'static str, String), ()>);

impl Seen {
    fn once(&mut self, key: &'static str, value: &str) -> Result<(), String> {
        match self.0.insert((key, value.to_owned()), ()) {
            None => Ok(()),
            Some(()) => Err(format!("{key}: {value:?} belongs to another [[reader]] already")),
        }
    }
}

/// The line of a byte offset, counted from 1.
fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count().saturating_add(1)
}
