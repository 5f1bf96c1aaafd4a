//! A unit that begins to babble in place of its own words.

use super::{Act, Draw, Firmware, View};
use crate::Link;
use model::Moment;
use std::time::Duration;

/// How noise comes: so much at once, so often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    /// At most so many bytes at once; on a link of reports one report.
    pub(super) bytes: usize,
    /// From one burst to the next.
    pub(super) every: Duration,
}

/// A unit whose [`Act::Babble`] is this noise and nothing else.
#[derive(Debug)]
pub(super) struct Babbler {
    unit: Box<dyn Firmware>,
    noise: Noise,
    draw: Draw,
    next: Option<Moment>,
    now: Moment,
}

impl Babbler {
    pub(super) fn new(unit: Box<dyn Firmware>, noise: Noise, seed: u64) -> Self {
        Self { unit, noise, draw: Draw::new(seed), next: None, now: Moment::ZERO }
    }
}

impl Firmware for Babbler {
    fn link(&self) -> Link {
        self.unit.link()
    }

    fn receive(&mut self, bytes: &[u8], now: Moment) {
        self.now = now;
        self.unit.receive(bytes, now);
    }

    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
    }

    fn wake(&mut self, now: Moment) {
        self.now = now;
        self.unit.wake(now);
    }

    fn poll_send(&mut self) -> Option<Vec<u8>> {
        let Some(next) = self.next else { return self.unit.poll_send() };
        while self.unit.poll_send().is_some() {}
        if next > self.now {
            return None;
        }
        self.next = Some(self.now.after(self.noise.every));
        let count = match self.link() {
            Link::Hid { report } => report,
            Link::Serial(_) | Link::Tcp => 1 + self.draw.below(self.noise.bytes),
        };
        Some(self.draw.bytes(count))
    }

    fn next_wakeup(&self) -> Option<Moment> {
        [self.next, self.unit.next_wakeup()].into_iter().flatten().min()
    }

    fn act(&mut self, act: Act, now: Moment) -> bool {
        self.now = now;
        match act {
            Act::Babble(on) => {
                self.next = on.then_some(now);
                true
            }
            other => self.unit.act(other, now),
        }
    }

    fn view(&self) -> View {
        self.unit.view()
    }

    fn announces_card(&self, piece: &[u8]) -> bool {
        self.unit.announces_card(piece)
    }
}
