//! Logins: one token per face account, fetched when needed.

use crate::pool::Question;
use crate::{Awaited, CentreError, Password, Shared};
use centre_wire::{LoginReply, LoginRequest, http};
use hyper::Method;
use model::{FaceAccount, Maintenance, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex as BriefMutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// A token is not used in its last half minute: a relay should not lose it on the way.
const MARGIN: Duration = Duration::from_secs(30);

/// A bearer token. Wiped when dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(Arc<Zeroizing<String>>);

impl Token {
    pub(crate) fn header(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", **self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[derive(Debug)]
struct Login {
    password: Password,
    // One login at a time for one account; other accounts do not wait.
    token: Mutex<Option<(Token, Timestamp)>>,
}

/// All accounts, and the maintenance that the last login told of.
#[derive(Debug)]
pub(crate) struct Logins {
    accounts: BTreeMap<FaceAccount, Login>,
    maintenance: BriefMutex<Option<Maintenance>>,
}

impl Logins {
    pub(crate) fn new(accounts: BTreeMap<FaceAccount, Password>) -> Self {
        let login = |password| Login { password, token: Mutex::new(None) };
        let accounts = accounts.into_iter().map(|(account, password)| (account, login(password))).collect();
        Self { accounts, maintenance: BriefMutex::new(None) }
    }

    /// When the centre stands still next, as the last login told.
    pub(crate) fn maintenance(&self) -> Option<Maintenance> {
        *self.maintenance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account's token: the one at hand unless it expires or is the one that was `refused`.
    pub(crate) async fn token(
        &self,
        shared: &Shared,
        account: &FaceAccount,
        refused: Option<&Token>,
    ) -> Result<Token, CentreError> {
        let login = self.accounts.get(account).ok_or_else(|| shared.line.login_refused(account))?;
        let mut kept = login.token.lock().await;
        if let Some((token, until)) = &*kept
            && now().after(MARGIN) < *until
            && refused != Some(token)
        {
            return Ok(token.clone());
        }
        *kept = None;
        let fresh = log_in(shared, account, &login.password).await?;
        *kept = Some(fresh.clone());
        Ok(fresh.0)
    }

    /// A fresh token, whatever is kept; says how long it may be used. Nobody waits for it meanwhile.
    pub(crate) async fn renew(
        &self,
        shared: &Shared,
        account: &FaceAccount,
    ) -> Result<Duration, CentreError> {
        let login = self.accounts.get(account).ok_or_else(|| shared.line.login_refused(account))?;
        let (token, until) = log_in(shared, account, &login.password).await?;
        *login.token.lock().await = Some((token, until));
        let left = until.0.saturating_sub(now().after(MARGIN).0);
        Ok(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }
}

async fn log_in(
    shared: &Shared,
    account: &FaceAccount,
    password: &Password,
) -> Result<(Token, Timestamp), CentreError> {
    let request = LoginRequest { account: account.clone(), password: password.expose().to_owned() };
    let question = Question {
        method: Method::POST,
        path: http::LOGIN.to_owned(),
        body: request.to_json(),
        awaited: Awaited::Login,
    };
    let reply = shared.pool.ask(&shared.line, &question, None).await?;
    match reply.status.as_u16() {
        200 => {
            let LoginReply { token, expires_at, maintenance } =
                LoginReply::from_json(&reply.body).map_err(|fault| shared.line.garbled(fault))?;
            tracing::debug!(%account, "logged in");
            *shared.logins.maintenance.lock().unwrap_or_else(PoisonError::into_inner) = maintenance;
            Ok((Token(Arc::new(Zeroizing::new(token))), expires_at))
        }
        401 | 403 => Err(shared.line.login_refused(account)),
        _ => Err(shared.line.refused(&reply.body)),
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
