//! For which configured device this driver is.

use crate::machine::Machine;
use crate::profile::PROFILE;
use crate::timing::TIMING;
use model::Maturity;
use reader::{Link, Parity, Patience, Profile, ReaderDriver, ReaderFactory, SerialSettings};

/// Makes drivers of the EXC-9000.
#[derive(Debug, Clone, Copy)]
pub struct ExcFactory;

/// The factory, for the binary's list.
pub static FACTORY: ExcFactory = ExcFactory;

impl ReaderFactory for ExcFactory {
    fn name(&self) -> &'static str {
        "exc-9000"
    }

    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn maturity(&self) -> Maturity {
        Maturity::Simulated
    }

    fn link(&self) -> Link {
        Link::Serial(SerialSettings { baud: 460_800, parity: Parity::None })
    }

    fn patience(&self) -> Patience {
        Patience { start: TIMING.start, silence: TIMING.given_up() }
    }

    fn create(&self) -> Box<dyn ReaderDriver> {
        Box::new(Machine::new(&TIMING))
    }
}
