//! The exchange by files: a request in `req`, its answer in `res` (oqs-files.md sections 1, 3, 4, 5 and 8.1).
//!
//! `req` itself is the queue. A request stays there until its answer is durable, so nothing is lost by a crash or an
//! outage: what is still there is asked again. An answer that is there already is not written again, and a file name
//! is never used for two answers. What cannot be answered goes back into `res` under its own name, with the reason
//! beside it as `.err`; if `res` holds another file of that name, `_2` to `_9` is put behind its number.

mod arrivals;
mod deliver;
mod found;
mod notice;
mod pace;
mod requests;
mod retention;
mod run;
mod signal;
mod tasks;
mod watch;

pub use notice::{LeftAlone, Notice, Side};
pub use pace::Pace;

use crate::FolderError;
use model::{Answer, FailureCode, InstitutionCode, Lookup, Pii, Timestamp};
use oqs::Encoding;
use run::Run;
use signal::{Bell, Signal, bell};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

/// Look-ups that are asked at the same time: as many as a reception with several receipt computers needs while one
/// of them waits for a slow line.
pub const AT_ONCE: usize = 4;

/// Puts a look-up to the centre and waits for what it says; several are asked at once. Any such closure will do.
pub trait Ask: Fn(Pii<Lookup>) -> Result<Answer, FailureCode> + Send + Sync + 'static {}

impl<A: Fn(Pii<Lookup>) -> Result<Answer, FailureCode> + Send + Sync + 'static> Ask for A {}

/// The exchange of one pair of folders.
#[derive(Debug)]
pub struct Exchange {
    req: PathBuf,
    res: PathBuf,
    institution: InstitutionCode,
    encoding: Option<Encoding>,
    pace: Pace,
    share: bool,
    bell: Bell,
    heard: Receiver<Signal>,
}

/// What an exchange can be told while it runs.
#[derive(Debug, Clone)]
pub struct ExchangeHandle {
    bell: Bell,
    res: PathBuf,
}

impl Exchange {
    /// Prepares an exchange for the institution that the terminal belongs to. The folders may be away: nothing is
    /// touched before [`Exchange::run`].
    #[must_use]
    pub fn new(
        req: impl AsRef<Path>,
        res: impl AsRef<Path>,
        institution: InstitutionCode,
    ) -> (Self, ExchangeHandle) {
        let (bell, heard) = bell();
        let (req, res) = (req.as_ref().to_owned(), res.as_ref().to_owned());
        let handle = ExchangeHandle { bell: bell.clone(), res: res.clone() };
        (
            Self { req, res, institution, encoding: None, pace: Pace::default(), share: false, bell, heard },
            handle,
        )
    }

    /// Answers in the site's encoding, whatever the request has.
    #[must_use]
    pub fn in_encoding(self, encoding: Encoding) -> Self {
        Self { encoding: Some(encoding), ..self }
    }

    /// Says that the folders are mounted from another machine, of whose doings this system tells nothing: they are
    /// looked at every second from the start. Otherwise that begins when the first request was found unheard of.
    #[must_use]
    pub fn on_a_share(self) -> Self {
        Self { share: true, ..self }
    }

    /// Sets how patient it is.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Answers requests until told to stop; blocks, so it wants a thread of its own.
    ///
    /// `ask` puts a look-up to the centre and may take its time: up to [`AT_ONCE`] are asked at once, each on a
    /// thread of its own. The stop does not wait for them; what they would have answered is still in `req`. If `ask`
    /// panics, that request alone is answered with `INTERNAL`. `tell` hears what happens, on the calling thread.
    pub fn run(self, ask: impl Ask, tell: impl FnMut(Notice)) {
        Run::new(self, ask, tell).until_stopped();
    }
}

impl ExchangeHandle {
    /// Ends the exchange: as soon as the disk lets go of it.
    pub fn stop(&self) {
        self.bell.stop();
    }

    /// Removes answers, refused requests and their `.err` that nobody has taken since `before`: personal data does
    /// not pile up. They are known by their names and by when they were last changed. Returns how many were removed.
    ///
    /// # Errors
    /// If `res` cannot be listed or a file cannot be removed.
    pub fn forget(&self, before: Timestamp) -> Result<usize, FolderError> {
        retention::forget(&self.res, before)
    }
}
