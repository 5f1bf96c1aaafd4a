//! What was counted on a day or in a month.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{ValidityWord, VerificationWord};
use crate::events::blocking;
use crate::forms::{CodeForm, DayForm, MonthForm};
use crate::problem::Problem;
use crate::shared::Shared;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use model::{Counts, Day, Spread};
use serde::Serialize;
use std::sync::Arc;
use time::{Date, Duration, Month};
use utoipa::ToSchema;

/// What was counted, without personal data.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountsBody {
    /// Results by how identity was confirmed.
    verifications: Vec<VerificationCount>,
    /// Results by 資格有効性.
    validities: Vec<ValidityCount>,
    /// Answers of look-ups by 資格有効性.
    answers: Vec<ValidityCount>,
    /// Failures by code.
    failures: Vec<FailureCount>,
    /// Results with a certificate that expires soon or has.
    expiring: u64,
    card_to_result: SpreadBody,
}

/// So many results.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationCount {
    verification: VerificationWord,
    count: u64,
}

/// So many results or answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct ValidityCount {
    validity: ValidityWord,
    count: u64,
}

/// So many failures.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailureCount {
    /// The stable code.
    #[schema(value_type = CodeForm)]
    code: &'static str,
    count: u64,
}

/// Seconds from card placed to the centre's result.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpreadBody {
    /// How many were measured.
    count: u64,
    /// Their sum.
    seconds: f64,
    /// How many took at most so long, by limit.
    within: Vec<WithinBody>,
}

/// So many took at most so long.
#[derive(Serialize, ToSchema)]
pub(crate) struct WithinBody {
    seconds: u64,
    count: u64,
}

/// A day's counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct DayBody {
    /// `yyyy-mm-dd`, in Japan.
    #[schema(value_type = DayForm)]
    day: String,
    counts: CountsBody,
}

/// A month's counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthBody {
    /// `yyyy-mm`, in Japan.
    #[schema(value_type = MonthForm)]
    month: String,
    /// All its days together.
    counts: CountsBody,
    /// Each of its days.
    days: Vec<DayBody>,
}

impl From<Counts> for CountsBody {
    fn from(counts: Counts) -> Self {
        let validities = |by: std::collections::BTreeMap<model::Validity, u64>| {
            by.into_iter().map(|(word, count)| ValidityCount { validity: word.into(), count }).collect()
        };
        Self {
            verifications: counts
                .verifications
                .into_iter()
                .map(|(word, count)| VerificationCount { verification: word.into(), count })
                .collect(),
            validities: validities(counts.validities),
            answers: validities(counts.answers),
            failures: counts
                .failures
                .into_iter()
                .map(|(code, count)| FailureCount { code: code.as_str(), count })
                .collect(),
            expiring: counts.expiring,
            card_to_result: counts.card_to_result.into(),
        }
    }
}

impl From<Spread> for SpreadBody {
    fn from(spread: Spread) -> Self {
        let within = Spread::LIMITS.into_iter().zip(spread.within);
        Self {
            count: spread.count,
            seconds: spread.sum.as_secs_f64(),
            within: within.map(|(seconds, count)| WithinBody { seconds, count }).collect(),
        }
    }
}

/// What was counted on a day
#[utoipa::path(get, path = "/v1/counts/days/{day}",
    security(("token" = ["board"]), ("token" = ["admin"]), ("page" = ["board"])),
    params(("day" = DayForm, Path, description = "`yyyy-mm-dd`, in Japan")),
    responses(
        (status = 200, body = DayBody, description = "The day's counts; zeros if nothing was counted"),
    )
)]
pub(crate) async fn day(
    State(shared): State<Arc<Shared>>,
    day: Result<Path<String>, PathRejection>,
) -> Result<Json<DayBody>, Problem> {
    let Path(text) = day.map_err(|_| Problem::bad_request())?;
    let date = date(&text).ok_or(Problem::bad_request())?;
    let counts = blocking(&shared.port, move |port| port.counts(number(date), number(date))).await?;
    Ok(Json(DayBody { day: text, counts: counts.into() }))
}

/// What was counted in a month
#[utoipa::path(get, path = "/v1/counts/months/{month}",
    security(("token" = ["board"]), ("token" = ["admin"]), ("page" = ["board"])),
    params(("month" = MonthForm, Path, description = "`yyyy-mm`, in Japan")),
    responses(
        (status = 200, body = MonthBody, description = "The month's counts"),
    )
)]
pub(crate) async fn month(
    State(shared): State<Arc<Shared>>,
    month: Result<Path<String>, PathRejection>,
) -> Result<Json<MonthBody>, Problem> {
    let Path(text) = month.map_err(|_| Problem::bad_request())?;
    let first = date(&format!("{text}-01")).ok_or(Problem::bad_request())?;
    let days: Vec<Date> = std::iter::successors(Some(first), |day| day.next_day())
        .take_while(|day| day.month() == first.month())
        .collect();
    let body = blocking(&shared.port, move |port| {
        let of = |day: &Date| -> Result<DayBody, crate::port::DeskFault> {
            let counts = port.counts(number(*day), number(*day))?;
            Ok(DayBody { day: written(*day), counts: counts.into() })
        };
        let last = days.last().copied().unwrap_or(first);
        Ok(MonthBody {
            month: text,
            counts: port.counts(number(first), number(last))?.into(),
            days: days.iter().map(of).collect::<Result<_, _>>()?,
        })
    });
    Ok(Json(body.await?))
}

/// The day of `yyyy-mm-dd`.
pub(crate) fn numbered(text: &str) -> Option<Day> {
    date(text).map(number)
}

/// `yyyy-mm-dd` and nothing else.
fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes.iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    if !form {
        return None;
    }
    let month = Month::try_from(u8::try_from(part(5..7)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(part(0..4)?), month, u8::try_from(part(8..10)?).ok()?).ok()
}

fn written(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

fn number(date: Date) -> Day {
    const FIRST: Date = time::macros::date!(1970 - 01 - 01);
    Day(Duration::whole_days(date - FIRST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_numbered_as_the_ledger_numbers_it() {
        let day = date("2026-02-25").map(number);
        // 2026-02-25T15:13:20 in Japan.
        assert_eq!(day, Some(Day::of(model::Timestamp(1_772_000_000_000))));
        assert_eq!(date("2026-02-25").map(written).as_deref(), Some("2026-02-25"));
        for text in ["2026-02-30", "2026-2-25", "20260225", "2026-02-25 ", "+026-02-25", "2026-00-01"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
