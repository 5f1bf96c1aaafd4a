//! What goes into `res`, and how a request then leaves `req`.
//!
//! The order is what makes a crash harmless: first all files are durable in `res`, then the request goes. What was
//! done before the crash is recognised when it is done again, and left as it is.

use super::Ask;
use super::notice::{LeftAlone, Notice, Side};
use super::run::Run;
use super::signal::Signal;
use super::tasks::{Delivery, End, Stage, Subject, Task};
use crate::FolderError;
use crate::out_folder::{OutFolder, Put};
use crate::reading::{Reading, read};
use crate::staging::sync_dir;
use model::{Answer, FailureCode, Purpose, Timestamp};
use oqs::{Encoding, FileName, LARGEST_REQUEST, Refusal, Request};
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

/// The highest number put behind a name that is taken.
const LAST_NUMBER: u8 = 9;

impl<A: Ask, T: FnMut(Notice)> Run<A, T> {
    /// Makes the answer file of what the asker brought.
    pub(super) fn take_reply(&mut self, key: &str, reply: Result<Answer, FailureCode>) {
        let Some(task) = self.tasks.take(key) else { return };
        let (Stage::Asking(request), Some(name)) = (&task.stage, task.subject.name.answer()) else { return };
        let encoding = self.exchange.encoding.unwrap_or(request.encoding);
        let (bytes, notice) = write_answer(request, reply, encoding);
        let delivery = Delivery { files: VecDeque::from([(name, bytes)]), notice, end: End::Remove };
        self.tasks.add(Task { stage: Stage::Placing(delivery), ..task });
    }

    /// Sends a request back with the reason beside it.
    pub(super) fn refuse(&mut self, subject: &Subject, refusal: Refusal) {
        let reading = read(&subject.path, LARGEST_REQUEST);
        let mark = reading.as_ref().map_or(0, Reading::mark);
        let subject = Subject { mark, ..subject.clone() };
        let request = match reading {
            Ok(Reading::Gone | Reading::NotAFile) => return,
            // Still being written: what is there by then moves, as does what is too large to be copied.
            Ok(_) if refusal == Refusal::NeverWhole => None,
            Ok(Reading::TooLarge { .. }) => None,
            Ok(Reading::Bytes(bytes)) => Some(bytes),
            Err(_) => return self.give_up(&subject),
        };
        let declared = request.as_deref().and_then(Encoding::declared_by);
        let text = refusal.to_text(self.exchange.encoding.or(declared).unwrap_or(Encoding::Cp932));
        let Some(res) = &self.res else { return };
        let free = match free_name(res, &subject.name, &text, request.as_deref()) {
            Ok(Some(free)) => free,
            Ok(None) => return self.give_up(&subject),
            Err(error) => return self.fall_away(Side::Answers, error),
        };
        // The reason first: whoever sees the request come back finds it.
        let mut files = VecDeque::from([(free.refusal(), text)]);
        let end = match request {
            Some(bytes) => {
                files.push_back((free.as_str().to_owned(), bytes));
                End::Remove
            }
            None => End::MoveTo(free.as_str().to_owned()),
        };
        let notice = Notice::Refused { family: subject.name.family(), refusal };
        self.tasks.add(Task { subject, stage: Stage::Placing(Delivery { files, notice, end }) });
    }

    /// Nothing can be done about a file until it changes.
    pub(super) fn give_up(&mut self, subject: &Subject) {
        self.stuck.insert(subject.file().to_owned(), subject.mark);
        self.leave_alone(LeftAlone::Stuck { family: subject.name.family() });
    }

    /// Takes every task as far as it goes.
    pub(super) fn advance(&mut self) {
        for Task { subject, stage } in self.tasks.take_ready() {
            match stage {
                Stage::Placing(delivery) => self.place(subject, delivery),
                Stage::Ending(end) => self.end(subject, end),
                Stage::Asking(_) => self.tasks.add(Task { subject, stage }),
            }
        }
    }

    fn place(&mut self, subject: Subject, mut delivery: Delivery) {
        while let (Some((name, bytes)), Some(res)) = (delivery.files.front(), &self.res) {
            match res.put(name, bytes) {
                Ok(Put::Written | Put::Present) => {
                    delivery.files.pop_front();
                }
                Ok(Put::Taken) => {
                    let refusal = match delivery.notice {
                        Notice::Refused { refusal, .. } => refusal,
                        _ => Refusal::NameReused,
                    };
                    return self.refuse(&subject, refusal);
                }
                Err(error) => self.fall_away(Side::Answers, error),
            }
        }
        if !delivery.files.is_empty() {
            // Held until `res` is back.
            return self.tasks.add(Task { subject, stage: Stage::Placing(delivery) });
        }
        (self.tell)(delivery.notice);
        self.end(subject, delivery.end);
    }

    fn end(&mut self, subject: Subject, end: End) {
        if self.take_out(&subject, &end) {
            // Another one of that name may have waited for this.
            self.exchange.bell.ring(Signal::Wake);
        } else {
            self.tasks.add(Task { subject, stage: Stage::Ending(end) });
        }
    }

    /// Takes the request out of `req`, if it is still the one that was read. False if that must be tried again.
    fn take_out(&mut self, subject: &Subject, end: &End) -> bool {
        match (read(&subject.path, LARGEST_REQUEST), end) {
            // With the folder away nothing is known of the request.
            (Ok(Reading::Gone), _) => self.is_on_req(),
            (Ok(Reading::NotAFile), _) => true,
            (Ok(_), End::MoveTo(name)) => self.move_back(subject, name),
            (Ok(reading), End::Remove) if reading.mark() == subject.mark => self.remove(subject),
            // It is another one by now.
            (Ok(_), End::Remove) => true,
            (Err(_), _) => self.stays(subject),
        }
    }

    fn remove(&mut self, subject: &Subject) -> bool {
        match fs::remove_file(&subject.path) {
            Ok(()) => {
                // A request that a power cut brings back finds its answer, or is asked again: no harm done.
                let _ = sync_dir(&self.exchange.req);
                true
            }
            Err(error) => error.kind() == io::ErrorKind::NotFound || self.stays(subject),
        }
    }

    fn stays(&mut self, subject: &Subject) -> bool {
        self.leave_alone(LeftAlone::Stuck { family: subject.name.family() });
        false
    }

    fn move_back(&mut self, subject: &Subject, name: &str) -> bool {
        // From one volume to another there is no move: it stays, with the reason in `res`.
        if self.res.as_ref().is_none_or(|res| res.take_in(&subject.path, name).is_err()) {
            self.give_up(subject);
        }
        true
    }
}

/// The name under which a request can go back: its own, or numbered; none if all are taken.
fn free_name(
    res: &OutFolder,
    name: &FileName,
    text: &[u8],
    request: Option<&[u8]>,
) -> Result<Option<FileName>, FolderError> {
    let numbered = (2..=LAST_NUMBER).map(|number| name.numbered(number));
    for candidate in std::iter::once(name.clone()).chain(numbered) {
        let request_fits = match request {
            Some(bytes) => res.fits(candidate.as_str(), bytes)?,
            None => res.find(candidate.as_str())?.is_none(),
        };
        if request_fits && res.fits(&candidate.refusal(), text)? {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// The answer file, and what is said of it.
fn write_answer(
    request: &Request,
    reply: Result<Answer, FailureCode>,
    encoding: Encoding,
) -> (Vec<u8>, Notice) {
    let answered = reply.and_then(|answer| {
        let xml = &answer.qualification.expose(Purpose::TellReceiptComputer).xml;
        request.answer(xml.as_bytes(), encoding).map_err(|error| error.code())
    });
    match answered {
        Ok((bytes, warnings)) => (bytes, Notice::Answered { warnings }),
        Err(code) => (request.failure(code, now(), encoding), Notice::Failed { code }),
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
