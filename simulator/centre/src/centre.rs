//! Accounts, patients, sessions, and what happens after a relay.

use crate::certificate::{Accepted, Standing, Trust, TrustError};
use crate::misbehaviour::{Misbehaviour, Step};
use crate::oracle::{OracleEntry, Query, QueryKind};
use crate::patient::Patient;
use crate::qualification::{self, Document};
use crate::relay::Relay;
use centre_wire::word::{refusal, warning};
use centre_wire::{
    AnswersReply, AnswersRequest, LoginReply, LoginRequest, Refusal, ScreensReply, Word, caps,
};
use model::{
    CentreSession, Consent, ConsentItem, Decision, FaceAccount, InstitutionCode, ScreenAnswer, Timestamp,
    Validity, VisitId,
};
use ring::signature::Ed25519KeyPair;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How long a token holds.
const TOKEN_LIFE: Duration = Duration::from_secs(60 * 60);
/// How long a session is remembered.
const SESSION_LIFE: Duration = Duration::from_secs(15 * 60);
/// How long an agreement holds (workflow.md section 4).
const CONSENT_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Tokens and sessions kept at once.
const KEPT: usize = 1000;

/// A reader's face account at the centre.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// `F0…`.
    pub account: FaceAccount,
    /// Its password.
    pub password: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.account)
    }
}

/// What a mock centre starts with.
#[derive(Clone)]
pub struct Setup {
    /// The institution that the accounts belong to.
    pub institution: InstitutionCode,
    /// One per reader.
    pub accounts: Vec<Account>,
    /// Registered cards.
    pub patients: Vec<Patient>,
    /// Certificates of the card CAs, DER.
    pub card_cas: Vec<Vec<u8>>,
    /// One revocation list per card CA, DER.
    pub revocation_lists: Vec<Vec<u8>>,
    /// Accepted certificate policies, dotted.
    pub policies: Vec<String>,
    /// The Ed25519 seed of the stand-in key, 32 bytes.
    pub stand_in_seed: Vec<u8>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setup({} accounts, {} patients)", self.accounts.len(), self.patients.len())
    }
}

impl Setup {
    /// 利用者証明用 certificates of test cards, the simulated ones among them (card.md section 5).
    pub const TEST_POLICY: &str = "1.2.392.200149.8.5.1.0.30";
    /// 利用者証明用 certificates of real cards.
    pub const PRODUCTION_POLICY: &str = "1.2.392.200149.8.5.1.3.30";
}

/// Why the mock centre cannot be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The trust material is wrong.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The stand-in key is wrong.
    #[error("the stand-in key is not an Ed25519 seed of 32 bytes")]
    StandIn,
}

/// A refusal on the https part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub refusal: Refusal,
}

/// The mock centre: what it knows and decides.
pub struct Judgement {
    institution: InstitutionCode,
    accounts: BTreeMap<FaceAccount, String>,
    tokens: BTreeMap<String, (FaceAccount, Timestamp)>,
    sessions: BTreeMap<String, Session>,
    pub(crate) patients: BTreeMap<u64, Patient>,
    pub(crate) trust: Trust,
    pub(crate) stand_in: Ed25519KeyPair,
    pub(crate) misbehaviour: Option<Misbehaviour>,
    pub(crate) last_signature: Option<Vec<u8>>,
    pub(crate) oracle: Vec<OracleEntry>,
    queries: Vec<Query>,
}

impl fmt::Debug for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Judgement({} patients, {} relays)", self.patients.len(), self.oracle.len())
    }
}

#[derive(Clone)]
struct Session {
    account: FaceAccount,
    visit: VisitId,
    serial: u64,
    standing: Standing,
    opened_at: Timestamp,
    answered: Option<(Vec<ScreenAnswer>, AnswersReply)>,
}

impl Judgement {
    /// Sets the centre up.
    ///
    /// # Errors
    /// If trust material or the stand-in key cannot be used.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        Ok(Self {
            trust: Trust::new(&setup.card_cas, &setup.revocation_lists, &setup.policies)?,
            stand_in: Ed25519KeyPair::from_seed_unchecked(&setup.stand_in_seed)
                .map_err(|_| SetupError::StandIn)?,
            institution: setup.institution,
            accounts: setup.accounts.into_iter().map(|entry| (entry.account, entry.password)).collect(),
            patients: setup.patients.into_iter().map(|patient| (patient.serial, patient)).collect(),
            tokens: BTreeMap::new(),
            sessions: BTreeMap::new(),
            misbehaviour: None,
            last_signature: None,
            oracle: Vec::new(),
            queries: Vec::new(),
        })
    }

    /// Behaves so from now on; `None` is well.
    pub const fn set_misbehaviour(&mut self, misbehaviour: Option<Misbehaviour>) {
        self.misbehaviour = misbehaviour;
    }

    /// How it behaves.
    #[must_use]
    pub const fn misbehaviour(&self) -> Option<Misbehaviour> {
        self.misbehaviour
    }

    /// Whether it says nothing at this step.
    #[must_use]
    pub fn is_silent_at(&self, step: Step) -> bool {
        self.misbehaviour == Some(Misbehaviour::SilentAt(step))
    }

    /// Every relay that ended, in order.
    #[must_use]
    pub fn oracle(&self) -> &[OracleEntry] {
        &self.oracle
    }

    /// Every look-up after a relay, in order.
    #[must_use]
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Registers a card or changes what is known of it.
    pub fn put_patient(&mut self, patient: Patient) {
        self.patients.insert(patient.serial, patient);
    }

    /// Forgets a card: it is no longer registered.
    pub fn remove_patient(&mut self, serial: u64) {
        self.patients.remove(&serial);
    }

    /// Takes newer revocation lists.
    ///
    /// # Errors
    /// If one is not of a configured CA, or one is missing; the old ones stay.
    pub fn replace_revocation_lists(&mut self, lists: &[Vec<u8>]) -> Result<(), TrustError> {
        self.trust.replace_lists(lists)
    }

    /// Changes an account's password, or takes the account away.
    pub fn set_password(&mut self, account: FaceAccount, password: Option<String>) {
        match password {
            Some(password) => self.accounts.insert(account, password),
            None => self.accounts.remove(&account),
        };
    }

    /// Forgets all tokens, as a restarted centre does.
    pub fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    /// `POST /v1/login`. `token` is fresh, 1 to 64 letters or digits.
    ///
    /// # Errors
    /// 403 if account or password is wrong.
    pub fn login(
        &mut self,
        request: &LoginRequest,
        token: String,
        now: Timestamp,
    ) -> Result<LoginReply, Denied> {
        if self.accounts.get(&request.account) != Some(&request.password) {
            return Err(denied(403, refusal::LOGIN_REFUSED, "account or password is wrong"));
        }
        self.tokens.retain(|_, (_, until)| *until > now);
        while self.tokens.len() >= KEPT {
            self.tokens.pop_first();
        }
        let expires_at = now.after(TOKEN_LIFE);
        self.tokens.insert(token.clone(), (request.account.clone(), expires_at));
        Ok(LoginReply { token, expires_at, maintenance: None })
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// 401 if it is unknown or has expired.
    pub fn authorize(&self, token: &str, now: Timestamp) -> Result<FaceAccount, Denied> {
        let known = self.tokens.get(token).filter(|(_, until)| *until > now);
        known.map(|(account, _)| account.clone()).ok_or_else(|| {
            denied(401, refusal::TOKEN_REFUSED, "the token is unknown or has expired: log in again")
        })
    }

    /// `GET /v1/sessions/{session}/screens`.
    ///
    /// # Errors
    /// 404 if the session is not this account's.
    pub fn screens(
        &mut self,
        account: &FaceAccount,
        id: &str,
        now: Timestamp,
    ) -> Result<ScreensReply, Denied> {
        let session = self.session(account, id, now)?;
        let screens = self.patients.get(&session.serial).map(|patient| asked(patient, session.standing));
        self.note(QueryKind::Screens, id, &session, Vec::new(), now);
        Ok(ScreensReply { screens: screens.unwrap_or_default() })
    }

    /// `POST /v1/sessions/{session}/answers`.
    ///
    /// # Errors
    /// 404 if the session is not this account's, 409 if an answer is to no wanted screen, doubled, or differs from
    /// one given before.
    pub fn answers(
        &mut self,
        account: &FaceAccount,
        id: &str,
        request: &AnswersRequest,
        now: Timestamp,
    ) -> Result<AnswersReply, Denied> {
        let session = self.session(account, id, now)?;
        if let Some((before, reply)) = session.answered {
            let same = before == request.answers;
            return if same { Ok(reply) } else { Err(answers_refused("answered otherwise before")) };
        }
        let patient = self.patients.get(&session.serial).ok_or_else(session_unknown)?;
        let consents = consents(patient, &session, &request.answers, now)?;
        let name = CentreSession(id.to_owned());
        let document =
            Document { institution: &self.institution, session: &name, patient, consents: &consents, now };
        let qualification = qualification::write(&document);
        let opened = consents.iter().filter(|c| c.decision == Decision::Agreed).map(|c| c.item).collect();
        let session_name = match self.misbehaviour {
            Some(Misbehaviour::AnswerOtherSession) => CentreSession("another-session".to_owned()),
            _ => name,
        };
        let reply = AnswersReply {
            session: session_name,
            qualification,
            consents,
            warnings: warnings(session.standing),
        };
        self.note(QueryKind::Result, id, &session, opened, now);
        if let Some(kept) = self.sessions.get_mut(id) {
            kept.answered = Some((request.answers.clone(), reply.clone()));
        }
        Ok(reply)
    }

    pub(crate) fn begin_session(&mut self, relay: &Relay, certificate: &Accepted, now: Timestamp) {
        self.sessions.retain(|_, session| session.opened_at.after(SESSION_LIFE) > now);
        while self.sessions.len() >= KEPT {
            self.sessions.pop_first();
        }
        let (account, visit) = (relay.account.clone(), relay.visit);
        let (serial, standing) = (certificate.serial, certificate.standing);
        let session = Session { account, visit, serial, standing, opened_at: now, answered: None };
        self.sessions.insert(relay.session.0.clone(), session);
    }

    fn session(&self, account: &FaceAccount, id: &str, now: Timestamp) -> Result<Session, Denied> {
        let alive =
            |session: &&Session| session.account == *account && session.opened_at.after(SESSION_LIFE) > now;
        self.sessions.get(id).filter(alive).cloned().ok_or_else(session_unknown)
    }

    fn note(&mut self, kind: QueryKind, id: &str, of: &Session, opened: Vec<ConsentItem>, at: Timestamp) {
        let session = CentreSession(id.to_owned());
        let (visit, account, serial) = (of.visit, of.account.clone(), of.serial);
        self.queries.push(Query { kind, session, visit, account, serial, opened, at });
    }
}

/// In the grace only the qualification is given (workflow.md section 9), and nothing is asked without insurance.
fn asked(patient: &Patient, standing: Standing) -> Vec<model::ConsentScreen> {
    let asks = standing != Standing::InGrace && patient.validity == Validity::Valid;
    if asks { patient.screens.clone() } else { Vec::new() }
}

fn consents(
    patient: &Patient,
    session: &Session,
    answers: &[ScreenAnswer],
    now: Timestamp,
) -> Result<Vec<Consent>, Denied> {
    let screens = asked(patient, session.standing);
    let mut consents: Vec<Consent> = Vec::new();
    for (place, answer) in answers.iter().enumerate() {
        if answers.iter().take(place).any(|earlier| earlier.screen == answer.screen) {
            return Err(answers_refused("a screen answered twice"));
        }
        let screen = screens.iter().find(|screen| screen.id == answer.screen);
        let screen = screen.ok_or_else(|| answers_refused("an answer to a screen that was not wanted"))?;
        // The terminal's clock may be wrong: a consent lies between the card's signature and now.
        let at = answer.at.clamp(session.opened_at, now.max(session.opened_at));
        let until = (answer.decision == Decision::Agreed).then(|| at.after(CONSENT_LIFE));
        let consent = |item: &ConsentItem| Consent { item: *item, decision: answer.decision, at, until };
        consents.extend(screen.items.iter().map(consent));
    }
    Ok(consents)
}

fn warnings(standing: Standing) -> Vec<Word> {
    let word = match standing {
        Standing::Good => return Vec::new(),
        Standing::ExpiresSoon => warning::CERTIFICATE_EXPIRES_SOON,
        Standing::InGrace => warning::CERTIFICATE_IN_GRACE,
    };
    Word::try_from(word).into_iter().collect()
}

fn session_unknown() -> Denied {
    denied(404, refusal::SESSION_UNKNOWN, "no such session of this account")
}

fn answers_refused(why: &str) -> Denied {
    denied(409, refusal::ANSWERS_REFUSED, why)
}

impl Denied {
    /// A body that is not of the protocol.
    #[must_use]
    pub fn bad_message() -> Self {
        denied(400, refusal::BAD_MESSAGE, "the body is not of the protocol")
    }

    /// An operation that the protocol reserves.
    #[must_use]
    pub fn not_offered() -> Self {
        denied(404, refusal::NOT_OFFERED, "not offered")
    }

    /// No bearer token.
    #[must_use]
    pub fn no_token() -> Self {
        denied(401, refusal::TOKEN_REFUSED, "no token: log in")
    }
}

fn denied(status: u16, word: &str, message: &str) -> Denied {
    let message = message.chars().take(caps::REFUSAL_MESSAGE).collect();
    // The words of this room are words; "refused" stands for the impossible case.
    match Word::try_from(word) {
        Ok(code) => Denied { status, refusal: Refusal { code, message } },
        Err(_) => denied(status, "refused", ""),
    }
}
