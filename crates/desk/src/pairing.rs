//! One-time codes, and the cookies that pages get for them.
//!
//! A page cannot hold a token safely, so it gets an HttpOnly cookie instead, good for one scope only: a reader's panel, or
//! the board. The cookie is a keyed hash of the scope under a key of the tokens' file: it outlives the daemon, and dies
//! with that file.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use model::Scope;
use sha2::Sha256;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// How long a code holds.
pub(crate) const HOLDS: Duration = Duration::from_secs(300);
/// Codes that may be open at once; a further one replaces the oldest.
const MOST_OPEN: usize = 8;
/// After so many wrong codes all open ones are void: 40 bits are then out of anybody's reach.
const MOST_WRONG: u8 = 5;
/// Without letters that look alike.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// 40 bits.
const CODE_LETTERS: usize = 8;

/// The open codes.
#[derive(Default)]
pub(crate) struct Pairings(Mutex<Open>);

#[derive(Default)]
struct Open {
    codes: Vec<Code>,
    wrong: u8,
}

struct Code {
    letters: String,
    scope: Scope,
    until: Instant,
}

impl Pairings {
    /// Makes a code for a page of that scope.
    pub(crate) fn make(&self, scope: Scope) -> Result<String, getrandom::Error> {
        let mut random = [0_u8; CODE_LETTERS];
        getrandom::fill(&mut random)?;
        let letters: String = random
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
            .copied()
            .map(char::from)
            .collect();
        let mut open = self.lock();
        open.wrong = 0;
        if open.codes.len() == MOST_OPEN {
            open.codes.remove(0);
        }
        open.codes.push(Code { letters: letters.clone(), scope, until: Instant::now() + HOLDS });
        Ok(letters)
    }

    /// Takes a code, once; the scope that it was made for. Case, spaces and hyphens do not count.
    pub(crate) fn redeem(&self, presented: &str) -> Option<Scope> {
        let presented: String =
            presented.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        let now = Instant::now();
        let mut open = self.lock();
        open.codes.retain(|code| code.until > now);
        let found =
            open.codes.iter().position(|code| code.letters.as_bytes().ct_eq(presented.as_bytes()).into());
        match found {
            Some(at) => Some(open.codes.remove(at).scope),
            None => {
                open.wrong = open.wrong.saturating_add(1);
                if open.wrong >= MOST_WRONG {
                    open.codes.clear();
                }
                None
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What makes the cookies.
pub(crate) struct Cookies {
    key: [u8; 32],
}

impl Cookies {
    pub(crate) const fn under(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The header that gives a page the cookie of a scope. A year: the kiosk stands for longer than a day.
    pub(crate) fn give(&self, scope: &Scope) -> Option<HeaderValue> {
        let value = URL_SAFE_NO_PAD.encode(self.value(scope)?);
        let (name, path) = (name(scope)?, path(scope));
        HeaderValue::try_from(format!(
            "{name}={value}; Path={path}; Max-Age=31536000; HttpOnly; SameSite=Strict"
        ))
        .ok()
    }

    /// Whether a request carries the cookie of this scope.
    pub(crate) fn admit(&self, headers: &HeaderMap, scope: &Scope) -> bool {
        let (Some(value), Some(name)) = (self.value(scope), name(scope)) else { return false };
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(presented, _)| *presented == name)
            .filter_map(|(_, presented)| URL_SAFE_NO_PAD.decode(presented).ok())
            .any(|presented| presented.ct_eq(&value).into())
    }

    fn value(&self, scope: &Scope) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(b"uketsuke page cookie 1:");
        mac.update(scope.to_string().as_bytes());
        Some(mac.finalize().into_bytes().into())
    }
}

/// Pages are for a kiosk or the board; no page gets another scope.
fn name(scope: &Scope) -> Option<String> {
    match scope {
        Scope::Kiosk(reader) => Some(format!("uketsuke-kiosk-{reader}")),
        Scope::Board => Some(String::from("uketsuke-board")),
        Scope::Results | Scope::Lookups | Scope::Admin => None,
    }
}

/// Where a browser sends it.
fn path(scope: &Scope) -> String {
    match scope {
        Scope::Kiosk(reader) => format!("/v1/kiosk/{reader}/"),
        _ => String::from("/v1/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(id: &str) -> Scope {
        format!("kiosk:{id}").parse().expect("a scope")
    }

    #[test]
    fn a_code_is_good_once_and_for_its_reader() {
        let pairings = Pairings::default();
        let code = pairings.make(reader("front-2")).expect("randomness");
        let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
        assert_eq!(pairings.redeem(&typed), Some(reader("front-2")));
        assert_eq!(pairings.redeem(&code), None, "used");
    }

    #[test]
    fn five_wrong_codes_void_the_open_ones() {
        let pairings = Pairings::default();
        let code = pairings.make(reader("front-2")).expect("randomness");
        for _ in 0..MOST_WRONG {
            assert_eq!(pairings.redeem("AAAA-AAA"), None);
        }
        assert_eq!(pairings.redeem(&code), None);
        let fresh = pairings.make(reader("front-2")).expect("randomness");
        assert_eq!(pairings.redeem(&fresh), Some(reader("front-2")));
    }

    #[test]
    fn a_cookie_is_for_one_scope_and_one_key() {
        let (ours, others) = (Cookies::under([1; 32]), Cookies::under([2; 32]));
        let given = ours.give(&reader("front-2")).expect("a header");
        let pair = given.to_str().expect("ascii").split(';').next().expect("a pair").to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::try_from(format!("other=1; {pair}")).expect("a header"));
        assert!(ours.admit(&headers, &reader("front-2")));
        assert!(!ours.admit(&headers, &reader("front-1")));
        assert!(!others.admit(&headers, &reader("front-2")));
        assert!(!ours.admit(&headers, &Scope::Board));
        assert!(ours.give(&Scope::Results).is_none(), "no page gets that");
        let renamed = pair.replace("front-2", "front-1");
        headers.insert(COOKIE, HeaderValue::try_from(renamed).expect("a header"));
        assert!(!ours.admit(&headers, &reader("front-1")));
    }
}
