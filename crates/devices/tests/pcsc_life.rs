//! Twenty rounds of each trouble that PC/SC knows, against the real service: the same watcher and the same worker
//! recover from every one of them, and leave no thread behind.

#![cfg(target_os = "linux")]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::print_stdout,
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
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use support::{Card, Reply, SLOTS, Service, in_own_process};
use tokio::sync::watch;

const ROUNDS: usize = 20;
const LIMIT: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(200);
const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";

#[test]
fn a_service_that_is_killed_again_and_again_is_found_again() {
    in_own_process("killed");
}

#[test]
fn a_service_that_is_stopped_again_and_again_is_found_again() {
    in_own_process("stopped");
}

/// The service as a package starts it, in a place of its own: no socket is handed to it, it writes its own files.
#[test]
fn a_service_that_finds_the_pid_file_of_a_killed_one_is_found_again() {
    in_own_process("stale_files");
}

#[test]
fn cards_pulled_in_the_middle_of_a_command_again_and_again_leave_the_slot_usable() {
    in_own_process("pulled");
}

#[test]
fn cards_that_never_answer_again_and_again_leave_the_slot_usable() {
    in_own_process("mute");
}

#[test]
fn a_slot_that_another_program_holds_again_and_again_is_used_once_it_is_free() {
    in_own_process("held");
}

#[test]
fn two_cards_at_once_again_and_again_are_served_side_by_side() {
    in_own_process("two_cards");
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn killed() {
    let mut service = Service::start();
    let mut desk = Desk::watch().await;
    for round in 0..ROUNDS {
        service_goes(&mut desk, &mut service, Service::kill, Service::start_again).await;
        desk.count_threads(round);
    }
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn stopped() {
    let mut service = Service::start();
    let mut desk = Desk::watch().await;
    for round in 0..ROUNDS {
        service_goes(&mut desk, &mut service, Service::stop, Service::start_again).await;
        desk.count_threads(round);
    }
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn stale_files() {
    let mut service = Service::start_by_itself();
    let mut desk = Desk::watch().await;
    for round in 0..ROUNDS {
        service_goes(&mut desk, &mut service, Service::kill, |service| {
            let left = service.files_left();
            assert_eq!(left, ["pcscd.comm", "pcscd.pid"], "what a killed service leaves behind");
            service.start_again();
        })
        .await;
        desk.count_threads(round);
    }
}

/// The service goes while a session is open, and comes back.
async fn service_goes(
    desk: &mut Desk,
    service: &mut Service,
    go: impl FnOnce(&mut Service),
    come: impl FnOnce(&mut Service),
) {
    let card = desk.place(service, good).await;
    assert_eq!(desk.select().await, Ok(Ok(vec![0x90, 0x00])));
    go(service);
    desk.until(|slot| slot.state == SlotState::ServiceStopped).await;
    assert_eq!(desk.select().await, Ok(Err(ChannelError::Stopped)));
    desk.worker.release().await.unwrap();
    let stopped = desk.worker.run(LIMIT, |_| ()).await.unwrap_err();
    assert_eq!(stopped.code(), codes::PCSC_STOPPED);
    drop(card);
    come(service);
    desk.until(|slot| slot.state == SlotState::Empty).await;
    desk.serve(service).await;
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn pulled() {
    let service = Service::start();
    let mut desk = Desk::watch().await;
    for round in 0..ROUNDS {
        let card = desk.place(&service, |_| Reply::Pull).await;
        assert_eq!(desk.select().await, Ok(Err(ChannelError::Lost)));
        desk.worker.release().await.unwrap();
        desk.take(card).await;
        desk.serve(&service).await;
        desk.count_threads(round);
    }
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn mute() {
    let service = Service::start();
    let mut desk = Desk::watch().await;
    for round in 0..ROUNDS {
        let card = desk.place(&service, |_| Reply::Nothing).await;
        let silent = desk.worker.run(SHORT, |card| card.transmit(SELECT)).await.unwrap_err();
        assert_eq!((silent.fault, silent.code()), (SlotFault::Silent, codes::CARD_SILENT));
        desk.count_threads(round);
        desk.take(card).await;
        desk.serve(&service).await;
    }
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn held() {
    let service = Service::start();
    let mut desk = Desk::watch().await;
    for round in 0..ROUNDS {
        let card = desk.place(&service, good).await;
        let other = Other::holds(if round % 2 == 0 { "exclusive" } else { "shared" });
        let busy = desk.worker.run(LIMIT, |_| ()).await.unwrap_err();
        assert_eq!((busy.fault, busy.code()), (SlotFault::Busy, codes::SLOT_BUSY));
        other.lets_go();
        assert_eq!(desk.select().await, Ok(Ok(vec![0x90, 0x00])), "the same card, once it is free");
        desk.worker.release().await.unwrap();
        desk.take(card).await;
        desk.count_threads(round);
    }
}

/// What the other program of [`held`] does.
#[test]
#[ignore = "run in a process of its own"]
fn other_program() {
    let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
    let slot = std::ffi::CString::new(SLOTS[0]).unwrap();
    let mode = std::env::var(OTHER).unwrap();
    let mode = if mode == "shared" { pcsc::ShareMode::Shared } else { pcsc::ShareMode::Exclusive };
    let _card = context.connect(&slot, mode, pcsc::Protocols::ANY).unwrap();
    println!("{HELD}");
    // Until whoever started it closes the pipe.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn two_cards() {
    let service = Service::start();
    let mut first = Desk::watch().await;
    let second = SlotWorker::start(SLOTS[1]);
    let mut second_slot = first.watcher.slot(SLOTS[1]).unwrap();
    for round in 0..ROUNDS {
        let cards = [0, 1].map(|slot| {
            let own = u8::try_from(slot).unwrap();
            Card::place(service.ports[slot], move |_| Reply::Answer(vec![own, 0x90, 0x00]))
        });
        first.until(is_present).await;
        until(&mut second_slot, is_present).await;
        let job = |card: &mut devices::slot::SlotCard| (0..50).map(|_| card.transmit(SELECT)).collect();
        let [one, two]: [Result<Vec<_>, _>; 2] = {
            let (one, two) = tokio::join!(first.worker.run(LIMIT, job), second.run(LIMIT, job));
            [one, two]
        };
        assert_eq!(one.unwrap(), vec![Ok(vec![0, 0x90, 0x00]); 50]);
        assert_eq!(two.unwrap(), vec![Ok(vec![1, 0x90, 0x00]); 50]);
        first.worker.release().await.unwrap();
        second.release().await.unwrap();
        drop(cards);
        first.until(|slot| slot.state == SlotState::Empty).await;
        until(&mut second_slot, |slot| slot.state == SlotState::Empty).await;
        assert!(own_threads() <= 3, "round {round}: {} threads", own_threads());
    }
}

// ----- one desk -------------------------------------------------------------------------------------------------

/// A watcher and a worker that live through all rounds.
struct Desk {
    watcher: Watcher,
    slot: watch::Receiver<SlotStatus>,
    worker: SlotWorker,
}

impl Desk {
    async fn watch() -> Self {
        let watcher = Watcher::start(&SLOTS.map(String::from)).unwrap();
        let slot = watcher.slot(SLOTS[0]).unwrap();
        let mut desk = Self { watcher, slot, worker: SlotWorker::start(SLOTS[0]) };
        desk.until(|slot| slot.state == SlotState::Empty).await;
        desk
    }

    async fn until(&mut self, wanted: impl FnMut(&SlotStatus) -> bool) {
        until(&mut self.slot, wanted).await;
    }

    async fn place(
        &mut self,
        service: &Service,
        behave: impl FnMut(&[u8]) -> Reply + Send + 'static,
    ) -> Card {
        let card = Card::place(service.ports[0], behave);
        self.until(is_present).await;
        card
    }

    async fn take(&mut self, card: Card) {
        drop(card);
        self.until(|slot| slot.state == SlotState::Empty).await;
    }

    /// The next card is served as if nothing had been.
    async fn serve(&mut self, service: &Service) {
        let card = self.place(service, good).await;
        assert_eq!(self.select().await, Ok(Ok(vec![0x90, 0x00])));
        self.worker.release().await.unwrap();
        self.take(card).await;
    }

    async fn select(&self) -> Result<Result<Vec<u8>, ChannelError>, SlotFault> {
        self.worker.run(LIMIT, |card| card.transmit(SELECT)).await.map_err(|error| error.fault)
    }

    /// One watcher and one worker, whatever happened.
    fn count_threads(&self, round: usize) {
        let threads = own_threads();
        assert!(threads <= 2, "round {round}: {threads} threads");
    }
}

/// Threads of watchers and workers in this process.
fn own_threads() -> usize {
    let named = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = std::fs::read_to_string(entry.ok()?.path().join("comm")).ok()?;
        (name.starts_with("pcsc-watch") || name.starts_with("slot ")).then_some(())
    };
    std::fs::read_dir("/proc/self/task").unwrap().filter_map(named).count()
}

async fn until(slot: &mut watch::Receiver<SlotStatus>, wanted: impl FnMut(&SlotStatus) -> bool) {
    let reached = tokio::time::timeout(LIMIT, slot.wait_for(wanted)).await.is_ok_and(|seen| seen.is_ok());
    assert!(reached, "not within {LIMIT:?}: {:?}", slot.borrow());
}

fn good(_command: &[u8]) -> Reply {
    Reply::Answer(vec![0x90, 0x00])
}

const fn is_present(slot: &SlotStatus) -> bool {
    matches!(slot.state, SlotState::Present { .. })
}

// ----- another program ------------------------------------------------------------------------------------------

const OTHER: &str = "UKETSUKE_TEST_OTHER";
const HELD: &str = "the slot is held";

/// Another program with a handle on the first slot's card.
struct Other {
    process: Child,
    /// Read to its end: what it says last must find a reader.
    says: BufReader<ChildStdout>,
}

impl Other {
    fn holds(mode: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "other_program", "--nocapture", "--test-threads=1"])
            .env(OTHER, mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut says = BufReader::new(process.stdout.take().unwrap());
        let held = says.by_ref().lines().map_while(Result::ok).any(|line| line.contains(HELD));
        assert!(held, "the other program did not get the card");
        Self { process, says }
    }

    /// Ends it and waits until it has.
    fn lets_go(mut self) {
        drop(self.process.stdin.take());
        self.says.read_to_end(&mut Vec::new()).unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}
