//! A driver and a firmware joined by a wire, in virtual time.

use super::way::{Arrival, Way};
use super::{Act, Firmware, Mangler, Pieces};
use crate::{Command, Effect, Event, Input, Panel, ReaderDriver, Touch};
use model::Moment;
use std::time::Duration;

/// Effects of one input at most; more is a driver that does not come to rest.
const MOST_EFFECTS: usize = 10_000;
/// Rounds to and fro within one moment at most.
const MOST_ROUNDS: usize = 10_000;
/// Wakeups within one moment at most.
const MOST_WAKEUPS: usize = 1_000;

/// A driver and a firmware joined by a wire, in virtual time.
///
/// As in the terminal, a fault closes the link; a new driver and [`Input::LinkOpened`] begin anew.
pub struct Pair<F> {
    /// The driver under test.
    pub driver: Box<dyn ReaderDriver>,
    /// The other end.
    pub firmware: F,
    /// The virtual clock.
    pub now: Moment,
    /// Events reported so far; a test takes what it has judged.
    pub events: Vec<Event>,
    /// What the panel shows that the terminal draws, if the driver had it drawn.
    pub panel: Option<Panel>,
    /// Codes of faults and names of refused commands, in order. `livelock` for a pair that does not come to rest.
    pub troubles: Vec<String>,
    /// What the faults say, with their causes and their Debug.
    pub fault_texts: Vec<String>,
    /// Pieces that the driver sent so far.
    pub sent: u64,
    /// Times that the driver was woken so far.
    pub woken: u64,
    /// Effects of one input, at most so far.
    pub most_effects: usize,
    open: bool,
    losing: Losing,
    record: Option<Vec<Vec<u8>>>,
    to_reader: Way,
    to_host: Way,
}

impl<F: std::fmt::Debug> std::fmt::Debug for Pair<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair")
            .field("firmware", &self.firmware)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl<F: Firmware> Pair<F> {
    /// Joins both and opens the link.
    #[must_use]
    pub fn new(driver: Box<dyn ReaderDriver>, firmware: F) -> Self {
        let mut pair = Self::unopened(driver, firmware);
        pair.input(Input::LinkOpened);
        pair
    }

    /// Joins both and leaves the link closed, until [`Input::LinkOpened`].
    #[must_use]
    pub fn unopened(driver: Box<dyn ReaderDriver>, firmware: F) -> Self {
        let link = firmware.link();
        Self {
            driver,
            firmware,
            now: Moment::ZERO,
            events: Vec::new(),
            panel: None,
            troubles: Vec::new(),
            fault_texts: Vec::new(),
            sent: 0,
            woken: 0,
            most_effects: 0,
            open: false,
            losing: Losing::Nothing,
            record: None,
            to_reader: Way::new(link),
            to_host: Way::new(link),
        }
    }

    /// Damages both directions from now on, in ways that a dialect mends.
    pub fn mangle(&mut self, seed: u64, per_thousand: u16) {
        self.to_reader.mangle(Mangler::new(seed, per_thousand));
        self.to_host.mangle(Mangler::new(seed.wrapping_add(1), per_thousand));
    }

    /// Damages both directions from now on, also beyond mending: frozen, babbling, closed.
    pub fn mangle_roughly(&mut self, seed: u64, per_thousand: u16) {
        self.to_reader.mangle(Mangler::rough(seed, per_thousand));
        self.to_host.mangle(Mangler::rough(seed.wrapping_add(1), per_thousand));
    }

    /// Whether the mangler put noise onto the wire.
    #[must_use]
    pub const fn had_noise(&self) -> bool {
        self.to_reader.noisy || self.to_host.noisy
    }

    /// In which pieces the bytes arrive from now on, in both directions.
    pub const fn cut(&mut self, pieces: Pieces) {
        self.to_reader.pieces = pieces;
        self.to_host.pieces = pieces;
    }

    /// Lets both directions stand still, or go on. What was sent meanwhile then arrives.
    pub const fn freeze(&mut self, frozen: bool) {
        self.to_reader.freeze(frozen);
        self.to_host.freeze(frozen);
    }

    /// Lets what the unit says stand still on its way, or go on.
    pub const fn freeze_to_host(&mut self, frozen: bool) {
        self.to_host.freeze(frozen);
    }

    /// Loses all that the driver sends from the next piece on that it receives: its receipt for that piece, too.
    pub const fn lose_receipts(&mut self) {
        self.losing = Losing::FromTheNextPiece;
    }

    /// Loses nothing any more.
    pub const fn lose_nothing(&mut self) {
        self.losing = Losing::Nothing;
    }

    /// Keeps what the unit says from now on; it may hold a PIN.
    pub(super) fn record(&mut self) {
        self.record = Some(Vec::new());
    }

    /// What the unit said since [`Self::record`].
    pub(super) fn recorded(&mut self) -> Vec<Vec<u8>> {
        self.record.take().unwrap_or_default()
    }

    /// Bytes that the driver sent and that have not arrived.
    #[must_use]
    pub fn bytes_under_way(&self) -> usize {
        self.to_reader.waiting()
    }

    /// Whether the link is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Gives the driver one input and carries bytes to and fro until both are quiet at this moment.
    pub fn input(&mut self, input: Input<'_>) {
        self.give(input);
        self.settle();
    }

    /// Gives the driver one command.
    pub fn say(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    /// Does what a patient or a technician does at the unit, and carries what it says of it; whether it could be done.
    pub fn act(&mut self, act: Act) -> bool {
        let done = self.firmware.act(act, self.now);
        self.settle();
        done
    }

    /// The patient touches the panel that the terminal draws.
    pub fn touch(&mut self, touch: Touch) {
        self.input(Input::Touched(touch));
    }

    /// Puts a new driver in the place of the old and opens the link.
    pub fn begin_anew(&mut self, driver: Box<dyn ReaderDriver>) {
        self.driver = driver;
        self.panel = None;
        self.input(Input::LinkOpened);
    }

    /// Advances the clock from wakeup to wakeup until `done`, at most `limit` later and `steps` steps.
    /// Returns whether `done` came true: a livelock is a failure, not a hang.
    pub fn run_until(&mut self, limit: Duration, steps: usize, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now.after(limit);
        let mut at_this_moment = 0;
        for _ in 0..steps {
            if done(self) {
                return true;
            }
            let Some(next) = self.next_wakeup().filter(|next| *next <= end) else {
                self.now = end;
                return false;
            };
            at_this_moment = if next > self.now { 0 } else { at_this_moment + 1 };
            if at_this_moment > MOST_WAKEUPS {
                self.livelock();
                return done(self);
            }
            self.now = self.now.max(next);
            if self.driver.next_wakeup().is_some_and(|at| at <= self.now) {
                self.woken += 1;
                self.give(Input::Woken);
            }
            if self.firmware.next_wakeup().is_some_and(|at| at <= self.now) {
                self.firmware.wake(self.now);
            }
            self.settle();
        }
        done(self)
    }

    fn next_wakeup(&self) -> Option<Moment> {
        let ways = [self.to_reader.next_wakeup(), self.to_host.next_wakeup()];
        ways.into_iter().chain([self.driver.next_wakeup(), self.firmware.next_wakeup()]).flatten().min()
    }

    fn settle(&mut self) {
        // A wire that never falls silent within one moment is a livelock; the bound turns it into a failed test.
        for _ in 0..MOST_ROUNDS {
            if !self.carry_once() {
                return;
            }
        }
        self.livelock();
    }

    /// Carries what is due in both directions; whether anything was.
    fn carry_once(&mut self) -> bool {
        let mut moved = false;
        while let Some(arrival) = self.to_reader.poll(self.now) {
            moved = true;
            match arrival {
                Arrival::Piece(piece) => self.firmware.receive(&piece, self.now),
                Arrival::Closed => self.give(Input::LinkClosed),
            }
        }
        while let Some(bytes) = self.firmware.poll_send() {
            moved = true;
            if let Some(record) = &mut self.record {
                record.push(bytes.clone());
            }
            if self.open {
                self.to_host.put(&bytes, self.now);
            }
        }
        while let Some(arrival) = self.to_host.poll(self.now) {
            moved = true;
            match arrival {
                Arrival::Piece(piece) => self.give(Input::Received(&piece)),
                Arrival::Closed => self.give(Input::LinkClosed),
            }
        }
        moved
    }

    /// One input, and all of its effects.
    fn give(&mut self, input: Input<'_>) {
        match input {
            Input::LinkOpened => self.open(true),
            Input::LinkClosed => self.open(false),
            Input::Received(_) if self.losing == Losing::FromTheNextPiece => self.losing = Losing::Everything,
            _ => {}
        }
        self.driver.handle(input, self.now);
        for effects in 0..MOST_EFFECTS {
            let Some(effect) = self.driver.poll_effect() else {
                self.most_effects = self.most_effects.max(effects);
                return;
            };
            self.carry(effect);
        }
        self.livelock();
    }

    fn open(&mut self, open: bool) {
        if self.open != open {
            self.open = open;
            self.to_reader.clear();
            self.to_host.clear();
            self.firmware.link_changed(open, self.now);
        }
    }

    fn carry(&mut self, effect: Effect) {
        match effect {
            Effect::Send(bytes) => {
                self.sent += 1;
                if self.open && self.losing != Losing::Everything {
                    self.to_reader.put(&bytes, self.now);
                }
            }
            Effect::Draw(panel) => self.panel = Some(panel),
            Effect::Report(event) => self.events.push(event),
            Effect::Unsupported(kind) => self.troubles.push(format!("unsupported {kind:?}")),
            Effect::Fault(fault) => {
                self.troubles.push(fault.code().to_string());
                self.fault_texts.push(whole_text(fault.as_ref()));
                self.open(false);
            }
        }
    }

    fn livelock(&mut self) {
        if self.troubles.last().is_none_or(|last| last != "livelock") {
            self.troubles.push(String::from("livelock"));
        }
    }
}

/// What is lost on the way to the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Losing {
    Nothing,
    FromTheNextPiece,
    Everything,
}

fn whole_text(fault: &dyn crate::DriverError) -> String {
    let mut text = format!("{fault} {fault:?}");
    let mut cause = fault.source();
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}
