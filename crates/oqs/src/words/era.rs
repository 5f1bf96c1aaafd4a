//! Days in the Japanese calendar, as cards print them.

use time::{Date, Month};

/// The eras since the first of one emperor, one era: name and first day. 明治 was proclaimed on the 8th of the ninth
/// month of the old calendar, which is 23 October 1868.
const ERAS: [(&str, i32, Month, u8); 5] = [
    ("令和", 2019, Month::May, 1),
    ("平成", 1989, Month::January, 8),
    ("昭和", 1926, Month::December, 25),
    ("大正", 1912, Month::July, 30),
    ("明治", 1868, Month::October, 23),
];

/// `yyyyMMdd` as `令和13年4月5日`. What is no day, or lies before 明治, stays as it is.
pub(super) fn day(digits: &str) -> String {
    let in_era = || {
        let date = date(digits)?;
        Some(format!("{}{}月{}日", year(date)?, u8::from(date.month()), date.day()))
    };
    in_era().unwrap_or_else(|| digits.to_owned())
}

/// `yyyyMM` as `令和13年4月`. A month in which an era ends belongs to the one that it begins in.
pub(super) fn month(digits: &str) -> String {
    let in_era = || {
        let first = date(&format!("{digits}01"))?;
        Some(format!("{}{}月", year(first)?, u8::from(first.month())))
    };
    in_era().unwrap_or_else(|| digits.to_owned())
}

/// Era and year; the first one is 元年.
fn year(date: Date) -> Option<String> {
    let began = |(_, year, month, day): &(&str, i32, Month, u8)| {
        (date.year(), u8::from(date.month()), date.day()) >= (*year, u8::from(*month), *day)
    };
    let (name, first, ..) = ERAS.iter().find(|era| began(era))?;
    Some(match date.year() - first {
        0 => format!("{name}元年"),
        after => format!("{name}{}年", after + 1),
    })
}

fn date(digits: &str) -> Option<Date> {
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let month: u8 = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..8)?.parse().ok()?;
    Date::from_calendar_date(digits.get(..4)?.parse().ok()?, Month::try_from(month).ok()?, day).ok()
}

#[cfg(test)]
mod tests {
    use super::{day, month};

    #[test]
    fn every_era_begins_on_its_first_day() {
        for (before, last, first, begun) in [
            ("20190430", "平成31年4月30日", "20190501", "令和元年5月1日"),
            ("19890107", "昭和64年1月7日", "19890108", "平成元年1月8日"),
            ("19261224", "大正15年12月24日", "19261225", "昭和元年12月25日"),
            ("19120729", "明治45年7月29日", "19120730", "大正元年7月30日"),
            ("18681022", "18681022", "18681023", "明治元年10月23日"),
        ] {
            assert_eq!((day(before), day(first)), (last.to_owned(), begun.to_owned()));
        }
        assert_eq!(day("20240229"), "令和6年2月29日");
        assert_eq!(day("20310405"), "令和13年4月5日");
    }

    #[test]
    fn what_is_no_day_stays_as_it_is() {
        for text in ["", "99999999", "20230229", "2031405", "2031040５", "+2310405", "20310405 ", "令和13年"]
        {
            assert_eq!(day(text), text);
        }
    }

    #[test]
    fn a_month_is_of_the_era_it_begins_in() {
        assert_eq!(month("203104"), "令和13年4月");
        assert_eq!(month("198901"), "昭和64年1月");
        assert_eq!(month("201905"), "令和元年5月");
        for text in ["", "203113", "2031", "20310405", "２０３１０"] {
            assert_eq!(month(text), text);
        }
    }
}
