//! `uketsuked`: the daemon of one site.

use reader::ReaderFactory;
use std::process::ExitCode;

/// The drivers that this program has. A new reader model is one line here.
static DRIVERS: &[&dyn ReaderFactory] = &[&caora::FACTORY];

fn main() -> ExitCode {
    uketsuke::run(DRIVERS)
}
