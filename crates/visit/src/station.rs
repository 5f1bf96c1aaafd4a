//! The life of one reader on this terminal.

use crate::deadlines::Deadlines;
use crate::io::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, Now, Operation, PinCheck, SlotChange, Ticket,
};
use crate::steps::{Asking, FetchingScreens, Relaying, Settling, Step, Verified};
use failure::codes;
use model::{
    Decision, FailureCode, Insertion, InstitutionCode, Moment, ReaderId, ScreenAnswer, StationState,
    Timestamp, Verification, VisitId, VisitResult,
};
use reader::{AttemptId, Command, Event, FaceVerdict, Lamp, Method, Notice, Sound};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::time::Duration;

/// After so many failed face attempts only the PIN is offered.
const FACE_ATTEMPTS: u8 = 3;
/// A centre that wants more screens than this is not believed.
const MOST_SCREENS: usize = 16;

/// What a station is made of.
#[derive(Debug, Clone)]
pub struct StationConfig {
    /// The reader.
    pub reader: ReaderId,
    /// The institution that its results name.
    pub institution: InstitutionCode,
    /// How long each step may take.
    pub deadlines: Deadlines,
    /// Visit ids and attempt ids are drawn from it; never used for two stations or two starts.
    pub seed: [u8; 32],
}

/// What a station shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StationView {
    /// Where it stands.
    pub state: StationState,
    /// The visit in progress.
    pub visit: Option<VisitId>,
    /// Its step.
    pub step: Option<&'static str>,
    /// Cards placed since start.
    pub insertion: Insertion,
    /// The last failure; kept until the next visit begins.
    pub failure: Option<(FailureCode, Timestamp)>,
}

/// The machine of one reader.
#[derive(Debug)]
pub struct Station {
    config: StationConfig,
    effects: VecDeque<Effect>,
    state: State,
    deadline: Option<Moment>,
    tray: bool,
    slot: Slot,
    reader_ready: bool,
    insertion: Insertion,
    drawn: u64,
    tickets: u64,
    failure: Option<(FailureCode, Timestamp)>,
}

#[derive(Debug)]
enum State {
    Starting,
    OutOfOrder,
    Idle,
    Visit(Visit),
    Clearing(Clearing),
}

#[derive(Debug)]
struct Visit {
    id: VisitId,
    /// The slot's count for this visit's card; set once the slot has seen it.
    card: Option<u32>,
    face_attempts: u8,
    step: Step,
}

/// After a visit: until reader and slot are both empty.
#[derive(Debug)]
struct Clearing {
    /// The tray was emptied and filled again meanwhile.
    placed_again: bool,
    /// Whether anybody was told to take the card.
    reminded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Not heard of yet.
    Unknown,
    Card(u32),
    Empty,
    Unusable(FailureCode),
}

/// Where a step leads.
enum Next {
    Step(Step),
    Fail(FailureCode),
}

impl Station {
    /// A station whose reader and slot have not spoken yet.
    #[must_use]
    pub fn new(config: StationConfig) -> Self {
        Self {
            config,
            effects: VecDeque::new(),
            state: State::Starting,
            deadline: None,
            tray: false,
            slot: Slot::Unknown,
            reader_ready: false,
            insertion: Insertion::default(),
            drawn: 0,
            tickets: 0,
            failure: None,
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, now: Now) {
        match input {
            Input::Reader(Event::Ready(_)) => {
                self.reader_ready = true;
                self.tray = false;
                self.settle_order(now);
            }
            Input::ReaderLost(code) => self.reader_lost(code, now),
            Input::Slot(change) => self.slot_changed(change, now),
            Input::Reader(Event::CardPlaced) => self.card_placed(now),
            Input::Reader(Event::CardTaken) => self.card_taken(now),
            Input::Woken => self.woken(now),
            other => self.in_visit(other, now),
        }
    }

    /// The next effect, oldest first; `None` when drained.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When the station wants [`Input::Woken`].
    #[must_use]
    pub const fn next_wakeup(&self) -> Option<Moment> {
        self.deadline
    }

    /// What the station shows.
    #[must_use]
    pub fn view(&self) -> StationView {
        let (state, visit, step) = match &self.state {
            State::Starting => (StationState::Starting, None, None),
            State::OutOfOrder => (StationState::OutOfOrder, None, None),
            State::Idle => (StationState::Idle, None, None),
            State::Visit(visit) => (StationState::InVisit, Some(visit.id), Some(visit.step.name())),
            State::Clearing(_) => (StationState::CardLeft, None, None),
        };
        StationView { state, visit, step, insertion: self.insertion, failure: self.failure }
    }

    // ----- reader and slot ------------------------------------------------------------------------------------

    /// Idle if reader and slot can both be used, else out of order with the reason.
    fn settle_order(&mut self, now: Now) {
        if matches!(self.state, State::Visit(_)) {
            return;
        }
        match (self.reader_ready, self.slot) {
            (false, _) | (true, Slot::Unknown) => {}
            (true, Slot::Unusable(code)) => self.out_of_order(code, now),
            (true, _) if self.tray || matches!(self.slot, Slot::Card(_)) => {
                // A card that lay there before we were ready was not placed for us: it must be placed again.
                self.clear(now);
            }
            (true, _) => {
                self.failure = None;
                self.idle();
            }
        }
    }

    fn out_of_order(&mut self, code: FailureCode, now: Now) {
        self.fail_shown(code, now);
        self.state = State::OutOfOrder;
        self.deadline = None;
        if self.reader_ready {
            self.tell([Command::Cancel, Command::Show(Notice::OutOfOrder), Command::Light(Lamp::Red)]);
        }
        self.changed();
    }

    fn reader_lost(&mut self, code: FailureCode, now: Now) {
        self.reader_ready = false;
        self.tray = false;
        self.end_visit_with(code);
        self.out_of_order(code, now);
    }

    fn slot_changed(&mut self, change: SlotChange, now: Now) {
        self.slot = match change {
            SlotChange::Present { count } => Slot::Card(count),
            SlotChange::Empty => Slot::Empty,
            SlotChange::Unusable(code) => Slot::Unusable(code),
        };
        if let Slot::Unusable(code) = self.slot {
            self.end_visit_with(code);
            if self.reader_ready {
                self.out_of_order(code, now);
            }
            return;
        }
        self.presence_changed(now);
    }

    fn card_placed(&mut self, now: Now) {
        self.tray = true;
        if let State::Clearing(clearing) = &mut self.state {
            clearing.placed_again = true;
            self.deadline = Some(now.moment.after(self.config.deadlines.clear));
        }
        self.presence_changed(now);
    }

    fn card_taken(&mut self, now: Now) {
        self.tray = false;
        if let State::Clearing(clearing) = &mut self.state {
            clearing.placed_again = false;
        }
        self.presence_changed(now);
    }

    fn presence_changed(&mut self, now: Now) {
        match &mut self.state {
            State::Starting => self.settle_order(now),
            State::OutOfOrder if self.reader_ready => self.settle_order(now),
            State::OutOfOrder => {}
            State::Idle if self.tray || matches!(self.slot, Slot::Card(_)) => self.begin_visit(now),
            State::Idle => {}
            State::Clearing(_) if !self.tray && self.slot == Slot::Empty => self.idle(),
            State::Clearing(_) => {}
            State::Visit(visit) => match (visit.card, self.slot) {
                (Some(known), Slot::Card(count)) if count != known => {
                    self.card_gone(codes::CARD_SWAPPED, now)
                }
                (Some(_), Slot::Card(_)) if self.tray => {}
                (None, Slot::Card(count)) if self.tray => {
                    visit.card = Some(count);
                    self.identify(now);
                }
                (None, _) if self.tray || matches!(self.slot, Slot::Card(_)) => {}
                _ => self.card_gone(codes::CARD_REMOVED_EARLY, now),
            },
        }
    }

    /// The card of this visit is no longer there.
    fn card_gone(&mut self, code: FailureCode, now: Now) {
        let State::Visit(visit) = &mut self.state else { return };
        if matches!(visit.step, Step::Committing(_)) {
            // The centre's answer is in hand; it is made durable and told, card or no card.
            return;
        }
        if visit.step.card_may_go() {
            self.clear(now);
            return;
        }
        self.effects.push_back(Effect::Failed(visit.id, code));
        self.fail_shown(code, now);
        self.tell([Command::Cancel, Command::Show(Notice::Failure(code)), Command::Sound(Sound::Alarm)]);
        self.clear(now);
        self.effects.push_back(Effect::Abandon);
    }

    /// Reader or slot can no longer be used: a visit in progress ends with that.
    fn end_visit_with(&mut self, code: FailureCode) {
        if let State::Visit(visit) = &self.state {
            // A result that is on its way to the ledger is told there; the visit did not fail.
            if !visit.step.card_may_go() {
                self.effects.push_back(Effect::Failed(visit.id, code));
            }
            self.effects.push_back(Effect::Abandon);
        }
    }

    fn idle(&mut self) {
        self.state = State::Idle;
        self.deadline = None;
        self.tell([Command::Show(Notice::PlaceCard), Command::Light(Lamp::Green)]);
        self.changed();
    }

    /// Waits until reader and slot are both empty, and says so if they are not soon.
    fn clear(&mut self, now: Now) {
        if !self.tray && self.slot == Slot::Empty {
            self.idle();
            return;
        }
        self.state = State::Clearing(Clearing { placed_again: false, reminded: false });
        self.deadline = Some(now.moment.after(self.config.deadlines.clear));
        self.changed();
    }

    fn woken(&mut self, now: Now) {
        if self.deadline.is_none_or(|deadline| now.moment < deadline) {
            return;
        }
        self.deadline = None;
        match &mut self.state {
            State::Starting | State::OutOfOrder | State::Idle => {}
            State::Clearing(clearing) if clearing.placed_again && matches!(self.slot, Slot::Card(_)) => {
                // The slot missed a quick change of cards; the tray saw it. The card is powered freshly anyway.
                self.begin_visit(now);
            }
            State::Clearing(clearing) => {
                if !clearing.reminded {
                    clearing.reminded = true;
                    // A failure of the visit says more than that its card still lies there.
                    self.failure.get_or_insert((codes::CARD_LEFT, now.wall));
                    self.tell([
                        Command::Show(Notice::CardLeft),
                        Command::Light(Lamp::Red),
                        Command::Sound(Sound::TakeCard),
                    ]);
                    self.changed();
                }
            }
            State::Visit(visit) => match &visit.step {
                Step::Done | Step::Failed => self.clear_now(now),
                step => {
                    let code = late(step);
                    self.fail(code, now);
                }
            },
        }
    }

    /// The card was not taken in time: say so at once.
    fn clear_now(&mut self, now: Now) {
        self.clear(now);
        if matches!(self.state, State::Clearing(_)) {
            self.deadline = Some(now.moment);
            self.woken(now);
        }
    }

    // ----- the visit ------------------------------------------------------------------------------------------

    fn begin_visit(&mut self, now: Now) {
        self.insertion = self.insertion.next();
        self.failure = None;
        let id = self.draw_visit_id();
        self.state = State::Visit(Visit { id, card: None, face_attempts: 0, step: Step::Agreeing });
        self.deadline = Some(now.moment.after(self.config.deadlines.agree));
        self.tell([Command::Show(Notice::Wait), Command::Light(Lamp::Blue)]);
        self.changed();
        self.presence_changed(now);
    }

    fn identify(&mut self, now: Now) {
        let ticket = self.ticket();
        self.effects.push_back(Effect::Card(ticket, CardTask::Identify));
        self.go(Step::Identifying(ticket), now);
    }

    /// Everything that only a visit understands. Late or foreign inputs fall through and are dropped.
    fn in_visit(&mut self, input: Input, now: Now) {
        let State::Visit(visit) = &mut self.state else {
            return;
        };
        let step = std::mem::replace(&mut visit.step, Step::Failed);
        match self.take_step(step, input, now) {
            Ok(Next::Step(step)) => self.go(step, now),
            Ok(Next::Fail(code)) => self.fail(code, now),
            Err(same) => {
                if let State::Visit(visit) = &mut self.state {
                    visit.step = *same;
                }
            }
        }
    }

    /// One step with one input: where it leads, or the same step back if the input is not for it.
    fn take_step(&mut self, step: Step, input: Input, now: Now) -> Result<Next, Box<Step>> {
        Ok(match (step, input) {
            (Step::Identifying(open), Input::Card(ticket, reply)) if ticket == open => match reply {
                Ok(CardReply::Identified) => self.offer_methods(),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::Choosing, Input::Reader(Event::MethodChosen(Method::Face))) => self.open_attempt(),
            (Step::Choosing, Input::Reader(Event::MethodChosen(Method::Pin))) => self.count_tries(),
            (Step::ReadingNumberB(open), Input::Reader(Event::NumberBRead { attempt, number }))
                if attempt == open =>
            {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.task(CardTask::OpenPhoto(number));
                Next::Step(Step::OpeningPhoto(open, ticket))
            }
            (Step::ReadingNumberB(open), Input::Reader(Event::FaceCompared { attempt, verdict }))
                if attempt == open =>
            {
                self.face_failed(verdict, now)
            }
            (Step::OpeningPhoto(attempt, open), Input::Card(ticket, reply)) if ticket == open => {
                match reply {
                    Ok(CardReply::Photo(photo)) => {
                        self.tell([Command::Compare { attempt, photo }]);
                        Next::Step(Step::Comparing(attempt))
                    }
                    Ok(_) => Next::Fail(codes::INTERNAL),
                    Err(code) => Next::Fail(code),
                }
            }
            (Step::Comparing(open), Input::Reader(Event::FaceCompared { attempt, verdict }))
                if attempt == open =>
            {
                match verdict {
                    FaceVerdict::Match => self.relay(Verification::Face),
                    other => self.face_failed(other, now),
                }
            }
            (Step::CountingTries(open), Input::Card(ticket, reply)) if ticket == open => match reply {
                Ok(CardReply::PinTries(0)) => Next::Fail(codes::PIN_LOCKED),
                Ok(CardReply::PinTries(left)) => self.ask_pin(left, now),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::TypingPin, Input::Reader(Event::PinEntered(pin))) => {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.task(CardTask::CheckPin(pin));
                Next::Step(Step::CheckingPin(ticket))
            }
            (Step::TypingPin, Input::Reader(Event::PinCancelled)) => {
                self.fail_shown(codes::PIN_CANCELLED, now);
                self.offer_methods()
            }
            (Step::CheckingPin(open), Input::Card(ticket, reply)) if ticket == open => match reply {
                Ok(CardReply::Pin(PinCheck::Right)) => self.relay(Verification::Pin),
                Ok(CardReply::Pin(PinCheck::Wrong { left })) => {
                    self.fail_shown(codes::PIN_WRONG, now);
                    self.ask_pin(left, now)
                }
                Ok(CardReply::Pin(PinCheck::Locked)) => Next::Fail(codes::PIN_LOCKED),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::Relaying(Relaying { ticket: open, verification }), Input::Centre(ticket, reply))
                if ticket == open =>
            {
                match reply {
                    Ok(CentreReply::Relayed(answer)) => {
                        let verified =
                            Verified { verification, session: answer.session, validity: answer.validity };
                        let ticket = self.ask_centre(CentreTask::Screens(verified.session.clone()));
                        Next::Step(Step::FetchingScreens(FetchingScreens { ticket, verified }))
                    }
                    Ok(_) => Next::Fail(codes::INTERNAL),
                    Err(code) => Next::Fail(code),
                }
            }
            (
                Step::FetchingScreens(FetchingScreens { ticket: open, verified }),
                Input::Centre(ticket, reply),
            ) if ticket == open => match reply {
                Ok(CentreReply::Screens(screens)) if screens.len() <= MOST_SCREENS => {
                    self.ask_next(verified, screens.into(), Vec::new())
                }
                Ok(CentreReply::Screens(_)) => Next::Fail(codes::CENTRE_GARBLED),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::Asking(asking), Input::Reader(Event::ConsentAnswered { screen, decision }))
                if screen == asking.asked.id =>
            {
                self.answered(asking, decision, now)
            }
            (Step::Settling(Settling { ticket: open, verified }), Input::Centre(ticket, reply))
                if ticket == open =>
            {
                match reply {
                    Ok(CentreReply::Settled(settled)) => {
                        self.tell([Command::Show(Notice::Wait)]);
                        let ticket = self.ticket();
                        match self.result(&verified, *settled, now) {
                            Some(result) => {
                                self.effects.push_back(Effect::Commit(ticket, Box::new(result)));
                                Next::Step(Step::Committing(ticket))
                            }
                            None => Next::Fail(codes::INTERNAL),
                        }
                    }
                    Ok(_) => Next::Fail(codes::INTERNAL),
                    Err(code) => Next::Fail(code),
                }
            }
            (Step::Committing(open), Input::Committed(ticket, reply)) if ticket == open => match reply {
                Ok(_) => self.done(),
                Err(code) => Next::Fail(code),
            },
            (step, _) => return Err(Box::new(step)),
        })
    }

    fn offer_methods(&mut self) -> Next {
        let attempts = if let State::Visit(visit) = &self.state { visit.face_attempts } else { 0 };
        let methods =
            if attempts < FACE_ATTEMPTS { vec![Method::Face, Method::Pin] } else { vec![Method::Pin] };
        self.tell([Command::OfferMethods(methods)]);
        Next::Step(Step::Choosing)
    }

    fn open_attempt(&mut self) -> Next {
        if let State::Visit(visit) = &mut self.state {
            visit.face_attempts = visit.face_attempts.saturating_add(1);
        }
        let attempt = self.draw_attempt();
        self.tell([Command::OpenAttempt(attempt)]);
        Next::Step(Step::ReadingNumberB(attempt))
    }

    /// A face attempt that did not match says why and lets the patient choose again, PIN included.
    fn face_failed(&mut self, verdict: FaceVerdict, now: Now) -> Next {
        let code = match verdict {
            // A match is only worth something after the photo was sent.
            FaceVerdict::Match => codes::FACE_ATTEMPT_FOREIGN,
            FaceVerdict::NoMatch => codes::FACE_NO_MATCH,
            FaceVerdict::TooDark => codes::FACE_TOO_DARK,
            FaceVerdict::NoFace => codes::FACE_NOT_FOUND,
            FaceVerdict::NotAlive => codes::FACE_NOT_ALIVE,
            FaceVerdict::NumberBUnreadable => codes::NUMBER_B_WRONG,
            FaceVerdict::PhotoUnreadable => codes::PHOTO_UNREADABLE,
        };
        self.fail_shown(code, now);
        self.tell([Command::Show(Notice::Failure(code)), Command::Sound(Sound::Alarm)]);
        self.offer_methods()
    }

    fn count_tries(&mut self) -> Next {
        let ticket = self.task(CardTask::CountPinTries);
        Next::Step(Step::CountingTries(ticket))
    }

    /// The reader shows how many tries are left. Before the last one it warns, and the patient still decides.
    fn ask_pin(&mut self, left: u8, now: Now) -> Next {
        if left == 1 {
            self.fail_shown(codes::PIN_LAST_TRY, now);
            self.tell([Command::Show(Notice::Failure(codes::PIN_LAST_TRY)), Command::Sound(Sound::Alarm)]);
        }
        self.tell([Command::AskPin { tries_left: left }]);
        Next::Step(Step::TypingPin)
    }

    fn relay(&mut self, verification: Verification) -> Next {
        let State::Visit(visit) = &self.state else { return Next::Fail(codes::INTERNAL) };
        let operation = if verification == Verification::Pin { Operation::Pin } else { Operation::PinLess };
        let visit = visit.id;
        self.tell([Command::Show(Notice::Wait)]);
        let ticket = self.ask_centre(CentreTask::Relay { operation, visit });
        Next::Step(Step::Relaying(Relaying { ticket, verification }))
    }

    fn ask_next(
        &mut self,
        verified: Verified,
        mut open: VecDeque<model::ConsentScreen>,
        answers: Vec<ScreenAnswer>,
    ) -> Next {
        match open.pop_front() {
            Some(asked) => {
                self.tell([Command::AskConsent(asked.clone())]);
                Next::Step(Step::Asking(Asking { verified, asked, open, answers }))
            }
            None => {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.ask_centre(CentreTask::Answers(verified.session.clone(), answers));
                Next::Step(Step::Settling(Settling { ticket, verified }))
            }
        }
    }

    fn answered(&mut self, asking: Asking, decision: Decision, now: Now) -> Next {
        let Asking { verified, asked, open, mut answers } = asking;
        answers.push(ScreenAnswer { screen: asked.id, decision, at: now.wall });
        self.ask_next(verified, open, answers)
    }

    fn result(&self, verified: &Verified, settled: crate::io::Settled, now: Now) -> Option<VisitResult> {
        let State::Visit(visit) = &self.state else { return None };
        Some(VisitResult {
            visit: visit.id,
            reader: self.config.reader.clone(),
            insertion: self.insertion,
            institution: self.config.institution.clone(),
            verification: verified.verification,
            received_at: now.wall,
            validity: verified.validity,
            qualification: settled.qualification,
            consents: settled.consents,
        })
    }

    fn done(&mut self) -> Next {
        self.tell([
            Command::Show(Notice::TakeCard),
            Command::Light(Lamp::Green),
            Command::Sound(Sound::TakeCard),
        ]);
        Next::Step(Step::Done)
    }

    /// Ends the visit without a result; the card is still there.
    fn fail(&mut self, code: FailureCode, now: Now) {
        self.fail_shown(code, now);
        if let State::Visit(visit) = &self.state {
            self.effects.push_back(Effect::Failed(visit.id, code));
        }
        self.tell([
            Command::Cancel,
            Command::Show(Notice::Failure(code)),
            Command::Light(Lamp::Red),
            Command::Sound(Sound::Alarm),
        ]);
        self.go(Step::Failed, now);
    }

    /// Enters a step: its deadline starts. A card that was taken meanwhile is noticed here.
    fn go(&mut self, step: Step, now: Now) {
        let limit = limit(&step, &self.config.deadlines);
        let State::Visit(visit) = &mut self.state else { return };
        visit.step = step;
        let ended = visit.step.card_may_go() && !matches!(visit.step, Step::Committing(_));
        self.deadline = Some(now.moment.after(limit));
        self.changed();
        if ended {
            // After the patient and the desk were told: letting go of a stuck card takes time.
            self.effects.push_back(Effect::Abandon);
        }
        if ended && !(self.tray && matches!(self.slot, Slot::Card(_))) {
            self.clear(now);
        }
    }

    // ----- small things ---------------------------------------------------------------------------------------

    fn fail_shown(&mut self, code: FailureCode, now: Now) {
        self.failure = Some((code, now.wall));
    }

    fn tell<const N: usize>(&mut self, commands: [Command; N]) {
        self.effects.extend(commands.map(Effect::Reader));
    }

    fn task(&mut self, task: CardTask) -> Ticket {
        let ticket = self.ticket();
        self.effects.push_back(Effect::Card(ticket, task));
        ticket
    }

    fn ask_centre(&mut self, task: CentreTask) -> Ticket {
        let ticket = self.ticket();
        self.effects.push_back(Effect::Centre(ticket, task));
        ticket
    }

    const fn ticket(&mut self) -> Ticket {
        self.tickets = self.tickets.saturating_add(1);
        Ticket(self.tickets)
    }

    /// One `Changed` is enough for a burst.
    fn changed(&mut self) {
        if !matches!(self.effects.back(), Some(Effect::Changed)) {
            self.effects.push_back(Effect::Changed);
        }
    }

    fn draw_visit_id(&mut self) -> VisitId {
        let drawn = self.draw(b"visit");
        let mut id = [0; 16];
        id.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
        VisitId::from_bytes(id)
    }

    fn draw_attempt(&mut self) -> AttemptId {
        let drawn = self.draw(b"attempt");
        AttemptId(drawn.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    fn draw(&mut self, what: &[u8]) -> [u8; 32] {
        self.drawn = self.drawn.saturating_add(1);
        Sha256::new()
            .chain_update(self.config.seed)
            .chain_update(what)
            .chain_update(self.drawn.to_be_bytes())
            .finalize()
            .into()
    }
}

/// How long a step may take.
const fn limit(step: &Step, deadlines: &Deadlines) -> Duration {
    match step {
        Step::Agreeing => deadlines.agree,
        Step::Identifying(_) => deadlines.identify,
        Step::Choosing => deadlines.choose,
        Step::ReadingNumberB(_) => deadlines.number_b,
        Step::OpeningPhoto(..) => deadlines.photo,
        Step::Comparing(_) => deadlines.compare,
        Step::CountingTries(_) | Step::CheckingPin(_) => deadlines.card,
        Step::TypingPin => deadlines.pin,
        Step::Relaying(_) => deadlines.relay,
        Step::FetchingScreens(_) | Step::Settling(_) => deadlines.answers,
        Step::Asking(_) => deadlines.consent,
        Step::Committing(_) => deadlines.commit,
        Step::Done | Step::Failed => deadlines.take,
    }
}

/// What it means that a step took too long: whose silence it was.
const fn late(step: &Step) -> FailureCode {
    match step {
        Step::Agreeing => codes::CARD_SLOT_DISAGREES,
        Step::Identifying(_) | Step::OpeningPhoto(..) | Step::CountingTries(_) | Step::CheckingPin(_) => {
            codes::CARD_SILENT
        }
        Step::Choosing | Step::TypingPin | Step::Asking(_) => codes::PATIENT_SLOW,
        Step::ReadingNumberB(_) | Step::Comparing(_) => codes::READER_SILENT,
        Step::Relaying(_) | Step::FetchingScreens(_) | Step::Settling(_) => codes::CENTRE_SILENT,
        Step::Committing(_) => codes::LEDGER_WRITE_FAILED,
        Step::Done | Step::Failed => codes::CARD_LEFT,
    }
}
