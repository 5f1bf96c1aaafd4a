//! One-time codes, for which pages get their cookies.

use model::Scope;
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
}
