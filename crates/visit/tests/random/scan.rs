//! Looks through this process's own writable memory for a VERIFY command that carries a PIN.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

/// Where a VERIFY of the PIN with four digits stands: `00 20 00 80 04 d d d d`. The parts are compared one by one, so no
/// copy of the whole lies anywhere for the sake of the search.
fn found_in(bytes: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == 0x80) {
        let at = from + at;
        from = at + 1;
        let head = at >= 3 && bytes[at - 1] == 0 && bytes[at - 2] == 0x20 && bytes[at - 3] == 0;
        if head
            && bytes.get(from) == Some(&4)
            && bytes.get(from + 1..from + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
        {
            return true;
        }
    }
    false
}

/// Bytes read at once; what may be cut in two by that is read twice.
const PIECE: usize = 1 << 16;
const OVERLAP: u64 = 8;

pub(crate) struct Scanner {
    piece: Vec<u8>,
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self { piece: vec![0; PIECE] }
    }

    /// The part of this process's writable memory in which one lies.
    pub(crate) fn find(&mut self) -> Option<String> {
        let maps = BufReader::new(File::open("/proc/self/maps").unwrap());
        let mut memory = File::open("/proc/self/mem").unwrap();
        let mut pages = File::open("/proc/self/pagemap").unwrap();
        for line in maps.lines() {
            let line = line.unwrap();
            let mut words = line.split_whitespace();
            let (range, rights) = (words.next().unwrap(), words.next().unwrap());
            if !rights.starts_with("rw") {
                continue;
            }
            let (from, to) = range.split_once('-').unwrap();
            let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
            for (from, to) in used(&mut pages, from, to) {
                if self.find_between(&mut memory, from, to) {
                    // Nor may the search leave one behind.
                    self.piece.fill(0);
                    return Some(line);
                }
            }
        }
        None
    }

    fn find_between(&mut self, memory: &mut File, mut from: u64, to: u64) -> bool {
        while from < to {
            let wanted = self.piece.len().min(usize::try_from(to - from).unwrap());
            // What cannot be read (the kernel's own pages) holds nothing of ours.
            let Ok(read) =
                memory.seek(SeekFrom::Start(from)).and_then(|_| memory.read(&mut self.piece[..wanted]))
            else {
                return false;
            };
            if found_in(&self.piece[..read]) {
                return true;
            }
            from += read as u64;
            if from >= to || read as u64 <= OVERLAP {
                return false;
            }
            from -= OVERLAP;
        }
        false
    }
}

const PAGE: u64 = 4096;

/// The runs of pages that were ever used: the others hold nothing, and a thread's stack is mostly such.
fn used(pages: &mut File, from: u64, to: u64) -> Vec<(u64, u64)> {
    let mut entries = vec![0; usize::try_from((to - from) / PAGE * 8).unwrap()];
    let read = pages.seek(SeekFrom::Start(from / PAGE * 8)).and_then(|_| pages.read_exact(&mut entries));
    if read.is_err() {
        return vec![(from, to)];
    }
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for (at, entry) in entries.chunks_exact(8).enumerate() {
        // Present, or swapped out: the two highest bits.
        if entry[7] & 0xC0 == 0 {
            continue;
        }
        let start = from + at as u64 * PAGE;
        match runs.last_mut() {
            Some((_, end)) if *end == start => *end += PAGE,
            _ => runs.push((start, start + PAGE)),
        }
    }
    runs
}
