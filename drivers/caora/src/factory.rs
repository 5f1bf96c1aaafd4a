//! For which configured device this driver is.

use crate::machine::Machine;
use crate::profile::PROFILE;
use crate::timing::TIMING;
use model::Maturity;
use reader::{Link, Parity, Patience, Profile, ReaderDriver, ReaderFactory, SerialSettings};

/// Makes drivers of the Caora PD-CA01.
#[derive(Debug, Clone, Copy)]
pub struct CaoraFactory;

/// The factory, for the binary's list.
pub static FACTORY: CaoraFactory = CaoraFactory;

impl ReaderFactory for CaoraFactory {
    fn name(&self) -> &'static str {
        "caora"
    }

    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn maturity(&self) -> Maturity {
        Maturity::Simulated
    }

    fn link(&self) -> Link {
        Link::Serial(SerialSettings { baud: 115_200, parity: Parity::Even })
    }

    fn patience(&self) -> Patience {
        Patience { start: TIMING.start, silence: TIMING.given_up() }
    }

    fn create(&self) -> Box<dyn ReaderDriver> {
        Box::new(Machine::new(&TIMING))
    }
}
