//! The daemon with three drivers that go bad in the middle of a visit: one panics, one spins, one falls silent. For the
//! suite `side_by_side` only.

#![allow(clippy::panic, reason = "that is what one of them is for")]

use model::{Maturity, Moment};
use reader::{Effect, Event, Input, Link, Patience, Profile, ReaderDriver, ReaderFactory};
use std::process::ExitCode;

/// What becomes of a driver once its card was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Panics,
    Spins,
    FallsSilent,
}

struct Bad {
    sound: &'static dyn ReaderFactory,
    fate: Fate,
}

static DRIVERS: &[&dyn ReaderFactory] = &[
    &Bad { sound: &caora::FACTORY, fate: Fate::Panics },
    &Bad { sound: &sma_pa::FACTORY, fate: Fate::Spins },
    &Bad { sound: &hi_cara::FACTORY, fate: Fate::FallsSilent },
    &stfr2::FACTORY,
    &exc_9000::FACTORY,
];

fn main() -> ExitCode {
    uketsuke::run(DRIVERS)
}

impl ReaderFactory for Bad {
    fn name(&self) -> &'static str {
        self.sound.name()
    }
    fn profile(&self) -> &'static Profile {
        self.sound.profile()
    }
    fn maturity(&self) -> Maturity {
        self.sound.maturity()
    }
    fn link(&self) -> Link {
        self.sound.link()
    }
    fn patience(&self) -> Patience {
        self.sound.patience()
    }
    fn create(&self) -> Box<dyn ReaderDriver> {
        Box::new(BadDriver { sound: self.sound.create(), fate: self.fate, gone: false })
    }
}

struct BadDriver {
    sound: Box<dyn ReaderDriver>,
    fate: Fate,
    gone: bool,
}

impl ReaderDriver for BadDriver {
    fn profile(&self) -> &'static Profile {
        self.sound.profile()
    }

    fn handle(&mut self, input: Input<'_>, now: Moment) {
        match (self.gone, self.fate) {
            (false, _) => self.sound.handle(input, now),
            (true, Fate::Panics) => panic!("as meant"),
            (true, Fate::Spins) => loop {
                std::hint::spin_loop();
            },
            (true, Fate::FallsSilent) => {}
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        if self.gone {
            return None;
        }
        let effect = self.sound.poll_effect();
        // From here on, when the visit has begun.
        self.gone = matches!(effect, Some(Effect::Report(Event::CardPlaced)));
        effect
    }

    fn next_wakeup(&self) -> Option<Moment> {
        if self.gone { None } else { self.sound.next_wakeup() }
    }
}
