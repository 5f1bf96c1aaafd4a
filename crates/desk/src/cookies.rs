//! The cookies of our pages.
//!
//! A page cannot hold a token safely, so it gets an HttpOnly cookie instead, good for one scope only: a reader's panel, or
//! the board. It holds the time at which it was given, under a key of the tokens' file: it outlives the daemon, ends by the
//! daemon's own clock whatever the browser does, and dies with that file. A browser whose board is locked holds a cookie
//! that opens the lock and nothing else.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use model::{Scope, Timestamp};
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// A kiosk stands for longer than a day; browsers keep no cookie longer than this (RFC 6265bis section 5.5).
const LONG: Duration = Duration::from_secs(400 * 24 * 3600);
/// Clocks are set by a little now and then; a cookie from further ahead was given under a wrong one.
const AHEAD: Duration = Duration::from_secs(300);
/// When it was given, in milliseconds, and what makes it another than every other.
const STATED: usize = 16;
const MAC: usize = 32;

/// What a cookie opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens<'a> {
    /// What the document opens to a page of this scope.
    Page(&'a Scope),
    /// The lock of the board.
    Lock,
}

/// A cookie that was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ticket {
    stated: [u8; STATED],
    until: Timestamp,
}

/// What makes the cookies.
pub(crate) struct Cookies {
    key: [u8; 32],
    /// How long a board's holds.
    board: Duration,
    /// Those that were given back, as long as they would hold. A restart forgets them, which no page can cause.
    given_back: Mutex<HashMap<[u8; STATED], Timestamp>>,
}

impl Cookies {
    pub(crate) fn under(key: [u8; 32], board: Duration) -> Self {
        Self { key, board, given_back: Mutex::default() }
    }

    /// The header that gives a page its cookie; `None` for what no page gets.
    pub(crate) fn give(&self, opens: Opens<'_>, now: Timestamp) -> Option<HeaderValue> {
        let mut stated = [0; STATED];
        let (at, drawn) = stated.split_at_mut(8);
        at.copy_from_slice(&now.0.to_be_bytes());
        getrandom::fill(drawn).ok()?;
        let value = URL_SAFE_NO_PAD.encode([stated.as_slice(), &self.mac(opens, stated)?].concat());
        header(opens, &value, self.holds(opens))
    }

    /// The header that takes a page's cookie away.
    pub(crate) fn take(opens: Opens<'_>) -> Option<HeaderValue> {
        header(opens, "", Duration::ZERO)
    }

    /// The cookie of a request that opens this now.
    pub(crate) fn admit(&self, headers: &HeaderMap, opens: Opens<'_>, now: Timestamp) -> Option<Ticket> {
        let name = name(opens)?;
        let lines = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(presented, _)| *presented == name)
            .filter_map(|(_, presented)| self.ticket(opens, presented))
            .find(|ticket| self.is_good(ticket, now))
    }

    /// Whether it still opens something.
    pub(crate) fn is_good(&self, ticket: &Ticket, now: Timestamp) -> bool {
        ticket.begins().0 <= now.after(AHEAD).0
            && now < ticket.until
            && !self.lock().contains_key(&ticket.stated)
    }

    /// It opens nothing any more.
    pub(crate) fn give_back(&self, ticket: &Ticket, now: Timestamp) {
        let mut given_back = self.lock();
        given_back.retain(|_, until| *until > now);
        given_back.insert(ticket.stated, ticket.until);
    }

    fn ticket(&self, opens: Opens<'_>, presented: &str) -> Option<Ticket> {
        let bytes = URL_SAFE_NO_PAD.decode(presented).ok()?;
        let (stated, mac) = bytes.split_at_checked(STATED)?;
        let stated: [u8; STATED] = stated.try_into().ok()?;
        if !bool::from(mac.ct_eq(&self.mac(opens, stated)?)) {
            return None;
        }
        let ticket = Ticket { stated, until: Timestamp(0) };
        Some(Ticket { until: ticket.begins().after(self.holds(opens)), ..ticket })
    }

    fn mac(&self, opens: Opens<'_>, stated: [u8; STATED]) -> Option<[u8; MAC]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(b"uketsuke page cookie 2:");
        mac.update(&stated);
        match opens {
            Opens::Page(scope) => mac.update(scope.to_string().as_bytes()),
            // No scope is written so.
            Opens::Lock => mac.update(b"(lock)"),
        }
        Some(mac.finalize().into_bytes().into())
    }

    const fn holds(&self, opens: Opens<'_>) -> Duration {
        match opens {
            Opens::Page(Scope::Board) => self.board,
            Opens::Page(_) | Opens::Lock => LONG,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; STATED], Timestamp>> {
        // Every change is whole before anything can panic.
        self.given_back.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    fn begins(&self) -> Timestamp {
        Timestamp(self.stated.first_chunk().map_or(0, |at| i64::from_be_bytes(*at)))
    }
}

fn header(opens: Opens<'_>, value: &str, holds: Duration) -> Option<HeaderValue> {
    let (name, path, age) = (name(opens)?, path(opens), holds.as_secs());
    HeaderValue::try_from(format!("{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Strict"))
        .ok()
}

/// Pages are for a kiosk or the board; no page gets another scope.
fn name(opens: Opens<'_>) -> Option<String> {
    match opens {
        Opens::Page(Scope::Kiosk(reader)) => Some(format!("uketsuke-kiosk-{reader}")),
        Opens::Page(Scope::Board) => Some(String::from("uketsuke-board")),
        Opens::Page(Scope::Results | Scope::Lookups | Scope::Admin) => None,
        Opens::Lock => Some(String::from("uketsuke-board-locked")),
    }
}

/// Where a browser sends it.
fn path(opens: Opens<'_>) -> String {
    match opens {
        Opens::Page(Scope::Kiosk(reader)) => format!("/v1/kiosk/{reader}/"),
        Opens::Page(_) => String::from("/v1/"),
        Opens::Lock => String::from("/v1/board"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_000_000_000);
    const BOARD: Opens<'_> = Opens::Page(&Scope::Board);

    fn cookies(key: u8) -> Cookies {
        Cookies::under([key; 32], Duration::from_secs(14 * 3600))
    }

    fn pair(cookies: &Cookies, opens: Opens<'_>) -> String {
        let given = cookies.give(opens, NOW).expect("a header");
        given.to_str().expect("ascii").split(';').next().expect("a pair").to_owned()
    }

    fn sent(pairs: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(pairs).expect("a header"))])
    }

    fn reader(id: &str) -> Scope {
        format!("kiosk:{id}").parse().expect("a scope")
    }

    #[test]
    fn a_cookie_is_for_one_thing_and_one_key() {
        let (ours, others) = (cookies(1), cookies(2));
        let (one, two) = (reader("front-1"), reader("front-2"));
        let given = pair(&ours, Opens::Page(&two));
        let headers = sent(&format!("other=1; {given}"));
        fn admits(cookies: &Cookies, headers: &HeaderMap, opens: Opens<'_>) -> bool {
            cookies.admit(headers, opens, NOW).is_some()
        }
        assert!(admits(&ours, &headers, Opens::Page(&two)));
        assert!(!admits(&ours, &headers, Opens::Page(&one)));
        assert!(!admits(&others, &headers, Opens::Page(&two)));
        assert!(!admits(&ours, &headers, BOARD));
        assert!(ours.give(Opens::Page(&Scope::Results), NOW).is_none(), "no page gets that");
        let renamed = sent(&given.replace("front-2", "front-1"));
        assert!(!admits(&ours, &renamed, Opens::Page(&one)));
        let locked = pair(&ours, Opens::Lock);
        assert!(admits(&ours, &sent(&locked), Opens::Lock));
        assert!(!admits(&ours, &sent(&locked.replace("-locked", "")), BOARD), "a lock is no board");
        for wrong in ["uketsuke-board=", "uketsuke-board=AAAA", "uketsuke-board=!"] {
            assert!(!admits(&ours, &sent(wrong), BOARD), "{wrong}");
        }
    }

    #[test]
    fn it_ends_by_our_clock() {
        let ours = cookies(1);
        let after = |hours: u64| NOW.after(Duration::from_secs(hours * 3600));
        let two = reader("front-2");
        for (opens, good, over) in
            [(BOARD, 13, 14), (Opens::Page(&two), 9599, 9600), (Opens::Lock, 9599, 9600)]
        {
            let headers = sent(&pair(&ours, opens));
            assert!(ours.admit(&headers, opens, NOW).is_some());
            assert!(ours.admit(&headers, opens, after(good)).is_some(), "{opens:?}");
            assert!(ours.admit(&headers, opens, after(over)).is_none(), "{opens:?}");
            assert!(ours.admit(&headers, opens, Timestamp(NOW.0 - 600_000)).is_none(), "from a wrong clock");
        }
    }

    #[test]
    fn one_that_was_given_back_opens_nothing_and_no_other_ends_by_it() {
        let ours = cookies(1);
        let (mine, yours) = (pair(&ours, BOARD), pair(&ours, BOARD));
        assert_ne!(mine, yours);
        let ticket = ours.admit(&sent(&mine), BOARD, NOW).expect("a ticket");
        ours.give_back(&ticket, NOW);
        assert!(ours.admit(&sent(&mine), BOARD, NOW).is_none());
        assert!(!ours.is_good(&ticket, NOW));
        assert!(ours.admit(&sent(&format!("{mine}; {yours}")), BOARD, NOW).is_some());
    }
}
