//! Requests in `req`: which are there, which are whole, and what is done about each.

use super::arrivals::{Look, Verdict};
use super::found::Found;
use super::notice::{LeftAlone, Notice, Side};
use super::run::{Run, Why};
use super::tasks::{End, Stage, Subject, Task, key};
use super::{AT_ONCE, Ask};
use crate::FolderError;
use crate::error::At as _;
use crate::reading::{Reading, read};
use failure::codes;
use oqs::{Direction, Extension, Family, FileName, LARGEST_DOCUMENT, LARGEST_REQUEST, Refusal, Request};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Requests that one look takes up; the others wait for the next, on the disk.
const MOST_AT_A_LOOK: usize = 1024;
/// Requests under way; more than a few can only be ones that cannot be removed.
const MOST_TASKS: usize = 256;

/// A request as the folder lists it.
pub(super) struct Entry {
    modified: SystemTime,
    name: FileName,
    path: PathBuf,
}

impl<A: Ask, T: FnMut(Notice)> Run<A, T> {
    /// The requests in `req`, the oldest first; whatever else is there is left alone.
    pub(super) fn requests(&mut self) -> Result<Vec<Entry>, FolderError> {
        let req = self.exchange.req.clone();
        let mut entries = Vec::new();
        for entry in fs::read_dir(&req).at("list", &req)? {
            let entry = entry.at("list", &req)?;
            let Some(name) = self.request_name(&entry.file_name()) else { continue };
            if entries.len() == MOST_AT_A_LOOK {
                break;
            }
            let modified = entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(UNIX_EPOCH);
            entries.push(Entry { modified, name, path: entry.path() });
        }
        self.forget_the_gone(&entries);
        entries.sort_by(|a, b| (a.modified, a.name.as_str()).cmp(&(b.modified, b.name.as_str())));
        Ok(entries)
    }

    fn forget_the_gone(&mut self, entries: &[Entry]) {
        let present: HashSet<&OsStr> = entries.iter().filter_map(|entry| entry.path.file_name()).collect();
        self.arrivals.keep(|name| present.contains(name));
        self.closed.retain(|name| present.contains(name.as_os_str()));
        self.stuck.retain(|name, _| present.contains(name.as_os_str()));
    }

    fn request_name(&mut self, name: &OsStr) -> Option<FileName> {
        let Some(name) = name.to_str().and_then(FileName::parse) else {
            self.leave_alone(LeftAlone::Unknown);
            return None;
        };
        if name.direction() == Direction::Request && name.extension() == Extension::Xml && !name.is_face() {
            return Some(name);
        }
        self.leave_alone(LeftAlone::NoRequest { family: name.family(), extension: name.extension() });
        None
    }

    pub(super) fn leave_alone(&mut self, what: LeftAlone) {
        if self.said.insert(what) {
            (self.tell)(Notice::LeftAlone(what));
        }
    }

    pub(super) fn consider_all(&mut self, entries: Vec<Entry>, why: Why, now: Instant) {
        for Entry { name, path, .. } in entries {
            let under_way = self.tasks.holds(&name);
            let full = name.family() == Family::Lookup && self.tasks.unanswered() >= AT_ONCE;
            // It waits where it is.
            if !under_way && !full && self.tasks.count() < MOST_TASKS {
                self.consider(name, path, why, now);
            }
        }
    }

    fn consider(&mut self, name: FileName, path: PathBuf, why: Why, now: Instant) {
        let reading = read(&path, LARGEST_REQUEST);
        match reading {
            Ok(Reading::Gone) => return,
            Ok(Reading::NotAFile) => return self.leave_alone(LeftAlone::NotAFile),
            _ => {}
        }
        let subject = Subject { mark: reading.as_ref().map_or(0, Reading::mark), name, path };
        let (file, mark) = (subject.file(), subject.mark);
        if self.stuck.get(file) == Some(&mark) {
            return;
        }
        let closed = self.closed.remove(file);
        self.unheard |= why == Why::Time && !closed && !self.arrivals.knows(file);
        let found = Found::of(subject.name.family(), reading, &self.exchange.institution);
        let look = Look { mark, complete: found.is_complete(), closed };
        match self.arrivals.judge(file, look, now) {
            Verdict::Wait => {}
            Verdict::Whole | Verdict::Broken => self.take_up(subject, found),
            Verdict::Endless => self.refuse(&subject, Refusal::NeverWhole),
        }
    }

    fn take_up(&mut self, subject: Subject, found: Found) {
        match found {
            Found::Lookup(request) => self.answer(subject, request),
            Found::Refused(refusal) => self.refuse(&subject, refusal),
            Found::Unreadable => self.give_up(&subject),
        }
    }

    /// Asks the centre, unless the answer is there already or its name is taken.
    fn answer(&mut self, subject: Subject, request: Box<Request>) {
        let (Some(name), Some(res)) = (subject.name.answer(), &self.res) else { return };
        match res.find(&name) {
            Err(error) => self.fall_away(Side::Answers, error),
            Ok(None) => self.ask(subject, request),
            Ok(Some(path)) => match read(&path, LARGEST_DOCUMENT) {
                Ok(Reading::Bytes(answer)) if request.is_answered_by(&answer) => {
                    (self.tell)(Notice::AnsweredBefore);
                    self.tasks.add(Task { subject, stage: Stage::Ending(End::Remove) });
                }
                // A consumer took it at this moment.
                Ok(Reading::Gone) => self.ask(subject, request),
                _ => self.refuse(&subject, Refusal::NameReused),
            },
        }
    }

    fn ask(&mut self, subject: Subject, request: Box<Request>) {
        let (ask, bell, key) = (Arc::clone(&self.ask), self.exchange.bell.clone(), key(&subject.name));
        let lookup = request.lookup.clone();
        self.tasks.add(Task { subject, stage: Stage::Asking(request) });
        let its = key.clone();
        let asked = std::thread::Builder::new().name("folder-look-up".to_owned()).spawn(move || {
            // One that panics must not leave its asker without an answer.
            let reply = catch_unwind(AssertUnwindSafe(|| ask(lookup))).unwrap_or(Err(codes::INTERNAL));
            bell.reply(its, reply);
        });
        if asked.is_err() {
            self.take_reply(&key, Err(codes::INTERNAL));
        }
    }
}
