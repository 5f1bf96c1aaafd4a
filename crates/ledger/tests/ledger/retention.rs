//! Retention: what goes, what stays, and who is said to have missed it.

use crate::site::{DAY, HOUR, KEEP, NOTHING, Place, at, deed, id, ids, named, nothing_beside, received};
use ledger::{AuditRow, Dropped, Ledger, Untold};
use model::{AuditBy, AuditDeed, AuditEntry, Timestamp};

/// Results 1, 2, … received so long after noon.
fn with(place: &Place, times: &[i64]) -> Ledger {
    let mut ledger = place.open();
    for (number, later) in (1..).zip(times) {
        assert_eq!(
            ledger.commit(&received(number, *later), &nothing_beside()).unwrap().id,
            id(number.into())
        );
    }
    ledger
}

fn left(ledger: &Ledger) -> Vec<u64> {
    ids(&ledger.since(id(0), 100).unwrap())
}

#[test]
fn rows_and_day_keys_go_and_it_is_said_from_where_on() {
    let place = Place::new();
    let mut ledger = with(&place, &[DAY, 2 * DAY, 3 * DAY]);
    let dropped = ledger.retain(at(9 * DAY), KEEP).unwrap();
    assert_eq!(dropped, Dropped { results: 2, days: 2, untold: Vec::new(), lingering: false });
    assert_eq!(ledger.oldest().unwrap(), id(3));
    assert_eq!(ledger.result(id(2)).unwrap(), None);
    assert_eq!(ledger.result(id(3)).unwrap().unwrap().result, received(3, 3 * DAY));
    assert_eq!(ledger.retain(at(10 * DAY), KEEP).unwrap().days, 1);
    assert_eq!((ledger.oldest().unwrap(), ledger.newest().unwrap()), (id(4), id(3)));
    drop(ledger);

    let mut ledger = place.open();
    let next = ledger.commit(&received(4, 10 * DAY), &nothing_beside()).unwrap();
    assert_eq!(next.id, id(4), "ids are never used again");
    assert_eq!(ledger.oldest().unwrap(), id(4));
}

#[test]
fn without_a_consumer_a_result_stays_until_its_last_day() {
    let place = Place::new();
    let mut ledger = with(&place, &[0]);
    assert_eq!(ledger.retain(at(7 * DAY - 1), KEEP).unwrap(), Dropped::default());
    assert_eq!(ledger.retain(at(7 * DAY), KEEP).unwrap().results, 1);
}

#[test]
fn what_every_consumer_has_goes_after_a_day_and_not_before() {
    let place = Place::new();
    let mut ledger = place.open();
    let (fast, slow) = (named("fast"), named("slow"));
    ledger.register(&fast, at(0)).unwrap();
    ledger.register(&slow, at(0)).unwrap();
    ledger.commit(&received(1, 0), &nothing_beside()).unwrap();
    ledger.commit(&received(2, 0), &nothing_beside()).unwrap();
    ledger.acknowledge(&fast, id(2), at(0)).unwrap();
    ledger.acknowledge(&slow, id(1), at(0)).unwrap();
    assert_eq!(ledger.retain(at(DAY - 1), KEEP).unwrap(), Dropped::default());
    let dropped = ledger.retain(at(DAY), KEEP).unwrap();
    assert_eq!((dropped.results, dropped.untold), (1, Vec::new()), "the second waits for the slow one");
    assert_eq!(left(&ledger), [2]);
    assert!(ledger.forget_consumer(&slow).unwrap());
    assert_eq!(ledger.retain(at(DAY), KEEP).unwrap().results, 1, "nobody waits for it any more");
    assert_eq!(ledger.verify_audit().unwrap().entries, 0, "nothing was untold");
}

#[test]
fn what_was_not_told_is_said_once_counted_and_noted() {
    let place = Place::new();
    let mut ledger = place.open();
    let (asleep, awake) = (named("asleep"), named("awake"));
    ledger.register(&asleep, at(0)).unwrap();
    ledger.register(&awake, at(0)).unwrap();
    for number in 1..=4 {
        ledger.commit(&received(number, i64::from(number) * HOUR), &nothing_beside()).unwrap();
    }
    ledger.acknowledge(&asleep, id(1), at(HOUR)).unwrap();
    ledger.acknowledge(&awake, id(4), at(5 * HOUR)).unwrap();

    let now = at(7 * DAY + 3 * HOUR);
    let untold = Untold { consumer: asleep.clone(), from: id(2), to: id(3), count: 2 };
    let dropped = ledger.retain(now, KEEP).unwrap();
    assert_eq!((dropped.results, dropped.untold), (3, vec![untold]));
    assert_eq!(ledger.retain(now, KEEP).unwrap().untold, [], "said once");
    let status = ledger.consumer(&asleep).unwrap().unwrap();
    assert_eq!(
        (status.up_to, status.missed, status.waiting),
        (id(1), 2, 1),
        "how far it is stays: it hears of the hole"
    );
    assert_eq!(ledger.consumer(&awake).unwrap().unwrap().missed, 0);

    let deed = AuditDeed::DroppedUntold { consumer: asleep, from: id(2), to: id(3), count: 2 };
    let entry = AuditEntry { at: now, reader: None, visit: None, by: AuditBy::Terminal, deed };
    let rows = ledger.audit_since(0, 10).unwrap();
    assert!(matches!(&rows[..], [AuditRow::Whole(record)] if record.entry == entry), "{rows:?}");
    assert_eq!(ledger.verify_audit().unwrap().broken_at, None);
}

/// Answers of two readers may be committed in another order than they arrived.
#[test]
fn no_hole_is_left_where_times_are_out_of_order() {
    let place = Place::new();
    let mut ledger = with(&place, &[5_000, 0, 1_000, 9_000]);
    assert_eq!(ledger.retain(at(7 * DAY + 1_000), KEEP).unwrap().results, 0, "the first is not due yet");
    assert_eq!(ledger.retain(at(7 * DAY + 5_000), KEEP).unwrap().results, 3);
    assert_eq!((left(&ledger), ledger.oldest().unwrap()), (vec![4], id(4)));
}

#[test]
fn a_result_from_the_future_is_left_alone_until_one_behind_it_is_due() {
    let place = Place::new();
    let mut ledger = with(&place, &[0, 3_000 * DAY, HOUR]);
    assert_eq!(ledger.retain(at(7 * DAY), KEEP).unwrap().results, 1);
    assert_eq!(ledger.retain(at(7 * DAY), NOTHING).unwrap().results, 2, "the third was committed after it");
    let place = Place::new();
    let mut ledger = with(&place, &[0, HOUR]);
    assert_eq!(ledger.retain(at(-DAY), NOTHING).unwrap(), Dropped::default(), "all of them lie ahead");
}

/// A terminal without a battery for its clock begins the day in 1970.
#[test]
fn a_result_of_a_clock_that_stood_wrong_is_as_old_as_the_one_before_it() {
    let place = Place::new();
    let mut ledger = with(&place, &[0, -10_000 * DAY, DAY]);
    assert_eq!(ledger.retain(at(7 * DAY - 1), KEEP).unwrap().results, 0);
    assert_eq!(ledger.retain(at(7 * DAY), KEEP).unwrap().results, 2);
    assert_eq!(ledger.retain(at(8 * DAY), KEEP).unwrap().results, 1);
    ledger.commit(&received(4, -10_000 * DAY), &nothing_beside()).unwrap();
    assert_eq!(ledger.retain(at(8 * DAY - 1), KEEP).unwrap().results, 0, "the destroyed ones are remembered");
    drop(ledger);
    assert_eq!(place.open().retain(at(8 * DAY), KEEP).unwrap().results, 1);
}

#[test]
fn what_is_more_than_one_step_goes_in_one_order_of_ids() {
    let place = Place::new();
    let mut ledger = place.open();
    let asleep = named("asleep");
    ledger.register(&asleep, at(0)).unwrap();
    for number in 0..600_u16 {
        let [high, low] = number.to_be_bytes();
        let mut result = received(low, 0);
        result.visit = model::VisitId::from_bytes([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        ledger.commit(&result, &nothing_beside()).unwrap();
    }
    let dropped = ledger.retain(at(7 * DAY), KEEP).unwrap();
    assert_eq!((dropped.results, dropped.days, dropped.lingering), (600, 1, false));
    assert_eq!(dropped.untold, [Untold { consumer: asleep.clone(), from: id(1), to: id(600), count: 600 }]);
    assert_eq!(ledger.consumer(&asleep).unwrap().unwrap().missed, 600);
}

#[test]
fn a_damaged_consumer_keeps_results_to_their_last_day_and_not_longer() {
    let place = Place::new();
    let mut ledger = place.open();
    let clinic = named("clinic");
    ledger.register(&clinic, at(0)).unwrap();
    ledger.commit(&received(1, 0), &nothing_beside()).unwrap();
    ledger.acknowledge(&clinic, id(1), at(0)).unwrap();
    place.tamper("UPDATE consumer SET sealed = x'00'");
    assert_eq!(ledger.retain(at(2 * DAY), KEEP).unwrap().results, 0);
    assert_eq!(ledger.retain(at(7 * DAY), KEEP).unwrap().results, 1);
}

#[test]
fn audit_and_counts_go_after_400_days_and_the_chain_holds() {
    let place = Place::new();
    let mut ledger = place.open();
    let noted = |days: i64| AuditEntry { at: at(days * DAY), ..deed(1) };
    ledger.notes(&[noted(0), noted(1), noted(0), noted(2), noted(1)]).unwrap();
    let before = ledger.verify_audit().unwrap();
    assert_eq!((before.entries, before.broken_at), (5, None));

    ledger.retain(at(400 * DAY + HOUR), KEEP).unwrap();
    let numbers: Vec<_> = ledger.audit_since(0, 10).unwrap().iter().map(AuditRow::id).collect();
    assert_eq!(numbers, [2, 3, 4, 5], "from the front only");
    let after = ledger.verify_audit().unwrap();
    assert_eq!((after.entries, after.head, after.broken_at), (4, before.head, None));
    ledger.retain(at(401 * DAY + HOUR), KEEP).unwrap();
    assert_eq!(ledger.note(&noted(401)).unwrap(), 6);
    let verdict = ledger.verify_audit().unwrap();
    assert_eq!((verdict.entries, verdict.broken_at), (3, None));

    place.tamper("DELETE FROM audit WHERE id = 4");
    assert_eq!(ledger.verify_audit().unwrap().broken_at, Some(4), "what retention did not take is missed");
    ledger.retain(Timestamp(i64::MAX), KEEP).unwrap();
    assert_eq!(ledger.verify_audit().unwrap().broken_at, Some(4), "and no retention covers it up");
}
