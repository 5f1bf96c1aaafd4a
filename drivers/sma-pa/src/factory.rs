//! For which configured device this driver is.

use crate::machine::Machine;
use crate::profile::PROFILE;
use crate::timing::TIMING;
use model::Maturity;
use reader::{Link, Parity, Patience, Profile, ReaderDriver, ReaderFactory, SerialSettings};

/// Makes drivers of the Almex Sma-pa マイナタッチ CPS-100W.
#[derive(Debug, Clone, Copy)]
pub struct SmaPaFactory;

/// The factory, for the binary's list.
pub static FACTORY: SmaPaFactory = SmaPaFactory;

impl ReaderFactory for SmaPaFactory {
    fn name(&self) -> &'static str {
        "sma-pa"
    }

    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn maturity(&self) -> Maturity {
        Maturity::Simulated
    }

    fn link(&self) -> Link {
        Link::Serial(SerialSettings { baud: 921_600, parity: Parity::None })
    }

    fn patience(&self) -> Patience {
        Patience { start: TIMING.start, silence: TIMING.silence }
    }

    fn create(&self) -> Box<dyn ReaderDriver> {
        Box::new(Machine::new(&TIMING))
    }
}
