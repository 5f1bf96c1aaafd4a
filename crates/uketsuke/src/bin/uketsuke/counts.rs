//! `uketsuke counts`: what this terminal counted on a day or in a month, without personal data.

use crate::client::get;
use crate::layout::{row, wrapped};
use crate::{Arguments, ControlError, words};
use clap::Args;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MONTH: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]");
/// Seconds that a practised user needs, card to finish (workflow.md section 5).
const PRACTISED: u64 = 30;
/// On which basis it is counted (workflow.md section 13.1 and 13.3).
const BASIS: [&str; 2] = [
    "基準：この端末でカードから得た結果の数です。厚労省の利用率では「オンライン資格確認件数」の側に近く、レセプト件数の側ではありません。毎月知らされる施設の件数の代わりにはなりません。",
    "Basis: results that a card brought at this terminal. Of the ministry's two rates this is near to the one counted by on-line checks, not by receipts, and it does not replace the monthly count that the site is told.",
];

/// Which days are meant.
#[derive(Debug, Args)]
pub(crate) struct When {
    /// その日。書かなければ今日（日本時間） / that day; today in Japan if left out.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, conflicts_with = "month")]
    day: Option<Date>,
    /// その月、日ごとにも / that month, and each of its days.
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    month: Option<Date>,
}

/// What was counted (the API's `CountsBody`).
#[derive(Deserialize)]
struct Counts {
    verifications: Vec<Count>,
    validities: Vec<Count>,
    answers: Vec<Count>,
    failures: Vec<Count>,
    expiring: u64,
    card_to_result: Spread,
}

/// So many of one word.
#[derive(Deserialize)]
struct Count {
    #[serde(alias = "verification", alias = "validity", alias = "code")]
    word: String,
    count: u64,
}

/// From card placed to the centre's answer: how many were measured, and how many took at most so many seconds.
#[derive(Deserialize)]
struct Spread {
    count: u64,
    within: Vec<Within>,
}

#[derive(Deserialize)]
struct Within {
    seconds: u64,
    count: u64,
}

#[derive(Deserialize)]
struct DayCounts {
    day: String,
    counts: Counts,
}

#[derive(Deserialize)]
struct MonthCounts {
    month: String,
    counts: Counts,
    days: Vec<DayCounts>,
}

pub(crate) async fn counts(arguments: &Arguments, when: &When) -> Result<(), ControlError> {
    if let Some(month) = when.month {
        let counted: MonthCounts = fetched(arguments, "months", month, MONTH).await?;
        print!("{}{}", page(&counted.month, &counted.counts), by_day(&counted.days));
    } else {
        let day = when.day.unwrap_or_else(today);
        let counted: DayCounts = fetched(arguments, "days", day, DAY).await?;
        print!("{}", page(&counted.day, &counted.counts));
    }
    Ok(())
}

async fn fetched<T: DeserializeOwned>(
    arguments: &Arguments,
    span: &str,
    date: Date,
    form: &[BorrowedFormatItem<'_>],
) -> Result<T, ControlError> {
    let date = date.format(form).map_err(|_| ControlError::Answer)?;
    let answer = get(arguments, &format!("/v1/counts/{span}/{date}")).await?;
    serde_json::from_slice(&answer.collect().await?.to_bytes()).map_err(|_| ControlError::Answer)
}

/// The totals first, then what they are made of.
fn page(when: &str, counts: &Counts) -> String {
    let mut page = format!("{when} の件数 / counts of {when}\n\n");
    page.push_str(&total("結果 / results", &counts.verifications));
    page.push_str(&total("カードなしの照会の回答 / answers of look-ups", &counts.answers));
    page.push_str(&total("失敗 / failures", &counts.failures));
    page.push('\n');
    BASIS.iter().for_each(|words| page.push_str(&wrapped(words, 0)));
    page.push_str(&section(
        "本人確認 / how identity was confirmed",
        &counts.verifications,
        words::verification,
    ));
    page.push_str(&section("結果の資格 / validity of results", &counts.validities, words::validity));
    page.push_str(&section("照会の資格 / validity of look-ups", &counts.answers, words::validity));
    if counts.expiring > 0 {
        let label = "証明書が期限切れ間近か期限切れ / certificates that expire soon or have";
        page.push_str(&format!("\n{}", row(label, &counts.expiring.to_string())));
    }
    page.push_str(&how_long(&counts.card_to_result));
    page.push_str(&failures(&counts.failures));
    page
}

fn total(label: &str, counts: &[Count]) -> String {
    row(label, &sum(counts).to_string())
}

fn sum(counts: &[Count]) -> u64 {
    counts.iter().fold(0, |sum, of| sum.saturating_add(of.count))
}

fn section(title: &str, counts: &[Count], in_words: impl Fn(&str) -> &str) -> String {
    let rows = counts.iter().map(|of| row(&format!("  {}", in_words(&of.word)), &of.count.to_string()));
    let rows: String = rows.collect();
    if rows.is_empty() { rows } else { format!("\n{title}\n{rows}") }
}

/// The share of quick visits, and the least limit that half of all kept; more the buckets do not tell.
fn how_long(spread: &Spread) -> String {
    if spread.count == 0 {
        return String::new();
    }
    let shown = |label: String, count: u64| {
        // Rounded down: all is said only of all.
        let percent = count.saturating_mul(100).checked_div(spread.count).unwrap_or_default();
        row(&label, &format!("{count} of {} ({percent} %)", spread.count))
    };
    let mut page =
        "\nカードを置いてからセンターの答えまで / from card placed to the centre's answer\n".to_owned();
    if let Some(quick) = spread.within.iter().find(|within| within.seconds == PRACTISED) {
        page.push_str(&shown(format!("  {PRACTISED} 秒以内 / at most {PRACTISED} s"), quick.count));
    }
    let half = spread.within.iter().find(|within| within.count >= spread.count.div_ceil(2));
    match (half, spread.within.last()) {
        (Some(half), _) => page.push_str(&shown(
            format!("  半数以上が {0} 秒以内 / half or more: at most {0} s", half.seconds),
            half.count,
        )),
        (None, Some(last)) => page.push_str(&shown(
            format!("  半数以上が {0} 秒超 / more than half: over {0} s", last.seconds),
            spread.count.saturating_sub(last.count),
        )),
        (None, None) => {}
    }
    page
}

/// The most frequent first, each with its cause.
fn failures(counts: &[Count]) -> String {
    let mut counts: Vec<&Count> = counts.iter().collect();
    if counts.is_empty() {
        return String::new();
    }
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.word.cmp(&other.word)));
    let mut page = "\n失敗 / failures（対処 / what to do: uketsuke explain CODE）\n".to_owned();
    for of in counts {
        page.push_str(&row(&format!("  {}", of.word), &of.count.to_string()));
        if let Some(entry) = failure::explain(&of.word) {
            page.push_str(&wrapped(entry.cause.ja, 4));
            page.push_str(&wrapped(entry.cause.en, 4));
        }
    }
    page
}

/// The days on which something was counted.
fn by_day(days: &[DayCounts]) -> String {
    let line = |day: &DayCounts| {
        let [results, answers, failures] =
            [&day.counts.verifications, &day.counts.answers, &day.counts.failures].map(|of| sum(of));
        let counted = results > 0 || answers > 0 || failures > 0;
        counted.then(|| row(&format!("  {}", day.day), &format!("{results:>6}{answers:>6}{failures:>6}")))
    };
    let lines: String = days.iter().filter_map(line).collect();
    if lines.is_empty() {
        return lines;
    }
    format!("\n日ごと：結果、照会、失敗 / by day: results, look-ups, failures\n{lines}")
}

/// Japan has no summer time.
fn today() -> Date {
    OffsetDateTime::now_utc().to_offset(offset!(+9)).date()
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, DAY).map_err(|_| "yyyy-mm-dd".to_owned())
}

/// A month as its first day.
fn month(text: &str) -> Result<Date, String> {
    Date::parse(&format!("{text}-01"), DAY).map_err(|_| "yyyy-mm".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{COLUMNS, columns};
    use serde_json::json;

    fn counted() -> Counts {
        serde_json::from_value(json!({
            "verifications": [{ "verification": "face", "count": 9 }, { "verification": "pin", "count": 5 }],
            "validities": [
                { "validity": "valid", "count": 12 }, { "validity": "invalid_with_newer", "count": 1 },
                { "validity": "valid_unregistered", "count": 1 },
            ],
            "answers": [{ "validity": "several", "count": 3 }],
            "failures": failure::catalogue().iter().map(|entry| json!({ "code": entry.code.as_str(), "count": 1 }))
                .chain([json!({ "code": "OF_A_LATER_VERSION", "count": 40 })]).collect::<Vec<_>>(),
            "expiring": 2,
            "card_to_result": { "count": 14, "seconds": 300.5, "within": [
                { "seconds": 5, "count": 0 }, { "seconds": 10, "count": 6 }, { "seconds": 20, "count": 8 },
                { "seconds": 30, "count": 12 }, { "seconds": 300, "count": 13 },
            ] },
        }))
        .unwrap()
    }

    fn squeezed(page: &str) -> String {
        page.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn totals_come_first_and_every_line_fits() {
        let page = page("2031-04-05", &counted());
        for line in page.lines() {
            assert!(columns(line) <= COLUMNS, "{} columns: {line}", columns(line));
        }
        let told = squeezed(&page);
        let places = [
            "results 14",
            "answers of look-ups 3",
            "Basis:",
            "by face 9",
            "several found 3",
            "expire soon or have 2",
        ]
        .map(|part| told.find(part).unwrap_or_else(|| panic!("{part}: {page}")));
        assert!(places.is_sorted(), "{page}");
    }

    #[test]
    fn failures_are_told_by_number_and_with_their_cause() {
        let page = page("2031-04-05", &counted());
        let at = |part: &str| page.find(part).unwrap_or_else(|| panic!("{part}"));
        assert!(at("OF_A_LATER_VERSION") < at("CARD_REMOVED_EARLY"));
        let cause = failure::explain("CARD_REMOVED_EARLY").unwrap().cause;
        assert!(squeezed(&page).contains(&squeezed(cause.en)), "{page}");
    }

    #[test]
    fn the_spread_is_told_as_its_buckets_know_it() {
        let told = squeezed(&how_long(&counted().card_to_result));
        assert!(told.contains("at most 30 s 12 of 14 (85 %)"), "{told}");
        assert!(told.contains("half or more: at most 20 s 8 of 14 (57 %)"), "{told}");
        let slow = Spread {
            count: 5,
            within: vec![Within { seconds: 30, count: 0 }, Within { seconds: 300, count: 2 }],
        };
        let told = squeezed(&how_long(&slow));
        assert!(told.contains("more than half: over 300 s 3 of 5 (60 %)"), "{told}");
        assert_eq!(how_long(&Spread { count: 0, within: Vec::new() }), "");
    }

    #[test]
    fn a_month_lists_the_days_on_which_something_was_counted() {
        let none = || Counts {
            verifications: Vec::new(),
            validities: Vec::new(),
            answers: Vec::new(),
            failures: Vec::new(),
            expiring: 0,
            card_to_result: Spread { count: 0, within: Vec::new() },
        };
        let days = [
            DayCounts { day: "2031-04-05".to_owned(), counts: counted() },
            DayCounts { day: "2031-04-06".to_owned(), counts: none() },
        ];
        let told = by_day(&days);
        assert!(told.contains("2031-04-05") && !told.contains("2031-04-06"), "{told}");
        assert!(page("2031-04-06", &none()).lines().count() < 16);
        assert_eq!(by_day(&days[1..]), "");
    }

    #[test]
    fn days_and_months_have_one_form() {
        assert_eq!(day("2031-04-05").unwrap().format(DAY).unwrap(), "2031-04-05");
        assert_eq!(month("2031-04").unwrap().format(MONTH).unwrap(), "2031-04");
        for text in ["2031-4-5", "20310405", "2031-02-30", "2031-04-05/../x", "today"] {
            assert!(day(text).is_err(), "{text}");
        }
        for text in ["2031", "2031-13", "2031-04-05"] {
            assert!(month(text).is_err(), "{text}");
        }
    }
}
