//! Messages of the XC-STFR2JMN stand-in dialect and their bytes; `DIALECT.md` beside this package is its text.
//!
//! The makers' protocol is not public: everything here is this project's own and stands in for it.
//!
//! | module | says |
//! |---|---|
//! | [`report`] | the checked view of one report, and reports as values: [`HostReport`], [`UnitReport`] |
//! | [`fragment`] | messages cut into reports, and [`Assembler`], which puts them together again |
//! | [`host`] | what the terminal sends: [`HostMessage`] |
//! | [`mod@unit`] | what the unit sends: [`UnitMessage`] |
//! | [`mod@redact`] | a report as a line of a trace, without personal fields |

mod error;
mod field;
pub mod fragment;
pub mod host;
pub mod redact;
pub mod report;
mod sum;
pub mod unit;

pub use error::FrameError;
pub use fragment::Assembler;
pub use host::HostMessage;
pub use redact::redact;
pub use report::{HostReport, UnitReport};
pub use unit::UnitMessage;

/// What an XC-STFR2JMN says as its model in this dialect.
pub const MODEL: &str = "XC-STFR2JMN";
