//! Watcher and slot workers against the real PC/SC service.

#![cfg(target_os = "linux")]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod support;

use card::{CardChannel, ChannelError};
use devices::pcsc::{SlotState, SlotStatus, Watcher};
use devices::slot::{SlotFault, SlotWorker};
use failure::codes;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{Card, Reply, SLOTS, Service, in_own_process};
use tokio::sync::watch;

const LIMIT: Duration = Duration::from_secs(5);
const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";

#[test]
fn a_watcher_tells_cards_coming_going_and_changing() {
    in_own_process("watching");
}

#[test]
fn a_session_keeps_its_card_and_no_other() {
    in_own_process("session");
}

#[test]
fn a_silent_card_delays_no_other_slot() {
    in_own_process("silent_card");
}

#[test]
fn a_restarted_service_is_found_again() {
    in_own_process("service_restart");
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn watching() {
    let service = Service::start();
    let (watcher, [mut first, mut second]) = watch_both().await;
    let mut ghost = watcher.slot("No such slot").unwrap();
    until(&mut ghost, |slot| slot.state == SlotState::Absent).await;

    let card = Card::place(service.ports[0], good);
    let placed = until(&mut first, is_present).await;
    assert_eq!((placed.insertions, placed.removals), (1, 0));
    // The driver hides a swap between two of its looks, so the service must have seen the slot empty.
    let mut other_eyes = first.clone();
    drop(card);
    until(&mut other_eyes, |slot| slot.state == SlotState::Empty).await;
    let card = Card::place(service.ports[0], good);
    let swapped = until(&mut first, |slot| slot.insertions == 2 && is_present(slot)).await;
    assert_eq!(swapped.removals, 1, "the swap shows to one that never looked while it was empty");
    assert_ne!(swapped.state, placed.state, "another card, another count");
    drop(card);
    until(&mut first, |slot| slot.state == SlotState::Empty && slot.removals == 2).await;
    assert_eq!(second.borrow_and_update().insertions, 0);
    assert!(stop(watcher).await);
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn session() {
    let service = Service::start();
    let (watcher, [mut first, _second]) = watch_both().await;
    let worker = SlotWorker::start(SLOTS[0]);
    let missing = worker.run(LIMIT, |_| ()).await.unwrap_err();
    assert_eq!((missing.fault, missing.code()), (SlotFault::CardLost, codes::CARD_REMOVED_EARLY));

    let card = Card::place(service.ports[0], good);
    let SlotState::Present { count } = until(&mut first, is_present).await.state else { unreachable!() };
    let answer = worker.run(LIMIT, |card| (card.transmit(SELECT), card.count())).await.unwrap();
    assert_eq!(answer, (Ok(vec![0x90, 0x00]), Some(count)));
    let before = card.powered_up.load(Ordering::SeqCst);
    assert_eq!(worker.run(LIMIT, |card| card.power_fresh()).await.unwrap(), Ok(()));
    assert_eq!(card.powered_up.load(Ordering::SeqCst), before + 1, "powered down and up");
    let other = SlotWorker::start(SLOTS[0]).run(LIMIT, |_| ()).await.unwrap_err();
    assert_eq!((other.fault, other.code()), (SlotFault::Busy, codes::SLOT_BUSY));

    drop(card);
    until(&mut first, |slot| slot.state == SlotState::Empty).await;
    let card = Card::place(service.ports[0], good);
    until(&mut first, is_present).await;
    assert_eq!(worker.run(LIMIT, |card| card.power_fresh()).await.unwrap(), Err(ChannelError::Lost));
    let lost = worker.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap_err();
    assert_eq!(lost.fault, SlotFault::CardLost, "the session does not go on with the new card");
    worker.release().await.unwrap();
    assert_eq!(worker.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Ok(vec![0x90, 0x00]));
    worker.release().await.unwrap();
    drop(card);
    until(&mut first, |slot| slot.state == SlotState::Empty).await;

    let _pulled = Card::place(service.ports[0], |_| Reply::Pull);
    until(&mut first, is_present).await;
    assert_eq!(worker.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Err(ChannelError::Lost));
    let absent = SlotWorker::start("No such slot").run(LIMIT, |_| ()).await.unwrap_err();
    assert_eq!(absent.code(), codes::SLOT_ABSENT);
    assert!(stop(watcher).await);
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn silent_card() {
    let service = Service::start();
    let (watcher, [mut first, mut second]) = watch_both().await;
    let silent = Card::place(service.ports[0], |_| Reply::Nothing);
    let _good = Card::place(service.ports[1], good);
    until(&mut first, is_present).await;
    until(&mut second, is_present).await;
    let [stuck, free] = SLOTS.map(SlotWorker::start);
    let short = Duration::from_millis(200);
    let (late, mut came_back) = tokio::sync::mpsc::channel(1);
    let job = move |card: &mut devices::slot::SlotCard| {
        let answers = [card.transmit(SELECT), card.transmit(SELECT)];
        late.try_send(answers).unwrap();
    };
    let error = stuck.run(short, job).await.unwrap_err();
    assert_eq!((error.fault, error.code()), (SlotFault::Silent, codes::CARD_SILENT));
    let again = stuck.run(LIMIT, |_| ()).await.unwrap_err();
    assert_eq!(again.fault, SlotFault::Silent, "no second thread beside the stuck one");
    assert_eq!(free.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Ok(vec![0x90, 0x00]));

    drop(silent);
    let answers = tokio::time::timeout(LIMIT, came_back.recv()).await.unwrap().unwrap();
    assert_eq!(
        answers,
        [Err(ChannelError::Lost), Err(ChannelError::Stuck)],
        "a job given up sends nothing more"
    );
    until(&mut first, |slot| slot.state == SlotState::Empty).await;
    let _new = Card::place(service.ports[0], good);
    until(&mut first, is_present).await;
    assert_eq!(stuck.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Ok(vec![0x90, 0x00]));
    assert!(stop(watcher).await);
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn service_restart() {
    let mut service = Service::start();
    let (watcher, [mut first, _second]) = watch_both().await;
    let card = Card::place(service.ports[0], good);
    until(&mut first, is_present).await;
    let worker = SlotWorker::start(SLOTS[0]);
    assert_eq!(worker.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Ok(vec![0x90, 0x00]));

    service.kill();
    let stopped = until(&mut first, |slot| slot.state == SlotState::ServiceStopped).await;
    assert_eq!(stopped.removals, 1, "a card nobody can see counts as taken");
    assert_eq!(worker.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Err(ChannelError::Stopped));
    assert_eq!(worker.run(LIMIT, |_| ()).await.unwrap_err().code(), codes::PCSC_STOPPED);
    worker.release().await.unwrap();
    assert_eq!(worker.run(LIMIT, |_| ()).await.unwrap_err().code(), codes::PCSC_STOPPED);
    drop(card);

    service.start_again();
    until(&mut first, |slot| slot.state == SlotState::Empty).await;
    let _card = Card::place(service.ports[0], good);
    until(&mut first, is_present).await;
    assert_eq!(worker.run(LIMIT, |card| card.transmit(SELECT)).await.unwrap(), Ok(vec![0x90, 0x00]));
    service.kill();
    until(&mut first, |slot| slot.state == SlotState::ServiceStopped).await;
    assert!(stop(watcher).await, "it ends while waiting for the service, too");
}

fn good(_command: &[u8]) -> Reply {
    Reply::Answer(vec![0x90, 0x00])
}

const fn is_present(slot: &SlotStatus) -> bool {
    matches!(slot.state, SlotState::Present { .. })
}

/// Watches both slots, once they are there and empty.
async fn watch_both() -> (Watcher, [watch::Receiver<SlotStatus>; 2]) {
    let names: Vec<String> = SLOTS.iter().copied().chain(["No such slot"]).map(String::from).collect();
    let watcher = Watcher::start(&names).unwrap();
    let mut slots = SLOTS.map(|name| watcher.slot(name).unwrap());
    for slot in &mut slots {
        until(slot, |slot| slot.state == SlotState::Empty).await;
    }
    (watcher, slots)
}

async fn until(
    slot: &mut watch::Receiver<SlotStatus>,
    wanted: impl FnMut(&SlotStatus) -> bool,
) -> SlotStatus {
    let seen = tokio::time::timeout(LIMIT, slot.wait_for(wanted)).await.map(|seen| *seen.unwrap());
    seen.unwrap_or_else(|_| panic!("not within {LIMIT:?}: {:?}", slot.borrow()))
}

async fn stop(watcher: Watcher) -> bool {
    tokio::task::spawn_blocking(move || watcher.stop(Duration::from_secs(2))).await.unwrap()
}
