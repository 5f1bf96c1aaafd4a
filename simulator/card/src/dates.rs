//! From when to when cards and certificates run, and the years of the Japanese eras.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset};

use crate::keys::IssueError;

const JAPAN: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Where in its life the authentication certificate stands at the time of issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateRule {
    /// A year old, to the fifth birthday after issue.
    Running,
    /// Runs out in 40 days: terminals warn from three months before.
    Expiring,
    /// Ran out 20 days ago: still an insurance card until three months after the end of the month of expiry.
    InGrace,
    /// Ran out 200 days ago: the grace is over.
    Lapsed,
}

/// The dates of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardDates {
    /// Last day of the card.
    pub card_expiry: Date,
    /// First moment of both certificates.
    pub not_before: OffsetDateTime,
    /// Last moment of both certificates: 23:59:59 in Japan.
    pub not_after: OffsetDateTime,
}

impl CardDates {
    /// The dates that a rule gives for a birth date at a moment. Only [`CertificateRule::Running`] ends on a
    /// birthday; the other rules are counted from now, as a test wants them.
    ///
    /// # Errors
    /// [`IssueError::Date`] when a date leaves the calendar.
    pub fn at(birth: Date, rule: CertificateRule, now: OffsetDateTime) -> Result<Self, IssueError> {
        let today = now.to_offset(JAPAN).date();
        let end = match rule {
            CertificateRule::Running => None,
            CertificateRule::Expiring => Some(today + Duration::days(40)),
            CertificateRule::InGrace => Some(today - Duration::days(20)),
            CertificateRule::Lapsed => Some(today - Duration::days(200)),
        };
        let issued = match end {
            None => today - Duration::days(365),
            Some(end) => end - Duration::days(5 * 365),
        };
        let adult = nth_birthday_after(birth, birth, 18)? <= issued;
        let card_expiry = nth_birthday_after(birth, issued, if adult { 10 } else { 5 })?;
        let last_day = match end {
            None => nth_birthday_after(birth, issued, 5)?,
            Some(end) => end,
        };
        Ok(Self {
            card_expiry,
            not_before: issued.with_time(Time::from_hms(3, 0, 0)?).assume_utc(),
            not_after: last_day.min(card_expiry).with_time(Time::from_hms(14, 59, 59)?).assume_utc(),
        })
    }
}

fn nth_birthday_after(birth: Date, day: Date, n: i32) -> Result<Date, IssueError> {
    let passed_this_year = (u8::from(day.month()), day.day()) >= (u8::from(birth.month()), birth.day());
    let year = day.year() + n - i32::from(!passed_this_year);
    // A birthday of 29 February is kept on the day before in other years.
    let shown = if birth.month() == Month::February && birth.day() == 29 && !time::util::is_leap_year(year) {
        Date::from_calendar_date(year, Month::February, 28)?
    } else {
        birth.replace_year(year)?
    };
    Ok(shown)
}

/// The era digit of certificates (1明治 2大正 3昭和 4平成 5令和) and the year in that era.
pub(crate) fn era(date: Date) -> (u8, i32) {
    const FIRST_DAYS: [(u8, (i32, u8, u8)); 4] =
        [(5, (2019, 5, 1)), (4, (1989, 1, 8)), (3, (1926, 12, 25)), (2, (1912, 7, 30))];
    let day = (date.year(), u8::from(date.month()), date.day());
    FIRST_DAYS
        .into_iter()
        .find(|(_, first)| day >= *first)
        .map_or((1, day.0 - 1867), |(digit, first)| (digit, day.0 - first.0 + 1))
}

/// `YYYYMMDD`.
pub(crate) fn compact(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use super::{CardDates, CertificateRule, era};
    use time::macros::{date, datetime};

    #[test]
    fn an_era_begins_on_its_first_day() {
        assert_eq!(era(date!(1980 - 02 - 17)), (3, 55));
        assert_eq!(era(date!(1989 - 01 - 07)), (3, 64));
        assert_eq!(era(date!(1989 - 01 - 08)), (4, 1));
        assert_eq!(era(date!(2019 - 04 - 30)), (4, 31));
        assert_eq!(era(date!(2019 - 05 - 01)), (5, 1));
    }

    #[test]
    fn certificates_end_on_the_fifth_birthday_and_cards_on_the_tenth() {
        let dates =
            CardDates::at(date!(1980 - 02 - 17), CertificateRule::Running, datetime!(2026-07-01 00:00 UTC))
                .unwrap();
        assert_eq!(dates.not_after, datetime!(2030-02-17 14:59:59 UTC));
        assert_eq!(dates.card_expiry, date!(2035 - 02 - 17));
        let child =
            CardDates::at(date!(2020 - 02 - 29), CertificateRule::Running, datetime!(2026-07-01 00:00 UTC))
                .unwrap();
        assert_eq!(child.card_expiry, date!(2030 - 02 - 28));
    }
}
