//! A model's driver and unit on a trial, and the steps of a visit that every rule is made of.

use super::patient::{self, Answer, Finger, Seen};
use super::rule::{Halt, Judged as _, Step, need};
use super::{Act, AskedView, CardFace, Firmware, GreyFrame, Kit, Pair, UnitConfig};
use crate::{
    AttemptId, Command, Conditions, Event, FaceVerdict, Method, PadOrder, Patience, Profile, UnitInfo,
};
use model::{ConsentItem, ConsentScreen, Decision, Moment, Pii, Purpose};
use std::time::Duration;

/// Wakeups in one wait at most.
pub(super) const STEPS: usize = 50_000;
/// For an answer, the longest photo and the longest look for a face included.
pub(super) const ANSWER: Duration = Duration::from_secs(30);
/// For whatever a driver does at once.
pub(super) const SOON: Duration = Duration::from_secs(5);
/// Long enough for anything late to come.
pub(super) const QUIET: Duration = Duration::from_secs(2);

/// A made-up 照合番号B: what a unit reads from the test card.
pub(super) const NUMBER_B: &[u8; 14] = b"55021720352285";

/// The unit's serial number in every trial; `T` marks a test number.
pub(super) const SERIAL: &str = "T0000042";

/// A driver, its unit and a patient.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) pair: Pair<Box<dyn Firmware>>,
    pub(super) profile: &'static Profile,
    pub(super) patience: Patience,
    kit: Kit,
}

impl Desk {
    /// A unit that is powered up as the link is opened.
    pub(super) fn open(kit: &Kit) -> Self {
        Self::open_with(kit, UnitConfig::default())
    }

    pub(super) fn open_with(kit: &Kit, config: UnitConfig) -> Self {
        let mut desk = Self::unopened(kit, config);
        desk.pair.input(crate::Input::LinkOpened);
        desk
    }

    pub(super) fn unopened(kit: &Kit, config: UnitConfig) -> Self {
        Self::around(kit, kit.power_up(config, Moment::ZERO))
    }

    /// A desk with this unit in the place of the model's own.
    pub(super) fn around(kit: &Kit, unit: Box<dyn Firmware>) -> Self {
        Self {
            pair: Pair::unopened(kit.factory.create(), unit),
            profile: kit.factory.profile(),
            patience: kit.factory.patience(),
            kit: *kit,
        }
    }

    /// A desk whose unit is ready.
    pub(super) fn ready(kit: &Kit) -> Step<Self> {
        let mut desk = Self::open(kit);
        desk.wait_ready().granted("ready_comes_once")?;
        Ok(desk)
    }

    pub(super) fn wait_ready(&mut self) -> Step<(UnitInfo, bool)> {
        match self.hear_within("ready", self.patience.start)? {
            Event::Ready { unit, card } => Ok((unit, card)),
            other => Err(Halt::NotReached(format!("{} instead of ready", other.name()))),
        }
    }

    /// Ready, and a card was placed.
    pub(super) fn with_card(kit: &Kit) -> Step<Self> {
        let mut desk = Self::ready(kit)?;
        desk.place_card().granted("card_events_alternate")?;
        Ok(desk)
    }

    // ----- the terminal ---------------------------------------------------------------------------------------

    pub(super) fn say(&mut self, command: Command) {
        self.pair.say(command);
    }

    /// Asks, and waits until the patient sees it.
    pub(super) fn ask(&mut self, command: Command) -> Step<()> {
        let wanted = Wanted::of(&command);
        self.say(command);
        self.see(&wanted)
    }

    pub(super) fn see(&mut self, wanted: &Wanted) -> Step<()> {
        self.see_within(wanted, SOON)
    }

    pub(super) fn see_within(&mut self, wanted: &Wanted, limit: Duration) -> Step<()> {
        let seen =
            self.wait(limit, |pair| wanted.is(&patient::sees(pair).asked) || !pair.troubles.is_empty());
        need(seen && self.pair.troubles.is_empty(), || {
            format!("the patient never saw {wanted:?}; {}", self.story())
        })
    }

    /// Opens an attempt and hears what the unit read.
    pub(super) fn open_attempt(&mut self, attempt: u64) -> Step<()> {
        let attempt = AttemptId(attempt);
        self.say(Command::OpenAttempt(attempt));
        match self.hear("number B read")? {
            Event::NumberBRead { attempt: read, number } => {
                need(read == attempt && number.expose(Purpose::Judge) == NUMBER_B, || {
                    String::from("number B is not that of the card, or of another attempt")
                })
            }
            other => Err(unexpected(&other, "number B read")),
        }
    }

    pub(super) fn compare(&mut self, attempt: u64, photo: &Pii<Vec<u8>>) {
        self.say(Command::Compare { attempt: AttemptId(attempt), photo: photo.clone() });
    }

    pub(super) fn verdict(&mut self, attempt: u64) -> Step<(FaceVerdict, Conditions)> {
        match self.hear("face compared")? {
            Event::FaceCompared { attempt: of, verdict, conditions } if of.0 == attempt => {
                Ok((verdict, conditions))
            }
            other => Err(unexpected(&other, "a verdict on the open attempt")),
        }
    }

    // ----- the patient ----------------------------------------------------------------------------------------

    pub(super) fn sees(&self) -> Seen {
        patient::sees(&self.pair)
    }

    pub(super) fn place_card(&mut self) -> Step<()> {
        let card = card()?;
        self.act(Act::PlaceCard(card))?;
        self.hear("card placed").map(drop)
    }

    /// Does what the unit allows now.
    pub(super) fn act(&mut self, act: Act) -> Step<()> {
        let name = format!("{act:?}");
        let done = self.pair.act(act);
        need(done, || format!("the unit does not take {name}; {}", self.story()))
    }

    pub(super) fn show_face(&mut self, frame: Option<GreyFrame>) -> Step<()> {
        self.act(Act::ShowFace(frame))
    }

    pub(super) fn answer(&mut self, answer: Answer) -> Step<()> {
        let offered = patient::answers(&mut self.pair, answer);
        need(offered, || format!("the screen does not offer that answer; {}", self.story()))
    }

    /// The patient's answer and the terminal's command cross on the wire: the driver takes the command first.
    pub(super) fn cross(&mut self, answer: Answer, command: Command) -> Step<()> {
        let finger = patient::reaches(&self.pair, answer);
        let finger =
            finger.ok_or_else(|| Halt::NotReached(String::from("the screen does not offer that answer")))?;
        match finger {
            Finger::Unit(act) => {
                let done = self.pair.firmware.act(act, self.pair.now);
                self.say(command);
                need(done, || String::from("the unit does not take that answer"))
            }
            Finger::Panel(touch) => {
                self.say(command);
                self.pair.touch(touch);
                Ok(())
            }
        }
    }

    // ----- what comes of it -----------------------------------------------------------------------------------

    pub(super) fn wait(
        &mut self,
        limit: Duration,
        done: impl FnMut(&Pair<Box<dyn Firmware>>) -> bool,
    ) -> bool {
        self.pair.run_until(limit, STEPS, done)
    }

    /// Lets time pass, whatever happens.
    pub(super) fn pass(&mut self, time: Duration) {
        self.wait(time, |_| false);
    }

    pub(super) fn hear(&mut self, name: &str) -> Step<Event> {
        self.hear_within(name, ANSWER)
    }

    /// Waits for the next event and takes it.
    pub(super) fn hear_within(&mut self, name: &str, limit: Duration) -> Step<Event> {
        self.wait(limit, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
        if self.pair.events.is_empty() {
            return Err(Halt::NotReached(format!("waited in vain for {name}; {}", self.story())));
        }
        let event = self.pair.events.remove(0);
        if event.name() == name { Ok(event) } else { Err(unexpected(&event, name)) }
    }

    /// Nothing is told and nothing goes wrong for so long.
    pub(super) fn hear_nothing(&mut self, time: Duration) -> Step<()> {
        self.wait(time, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
        need(self.pair.events.is_empty() && self.pair.troubles.is_empty(), || {
            format!("nothing was to happen; {}", self.story())
        })
    }

    /// Exactly one fault comes within the limit; its code is one of these.
    pub(super) fn fault_within(&mut self, limit: Duration, codes: &[&str]) -> Step<()> {
        let from = self.pair.now;
        self.wait(limit, |pair| !pair.troubles.is_empty());
        let after = self.pair.now.since(from);
        match self.pair.troubles.as_slice() {
            [code] if codes.contains(&code.as_str()) => Ok(()),
            [] => Err(Halt::NotReached(format!("no fault within {limit:?}; {}", self.story()))),
            _ => Err(Halt::NotReached(format!("not one of {codes:?} after {after:?}; {}", self.story()))),
        }
    }

    /// Where both ends stand, without personal data.
    pub(super) fn story(&self) -> String {
        let events: Vec<_> = self.pair.events.iter().map(Event::name).collect();
        format!(
            "{:?} after the start: events {events:?}, troubles {:?}, fault texts {:?}, screen {:?}",
            self.pair.now.since_origin(),
            self.pair.troubles,
            self.pair.fault_texts,
            self.sees(),
        )
    }

    /// Another driver on the same unit, as the terminal does it after a fault.
    pub(super) fn begin_anew(&mut self) {
        self.pair.troubles.clear();
        self.pair.events.clear();
        self.pair.begin_anew(self.kit.factory.create());
    }
}

fn unexpected(event: &Event, wanted: &str) -> Halt {
    Halt::NotReached(format!("{:?} came, not {wanted}", event))
}

pub(super) fn card() -> Step<CardFace> {
    CardFace::new(NUMBER_B).map_err(|error| Halt::NotReached(error.to_string()))
}

/// What the patient is to see asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing is asked.
    Nothing,
    Methods(Vec<&'static str>),
    Attempt,
    Comparing,
    Pin {
        tries_left: u8,
    },
    Passcode,
    Consent(ConsentScreen),
    Document,
}

impl Wanted {
    /// What this command puts onto the screen.
    pub(super) fn of(command: &Command) -> Self {
        match command {
            Command::OfferMethods(methods) => {
                Self::Methods(methods.iter().copied().map(patient::method_word).collect())
            }
            Command::OpenAttempt(_) => Self::Attempt,
            Command::Compare { .. } => Self::Comparing,
            Command::AskPin { tries_left, .. } => Self::Pin { tries_left: *tries_left },
            Command::AskPasscode { .. } => Self::Passcode,
            Command::AskConsent(screen) => Self::Consent(screen.clone()),
            Command::ReadDocument => Self::Document,
            _ => Self::Nothing,
        }
    }

    pub(super) fn is(&self, asked: &AskedView) -> bool {
        match (self, asked) {
            (Self::Nothing, AskedView::Nothing)
            | (Self::Attempt, AskedView::Face { .. })
            | (Self::Comparing, AskedView::Face { comparing: true })
            | (Self::Passcode, AskedView::Passcode { .. })
            | (Self::Document, AskedView::Document) => true,
            (Self::Methods(wanted), AskedView::Methods { offered }) => wanted == offered,
            (Self::Pin { tries_left: wanted }, AskedView::Pin { tries_left, .. }) => wanted == tries_left,
            (Self::Consent(wanted), AskedView::Consent { screen, items }) => {
                wanted.id == *screen && wanted.items == *items
            }
            _ => false,
        }
    }
}

// ----- questions of the trials --------------------------------------------------------------------------------

pub(super) fn methods() -> Command {
    Command::OfferMethods(vec![Method::Face, Method::Pin])
}

/// The pad is shuffled for each number anew.
pub(super) fn ask_pin(tries_left: u8) -> Command {
    Command::AskPin { tries_left, pad: pad(tries_left) }
}

/// As for the PIN.
pub(super) fn ask_passcode(drawn: u8) -> Command {
    Command::AskPasscode { pad: pad(drawn) }
}

fn pad(drawn: u8) -> PadOrder {
    let mut random = [0; 32];
    for (at, byte) in (0_u8..).zip(random.iter_mut()) {
        *byte = at.wrapping_mul(37).wrapping_add(drawn.wrapping_mul(101));
    }
    PadOrder::shuffled(&random)
}

pub(super) fn medical() -> ConsentScreen {
    ConsentScreen {
        id: String::from("medical"),
        items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis, ConsentItem::Operations],
    }
}

pub(super) fn checkups() -> ConsentScreen {
    ConsentScreen { id: String::from("checkups"), items: vec![ConsentItem::HealthCheckups] }
}

pub(super) fn chosen(event: &Event, wanted: Method) -> bool {
    matches!(event, Event::MethodChosen(method) if *method == wanted)
}

pub(super) fn typed(event: &Event, wanted: &[u8; 4]) -> bool {
    matches!(event, Event::PinEntered(pin) if pin.expose(Purpose::Judge) == wanted)
}

pub(super) fn typed_passcode(event: &Event, wanted: &[u8; 4]) -> bool {
    matches!(event, Event::PasscodeEntered(passcode) if passcode.expose(Purpose::Judge) == wanted)
}

pub(super) fn consented(event: &Event, wanted: &str, how: Decision) -> bool {
    matches!(event, Event::ConsentAnswered { screen, decision } if screen == wanted && *decision == how)
}
