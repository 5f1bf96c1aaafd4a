//! Body, dialect and wire as one unit: power, faults and time, the same for every model.

use crate::body::{Body, Order, Told};
use crate::facts::ModelFacts;
use crate::wire::Wire;
use model::Moment;
use reader::Link;
use reader::conformance::{Act, Firmware, Power, UnitConfig, View};
use std::time::Duration;

/// What a model adds: how its unit speaks. One value lives from power-up to power-off.
pub(crate) trait Dialect: Send + Sized {
    /// What the model can do.
    const FACTS: &'static ModelFacts;

    /// The dialect of a unit that is powered up. `seed` is the unit's own, for whatever the dialect draws.
    fn powered_up(seed: u64) -> Self;

    /// The start-up is over: the unit may speak from now on.
    fn started(&mut self, _around: &mut Around<'_>) {}

    /// Bytes arrived; for HID, one report. Never before [`Dialect::started`].
    fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>);

    /// Something happened that the terminal is to know. Never before the terminal claimed the unit: identification
    /// tells where the card is.
    fn tell(&mut self, told: Told, around: &mut Around<'_>);

    /// Time has passed: [`Dialect::next_wakeup`] may have come.
    fn wake(&mut self, _around: &mut Around<'_>) {}

    /// When the dialect wants to be woken: heartbeats, retransmissions.
    fn next_wakeup(&self) -> Option<Moment> {
        None
    }

    /// The link was opened or closed at the terminal's end, where the link tells it.
    fn link_changed(&mut self, _open: bool, _around: &mut Around<'_>) {}

    /// Whether a terminal identified the unit since power-up.
    fn is_claimed(&self) -> bool;

    /// Whether these bytes tell that a card was placed.
    fn announces_card(piece: &[u8]) -> bool;
}

/// What a dialect works with.
pub(crate) struct Around<'a> {
    pub(crate) body: &'a mut Body,
    pub(crate) now: Moment,
    wire: &'a mut Wire,
}

impl Around<'_> {
    /// Puts one frame, for HID one report, on the wire.
    pub(crate) fn send(&mut self, frame: &[u8]) {
        self.wire.send(frame, self.now);
    }

    /// [`Body::obey`] at this moment.
    #[must_use]
    pub(crate) fn obey(&mut self, order: Order) -> bool {
        self.body.obey(order, self.now)
    }
}

/// One unit.
pub(crate) struct Unit<D> {
    body: Body,
    dialect: D,
    wire: Wire,
    now: Moment,
    start_up: Duration,
    seed: u64,
    /// While it starts the unit is deaf and mute.
    starts_until: Option<Moment>,
}

impl<D> std::fmt::Debug for Unit<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unit({:?}, starting: {})", self.body, self.starts_until.is_some())
    }
}

impl<D: Dialect> Unit<D> {
    /// A unit that is powered up now.
    pub(crate) fn new(config: UnitConfig, now: Moment) -> Self {
        let piece = match D::FACTS.link {
            Link::Hid { report } => Some(report),
            Link::Serial(_) | Link::Tcp => None,
        };
        let (seed, start_up) = (config.seed, config.start_up);
        let mut unit = Self {
            body: Body::new(D::FACTS, config),
            dialect: D::powered_up(seed),
            wire: Wire::new(seed, piece),
            now,
            start_up,
            seed,
            starts_until: Some(now.after(start_up)),
        };
        unit.start();
        unit
    }

    fn restart(&mut self) {
        // What a dialect draws at power-up is drawn anew.
        self.seed = self.seed.wrapping_add(1);
        self.dialect = D::powered_up(self.seed);
        self.wire.forget();
        self.body.power_up();
        self.starts_until = Some(self.now.after(self.start_up));
        self.start();
    }

    /// Ends the start-up once its time has passed.
    fn start(&mut self) {
        if self.starts_until.is_some_and(|until| until <= self.now) {
            self.starts_until = None;
            self.speak(|dialect, around| dialect.started(around));
        }
    }

    /// Lets the dialect work, then say what happened meanwhile.
    fn speak(&mut self, work: impl FnOnce(&mut D, &mut Around<'_>)) {
        let mut around = Around { body: &mut self.body, now: self.now, wire: &mut self.wire };
        work(&mut self.dialect, &mut around);
        while let Some(told) = around.body.poll_told() {
            if self.starts_until.is_none() && self.dialect.is_claimed() {
                self.dialect.tell(told, &mut around);
            }
        }
    }

    const fn is_started(&self) -> bool {
        self.starts_until.is_none()
    }
}

impl<D: Dialect> Firmware for Unit<D> {
    fn link(&self) -> Link {
        D::FACTS.link
    }

    fn receive(&mut self, bytes: &[u8], now: Moment) {
        self.now = now;
        if self.is_started() {
            self.speak(|dialect, around| dialect.receive(bytes, around));
        }
    }

    fn link_changed(&mut self, open: bool, now: Moment) {
        self.now = now;
        if !open {
            self.wire.forget();
        }
        if self.is_started() {
            self.speak(|dialect, around| dialect.link_changed(open, around));
        }
    }

    fn wake(&mut self, now: Moment) {
        self.now = now;
        self.start();
        self.wire.wake(now);
        if self.is_started() {
            self.body.wake(now);
            self.speak(Dialect::wake);
        }
    }

    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.wire.poll(self.now)
    }

    fn next_wakeup(&self) -> Option<Moment> {
        let dialect = self.is_started().then(|| self.dialect.next_wakeup()).flatten();
        [self.starts_until, self.wire.next_wakeup(), dialect, self.body.next_wakeup()]
            .into_iter()
            .flatten()
            .min()
    }

    fn act(&mut self, act: Act, now: Moment) -> bool {
        self.now = now;
        match act {
            Act::Corrupt(pieces) => self.wire.corrupt_next(pieces),
            Act::Silence(silent) => self.wire.silence(silent),
            Act::Babble(on) => self.wire.babble(on, now),
            Act::Slow(delay) => self.wire.slow(delay),
            Act::Restart => self.restart(),
            act => {
                let mut done = false;
                self.speak(|_, around| done = around.body.act(act, now));
                return done;
            }
        }
        true
    }

    fn view(&self) -> View {
        let power = match (self.is_started(), self.dialect.is_claimed()) {
            (false, _) => Power::Starting,
            (true, false) => Power::Unclaimed,
            (true, true) => Power::Claimed,
        };
        self.body.view(power)
    }

    fn announces_card(&self, piece: &[u8]) -> bool {
        D::announces_card(piece)
    }
}
