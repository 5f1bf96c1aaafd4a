//! The lock of the board: a page that nobody touches lets go of what it may see, and wants the site's passcode before it
//! gets it back. The cookie that opens the board is given back at that, so that it opens nothing in other hands either.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::caller::Caller;
use crate::clock;
use crate::cookies::{Cookies, Opens};
use crate::events::{blocking, seen_by};
use crate::forms::PasscodeForm;
use crate::port::PasscodeVerdict;
use crate::problem::{Problem, ProblemBody};
use crate::request::Object;
use crate::shared::Shared;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use axum::response::AppendHeaders;
use failure::codes;
use model::{AuditDeed, Passcode, Scope};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Headers that give cookies.
pub(crate) type Given = Vec<(HeaderName, HeaderValue)>;

/// Where this browser's board stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoardBody {
    /// Whether it is locked.
    locked: bool,
    /// Whether this site has a passcode, which the lock wants.
    passcode: bool,
    /// Seconds without a hand on it, after which the page locks itself.
    idle_seconds: u64,
}

/// What opens the lock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnlockRequest {
    /// The site's passcode; left out where it has none.
    #[serde(default, deserialize_with = "passcode")]
    #[schema(value_type = Option<PasscodeForm>)]
    passcode: Option<Passcode>,
}

fn passcode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Passcode>, D::Error> {
    let digits = Option::<String>::deserialize(deserializer)?;
    let passcode = digits.map(|digits| Passcode::from_digits(digits.as_bytes()));
    passcode.transpose().map_err(|_| D::Error::custom("not a passcode"))
}

/// Where this browser's board stands
#[utoipa::path(get, path = "/v1/board", security(("page" = ["board"]), ("locked" = [])), responses(
    (status = 200, body = BoardBody, description = "As it stands now"),
))]
pub(crate) async fn board(State(shared): State<Arc<Shared>>, caller: Caller) -> Json<BoardBody> {
    Json(BoardBody {
        locked: caller == Caller::LockedBoard,
        passcode: shared.port.has_passcode(),
        idle_seconds: shared.limits.idle.as_secs(),
    })
}

/// Lock the board of this browser
///
/// Its cookie opens nothing from then on, and streams that it opened end.
#[utoipa::path(post, path = "/v1/board/lock", security(("page" = ["board"])), responses(
    (status = 204, description = "Locked",
        headers(("Set-Cookie" = String, description = "The board's cookie taken away, and the lock's given"))),
))]
pub(crate) async fn lock(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<(StatusCode, AppendHeaders<Given>), Problem> {
    let now = clock::now();
    if let Caller::Page(_, ticket) = &caller {
        shared.cookies.give_back(ticket, now);
    }
    let taken = Cookies::take(Opens::Page(&Scope::Board));
    let cookies = [taken, shared.cookies.give(Opens::Lock, now)];
    Ok((StatusCode::NO_CONTENT, AppendHeaders(set(cookies)?)))
}

/// Open the lock of the board
///
/// Wrong passcodes are counted together with those at the readers: after five within ten minutes none is taken for ten
/// minutes.
#[utoipa::path(post, path = "/v1/board/unlock", request_body = UnlockRequest, security(("locked" = [])), responses(
    (status = 204, description = "Open",
        headers(("Set-Cookie" = String, description = "The board's cookie, and the lock's for when it ends"))),
    (status = 403, body = ProblemBody, content_type = "application/problem+json",
        description = "The passcode is wrong, or none is taken for a while"),
))]
pub(crate) async fn unlock(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Result<Object<UnlockRequest>, Problem>,
) -> Result<(StatusCode, AppendHeaders<Given>), Problem> {
    let Object(UnlockRequest { passcode }) = request?;
    let by = caller.in_audit();
    let verdict = blocking(&shared.port, move |port| {
        let verdict = match &passcode {
            // Nobody is locked out by a page that asks without one.
            None if port.has_passcode() => return Ok(None),
            None => PasscodeVerdict::NoPasscode,
            Some(passcode) => port.check_passcode(passcode),
        };
        let deed = match verdict {
            PasscodeVerdict::NoPasscode | PasscodeVerdict::Right => AuditDeed::BoardUnlocked,
            PasscodeVerdict::Wrong | PasscodeVerdict::Locked => AuditDeed::PasscodeRefused,
        };
        port.note(seen_by(by, deed)).map(|()| Some(verdict))
    });
    let refused = |code| Problem::new(StatusCode::FORBIDDEN, code);
    match verdict.await?.ok_or(Problem::bad_request())? {
        PasscodeVerdict::Wrong => Err(refused(codes::PASSCODE_WRONG)),
        PasscodeVerdict::Locked => Err(refused(codes::PASSCODE_LOCKED)),
        PasscodeVerdict::NoPasscode | PasscodeVerdict::Right => {
            Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies_of(&shared, &Scope::Board)?)))
        }
    }
}

/// The cookies of a page of that scope. The board gets its lock's with its own: it is locked, not a stranger, when its own
/// ends overnight.
pub(crate) fn cookies_of(shared: &Shared, scope: &Scope) -> Result<Given, Problem> {
    let now = clock::now();
    let own = shared.cookies.give(Opens::Page(scope), now);
    match scope {
        Scope::Board => set([own, shared.cookies.give(Opens::Lock, now)]),
        _ => set([own]),
    }
}

fn set<const N: usize>(cookies: [Option<HeaderValue>; N]) -> Result<Given, Problem> {
    let set = cookies.into_iter().map(|cookie| Some((SET_COOKIE, cookie?)));
    set.collect::<Option<_>>().ok_or(Problem::internal())
}
