//! Accounts, patients, sessions, and what happens after a relay.

use crate::asking::{Case, screens};
use crate::certificate::{Accepted, Standing, Trust, TrustError};
use crate::consents::{Asked, consents};
use crate::denied::{Denied, answers_refused, denied, session_unknown};
use crate::earlier::{Earlier, holds};
use crate::manner::{Manner, Site};
use crate::misbehaviour::{Misbehaviour, Step};
use crate::oracle::{OracleEntry, Query, QueryKind};
use crate::patient::{Patient, Subsidy};
use crate::qualification::{self, Document, Origin};
use crate::relay::Relay;
use crate::setup::{Setup, SetupError};
use crate::slowness::{Slowness, Waiting};
use centre_wire::word::{refusal, warning};
use centre_wire::{AnswersReply, AnswersRequest, LoginReply, LoginRequest, Processing, ScreensReply, Word};
use model::{
    CentreSession, Consent, ConsentItem, ConsentScreen, Decision, FaceAccount, InstitutionCode, Maintenance,
    ScreenAnswer, Timestamp, VisitId,
};
use ring::signature::Ed25519KeyPair;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How long a token holds.
const TOKEN_LIFE: Duration = Duration::from_secs(60 * 60);
/// How long a session is remembered.
const SESSION_LIFE: Duration = Duration::from_secs(15 * 60);
/// Tokens and sessions kept at once.
const KEPT: usize = 1000;

/// What the centre says to answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// The result.
    Result(AnswersReply),
    /// They were taken, the result is not ready.
    Processing(Processing),
}

/// The mock centre: what it knows and decides.
pub struct Judgement {
    pub(crate) institution: InstitutionCode,
    accounts: BTreeMap<FaceAccount, String>,
    tokens: BTreeMap<String, (FaceAccount, Timestamp)>,
    sessions: BTreeMap<String, Session>,
    pub(crate) patients: BTreeMap<u64, Patient>,
    pub(crate) trust: Trust,
    pub(crate) stand_in: Ed25519KeyPair,
    pub(crate) misbehaviour: Option<Misbehaviour>,
    pub(crate) manner: Manner,
    maintenance: Option<Maintenance>,
    pub(crate) slowness: Slowness,
    pub(crate) waiting: Waiting,
    earlier: Earlier,
    pub(crate) last_signature: Option<Vec<u8>>,
    pub(crate) oracle: Vec<OracleEntry>,
    pub(crate) queries: Vec<Query>,
    refuses_logins: bool,
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
    screens: Vec<ConsentScreen>,
    taken: Option<Vec<ScreenAnswer>>,
    asked_again: u32,
    result: Option<AnswersReply>,
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
            manner: Manner::default(),
            maintenance: None,
            slowness: Slowness::default(),
            waiting: Waiting::default(),
            earlier: Earlier::default(),
            last_signature: None,
            oracle: Vec::new(),
            queries: Vec::new(),
            refuses_logins: false,
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

    /// Asks in this manner from now on; sessions that are open keep their screens.
    pub fn set_manner(&mut self, manner: Manner) {
        self.manner = manner;
    }

    /// The manner of asking.
    #[must_use]
    pub const fn manner(&self) -> &Manner {
        &self.manner
    }

    /// Makes it the centre of another institution: 医科, 歯科 or 調剤 by the third digit of its code.
    pub fn set_institution(&mut self, institution: InstitutionCode) {
        self.institution = institution;
    }

    /// Announces when the centre stands still; in that time it refuses everything.
    pub const fn set_maintenance(&mut self, maintenance: Option<Maintenance>) {
        self.maintenance = maintenance;
    }

    /// Tells each session and each look-up so often to ask again, after so many milliseconds (100 to 60,000), before
    /// it is answered.
    pub fn set_processing(&mut self, times: u32, again_after_ms: u32) {
        self.slowness = Slowness::new(times, again_after_ms);
    }

    pub(crate) fn stands_still(&self, now: Timestamp) -> bool {
        self.maintenance.is_some_and(|window| (window.from..window.until).contains(&now))
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

    /// Every question that was answered after a relay or without a card, in order.
    #[must_use]
    pub fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Makes a card known or changes what is known of it.
    pub fn put_patient(&mut self, patient: Patient) {
        self.patients.insert(patient.serial, patient);
    }

    /// Forgets a card: nobody is insured under it, and it cannot be registered.
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

    /// Refuses every login from now on, as if each account or its certificate were wrong, or takes them again. Tokens
    /// that are out are forgotten.
    pub fn refuse_logins(&mut self, refused: bool) {
        self.refuses_logins = refused;
        self.forget_tokens();
    }

    /// Forgets all tokens, as a restarted centre does.
    pub fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    /// `POST /v1/login`. `token` is fresh, 1 to 64 letters or digits.
    ///
    /// # Errors
    /// 403 if account or password is wrong, 503 during maintenance.
    pub fn login(
        &mut self,
        request: &LoginRequest,
        token: String,
        now: Timestamp,
    ) -> Result<LoginReply, Denied> {
        self.refuse_in_maintenance(now)?;
        if self.refuses_logins || self.accounts.get(&request.account) != Some(&request.password) {
            return Err(denied(403, refusal::LOGIN_REFUSED, "account or password is wrong"));
        }
        self.tokens.retain(|_, (_, until)| *until > now);
        while self.tokens.len() >= KEPT {
            self.tokens.pop_first();
        }
        let expires_at = now.after(TOKEN_LIFE);
        self.tokens.insert(token.clone(), (request.account.clone(), expires_at));
        let maintenance = self.maintenance.filter(|window| window.until > now);
        Ok(LoginReply { token, expires_at, maintenance })
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// 401 if it is unknown or has expired, 503 during maintenance.
    pub fn authorize(&self, token: &str, now: Timestamp) -> Result<FaceAccount, Denied> {
        self.refuse_in_maintenance(now)?;
        let known = self.tokens.get(token).filter(|(_, until)| *until > now);
        known.map(|(account, _)| account.clone()).ok_or_else(|| {
            denied(401, refusal::TOKEN_REFUSED, "the token is unknown or has expired: log in again")
        })
    }

    /// `GET /v1/sessions/{session}/screens`.
    ///
    /// # Errors
    /// 404 if the session is not this account's, 503 during maintenance.
    pub fn screens(
        &mut self,
        account: &FaceAccount,
        id: &str,
        now: Timestamp,
    ) -> Result<ScreensReply, Denied> {
        self.refuse_in_maintenance(now)?;
        let session = self.session(account, id, now)?;
        self.note(QueryKind::Screens, id, &session, Vec::new(), now);
        Ok(ScreensReply { screens: session.screens })
    }

    /// `POST /v1/sessions/{session}/answers`.
    ///
    /// # Errors
    /// 404 if the session is not this account's, 409 if an answer is to no wanted screen, doubled, or differs from
    /// one given before, 503 during maintenance.
    pub fn answers(
        &mut self,
        account: &FaceAccount,
        id: &str,
        request: &AnswersRequest,
        now: Timestamp,
    ) -> Result<Answered, Denied> {
        self.refuse_in_maintenance(now)?;
        let mut session = self.session(account, id, now)?;
        if session.taken.as_ref().is_some_and(|before| *before != request.answers) {
            return Err(answers_refused("answered otherwise before"));
        }
        if let Some(reply) = session.result {
            return Ok(Answered::Result(reply));
        }
        let patient = self.patients.get(&session.serial).ok_or_else(session_unknown)?;
        let asked = Asked {
            screens: &session.screens,
            earlier: self.earlier.of(&self.institution, session.serial),
            since: session.opened_at,
            now,
        };
        let consents = consents(&asked, &request.answers).map_err(answers_refused)?;
        session.taken = Some(request.answers.clone());
        if let Some(processing) = self.slowness.ask_again(&mut session.asked_again) {
            self.sessions.insert(id.to_owned(), session);
            return Ok(Answered::Processing(processing));
        }
        let reply = self.reply(id, &session, patient, consents, now);
        self.note(QueryKind::Result, id, &session, opened(&reply.consents, now), now);
        self.earlier.keep(&self.institution, session.serial, &reply.consents);
        session.result = Some(reply.clone());
        self.sessions.insert(id.to_owned(), session);
        Ok(Answered::Result(reply))
    }

    fn reply(
        &self,
        id: &str,
        session: &Session,
        patient: &Patient,
        consents: Vec<Consent>,
        now: Timestamp,
    ) -> AnswersReply {
        let name = CentreSession(id.to_owned());
        let institution = &self.institution;
        let origin = Origin::Card(&name);
        let (validity, patient_shown) = (patient.validity, Some(patient));
        let document =
            Document { institution, origin, validity, patient: patient_shown, consents: &consents, now };
        let qualification = qualification::write(&document);
        let warnings = self.warnings(session.standing, patient, &consents);
        let session = match self.misbehaviour {
            Some(Misbehaviour::AnswerOtherSession) => CentreSession("another-session".to_owned()),
            _ => name,
        };
        AnswersReply { session, qualification, consents, warnings }
    }

    fn warnings(&self, standing: Standing, patient: &Patient, consents: &[Consent]) -> Vec<Word> {
        let certificate = match standing {
            Standing::Good => None,
            Standing::ExpiresSoon => Some(warning::CERTIFICATE_EXPIRES_SOON),
            Standing::InGrace => Some(warning::CERTIFICATE_IN_GRACE),
        };
        let unanswered = matches!(patient.subsidy, Some(Subsidy::Unanswered))
            && agreed(consents, ConsentItem::SubsidyCertificates);
        let subsidy = unanswered.then_some(warning::SUBSIDY_UNANSWERED);
        let words = [certificate, subsidy].into_iter().flatten().filter_map(|word| Word::try_from(word).ok());
        words.chain(self.manner.note.clone()).collect()
    }

    pub(crate) fn begin_session(&mut self, relay: &Relay, certificate: &Accepted, now: Timestamp) {
        self.sessions.retain(|_, session| session.opened_at.after(SESSION_LIFE) > now);
        while self.sessions.len() >= KEPT {
            self.sessions.pop_first();
        }
        let (account, visit) = (relay.account.clone(), relay.visit);
        let (serial, standing) = (certificate.serial, certificate.standing);
        let screens = self.patients.get(&serial).map(|patient| {
            let (site, manner) = (Site::of(&self.institution), &self.manner);
            let earlier = self.earlier.of(&self.institution, serial);
            screens(&Case { patient, standing, site, manner, earlier, now })
        });
        let session = Session {
            account,
            visit,
            serial,
            standing,
            opened_at: now,
            screens: screens.unwrap_or_default(),
            taken: None,
            asked_again: 0,
            result: None,
        };
        self.sessions.insert(relay.session.0.clone(), session);
    }

    pub(crate) fn refuse_in_maintenance(&self, now: Timestamp) -> Result<(), Denied> {
        if self.stands_still(now) { Err(Denied::stands_still()) } else { Ok(()) }
    }

    fn session(&self, account: &FaceAccount, id: &str, now: Timestamp) -> Result<Session, Denied> {
        let alive =
            |session: &&Session| session.account == *account && session.opened_at.after(SESSION_LIFE) > now;
        self.sessions.get(id).filter(alive).cloned().ok_or_else(session_unknown)
    }

    fn note(&mut self, kind: QueryKind, id: &str, of: &Session, opened: Vec<ConsentItem>, at: Timestamp) {
        let session = Some(CentreSession(id.to_owned()));
        let (visit, account, serial) = (Some(of.visit), of.account.clone(), Some(of.serial));
        self.queries.push(Query { kind, session, visit, account, serial, opened, at });
    }
}

pub(crate) fn agreed(consents: &[Consent], item: ConsentItem) -> bool {
    consents.iter().any(|consent| consent.item == item && consent.decision == Decision::Agreed)
}

/// What a result shows or fetches under these consents.
fn opened(consents: &[Consent], now: Timestamp) -> Vec<ConsentItem> {
    let opens = |item: ConsentItem| {
        item.opens_information()
            || matches!(item, ConsentItem::MedicalAssistance | ConsentItem::SubsidyCertificates)
    };
    let stands = |consent: &&Consent| {
        consent.decision == Decision::Agreed && opens(consent.item) && holds(consent, now)
    };
    consents.iter().filter(stands).map(|consent| consent.item).collect()
}
