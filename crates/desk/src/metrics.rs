//! `/metrics`: the counts of today and how everything stands, in Prometheus' text format. No personal data.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::clock;
use crate::events::blocking;
use crate::problem::Problem;
use crate::shared::Shared;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::{CentreHealth, ConsumerStatus, Counts, Day, Folder, Spread, StationState, StationStatus};
use std::fmt::Write as _;
use std::sync::Arc;

/// Counts and states for a Prometheus server
///
/// Counts are those of the present day in Japan and begin anew at midnight there, as counters may. A label is a reader's
/// id, a consumer's name or a word of this API.
#[utoipa::path(get, path = "/metrics", security(("token" = ["board"]), ("token" = ["admin"])),
    responses(
        (status = 200, body = String, content_type = "text/plain; version=0.0.4; charset=utf-8",
         description = "Prometheus' text format"),
    )
)]
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> Result<Response, Problem> {
    let today = Day::of(clock::now());
    let read = blocking(&shared.port, move |port| Ok((port.counts(today, today)?, port.consumers()?)));
    let (counts, consumers) = read.await?;
    let mut text = Text::default();
    of_counts(&mut text, &counts);
    of_consumers(&mut text, &consumers);
    of_stations(&mut text, &shared.port.readers());
    let up = matches!(shared.port.centre().health, CentreHealth::Up);
    text.family("uketsuke_centre_up", "gauge", "Whether the last exchange with the centre succeeded.");
    text.sample("uketsuke_centre_up", &[], u64::from(up));
    text.family("uketsuke_folder_up", "gauge", "Whether the folder is there.");
    for status in shared.port.folders() {
        let folder = match status.folder {
            Folder::Face => "face",
            Folder::Requests => "requests",
            Folder::Answers => "answers",
        };
        text.sample("uketsuke_folder_up", &[("folder", folder)], u64::from(status.trouble.is_none()));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.0).into_response())
}

fn of_counts(text: &mut Text, counts: &Counts) {
    text.family("uketsuke_results_total", "counter", "Results of today by how identity was confirmed.");
    for (verification, count) in &counts.verifications {
        text.sample("uketsuke_results_total", &[("verification", &word(verification))], *count);
    }
    text.family("uketsuke_validities_total", "counter", "Results of today by what the centre said.");
    for (validity, count) in &counts.validities {
        text.sample("uketsuke_validities_total", &[("validity", &word(validity))], *count);
    }
    text.family("uketsuke_answers_total", "counter", "Look-ups answered today by what the centre said.");
    for (validity, count) in &counts.answers {
        text.sample("uketsuke_answers_total", &[("validity", &word(validity))], *count);
    }
    text.family("uketsuke_failures_total", "counter", "Failures of today by code.");
    for (code, count) in &counts.failures {
        text.sample("uketsuke_failures_total", &[("code", code.as_str())], *count);
    }
    text.family(
        "uketsuke_certificates_expiring_total",
        "counter",
        "Results of today whose certificate expires.",
    );
    text.sample("uketsuke_certificates_expiring_total", &[], counts.expiring);
    of_spread(text, &counts.card_to_result);
}

fn of_spread(text: &mut Text, spread: &Spread) {
    let name = "uketsuke_card_to_result_seconds";
    text.family(name, "histogram", "From card placed to the centre's result, today.");
    let bucket = format!("{name}_bucket");
    for (limit, count) in Spread::LIMITS.into_iter().zip(spread.within) {
        text.sample(&bucket, &[("le", &limit.to_string())], count);
    }
    text.sample(&bucket, &[("le", "+Inf")], spread.count);
    text.line(&format!("{name}_sum {}", spread.sum.as_secs_f64()));
    text.sample(&format!("{name}_count"), &[], spread.count);
}

fn of_consumers(text: &mut Text, consumers: &[ConsumerStatus]) {
    text.family("uketsuke_consumer_waiting", "gauge", "Results that a consumer has not acknowledged.");
    for status in consumers {
        let labels = [("consumer", status.consumer.as_str())];
        text.sample("uketsuke_consumer_waiting", &labels, status.waiting);
    }
    text.family("uketsuke_consumer_missed_total", "counter", "Results destroyed before a consumer had them.");
    for status in consumers {
        let labels = [("consumer", status.consumer.as_str())];
        text.sample("uketsuke_consumer_missed_total", &labels, status.missed);
    }
}

fn of_stations(text: &mut Text, stations: &[StationStatus]) {
    text.family("uketsuke_reader_up", "gauge", "Whether a reader can be used.");
    for status in stations {
        let up = !matches!(status.state, StationState::OutOfOrder | StationState::Starting);
        text.sample("uketsuke_reader_up", &[("reader", status.reader.as_str())], u64::from(up));
    }
}

/// A word of the house, as serde names it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Lines of the text format. Labels are words and ids of this house: none needs escaping.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(&format!("# HELP {name} {help}"));
        self.line(&format!("# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        // Writing into a String does not fail.
        let _ = match labels.is_empty() {
            true => writeln!(self.0, "{name} {value}"),
            false => writeln!(self.0, "{name}{{{}}} {value}", labels.join(",")),
        };
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }
}
