//! Everything around one station: reader, slot, cards, centre, passcode, ledger, staff, patients, clocks. It acts by
//! chance, mostly to the point, and holds the machine to the rules at every step.

use super::chip::Chip;
use super::draw::Draw;
use super::oracle::{Held, Question, Seen, Session, document, hold, session_of};
use crate::support::{self, agreed, ready, screen};
use card::PinOutcome;
use failure::codes;
use model::{
    AuditDeed, CentreSession, ConsentItem, Decision, FailureCode, Moment, NumberB, Passcode, Pii, Pin,
    Purpose, ResultId, ScreenAnswer, StationState, Timestamp, Validity, Verification, VisitId, VisitResult,
};
use reader::{AttemptId, Command, CommandKind, Conditions, Event, FaceVerdict, Language, Method, Notice};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use visit::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, NumberBCheck, Operation, PasscodeCheck,
    PinCheck, Refusal, RelayAnswer, SlotChange, StaffDeed, Station, StationView, Taken, Ticket,
};

/// What was reached, over all sequences.
#[derive(Default)]
pub(crate) struct Reached {
    pub(crate) steps: BTreeMap<&'static str, u64>,
    pub(crate) refusals: BTreeMap<String, u64>,
    pub(crate) results: BTreeMap<String, u64>,
    pub(crate) inputs: u64,
    pub(crate) visits: u64,
    pub(crate) settling_beside: u64,
    pub(crate) invented: u64,
    pub(crate) pins: u64,
    pub(crate) last_tries: u64,
}

/// A task that the station gave out.
struct Task {
    ticket: Ticket,
    what: What,
    /// The station gave it up; an answer comes too late, if at all.
    dropped: bool,
}

enum What {
    Card(CardTask),
    Relay(Operation, VisitId),
    Screens(usize),
    Answers(usize),
    Passcode,
    Commit(VisitId),
}

/// What a card's answer means for the visit, once it was taken; the number is the tries left.
type Noted = fn(&mut Seen, u8);

/// What tray and slot have yet to tell.
#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Placed,
    Taken,
    Slot(SlotChange),
}

pub(crate) struct World<'a> {
    station: Station,
    draw: Draw,
    reached: &'a mut Reached,
    /// Percent of what happens that is not to the point.
    trouble: u64,
    moment: Moment,
    wall: i64,
    // Reader and slot.
    reader: bool,
    slot_works: bool,
    question: Option<Question>,
    attempt: Option<AttemptId>,
    old_attempts: Vec<AttemptId>,
    pending: VecDeque<Presence>,
    /// The card that lies there: which of the patients', and the number of its insertion.
    lying: Option<(usize, u32)>,
    insertions: u32,
    chips: Vec<Chip>,
    /// The card that was identified and is still powered.
    powered: Option<(usize, u32)>,
    // Tasks.
    open: Vec<Task>,
    answered: Vec<Ticket>,
    highest: u64,
    // What was seen.
    visits: Vec<Seen>,
    sessions: Vec<Session>,
    results: u64,
    /// A result that is wanted of the input under way: honest, or invented.
    settles: Option<bool>,
    committed_now: bool,
    pub(crate) typed: bool,
    /// What happened, if it is to be told.
    pub(crate) told: Option<Vec<String>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(seed: u64, reached: &'a mut Reached, tell: bool) -> Self {
        let mut draw = Draw::new(seed);
        let passcode = draw.percent(85);
        let trouble = draw.of(&[0, 2, 5, 10, 20, 40]);
        let chips = (0..3)
            .map(|_| Chip { pin: digits(&mut draw), tries: draw.of(&[3, 3, 3, 2, 1, 0]), verified: 0 })
            .collect();
        Self {
            station: support::station(seed, passcode),
            draw,
            reached,
            trouble,
            moment: Moment::ZERO,
            wall: 0,
            reader: false,
            // It has not spoken yet.
            slot_works: false,
            question: None,
            attempt: None,
            old_attempts: Vec::new(),
            pending: VecDeque::new(),
            lying: None,
            insertions: 0,
            chips,
            powered: None,
            open: Vec::new(),
            answered: Vec::new(),
            highest: 0,
            visits: Vec::new(),
            sessions: Vec::new(),
            results: 0,
            settles: None,
            committed_now: false,
            typed: false,
            told: tell.then(Vec::new),
        }
    }

    /// One whole sequence, to its end.
    pub(crate) fn play(&mut self) -> Held {
        if self.draw.percent(90) {
            self.reader_comes()?;
            self.slot_recovers()?;
        }
        for _ in 0..20 + self.draw.below(60) {
            if self.draw.percent(self.trouble) {
                self.trouble()?;
            } else {
                self.progress()?;
            }
            let later = Duration::from_millis(self.draw.below(400));
            self.pass(later)?;
        }
        self.nobody_acts()
    }

    // ----- one input --------------------------------------------------------------------------------------------

    fn put(&mut self, input: Input) -> Result<Taken, String> {
        if let Some(told) = &mut self.told {
            told.push(format!("{:>8} ms  > {input:?}", self.moment.since_origin().as_millis()));
        }
        self.reached.inputs += 1;
        let before = (self.station.view(), self.station.next_wakeup());
        let taken = self.station.handle(input, support::now(self.moment, self.wall));
        if let Taken::Refused(refusal) = taken {
            self.tell(|| format!("              refused {refusal:?}"));
            *self.reached.refusals.entry(format!("{refusal:?}")).or_default() += 1;
            let after = (self.station.view(), self.station.next_wakeup());
            hold!(before == after, "refused, and yet something changed: {before:?}, {after:?}");
            hold!(self.station.poll_effect().is_none(), "refused, and yet something is to be done");
        }
        Ok(taken)
    }

    /// What the station does about it; to be called once what happened is noted.
    fn settle_down(&mut self) -> Held {
        self.note_visit()?;
        while let Some(effect) = self.station.poll_effect() {
            self.carry_out(effect)?;
        }
        let view = self.station.view();
        if let Some(step) = view.step {
            *self.reached.steps.entry(step).or_default() += 1;
        }
        if view.settling > 0 && view.visit.is_some() {
            self.reached.settling_beside += 1;
        }
        let asked = self.question.as_ref();
        // While the card gives its photo the attempt is open, and nobody is asked.
        hold!(Question::fits(asked, view.step), "asked {asked:?} at {:?} {:?}", view.state, view.step);
        if let Some(seen) = self.visits.last() {
            hold!(seen.typed.is_none(), "a PIN was typed and not checked");
            // Once tray and slot have told all, a visit goes on with its own card only.
            if view.visit == Some(seen.id) && self.pending.is_empty() && self.slot_works {
                let lying = self.lying.map(|(_, count)| count);
                hold!(
                    seen.card.is_none_or(|card| Some(card) == lying),
                    "{:?} lies there, not {:?}",
                    lying,
                    seen.card
                );
            }
        }
        Ok(())
    }

    /// An input of which nothing need be noted before the station acts on it.
    fn plain(&mut self, input: Input) -> Result<bool, String> {
        let taken = self.put(input)?;
        self.settle_down()?;
        Ok(taken == Taken::Handled)
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(told) = &mut self.told {
            told.push(what());
        }
    }

    fn view(&self) -> StationView {
        self.station.view()
    }

    fn note_visit(&mut self) -> Held {
        let view = self.view();
        if let Some(id) = view.visit
            && self.visits.last().is_none_or(|seen| seen.id != id)
        {
            hold!(self.visits.iter().all(|seen| seen.id != id), "a visit came back");
            let last = self.visits.last().map_or(0, |seen| seen.insertion.0);
            hold!(view.insertion.0 == last + 1, "insertion {} after {last}", view.insertion);
            self.visits.push(Seen::new(id, view.insertion));
            self.reached.visits += 1;
        }
        Ok(())
    }

    /// The visit in progress.
    fn seen(&mut self) -> Result<&mut Seen, String> {
        let visit = self.view().visit;
        self.visits.last_mut().filter(|seen| Some(seen.id) == visit).ok_or_else(|| "no visit".into())
    }

    fn seen_of(&mut self, visit: VisitId) -> Result<&mut Seen, String> {
        self.visits.iter_mut().find(|seen| seen.id == visit).ok_or_else(|| "an unknown visit".into())
    }

    // ----- what the station does ----------------------------------------------------------------------------------

    fn carry_out(&mut self, effect: Effect) -> Held {
        self.tell(|| match &effect {
            Effect::Changed => String::from("              changed"),
            other => format!("              {other:?}"),
        });
        match effect {
            Effect::Reader(command) => self.command(command),
            Effect::Card(ticket, task) => {
                if let CardTask::CheckPin(pin) = &task {
                    self.may_check(pin)?;
                }
                self.take_task(ticket, What::Card(task))
            }
            Effect::Centre(ticket, task) => self.centre_is_asked(ticket, task),
            Effect::CheckPasscode(ticket, _) => self.take_task(ticket, What::Passcode),
            Effect::Commit(ticket, result) => self.commits(ticket, &result),
            Effect::Audit(entry) => {
                if let (AuditDeed::PersonConfirmed, Some(visit)) = (entry.deed, entry.visit) {
                    self.seen_of(visit)?.noted = true;
                }
                Ok(())
            }
            Effect::LetGo => {
                self.powered = None;
                for task in &mut self.open {
                    task.dropped |= matches!(task.what, What::Card(_) | What::Relay(..));
                }
                // Most are given up in time; of some the answer is on its way already.
                let draw = &mut self.draw;
                self.open.retain(|task| !task.dropped || draw.percent(30));
                Ok(())
            }
            Effect::Failed(visit, _) => {
                let seen = self.seen_of(visit)?;
                seen.failed += 1;
                hold!(
                    seen.failed == 1 && !seen.durable,
                    "told as failed: {} times, durable: {}",
                    seen.failed,
                    seen.durable
                );
                Ok(())
            }
            Effect::Changed => Ok(()),
        }
    }

    fn command(&mut self, command: Command) -> Held {
        hold!(self.reader, "a lost reader is told {:?}", command.kind());
        match command {
            Command::OfferMethods(methods) => self.question = Some(Question::Methods(methods)),
            Command::OpenAttempt(attempt) => {
                self.attempt = Some(attempt);
                self.old_attempts.push(attempt);
                self.question = Some(Question::NumberB(attempt));
            }
            Command::Compare { attempt, photo } => {
                hold!(self.attempt == Some(attempt), "a photo for an attempt that is not open");
                hold!(!photo.expose(Purpose::Simulate).is_empty(), "no photo");
                self.question = Some(Question::Compare(attempt));
            }
            Command::AskPin { tries_left, .. } => {
                let seen = self.seen()?;
                hold!(seen.tries == Some(tries_left), "{tries_left} shown, {:?} left", seen.tries);
                hold!(tries_left > 0, "asked for a PIN that is locked");
                hold!(tries_left > 1 || seen.warned, "the last try without its warning");
                self.question = Some(Question::Pin);
            }
            Command::AskPasscode { .. } => self.question = Some(Question::Passcode),
            Command::AskConsent(screen) => self.question = Some(Question::Consent(screen)),
            Command::Show(Notice::Failure(code)) if code == codes::PIN_LAST_TRY => self.seen()?.warned = true,
            Command::Cancel => {
                self.question = None;
                self.attempt = None;
            }
            Command::Show(_) | Command::Speak(_) | Command::Light(_) | Command::Sound(_) => {}
            Command::ReadDocument => return Err("nobody asked for a document".into()),
        }
        Ok(())
    }

    /// Only digits that were typed in this visit, and each typing once.
    fn may_check(&mut self, pin: &Pin) -> Held {
        let seen = self.seen()?;
        let Some(typed) = seen.typed.take() else { return Err("a PIN is checked that nobody typed".into()) };
        hold!(&typed == pin.expose(Purpose::Simulate), "another PIN is checked than was typed");
        Ok(())
    }

    fn take_task(&mut self, ticket: Ticket, what: What) -> Held {
        hold!(ticket.0 > self.highest, "a ticket was used before");
        self.highest = ticket.0;
        self.open.push(Task { ticket, what, dropped: false });
        Ok(())
    }

    fn centre_is_asked(&mut self, ticket: Ticket, task: CentreTask) -> Held {
        let current = self.view().visit;
        match task {
            CentreTask::Relay { operation, visit } => {
                hold!(current == Some(visit), "a relay for another visit than the one in progress");
                self.seen_of(visit)?.may_relay(operation)?;
                self.take_task(ticket, What::Relay(operation, visit))
            }
            CentreTask::Screens(CentreSession(name)) => {
                let session = self.session(&name)?;
                hold!(current == Some(self.sessions[session].visit), "screens of another visit's session");
                self.take_task(ticket, What::Screens(session))
            }
            CentreTask::Answers(CentreSession(name), answers) => {
                let session = self.session(&name)?;
                let visit = self.sessions[session].visit;
                let seen = self.seen_of(visit)?;
                hold!(answers == seen.answers, "handed in {answers:?}, answered {:?}", seen.answers);
                self.take_task(ticket, What::Answers(session))
            }
        }
    }

    fn session(&self, name: &str) -> Result<usize, String> {
        let number = name.strip_prefix('s').and_then(|number| number.parse().ok());
        number
            .filter(|number| *number < self.sessions.len())
            .ok_or_else(|| format!("no such session: {name}"))
    }

    fn commits(&mut self, ticket: Ticket, result: &VisitResult) -> Held {
        hold!(self.settles == Some(true), "a result, and the centre gave none: {:?}", self.settles);
        self.committed_now = true;
        let session = &self.sessions[session_of(result)];
        let seen = self.visits.iter_mut().find(|seen| seen.id == session.visit).ok_or("an unknown visit")?;
        seen.may_commit(session, result)?;
        *self.reached.results.entry(format!("{:?}", result.verification)).or_default() += 1;
        self.take_task(ticket, What::Commit(result.visit))
    }

    // ----- time -----------------------------------------------------------------------------------------------------

    /// Time goes by and nobody does anything; who wants to be woken is.
    fn pass(&mut self, time: Duration) -> Held {
        let end = self.moment.after(time);
        while let Some(at) = self.station.next_wakeup().filter(|at| *at <= end) {
            self.moment = self.moment.max(at);
            self.plain(Input::Woken)?;
        }
        self.moment = self.moment.max(end);
        Ok(())
    }

    fn pass_to_wakeup(&mut self) -> Held {
        match self.station.next_wakeup() {
            Some(at) => self.pass(at.since(self.moment)),
            None => Ok(()),
        }
    }

    /// From now on nobody acts. What is under way must end by itself, and the reader serve the next patient.
    fn nobody_acts(&mut self) -> Held {
        self.tell(|| "-- nobody acts any more".into());
        if self.draw.percent(50) {
            // What was handed in is answered all the same.
            while let Some(at) = self.open.iter().position(|task| {
                !task.dropped && matches!(task.what, What::Screens(_) | What::Answers(_) | What::Commit(_))
            }) {
                self.answer(at, false)?;
            }
        }
        self.run_dry()?;
        let view = self.view();
        hold!(view.visit.is_none(), "a visit hangs: {view:?}");
        hold!(view.settling == 0, "still settling: {view:?}");
        for seen in &self.visits {
            seen.has_ended()?;
        }
        self.tell(|| "-- the card is taken".into());
        while !self.pending.is_empty() {
            self.presence()?;
        }
        if self.lying.is_some() {
            self.take();
            while !self.pending.is_empty() {
                self.presence()?;
            }
        }
        self.run_dry()?;
        let view = self.view();
        let usable = self.reader && self.slot_works;
        match view.state {
            StationState::Idle => hold!(usable, "idle, and reader or slot cannot be used"),
            StationState::OutOfOrder => hold!(!usable, "out of order: {view:?}"),
            StationState::Starting => hold!(!usable, "starting: {view:?}"),
            _ => return Err(format!("at the end: {view:?}")),
        }
        for seen in &self.visits {
            seen.has_ended()?;
        }
        Ok(())
    }

    fn run_dry(&mut self) -> Held {
        for _ in 0..100 {
            let Some(at) = self.station.next_wakeup() else { return Ok(()) };
            self.moment = self.moment.max(at);
            self.plain(Input::Woken)?;
        }
        Err(format!("100 wakeups, and no end: {:?}", self.view()))
    }

    // ----- reader and slot ---------------------------------------------------------------------------------------

    fn reader_comes(&mut self) -> Held {
        self.reader = true;
        self.question = None;
        self.attempt = None;
        self.pending.retain(|presence| matches!(presence, Presence::Slot(_)));
        self.plain(ready(self.lying.is_some())).map(drop)
    }

    fn reader_goes(&mut self) -> Held {
        self.reader = false;
        self.question = None;
        self.attempt = None;
        self.pending.retain(|presence| matches!(presence, Presence::Slot(_)));
        self.plain(Input::ReaderLost(codes::READER_UNPLUGGED)).map(drop)
    }

    fn slot_fails(&mut self) -> Held {
        self.slot_works = false;
        self.powered = None;
        self.pending.retain(|presence| !matches!(presence, Presence::Slot(_)));
        self.plain(Input::Slot(SlotChange::Unusable(codes::PCSC_STOPPED))).map(drop)
    }

    fn slot_recovers(&mut self) -> Held {
        self.slot_works = true;
        let change = self.lying.map_or(SlotChange::Empty, |(_, count)| SlotChange::Present { count });
        self.plain(Input::Slot(change)).map(drop)
    }

    fn place(&mut self) {
        self.insertions += 1;
        let count = self.insertions;
        self.lying = Some((self.draw.index(self.chips.len()), count));
        let seen = [Presence::Placed, Presence::Slot(SlotChange::Present { count })];
        self.comes_to_notice(seen);
    }

    fn take(&mut self) {
        self.lying = None;
        // What was powered is gone with the card.
        self.powered = None;
        self.comes_to_notice([Presence::Taken, Presence::Slot(SlotChange::Empty)]);
    }

    fn comes_to_notice(&mut self, mut seen: [Presence; 2]) {
        if self.draw.percent(50) {
            seen.reverse();
        }
        let (reader, slot) = (self.reader, self.slot_works);
        self.pending.extend(seen.into_iter().filter(|presence| match presence {
            Presence::Slot(_) => slot,
            Presence::Placed | Presence::Taken => reader,
        }));
    }

    /// A quick change of cards. Sometimes the tray misses it, and the slot sees only another card; sometimes the slot sees
    /// no gap, and only the tray does.
    fn swap(&mut self) {
        self.take();
        self.place();
        if self.draw.percent(50) {
            let missed_by_slot = self.draw.percent(50);
            self.pending.retain(|presence| match presence {
                Presence::Placed | Presence::Taken => missed_by_slot,
                Presence::Slot(SlotChange::Present { .. }) => true,
                Presence::Slot(_) => false,
            });
        }
    }

    /// Tray or slot tell what they have not told yet; each in its own order.
    fn presence(&mut self) -> Held {
        let slot_first = self.draw.percent(30);
        let at = self.pending.iter().position(|p| matches!(p, Presence::Slot(_)) == slot_first).unwrap_or(0);
        match self.pending.remove(at) {
            Some(Presence::Placed) => self.plain(Input::Reader(Event::CardPlaced)).map(drop),
            Some(Presence::Taken) => self.plain(Input::Reader(Event::CardTaken)).map(drop),
            Some(Presence::Slot(change)) => self.plain(Input::Slot(change)).map(drop),
            None => Ok(()),
        }
    }

    // ----- to the point ------------------------------------------------------------------------------------------

    fn progress(&mut self) -> Held {
        if !self.reader {
            return self.reader_comes();
        }
        if !self.slot_works {
            return self.slot_recovers();
        }
        if !self.pending.is_empty() && self.draw.percent(80) {
            return self.presence();
        }
        if self.question.is_some() && self.draw.percent(85) {
            return self.patient(false);
        }
        if !self.open.is_empty() && self.draw.percent(90) {
            let at = self.draw.index(self.open.len());
            return self.answer(at, false);
        }
        let view = self.view();
        match (view.state, view.step) {
            (StationState::Idle | StationState::VisualCheckArmed, _) if self.lying.is_none() => {
                if self.draw.percent(10) {
                    return self.staff(StaffDeed::ArmVisualCheck);
                }
                self.place();
                self.presence()
            }
            (StationState::CardLeft, _) | (_, Some("done" | "failed" | "advising"))
                if self.lying.is_some() && self.draw.percent(80) =>
            {
                self.take();
                self.presence()
            }
            (_, Some("confirming")) if self.draw.percent(70) => {
                let visit = view.visit.unwrap_or(VisitId::from_bytes([0; 16]));
                let same = self.draw.percent(80);
                self.staff(StaffDeed::ConfirmPerson { visit, same })
            }
            _ => self.pass_to_wakeup(),
        }
    }

    /// Whoever stands before the reader answers what is asked; `badly`: as it comes, also nonsense.
    fn patient(&mut self, badly: bool) -> Held {
        match self.question.clone() {
            Some(Question::Methods(methods)) => {
                let method = if badly {
                    self.draw.of(&[Method::Face, Method::Pin, Method::Visual])
                } else {
                    self.draw.of(&methods)
                };
                let offered = methods.contains(&method);
                if self.reader_says(Event::MethodChosen(method), offered)? {
                    self.question = None;
                }
                self.settle_down()
            }
            Some(Question::NumberB(attempt)) if self.draw.percent(90) => {
                let number = NumberB::from_digits(b"55021720352285").unwrap();
                if self.reader_says(Event::NumberBRead { attempt, number }, true)? {
                    self.question = None;
                }
                self.settle_down()
            }
            Some(Question::NumberB(attempt) | Question::Compare(attempt)) => self.verdict(attempt),
            Some(Question::Pin) if self.draw.percent(90) => self.types_pin(),
            Some(Question::Passcode) if self.draw.percent(90) => {
                let passcode = Passcode::from_digits(&digits(&mut self.draw)).unwrap();
                if self.reader_says(Event::PasscodeEntered(passcode), true)? {
                    self.question = None;
                }
                self.settle_down()
            }
            Some(Question::Pin | Question::Passcode) => {
                if self.reader_says(Event::PinCancelled, true)? {
                    self.question = None;
                }
                self.settle_down()
            }
            Some(Question::Consent(asked)) => {
                let decision = if self.draw.percent(65) { Decision::Agreed } else { Decision::Refused };
                self.decides(asked.id, decision)
            }
            None => Ok(()),
        }
    }

    /// An event that must, or must not, be taken.
    fn reader_says(&mut self, event: Event, wanted: bool) -> Result<bool, String> {
        let name = event.name();
        let taken = self.put(Input::Reader(event))?;
        hold!((taken == Taken::Handled) == wanted, "{name}: {taken:?}");
        Ok(wanted)
    }

    fn verdict(&mut self, attempt: AttemptId) -> Held {
        let verdict = if self.draw.percent(75) {
            FaceVerdict::Match
        } else {
            self.draw.of(&[
                FaceVerdict::NoMatch,
                FaceVerdict::TooDark,
                FaceVerdict::NoFace,
                FaceVerdict::NotAlive,
                FaceVerdict::NumberBUnreadable,
                FaceVerdict::PhotoUnreadable,
                FaceVerdict::Masked,
                FaceVerdict::Pose,
            ])
        };
        let face_lux = self.draw.of(&[None, Some(500), Some(500), Some(150), Some(149), Some(0)]);
        let slot_in_sun = self.draw.of(&[None, Some(false), Some(true)]);
        let conditions = Conditions { face_lux, slot_in_sun };
        let compared = self.question == Some(Question::Compare(attempt));
        self.reader_says(Event::FaceCompared { attempt, verdict, conditions }, true)?;
        self.question = None;
        self.attempt = None;
        if compared && verdict == FaceVerdict::Match && face_lux.is_none_or(|lux| lux >= 150) {
            self.seen()?.confirmed = Some(Verification::Face);
        }
        self.settle_down()
    }

    fn types_pin(&mut self) -> Held {
        let right = self.lying.filter(|_| self.draw.percent(60)).map(|(which, _)| self.chips[which].pin);
        let typed = right.unwrap_or_else(|| digits(&mut self.draw));
        self.typed = true;
        self.reached.pins += 1;
        self.reader_says(Event::PinEntered(Pin::from_digits(&typed).unwrap()), true)?;
        self.question = None;
        let seen = self.seen()?;
        seen.typed = Some(typed);
        if seen.tries == Some(1) {
            self.reached.last_tries += 1;
        }
        self.settle_down()
    }

    fn decides(&mut self, screen: String, decision: Decision) -> Held {
        let at = support::now(self.moment, self.wall).wall;
        let registering = self.view().step == Some("offering_registration");
        self.reader_says(Event::ConsentAnswered { screen: screen.clone(), decision }, true)?;
        self.question = None;
        let seen = self.seen()?;
        if registering {
            seen.registration = (decision == Decision::Agreed).then_some(at);
        } else {
            seen.answers.push(ScreenAnswer { screen, decision, at });
        }
        self.settle_down()
    }

    fn staff(&mut self, deed: StaffDeed) -> Held {
        let view = self.view();
        let taken = self.put(Input::Staff("tanaka".parse().unwrap(), deed))?;
        if let StaffDeed::ConfirmPerson { visit, same: true } = deed
            && taken == Taken::Handled
        {
            hold!(view.visit == Some(visit) && view.step == Some("confirming"), "confirmed at {view:?}");
            self.seen()?.confirmed = Some(Verification::Visual);
        }
        if let StaffDeed::AskConsentsAgain { visit } = deed
            && taken == Taken::Handled
        {
            hold!(view.visit == Some(visit) && view.step == Some("asking"), "asked again at {view:?}");
            // Nothing of it stands.
            let seen = self.seen()?;
            seen.answers.clear();
            seen.screens = None;
        }
        self.settle_down()
    }

    // ----- answers to tasks --------------------------------------------------------------------------------------

    /// One task is answered: mostly well; `badly`: with a failure or nonsense.
    fn answer(&mut self, at: usize, badly: bool) -> Held {
        let Task { ticket, what, dropped } = self.open.swap_remove(at);
        self.answered.push(ticket);
        let fails = badly || self.draw.percent(3);
        match what {
            What::Card(task) => self.card_answers(ticket, &task, dropped, fails),
            What::Relay(operation, visit) => self.relay_ends(ticket, operation, visit, dropped, fails),
            What::Screens(session) => self.screens_come(ticket, session, fails),
            What::Answers(session) => self.result_comes(ticket, session, fails),
            What::Passcode => self.passcode_is_checked(ticket, fails),
            What::Commit(visit) => self.ledger_answers(ticket, visit, fails),
        }
    }

    /// Whoever gave a task up takes no answer to it.
    fn reply(&mut self, input: Input, dropped: bool) -> Result<bool, String> {
        let taken = self.put(input)?;
        hold!(!dropped || taken != Taken::Handled, "the answer to a task that was given up was taken");
        Ok(taken == Taken::Handled)
    }

    fn card_answers(&mut self, ticket: Ticket, task: &CardTask, dropped: bool, fails: bool) -> Held {
        if dropped && matches!(task, CardTask::CheckPin(_)) {
            // A card that was let go takes no VERIFY any more; what it said before may come late.
            let check = self.draw.of(&[PinCheck::Right, PinCheck::Wrong { left: 2 }, PinCheck::Locked]);
            self.reply(Input::Card(ticket, Ok(CardReply::Pin(check))), dropped)?;
            return self.settle_down();
        }
        let present = match task {
            CardTask::Identify => self.lying,
            _ => self.powered.filter(|powered| Some(*powered) == self.lying),
        }
        .or_else(|| self.identified_card().filter(|_| matches!(task, CardTask::CountPinTries)));
        let Some((which, count)) = present.filter(|_| !fails) else {
            let code = self.draw.of(&[codes::CARD_REMOVED_EARLY, codes::CARD_UNREADABLE, codes::CARD_SILENT]);
            self.reply(Input::Card(ticket, Err(code)), dropped)?;
            return self.settle_down();
        };
        let (reply, after): (CardReply, Noted) = match task {
            CardTask::Identify => (CardReply::Identified, |_, _| {}),
            CardTask::OpenPhoto(_) if self.draw.percent(80) => {
                (CardReply::Photo(Pii::new(vec![1, 2, 3])), |_, _| {})
            }
            CardTask::OpenPhoto(_) => {
                let check = self.draw.of(&[
                    NumberBCheck::Wrong { left: 9 },
                    NumberBCheck::Wrong { left: 1 },
                    NumberBCheck::LastTry,
                    NumberBCheck::Locked,
                ]);
                (CardReply::NumberB(check), |_, _| {})
            }
            CardTask::CountPinTries => {
                let left = match card::pin_tries(&mut self.chips[which]) {
                    Ok(card::Tries::Left(left)) => left,
                    _ => 0,
                };
                (CardReply::PinTries(left), |seen, left| seen.tries = Some(left))
            }
            CardTask::CheckPin(pin) => self.check_pin(which, pin)?,
        };
        let left = self.chips[which].tries;
        if self.reply(Input::Card(ticket, Ok(reply)), dropped)? {
            self.powered = Some((which, count));
            let seen = self.seen()?;
            if matches!(task, CardTask::Identify) {
                seen.card = Some(count);
            }
            after(seen, left);
        }
        self.settle_down()
    }

    /// The card of this visit, if it still lies there: after a registration was offered it is powered once more and
    /// compared with the one that was identified.
    fn identified_card(&mut self) -> Option<(usize, u32)> {
        let card = self.seen().ok().and_then(|seen| seen.card);
        self.lying.filter(|(_, count)| Some(*count) == card)
    }

    fn check_pin(&mut self, which: usize, pin: &Pin) -> Result<(CardReply, Noted), String> {
        let chip = &mut self.chips[which];
        let (before, tries) = (chip.verified, chip.tries);
        let outcome = card::verify_pin(chip, pin).map_err(|error| error.to_string())?;
        hold!(chip.verified == before + 1, "{} VERIFY for one PIN", chip.verified - before);
        let warned = self.seen().map(|seen| seen.warned);
        hold!(tries != 1 || warned != Ok(false), "the last try was spent without its warning");
        Ok(match outcome {
            PinOutcome::Right => (CardReply::Pin(PinCheck::Right), |seen, _| {
                seen.unlocked = true;
                seen.confirmed = Some(Verification::Pin);
            }),
            PinOutcome::Wrong { left } => {
                (CardReply::Pin(PinCheck::Wrong { left }), |seen, left| seen.tries = Some(left))
            }
            PinOutcome::Locked => (CardReply::Pin(PinCheck::Locked), |seen, _| seen.tries = Some(0)),
        })
    }

    fn relay_ends(
        &mut self,
        ticket: Ticket,
        operation: Operation,
        visit: VisitId,
        dropped: bool,
        fails: bool,
    ) -> Held {
        let registers = matches!(operation, Operation::RegisterPinLess | Operation::RegisterPin);
        let signs = self.identified_card().is_some();
        if fails || !signs || (!registers && self.draw.percent(15)) {
            let code = if fails || !signs {
                self.draw.of(&[codes::CENTRE_SILENT, codes::CENTRE_GARBLED, codes::CARD_REMOVED_EARLY])
            } else {
                codes::NOT_REGISTERED
            };
            self.reply(Input::Centre(ticket, Err(code)), dropped)?;
            return self.settle_down();
        }
        let number = self.sessions.len();
        let validity =
            self.draw.of(&[Validity::Valid, Validity::Valid, Validity::Invalid, Validity::NotFound]);
        let answer = RelayAnswer { session: CentreSession(format!("s{number}")), validity };
        let taken = self.reply(Input::Centre(ticket, Ok(CentreReply::Relayed(answer))), dropped)?;
        let card = self.lying.map(|(_, count)| count);
        let seen = self.seen_of(visit)?;
        let Some(verification) = seen.confirmed else { return Err("a relay without confirmation".into()) };
        let registered = seen.registration.filter(|_| registers);
        let insertion = seen.insertion;
        if taken {
            self.sessions.push(Session { visit, insertion, card, verification, registered, validity });
        }
        self.settle_down()
    }

    fn screens_come(&mut self, ticket: Ticket, session: usize, fails: bool) -> Held {
        if fails {
            let code = self.draw.of(&[codes::CENTRE_SILENT, codes::CENTRE_GARBLED]);
            self.plain(Input::Centre(ticket, Err(code)))?;
            return Ok(());
        }
        let wanted = self.wanted();
        let taken = self.put(Input::Centre(ticket, Ok(CentreReply::Screens(wanted.clone()))))?;
        let visit = self.sessions[session].visit;
        if taken == Taken::Handled {
            self.seen_of(visit)?.screens = Some(wanted);
        }
        self.settle_down()
    }

    /// Some screens in some order, each item at most on one.
    fn wanted(&mut self) -> Vec<model::ConsentScreen> {
        let mut all = vec![
            screen("carry-over", &[ConsentItem::CarryOver]),
            screen("medical", &[ConsentItem::Medicines, ConsentItem::Diagnosis]),
            screen("operations", &[ConsentItem::Operations]),
            screen("tests", &[ConsentItem::Tests]),
            screen("prescription", &[ConsentItem::ElectronicPrescription]),
            screen("both", &[ConsentItem::Infections, ConsentItem::SubsidyCertificates]),
        ];
        let mut some = Vec::new();
        for _ in 0..self.draw.below(5) {
            some.push(all.remove(self.draw.index(all.len())));
        }
        some
    }

    fn result_comes(&mut self, ticket: Ticket, session: usize, fails: bool) -> Held {
        if fails {
            let code = self.draw.of(&[codes::CENTRE_SILENT, codes::CENTRE_GARBLED]);
            self.plain(Input::Centre(ticket, Err(code)))?;
            return Ok(());
        }
        if self.draw.percent(15) {
            let again_after = Duration::from_secs(self.draw.below(20));
            self.plain(Input::Centre(ticket, Ok(CentreReply::Processing { again_after })))?;
            return Ok(());
        }
        let visit = self.sessions[session].visit;
        let mut settled = document(session, self.seen_of(visit)?);
        let invents = self.draw.percent(10);
        if invents {
            let item = self.draw.of(&ConsentItem::ALL);
            let at = support::now(self.moment, self.wall).wall;
            if item != ConsentItem::Registration && self.seen_of(visit)?.agreed_to(item) {
                // Nothing to invent there, but an agreement that holds for longer than a day.
                settled
                    .consents
                    .push(model::Consent { until: Some(at.after(2 * support::DAY)), ..agreed(item, at) });
            } else {
                settled.consents.push(agreed(item, at));
            }
        }
        let last = settled.consents.last().filter(|_| invents);
        let invented = last.is_some_and(|consent| {
            consent.item.opens_information() || consent.until.is_none_or(|until| until == Timestamp(0))
        });
        self.settles = Some(!invented);
        self.committed_now = false;
        let taken = self.put(Input::Centre(ticket, Ok(CentreReply::Settled(Box::new(settled)))))?;
        self.settle_down()?;
        if taken == Taken::Handled {
            hold!(self.committed_now != invented, "invented: {invented}, result: {}", self.committed_now);
            self.reached.invented += u64::from(invented);
        }
        self.settles = None;
        Ok(())
    }

    fn passcode_is_checked(&mut self, ticket: Ticket, fails: bool) -> Held {
        if fails {
            return self.plain(Input::Passcode(ticket, Err(codes::INTERNAL))).map(drop);
        }
        let check = self.draw.of(&[
            PasscodeCheck::Right,
            PasscodeCheck::Right,
            PasscodeCheck::Wrong,
            PasscodeCheck::Locked,
        ]);
        let taken = self.put(Input::Passcode(ticket, Ok(check)))?;
        if taken == Taken::Handled && check == PasscodeCheck::Right {
            self.seen()?.confirmed = Some(Verification::Visual);
        }
        self.settle_down()
    }

    fn ledger_answers(&mut self, ticket: Ticket, visit: VisitId, fails: bool) -> Held {
        self.results += 1;
        let reply: Result<ResultId, FailureCode> =
            if fails { Err(codes::LEDGER_WRITE_FAILED) } else { Ok(ResultId(self.results)) };
        let taken = self.put(Input::Committed(ticket, reply))?;
        if taken == Taken::Handled && !fails {
            self.seen_of(visit)?.durable = true;
        }
        self.settle_down()
    }

    // ----- trouble -----------------------------------------------------------------------------------------------

    fn trouble(&mut self) -> Held {
        match self.draw.below(26) {
            0 => self.reader_goes(),
            1 => self.reader_comes(),
            2 => self.slot_fails(),
            3 if self.lying.is_some() => {
                self.take();
                self.presence()
            }
            4 if self.lying.is_some() => {
                self.swap();
                self.presence()
            }
            5 if self.lying.is_none() => {
                self.place();
                self.presence()
            }
            6 => self.patient(true),
            7 | 8 if !self.open.is_empty() => {
                let at = self.draw.index(self.open.len());
                self.answer(at, true)
            }
            9 => self.nonsense_reply(),
            10 => self.nonsense_event(),
            // A reader that talks while it is asked something.
            22..=25 if self.question.is_some() => self.nonsense_event(),
            11 => self.staff_at_random(),
            12 => {
                self.plain(Input::Woken)?;
                Ok(())
            }
            13 => self.pass_to_wakeup(),
            14 => {
                // The machine sleeps: no timer wakes anybody.
                self.moment = self.moment.after(Duration::from_secs(self.draw.below(7200)));
                self.plain(Input::Woken).map(drop)
            }
            15 => {
                let hours = i64::try_from(self.draw.below(48)).unwrap() - 24;
                self.wall += hours * 3_600_000;
                Ok(())
            }
            16 => {
                let kind = self.draw.of(&[
                    CommandKind::Light,
                    CommandKind::Show,
                    CommandKind::AskConsent,
                    CommandKind::AskPin,
                    CommandKind::OfferMethods,
                ]);
                self.plain(Input::Unsupported(kind)).map(drop)
            }
            17 => {
                let language = self.draw.of(&[Language::Japanese, Language::English, Language::Chinese]);
                self.plain(Input::Reader(Event::LanguageChosen(language))).map(drop)
            }
            18 => self.plain(Input::Reader(Event::CardWrongSide)).map(drop),
            19 => {
                let seconds = self.draw.below(60);
                self.pass(Duration::from_secs(seconds))
            }
            // The slot tells once more what it sees.
            20 if self.slot_works && self.pending.is_empty() => self.slot_recovers(),
            _ => self.progress(),
        }
    }

    /// Answers to tasks that are not open, or were never given out, or are of another sort.
    fn nonsense_reply(&mut self) -> Held {
        let never = Ticket(self.highest + 1 + self.draw.below(3));
        let old = if self.answered.is_empty() { never } else { self.draw.of(&self.answered) };
        let ticket = if self.draw.percent(70) { old } else { never };
        let open =
            self.open.iter().find(|task| !matches!(task.what, What::Commit(_))).map(|task| task.ticket);
        let input = match self.draw.below(7) {
            // An open task, but not the ledger's.
            6 => Input::Committed(open.unwrap_or(ticket), Ok(ResultId(99_998))),
            0 => Input::Card(ticket, Ok(CardReply::Identified)),
            1 => Input::Card(ticket, Ok(CardReply::Pin(PinCheck::Right))),
            2 => {
                let session = CentreSession("s99999".into());
                let answer = RelayAnswer { session, validity: Validity::Valid };
                Input::Centre(ticket, Ok(CentreReply::Relayed(answer)))
            }
            3 => {
                let settled = visit::Settled {
                    qualification: Pii::new(model::Qualification { xml: "s99999".into() }),
                    consents: vec![],
                    remarks: vec![],
                };
                Input::Centre(ticket, Ok(CentreReply::Settled(Box::new(settled))))
            }
            4 => Input::Passcode(ticket, Ok(PasscodeCheck::Right)),
            _ => Input::Committed(ticket, Ok(ResultId(99_999))),
        };
        let taken = self.put(input)?;
        hold!(
            matches!(taken, Taken::Refused(Refusal::StaleTicket | Refusal::NoVisit)),
            "an answer to no open task: {taken:?}"
        );
        self.settle_down()
    }

    /// What the reader says without having been asked, or of an attempt or a screen that is not open.
    fn nonsense_event(&mut self) -> Held {
        let old =
            self.old_attempts.iter().copied().filter(|old| Some(*old) != self.attempt).collect::<Vec<_>>();
        let attempt = if old.is_empty() { AttemptId(1) } else { self.draw.of(&old) };
        let asked = self.question.clone();
        let choice = match &asked {
            Some(Question::NumberB(_) | Question::Compare(_)) => self.draw.below(2),
            Some(Question::Consent(_)) => 5,
            _ => self.draw.below(6),
        };
        let event = match choice {
            0 => Event::FaceCompared {
                attempt,
                verdict: FaceVerdict::Match,
                conditions: Conditions::default(),
            },
            1 => Event::NumberBRead { attempt, number: NumberB::from_digits(b"55021720352285").unwrap() },
            2 if asked != Some(Question::Pin) => {
                self.typed = true;
                Event::PinEntered(Pin::from_digits(&digits(&mut self.draw)).unwrap())
            }
            3 if asked != Some(Question::Passcode) => {
                Event::PasscodeEntered(Passcode::from_digits(&digits(&mut self.draw)).unwrap())
            }
            4 => Event::DocumentRead(None),
            _ => Event::ConsentAnswered { screen: "other".into(), decision: Decision::Agreed },
        };
        self.reader_says(event, false)?;
        self.settle_down()
    }

    fn staff_at_random(&mut self) -> Held {
        let current = self.view().visit;
        let other = self.visits.first().map(|seen| seen.id).or(current);
        let visit = if self.draw.percent(60) { current } else { other };
        let visit = visit.unwrap_or(VisitId::from_bytes([9; 16]));
        let deed = match self.draw.below(6) {
            0 | 1 => StaffDeed::ArmVisualCheck,
            2 => StaffDeed::DisarmVisualCheck,
            3 => StaffDeed::ConfirmPerson { visit, same: self.draw.percent(50) },
            4 => StaffDeed::AskConsentsAgain { visit },
            _ => StaffDeed::CancelVisit { visit },
        };
        self.staff(deed)
    }
}

fn digits(draw: &mut Draw) -> [u8; 4] {
    let number = draw.below(10_000);
    [number / 1000, number / 100 % 10, number / 10 % 10, number % 10]
        .map(|digit| b'0' + u8::try_from(digit).unwrap())
}
