//! The ledger's thread: many give it orders, none waits longer than it must.

use crate::site::{
    DAY, HOUR, KEEP, Place, at, card, deed, id, ids, named, nothing_beside, received, result, whole,
};
use failure::codes;
use ledger::{LedgerError, LedgerThread};
use model::{Counted, Day, Validity, VisitId, VisitResult};
use std::future::IntoFuture;
use std::pin::pin;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

#[test]
fn the_thread_commits_for_many_and_finishes_what_waits() {
    let place = Place::new();
    let (thread, handle) = LedgerThread::start(place.open(), Box::new(|_| ())).unwrap();
    std::thread::scope(|scope| {
        for reader in 0..5_u8 {
            let handle = handle.clone();
            scope.spawn(move || {
                for number in 0..10 {
                    let commit =
                        handle.commit(result(reader * 10 + number), nothing_beside()).wait().unwrap();
                    let read = handle.result(commit.committed.id).unwrap().unwrap();
                    assert_eq!(read, *commit.committed, "what is committed can be read at once");
                    assert!(!commit.took.is_zero());
                }
            });
        }
    });
    assert_eq!(handle.newest().unwrap(), id(50));
    assert_eq!(ids(&handle.since(id(0), 100).unwrap()), (1..=50).collect::<Vec<_>>());
    thread.stop();
    assert!(matches!(handle.commit(result(99), nothing_beside()).wait(), Err(LedgerError::Stopped)));
    drop(handle);
    assert_eq!(place.open().newest().unwrap(), id(50));
}

#[test]
fn every_order_and_every_read_goes_through_the_handle() {
    let place = Place::new();
    let (thread, handle) = LedgerThread::start(place.open(), Box::new(|_| ())).unwrap();
    let folder = named("face-folder");
    assert_eq!(handle.register(folder.clone(), at(0)).wait().unwrap(), id(0));
    handle.commit(result(1), card(1)).wait().unwrap();
    handle.commit(result(2), card(1)).wait().unwrap();
    assert_eq!(handle.note(deed(1)).wait().unwrap(), 1);
    assert_eq!(handle.notes(vec![deed(2), deed(3)]).wait().unwrap(), 3);
    handle.acknowledge(folder.clone(), id(1), at(1)).wait().unwrap();
    handle.count(Counted::Failure(codes::PIN_WRONG), at(0));

    assert_eq!(whole(handle.since(id(0), 10).unwrap()).len(), 2);
    assert_eq!(handle.previous(id(2)).unwrap().unwrap().id, id(1));
    assert_eq!(handle.oldest().unwrap(), id(1));
    assert_eq!(handle.consumers().unwrap().len(), 1);
    assert_eq!(handle.consumer(&folder).unwrap().unwrap().waiting, 1);
    assert_eq!(handle.audit_since(0, 10).unwrap().len(), 3);
    let verdict = handle.verify_audit().unwrap();
    assert_eq!((verdict.entries, verdict.broken_at), (3, None));

    let dropped = block_on(handle.retain(at(25 * HOUR), KEEP)).unwrap();
    assert_eq!(dropped.results, 1, "the second is not acknowledged");
    assert!(handle.forget_consumer(folder).wait().unwrap());
    thread.stop();
    let counts = place.open().counts(Day::of(at(0)), Day::of(at(0))).unwrap();
    assert_eq!(counts.failures[&codes::PIN_WRONG], 1);
    assert_eq!(counts.validities[&Validity::Valid], 2);
}

/// The first order keeps the thread busy until the queue behind it is full.
#[test]
fn counting_never_waits_and_loses_nothing_while_the_queue_is_full() {
    let place = Place::new();
    let (begun, has_begun) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let on_commit = Box::new(move |_: &ledger::Commit| {
        begun.send(()).unwrap();
        may_go_on.recv().unwrap();
    });
    let (thread, handle) = LedgerThread::start(place.open(), on_commit).unwrap();
    let first = std::thread::spawn({
        let handle = handle.clone();
        move || handle.commit(result(1), nothing_beside()).wait().unwrap()
    });
    has_begun.recv().unwrap();
    for _ in 0..1_000 {
        handle.count(Counted::Failure(codes::READER_SILENT), at(0));
    }
    {
        let mut waits = pin!(handle.note(deed(1)).into_future());
        let mut context = Context::from_waker(Waker::noop());
        assert!(waits.as_mut().poll(&mut context).is_pending(), "the queue is full");
    }
    go_on.send(()).unwrap();
    first.join().unwrap();
    thread.stop();
    let counts = place.open().counts(Day::of(at(0)), Day::of(at(0))).unwrap();
    assert_eq!(counts.failures[&codes::READER_SILENT], 1_000);
}

#[test]
fn what_cannot_be_counted_is_counted_with_a_later_order() {
    let place = Place::new();
    let (thread, handle) = LedgerThread::start(place.open(), Box::new(|_| ())).unwrap();
    place
        .raw()
        .execute_batch("CREATE TRIGGER no BEFORE INSERT ON tally BEGIN SELECT RAISE(ABORT, 'no'); END")
        .unwrap();
    handle.count(Counted::Answer(Validity::NotFound), at(0));
    handle.note(deed(1)).wait().unwrap();
    place.raw().execute_batch("DROP TRIGGER no").unwrap();
    thread.stop();
    let counts = place.open().counts(Day::of(at(0)), Day::of(at(0))).unwrap();
    assert_eq!(counts.answers[&Validity::NotFound], 1);
}

#[test]
fn orders_are_carried_out_as_they_were_first_polled_and_told_before_they_are_answered() {
    let place = Place::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let on_commit = {
        let told = Arc::clone(&told);
        Box::new(move |commit: &ledger::Commit| told.lock().unwrap().push(commit.committed.id.0))
    };
    let (thread, handle) = LedgerThread::start(place.open(), on_commit).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let mut orders: Vec<_> =
        (1..=20).map(|number| handle.commit(result(number), nothing_beside()).into_future()).collect();
    for order in orders.iter_mut().rev() {
        let _ = order.as_mut().poll(&mut context);
    }
    handle.note(deed(1)).wait().unwrap();
    assert_eq!(*told.lock().unwrap(), (1..=20).collect::<Vec<_>>());
    let first = handle.result(id(1)).unwrap().unwrap();
    assert_eq!(first.result.visit, result(20).visit, "first polled, first committed");
    // Dropped without being awaited to the end: all of them are there all the same.
    drop(orders);
    thread.stop();
    drop(handle);
    assert_eq!(place.open().newest().unwrap(), id(20));
}

/// More than one step's worth: a commit given meanwhile comes between two of them.
#[test]
fn a_commit_does_not_wait_for_the_whole_of_a_long_retention() {
    let place = Place::new();
    let mut ledger = place.open();
    let numbered = |number: u16, later| {
        let mut visit = [0; 16];
        visit[..2].copy_from_slice(&number.to_be_bytes());
        VisitResult { visit: VisitId::from_bytes(visit), ..received(0, later) }
    };
    for number in 1..=300 {
        ledger.commit(&numbered(number, 0), &nothing_beside()).unwrap();
    }
    let (thread, handle) = LedgerThread::start(ledger, Box::new(|_| ())).unwrap();
    let mut retaining = pin!(handle.retain(at(8 * DAY), KEEP));
    assert!(retaining.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    handle.commit(numbered(301, 8 * DAY), nothing_beside()).wait().unwrap();
    assert_eq!(handle.oldest().unwrap(), id(257), "one step was taken before it, and no more");
    assert_eq!(block_on(retaining).unwrap().results, 300);
    assert_eq!(handle.oldest().unwrap(), id(301));
    thread.stop();
}

/// Polls until it is ready; the ledger's thread wakes this one.
fn block_on<T>(future: impl IntoFuture<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future.into_future());
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}
