//! Times of the interface: digits in Japanese local time, no zone.

use model::Timestamp;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// Japan has had no summer time since 1952.
const JAPAN: Duration = Duration::hours(9);
const EARLIEST: i64 = 0;
/// 9999-12-31 23:59:59 in Japan.
const LATEST: i64 = 253_402_268_399_999;

/// `yyyyMMddHHmmss` in Japan. Times before 1970 or after 9999 become the nearest that can be written.
#[must_use]
pub fn local_time(at: Timestamp) -> String {
    let at = japanese(at);
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `yyyyMMdd` in Japan, bounded like [`local_time`].
#[must_use]
pub fn local_date(at: Timestamp) -> String {
    let at = japanese(at);
    format!("{:04}{:02}{:02}", at.year(), u8::from(at.month()), at.day())
}

/// Reads `yyyyMMddHHmmss` of Japan; none if that is not a time.
#[must_use]
pub fn timestamp(digits: &str) -> Option<Timestamp> {
    if digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let small = |from: usize| number(from, from + 2).and_then(|value| u8::try_from(value).ok());
    let month = Month::try_from(small(4)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, small(6)?).ok()?;
    let time = Time::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
    let universal = PrimitiveDateTime::new(date, time).checked_sub(JAPAN)?.assume_utc();
    universal.unix_timestamp().checked_mul(1000).map(Timestamp)
}

fn japanese(at: Timestamp) -> OffsetDateTime {
    let seconds = at.0.clamp(EARLIEST, LATEST).div_euclid(1000);
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|universal| universal.checked_add(JAPAN))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_japanese() {
        // 2031-04-05 00:30:12 UTC
        let at = Timestamp(1_933_115_412_345);
        assert_eq!(local_time(at), "20310405093012");
        assert_eq!(local_date(Timestamp(1_933_169_400_000)), "20310406", "midnight is Japan's");
        assert_eq!(timestamp("20310405093012"), Some(Timestamp(1_933_115_412_000)));
        assert_eq!(timestamp("20310231000000"), None);
        assert_eq!(timestamp("2031040509301２"), None);
    }

    #[test]
    fn times_outside_the_calendar_are_bounded() {
        assert_eq!(local_time(Timestamp(i64::MAX)), "99991231235959");
        assert_eq!(local_time(Timestamp(i64::MIN)), "19700101090000");
    }
}
