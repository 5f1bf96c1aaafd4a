//! The running exchange: when it looks, and whether its folders are there.

use super::arrivals::Arrivals;
use super::notice::{LeftAlone, Notice, Side};
use super::signal::{Signal, WAITING};
use super::tasks::Tasks;
use super::watch::Watch;
use super::{Ask, Exchange};
use crate::FolderError;
use crate::error::At as _;
use crate::out_folder::OutFolder;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

/// Why a look is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Something was heard.
    Signal,
    /// The time has come.
    Time,
}

/// The state of a running exchange.
pub(super) struct Run<A, T> {
    pub(super) exchange: Exchange,
    pub(super) ask: Arc<A>,
    pub(super) tell: T,
    /// None while it is away.
    pub(super) res: Option<OutFolder>,
    watch: Option<Watch>,
    away: HashSet<Side>,
    /// Names of which the system said that they are written to the end.
    pub(super) closed: HashSet<OsString>,
    pub(super) arrivals: Arrivals,
    pub(super) tasks: Tasks,
    /// Files that nothing can be done about, by the mark of the content that they had.
    pub(super) stuck: HashMap<OsString, u64>,
    pub(super) said: HashSet<LeftAlone>,
    /// A look found what no event had told of: a share, most likely.
    pub(super) unheard: bool,
    no_events_said: bool,
}

impl<A: Ask, T: FnMut(Notice)> Run<A, T> {
    pub(super) fn new(exchange: Exchange, ask: A, tell: T) -> Self {
        let arrivals = Arrivals::new(exchange.pace);
        Self {
            exchange,
            ask: Arc::new(ask),
            tell,
            res: None,
            watch: None,
            away: HashSet::new(),
            closed: HashSet::new(),
            arrivals,
            tasks: Tasks::default(),
            stuck: HashMap::new(),
            said: HashSet::new(),
            unheard: false,
            no_events_said: false,
        }
    }

    /// Looks, then waits for something to happen, until told to stop.
    pub(super) fn until_stopped(mut self) {
        // What lies there at the start was never to be heard of.
        let mut why = Why::Signal;
        while !self.exchange.bell.is_stopped() {
            let now = Instant::now();
            self.look(why, now);
            why = self.wait(self.next_look(now));
        }
    }

    /// A mounted share gives no events of what others do in it, events can be lost, and a folder can be replaced by
    /// another: so there is always a next look.
    fn next_look(&self, now: Instant) -> Instant {
        let pace = self.exchange.pace;
        let wait = if !self.away.is_empty() {
            pace.retry
        } else if self.arrivals.any() {
            pace.settle
        } else if self.unheard || self.watch.is_none() {
            pace.quick_look
        } else {
            pace.look
        };
        now + wait
    }

    /// Waits until a moment or a signal; takes the signals that are there.
    fn wait(&mut self, until: Instant) -> Why {
        let left = until.saturating_duration_since(Instant::now());
        // We hold a bell ourselves, so the other end is never gone.
        let first = self.exchange.heard.recv_timeout(left).ok();
        // No more than fit: a flood must not keep us from looking.
        let more: Vec<_> = self.exchange.heard.try_iter().take(WAITING).collect();
        let missed = self.exchange.bell.take_missed();
        let why = if first.is_some() || missed { Why::Signal } else { Why::Time };
        for signal in first.into_iter().chain(more) {
            self.hear(signal);
        }
        why
    }

    fn hear(&mut self, signal: Signal) {
        match signal {
            Signal::Changed => self.unheard = false,
            Signal::Closed(name) => {
                self.unheard = false;
                // One that is not remembered costs a moment's wait.
                if self.closed.len() < WAITING {
                    self.closed.insert(name);
                }
            }
            Signal::Replied { key, reply } => self.take_reply(&key, reply),
            Signal::Wake => {}
        }
    }

    fn look(&mut self, why: Why, now: Instant) {
        self.reach_answers();
        self.reach_requests();
        self.advance();
        // A folder that takes a probe and then not what waits for it is not back.
        if self.res.is_some() {
            self.come_back(Side::Answers);
        }
        if self.away.is_empty() {
            match self.requests() {
                Ok(entries) => self.consider_all(entries, why, now),
                Err(error) => self.fall_away(Side::Requests, error),
            }
            // What was refused in this look can go at once.
            self.advance();
        }
    }

    // ----- the folders themselves ---------------------------------------------------------------------------------

    fn reach_answers(&mut self) {
        if self.res.as_ref().is_some_and(|folder| fs::read_dir(folder.dir()).is_ok()) {
            return;
        }
        match OutFolder::open(&self.exchange.res) {
            Ok(folder) => self.res = Some(folder),
            Err(error) => self.fall_away(Side::Answers, error),
        }
    }

    fn reach_requests(&mut self) {
        let req = self.exchange.req.clone();
        if let Err(error) = fs::read_dir(&req).at("list", &req) {
            self.watch = None;
            return self.fall_away(Side::Requests, error);
        }
        self.come_back(Side::Requests);
        if self.exchange.share || self.watch.as_ref().is_some_and(|watch| watch.is_on(&req)) {
            return;
        }
        // The old one goes first: the number of watches is limited.
        self.watch = None;
        match Watch::on(&req, self.exchange.bell.clone()) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => self.tell_no_events(&error),
        }
    }

    fn tell_no_events(&mut self, error: &notify::Error) {
        if !std::mem::replace(&mut self.no_events_said, true) {
            (self.tell)(Notice::NoEvents { reason: error.to_string() });
        }
    }

    pub(super) fn fall_away(&mut self, side: Side, error: FolderError) {
        if side == Side::Answers {
            self.res = None;
        }
        if self.away.insert(side) {
            (self.tell)(Notice::Away { side, error });
        }
    }

    fn come_back(&mut self, side: Side) {
        if self.away.remove(&side) {
            (self.tell)(Notice::Back { side });
        }
    }
}

impl<A, T> Run<A, T> {
    /// Whether `req` is the folder that was looked at.
    pub(super) fn is_on_req(&self) -> bool {
        let req = &self.exchange.req;
        self.watch.as_ref().map_or_else(|| req.is_dir(), |watch| watch.is_on(req))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pace;
    use failure::codes;
    use std::time::Duration;

    #[test]
    fn a_folder_whose_events_are_not_heard_is_looked_at_more_often() {
        let site = tempfile::tempdir().unwrap();
        let (req, res) = (site.path().join("req"), site.path().join("res"));
        fs::create_dir(&req).unwrap();
        fs::create_dir(&res).unwrap();
        let (exchange, _handle) = Exchange::new(&req, &res, "9991234567".parse().unwrap());
        let mut run = Run::new(exchange, |_| Err(codes::CENTRE_SILENT), |_| {});
        let pace = Pace::default();
        let start = Instant::now();
        let mut look = |why, after: Duration| {
            let now = start + after;
            run.look(why, now);
            run.next_look(now) - now
        };

        assert_eq!(look(Why::Time, Duration::ZERO), pace.look, "nothing there, nothing heard");
        fs::write(req.join("OQSsiquc01req_1.xml"), "<XmlMsg>").unwrap();
        // The event may lie in the queue, but nobody has taken it out.
        assert_eq!(look(Why::Time, Duration::from_secs(30)), pace.settle, "it may be half written");
        assert_eq!(look(Why::Time, Duration::from_secs(33)), pace.quick_look, "refused; no event told of it");
        run.hear(Signal::Changed);
        let now = Instant::now();
        assert_eq!(run.next_look(now) - now, pace.look, "events are heard");
    }
}
