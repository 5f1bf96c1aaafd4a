//! Counts per day, in Japan's days.

use crate::site::{DAY, HOUR, KEEP, Place, at, card, id, nothing_beside, received, result};
use failure::codes;
use model::{Beside, Counted, Counts, Day, Remark, Spread, Timestamp, Validity, Verification, VisitResult};
use std::time::Duration;

/// `site::NOON` is the beginning of a quarter past three in the afternoon in Japan.
fn today() -> Day {
    Day::of(at(0))
}

#[test]
fn a_result_counts_itself_once() {
    let place = Place::new();
    let mut ledger = place.open();
    let expiring = VisitResult {
        verification: Verification::Pin,
        validity: Validity::Invalid,
        remarks: vec![Remark::CertificateExpiresSoon, Remark::SubsidyUnanswered],
        ..result(2)
    };
    for _ in 0..3 {
        ledger.commit(&result(1), &nothing_beside()).unwrap();
        ledger.commit(&expiring, &card(1)).unwrap();
    }
    let counts = ledger.counts(today(), today()).unwrap();
    assert_eq!(
        counts.verifications.into_iter().collect::<Vec<_>>(),
        [(Verification::Face, 1), (Verification::Pin, 1)]
    );
    assert_eq!(
        counts.validities.into_iter().collect::<Vec<_>>(),
        [(Validity::Valid, 1), (Validity::Invalid, 1)]
    );
    assert_eq!(counts.expiring, 1);
    assert_eq!((counts.failures.len(), counts.answers.len()), (0, 0));
    assert_eq!(counts.card_to_result, Spread::default());
}

#[test]
fn durations_are_counted_at_or_under_their_limits() {
    let place = Place::new();
    let mut ledger = place.open();
    let took = [0, 5_000, 5_001, 29_999, 30_000, 300_000, 300_001];
    for (number, millis) in (1..).zip(took) {
        let beside = Beside { card: None, took: Some(Duration::from_millis(millis)) };
        ledger.commit(&result(number), &beside).unwrap();
    }
    let spread = ledger.counts(today(), today()).unwrap().card_to_result;
    assert_eq!(spread.count, 7);
    assert_eq!(spread.sum, Duration::from_millis(took.iter().sum()));
    // Limits 5, 10, 20, 30, 45, 60, 120, 300 s.
    assert_eq!(spread.within, [2, 3, 3, 5, 5, 5, 5, 6]);
}

#[test]
fn failures_and_answers_are_counted_by_the_day_they_happened_on() {
    let place = Place::new();
    let mut ledger = place.open();
    let midnight = Timestamp((today().0 + 1) * DAY - 9 * HOUR);
    let late = Timestamp(midnight.0 - 1);
    ledger
        .count(&[
            (Counted::Failure(codes::CENTRE_SILENT), late),
            (Counted::Failure(codes::CENTRE_SILENT), midnight),
            (Counted::Failure(codes::CENTRE_SILENT), midnight),
            (Counted::Answer(Validity::Several), late),
        ])
        .unwrap();
    drop(ledger);
    let ledger = place.open();
    let failures = |from, to| ledger.counts(from, to).unwrap().failures.get(&codes::CENTRE_SILENT).copied();
    let tomorrow = Day(today().0 + 1);
    assert_eq!(failures(today(), today()), Some(1));
    assert_eq!(failures(tomorrow, tomorrow), Some(2));
    assert_eq!(failures(today(), tomorrow), Some(3));
    assert_eq!(failures(tomorrow, today()), None);
    assert_eq!(ledger.counts(today(), today()).unwrap().answers[&Validity::Several], 1);
    assert_eq!(ledger.counts(tomorrow, tomorrow).unwrap().answers.len(), 0);
}

#[test]
fn words_of_another_version_are_left_out_and_stay_in_the_file() {
    let place = Place::new();
    let mut ledger = place.open();
    let happened = [(Counted::Failure(codes::PIN_LOCKED), at(0))];
    ledger.count(&happened).unwrap();
    let day = today().0;
    for word in
        ["failure/NOT_YET_KNOWN", "verification/iris", "validity/", "took/soon", "smell/good", "none", "/"]
    {
        place.tamper(&format!("INSERT INTO tally VALUES ({day}, '{word}', 7)"));
    }
    place.tamper(&format!("INSERT INTO tally VALUES ({day}, 'expiring', -7)"));
    ledger.count(&happened).unwrap();
    let expected = Counts { failures: [(codes::PIN_LOCKED, 2)].into(), ..Counts::default() };
    assert_eq!(ledger.counts(today(), today()).unwrap(), expected);
    let kept: i64 = place.raw().query_row("SELECT count(*) FROM tally", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 9);
}

#[test]
fn a_number_that_was_made_huge_keeps_no_result_away() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&result(1), &nothing_beside()).unwrap();
    place.tamper("UPDATE tally SET amount = 9223372036854775807");
    assert_eq!(ledger.commit(&result(2), &nothing_beside()).unwrap().id, id(2));
    assert!(ledger.counts(today(), today()).unwrap().validities[&Validity::Valid] > 1 << 60);
}

#[test]
fn counts_outlive_their_results_and_go_after_400_days() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&received(1, 0), &nothing_beside()).unwrap();
    let results = |ledger: &ledger::Ledger| ledger.counts(today(), today()).unwrap().validities.len();
    assert_eq!(ledger.retain(at(10 * DAY), KEEP).unwrap().results, 1);
    assert_eq!(results(&ledger), 1);
    ledger.retain(at(400 * DAY), KEEP).unwrap();
    assert_eq!(results(&ledger), 1);
    ledger.retain(at(401 * DAY), KEEP).unwrap();
    assert_eq!(results(&ledger), 0);
}
