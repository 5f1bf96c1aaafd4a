//! `uketsuked`: the daemon of one site.

use reader::ReaderFactory;
use std::process::ExitCode;

/// The drivers that this program has. A new reader model is one line here.
static DRIVERS: &[&dyn ReaderFactory] =
    &[&caora::FACTORY, &stfr2::FACTORY, &sma_pa::FACTORY, &hi_cara::FACTORY, &exc_9000::FACTORY];

fn main() -> ExitCode {
    uketsuke::run(DRIVERS)
}
