//! The site's passcode, with which staff take over the check at a reader (目視確認 without the board).
//!
//! The file holds salt and hash only. Four digits are few: whoever has the file finds them in minutes, whatever the hash,
//! so the file belongs to the daemon's user alone, and at the readers the number of tries is limited, for the whole site
//! together. That count is kept in memory: a restart of the daemon forgets it, which nobody at a reader can cause.

use model::{Moment, Passcode, Purpose};
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Read as _;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use visit::PasscodeCheck;

/// Wrong passcodes within [`WITHIN`], of all readers together, that lock it.
pub const MOST_WRONG: usize = 5;
/// Wrong passcodes older than this no longer count.
pub const WITHIN: Duration = Duration::from_secs(10 * 60);
/// So long none is taken once it is locked.
pub const LOCKED_FOR: Duration = Duration::from_secs(10 * 60);

/// First word of the file.
const FORM: &str = "pbkdf2-sha256";
/// Rounds for a new file (OWASP Password Storage Cheat Sheet, 2023, for PBKDF2-HMAC-SHA256).
const ROUNDS: u32 = 600_000;
/// What a file may ask for: enough to be worth it, and not so many that a check outlasts its deadline.
const ROUNDS_TAKEN: std::ops::RangeInclusive<u32> = 100_000..=2_000_000;
const SALT: usize = 16;
const HASH: usize = 32;
/// A file of the right form is shorter.
const MOST_BYTES: u64 = 512;

/// Why a passcode file cannot be used. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub enum PasscodeFault {
    /// It cannot be read.
    #[error("読めません / it cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// Others than its owner may read or change it.
    #[error(
        "ほかの人も読み書きできます。chmod 600 してください / it may be read or changed by others (mode {0:03o}): chmod 600 it"
    )]
    Open(u32),
    /// It is none.
    #[error(
        "パスコードのファイルではありません。uketsuke passcode set で作り直してください / it is not a passcode file: make it anew with `uketsuke passcode set`"
    )]
    WrongForm,
    /// The system gives no randomness.
    #[error("乱数が得られません / no randomness from the operating system")]
    Randomness,
}

/// What stands in a passcode file.
pub struct StoredPasscode {
    rounds: NonZeroU32,
    salt: [u8; SALT],
    hash: [u8; HASH],
}

impl std::fmt::Debug for StoredPasscode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredPasscode(…)")
    }
}

impl StoredPasscode {
    /// Hashes a new passcode under a fresh salt.
    ///
    /// # Errors
    /// [`PasscodeFault::Randomness`].
    pub fn new(passcode: &Passcode) -> Result<Self, PasscodeFault> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|_| PasscodeFault::Randomness)?;
        let rounds = NonZeroU32::new(ROUNDS).unwrap_or(NonZeroU32::MIN);
        let mut hash = [0; HASH];
        pbkdf2::derive(PBKDF2_HMAC_SHA256, rounds, &salt, passcode.expose(Purpose::Judge), &mut hash);
        Ok(Self { rounds, salt, hash })
    }

    /// Reads a file that belongs to its owner alone.
    ///
    /// # Errors
    /// Every [`PasscodeFault`] but that of randomness.
    pub fn read(path: &Path) -> Result<Self, PasscodeFault> {
        let file = std::fs::File::open(path).map_err(PasscodeFault::Unreadable)?;
        let mode = file.metadata().map_err(PasscodeFault::Unreadable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(PasscodeFault::Open(mode));
        }
        let mut text = String::new();
        file.take(MOST_BYTES).read_to_string(&mut text).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::InvalidData => PasscodeFault::WrongForm,
            _ => PasscodeFault::Unreadable(cause),
        })?;
        Self::parse(&text).ok_or(PasscodeFault::WrongForm)
    }

    /// One line: form, rounds, salt, hash, the last two in hexadecimal digits.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{FORM} {} {} {}\n", self.rounds, hex(&self.salt), hex(&self.hash))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.trim_end().split(' ');
        if words.next() != Some(FORM) {
            return None;
        }
        let rounds = words.next()?.parse().ok().filter(|rounds| ROUNDS_TAKEN.contains(rounds))?;
        let (salt, hash) = (bytes(words.next()?)?, bytes(words.next()?)?);
        words.next().is_none().then_some(Self { rounds: NonZeroU32::new(rounds)?, salt, hash })
    }

    /// Takes a good part of a second; in constant time as far as the digits are concerned.
    fn is(&self, passcode: &Passcode) -> bool {
        let digits = passcode.expose(Purpose::Judge);
        pbkdf2::verify(PBKDF2_HMAC_SHA256, self.rounds, &self.salt, digits, &self.hash).is_ok()
    }
}

/// The passcode of the site with the count of its wrong tries, shared by all readers.
#[derive(Debug)]
pub(crate) struct SitePasscode {
    stored: StoredPasscode,
    tally: Mutex<Tally>,
}

impl SitePasscode {
    pub(crate) fn new(stored: StoredPasscode) -> Self {
        Self { stored, tally: Mutex::default() }
    }

    /// Checks one. Blocks for the hash, and for a check at another reader: two at once must not both be the last.
    pub(crate) fn check(&self, passcode: &Passcode, now: impl Fn() -> Moment) -> PasscodeCheck {
        // Every change of the tally is whole; a panic elsewhere leaves none half-done.
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if tally.is_locked(now()) {
            return PasscodeCheck::Locked;
        }
        if self.stored.is(passcode) {
            tally.right();
            return PasscodeCheck::Right;
        }
        if tally.wrong(now()) { PasscodeCheck::Locked } else { PasscodeCheck::Wrong }
    }
}

/// When passcodes were wrong.
#[derive(Debug, Default)]
struct Tally {
    wrong: VecDeque<Moment>,
    locked_until: Option<Moment>,
}

impl Tally {
    fn is_locked(&mut self, now: Moment) -> bool {
        if self.locked_until.is_some_and(|until| now >= until) {
            self.locked_until = None;
        }
        self.locked_until.is_some()
    }

    fn right(&mut self) {
        self.wrong.clear();
    }

    /// Counts one; true if that locks.
    fn wrong(&mut self, now: Moment) -> bool {
        self.wrong.retain(|at| now.since(*at) < WITHIN);
        self.wrong.push_back(now);
        if self.wrong.len() < MOST_WRONG {
            return false;
        }
        self.wrong.clear();
        self.locked_until = Some(now.after(LOCKED_FOR));
        true
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N.checked_mul(2)? || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().enumerate() {
        let at = place.checked_mul(2)?;
        *byte = u8::from_str_radix(text.get(at..at.checked_add(2)?)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops")]
mod tests {
    use super::*;

    fn passcode(digits: &[u8]) -> Passcode {
        Passcode::from_digits(digits).unwrap()
    }

    fn moment(seconds: u64) -> Moment {
        Moment::from_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn a_file_is_read_as_it_was_made_and_no_other() {
        let made = StoredPasscode::new(&passcode(b"0417")).unwrap();
        let text = made.to_text();
        let read = StoredPasscode::parse(&text).unwrap();
        assert!(read.is(&passcode(b"0417")));
        assert!(!read.is(&passcode(b"0418")));
        let broken = [
            String::new(),
            "0417".to_owned(),
            text.replace(FORM, "md5"),
            text.replace("600000", "1"),
            text.replace("600000", "4000000000"),
            format!("{} x", text.trim_end()),
            text.trim_end().chars().take(60).collect(),
            text.chars().rev().skip(2).collect::<String>().chars().rev().chain(['z']).collect(),
        ];
        for broken in broken {
            assert!(StoredPasscode::parse(&broken).is_none(), "{broken}");
        }
    }

    /// Worked out with another implementation: Python's `hashlib.pbkdf2_hmac("sha256", b"0417", bytes(range(16)),
    /// 100000)`.
    #[test]
    fn the_hash_is_pbkdf2() {
        let text = "pbkdf2-sha256 100000 000102030405060708090a0b0c0d0e0f 6395606674c5372c1679e595ad574a20c3ead1a009c3dc3d9e49ecea6cced40a";
        assert!(StoredPasscode::parse(text).unwrap().is(&passcode(b"0417")));
    }

    #[test]
    fn five_wrong_ones_within_ten_minutes_lock_the_site_for_ten() {
        let mut tally = Tally::default();
        for second in 0..4 {
            assert!(!tally.wrong(moment(second)));
        }
        assert!(tally.wrong(moment(599)), "the fifth");
        assert!(tally.is_locked(moment(599)));
        assert!(tally.is_locked(moment(599 + 599)));
        assert!(!tally.is_locked(moment(599 + 600)));
        assert!(!tally.wrong(moment(1200)), "counted anew");
    }

    #[test]
    fn old_ones_do_not_count_and_a_right_one_begins_anew() {
        let mut tally = Tally::default();
        for second in [0, 1, 2, 3] {
            assert!(!tally.wrong(moment(second)));
        }
        assert!(!tally.wrong(moment(601)), "the first two are ten minutes old");
        tally.right();
        for second in 602..606 {
            assert!(!tally.wrong(moment(second)));
        }
        assert!(tally.wrong(moment(606)));
    }

    #[test]
    fn a_locked_passcode_is_not_even_looked_at() {
        let site = SitePasscode::new(StoredPasscode::parse(
            "pbkdf2-sha256 100000 000102030405060708090a0b0c0d0e0f 6395606674c5372c1679e595ad574a20c3ead1a009c3dc3d9e49ecea6cced40a",
        ).unwrap());
        let now = || moment(7);
        for _ in 1..MOST_WRONG {
            assert_eq!(site.check(&passcode(b"1111"), now), PasscodeCheck::Wrong);
        }
        assert_eq!(site.check(&passcode(b"1111"), now), PasscodeCheck::Locked);
        assert_eq!(site.check(&passcode(b"0417"), now), PasscodeCheck::Locked);
        assert_eq!(site.check(&passcode(b"0417"), || moment(7 + 600)), PasscodeCheck::Right);
    }
}
