//! Scenarios: what happens at a desk on a bad day, written so that a nurse or a technician can read it.
//!
//! A pure room: no desk is here, and no clock. Whoever has a desk, of real parts or in virtual time, implements
//! [`Stage`] and lets [`play`] do the rest. `simulator/scenarios/README.md` explains the files.
//!
//! | module | says |
//! |---|---|
//! | [`act`] | what somebody does |
//! | [`expect`] | what must come true |
//! | `person` | whose result it is |
//! | `parse`, `print` | the files, in both directions |
//! | `play` | a scenario played on a stage, and judged |
//! | `words` | the words of the files |

pub mod act;
pub mod expect;
mod parse;
mod person;
mod play;
mod print;
mod words;

pub use act::Act;
pub use expect::Expect;
pub use parse::{ParseError, parse};
pub use person::Person;
pub use play::{Missed, Played, ResultSeen, Seen, Stage, play, play_told};
pub use words::{
    DEADLINES, MODELS, STEPS, audit_word, code_named, decision_named, decision_word, deed_named, item_named,
    item_word, validity_named, validity_word, verification_named, verification_word,
};

use model::FailureCode;
pub use model::{AuditDeed, Decision};
use std::time::Duration;

/// One scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// `title ja …`.
    pub title_ja: String,
    /// `title en …`.
    pub title_en: String,
    /// `code CODE`: what it shows; `code none`.
    pub code: Option<FailureCode>,
    /// `reader MODEL…` or `reader any`, which is all of [`MODELS`].
    pub readers: Vec<&'static str>,
    /// `site medical` or `site pharmacy`.
    pub site: Site,
    /// `passcode`: staff have one.
    pub passcode: bool,
    /// `deadline NAME N s`: other than the defaults.
    pub deadlines: Vec<(&'static str, Duration)>,
    /// `reminders N`: how often a slow patient is asked again.
    pub reminders: Option<u8>,
    /// What happens, in order.
    pub steps: Vec<Line>,
}

/// What kind of site it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// 医科.
    Medical,
    /// 調剤.
    Pharmacy,
}

/// One line that is played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In the file, from 1.
    pub number: usize,
    /// What it says.
    pub step: Step,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Somebody does something.
    Act(Act),
    /// Something must come true.
    Expect(Expect),
}
