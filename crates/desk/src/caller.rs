//! Who calls: by a token, as a local user on the Unix socket, or as one of our pages.

use crate::cookies::Ticket;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use failure::codes;
use model::{AuditBy, CallerName, Scope};

/// Who calls, once the guard has let the request in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Whoever; the route is open.
    Anyone,
    /// A program with a token.
    Token {
        /// The token's name.
        name: CallerName,
        /// What it is for.
        scopes: Vec<Scope>,
    },
    /// A program of this user on the Unix socket, without a token: root's or the daemon's own, and so for everything.
    LocalUser(u32),
    /// A page with the cookie of this scope.
    Page(Scope, Ticket),
    /// A board's page that is locked: it may open the lock, and nothing else.
    LockedBoard,
}

/// Who is at the other end of a connection, as the kernel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Somebody on loopback: nothing is known.
    Loopback,
    /// A process of this user.
    User(u32),
}

impl Caller {
    pub(crate) fn may(&self, scope: &Scope) -> bool {
        match self {
            Self::Anyone | Self::LockedBoard => false,
            Self::Token { scopes, .. } => scopes.contains(scope),
            Self::LocalUser(_) => true,
            Self::Page(held, _) => held == scope,
        }
    }

    /// The consumer of results that this caller is.
    ///
    /// # Errors
    /// `CONSUMER_UNKNOWN`: only a token has a name under which deliveries are kept.
    pub(crate) fn consumer(&self) -> Result<&CallerName, Problem> {
        match self {
            Self::Token { name, .. } => Ok(name),
            _ => Err(Problem::new(StatusCode::FORBIDDEN, codes::CONSUMER_UNKNOWN)),
        }
    }

    /// As the audit names it.
    pub(crate) fn in_audit(&self) -> AuditBy {
        match self {
            Self::Token { name, .. } => AuditBy::Caller(name.clone()),
            Self::LocalUser(uid) => AuditBy::LocalUser(*uid),
            Self::Page(..) | Self::LockedBoard => AuditBy::Board,
            Self::Anyone => AuditBy::Terminal,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        // The guard puts one there with every request that it lets in.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}
