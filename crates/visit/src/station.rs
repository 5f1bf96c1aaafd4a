//! The life of one reader on this terminal.

mod asking;
mod identity;
mod presence;
mod progress;
mod settling;
mod speech;
mod staff;

use crate::deadlines::Deadlines;
use crate::io::{Effect, Input, Now, Refusal, StaffDeed, Taken, Ticket};
use crate::settlement::Settlement;
use crate::steps::Step;
use crate::timers::{Timer, Timers};
use failure::codes;
use model::{
    AuditBy, AuditDeed, FailureCode, Insertion, InstitutionCode, Moment, ReaderId, StaffId, StationState,
    Timestamp, VisitId,
};
use reader::{Command, Event, Lamp, Language, Notice, Profile};
use std::collections::VecDeque;
use std::time::Duration;

/// What a station is made of.
#[derive(Debug, Clone)]
pub struct StationConfig {
    /// The reader.
    pub reader: ReaderId,
    /// The institution that its results name.
    pub institution: InstitutionCode,
    /// What its model can do: nothing else is asked of it.
    pub profile: &'static Profile,
    /// How long each step may take.
    pub deadlines: Deadlines,
    /// Whether the site has a passcode, so that staff may take over the check at the reader.
    pub passcode: bool,
    /// Cards placed on this reader before, since the daemon started.
    pub insertion: Insertion,
    /// Visit ids, attempt ids and pads are drawn from it; never used for two stations or two starts.
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
    /// Until when 目視確認 stays armed.
    pub armed_until: Option<Timestamp>,
    /// Visits whose card is gone and whose result is not durable yet.
    pub settling: usize,
}

/// The machine of one reader.
#[derive(Debug)]
pub struct Station {
    config: StationConfig,
    effects: VecDeque<Effect>,
    state: State,
    timers: Timers,
    /// Visits on their way from the last answer to the ledger, by number.
    settlements: Vec<(u64, Settlement)>,
    tray: bool,
    slot: Slot,
    reader_ready: bool,
    insertion: Insertion,
    /// What the reader speaks now.
    language: Language,
    /// What its screen was last told to show.
    notice: Notice,
    /// Until when a message without a card stays on the reader's screen.
    told_until: Option<Moment>,
    drawn: u64,
    tickets: u64,
    failure: Option<(FailureCode, Timestamp)>,
}

#[derive(Debug)]
enum State {
    Starting,
    OutOfOrder,
    Idle,
    Armed(Armed),
    Visit(Box<Visit>),
    Clearing(Clearing),
}

/// 目視確認 waits for the next card.
#[derive(Debug, Clone)]
struct Armed {
    by: StaffId,
    until: Timestamp,
}

#[derive(Debug)]
struct Visit {
    id: VisitId,
    /// The slot's count for this visit's card; set once the slot has seen it.
    card: Option<u32>,
    /// Staff armed the visual check for this card.
    visual: bool,
    face_attempts: u8,
    /// How often the card did not take 照合番号B.
    number_b_refused: u8,
    /// What is not offered any more in this visit.
    closed: Closed,
    /// Why identity is not confirmed although it was tried: what the last way that failed ended with.
    unconfirmed: Option<FailureCode>,
    /// When the patient agreed that the card be registered.
    registering: Option<Timestamp>,
    /// How often the patient was asked once more in this step.
    reminders: u8,
    step: Step,
}

/// Ways of confirming identity that lead nowhere any more.
#[derive(Debug, Clone, Copy, Default)]
struct Closed {
    face: bool,
    pin: bool,
    visual: bool,
}

/// After a visit: until reader and slot are both empty.
#[derive(Debug)]
struct Clearing {
    /// The tray was seen empty since the last visit, or since the reader came back.
    emptied: bool,
    /// It was filled again after that.
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

impl Station {
    /// A station whose reader and slot have not spoken yet.
    #[must_use]
    pub fn new(config: StationConfig) -> Self {
        Self {
            effects: VecDeque::new(),
            state: State::Starting,
            timers: Timers::default(),
            settlements: Vec::new(),
            tray: false,
            slot: Slot::Unknown,
            reader_ready: false,
            insertion: config.insertion,
            language: Language::default(),
            notice: Notice::OutOfOrder,
            config,
            told_until: None,
            drawn: 0,
            tickets: 0,
            failure: None,
        }
    }

    /// Takes one input; says whether it was for anybody.
    pub fn handle(&mut self, input: Input, now: Now) -> Taken {
        let taken = match input {
            Input::Reader(event) => self.reader_told(event, now),
            Input::ReaderLost(code) => self.reader_lost(code, now),
            Input::Slot(change) => self.slot_changed(change, now),
            Input::Staff(by, deed) => self.staff(by, deed, now),
            Input::Woken => self.woken(now),
            Input::Centre(ticket, reply) if self.is_settling(ticket) => {
                self.settlement_answered(ticket, reply, now)
            }
            Input::Committed(ticket, reply) => self.committed(ticket, reply, now),
            other => self.in_visit(other, now),
        };
        match taken {
            Ok(()) => Taken::Handled,
            Err(refusal) => Taken::Refused(refusal),
        }
    }

    /// The next effect, oldest first; `None` when drained.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When the station wants [`Input::Woken`].
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// What the station shows.
    #[must_use]
    pub fn view(&self) -> StationView {
        let (state, visit, step) = match &self.state {
            State::Starting => (StationState::Starting, None, None),
            State::OutOfOrder => (StationState::OutOfOrder, None, None),
            State::Idle => (StationState::Idle, None, None),
            State::Armed(_) => (StationState::VisualCheckArmed, None, None),
            State::Visit(visit) => (StationState::InVisit, Some(visit.id), Some(visit.step.name())),
            State::Clearing(_) => (StationState::CardLeft, None, None),
        };
        let armed_until = match &self.state {
            State::Armed(armed) => Some(armed.until),
            _ => None,
        };
        let settling = self.settlements.iter().filter(|(_, s)| Some(s.visit) != visit).count();
        StationView {
            state,
            visit,
            step,
            insertion: self.insertion,
            failure: self.failure,
            armed_until,
            settling,
        }
    }

    fn reader_told(&mut self, event: Event, now: Now) -> Result<(), Refusal> {
        if let Event::Ready { card, .. } = event {
            return self.reader_is_ready(card, now);
        }
        if !self.reader_ready {
            return Err(Refusal::ReaderNotReady);
        }
        match event {
            Event::CardPlaced => self.card_placed(now),
            Event::CardTaken => self.card_taken(now),
            Event::CardWrongSide => self.wrong_side(now),
            Event::LanguageChosen(language) => self.language_chosen(language, now),
            other => self.in_visit(Input::Reader(other), now),
        }
    }

    fn staff(&mut self, by: StaffId, deed: StaffDeed, now: Now) -> Result<(), Refusal> {
        match deed {
            StaffDeed::ArmVisualCheck => self.arm(by, now),
            StaffDeed::DisarmVisualCheck => self.disarm(by, now),
            StaffDeed::ConfirmPerson { visit, same } => self.confirm(by, visit, same, now),
            StaffDeed::AskConsentsAgain { visit } => self.ask_consents_again(by, visit, now),
            StaffDeed::CancelVisit { visit } => self.cancel(by, visit, now),
        }
    }

    // ----- time -----------------------------------------------------------------------------------------------

    fn woken(&mut self, now: Now) -> Result<(), Refusal> {
        let Some(due) = self.timers.next().filter(|due| *due <= now.moment) else {
            return Err(Refusal::NothingDue);
        };
        let missed = now.moment.since(due);
        if missed > self.config.deadlines.pause {
            // The machine slept; whoever was waited for has had no chance to act.
            self.timers.put_off(missed + self.config.deadlines.pause);
            return Ok(());
        }
        while let Some(timer) = self.timers.take_due(now.moment) {
            match timer {
                Timer::Step => self.step_is_late(now),
                Timer::Screen => self.screen_is_old(now),
                Timer::Armed => self.armed_too_long(now),
                Timer::Clearing => self.clearing_takes_long(now),
                Timer::Settlement(number) => self.settlement_is_due(number, now),
            }
        }
        Ok(())
    }

    fn set_timer(&mut self, timer: Timer, limit: Duration, now: Now) {
        self.timers.set(timer, now.moment.after(limit));
    }

    // ----- states without a visit -----------------------------------------------------------------------------

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
                self.failure = None;
                // What was shown before is of another visit: it is not shown again in another language.
                self.notice = Notice::CardLeft;
                self.clear(false, now);
            }
            (true, _) => {
                self.failure = None;
                self.idle(now);
            }
        }
    }

    fn out_of_order(&mut self, code: FailureCode, now: Now) {
        if let State::Armed(armed) = &self.state {
            // What comes back is unattended again.
            let by = AuditBy::Staff(armed.by.clone());
            self.note(by, AuditDeed::VisualCheckDisarmed, now);
        }
        self.fail_shown(code, now);
        self.leave(State::OutOfOrder);
        if self.reader_ready {
            self.tell([Command::Cancel, Command::Show(Notice::OutOfOrder), Command::Light(Lamp::Red)]);
        }
        self.changed();
    }

    /// Ready for the next card. What the last patient was told stays on the screen for its time.
    fn idle(&mut self, now: Now) {
        // Whoever took it has mended that.
        self.failure.take_if(|(code, _)| *code == codes::CARD_LEFT);
        self.leave(State::Idle);
        match self.told_until.filter(|until| now.moment < *until) {
            Some(until) => self.timers.set(Timer::Screen, until),
            None => self.invite(),
        }
        self.changed();
    }

    fn invite(&mut self) {
        self.told_until = None;
        self.speak(Language::default());
        let notice =
            if matches!(self.state, State::Armed(_)) { Notice::VisualArmed } else { Notice::PlaceCard };
        self.tell([Command::Show(notice), Command::Light(Lamp::Green)]);
    }

    fn screen_is_old(&mut self, _now: Now) {
        if matches!(self.state, State::Idle | State::Armed(_)) {
            self.invite();
        }
    }

    /// Another state; whatever the one before waited for is over. Settlements go on.
    fn leave(&mut self, state: State) {
        self.state = state;
        for timer in [Timer::Step, Timer::Screen, Timer::Armed, Timer::Clearing] {
            self.timers.stop(timer);
        }
    }

    // ----- small things ---------------------------------------------------------------------------------------

    fn fail_shown(&mut self, code: FailureCode, now: Now) {
        self.failure = Some((code, now.wall));
    }

    const fn visit(&self) -> Option<&Visit> {
        match &self.state {
            State::Visit(visit) => Some(visit),
            _ => None,
        }
    }

    const fn visit_mut(&mut self) -> Option<&mut Visit> {
        match &mut self.state {
            State::Visit(visit) => Some(visit),
            _ => None,
        }
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
}
