//! For which configured device this driver is.

use crate::machine::Machine;
use crate::profile::PROFILE;
use crate::timing::TIMING;
use model::Maturity;
use reader::{Link, Patience, Profile, ReaderDriver, ReaderFactory};
use stfr2_frames::report::REPORT;

/// Makes drivers of the XC-STFR2JMN.
#[derive(Debug, Clone, Copy)]
pub struct Stfr2Factory;

/// The factory, for the binary's list.
pub static FACTORY: Stfr2Factory = Stfr2Factory;

impl ReaderFactory for Stfr2Factory {
    fn name(&self) -> &'static str {
        "stfr2"
    }

    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn maturity(&self) -> Maturity {
        Maturity::Simulated
    }

    fn link(&self) -> Link {
        Link::Hid { report: REPORT }
    }

    fn patience(&self) -> Patience {
        Patience { start: TIMING.start, silence: TIMING.given_up() }
    }

    fn create(&self) -> Box<dyn ReaderDriver> {
        Box::new(Machine::new(&TIMING))
    }
}
