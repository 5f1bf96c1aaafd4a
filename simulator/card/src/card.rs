//! The card as a machine: command in, data and status word out.

use std::collections::BTreeSet;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::apdu::{Command, parse};
use crate::face_files::{FaceItems, digest_info};
use crate::fault::Switches;
use crate::keys::{CardKeys, Key, generator};
use crate::standin;
use crate::storage::{Access, File, Files, KeyRole};

/// 公的個人認証AP.
pub const AID_JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// 券面事項確認AP.
pub const AID_FACE: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
/// 券面事項入力補助AP.
pub const AID_TEXT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
/// The issuer security domain, current after power-up; selecting it clears every security status.
pub const AID_ISSUER_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

const ATR: &[u8] = &[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];

const AUTH_KEY: u16 = 0x0017;

/// A status word other than 9000.
type Status = u16;

const WRONG_LENGTH: Status = 0x6700;
const DOES_NOT_FIT_FILE: Status = 0x6981;
const NOT_SATISFIED: Status = 0x6982;
const BLOCKED: Status = 0x6984;
const BLOCKED_ISO: Status = 0x6983;
const CONDITIONS: Status = 0x6985;
const NO_CURRENT_FILE: Status = 0x6986;
const BAD_DATA: Status = 0x6A80;
const NOT_FOUND: Status = 0x6A82;
const BAD_PARAMETERS: Status = 0x6A86;
const NO_SUCH_OBJECT: Status = 0x6A88;
const BEYOND_FILE: Status = 0x6B00;
const UNKNOWN_INSTRUCTION: Status = 0x6D00;
const UNKNOWN_CLASS: Status = 0x6E00;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Application {
    #[default]
    IssuerDomain,
    Jpki,
    Face,
    Text,
}

/// What power-off loses.
#[derive(Debug, Clone, Default)]
struct Session {
    application: Application,
    file: Option<u16>,
    verified: BTreeSet<u16>,
    /// The hash that the stand-in permits to sign, once.
    permitted: Option<[u8; 32]>,
}

/// What power-off keeps, and what a cache holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) persona: String,
    pub(crate) number_b: String,
    pub(crate) keys: CardKeys,
    pub(crate) jpki: Files,
    pub(crate) face: Files,
    pub(crate) face_items: FaceItems,
    pub(crate) text: Files,
    #[serde(with = "crate::storage::hex")]
    pub(crate) standin_key: Vec<u8>,
    pub(crate) seed: u64,
}

/// One simulated My Number Card.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Contents", into = "Contents")]
pub struct Card {
    pub(crate) contents: Contents,
    pub(crate) switches: Switches,
    session: Session,
    random: ChaCha20Rng,
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Card({})", self.contents.persona)
    }
}

impl From<Contents> for Card {
    fn from(contents: Contents) -> Self {
        Self::new(contents)
    }
}

impl From<Card> for Contents {
    fn from(card: Card) -> Self {
        card.contents
    }
}

impl Card {
    pub(crate) fn new(contents: Contents) -> Self {
        let random = generator(contents.seed, "card random numbers");
        Self { contents, switches: Switches::default(), session: Session::default(), random }
    }

    /// The id of the persona whose card this is.
    #[must_use]
    pub fn persona(&self) -> &str {
        &self.contents.persona
    }

    /// What a reader reads from the printed face: 照合番号B.
    #[must_use]
    pub fn number_b(&self) -> &str {
        &self.contents.number_b
    }

    /// Faults that show in behaviour; silence and delay are the caller's to carry out.
    #[must_use]
    pub const fn switches(&self) -> Switches {
        self.switches
    }

    /// Answer to reset: T=1, no historical bytes.
    #[must_use]
    pub const fn atr(&self) -> &'static [u8] {
        ATR
    }

    /// The field is there: a fresh session.
    pub fn power_on(&mut self) {
        self.session = Session::default();
    }

    /// The field is gone. Counters stay.
    pub fn power_off(&mut self) {
        self.session = Session::default();
    }

    /// Warm reset. Clears the session unless the sticky switch is on; the stand-in's permission always goes.
    pub fn reset(&mut self) {
        if self.switches.sticky_reset {
            self.session.permitted = None;
        } else {
            self.session = Session::default();
        }
    }

    /// Carries out one command APDU and gives data and status word.
    pub fn transmit(&mut self, apdu: &[u8]) -> Vec<u8> {
        let answer = match parse(apdu) {
            Some(command) => self.execute(&command),
            None => Err(WRONG_LENGTH),
        };
        let (mut data, status) = match answer {
            Ok(data) => (data, 0x9000),
            Err(status) => (Vec::new(), status),
        };
        data.extend(status.to_be_bytes());
        data
    }

    fn execute(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        match (command.class, command.instruction) {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0xB0) => self.read_binary(command),
            (0x00, 0x20) => self.verify(command),
            (0x00, 0x24) => self.change_reference(command),
            (0x00, 0x84) => self.challenge(command),
            (0x00, 0xCA) => Err(NO_SUCH_OBJECT),
            (0x80, 0x2A) => self.sign(command),
            (0x80, 0xF5) => self.permit_standin(command),
            (0x00 | 0x80, _) => Err(UNKNOWN_INSTRUCTION),
            _ => Err(UNKNOWN_CLASS),
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        match (command.p1, command.p2) {
            (0x04, 0x0C | 0x00) => self.select_application(command.data),
            (0x02, 0x0C | 0x00) => {
                let id = <[u8; 2]>::try_from(command.data).map_err(|_| WRONG_LENGTH)?;
                let id = u16::from_be_bytes(id);
                self.file(id)?;
                self.session.file = Some(id);
                Ok(Vec::new())
            }
            _ => Err(BAD_PARAMETERS),
        }
    }

    /// The whole AID must be right: readers try foreign ones that are prefixes of others.
    fn select_application(&mut self, aid: &[u8]) -> Result<Vec<u8>, Status> {
        let application = match aid {
            aid if aid == AID_JPKI => Application::Jpki,
            aid if aid == AID_FACE => Application::Face,
            aid if aid == AID_TEXT => Application::Text,
            aid if aid == AID_ISSUER_DOMAIN => Application::IssuerDomain,
            _ => return Err(NOT_FOUND),
        };
        // Real cards keep the status when the same application is selected again.
        if application != self.session.application || application == Application::IssuerDomain {
            self.session = Session { application, ..Session::default() };
        }
        self.session.file = None;
        Ok(Vec::new())
    }

    fn read_binary(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        let (id, offset) = if command.p1 & 0x80 == 0 {
            (self.session.file.ok_or(NO_CURRENT_FILE)?, u16::from_be_bytes([command.p1, command.p2]))
        } else {
            (u16::from(command.p1 & 0x1F), u16::from(command.p2))
        };
        let File::Data { bytes, access } = self.file(id)? else {
            return Err(DOES_NOT_FIT_FILE);
        };
        let open = match access {
            Access::Free => true,
            Access::AnyOf(references) => references.iter().any(|id| self.session.verified.contains(id)),
            Access::Never => false,
        };
        if !open {
            return Err(NOT_SATISFIED);
        }
        let expected = command.expected.ok_or(WRONG_LENGTH)?;
        let rest = bytes.get(usize::from(offset)..).filter(|rest| !rest.is_empty()).ok_or(BEYOND_FILE)?;
        let data = rest.get(..expected).unwrap_or(rest).to_vec();
        self.session.file = Some(id);
        Ok(data)
    }

    fn verify(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        let id = self.addressed(command)?;
        if command.p1 != 0 {
            return Err(BAD_PARAMETERS);
        }
        let blocked = if self.switches.blocked_says_6983 { BLOCKED_ISO } else { BLOCKED };
        let File::Reference(reference) = self.file_mut(id)? else {
            return Err(DOES_NOT_FIT_FILE);
        };
        if command.data.is_empty() {
            return Err(0x63C0 | u16::from(reference.left));
        }
        if reference.left == 0 {
            return Err(blocked);
        }
        if reference.value == command.data {
            reference.left = reference.full;
            self.session.verified.insert(id);
            return Ok(Vec::new());
        }
        reference.left -= 1;
        let left = reference.left;
        self.session.verified.remove(&id);
        Err(0x63C0 | u16::from(left))
    }

    fn change_reference(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        let id = self.addressed(command)?;
        if command.p1 != 0x01 {
            return Err(BAD_PARAMETERS);
        }
        let verified = self.session.verified.contains(&id);
        let File::Reference(reference) = self.file_mut(id)? else {
            return Err(DOES_NOT_FIT_FILE);
        };
        if !verified {
            return Err(NOT_SATISFIED);
        }
        if command.data.len() != reference.value.len() && !(6..=16).contains(&command.data.len()) {
            return Err(WRONG_LENGTH);
        }
        reference.value = command.data.to_vec();
        Ok(Vec::new())
    }

    fn challenge(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        let length = command.expected.filter(|length| *length <= 256).ok_or(WRONG_LENGTH)?;
        let mut bytes = vec![0; length];
        self.random.fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn sign(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        match self.session.application {
            Application::Jpki => self.sign_with_jpki_key(command),
            Application::Face | Application::Text => self.internal_authentication(command),
            Application::IssuerDomain => Err(UNKNOWN_INSTRUCTION),
        }
    }

    fn sign_with_jpki_key(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        let id = self.addressed(command)?;
        let File::Key(role) = *self.file(id)? else {
            return Err(DOES_NOT_FIT_FILE);
        };
        let reference = if role == KeyRole::Auth { 0x0018 } else { 0x001B };
        if !self.session.verified.contains(&reference) && !self.use_permission(id, command) {
            return Err(NOT_SATISFIED);
        }
        let key = match role {
            KeyRole::Auth => &self.contents.keys.auth,
            KeyRole::Sign => &self.contents.keys.sign,
            KeyRole::Chip => &self.contents.keys.chip,
        };
        sign_in_scheme(command.p1, command.data, key, &mut self.random)
    }

    /// THE STAND-IN: one signature, by SELECT and P2 80, over exactly the permitted hash. A permission is spent by
    /// any attempt to sign.
    fn use_permission(&mut self, id: u16, command: &Command<'_>) -> bool {
        let Some(hash) = self.session.permitted.take() else {
            return false;
        };
        let permitted = [&standin::SHA256_PREFIX[..], &hash].concat();
        id == AUTH_KEY && (command.p1, command.p2) == (0x00, 0x80) && command.data == permitted
    }

    /// THE STAND-IN's command, see [`crate::standin`].
    fn permit_standin(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        if self.session.application != Application::Jpki {
            return Err(UNKNOWN_INSTRUCTION);
        }
        if (command.p1, command.p2) != (0, 0) {
            return Err(BAD_PARAMETERS);
        }
        self.session.permitted = None;
        match standin::permitted_hash(command.data, &self.contents.standin_key) {
            Ok(hash) => {
                self.session.permitted = Some(hash);
                Ok(Vec::new())
            }
            Err(standin::Refusal::Length) => Err(WRONG_LENGTH),
            Err(standin::Refusal::Magic) => Err(BAD_DATA),
            Err(standin::Refusal::Signature) => Err(NOT_SATISFIED),
        }
    }

    /// 内部認証: the application's own key signs without a PIN.
    fn internal_authentication(&self, command: &Command<'_>) -> Result<Vec<u8>, Status> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(BAD_PARAMETERS);
        }
        self.contents.keys.chip.sign_raw(command.data).ok_or(CONDITIONS)
    }

    /// The file that P2 means: 80 the current one, 80+n the one with short id n.
    fn addressed(&self, command: &Command<'_>) -> Result<u16, Status> {
        match command.p2 {
            0x80 => self.session.file.ok_or(NO_CURRENT_FILE),
            short @ 0x81..=0x9E => Ok(u16::from(short & 0x1F)),
            _ => Err(BAD_PARAMETERS),
        }
    }

    fn file(&self, id: u16) -> Result<&File, Status> {
        let files = match self.session.application {
            Application::IssuerDomain => return Err(NOT_FOUND),
            Application::Jpki => &self.contents.jpki,
            Application::Face => &self.contents.face,
            Application::Text => &self.contents.text,
        };
        files.get(&id).ok_or(NOT_FOUND)
    }

    fn file_mut(&mut self, id: u16) -> Result<&mut File, Status> {
        let files = match self.session.application {
            Application::IssuerDomain => return Err(NOT_FOUND),
            Application::Jpki => &mut self.contents.jpki,
            Application::Face => &mut self.contents.face,
            Application::Text => &mut self.contents.text,
        };
        files.get_mut(&id).ok_or(NOT_FOUND)
    }
}

/// P1 chooses the scheme (card.md 4.1).
fn sign_in_scheme(scheme: u8, input: &[u8], key: &Key, random: &mut ChaCha20Rng) -> Result<Vec<u8>, Status> {
    let hash = || Sha256::digest(input).to_vec();
    let given_hash = || <[u8; 32]>::try_from(input).map_err(|_| CONDITIONS);
    let signature = match scheme {
        0x00 => key.sign_raw(input),
        0x01 => key.sign_raw(&hash()),
        0x02 => key.sign_raw(&digest_info(&given_hash()?)),
        0x03 => key.sign_raw(&digest_info(&hash())),
        0x04 => key.sign_pss(&given_hash()?, random),
        0x05 => key.sign_pss(&hash(), random),
        _ => return Err(BAD_PARAMETERS),
    };
    signature.ok_or(CONDITIONS)
}
