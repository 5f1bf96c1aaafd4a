//! Any sequence of orders, against a model that knows nothing of files.

use crate::site::{HOUR, KEEP, NOON, Place, card, ids, named, whole};
use ledger::{Dropped, Ledger, LedgerError, Untold};
use model::{CallerName, ConsumerStatus, Insertion, ResultId, Timestamp, VisitId, VisitResult};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    /// A new visit; its answer arrived so many minutes from now.
    Commit(i64),
    /// A visit that is there, counted from the first of all.
    Repeat(usize),
    Register(usize),
    Forget(usize),
    /// So many of what waits for it.
    Acknowledge(usize, u64),
    /// After so many hours.
    Retain(i64),
    Reopen,
}

fn any_step() -> impl Strategy<Value = Step> {
    let minutes = prop_oneof![
        6 => -1..=0_i64,
        // Clocks that stood wrong.
        1 => Just(-30 * 365 * 24 * 60),
        1 => Just(4 * 365 * 24 * 60),
    ];
    prop_oneof![
        6 => minutes.prop_map(Step::Commit),
        1 => (0..40_usize).prop_map(Step::Repeat),
        2 => (0..3_usize).prop_map(Step::Register),
        1 => (0..3_usize).prop_map(Step::Forget),
        4 => (0..3_usize, 0..12_u64).prop_map(|(who, many)| Step::Acknowledge(who, many)),
        4 => prop_oneof![0..30_i64, 100..200_i64].prop_map(Step::Retain),
        1 => Just(Step::Reopen),
    ]
}

/// What should be.
#[derive(Default)]
struct Expected {
    now: i64,
    newest: u64,
    /// What is there.
    results: BTreeMap<u64, VisitResult>,
    /// Every visit that ever was, with its number.
    visits: Vec<(u64, VisitResult)>,
    consumers: BTreeMap<CallerName, ConsumerStatus>,
    /// Times of what was destroyed that were not in the future then.
    destroyed: Vec<i64>,
}

impl Expected {
    fn oldest(&self) -> u64 {
        self.results.keys().next().copied().unwrap_or(self.newest + 1)
    }

    /// As the rule is written: by the result's own time and all before it, ahead of which it cannot be.
    fn is_due(&self, id: u64) -> bool {
        let known = |at: &i64| *at <= self.now;
        if !known(&self.results[&id].received_at.0) {
            return false;
        }
        let before = self.results.range(..=id).map(|(_, result)| result.received_at.0);
        let latest = before.chain(self.destroyed.iter().copied()).filter(known).max().unwrap();
        let age = self.now - latest;
        let told = !self.consumers.is_empty() && self.consumers.values().all(|status| status.up_to.0 >= id);
        age >= 7 * 24 * HOUR || (told && age >= 24 * HOUR)
    }

    fn retain(&mut self) -> Dropped {
        // Due one by one from the front; one in the future goes with the next behind it that is.
        let mut last = None;
        for id in self.results.keys() {
            if self.is_due(*id) {
                last = Some(*id);
            } else if self.results[id].received_at.0 <= self.now {
                break;
            }
        }
        let Some(last) = last else { return Dropped::default() };
        let gone: Vec<u64> = self.results.range(..=last).map(|(id, _)| *id).collect();
        let mut dropped = Dropped { results: gone.len(), ..Dropped::default() };
        for (consumer, status) in &mut self.consumers {
            let untold: Vec<u64> = gone.iter().copied().filter(|id| *id > status.up_to.0).collect();
            if let (Some(from), Some(to)) = (untold.first(), untold.last()) {
                let count = untold.len() as u64;
                let (from, to) = (ResultId(*from), ResultId(*to));
                dropped.untold.push(Untold { consumer: consumer.clone(), from, to, count });
                status.missed += count;
            }
        }
        for id in gone {
            let at = self.results.remove(&id).unwrap().received_at.0;
            self.destroyed.extend((at <= self.now).then_some(at));
        }
        dropped
    }

    fn statuses(&self) -> Vec<ConsumerStatus> {
        let waiting = |up_to: ResultId| self.results.keys().filter(|id| **id > up_to.0).count() as u64;
        self.consumers
            .values()
            .map(|status| ConsumerStatus { waiting: waiting(status.up_to), ..status.clone() })
            .collect()
    }
}

fn visit(number: usize, received_at: i64) -> VisitResult {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    VisitResult {
        visit: VisitId::from_bytes(bytes),
        insertion: Insertion(number as u64),
        received_at: Timestamp(received_at),
        ..crate::site::result(0)
    }
}

fn play(step: &Step, ledger: &mut Ledger, expected: &mut Expected) -> Result<(), TestCaseError> {
    let who = |number: &usize| named(["clinic", "pharmacy", "face-folder"][*number]);
    let now = Timestamp(expected.now);
    match step {
        Step::Commit(minutes) => {
            let result = visit(expected.visits.len(), expected.now + minutes * 60_000);
            expected.newest += 1;
            let committed = ledger.commit(&result, &card(1)).unwrap();
            prop_assert_eq!(committed.id.0, expected.newest);
            expected.results.insert(expected.newest, result.clone());
            expected.visits.push((expected.newest, result));
        }
        Step::Repeat(number) => {
            let Some((id, result)) =
                expected.visits.get(*number).filter(|(id, _)| expected.results.contains_key(id))
            else {
                return Ok(());
            };
            prop_assert_eq!(ledger.commit(result, &card(2)).unwrap().id.0, *id);
        }
        Step::Register(number) => {
            let up_to = ledger.register(&who(number), now).unwrap();
            let newest = ResultId(expected.newest);
            let status = expected.consumers.entry(who(number)).or_insert_with(|| ConsumerStatus {
                consumer: who(number),
                registered_at: now,
                up_to: newest,
                acknowledged_at: None,
                waiting: 0,
                missed: 0,
            });
            prop_assert_eq!(up_to, status.up_to);
        }
        Step::Forget(number) => {
            let was = expected.consumers.remove(&who(number)).is_some();
            prop_assert_eq!(ledger.forget_consumer(&who(number)).unwrap(), was);
        }
        Step::Acknowledge(number, many) => {
            let id = expected.consumers.get(&who(number)).map_or(0, |status| status.up_to.0) + many;
            let answer = ledger.acknowledge(&who(number), ResultId(id), now);
            match expected.consumers.get_mut(&who(number)) {
                None => prop_assert!(matches!(answer, Err(LedgerError::NoConsumer { .. })), "{answer:?}"),
                Some(_) if id > expected.newest => {
                    prop_assert!(matches!(answer, Err(LedgerError::Ahead { .. })), "{answer:?}");
                }
                Some(status) => {
                    answer.unwrap();
                    if *many > 0 {
                        (status.up_to, status.acknowledged_at) = (ResultId(id), Some(now));
                    }
                }
            }
        }
        Step::Retain(hours) => {
            expected.now += hours * HOUR;
            let dropped = ledger.retain(Timestamp(expected.now), KEEP).unwrap();
            prop_assert_eq!(Dropped { days: 0, ..dropped }, expected.retain());
        }
        Step::Reopen => {}
    }
    Ok(())
}

fn compare(ledger: &Ledger, expected: &Expected) -> Result<(), TestCaseError> {
    let there: Vec<u64> = expected.results.keys().copied().collect();
    let rows = ledger.since(ResultId(0), 1_000).unwrap();
    prop_assert_eq!(ids(&rows), there);
    let results: Vec<_> = whole(rows).into_iter().map(|committed| committed.result).collect();
    prop_assert!(results.iter().eq(expected.results.values()));
    prop_assert_eq!(ledger.oldest().unwrap().0, expected.oldest());
    prop_assert_eq!(ledger.newest().unwrap().0, expected.newest);
    prop_assert_eq!(ledger.consumers().unwrap(), expected.statuses());
    Ok(())
}

#[test]
fn any_sequence_of_orders_keeps_what_is_owed_and_no_longer() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) };
    proptest!(config, |(steps in proptest::collection::vec(any_step(), 1..60))| {
        let place = Place::new();
        let mut expected = Expected { now: NOON, ..Expected::default() };
        let mut open = Some(place.open());
        for step in &steps {
            if matches!(step, Step::Reopen) {
                drop(open.take());
                open = Some(place.open());
            }
            let ledger = open.as_mut().unwrap();
            play(step, ledger, &mut expected)?;
            compare(ledger, &expected)?;
        }
        let ledger = open.unwrap();
        prop_assert_eq!(ledger.verify_audit().unwrap().broken_at, None);
        let ever: u64 = ledger.counts(model::Day(i64::MIN), model::Day(i64::MAX)).unwrap().validities.values().sum();
        prop_assert!(ever <= expected.newest);
    });
}
