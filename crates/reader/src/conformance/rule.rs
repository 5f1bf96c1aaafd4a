//! What a rule is, and how it is judged.

use super::Kit;
use std::fmt;

/// One promise of a driver, and how it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The name of its test.
    pub name: &'static str,
    /// What a driver promises.
    pub says: &'static str,
    /// Tries it with a model.
    pub check: fn(&Kit) -> Verdict,
}

/// How a rule came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The driver kept it.
    Kept,
    /// The driver broke it: how.
    Broken(String),
    /// Something that a more basic rule is about stood in the way: what, and which rule to mend first.
    NotReached(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept => f.write_str("kept"),
            Self::Broken(how) => write!(f, "broken: {how}"),
            Self::NotReached(why) => write!(f, "not reached: {why}"),
        }
    }
}

impl From<Step<()>> for Verdict {
    fn from(step: Step<()>) -> Self {
        match step {
            Ok(()) => Self::Kept,
            Err(Halt::Broken(how)) => Self::Broken(how),
            Err(Halt::NotReached(why)) => Self::NotReached(why),
        }
    }
}

/// Why a trial ended before its end.
#[derive(Debug)]
pub(super) enum Halt {
    Broken(String),
    NotReached(String),
}

/// One step of a trial. On the way to what a rule judges it fails as [`Halt::NotReached`].
pub(super) type Step<T> = Result<T, Halt>;

/// Makes a step the thing that is judged.
pub(super) trait Judged {
    /// A failure of this step breaks the rule.
    fn judged(self) -> Self;
    /// A failure of this step breaks the rule, in these circumstances.
    fn judged_in(self, circumstances: impl fmt::Display) -> Self;
    /// A failure of this step is another rule's.
    fn granted(self, rule: &str) -> Self;
}

impl<T> Judged for Step<T> {
    fn judged(self) -> Self {
        self.map_err(|halt| Halt::Broken(halt.into_text()))
    }

    fn judged_in(self, circumstances: impl fmt::Display) -> Self {
        self.map_err(|halt| Halt::Broken(format!("{circumstances}: {}", halt.into_text())))
    }

    fn granted(self, rule: &str) -> Self {
        self.map_err(|halt| Halt::NotReached(format!("{}; mend `{rule}` first", halt.into_text())))
    }
}

impl Halt {
    fn into_text(self) -> String {
        match self {
            Self::Broken(text) | Self::NotReached(text) => text,
        }
    }
}

/// Breaks the rule unless `kept`.
pub(super) fn judge(kept: bool, otherwise: impl FnOnce() -> String) -> Step<()> {
    if kept { Ok(()) } else { Err(Halt::Broken(otherwise())) }
}

/// The trial cannot go on unless `there`.
pub(super) fn need(there: bool, otherwise: impl FnOnce() -> String) -> Step<()> {
    if there { Ok(()) } else { Err(Halt::NotReached(otherwise())) }
}

/// Tries one rule with a model; what `suite!` makes a test of.
///
/// # Panics
/// If the rule is not kept, or if there is none of that name.
pub fn prove(kit: &Kit, name: &str) {
    let rule = super::RULES.iter().find(|rule| rule.name == name);
    let verdict = rule
        .map_or_else(|| Verdict::NotReached(String::from("there is no such rule")), |rule| (rule.check)(kit));
    let says = rule.map_or("", |rule| rule.says);
    assert!(verdict == Verdict::Kept, "\n{kit:?} and the rule {name}: {says}\n{verdict}\n");
}
