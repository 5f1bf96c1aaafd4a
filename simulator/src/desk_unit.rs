//! One reader of the desk: a unit behind its port, its panel if the terminal draws it, and the card slot that belongs to
//! it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use model::{ConsentItem, Moment, Passcode, Pin, SecretError};
use reader::conformance::{Act, AskedView, CardFace, Firmware, GreyFrame, Reading, View};
use reader::{Language, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulator_card::Card;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::face::FaceBefore;
use crate::feed::Feed;
use crate::front::Front;
use crate::kiosk::Kiosk;
use crate::pcsc::{PcscError, Pcscd, Slot, Tap};

/// One side of a reader with its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// Where the reader's camera sees the card's face.
    Tray,
    /// Where PC/SC finds the chip.
    Slot,
}

/// What a desk unit is called.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnitName {
    /// Its id, `front-1`.
    pub(crate) id: String,
    /// What staff call it.
    pub(crate) label: String,
    /// Where its patients come from.
    pub(crate) lane: String,
    /// Its model, the name of its driver.
    pub(crate) model: String,
}

/// A reader as its bench shows it. No personal data.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReaderState {
    #[serde(flatten)]
    name: UnitName,
    /// Whether its cable is in.
    pub(crate) plugged: bool,
    /// `starting`, `unclaimed`, `claimed`.
    pub(crate) power: String,
    /// The notice on the screen: `place_card`, `wait`, `take_card` …, or a failure's code.
    pub(crate) screen: String,
    /// What is asked beside it.
    #[serde(serialize_with = "asked")]
    pub(crate) asked: AskedView,
    /// Language of the screen: `ja`, `en`, `zh`, `ko`.
    pub(crate) language: String,
    /// `off`, `green`, `blue`, `red`.
    pub(crate) lamp: String,
    /// The last sound.
    pub(crate) sound: Option<String>,
    /// Sounds since power-up.
    pub(crate) sounds: u64,
    /// Whether a card lies in the tray.
    pub(crate) tray: bool,
    /// Whether the camera sees anything.
    pub(crate) camera: bool,
    /// Light on the face in lux.
    pub(crate) face_lux: u16,
    /// Whether the sun falls on the card slot.
    pub(crate) slot_in_sun: bool,
    /// Whether it stands upright; only a unit that turns ever does.
    pub(crate) portrait: bool,
    /// Whether the card that lies in the tray lies with its printed side down.
    pub(crate) turned_over: bool,
    /// Who stands before the camera, and how.
    pub(crate) before: Option<FaceBefore>,
    /// Whether a certificate lies under the camera.
    pub(crate) document: bool,
    /// What is wrong with the unit.
    pub(crate) faults: UnitFaults,
    /// When the last `card placed` frame was written to the port: CLOCK_MONOTONIC in nanoseconds.
    pub(crate) card_placed_written_ns: Option<i64>,
    /// The card slot.
    pub(crate) slot: SlotState,
}

/// What the technician made wrong with a unit and what stays so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct UnitFaults {
    pub(crate) silent: bool,
    pub(crate) babble: bool,
    pub(crate) frozen: bool,
    pub(crate) slow_ms: u64,
    pub(crate) self_test: u8,
    /// How the digits of the card's face are read.
    #[serde(serialize_with = "reading")]
    pub(crate) reading: Reading,
}

/// What the unit's surroundings are, as they were last set.
#[derive(Debug, Clone, Default)]
struct Around {
    portrait: bool,
    turned_over: bool,
    before: Option<FaceBefore>,
    document: bool,
    faults: UnitFaults,
}

/// A card slot as the bench shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SlotState {
    /// Its name in PC/SC.
    pub(crate) name: String,
    /// Whose card is in it.
    pub(crate) card: Option<String>,
    /// Commands that arrived since the start.
    pub(crate) apdus: u64,
    /// The same by instruction byte, in hex.
    pub(crate) by_instruction: std::collections::BTreeMap<String, u64>,
    /// Times a card was powered.
    pub(crate) power_ups: u64,
    /// Times a card was reset without power-off.
    pub(crate) resets: u64,
}

fn reading<S: serde::Serializer>(reading: &Reading, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match reading {
        Reading::Right => "right",
        Reading::LastDigitWrong => "last_digit_wrong",
        Reading::Unreadable => "unreadable",
    })
}

/// The kind stands under `what`.
fn asked<S: serde::Serializer>(asked: &AskedView, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap as _;
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("what", word(asked))?;
    match asked {
        AskedView::Nothing | AskedView::Document => {}
        AskedView::Methods { offered } => map.serialize_entry("offered", offered)?,
        AskedView::Face { comparing } => map.serialize_entry("comparing", comparing)?,
        AskedView::Pin { tries_left, pad } => {
            map.serialize_entry("tries_left", tries_left)?;
            map.serialize_entry("pad", pad)?;
        }
        AskedView::Passcode { pad } => map.serialize_entry("pad", pad)?,
        AskedView::Consent { screen, items } => {
            map.serialize_entry("screen", screen)?;
            map.serialize_entry("items", items)?;
        }
    }
    map.end()
}

const fn word(asked: &AskedView) -> &'static str {
    match asked {
        AskedView::Nothing => "nothing",
        AskedView::Methods { .. } => "methods",
        AskedView::Face { .. } => "face",
        AskedView::Pin { .. } => "pin",
        AskedView::Passcode { .. } => "passcode",
        AskedView::Consent { .. } => "consent",
        AskedView::Document => "document",
    }
}

impl ReaderState {
    /// Its model, the name of its driver.
    pub(crate) fn model(&self) -> &str {
        &self.name.model
    }

    /// The kind of what is asked.
    pub(crate) const fn asked_word(&self) -> &'static str {
        word(&self.asked)
    }

    /// The screen of the consent question that is asked.
    pub(crate) fn consent_screen(&self) -> Option<&str> {
        match &self.asked {
            AskedView::Consent { screen, .. } => Some(screen),
            _ => None,
        }
    }

    /// What the consent question that is asked covers; nothing if none is.
    pub(crate) fn consent_items(&self) -> &[ConsentItem] {
        match &self.asked {
            AskedView::Consent { items, .. } => items,
            _ => &[],
        }
    }

    /// The failure on the screen: notices are lower case, codes of the catalogue upper case.
    pub(crate) fn failure(&self) -> Option<String> {
        self.screen.starts_with(|first: char| first.is_ascii_uppercase()).then(|| self.screen.clone())
    }
}

/// One reader with its slot.
#[derive(Debug)]
pub(crate) struct DeskUnit {
    name: UnitName,
    front: Front,
    /// The panel that the terminal draws; a unit with a screen of its own has none.
    kiosk: Option<Kiosk>,
    plugged: AtomicBool,
    pcscd: Arc<Pcscd>,
    slot: usize,
    in_slot: Mutex<Option<InSlot>>,
    slot_watch: SlotWatch,
    scenes: AtomicU64,
    around: Mutex<Around>,
}

#[derive(Debug)]
struct InSlot {
    persona: String,
    /// Whether it is the persona's one card.
    own: bool,
}

impl DeskUnit {
    /// Joins a reader and the slot of this number.
    ///
    /// # Errors
    /// When there is no such slot or no thread can be started.
    pub(crate) fn new(
        name: UnitName,
        front: Front,
        kiosk: Option<Kiosk>,
        pcscd: Arc<Pcscd>,
        slot: usize,
    ) -> std::io::Result<Self> {
        let slot_watch = SlotWatch::start(Arc::clone(&pcscd), slot)?;
        let plugged = AtomicBool::new(true);
        let scenes = AtomicU64::new(u64::try_from(slot).unwrap_or(0) * 1000);
        let (in_slot, around) = (Mutex::new(None), Mutex::default());
        Ok(Self { name, front, kiosk, plugged, pcscd, slot, in_slot, slot_watch, scenes, around })
    }

    pub(crate) fn id(&self) -> &str {
        &self.name.id
    }

    /// Everything that can be seen now.
    pub(crate) fn state(&self) -> ReaderState {
        self.state_with(self.with_unit(|unit, _| unit.view()))
    }

    fn state_with(&self, view: View) -> ReaderState {
        let view = self.with_panel(view);
        let slot = self.slot();
        let tap = slot.map(Slot::tap).unwrap_or_default();
        let around = self.around();
        ReaderState {
            name: self.name.clone(),
            plugged: self.plugged.load(Ordering::SeqCst),
            power: view.power.word().to_owned(),
            screen: view.notice,
            asked: view.asked,
            language: view.language.to_owned(),
            lamp: view.lamp.to_owned(),
            sound: view.sound.map(str::to_owned),
            sounds: view.sounds,
            tray: view.card,
            camera: view.camera,
            face_lux: view.face_lux,
            slot_in_sun: view.slot_in_sun,
            portrait: around.portrait,
            turned_over: around.turned_over && view.card,
            before: around.before.clone(),
            document: around.document,
            faults: around.faults.clone(),
            card_placed_written_ns: self.front.announced_ns(),
            slot: SlotState {
                name: slot.map(Slot::reader_name).unwrap_or_default(),
                card: self
                    .in_slot()
                    .as_ref()
                    .filter(|_| self.slot_is_taken())
                    .map(|card| card.persona.clone()),
                apdus: tap.apdus,
                by_instruction: tap
                    .by_instruction
                    .into_iter()
                    .map(|(instruction, count)| (format!("{instruction:02x}"), count))
                    .collect(),
                power_ups: tap.power_ups,
                resets: tap.resets,
            },
        }
    }

    /// What the patient sees: the unit's own screen, or the panel that the terminal draws.
    fn with_panel(&self, view: View) -> View {
        match &self.kiosk {
            None => view,
            Some(kiosk) => match kiosk.shown().borrow().clone() {
                Some(shown) => {
                    View { notice: shown.notice, asked: shown.asked, language: shown.language, ..view }
                }
                None => View { notice: String::from("dark"), asked: AskedView::Nothing, ..view },
            },
        }
    }

    /// Waits until the state satisfies `met`, at most `bound`; else gives the last state.
    pub(crate) async fn until<T>(
        &self,
        bound: Duration,
        met: impl Fn(&ReaderState) -> Option<T>,
    ) -> Result<T, Box<ReaderState>> {
        let deadline = Instant::now() + bound;
        let mut slot = self.slot_watch.changed.subscribe();
        let mut panel = self.kiosk.as_ref().map(Kiosk::shown);
        // The unit's wait looks again at each of its changes; a change in slot or panel begins that wait anew.
        loop {
            slot.mark_unchanged();
            if let Some(panel) = &mut panel {
                panel.mark_unchanged();
            }
            let outcome = Mutex::new(None);
            let looked = self.front.wait_until(deadline.saturating_duration_since(Instant::now()), |unit| {
                let state = self.state_with(unit.view());
                let seen = met(&state).ok_or_else(|| Box::new(state));
                let came = seen.is_ok();
                *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
                came
            });
            let over = tokio::select! {
                came = looked => !came,
                Ok(()) = slot.changed() => false,
                () = changed(&mut panel) => false,
            };
            match outcome.into_inner().unwrap_or_else(PoisonError::into_inner) {
                Some(Ok(met)) => return Ok(met),
                Some(Err(last)) if over => return Err(last),
                None if over => return Err(Box::new(self.state())),
                _ => {}
            }
        }
    }

    // The patient.

    /// Lays a card into the tray: its printed side up with these digits, or down.
    pub(crate) fn place_tray(&self, number_b: Option<&[u8]>) -> Result<(), SecretError> {
        let face = number_b.map_or_else(|| Ok(CardFace::turned_over()), CardFace::new)?;
        self.around().turned_over = number_b.is_none();
        self.act(Act::PlaceCard(face));
        Ok(())
    }

    pub(crate) fn take_tray(&self) -> bool {
        self.act(Act::TakeCard)
    }

    pub(crate) async fn choose(&self, method: Method) -> bool {
        match &self.kiosk {
            Some(kiosk) => kiosk.choose(method_word(method)).await,
            None => self.act(Act::Choose(method)),
        }
    }

    /// Types into whichever pad is shown, for PIN or passcode.
    pub(crate) async fn type_digits(&self, digits: &[u8]) -> bool {
        let (Ok(pin), Ok(passcode)) = (Pin::from_digits(digits), Passcode::from_digits(digits)) else {
            return false;
        };
        match &self.kiosk {
            Some(kiosk) => kiosk.type_digits(digits).await,
            None => self.with_unit(|unit, now| match unit.view().asked {
                AskedView::Passcode { .. } => unit.act(Act::TypePasscode(passcode), now),
                _ => unit.act(Act::TypePin(pin), now),
            }),
        }
    }

    pub(crate) async fn cancel(&self) -> bool {
        match &self.kiosk {
            Some(kiosk) => kiosk.cancel().await,
            None => self.act(Act::Cancel),
        }
    }

    pub(crate) async fn consent(&self, agree: bool) -> bool {
        match &self.kiosk {
            Some(kiosk) => kiosk.consent(agree).await,
            None => self.act(Act::Consent(agree)),
        }
    }

    pub(crate) async fn language(&self, language: Language) -> bool {
        match &self.kiosk {
            Some(kiosk) => kiosk.language(language_word(language)).await,
            None => self.act(Act::Language(language)),
        }
    }

    /// The seed of the next camera frame.
    pub(crate) fn next_scene(&self) -> u64 {
        self.scenes.fetch_add(1, Ordering::Relaxed)
    }

    /// Someone stands before the camera as this frame sees them, or nobody.
    pub(crate) fn show(&self, before: Option<FaceBefore>, frame: Option<GreyFrame>) {
        self.around().before = before.filter(|_| frame.is_some());
        self.act(Act::ShowFace(frame));
    }

    // The slot.

    /// Puts a card into the slot; `own` if it is the persona's one card.
    pub(crate) fn place_slot(&self, card: Card, persona: &str, own: bool) -> Result<(), PcscError> {
        let slot = self.slot().ok_or(PcscError::NotStarted)?;
        slot.insert(card)?;
        *self.in_slot() = Some(InSlot { persona: persona.to_owned(), own });
        self.slot_watch.tell();
        Ok(())
    }

    /// Takes what is in the slot; gives it if it is a persona's one card. A specimen is thrown away.
    pub(crate) fn take_slot(&self) -> Option<Card> {
        let mut in_slot = self.in_slot();
        let card = self.slot().and_then(Slot::remove);
        let own = in_slot.take().is_some_and(|card| card.own);
        drop(in_slot);
        self.slot_watch.tell();
        card.filter(|_| own)
    }

    /// Whether a card is in the slot, one that left by itself not counted.
    pub(crate) fn slot_is_taken(&self) -> bool {
        self.slot().is_some_and(Slot::holds_card)
    }

    /// Whether there is a card to be taken, one that left by itself counted.
    pub(crate) fn slot_holds(&self) -> bool {
        self.in_slot().is_some()
    }

    /// The card leaves in place of its answer to the n-th command from now.
    pub(crate) fn leave_slot_at(&self, nth: u64) {
        if let Some(slot) = self.slot() {
            slot.remove_at(nth);
        }
    }

    // The technician.

    /// Does what a patient or technician does at the unit itself; whether it could be done.
    pub(crate) fn act(&self, act: Act) -> bool {
        self.with_unit(|unit, now| unit.act(act, now))
    }

    /// The same for what stays so, which is remembered if it could be done.
    pub(crate) fn set(&self, act: Act) -> bool {
        let remember: fn(&mut Around, &Act) = |around, act| match act {
            Act::Silence(silent) => around.faults.silent = *silent,
            Act::Babble(on) => around.faults.babble = *on,
            Act::Slow(delay) => {
                around.faults.slow_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            }
            Act::SelfTest(number) => around.faults.self_test = *number,
            Act::ReadNumberB(reading) => around.faults.reading = *reading,
            Act::Rotate => around.portrait = !around.portrait,
            Act::Document(lines) => around.document = lines.is_some(),
            _ => {}
        };
        // Before it is done: whoever hears that the unit changed sees this with it.
        let before = self.around().clone();
        remember(&mut self.around(), &act);
        let done = self.act(act);
        if !done {
            *self.around() = before;
        }
        done
    }

    /// Neither reads nor writes at its port any more, or again.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.around().faults.frozen = frozen;
        self.front.freeze(frozen);
        self.slot_watch.tell();
    }

    /// Tells every change of what can be seen, but for the counters that grow with each command.
    pub(crate) async fn tell_states(&self, feed: &Feed) {
        let (mut steps, mut slot) = (self.front.steps(), self.slot_watch.changed.subscribe());
        let mut panel = self.kiosk.as_ref().map(Kiosk::shown);
        let mut last = Value::Null;
        loop {
            steps.mark_unchanged();
            slot.mark_unchanged();
            if let Some(panel) = &mut panel {
                panel.mark_unchanged();
            }
            let state = self.seen();
            if state != last {
                feed.tell("reader", &state);
                last = state;
            }
            tokio::select! {
                Ok(()) = steps.changed() => {}
                Ok(()) = slot.changed() => {}
                () = changed(&mut panel) => {}
            }
        }
    }

    /// What can be seen now, without those counters.
    pub(crate) fn seen(&self) -> Value {
        let state = self.state_with(self.front.look(|unit| unit.view()));
        let mut seen = serde_json::to_value(state).unwrap_or_default();
        if let Some(fields) = seen.as_object_mut() {
            fields.remove("card_placed_written_ns");
        }
        if let Some(slot) = seen.get_mut("slot").and_then(Value::as_object_mut) {
            slot.remove("apdus");
            slot.remove("by_instruction");
        }
        seen
    }

    fn around(&self) -> MutexGuard<'_, Around> {
        self.around.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_unit<T>(&self, work: impl FnOnce(&mut dyn Firmware, Moment) -> T) -> T {
        self.front.control(work)
    }

    /// Pulls the cable.
    pub(crate) async fn unplug(&self) -> std::io::Result<()> {
        self.front.unplug().await?;
        self.plugged.store(false, Ordering::SeqCst);
        self.slot_watch.tell();
        Ok(())
    }

    /// Puts the cable back.
    pub(crate) async fn replug(&self) -> std::io::Result<()> {
        self.front.replug().await?;
        self.plugged.store(true, Ordering::SeqCst);
        self.slot_watch.tell();
        Ok(())
    }

    fn slot(&self) -> Option<&Slot> {
        self.pcscd.slot(self.slot)
    }

    fn in_slot(&self) -> MutexGuard<'_, Option<InSlot>> {
        self.in_slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn method_word(method: Method) -> &'static str {
    match method {
        Method::Face => "face",
        Method::Pin => "pin",
        Method::Visual => "visual",
    }
}

const fn language_word(language: Language) -> &'static str {
    match language {
        Language::Japanese => "ja",
        Language::English => "en",
        Language::Chinese => "zh",
        Language::Korean => "ko",
    }
}

/// Waits for the panel to change; for ever without one.
async fn changed(panel: &mut Option<watch::Receiver<Option<crate::kiosk::Shown>>>) {
    if let Some(panel) = panel
        && panel.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// Tells when something went through a slot: the slot's own wait, made a signal by a thread.
#[derive(Debug)]
struct SlotWatch {
    changed: watch::Sender<()>,
    pcscd: Arc<Pcscd>,
    slot: usize,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SlotWatch {
    /// A bound for one wait; the stop signal comes sooner.
    const TURN: Duration = Duration::from_secs(60);

    fn start(pcscd: Arc<Pcscd>, slot: usize) -> std::io::Result<Self> {
        if pcscd.slot(slot).is_none() {
            return Err(std::io::Error::other(format!("there is no slot {slot}")));
        }
        let (changed, stop) = (watch::Sender::new(()), Arc::new(AtomicBool::new(false)));
        let thread = {
            let (changed, stop, pcscd) = (changed.clone(), Arc::clone(&stop), Arc::clone(&pcscd));
            std::thread::Builder::new().name(format!("watch of slot {slot}")).spawn(move || {
                let Some(slot) = pcscd.slot(slot) else { return };
                let mut last = Tap::default();
                while !stop.load(Ordering::SeqCst) {
                    if slot.wait(Self::TURN, |tap| *tap != last || stop.load(Ordering::SeqCst)) {
                        last = slot.tap();
                        changed.send_replace(());
                    }
                }
            })?
        };
        Ok(Self { changed, pcscd, slot, stop, thread: Some(thread) })
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }
}

impl Drop for SlotWatch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(slot) = self.pcscd.slot(self.slot) {
            // Thawing wakes whoever waits for the slot, this thread too.
            slot.freeze(false);
        }
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
