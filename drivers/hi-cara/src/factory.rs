//! For which configured device this driver is.

use crate::machine::Machine;
use crate::profile::PROFILE;
use crate::timing::TIMING;
use model::Maturity;
use reader::{Link, Patience, Profile, ReaderDriver, ReaderFactory};

/// Makes drivers of the Hi-CARA UFT-S190S(NU).
#[derive(Debug, Clone, Copy)]
pub struct HiCaraFactory;

/// The factory, for the binary's list.
pub static FACTORY: HiCaraFactory = HiCaraFactory;

impl ReaderFactory for HiCaraFactory {
    fn name(&self) -> &'static str {
        "hi-cara"
    }

    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn maturity(&self) -> Maturity {
        Maturity::Simulated
    }

    fn link(&self) -> Link {
        Link::Tcp
    }

    fn patience(&self) -> Patience {
        Patience { start: TIMING.start, silence: TIMING.given_up() }
    }

    fn create(&self) -> Box<dyn ReaderDriver> {
        Box::new(Machine::new(&TIMING))
    }
}
