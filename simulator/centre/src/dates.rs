//! Calendar arithmetic in Japanese local time.

use model::Timestamp;
use time::{Date, OffsetDateTime, UtcOffset, macros::offset};

const JST: UtcOffset = offset!(+9);

/// The wall clock in Japan. Outside the years 0001 to 9999 it stands at the epoch.
pub(crate) fn japan(at: Timestamp) -> OffsetDateTime {
    let nanoseconds = i128::from(at.0).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(JST)
}

/// `yyyyMMdd` of that moment.
pub(crate) fn eight_digits(at: Timestamp) -> String {
    day(japan(at).date())
}

/// `yyyyMMdd`.
pub(crate) fn day(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day())
}

/// `yyyyMMddHHmmss`.
pub(crate) fn fourteen_digits(at: Timestamp) -> String {
    let clock = japan(at);
    format!("{}{:02}{:02}{:02}", eight_digits(at), clock.hour(), clock.minute(), clock.second())
}

/// When an expired certificate stops to serve: three months after the end of its month of expiry, Japanese time
/// (workflow.md section 9). The first moment at which it is refused.
#[must_use]
pub fn grace_end(not_after: OffsetDateTime) -> OffsetDateTime {
    let expiry = not_after.to_offset(JST).date();
    let first = expiry.replace_day(1).unwrap_or(expiry);
    months_later(first, 4).midnight().assume_offset(JST)
}

/// Whether the certificate expires within three months of `now` (workflow.md section 9).
pub(crate) fn expires_soon(not_after: OffsetDateTime, now: OffsetDateTime) -> bool {
    months_later(now.to_offset(JST).date(), 3) >= not_after.to_offset(JST).date()
}

/// The same day that many months later, or the last one of a shorter month.
fn months_later(date: Date, months: u8) -> Date {
    let month = date.month().nth_next(months);
    let turn = i32::from(u8::from(date.month()) + months > 12);
    let year = date.year().saturating_add(turn);
    let day = date.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_grace_ends_three_months_after_the_month_of_expiry() {
        // 2031-04-05 23:59:59 JST: end of April, then May, June, July.
        assert_eq!(grace_end(datetime!(2031-04-05 14:59:59 UTC)), datetime!(2031-08-01 00:00 +9));
        assert_eq!(grace_end(datetime!(2031-11-30 14:59:59 UTC)), datetime!(2032-03-01 00:00 +9));
        assert_eq!(grace_end(datetime!(2031-12-31 14:59:59 UTC)), datetime!(2032-04-01 00:00 +9));
    }

    #[test]
    fn soon_is_three_months() {
        let end = datetime!(2031-05-31 14:59:59 UTC);
        assert!(!expires_soon(end, datetime!(2031-02-28 12:00 +9)), "28 February leads to 28 May");
        assert!(expires_soon(end, datetime!(2031-03-01 12:00 +9)));
    }

    #[test]
    fn times_are_japanese() {
        assert_eq!(fourteen_digits(Timestamp(0)), "19700101090000");
    }
}
