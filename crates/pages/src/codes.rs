//! One-time codes, for which a page gets its cookie: made by staff, typed by hand or brought along in an address.

use std::fmt;
use std::time::Instant;
use subtle::ConstantTimeEq as _;

/// Letters of a code: 40 bits.
pub const CODE_LETTERS: usize = 8;
/// Codes that may be open at once; a further one replaces the oldest.
const MOST_OPEN: usize = 8;
/// After so many wrong codes all open ones are void: 40 bits are then out of anybody's reach.
const MOST_WRONG: u8 = 5;
/// Without letters that look alike.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The open codes, each for one `T`. `M` is a moment: this room reads no clock.
pub struct OneTimeCodes<T, M = Instant> {
    open: Vec<Code<T, M>>,
    wrong: u8,
}

struct Code<T, M> {
    letters: String,
    opens: T,
    until: Option<M>,
}

/// Without the codes: each is a secret until it is used.
impl<T, M> fmt::Debug for OneTimeCodes<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneTimeCodes").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl<T, M> Default for OneTimeCodes<T, M> {
    fn default() -> Self {
        Self { open: Vec::new(), wrong: 0 }
    }
}

impl<T, M: PartialOrd> OneTimeCodes<T, M> {
    /// Makes a code of these random bytes. It holds until it is used, and until then at most if there is a time.
    pub fn make(&mut self, random: [u8; CODE_LETTERS], opens: T, until: Option<M>) -> String {
        let letters: String = random.iter().map(letter).collect();
        self.wrong = 0;
        if self.open.len() == MOST_OPEN {
            self.open.remove(0);
        }
        self.open.push(Code { letters: letters.clone(), opens, until });
        letters
    }

    /// Takes a code, once; what it was made for. Case, spaces and hyphens do not count.
    pub fn redeem(&mut self, presented: &str, now: &M) -> Option<T> {
        let presented: String =
            presented.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        self.open.retain(|code| code.until.as_ref().is_none_or(|until| until > now));
        let is_it = |code: &Code<T, M>| code.letters.as_bytes().ct_eq(presented.as_bytes()).into();
        if let Some(at) = self.open.iter().position(is_it) {
            return Some(self.open.remove(at).opens);
        }
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong >= MOST_WRONG {
            self.open.clear();
        }
        None
    }
}

/// Each letter is as likely as any other: 256 is a multiple of 32.
fn letter(random: &u8) -> char {
    LETTERS.get(usize::from(random % 32)).copied().map_or('A', char::from)
}

#[cfg(test)]
mod tests {
    use super::{CODE_LETTERS, MOST_OPEN, MOST_WRONG, OneTimeCodes};

    const RANDOM: [u8; CODE_LETTERS] = [0, 1, 31, 32, 100, 200, 254, 255];

    #[test]
    fn a_code_is_good_once_and_as_it_is_typed() {
        let mut codes = OneTimeCodes::default();
        let code = codes.make(RANDOM, "front-2", None);
        assert_eq!(code, "AB9AEJ89");
        assert_eq!(codes.redeem(" ab9a-ej89 ", &0), Some("front-2"));
        assert_eq!(codes.redeem(&code, &0), None, "used");
    }

    #[test]
    fn a_code_holds_until_its_time_is_over() {
        let mut codes = OneTimeCodes::default();
        let code = codes.make(RANDOM, (), Some(300));
        assert_eq!(codes.redeem(&code, &300), None);
        let code = codes.make(RANDOM, (), Some(300));
        assert_eq!(codes.redeem(&code, &299), Some(()));
    }

    #[test]
    fn wrong_codes_void_the_open_ones() {
        let mut codes = OneTimeCodes::default();
        let code = codes.make(RANDOM, (), None);
        for _ in 1..MOST_WRONG {
            assert_eq!(codes.redeem("AAAA-AAA", &0), None);
        }
        assert_eq!(codes.redeem(&code, &0), Some(()), "one try was left");
        let code = codes.make(RANDOM, (), None);
        for _ in 0..MOST_WRONG {
            assert_eq!(codes.redeem("AAAA-AAA", &0), None);
        }
        assert_eq!(codes.redeem(&code, &0), None);
        let fresh = codes.make(RANDOM, (), None);
        assert_eq!(codes.redeem(&fresh, &0), Some(()), "a new code begins anew");
    }

    #[test]
    fn one_too_many_replaces_the_oldest() {
        let mut codes = OneTimeCodes::default();
        let made: Vec<_> = (0..=MOST_OPEN)
            .map(|number| codes.make([u8::try_from(number).unwrap(); CODE_LETTERS], number, None))
            .collect();
        assert_eq!(codes.redeem(&made[0], &0), None);
        assert_eq!(codes.redeem(&made[1], &0), Some(1));
        assert_eq!(codes.redeem(&made[MOST_OPEN], &0), Some(MOST_OPEN));
    }
}
