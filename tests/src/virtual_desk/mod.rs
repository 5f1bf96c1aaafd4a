//! A whole desk in virtual time, of the real machines: driver and simulated unit on one wire, the station, the card
//! procedures and the guard on simulated cards, and the mock centre's judgement. No threads, no sockets, no clocks.
//!
//! What stands between those machines in the terminal, and is left out here: links, PC/SC, TLS, the ledger's file.
//!
//! | module | says |
//! |---|---|
//! | [`world`] | cards, trust and patients, made once |
//! | `slot` | the card in the slot, and what the terminal asks of it |
//! | `centre` | relay and questions, message by message |
//! | `patient` | what people do at the reader |

mod centre;
mod patient;
mod slot;
pub mod world;

use centre::{CentreWork, Line};
use failure::codes;
use model::{
    AuditBy, AuditDeed, Decision, FailureCode, Insertion, Moment, Pii, ReaderId, ResultId, Timestamp,
    VisitResult,
};
use reader::ReaderFactory;
use reader::conformance::{Firmware, Pair, UnitConfig};
use scenario::{Act, ResultSeen, Scenario, Seen, Stage};
use slot::Slot;
use std::collections::BTreeMap;
use std::time::Duration;
use visit::{Deadlines, Effect, Input, Now, PasscodeCheck, SlotChange, Station, StationConfig, Ticket};
use world::World;

/// The site's passcode, and another.
pub(crate) const PASSCODE: &[u8; 4] = b"8642";
const WRONG_PASSCODE: &[u8; 4] = b"1357";
/// Wrong passcodes until none is taken for a while.
const PASSCODE_TRIES: u8 = 5;
/// After a driver's fault the link is opened again.
const REOPEN: Duration = Duration::from_millis(500);
/// PC/SC notices a card so much later than the tray.
const SLOT_LOOKS: Duration = Duration::from_millis(100);
/// What a hash takes, and an fsync.
const WORK: Duration = Duration::from_millis(20);
/// Steps of the wire in one go.
const MOST_STEPS: usize = 200_000;

/// One desk with one reader.
pub struct VirtualDesk<'a> {
    world: &'a World,
    factory: &'static dyn ReaderFactory,
    pair: Pair<Box<dyn Firmware>>,
    station: Station,
    /// Whether the terminal has the reader's port open.
    connected: bool,
    /// Whether the cable is in.
    plugged: bool,
    reopen_at: Option<Moment>,
    slot: Slot,
    line: Line<'a>,
    passcodes_wrong: u8,
    /// What was begun and comes to its end at a moment.
    due: BTreeMap<(Moment, u64), Due>,
    begun: u64,
    /// Whose card was laid down last.
    who: Option<String>,
    scene: u64,
    results: Vec<VisitResult>,
    audit: Vec<(AuditDeed, Option<String>)>,
    /// When the scenario began, by this desk's clock.
    since: Moment,
}

impl std::fmt::Debug for VirtualDesk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VirtualDesk({})", self.factory.name())
    }
}

/// What comes to its end.
enum Due {
    /// A card task; its reply is for the visit that asked, if that card still lies there.
    Card(Ticket, u32, Result<visit::CardReply, FailureCode>),
    /// Anything else that the station waits for.
    Told(Input),
    /// The slot was looked at.
    SlotLook,
}

/// Which reader a desk has, and how many cards were placed on it before.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The reader.
    pub reader: ReaderId,
    /// The last card before.
    pub insertion: Insertion,
}

impl<'a> VirtualDesk<'a> {
    /// A desk as this scenario wants it, whose reader is idle.
    ///
    /// # Errors
    /// If the reader does not become idle.
    pub fn start(
        world: &'a World,
        factory: &'static dyn ReaderFactory,
        scenario: &Scenario,
        seed: u64,
    ) -> Result<Self, String> {
        let seat = Seat { reader: world.reader.clone(), insertion: Insertion::default() };
        Self::start_at(seat, world, factory, scenario, seed)
    }

    /// The same with the reader of that seat.
    ///
    /// # Errors
    /// If the reader does not become idle.
    pub fn start_at(
        seat: Seat,
        world: &'a World,
        factory: &'static dyn ReaderFactory,
        scenario: &Scenario,
        seed: u64,
    ) -> Result<Self, String> {
        let unit = UnitConfig { seed, ..UnitConfig::default() };
        let unit = simulator_firmware::unit(factory.name(), unit, Moment::ZERO)
            .ok_or_else(|| format!("no unit is simulated under the name {}", factory.name()))?;
        let (deadlines, reminders) = deadlines(scenario)?;
        let mut station_seed = [7; 32];
        station_seed.iter_mut().zip(seed.to_be_bytes()).for_each(|(to, from)| *to = from);
        let station = Station::new(StationConfig {
            reader: seat.reader,
            institution: world.institution(scenario.site).clone(),
            profile: factory.profile(),
            deadlines: Deadlines { reminders: reminders.unwrap_or(deadlines.reminders), ..deadlines },
            passcode: scenario.passcode,
            insertion: seat.insertion,
            seed: station_seed,
        });
        let mut desk = Self {
            world,
            factory,
            pair: Pair::new(factory.create(), unit),
            station,
            connected: true,
            plugged: true,
            reopen_at: None,
            slot: Slot::default(),
            line: Line::new(world, scenario.site, seed)?,
            passcodes_wrong: 0,
            due: BTreeMap::new(),
            begun: 0,
            who: None,
            scene: 0,
            results: Vec::new(),
            audit: Vec::new(),
            since: Moment::ZERO,
        };
        desk.tell(Input::Slot(SlotChange::Empty));
        desk.until_idle()?;
        desk.since = desk.pair.now;
        Ok(desk)
    }

    /// What was committed so far.
    #[must_use]
    pub fn results(&self) -> &[VisitResult] {
        &self.results
    }

    fn until_idle(&mut self) -> Result<(), String> {
        let end = Duration::from_secs(30);
        while self.station.view().state != model::StationState::Idle {
            if Stage::now(self) >= end {
                return Err(format!("the reader does not become idle: {:?}", self.station.view()));
            }
            self.pass(end)?;
        }
        Ok(())
    }

    const fn moment(&self) -> Moment {
        self.pair.now
    }

    fn wall(&self) -> Timestamp {
        self.world.begun.after(self.moment().since_origin())
    }

    // ----- the machines -----------------------------------------------------------------------------------------

    /// An input for nobody changes nothing.
    fn tell(&mut self, input: Input) {
        let _handled_or_refused =
            self.station.handle(input, Now { moment: self.moment(), wall: self.wall() });
    }

    fn later(&mut self, after: Duration, due: Due) {
        self.begun = self.begun.saturating_add(1);
        self.due.insert((self.moment().after(after), self.begun), due);
    }

    /// Carries effects to and fro until driver and station have none left.
    fn settle(&mut self) -> Result<(), String> {
        loop {
            let events = std::mem::take(&mut self.pair.events);
            let troubles = std::mem::take(&mut self.pair.troubles);
            let mut busy = !events.is_empty() || !troubles.is_empty();
            if self.connected {
                events.into_iter().for_each(|event| self.tell(Input::Reader(event)));
                for trouble in troubles {
                    self.reader_failed(&trouble)?;
                }
            }
            while let Some(effect) = self.station.poll_effect() {
                busy = true;
                self.carry(effect)?;
            }
            if !busy {
                return Ok(());
            }
        }
    }

    /// A fault of the driver: the link is closed and opened again.
    fn reader_failed(&mut self, trouble: &str) -> Result<(), String> {
        let code = codes::ALL.iter().find(|code| code.as_str() == trouble);
        // A station says only what the model's profile offers: "unsupported" and "livelock" are defects.
        let code = code.ok_or_else(|| format!("driver and unit: {trouble}"))?;
        self.reader_lost(*code);
        Ok(())
    }

    fn reader_lost(&mut self, code: FailureCode) {
        self.connected = false;
        self.reopen_at = Some(self.moment().after(REOPEN));
        self.tell(Input::ReaderLost(code));
    }

    fn carry(&mut self, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Reader(command) if self.connected => self.pair.say(command),
            Effect::Reader(_) | Effect::Changed | Effect::Failed(..) => {}
            Effect::Card(ticket, task) => {
                let (took, reply) = self.slot.carry_out(task, self.world, self.factory.profile());
                self.later(took, Due::Card(ticket, self.slot.count, reply));
            }
            Effect::Centre(ticket, task) => {
                let (moment, wall) = (self.moment(), self.wall());
                if let CentreWork::After(took, reply) =
                    self.line.begin(ticket, task, &mut self.slot, moment, wall)
                {
                    self.later(took, Due::Told(Input::Centre(ticket, reply)));
                }
            }
            Effect::CheckPasscode(ticket, passcode) => {
                let check = self.check(&passcode);
                self.later(WORK, Due::Told(Input::Passcode(ticket, Ok(check))));
            }
            Effect::Commit(ticket, result) => {
                self.results.push(*result);
                let id = ResultId(u64::try_from(self.results.len()).unwrap_or(u64::MAX));
                self.later(WORK, Due::Told(Input::Committed(ticket, Ok(id))));
            }
            Effect::Audit(entry) => {
                let by = match entry.by {
                    AuditBy::Staff(staff) => Some(staff.into()),
                    _ => None,
                };
                self.audit.push((entry.deed, by));
            }
            Effect::LetGo => {
                self.due.retain(|_, due| !matches!(due, Due::Card(..)));
                let wall = self.wall();
                self.line.let_go(wall);
                self.slot.power_down();
            }
        }
        Ok(())
    }

    fn check(&mut self, passcode: &model::Passcode) -> PasscodeCheck {
        if self.passcodes_wrong >= PASSCODE_TRIES {
            return PasscodeCheck::Locked;
        }
        if passcode.expose(model::Purpose::Simulate) == PASSCODE {
            self.passcodes_wrong = 0;
            return PasscodeCheck::Right;
        }
        self.passcodes_wrong = self.passcodes_wrong.saturating_add(1);
        if self.passcodes_wrong < PASSCODE_TRIES { PasscodeCheck::Wrong } else { PasscodeCheck::Locked }
    }

    /// What is due at this moment.
    fn come_due(&mut self) {
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 <= self.pair.now) {
            match entry.remove() {
                Due::Card(ticket, count, reply) => {
                    let gone = self.slot.count != count || self.slot.is_empty();
                    let reply = if gone { Err(codes::CARD_REMOVED_EARLY) } else { reply };
                    self.tell(Input::Card(ticket, reply));
                }
                Due::Told(input) => self.tell(input),
                Due::SlotLook => {
                    let change = if self.slot.is_empty() {
                        SlotChange::Empty
                    } else {
                        SlotChange::Present { count: self.slot.count }
                    };
                    self.tell(Input::Slot(change));
                }
            }
        }
        if self.reopen_at.is_some_and(|at| at <= self.pair.now) && self.plugged {
            self.reopen_at = None;
            self.connected = true;
            self.pair.troubles.clear();
            self.pair.events.clear();
            self.pair.begin_anew(self.factory.create());
        }
        if self.station.next_wakeup().is_some_and(|at| at <= self.pair.now) {
            self.tell(Input::Woken);
        }
    }
}

impl Stage for VirtualDesk<'_> {
    fn now(&self) -> Duration {
        self.moment().since(self.since)
    }

    fn look(&mut self) -> Result<Seen, String> {
        self.settle()?;
        let view = self.station.view();
        let (words, asked, tries_left) = self.screen();
        Ok(Seen {
            notice: words.notice,
            language: words.language,
            asked,
            tries_left,
            state: String::from(world::state_word(view.state)),
            step: view.step.map(str::to_owned),
            board: view.failure.map(|(code, _)| code),
            settling: view.settling,
            results: self.results.iter().map(|result| seen(result, self.world)).collect(),
            audit: self.audit.clone(),
        })
    }

    fn pass(&mut self, until: Duration) -> Result<(), String> {
        self.settle()?;
        let end = self.since.after(until);
        let reopening = self.reopen_at.filter(|_| self.plugged);
        let first_due = self.due.first_key_value().map(|((at, _), _)| *at);
        let next = [self.station.next_wakeup(), first_due, self.line.next(), reopening];
        let next = next.into_iter().flatten().chain([end]).min().unwrap_or(end);
        if next > self.moment() {
            let time = next.since(self.moment());
            self.pair
                .run_until(time, MOST_STEPS, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
        }
        self.settle()?;
        self.come_due();
        let (moment, wall) = (self.moment(), self.wall());
        if let Some((ticket, reply)) = self.line.go_on(&mut self.slot, moment, wall) {
            self.tell(Input::Centre(ticket, reply));
        }
        self.settle()
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        self.settle()?;
        self.perform(act)?;
        self.settle()
    }

    fn answer(&mut self, decision: Decision) -> Result<(), String> {
        self.settle()?;
        self.answer_question(decision)?;
        self.settle()
    }
}

fn seen(result: &VisitResult, world: &World) -> ResultSeen {
    ResultSeen {
        of: world.whose(result),
        by: result.verification,
        validity: result.validity,
        consents: result.consents.iter().map(|consent| (consent.item, consent.decision)).collect(),
        remarks: result.remarks.iter().map(world::remarked).collect(),
    }
}

/// The scenario's deadlines, by the names of the configuration.
fn deadlines(scenario: &Scenario) -> Result<(Deadlines, Option<u8>), String> {
    let mut deadlines = Deadlines::default();
    for (name, limit) in &scenario.deadlines {
        let place = deadlines.named(name).ok_or_else(|| format!("no deadline is called {name}"))?;
        *place = *limit;
    }
    Ok((deadlines, scenario.reminders))
}

/// A photo is personal data wherever it is.
type Photo = Pii<Vec<u8>>;
