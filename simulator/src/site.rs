//! Writes a site: the daemon's configuration, and every file that it names.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde::Serialize;

use crate::centre::Files;
use crate::kiosk::Daemon;

/// The institution of the simulated site; prefecture 99 does not exist.
pub const INSTITUTION: &str = "9991234567";

/// What a site is made of.
#[derive(Debug)]
pub struct SiteParts {
    /// The mock centre, `127.0.0.1:PORT`.
    pub centre_endpoint: String,
    /// The name in its certificate.
    pub centre_name: &'static str,
    /// The certificates that it wrote for the terminal.
    pub centre_files: Files,
    /// The key whose signatures on card photos are believed, PKCS#1 DER.
    pub photo_key: Vec<u8>,
    /// The CA of the authentication certificates, DER.
    pub card_ca: Vec<u8>,
    /// The readers.
    pub readers: Vec<SiteReader>,
}

/// One reader of a site.
#[derive(Debug)]
pub struct SiteReader {
    /// Its id.
    pub id: String,
    /// What staff call it.
    pub label: String,
    /// Where its patients come from.
    pub lane: String,
    /// Its driver.
    pub driver: String,
    /// Its port: a path, or `host:port`.
    pub port: String,
    /// Its card slot.
    pub slot: String,
    /// Its account at the centre.
    pub account: String,
    /// That account's password.
    pub password: String,
}

/// Where things of the site are.
#[derive(Debug, Clone)]
pub struct Site {
    /// The configuration.
    pub file: PathBuf,
    /// The face folder.
    pub face: PathBuf,
    /// Where requests are laid.
    pub requests: PathBuf,
    /// Where answers come.
    pub answers: PathBuf,
}

/// Writes the site into `directory`. What a daemon left there from an earlier start (ledger, its key, tokens, faces)
/// is kept.
///
/// # Errors
/// With the path in its message, when a file cannot be written.
pub fn write(directory: &Path, parts: &SiteParts) -> std::io::Result<Site> {
    let [card, keys, accounts, ledger, face, requests, answers] =
        ["card", "keys", "accounts", "ledger", "face", "req", "res"].map(|name| directory.join(name));
    for folder in [&card, &keys, &accounts, &ledger, &face, &requests, &answers] {
        private_folder(folder)?;
    }
    let put = |path: PathBuf, content: &[u8]| private_file(&path, content).map(|()| path);
    let ledger_key = keys.join("ledger.key");
    if !ledger_key.exists() {
        private_file(&ledger_key, fresh_key()?.as_bytes())?;
    }
    let mut readers = Vec::new();
    for reader in &parts.readers {
        let password_file = accounts.join(format!("{}.password", reader.account));
        readers.push(ReaderTable {
            id: &reader.id,
            label: &reader.label,
            lane: &reader.lane,
            driver: &reader.driver,
            port: &reader.port,
            slot: &reader.slot,
            face_account: &reader.account,
            face_password_file: put(password_file, reader.password.as_bytes())?,
        });
    }
    let daemon = daemon(directory);
    let tables = Tables {
        site: SiteTable { institution: INSTITUTION },
        desk: DeskTable {
            listen: "127.0.0.1:0",
            socket: daemon.socket,
            tokens_file: directory.join("tokens.json"),
        },
        ledger: LedgerTable { file: ledger.join("ledger.db"), key_file: ledger_key },
        folders: FoldersTable { face: face.clone(), requests: requests.clone(), answers: answers.clone() },
        centre: CentreTable {
            endpoint: &parts.centre_endpoint,
            server_name: parts.centre_name,
            ca_file: &parts.centre_files.ca,
            certificate_file: &parts.centre_files.certificate,
            key_file: &parts.centre_files.key,
            stand_in: "simulator",
        },
        licences: licences(&parts.readers),
        card: CardTable {
            photo_ca_file: put(
                card.join("photo-ca.pem"),
                pem("RSA PUBLIC KEY", &parts.photo_key).as_bytes(),
            )?,
            jpki_ca_file: put(card.join("jpki-ca.pem"), pem("CERTIFICATE", &parts.card_ca).as_bytes())?,
        },
        reader: readers,
    };
    let text = toml::to_string_pretty(&tables).map_err(std::io::Error::other)?;
    let file = put(directory.join("site.toml"), text.as_bytes())?;
    Ok(Site { file, face, requests, answers })
}

/// Where the site's daemon will be reached.
pub(crate) fn daemon(directory: &Path) -> Daemon {
    Daemon { socket: directory.join("uketsuke.sock") }
}

/// A licence for every unit of this site, whether its model needs one or not.
fn licences(readers: &[SiteReader]) -> BTreeMap<&str, usize> {
    let mut owned = BTreeMap::new();
    for reader in readers {
        *owned.entry(reader.driver.as_str()).or_default() += 1;
    }
    owned
}

/// Makes a folder for its owner only; one that is there already stays as it is.
pub(crate) fn private_folder(path: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|fault| at(path, &fault))
}

/// Writes a file for its owner only, whole or not at all.
///
/// # Errors
/// With the path in its message.
pub fn private_file(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let written = (|| {
        let mut file = fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(content)?;
        fs::rename(&new, path)
    })();
    written.map_err(|fault| at(path, &fault))
}

fn at(path: &Path, fault: &std::io::Error) -> std::io::Error {
    std::io::Error::new(fault.kind(), format!("{}: {fault}", path.display()))
}

fn fresh_key() -> std::io::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[derive(Serialize)]
struct Tables<'a> {
    site: SiteTable<'a>,
    desk: DeskTable<'a>,
    ledger: LedgerTable,
    folders: FoldersTable,
    centre: CentreTable<'a>,
    card: CardTable,
    licences: BTreeMap<&'a str, usize>,
    reader: Vec<ReaderTable<'a>>,
}

#[derive(Serialize)]
struct SiteTable<'a> {
    institution: &'a str,
}

#[derive(Serialize)]
struct DeskTable<'a> {
    listen: &'a str,
    socket: PathBuf,
    tokens_file: PathBuf,
}

#[derive(Serialize)]
struct LedgerTable {
    file: PathBuf,
    key_file: PathBuf,
}

#[derive(Serialize)]
struct FoldersTable {
    face: PathBuf,
    requests: PathBuf,
    answers: PathBuf,
}

#[derive(Serialize)]
struct CentreTable<'a> {
    endpoint: &'a str,
    server_name: &'a str,
    ca_file: &'a Path,
    certificate_file: &'a Path,
    key_file: &'a Path,
    stand_in: &'a str,
}

#[derive(Serialize)]
struct CardTable {
    photo_ca_file: PathBuf,
    jpki_ca_file: PathBuf,
}

#[derive(Serialize)]
struct ReaderTable<'a> {
    id: &'a str,
    label: &'a str,
    lane: &'a str,
    driver: &'a str,
    port: &'a str,
    slot: &'a str,
    face_account: &'a str,
    face_password_file: PathBuf,
}

/// An address `http://127.0.0.1:PORT` in one form; `None` if it is none of this machine. A page's link must not lead
/// elsewhere.
#[must_use]
pub fn on_this_machine(url: &str) -> Option<String> {
    let place = url.strip_prefix("http://")?.trim_end_matches('/').replace("localhost:", "127.0.0.1:");
    let address: SocketAddr = place.parse().ok()?;
    address.ip().is_loopback().then(|| format!("http://{address}"))
}

#[cfg(test)]
mod tests {
    use super::on_this_machine;

    #[test]
    fn a_link_leads_to_this_machine_only() {
        assert_eq!(on_this_machine("http://127.0.0.1:8099/").unwrap(), "http://127.0.0.1:8099");
        assert_eq!(on_this_machine("http://localhost:8099").unwrap(), "http://127.0.0.1:8099");
        for url in [
            "https://127.0.0.1:1",
            "http://desk.example:80",
            "http://192.0.2.1:80",
            "http://127.0.0.1",
            "javascript:1",
            "http://127.0.0.1:80/x",
        ] {
            assert_eq!(on_this_machine(url), None, "{url}");
        }
    }
}
