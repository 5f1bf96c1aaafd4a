//! The life of one reader on this terminal.

mod progress;

use crate::deadlines::Deadlines;
use crate::io::{CardTask, CentreTask, Effect, Input, Now, SlotChange, Ticket};
use crate::steps::Step;
use failure::codes;
use model::{FailureCode, Insertion, InstitutionCode, Moment, ReaderId, StationState, Timestamp, VisitId};
use reader::{AttemptId, Command, Event, Lamp, Language, Notice, PadOrder, Profile, Sound};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

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
    Visit(Visit),
    Clearing(Clearing),
}

#[derive(Debug)]
struct Visit {
    id: VisitId,
    /// The slot's count for this visit's card; set once the slot has seen it.
    card: Option<u32>,
    face_attempts: u8,
    /// How often the card did not take 照合番号B.
    number_b_refused: u8,
    /// 照合番号B is not read any more in this visit.
    face_closed: bool,
    step: Step,
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
            deadline: None,
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

    /// Takes one input.
    pub fn handle(&mut self, input: Input, now: Now) {
        match input {
            Input::Reader(Event::Ready { card, .. }) => {
                self.reader_ready = true;
                // A card that lies there already was not placed for us, also if the slot sees it only later.
                self.tray = card;
                self.speak(Language::default());
                self.settle_order(now);
            }
            Input::ReaderLost(code) => self.reader_lost(code, now),
            Input::Slot(change) => self.slot_changed(change, now),
            Input::Reader(Event::CardPlaced) => self.card_placed(now),
            Input::Reader(Event::CardTaken) => self.card_taken(now),
            Input::Reader(Event::CardWrongSide) => self.wrong_side(now),
            Input::Reader(Event::LanguageChosen(language)) => self.language_chosen(language, now),
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
                self.failure = None;
                self.clear(false, now);
            }
            (true, _) => {
                self.failure = None;
                self.idle(now);
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
            // A reader that comes back tells of a card that lay there all the time, too.
            if clearing.emptied {
                clearing.placed_again = true;
                self.deadline = Some(now.moment.after(self.config.deadlines.clear));
            }
        }
        self.presence_changed(now);
    }

    fn card_taken(&mut self, now: Now) {
        self.tray = false;
        if let State::Clearing(clearing) = &mut self.state {
            clearing.emptied = true;
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
            State::Clearing(_) if !self.tray && self.slot == Slot::Empty => self.idle(now),
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
            self.clear(!self.tray, now);
            return;
        }
        self.effects.push_back(Effect::Failed(visit.id, code));
        self.fail_shown(code, now);
        self.tell([Command::Cancel, Command::Show(Notice::Failure(code)), Command::Sound(Sound::Alarm)]);
        self.told_until = Some(now.moment.after(self.config.deadlines.told));
        self.clear(!self.tray, now);
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

    /// Ready for the next card. What the last patient was told stays on the screen for its time.
    fn idle(&mut self, now: Now) {
        self.state = State::Idle;
        self.deadline = self.told_until.filter(|until| now.moment < *until);
        if self.deadline.is_none() {
            self.invite();
        }
        self.changed();
    }

    fn invite(&mut self) {
        self.told_until = None;
        self.speak(Language::default());
        self.tell([Command::Show(Notice::PlaceCard), Command::Light(Lamp::Green)]);
    }

    /// Waits until reader and slot are both empty, and says so if they are not soon.
    fn clear(&mut self, emptied: bool, now: Now) {
        if !self.tray && self.slot == Slot::Empty {
            self.idle(now);
            return;
        }
        self.state = State::Clearing(Clearing { emptied, placed_again: false, reminded: false });
        self.deadline = Some(now.moment.after(self.config.deadlines.clear));
        self.changed();
    }

    fn woken(&mut self, now: Now) {
        if self.deadline.is_none_or(|deadline| now.moment < deadline) {
            return;
        }
        self.deadline = None;
        match &mut self.state {
            State::Starting | State::OutOfOrder => {}
            State::Idle => self.invite(),
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
                    let code = progress::late(step);
                    self.fail(code, now);
                }
            },
        }
    }

    /// The card was not taken in time: say so at once.
    fn clear_now(&mut self, now: Now) {
        self.clear(!self.tray, now);
        if matches!(self.state, State::Clearing(_)) {
            self.deadline = Some(now.moment);
            self.woken(now);
        }
    }

    // ----- small things ---------------------------------------------------------------------------------------

    fn fail_shown(&mut self, code: FailureCode, now: Now) {
        self.failure = Some((code, now.wall));
    }

    /// Tells the reader what its model offers of this, in its own way.
    fn tell<const N: usize>(&mut self, commands: [Command; N]) {
        for command in commands {
            if let Command::Show(notice) = command {
                self.notice = notice;
            }
            if let Some(command) = offered(self.config.profile, command) {
                self.effects.push_back(Effect::Reader(command));
            }
        }
    }

    fn show_again(&mut self) {
        self.tell([Command::Show(self.notice)]);
    }

    fn speak(&mut self, language: Language) {
        if self.language != language {
            self.language = language;
            self.tell([Command::Speak(language)]);
        }
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

    fn draw_pad(&mut self) -> PadOrder {
        PadOrder::shuffled(&self.draw(b"pad"))
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

/// The command as this model offers it; `None` if it does not. A visit is decorated with lamp, sound and language, and
/// not every model has them. What a visit cannot do without every model has.
fn offered(profile: &Profile, command: Command) -> Option<Command> {
    match command {
        Command::Light(_) if !Profile::has(profile.lamp) => None,
        Command::Sound(_) if !Profile::has(profile.buzzer) && !Profile::has(profile.voice) => None,
        Command::Speak(language) if !profile.speaks(language) => None,
        Command::Show(Notice::CardLeft) if !Profile::has(profile.card_left_notice) => {
            Some(Command::Show(Notice::TakeCard))
        }
        command => Some(command),
    }
}
