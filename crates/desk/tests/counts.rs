//! What was counted, by day, by month and for Prometheus, without personal data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{NOW, Site, result};
use failure::codes;
use model::{Beside, Counted, Remark, StationState, Validity, Verification, VisitResult};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Two results on 25 February 2026, one on the next day, a failure and an answer.
async fn counted() -> Site {
    let site = Site::open().await;
    let took = |seconds| Beside { card: None, took: Some(Duration::from_secs(seconds)) };
    site.tell_with(VisitResult { remarks: vec![Remark::CertificateExpiresSoon], ..result(1) }, took(7)).await;
    site.tell_with(VisitResult { verification: Verification::Pin, ..result(2) }, took(40)).await;
    let later = NOW.after(Duration::from_secs(86_400));
    site.tell(VisitResult { received_at: later, validity: Validity::Invalid, ..result(3) }).await;
    site.ledger.count(Counted::Failure(codes::CARD_LEFT), NOW);
    site.ledger.count(Counted::Answer(Validity::NotFound), NOW);
    // Behind the counting in the ledger's queue: when it is done, so is that.
    site.ledger.register("archive".parse().unwrap(), NOW).await.unwrap();
    site
}

#[tokio::test]
async fn a_day_has_its_own_counts_and_a_month_all_of_its_days() {
    let site = counted().await;
    let day = site.get("/v1/counts/days/2026-02-25").await.json();
    let counts = &day["counts"];
    assert_eq!(day["day"], "2026-02-25");
    let both = json!([{ "verification": "face", "count": 1 }, { "verification": "pin", "count": 1 }]);
    assert_eq!(counts["verifications"], both);
    assert_eq!(counts["validities"], json!([{ "validity": "valid", "count": 2 }]));
    assert_eq!(counts["answers"], json!([{ "validity": "not_found", "count": 1 }]));
    assert_eq!(counts["failures"], json!([{ "code": "CARD_LEFT", "count": 1 }]));
    assert_eq!(counts["expiring"], 1);
    let spread = &counts["card_to_result"];
    assert_eq!((&spread["count"], &spread["seconds"]), (&json!(2), &json!(47.0)));
    let within = |spread: &Value| -> Vec<(u64, u64)> {
        let steps = spread["within"].as_array().unwrap().iter();
        steps.map(|step| (step["seconds"].as_u64().unwrap(), step["count"].as_u64().unwrap())).collect()
    };
    assert_eq!(within(spread), [(5, 0), (10, 1), (20, 1), (30, 1), (45, 2), (60, 2), (120, 2), (300, 2)]);

    let month = site.get("/v1/counts/months/2026-02").await.json();
    assert_eq!(month["days"].as_array().unwrap().len(), 28);
    assert_eq!(month["days"][24], day);
    assert_eq!(month["days"][25]["counts"]["validities"], json!([{ "validity": "invalid", "count": 1 }]));
    let validities = json!([{ "validity": "valid", "count": 2 }, { "validity": "invalid", "count": 1 }]);
    assert_eq!(month["counts"]["validities"], validities);
    let empty = site.get("/v1/counts/days/2026-02-24").await.json();
    assert_eq!((&empty["counts"]["expiring"], &empty["counts"]["validities"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn a_day_or_month_of_another_form_is_refused() {
    let site = Site::open().await;
    for target in [
        "/v1/counts/days/2026-02-30",
        "/v1/counts/days/20260225",
        "/v1/counts/days/2026-2-5",
        "/v1/counts/days/today",
        "/v1/counts/days/%2B026-02-25",
        "/v1/counts/months/2026-13",
        "/v1/counts/months/2026-00",
        "/v1/counts/months/2026",
        "/v1/counts/months/2026-02-01",
    ] {
        assert_eq!(site.get(target).await.problem(), (400, "API_BAD_REQUEST".to_owned()), "{target}");
    }
    for target in ["/v1/counts/days/0000-01-01", "/v1/counts/days/9999-12-31", "/v1/counts/months/9999-12"] {
        assert_eq!(site.get(target).await.status, 200, "{target}");
    }
}

/// One line of Prometheus' text format (exposition formats, "Text format details").
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect(line);
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').expect(line)),
        None => (series, ""),
    };
    let pair = |pair: &str| {
        let (label, value) = pair.split_once('=').expect(pair);
        (
            label.to_owned(),
            value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).expect(pair).to_owned(),
        )
    };
    let labels = labels.split(',').filter(|label| !label.is_empty()).map(pair).collect();
    Sample { name: name.to_owned(), labels, value: value.parse().expect(line) }
}

/// Families by name with their kind, and the samples behind each; panics where a sample stands behind no family of its own.
fn parsed(text: &str) -> BTreeMap<String, (String, Vec<Sample>)> {
    let mut families: BTreeMap<String, (String, Vec<Sample>)> = BTreeMap::new();
    let (mut helped, mut now) = (BTreeSet::new(), String::new());
    assert!(text.ends_with('\n'), "the last line has its end");
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(help.split(' ').next().unwrap().to_owned()), "{line} twice");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(helped.contains(name) && ["counter", "gauge", "histogram"].contains(&kind), "{line}");
            now = name.to_owned();
            assert!(families.insert(now.clone(), (kind.to_owned(), Vec::new())).is_none(), "{line} twice");
        } else {
            let sample = sample(line);
            let (kind, samples) = families.get_mut(&now).expect(line);
            let rest = sample.name.strip_prefix(&*now).expect(line);
            let known: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(known.contains(&rest), "{line} in {now}");
            assert!(now.ends_with("_total") == (kind == "counter"), "{now} is a {kind}");
            samples.push(sample);
        }
    }
    families
}

#[tokio::test]
async fn prometheus_can_read_the_counts_of_today() {
    let site = counted().await;
    // Results of the present day; those above are of another.
    let today =
        model::Timestamp(i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap());
    let took = Beside { card: None, took: Some(Duration::from_millis(7500)) };
    site.tell_with(VisitResult { received_at: today, ..result(9) }, took).await;
    let mut stations =
        vec![common::station(StationState::Idle, 1), common::station(StationState::OutOfOrder, 1)];
    stations[1].reader = "front-2".parse().unwrap();
    *site.port.stations.lock().unwrap() = stations;

    let answer = site.get("/metrics").await;
    assert!(
        answer.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"),
        "{}",
        answer.head
    );
    let text = String::from_utf8(answer.body).unwrap();
    let families = parsed(&text);
    let value = |family: &str, label: &str, word: &str| -> Option<f64> {
        let found =
            families[family].1.iter().find(|sample| sample.labels.get(label).is_some_and(|l| l == word));
        found.map(|sample| sample.value)
    };
    let counted_today = value("uketsuke_results_total", "verification", "face");
    // At midnight in Japan the day of the result may be over when it is asked for.
    assert!(counted_today.is_none_or(|count| count == 1.0), "{counted_today:?}");
    assert_eq!(value("uketsuke_reader_up", "reader", "front-1"), Some(1.0));
    assert_eq!(value("uketsuke_reader_up", "reader", "front-2"), Some(0.0));
    assert_eq!(value("uketsuke_folder_up", "folder", "face"), Some(0.0));
    assert_eq!(value("uketsuke_consumer_waiting", "consumer", "test"), Some(4.0));
    assert_eq!(value("uketsuke_consumer_missed_total", "consumer", "archive"), Some(0.0));
    assert_eq!(families["uketsuke_centre_up"].1[0].value, 0.0);

    let histogram = &families["uketsuke_card_to_result_seconds"].1;
    let buckets: Vec<_> = histogram.iter().filter(|sample| sample.name.ends_with("_bucket")).collect();
    assert_eq!(buckets.last().unwrap().labels["le"], "+Inf");
    assert!(
        buckets.windows(2).all(|pair| pair[0].value <= pair[1].value),
        "each bucket holds those before it"
    );
    let count = histogram.iter().find(|sample| sample.name.ends_with("_count")).unwrap();
    assert_eq!(buckets.last().unwrap().value, count.value);

    let labels: BTreeSet<&str> = families
        .values()
        .flat_map(|(_, samples)| samples)
        .flat_map(|sample| sample.labels.keys())
        .map(|l| &**l)
        .collect();
    let known = BTreeSet::from(["verification", "validity", "code", "consumer", "reader", "folder", "le"]);
    assert!(labels.is_subset(&known), "{labels:?}");
}

#[tokio::test]
async fn neither_counts_nor_metrics_name_a_person() {
    let site = counted().await;
    let document = result(1);
    let document = &document.qualification.expose(model::Purpose::Judge).xml;
    let values = document.split(['<', '>']).filter(|text| text.chars().count() > 3 && !text.starts_with('/'));
    let personal: Vec<&str> =
        values.filter(|text| text.contains(|letter: char| !letter.is_ascii_alphabetic())).collect();
    assert!(personal.contains(&"見本　花子") && personal.contains(&"19850228"));
    for target in ["/metrics", "/v1/counts/days/2026-02-25", "/v1/counts/months/2026-02"] {
        let told = String::from_utf8(site.get(target).await.body).unwrap();
        for text in &personal {
            assert!(!told.contains(text), "{target} tells {text}");
        }
        assert!(!told.contains(&result(1).visit.to_string()), "{target} names a visit");
    }
}
