//! From a scenario to text: what [`crate::parse`] reads, and the words of a timeline.

use crate::act::{Act, Centre, Digits, Face, How, Manner, Staff, Typed};
use crate::expect::{Asked, Expect, Remarked};
use crate::words::{MODELS, audit_word, decision_word, item_word, validity_word, verification_word};
use crate::{Line, Scenario, Site, Step};
use model::Decision;
use std::fmt;
use std::time::Duration;

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "title ja {}", self.title_ja)?;
        writeln!(f, "title en {}", self.title_en)?;
        match self.code {
            Some(code) => writeln!(f, "code {code}")?,
            None => writeln!(f, "code none")?,
        }
        let any = self.readers == MODELS;
        writeln!(f, "reader {}", if any { String::from("any") } else { self.readers.join(" ") })?;
        let site = match self.site {
            Site::Medical => "medical",
            Site::Pharmacy => "pharmacy",
        };
        writeln!(f, "site {site}")?;
        if self.passcode {
            writeln!(f, "passcode")?;
        }
        for (name, limit) in &self.deadlines {
            writeln!(f, "deadline {name} {}", Span(*limit))?;
        }
        if let Some(reminders) = self.reminders {
            writeln!(f, "reminders {reminders}")?;
        }
        writeln!(f)?;
        self.steps.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.step {
            Step::Act(act) => act.fmt(f),
            Step::Expect(expect) => expect.fmt(f),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place { who, how } => {
                write!(f, "place {who}")?;
                how.iter().try_for_each(|how| write!(f, ", {how}"))
            }
            Self::TwoCards { upper, lower } => write!(f, "two cards {upper} {lower}"),
            Self::TurnOver => f.write_str("turn over"),
            Self::Pull { at: None } => f.write_str("pull"),
            Self::Pull { at: Some(step) } => write!(f, "pull at {step}"),
            Self::Swap { who } => write!(f, "swap for {who}"),
            Self::Choose(method) => write!(f, "choose {method}"),
            Self::Face(face) => write!(f, "face {face}"),
            Self::Type(Typed::RightPin) => f.write_str("type right"),
            Self::Type(Typed::Digits(digits)) => write!(f, "type {digits}"),
            Self::Type(Typed::Passcode) => f.write_str("type passcode"),
            Self::Type(Typed::WrongPasscode) => f.write_str("type wrong passcode"),
            Self::Cancel => f.write_str("cancel"),
            Self::Answer { decision, to } => {
                let word = if *decision == Decision::Agreed { "agree" } else { "refuse" };
                write!(f, "{word} {}", to.as_deref().unwrap_or("all"))
            }
            Self::Language(language) => write!(f, "language {language}"),
            Self::Leave => f.write_str("leave"),
            Self::Light(lux) => write!(f, "light {lux} lux"),
            Self::Sun(true) => f.write_str("sun on slot"),
            Self::Sun(false) => f.write_str("shade on slot"),
            Self::Digits(digits) => f.write_str(match digits {
                Digits::Clear => "printed digits clear",
                Digits::Smudged => "printed digits smudged",
                Digits::Unreadable => "printed digits unreadable",
            }),
            Self::Unplug => f.write_str("unplug"),
            Self::Replug => f.write_str("replug"),
            Self::ReaderSilent => f.write_str("reader silent"),
            Self::ReaderSpeaks => f.write_str("reader speaks"),
            Self::ReaderSlow(millis) => write!(f, "reader slow {millis} ms"),
            Self::ReaderSelfTest(number) => write!(f, "reader self-test fails {number}"),
            Self::ReaderFault(number) => write!(f, "reader fault {number}"),
            Self::Staff { deed, by } => {
                let word = match deed {
                    Staff::Arms => "arms",
                    Staff::Disarms => "disarms",
                    Staff::Confirms => "confirms",
                    Staff::Denies => "denies",
                    Staff::AsksAgain => "asks-again",
                    Staff::Cancels => "cancels",
                };
                write!(f, "staff {word} by {by}")
            }
            Self::Centre(centre) => write!(f, "centre {centre}"),
            Self::NobodyActs(time) => write!(f, "nobody acts for {}", Span(*time)),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TurnedOver => "turned over",
            Self::TrayOnly => "tray only",
            Self::SlotOnly => "slot only",
            Self::ForgedPhoto => "forged photo",
            Self::PhotoOfAnotherChip => "photo of another chip",
            Self::SilentChip => "silent chip",
            Self::SlowChip(millis) => return write!(f, "slow chip {millis} ms"),
            Self::NumberBTries(many) => return write!(f, "number b tries {many}"),
            Self::OtherCard => "not a my number card",
            Self::Telephone => "a telephone",
            Self::NoPower => "no power",
        })
    }
}

impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "right",
            Self::Wrong(who) => return write!(f, "wrong {who}"),
            Self::Masked => "masked",
            Self::Dark => "dark",
            Self::Turned => "turned",
            Self::Photograph => "photograph",
            Self::Nobody => "none",
        })
    }
}

impl fmt::Display for Centre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stops => f.write_str("stops"),
            Self::Starts => f.write_str("starts"),
            Self::Misbehaves(how) => write!(f, "misbehaves {how}"),
            Self::SilentAt(step) => write!(f, "silent at {step}"),
            Self::Behaves => f.write_str("behaves"),
            Self::Says { who, validity } => write!(f, "says {who} {}", validity_word(*validity)),
            Self::NotRegistered { who } => write!(f, "says {who} is not registered"),
            Self::Unknown { who } => write!(f, "says {who} is unknown"),
            Self::Asks(manner) => write!(f, "asks {manner}"),
            Self::Notes(word) => write!(f, "notes {word}"),
            Self::Takes { times, millis } => write!(f, "takes {times} tries of {millis} ms"),
            Self::RefusesLogins => f.write_str("refuses logins"),
            Self::TakesLogins => f.write_str("takes logins"),
            Self::Maintenance => f.write_str("closes for maintenance"),
            Self::MaintenanceOver => f.write_str("opens after maintenance"),
        }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.one_by_one { "one by one" } else { "bundled" })?;
        let more = [
            (self.six_infos, "six infos"),
            (self.prescriptions, "prescriptions"),
            (self.carry_over, "carry over"),
        ];
        more.iter().filter(|(on, _)| *on).try_for_each(|(_, word)| write!(f, ", {word}"))
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shows(word) if word.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                write!(f, "reader shows {word}")
            }
            Self::Shows(word) => write!(f, "reader shows {}", word.replace('_', " ")),
            Self::Speaks(language) => write!(f, "screen speaks {language}"),
            Self::Asks(asked) => write!(f, "reader asks {asked}"),
            Self::TriesLeft(many) => write!(f, "tries left {many}"),
            Self::BoardSays(Some(code)) => write!(f, "board says {code}"),
            Self::BoardSays(None) => f.write_str("board says nothing"),
            Self::VisitAt(step) => write!(f, "visit is at {step}"),
            Self::Result { by, validity } => {
                write!(f, "result by {}, {}", verification_word(*by), validity_word(*validity))
            }
            Self::ResultOf(who) => write!(f, "result is of {who}"),
            Self::Consents(consents) if consents.is_empty() => f.write_str("no consents"),
            Self::Consents(consents) => {
                let all = consents
                    .iter()
                    .map(|(item, decision)| format!("{} {}", item_word(*item), decision_word(*decision)));
                write!(f, "consents {}", all.collect::<Vec<_>>().join(", "))
            }
            Self::Remarks(remarks) if remarks.is_empty() => f.write_str("no remarks"),
            Self::Remarks(remarks) => {
                let all = remarks.iter().map(ToString::to_string);
                write!(f, "remarks {}", all.collect::<Vec<_>>().join(", "))
            }
            Self::NoResult => f.write_str("no result"),
            Self::Audit { deed, by: None } => write!(f, "audit {} at the reader", audit_word(deed)),
            Self::Audit { deed, by: Some(by) } => write!(f, "audit {} by {by}", audit_word(deed)),
            Self::Ends(state) => write!(f, "ends {}", state.replace('_', " ")),
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Methods(methods) => write!(f, "methods {}", methods.join(" ")),
            Self::Face => f.write_str("face"),
            Self::Pin => f.write_str("pin"),
            Self::Passcode => f.write_str("passcode"),
            Self::Consent(screen) => write!(f, "consent {screen}"),
        }
    }
}

impl fmt::Display for Remarked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            Some(about) => write!(f, "{} about {about}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

/// `3 s`, or `1500 ms`.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_millis() == 0 {
            write!(f, "{} s", self.0.as_secs())
        } else {
            write!(f, "{} ms", self.0.as_millis())
        }
    }
}
