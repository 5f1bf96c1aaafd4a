//! The client of the eligibility centre: mutual TLS, relay, consents, look-ups, deadlines.
//!
//! The protocol is the stand-in of `wire/PROTOCOL.md`. Personal data passes through as [`model::Pii`]; neither it nor
//! an APDU ever reaches a log or an error.

#![allow(clippy::disallowed_methods, reason = "I/O room: reads the clock")]

mod config;
mod error;
mod login;
mod lookup;
mod marker;
pub mod outcome;
mod pool;
mod relay;
mod remarks;
mod sessions;
mod tls;

pub use config::{CentreConfig, Deadlines, Password, certificate_until};
pub use error::{Awaited, CentreError};
pub use lookup::LookedUp;
pub use outcome::{Answers, CentreResult};
pub use relay::{Relay, RelayAnswer, Step};

use crate::login::Logins;
use crate::pool::{Pool, Question, Reply};
use crate::sessions::Sessions;
use crate::tls::Line;
use centre_wire::lookup::LOOKUPS;
use centre_wire::{
    AnswersReply, AnswersRequest, LookupReply, LookupRequest, Operation, Processing, ScreensReply, http,
};
use hyper::Method;
use model::{
    CentreSession, ConsentScreen, FaceAccount, Lookup, Maintenance, Pii, Purpose, ScreenAnswer, Timestamp,
    VisitId,
};
use std::sync::Arc;
use std::time::Duration;

/// The centre, as the terminal sees it. Cheap to clone; clones share logins and connections.
#[derive(Debug, Clone)]
pub struct Centre {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    line: Arc<Line>,
    pool: Pool,
    logins: Logins,
    sessions: Sessions,
    simulator_marked: bool,
}

impl Centre {
    /// Reads the certificate files. Connects to nothing.
    ///
    /// # Errors
    /// [`CentreError::Config`] and [`CentreError::File`], naming the key or the file.
    pub fn new(config: CentreConfig) -> Result<Self, CentreError> {
        let material = config::Material::read(&config)?;
        let simulator_marked = marker::all_marked(&material.authorities);
        let line = Line::new(&config, material)?;
        let shared = Shared {
            pool: Pool::default(),
            logins: Logins::new(config.accounts),
            sessions: Sessions::default(),
            line: Arc::new(line),
            simulator_marked,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Whether every configured certificate authority is the simulator's: only then may the stand-in for PIN-less
    /// signing pass, because every chain that verifies ends in one of them.
    #[must_use]
    pub fn simulator_marked(&self) -> bool {
        self.shared.simulator_marked
    }

    /// Logs in anew, whatever token is kept: it proves the line, and a visit that follows needs no login. Says how long
    /// the token may be used; zero if not at all. A visit under way does not wait for it.
    ///
    /// # Errors
    /// Every [`CentreError`] but those of configuration.
    pub async fn log_in(&self, account: &FaceAccount) -> Result<Duration, CentreError> {
        self.shared.logins.renew(&self.shared, account).await
    }

    /// When the centre stands still next, as the last login of any account told.
    #[must_use]
    pub fn maintenance(&self) -> Option<Maintenance> {
        self.shared.logins.maintenance()
    }

    /// Opens a relay for a visit on the reader with this account, logging in if needed.
    ///
    /// # Errors
    /// Every [`CentreError`] but those of configuration.
    pub async fn open_relay(
        &self,
        account: &FaceAccount,
        operation: Operation,
        visit: VisitId,
    ) -> Result<Relay, CentreError> {
        let shared = &*self.shared;
        let mut refused = None;
        loop {
            let token = shared.logins.token(shared, account, refused.as_ref()).await?;
            match relay::open(&shared.line, account, operation, visit, &token).await {
                Err(relay::OpenError::TokenRefused) if refused.is_none() => refused = Some(token),
                Err(relay::OpenError::TokenRefused) => return Err(shared.line.login_refused(account)),
                Err(relay::OpenError::Centre(error)) => return Err(error),
                Ok(relay) => {
                    shared.sessions.remember(relay.session().clone(), account.clone());
                    return Ok(relay);
                }
            }
        }
    }

    /// Which screens the centre wants shown, in its order.
    ///
    /// # Errors
    /// Every [`CentreError`] but those of configuration.
    pub async fn screens(&self, session: &CentreSession) -> Result<Vec<ConsentScreen>, CentreError> {
        let question = Question::get(http::screens_path(session), Awaited::Screens);
        let reply = self.ask(session, question).await?;
        match reply.status.as_u16() {
            200 => {
                let reply = ScreensReply::from_json(&reply.body);
                Ok(reply.map_err(|fault| self.shared.line.garbled(fault))?.screens)
            }
            _ => Err(self.shared.line.refused(&reply.body)),
        }
    }

    /// Hands the patient's answers in and gets the result. An empty list fetches the result without consents. May be
    /// repeated with the same answers.
    ///
    /// # Errors
    /// Every [`CentreError`] but those of configuration.
    pub async fn answers(
        &self,
        session: &CentreSession,
        answers: &[ScreenAnswer],
    ) -> Result<Answers, CentreError> {
        let request = AnswersRequest { answers: answers.to_vec() };
        let question = Question::post(http::answers_path(session), request.to_json(), Awaited::Result);
        let reply = self.ask(session, question).await?;
        let line = &self.shared.line;
        match reply.status.as_u16() {
            200 => {
                let reply = AnswersReply::from_json(&reply.body).map_err(|fault| line.garbled(fault))?;
                outcome::result(session, reply).map(Answers::Answered).map_err(|fault| line.garbled(fault))
            }
            http::PROCESSING => Ok(Answers::Processing { again_after: self.again_after(&reply)? }),
            _ => Err(line.refused(&reply.body)),
        }
    }

    /// Asks about a person without a card, in the name of this reader's account. Whether the look-up has its form was
    /// checked before ([`Lookup::check`]). `now` is asked when the answer is there. May be repeated.
    ///
    /// # Errors
    /// Every [`CentreError`] but those of configuration. An answer to another look-up or about another person, and one
    /// that opens what nobody agreed to, is [`CentreError::Garbled`].
    pub async fn look_up(
        &self,
        account: &FaceAccount,
        lookup: &Pii<Lookup>,
        now: impl FnOnce() -> Timestamp + Send,
    ) -> Result<LookedUp, CentreError> {
        let request = LookupRequest(lookup.expose(Purpose::SendToCentre).clone());
        let question = Question::post(LOOKUPS.to_owned(), request.to_json(), Awaited::Answer);
        let reply = self.ask_as(account, question).await?;
        let line = &self.shared.line;
        match reply.status.as_u16() {
            200 => {
                let reply = LookupReply::from_json(&reply.body).map_err(|fault| line.garbled(fault))?;
                lookup::answer(line, &request.0, reply, now()).map(LookedUp::Answered)
            }
            http::PROCESSING => Ok(LookedUp::Processing { again_after: self.again_after(&reply)? }),
            _ => Err(line.refused(&reply.body)),
        }
    }

    fn again_after(&self, reply: &Reply) -> Result<Duration, CentreError> {
        let reply = Processing::from_json(&reply.body).map_err(|fault| self.shared.line.garbled(fault))?;
        Ok(Duration::from_millis(reply.again_after_ms.into()))
    }

    /// Asks in the name of the account that the session belongs to.
    async fn ask(&self, session: &CentreSession, question: Question) -> Result<Reply, CentreError> {
        let shared = &*self.shared;
        let account = shared.sessions.account(session).ok_or_else(|| shared.line.unknown_session())?;
        self.ask_as(&account, question).await
    }

    /// Asks in the name of the account; logs in again once if the token is refused.
    async fn ask_as(&self, account: &FaceAccount, question: Question) -> Result<Reply, CentreError> {
        let shared = &*self.shared;
        let mut refused = None;
        loop {
            let token = shared.logins.token(shared, account, refused.as_ref()).await?;
            let reply = shared.pool.ask(&shared.line, &question, Some(&token)).await?;
            match reply.status.as_u16() {
                401 if refused.is_none() => refused = Some(token),
                401 => return Err(shared.line.login_refused(account)),
                _ => return Ok(reply),
            }
        }
    }
}

impl Question {
    fn get(path: String, awaited: Awaited) -> Self {
        Self { method: Method::GET, path, body: String::new(), awaited }
    }

    fn post(path: String, body: String, awaited: Awaited) -> Self {
        Self { method: Method::POST, path, body, awaited }
    }
}
