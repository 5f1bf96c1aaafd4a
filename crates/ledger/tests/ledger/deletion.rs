//! Deletion proven on the stored bytes: what retention took is in no file of the ledger's any more.

use crate::site::{DAY, HOUR, KEEP, NOTHING, Place, again, at, card, id, large, open, received};
use model::VisitResult;
use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

/// The path of the ledger in the process that is killed; its key's lies behind it.
const PROCESS: &str = "UKETSUKE_TEST_KILLED_LEDGER";

/// Sealed bytes as they lie in the file, cut into pieces that a page holds whole.
struct Remembered(HashSet<[u8; PIECE]>);

const PIECE: usize = 16;

impl Remembered {
    /// Of the results up to `last`, and of the keys of days that have no later one.
    fn of(place: &Place, last: u64) -> Self {
        let file = place.raw();
        let query = format!(
            "SELECT qualification FROM result WHERE id <= {last} UNION ALL SELECT consents FROM result WHERE id <= {last} \
             UNION ALL SELECT card FROM result WHERE id <= {last} UNION ALL SELECT visit FROM result WHERE id <= {last} \
             UNION ALL SELECT sealed FROM day_key WHERE day NOT IN (SELECT day FROM result WHERE id > {last})"
        );
        let mut statement = file.prepare(&query).unwrap();
        let values = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let pieces = values.flat_map(|value| value.unwrap().as_chunks().0.to_vec()).collect();
        Self(pieces)
    }

    /// How many of them still lie somewhere.
    fn found(&self, place: &Place) -> usize {
        let files = place.files();
        let windows = files.iter().flat_map(|(_, bytes)| bytes.windows(PIECE));
        windows.filter(|window| self.0.contains(*window)).collect::<HashSet<_>>().len()
    }

    fn all_there(&self, place: &Place) -> bool {
        // A few lie across the border of two pages.
        self.found(place) > self.0.len() * 9 / 10
    }
}

/// Small and large documents of two days; the second day's stay.
fn filled(place: &Place) {
    let mut ledger = place.open();
    for number in 1..=6 {
        let result = if number % 2 == 0 { large(number) } else { received(number, 0) };
        ledger.commit(&VisitResult { received_at: at(HOUR), ..result }, &card(number)).unwrap();
    }
    for number in 7..=8 {
        ledger.commit(&VisitResult { received_at: at(2 * DAY), ..large(number) }, &card(number)).unwrap();
    }
}

const DUE: i64 = 7 * DAY + HOUR;

#[test]
fn what_was_destroyed_lies_in_no_file() {
    let place = Place::new();
    filled(&place);
    let mut ledger = place.open();
    let (gone, stay) = (Remembered::of(&place, 6), Remembered::of(&place, 8));
    assert!(gone.0.len() > 2_000 && gone.all_there(&place) && stay.all_there(&place));

    let dropped = ledger.retain(at(DUE), KEEP).unwrap();
    assert_eq!((dropped.results, dropped.days, dropped.lingering), (6, 1, false));
    assert_eq!(gone.found(&place), 0);
    assert!(stay.found(&place) > 1_000, "the search finds what is there");
    let free: i64 = place.raw().pragma_query_value(None, "freelist_count", |row| row.get(0)).unwrap();
    assert!(free > 10, "pages were freed, and are empty");
    assert_eq!(ledger.result(id(7)).unwrap().unwrap().result.received_at, at(2 * DAY));
}

#[test]
fn what_a_read_under_way_kept_in_the_log_goes_with_the_next_retention() {
    let place = Place::new();
    filled(&place);
    let mut ledger = place.open();
    let gone = Remembered::of(&place, 6);
    let reader = place.raw();
    let mut statement = reader.prepare("SELECT id FROM result").unwrap();
    let mut reading = statement.query([]).unwrap();
    reading.next().unwrap().unwrap();

    let dropped = ledger.retain(at(DUE), KEEP).unwrap();
    assert_eq!((dropped.results, dropped.lingering), (6, true), "destroyed all the same, and said");
    assert!(gone.found(&place) > 0);
    drop(reading);
    let dropped = ledger.retain(at(DUE), KEEP).unwrap();
    assert_eq!((dropped.results, dropped.lingering), (0, false));
    assert_eq!(gone.found(&place), 0);
}

#[test]
fn what_a_kill_left_between_deletion_and_folding_goes_when_the_ledger_is_opened() {
    let place = Place::new();
    filled(&place);
    let gone = Remembered::of(&place, 6);
    let mut both = place.ledger.clone().into_os_string();
    both.push("\n");
    both.push(&place.key);
    let killed = again(&[], "deletion::as_the_process_that_is_killed", PROCESS, both);
    assert_eq!(killed.status.signal(), Some(9), "{killed:?}");
    assert!(gone.found(&place) > 0, "the kill came before the log was folded back");

    let ledger = place.open();
    assert_eq!(gone.found(&place), 0);
    assert_eq!((ledger.oldest().unwrap(), ledger.newest().unwrap()), (id(7), id(8)));
}

/// Not a test by itself: destroys while a read of its own keeps the log, then dies.
#[test]
fn as_the_process_that_is_killed() {
    let Ok(both) = std::env::var(PROCESS) else { return };
    let (ledger, key) = both.split_once('\n').unwrap();
    let reader = rusqlite::Connection::open(ledger).unwrap();
    let mut ledger = open(Path::new(ledger), Path::new(key));
    let mut statement = reader.prepare("SELECT id FROM result").unwrap();
    let mut reading = statement.query([]).unwrap();
    reading.next().unwrap().unwrap();
    let dropped = ledger.retain(at(DUE), KEEP).unwrap();
    assert_eq!((dropped.results, dropped.lingering), (6, true));
    nix::sys::signal::kill(nix::unistd::getpid(), nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// A day's key goes although the day's rows went at different times.
#[test]
fn the_key_of_a_day_goes_with_its_last_result() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.commit(&received(1, 0), &card(1)).unwrap();
    ledger.commit(&received(2, HOUR), &card(1)).unwrap();
    let key = Remembered::of(&place, 2);
    assert_eq!(ledger.retain(at(7 * DAY), KEEP).unwrap().days, 0);
    assert!(key.found(&place) > 0);
    assert_eq!(ledger.retain(at(7 * DAY + HOUR), NOTHING).unwrap().days, 1);
    assert_eq!(key.found(&place), 0);
}
