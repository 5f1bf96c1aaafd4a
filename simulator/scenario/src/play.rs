//! A scenario played on a stage, and judged: the same for a desk of real parts and for one in virtual time.

use crate::act::{Staff, Typed};
use crate::expect::{Asked, Remarked};
use crate::{Act, Expect, Line, Scenario, Step};
use model::{AuditDeed, ConsentItem, Decision, FailureCode, Validity, Verification};
use std::time::Duration;

/// Any one state is reached within this, or the scenario has failed. Scenarios shorten the deadlines that they wait
/// for.
const BOUND: Duration = Duration::from_secs(20);
/// A centre that asks more questions than this in one go is not listened to.
const MOST_QUESTIONS: usize = 20;

/// A desk on which scenarios are played. Errors are sentences for the person who reads the outcome.
pub trait Stage {
    /// Time since the scenario began.
    fn now(&self) -> Duration;

    /// What patient and staff see.
    ///
    /// # Errors
    /// If that cannot be told.
    fn look(&mut self) -> Result<Seen, String>;

    /// Lets time go on until something may have changed, at most until then.
    ///
    /// # Errors
    /// If the desk has failed.
    fn pass(&mut self, until: Duration) -> Result<(), String>;

    /// Does something. Waits, and answers to questions, are the player's.
    ///
    /// # Errors
    /// If it cannot be done now.
    fn act(&mut self, act: &Act) -> Result<(), String>;

    /// Answers the question that is asked.
    ///
    /// # Errors
    /// If none is.
    fn answer(&mut self, decision: Decision) -> Result<(), String>;
}

/// What patient and staff see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What the reader's screen says: a notice's word or a failure's code.
    pub notice: String,
    /// In which language: `ja`, `en`, `zh`, `ko`.
    pub language: String,
    /// What it asks.
    pub asked: Asked,
    /// Beside the PIN pad.
    pub tries_left: Option<u8>,
    /// How the station stands.
    pub state: String,
    /// The step of its visit.
    pub step: Option<String>,
    /// The failure that the board shows.
    pub board: Option<FailureCode>,
    /// Visits whose card is gone and whose result is not durable yet.
    pub settling: usize,
    /// Every result since the scenario began.
    pub results: Vec<ResultSeen>,
    /// Every entry of the audit since then.
    pub audit: Vec<(AuditDeed, Option<String>)>,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultSeen {
    /// Whose name, number, branch and alias it tells: personas by their ids.
    pub of: Vec<String>,
    /// How identity was confirmed.
    pub by: Verification,
    /// 資格有効性.
    pub validity: Validity,
    /// What was answered.
    pub consents: Vec<(ConsentItem, Decision)>,
    /// What is remarked.
    pub remarks: Vec<Remarked>,
}

/// How a scenario went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// What was done and what came true, with the time of it.
    pub timeline: Vec<(Duration, String)>,
    /// What did not.
    pub missed: Option<Missed>,
}

/// What did not come true.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{wanted}`: {fault}")]
pub struct Missed {
    /// The line in the file.
    pub line: usize,
    /// What stands there.
    pub wanted: String,
    /// Why not.
    pub fault: String,
}

/// Plays a scenario on a desk whose reader is idle.
pub fn play(scenario: &Scenario, stage: &mut dyn Stage) -> Played {
    play_told(scenario, stage, &mut |_, _| {})
}

/// The same, and tells each line when it was done or came true.
pub fn play_told(
    scenario: &Scenario,
    stage: &mut dyn Stage,
    tell: &mut dyn FnMut(Duration, &Line),
) -> Played {
    let mut player = Player { stage, tell, results: 0, codes: Vec::new(), timeline: Vec::new() };
    let mut missed = None;
    for line in &scenario.steps {
        if let Err(fault) = player.line(line) {
            missed = Some(Missed { line: line.number, wanted: line.to_string(), fault });
            break;
        }
    }
    if missed.is_none()
        && let Some(code) = scenario.code.filter(|code| !player.codes.contains(code))
    {
        let fault = format!("this code was never said; said were {:?}", player.codes);
        missed = Some(Missed { line: 1, wanted: format!("code {code}"), fault });
    }
    Played { timeline: player.timeline, missed }
}

struct Player<'a> {
    stage: &'a mut dyn Stage,
    tell: &'a mut dyn FnMut(Duration, &Line),
    /// Results that the scenario has named so far.
    results: usize,
    /// Codes that patient or staff were told.
    codes: Vec<FailureCode>,
    timeline: Vec<(Duration, String)>,
}

impl Player<'_> {
    fn line(&mut self, line: &Line) -> Result<(), String> {
        match &line.step {
            Step::Act(act) => self.act(act)?,
            Step::Expect(expect) => self.expect(expect)?,
        }
        let now = self.stage.now();
        (self.tell)(now, line);
        self.timeline.push((now, line.to_string()));
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::NobodyActs(time) => {
                let end = self.stage.now().saturating_add(*time);
                while self.stage.now() < end {
                    self.stage.pass(end)?;
                    self.look()?;
                }
                return Ok(());
            }
            Act::Answer { decision, to: None } => return self.answer_all(*decision),
            Act::Answer { decision, to: Some(screen) } => {
                self.until("that question", |seen| seen.asked == Asked::Consent(screen.clone()))?;
                return self.stage.answer(*decision);
            }
            Act::Choose(method) => {
                self.until("that method offered", |seen| match &seen.asked {
                    Asked::Methods(offered) => offered.iter().any(|offered| offered == method),
                    _ => false,
                })?;
            }
            Act::Type(Typed::Passcode | Typed::WrongPasscode) => {
                self.until("the pad for the passcode", |seen| seen.asked == Asked::Passcode)?;
            }
            Act::Type(_) => self.until("the pad for the PIN", |seen| seen.asked == Asked::Pin)?,
            Act::Cancel => {
                self.until("a pad", |seen| matches!(seen.asked, Asked::Pin | Asked::Passcode))?;
            }
            Act::Pull { at: Some(step) } => self.until_step(step)?,
            Act::Staff { deed: Staff::Confirms | Staff::Denies, .. } => self.until_step("confirming")?,
            _ => {}
        }
        self.stage.act(act)
    }

    /// Whatever is asked, until nothing more can come.
    fn answer_all(&mut self, decision: Decision) -> Result<(), String> {
        for _ in 0..MOST_QUESTIONS {
            let mut asked = false;
            self.until("a question, or the end of them", |seen| {
                asked = matches!(seen.asked, Asked::Consent(_));
                let other = matches!(seen.asked, Asked::Methods(_) | Asked::Pin | Asked::Passcode);
                let over = seen
                    .step
                    .as_deref()
                    .is_none_or(|step| ["settling", "advising", "done", "failed"].contains(&step));
                asked || other || over
            })?;
            if !asked {
                return Ok(());
            }
            self.stage.answer(decision)?;
        }
        Err(String::from("the questions do not end"))
    }

    fn expect(&mut self, expect: &Expect) -> Result<(), String> {
        match expect {
            Expect::Shows(word) => self.until("that notice", |seen| seen.notice == *word),
            Expect::Speaks(language) => self.until("that language", |seen| seen.language == *language),
            Expect::Asks(asked) => self.until("that question", |seen| same(&seen.asked, asked)),
            Expect::TriesLeft(many) => {
                self.until("so many tries", |seen| seen.asked == Asked::Pin && seen.tries_left == Some(*many))
            }
            Expect::BoardSays(code) => self.until("that on the board", |seen| seen.board == *code),
            Expect::VisitAt(step) => self.until_step(step),
            Expect::Result { by, validity } => {
                let known = self.results;
                self.until("another result", |seen| seen.results.len() > known)?;
                self.results = known.saturating_add(1);
                let result = self.last_result()?;
                if (result.by, result.validity) == (*by, *validity) {
                    Ok(())
                } else {
                    Err(format!("the result is by {:?}, {:?}", result.by, result.validity))
                }
            }
            Expect::ResultOf(who) => {
                let of = self.last_result()?.of;
                if of == [who.as_str()] { Ok(()) } else { Err(format!("the result is of {of:?}")) }
            }
            Expect::Consents(wanted) => {
                let mut consents = self.last_result()?.consents;
                let mut wanted = wanted.clone();
                consents.sort_by_key(|(item, _)| *item);
                wanted.sort_by_key(|(item, _)| *item);
                if consents == wanted { Ok(()) } else { Err(format!("the consents are {consents:?}")) }
            }
            Expect::Remarks(wanted) => {
                let mut remarks = self.last_result()?.remarks;
                let mut wanted = wanted.clone();
                remarks.sort();
                wanted.sort();
                let told = || remarks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                if remarks == wanted { Ok(()) } else { Err(format!("the remarks are: {}", told())) }
            }
            Expect::NoResult => self.no_more_results(),
            Expect::Audit { deed, by } => self.until("that in the audit", |seen| {
                seen.audit.iter().any(|entry| *entry == (deed.clone(), by.clone()))
            }),
            Expect::Ends(state) => {
                self.until("that end", |seen| seen.state == *state && seen.settling == 0)?;
                self.no_more_results()
            }
        }
    }

    fn no_more_results(&mut self) -> Result<(), String> {
        let seen = self.look()?;
        match seen.results.len().checked_sub(self.results) {
            Some(0) => Ok(()),
            more => Err(format!("there are results of which nothing is said: {more:?}")),
        }
    }

    fn last_result(&mut self) -> Result<ResultSeen, String> {
        let at = self.results.checked_sub(1).ok_or("`result by …` must stand above this line")?;
        self.look()?.results.into_iter().nth(at).ok_or_else(|| String::from("the result is gone"))
    }

    fn until_step(&mut self, step: &str) -> Result<(), String> {
        self.until("that step", |seen| seen.step.as_deref() == Some(step))
    }

    fn until(&mut self, what: &str, mut met: impl FnMut(&Seen) -> bool) -> Result<(), String> {
        let end = self.stage.now().saturating_add(BOUND);
        loop {
            let seen = self.look()?;
            if met(&seen) {
                return Ok(());
            }
            if self.stage.now() >= end {
                return Err(format!("no {what} within {} s; there is {}", BOUND.as_secs(), in_short(&seen)));
            }
            self.stage.pass(end)?;
        }
    }

    fn look(&mut self) -> Result<Seen, String> {
        let seen = self.stage.look()?;
        let shown = crate::words::code(&seen.notice).ok();
        let remarked = seen.results.iter().flat_map(|result| result.remarks.iter().map(|remark| remark.code));
        for code in shown.into_iter().chain(seen.board).chain(remarked) {
            if !self.codes.contains(&code) {
                self.codes.push(code);
            }
        }
        Ok(seen)
    }
}

/// Methods are the same in any order.
fn same(seen: &Asked, wanted: &Asked) -> bool {
    match (seen, wanted) {
        (Asked::Methods(seen), Asked::Methods(wanted)) => {
            seen.len() == wanted.len() && seen.iter().all(|method| wanted.contains(method))
        }
        (seen, wanted) => seen == wanted,
    }
}

fn in_short(seen: &Seen) -> String {
    format!(
        "`{}` on the screen, asked {}, station {} {}, board {:?}, {} results",
        seen.notice,
        seen.asked,
        seen.state,
        seen.step.as_deref().unwrap_or(""),
        seen.board,
        seen.results.len()
    )
}
