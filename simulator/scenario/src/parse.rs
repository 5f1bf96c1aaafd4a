//! From text to a scenario. A fault says its line and what would be right.

use crate::act::{Act, CENTRE_STEPS, Centre, Digits, Face, How, MISBEHAVIOURS, Manner, Staff, Typed};
use crate::expect::{Asked, Expect, Remarked};
use crate::words::{
    AUDIT, DEADLINES, DECISIONS, ITEMS, MODELS, NOTICES, STATES, STEPS, VALIDITIES, VERIFICATIONS, code,
    meaning, no_such, one_of,
};
use crate::{Line, Scenario, Site, Step};
use model::{Decision, StaffId};
use std::time::Duration;

/// Why a file is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {fault}")]
pub struct ParseError {
    /// The file.
    pub file: String,
    /// The line, from 1; the last if something is missing.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub fault: String,
}

const METHODS: &[&str] = &["face", "pin", "visual"];
const LANGUAGES: &[&str] = &["ja", "en", "zh", "ko"];

/// The first words of every line, for whoever mistypes one.
const KEYWORDS: &[&str] = &[
    "title",
    "code",
    "reader",
    "screen",
    "site",
    "passcode",
    "deadline",
    "reminders",
    "place",
    "two cards",
    "turn over",
    "pull",
    "swap",
    "choose",
    "face",
    "type",
    "cancel",
    "agree",
    "refuse",
    "language",
    "leave",
    "light",
    "sun",
    "shade",
    "printed digits",
    "unplug",
    "replug",
    "staff",
    "centre",
    "nobody acts",
    "tries left",
    "board",
    "visit",
    "result",
    "consents",
    "remarks",
    "no result",
    "no consents",
    "no remarks",
    "audit",
    "ends",
];

/// Reads a scenario; `file` is for messages only.
///
/// # Errors
/// With the first line that is not understood, or what is missing.
pub fn parse(file: &str, text: &str) -> Result<Scenario, ParseError> {
    let mut draft = Draft::default();
    let mut last = 1;
    for (number, line) in (1..).zip(text.lines()) {
        last = number;
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            draft.take(number, line).map_err(|fault| error(file, number, fault))?;
        }
    }
    draft.finish().map_err(|fault| error(file, last, fault))
}

fn error(file: &str, line: usize, fault: String) -> ParseError {
    ParseError { file: file.to_owned(), line, fault }
}

#[derive(Default)]
struct Draft {
    title_ja: Option<String>,
    title_en: Option<String>,
    code: Option<Option<model::FailureCode>>,
    readers: Option<Vec<&'static str>>,
    site: Option<Site>,
    passcode: bool,
    deadlines: Vec<(&'static str, Duration)>,
    reminders: Option<u8>,
    steps: Vec<Line>,
}

impl Draft {
    fn take(&mut self, number: usize, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if self.header(line, &words)? {
            return if self.steps.is_empty() {
                Ok(())
            } else {
                Err(String::from("this belongs above the first step"))
            };
        }
        self.steps.push(Line { number, step: step(line, &words)? });
        Ok(())
    }

    /// Whether the line belongs to the header.
    fn header(&mut self, line: &str, words: &[&str]) -> Result<bool, String> {
        match words {
            ["title", "ja", ..] => self.title_ja = Some(rest(line, 2)),
            ["title", "en", ..] => self.title_en = Some(rest(line, 2)),
            ["code", "none"] => self.code = Some(None),
            ["code", word] => self.code = Some(Some(code(word)?)),
            ["reader", "any"] => self.readers = Some(MODELS.to_vec()),
            ["reader", word, ..]
                if !["shows", "asks", "silent", "speaks", "slow", "fault", "self-test"].contains(word) =>
            {
                let models = words.iter().skip(1).map(|word| one_of(MODELS, word));
                self.readers = Some(models.collect::<Result<_, _>>()?);
            }
            ["site", "medical"] => self.site = Some(Site::Medical),
            ["site", "pharmacy"] => self.site = Some(Site::Pharmacy),
            ["site", word] => return Err(no_such(word, &["medical", "pharmacy"])),
            ["passcode"] => self.passcode = true,
            ["deadline", name, many, unit] => {
                let name = one_of(DEADLINES, name)?;
                self.deadlines.push((name, duration(many, unit)?));
            }
            ["reminders", many] => self.reminders = Some(number(many)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(self) -> Result<Scenario, String> {
        let missing = |what: &str| format!("`{what}` is missing");
        if !matches!(self.steps.last(), Some(Line { step: Step::Expect(Expect::Ends(_)), .. })) {
            return Err(String::from("the last line must be `ends STATE`, e.g. `ends idle`"));
        }
        Ok(Scenario {
            title_ja: self.title_ja.ok_or_else(|| missing("title ja …"))?,
            title_en: self.title_en.ok_or_else(|| missing("title en …"))?,
            code: self.code.ok_or_else(|| missing("code CODE` or `code none"))?,
            readers: self.readers.ok_or_else(|| missing("reader any` or `reader MODEL"))?,
            site: self.site.unwrap_or(Site::Medical),
            passcode: self.passcode,
            deadlines: self.deadlines,
            reminders: self.reminders,
            steps: self.steps,
        })
    }
}

fn step(line: &str, words: &[&str]) -> Result<Step, String> {
    if let Some(expect) = expect(line, words)? {
        return Ok(Step::Expect(expect));
    }
    if let Some(act) = act(line, words)? {
        return Ok(Step::Act(act));
    }
    Err(format!("this line is not understood. Lines begin with: {}", KEYWORDS.join(", ")))
}

fn act(line: &str, words: &[&str]) -> Result<Option<Act>, String> {
    Ok(Some(match words {
        ["place", ..] => place(line)?,
        ["two", "cards", upper, lower] => Act::TwoCards { upper: name(upper)?, lower: name(lower)? },
        ["turn", "over"] => Act::TurnOver,
        ["pull"] => Act::Pull { at: None },
        ["pull", "at", step] => Act::Pull { at: Some(one_of(STEPS, step)?) },
        ["swap", "for", who] => Act::Swap { who: name(who)? },
        ["choose", method] => Act::Choose(one_of(METHODS, method)?),
        ["face", rest @ ..] => Act::Face(face(rest)?),
        ["type", rest @ ..] => Act::Type(typed(rest)?),
        ["cancel"] => Act::Cancel,
        ["agree", to] => answer(Decision::Agreed, to),
        ["refuse", to] => answer(Decision::Refused, to),
        ["language", word] => Act::Language(one_of(LANGUAGES, word)?),
        ["leave"] => Act::Leave,
        ["light", lux, "lux"] => Act::Light(number(lux)?),
        ["sun", "on", "slot"] => Act::Sun(true),
        ["shade", "on", "slot"] => Act::Sun(false),
        ["printed", "digits", how] => Act::Digits(match *how {
            "clear" => Digits::Clear,
            "smudged" => Digits::Smudged,
            "unreadable" => Digits::Unreadable,
            word => return Err(no_such(word, &["clear", "smudged", "unreadable"])),
        }),
        ["unplug"] => Act::Unplug,
        ["replug"] => Act::Replug,
        ["reader", "silent"] => Act::ReaderSilent,
        ["reader", "speaks"] => Act::ReaderSpeaks,
        ["reader", "slow", many, "ms"] => Act::ReaderSlow(number(many)?),
        ["reader", "self-test", "fails", many] => Act::ReaderSelfTest(number(many)?),
        ["reader", "fault", many] => Act::ReaderFault(number(many)?),
        ["staff", deed, "by", who] => {
            StaffId::try_from((*who).to_owned()).map_err(|fault| format!("`{who}` names nobody: {fault}"))?;
            Act::Staff { deed: staff(deed)?, by: (*who).to_owned() }
        }
        ["staff", ..] => {
            return Err(String::from(
                "`staff arms|disarms|confirms|denies|asks-again|cancels by WHO` would be right",
            ));
        }
        ["centre", rest @ ..] => Act::Centre(centre(rest)?),
        ["nobody", "acts", "for", many, unit] => Act::NobodyActs(duration(many, unit)?),
        _ => return Ok(None),
    }))
}

fn place(line: &str) -> Result<Act, String> {
    let mut parts =
        rest(line, 1).split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>().into_iter();
    let who = name(&parts.next().unwrap_or_default())?;
    let how = parts.map(|part| how(&part)).collect::<Result<_, _>>()?;
    Ok(Act::Place { who, how })
}

fn how(part: &str) -> Result<How, String> {
    let words: Vec<&str> = part.split_whitespace().collect();
    Ok(match *words {
        ["turned", "over"] => How::TurnedOver,
        ["tray", "only"] => How::TrayOnly,
        ["slot", "only"] => How::SlotOnly,
        ["forged", "photo"] => How::ForgedPhoto,
        ["photo", "of", "another", "chip"] => How::PhotoOfAnotherChip,
        ["silent", "chip"] => How::SilentChip,
        ["slow", "chip", many, "ms"] => How::SlowChip(number(many)?),
        ["number", "b", "tries", many] => How::NumberBTries(number(many)?),
        ["not", "a", "my", "number", "card"] => How::OtherCard,
        ["a", "telephone"] => How::Telephone,
        ["no", "power"] => How::NoPower,
        _ => {
            return Err(format!(
                "`{part}` is no way to lay a card down. Right would be: turned over, tray only, slot only, \
                 forged photo, photo of another chip, silent chip, slow chip N ms, number b tries N, \
                 not a my number card, a telephone, no power"
            ));
        }
    })
}

fn face(words: &[&str]) -> Result<Face, String> {
    Ok(match words {
        ["right"] => Face::Right,
        ["wrong", who] => Face::Wrong(name(who)?),
        ["masked"] => Face::Masked,
        ["dark"] => Face::Dark,
        ["turned"] => Face::Turned,
        ["photograph"] => Face::Photograph,
        ["none"] => Face::Nobody,
        _ => {
            return Err(String::from("`face right|wrong WHO|masked|dark|turned|photograph|none` is right"));
        }
    })
}

fn typed(words: &[&str]) -> Result<Typed, String> {
    Ok(match words {
        ["right"] => Typed::RightPin,
        ["passcode"] => Typed::Passcode,
        ["wrong", "passcode"] => Typed::WrongPasscode,
        [digits] if digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Typed::Digits((*digits).to_owned())
        }
        _ => return Err(String::from("`type right`, `type 0000`, `type passcode` or `type wrong passcode`")),
    })
}

fn answer(decision: Decision, to: &str) -> Act {
    Act::Answer { decision, to: (to != "all").then(|| to.to_owned()) }
}

fn staff(deed: &str) -> Result<Staff, String> {
    Ok(match deed {
        "arms" => Staff::Arms,
        "disarms" => Staff::Disarms,
        "confirms" => Staff::Confirms,
        "denies" => Staff::Denies,
        "asks-again" => Staff::AsksAgain,
        "cancels" => Staff::Cancels,
        word => {
            return Err(no_such(word, &["arms", "disarms", "confirms", "denies", "asks-again", "cancels"]));
        }
    })
}

fn centre(words: &[&str]) -> Result<Centre, String> {
    Ok(match words {
        ["stops"] => Centre::Stops,
        ["starts"] => Centre::Starts,
        ["behaves"] => Centre::Behaves,
        ["misbehaves", how] => Centre::Misbehaves(one_of(MISBEHAVIOURS, how)?),
        ["silent", "at", step] => Centre::SilentAt(one_of(CENTRE_STEPS, step)?),
        ["says", who, "is", "not", "registered"] => Centre::NotRegistered { who: name(who)? },
        ["says", who, "is", "unknown"] => Centre::Unknown { who: name(who)? },
        ["says", who, validity] => Centre::Says { who: name(who)?, validity: meaning(VALIDITIES, validity)? },
        ["asks", ..] => Centre::Asks(manner(&words.join(" "))?),
        ["notes", word] => Centre::Notes((*word).to_owned()),
        ["takes", times, "tries", "of", millis, "ms"] => {
            Centre::Takes { times: number(times)?, millis: number(millis)? }
        }
        ["refuses", "logins"] => Centre::RefusesLogins,
        ["takes", "logins"] => Centre::TakesLogins,
        ["closes", "for", "maintenance"] => Centre::Maintenance,
        ["opens", "after", "maintenance"] => Centre::MaintenanceOver,
        _ => {
            return Err(String::from(
                "`centre` is followed by: stops, starts, misbehaves WORD, silent at STEP, behaves, \
                 says WHO VALIDITY, says WHO is not registered, says WHO is unknown, asks MANNER, notes WORD, \
                 takes N tries of N ms, refuses logins, takes logins, closes for maintenance, opens after maintenance",
            ));
        }
    })
}

/// `asks one by one, six infos`.
fn manner(words: &str) -> Result<Manner, String> {
    let mut manner = Manner::default();
    for part in words.strip_prefix("asks").unwrap_or_default().split(',').map(str::trim) {
        match part {
            "bundled" => manner.one_by_one = false,
            "one by one" => manner.one_by_one = true,
            "six infos" => manner.six_infos = true,
            "prescriptions" => manner.prescriptions = true,
            "carry over" => manner.carry_over = true,
            word => {
                let known = ["bundled", "one by one", "six infos", "prescriptions", "carry over"];
                return Err(no_such(word, &known));
            }
        }
    }
    Ok(manner)
}

fn expect(line: &str, words: &[&str]) -> Result<Option<Expect>, String> {
    Ok(Some(match words {
        ["reader", "shows", ..] => Expect::Shows(shown(&rest(line, 2))?),
        ["screen", "speaks", word] => Expect::Speaks(one_of(LANGUAGES, word)?),
        ["reader", "asks", rest @ ..] => Expect::Asks(asked(rest)?),
        ["tries", "left", many] => Expect::TriesLeft(number(many)?),
        ["board", "says", "nothing"] => Expect::BoardSays(None),
        ["board", "says", word] => Expect::BoardSays(Some(code(word)?)),
        ["visit", "is", "at", step] => Expect::VisitAt(one_of(STEPS, step)?),
        ["result", "by", ..] => {
            let words = rest(line, 2);
            let (by, validity) = pair(&words)?;
            Expect::Result { by: meaning(VERIFICATIONS, by)?, validity: meaning(VALIDITIES, validity)? }
        }
        ["result", "is", "of", who] => Expect::ResultOf(name(who)?),
        ["no", "result"] => Expect::NoResult,
        ["no", "consents"] => Expect::Consents(Vec::new()),
        ["no", "remarks"] => Expect::Remarks(Vec::new()),
        ["consents", ..] => {
            let parts = rest(line, 1);
            let consents = parts.split(',').map(|part| match *part.split_whitespace().collect::<Vec<_>>() {
                [item, decision] => Ok((meaning(ITEMS, item)?, meaning(DECISIONS, decision)?)),
                _ => Err(format!("`{}`: `consents ITEM agreed|refused, …` would be right", part.trim())),
            });
            Expect::Consents(consents.collect::<Result<_, _>>()?)
        }
        ["remarks", ..] => {
            let parts = rest(line, 1);
            Expect::Remarks(parts.split(',').map(remark).collect::<Result<_, _>>()?)
        }
        ["audit", deed, "at", "the", "reader"] => Expect::Audit { deed: meaning(AUDIT, deed)?, by: None },
        ["audit", deed, "by", who] => {
            Expect::Audit { deed: meaning(AUDIT, deed)?, by: Some((*who).to_owned()) }
        }
        ["ends", ..] => Expect::Ends(one_of(STATES, &rest(line, 1).replace(' ', "_"))?),
        _ => return Ok(None),
    }))
}

fn shown(words: &str) -> Result<String, String> {
    let notice = words.replace(' ', "_");
    if NOTICES.contains(&notice.as_str()) {
        return Ok(notice);
    }
    code(words).map(|code| code.as_str().to_owned()).map_err(|_| {
        let notices: Vec<String> = NOTICES.iter().map(|notice| notice.replace('_', " ")).collect();
        format!("`{words}` is no code of the catalogue and none of: {}", notices.join(", "))
    })
}

fn asked(words: &[&str]) -> Result<Asked, String> {
    Ok(match words {
        ["nothing"] => Asked::Nothing,
        ["face"] => Asked::Face,
        ["pin"] => Asked::Pin,
        ["passcode"] => Asked::Passcode,
        ["consent", screen] => Asked::Consent((*screen).to_owned()),
        ["methods", methods @ ..] if !methods.is_empty() => {
            let methods = methods.iter().map(|word| one_of(METHODS, word).map(str::to_owned));
            Asked::Methods(methods.collect::<Result<_, _>>()?)
        }
        _ => {
            return Err(String::from(
                "`reader asks nothing|face|pin|passcode|consent SCREEN|methods face pin visual` is right",
            ));
        }
    })
}

fn remark(part: &str) -> Result<Remarked, String> {
    match *part.split_whitespace().collect::<Vec<_>>() {
        [word] => Ok(Remarked { code: code(word)?, about: None }),
        [word, "about", about] => Ok(Remarked { code: code(word)?, about: Some(about.to_owned()) }),
        _ => Err(format!("`{}`: `remarks CODE[ about WHAT], …` would be right", part.trim())),
    }
}

/// `a, b`.
fn pair(words: &str) -> Result<(&str, &str), String> {
    let (a, b) = words.split_once(',').ok_or("`result by face|pin|visual, VALIDITY` would be right")?;
    Ok((a.trim(), b.trim()))
}

/// The words behind the first so many, with one space between.
fn rest(line: &str, skip: usize) -> String {
    line.split_whitespace().skip(skip).collect::<Vec<_>>().join(" ")
}

fn name(word: &str) -> Result<String, String> {
    let fits = !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits { Ok(word.to_owned()) } else { Err(format!("`{word}` names no persona (a-z, 0-9, -)")) }
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("`{word}` is no number that fits here"))
}

fn duration(many: &str, unit: &str) -> Result<Duration, String> {
    let many: u32 = number(many)?;
    match unit {
        "s" => Ok(Duration::from_secs(many.into())),
        "ms" => Ok(Duration::from_millis(many.into())),
        unit => Err(no_such(unit, &["s", "ms"])),
    }
}
