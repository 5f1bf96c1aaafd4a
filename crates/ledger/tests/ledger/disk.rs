//! A full disk and one that can only be read, for real: a small file system in memory, mounted where nobody else sees it.

use crate::site::{Place, again, card, deed, id, ids, large, nothing_beside, result};
use failure::codes;
use ledger::{Ledger, LedgerError};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

/// Where the process in a mount namespace of its own mounts the disk.
const DISK: &str = "UKETSUKE_TEST_SMALL_DISK";
/// The ways to such a namespace: without rights, and for root where users have none.
const WAYS: [&[&str]; 2] = [&["unshare", "--user", "--map-root-user", "--mount"], &["unshare", "--mount"]];

#[test]
fn a_full_and_a_read_only_disk_are_said_and_lose_nothing() {
    let place = Place::new();
    let disk = place.ledger.parent().unwrap();
    let Some(way) = WAYS.into_iter().find(|way| may_mount(way, disk)) else {
        // Not through `eprintln!`, which the test harness hides when a test passes.
        let said = "SKIPPED a_full_and_a_read_only_disk_are_said_and_lose_nothing: no file system may be mounted here\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    };
    let played = again(way, "disk::as_the_process_with_a_small_disk", DISK, disk);
    let said = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success(), "{said}\n{}", String::from_utf8_lossy(&played.stderr));
    assert!(said.contains("PLAYED to the end"), "{said}");
}

fn may_mount(way: &[&str], disk: &Path) -> bool {
    let mount = [&["mount", "-t", "tmpfs", "tmpfs"], &[disk.to_str().unwrap()][..]].concat();
    let words = [way, &mount[..]].concat();
    Command::new(words[0]).args(&words[1..]).output().is_ok_and(|output| output.status.success())
}

/// Not a test by itself.
#[test]
#[allow(clippy::print_stdout, reason = "tells the test that started it how far it came")]
fn as_the_process_with_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else { return };
    let disk = Path::new(&disk);
    mount(disk, "size=1m,mode=0700");
    let place = Place::new();
    let path = disk.join("ledger.db");
    let open = || Ledger::open(&path, place.key());
    let mut ledger = open().unwrap();
    for number in 1..=3 {
        ledger.commit(&result(number), &card(1)).unwrap();
    }
    ledger.note(&deed(1)).unwrap();

    let filler = disk.join("filler");
    fill(&filler);
    let (kept, error) = until_refused(4, |number| ledger.commit(&large(number), &nothing_beside()).map(drop));
    assert_eq!(error.code(), codes::LEDGER_FULL, "{error}");
    fill(&filler);
    let (noted, error) = until_refused(2, |number| ledger.note(&deed(number)).map(drop));
    assert_eq!(error.code(), codes::LEDGER_FULL, "{error}");
    assert_eq!(ledger.newest().unwrap(), id(kept.into()), "what was refused took no number");
    drop(ledger);
    fill(&filler);
    let error = open().unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_FULL, "{error}");

    std::fs::remove_file(&filler).unwrap();
    let mut ledger = open().unwrap();
    let next = u64::from(kept) + 1;
    assert_eq!(ledger.commit(&large(200), &nothing_beside()).unwrap().id, id(next), "there is space again");
    assert_eq!(ids(&ledger.since(id(0), 300).unwrap()), (1..=next).collect::<Vec<_>>());
    assert!(ledger.since(id(0), 300).unwrap().into_iter().all(|row| row.whole().is_some()));
    let verdict = ledger.verify_audit().unwrap();
    assert_eq!((verdict.entries, verdict.broken_at), (noted.into(), None));
    drop(ledger);

    mount(disk, "remount,ro");
    let error = open().unwrap_err();
    assert_eq!(error.code(), codes::LEDGER_READ_ONLY, "{error}");
    mount(disk, "remount,rw");
    assert_eq!(open().unwrap().newest().unwrap(), id(next));
    println!("PLAYED to the end");
}

/// The last number that was taken, and why the next was not.
fn until_refused(first: u8, mut order: impl FnMut(u8) -> Result<(), LedgerError>) -> (u8, LedgerError) {
    for number in first..=199 {
        if let Err(error) = order(number) {
            return (number - 1, error);
        }
    }
    panic!("a disk of 1 MiB took all of it");
}

/// Leaves not one byte.
fn fill(filler: &Path) {
    let mut file: File = OpenOptions::new().create(true).append(true).open(filler).unwrap();
    loop {
        match file.write(&[0x55; 4096]) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => return,
            Err(error) => panic!("{error}"),
        }
    }
}

fn mount(disk: &Path, options: &str) {
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(disk).output().unwrap();
    assert!(mounted.status.success(), "{options}: {mounted:?}");
}
