//! The world of one simulated desk: personas with their cards, readers, and the centre.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Validity;
use serde_json::{Map, Value, json};
use simulator_card::{Card, Fault, FaultContext, IssueError, Persona};
use simulator_centre::Judgement;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::centre::{MockCentre, ServerCertificate, StartError, TlsVersions};
use crate::desk_unit::{DeskUnit, Part};
use crate::face::{FaceBefore, frame};
use crate::feed::Feed;
use crate::line::Line;
use crate::patients;
use crate::pcsc::PcscError;
use crate::plays::Plays;
use crate::stock::Stock;

/// Everything that the bench drives.
#[derive(Debug)]
pub(crate) struct World {
    units: Vec<DeskUnit>,
    stock: Stock,
    /// Each persona's one card, unless it lies in a slot. PIN counters live as long as the world.
    cards: Mutex<BTreeMap<String, Card>>,
    centre: MockCentre,
    line: Line,
    feed: Feed,
    streams: Arc<Semaphore>,
    /// How the centre is set, as far as the bench set it; what is absent is as at the start.
    switches: Mutex<Map<String, Value>>,
    desk_url: Mutex<Option<String>>,
    plays: Plays,
}

/// Pages that may listen at once.
const MOST_STREAMS: usize = 8;

/// How a card is placed.
#[derive(Debug, Default)]
pub(crate) struct Placing {
    /// Faults of the card.
    pub(crate) faults: Vec<Fault>,
    /// A card as issued, with full counters, and not the persona's one card. So is any card with faults.
    pub(crate) fresh: bool,
    /// Tray or slot alone.
    pub(crate) only: Option<Part>,
    /// The printed side lies downwards.
    pub(crate) turned_over: bool,
}

/// Why a card cannot be handled so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CardError {
    /// No such persona.
    #[error("no such persona")]
    NoPersona(String),
    /// The one card of this persona lies in some slot.
    #[error("the card of `{0}` lies in a slot; pull it there first, or place a fresh one")]
    Elsewhere(String),
    /// The slot holds another card.
    #[error("the slot holds a card already")]
    Occupied,
    /// There is nothing to pull.
    #[error("no card lies there")]
    Empty,
    /// The slot failed.
    #[error(transparent)]
    Slot(#[from] PcscError),
    /// A faulty card could not be made.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The digits on the card are none.
    #[error("the digits on the card's face are none")]
    NumberB,
}

impl World {
    /// Joins the parts.
    pub(crate) fn new(
        units: Vec<DeskUnit>,
        stock: Stock,
        centre: MockCentre,
        line: Line,
        feed: Feed,
    ) -> Self {
        let cards = stock
            .personas()
            .iter()
            .filter_map(|persona| Some((persona.id.clone(), stock.card(&persona.id)?)))
            .collect();
        let plays = Plays::new(feed.clone());
        Self {
            units,
            stock,
            cards: Mutex::new(cards),
            centre,
            line,
            feed,
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            switches: Mutex::default(),
            desk_url: Mutex::default(),
            plays,
        }
    }

    /// Where all that happens is told.
    pub(crate) const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Places for streams of events.
    pub(crate) fn streams(&self) -> Arc<Semaphore> {
        Arc::clone(&self.streams)
    }

    /// Remembers and tells how the centre is set from now on.
    pub(crate) fn switched(&self, name: &str, value: Value) {
        self.locked(&self.switches).insert(name.to_owned(), value);
        self.feed.tell("switches", self.switches());
    }

    /// How the centre is set.
    pub(crate) fn switches(&self) -> Value {
        Value::Object(self.locked(&self.switches).clone())
    }

    /// Where the daemon's pages are, if somebody told.
    pub(crate) fn desk_url(&self) -> Option<String> {
        self.locked(&self.desk_url).clone()
    }

    pub(crate) fn set_desk_url(&self, url: Option<String>) {
        self.locked(&self.desk_url).clone_from(&url);
        self.feed.tell("desk", json!({ "url": url }));
    }

    /// The plays of scenarios.
    pub(crate) const fn plays(&self) -> &Plays {
        &self.plays
    }

    pub(crate) fn playing(&self) -> Value {
        self.plays.playing()
    }

    pub(crate) fn personas(&self) -> &[Persona] {
        self.stock.personas()
    }

    pub(crate) fn units(&self) -> impl Iterator<Item = &DeskUnit> {
        self.units.iter()
    }

    pub(crate) fn unit(&self, id: &str) -> Option<&DeskUnit> {
        self.units.iter().find(|unit| unit.id() == id)
    }

    /// Lays a card into tray and slot.
    pub(crate) fn place(&self, unit: &DeskUnit, persona: &str, placing: &Placing) -> Result<(), CardError> {
        let persona = self.persona(persona)?;
        let issued = self.stock.card(&persona.id).ok_or_else(|| CardError::NoPersona(persona.id.clone()))?;
        if placing.only != Some(Part::Tray) {
            if unit.slot_is_taken() {
                return Err(CardError::Occupied);
            }
            // A card that left by itself in the middle of a command is given back before the next goes in.
            self.give_back(unit.take_slot());
            let own = !placing.fresh && placing.faults.is_empty();
            let card =
                if own { self.own_card(&persona.id)? } else { self.specimen(persona, &issued, placing)? };
            if let Err(fault) = unit.place_slot(card.clone(), &persona.id, own) {
                self.give_back(own.then_some(card));
                return Err(fault.into());
            }
        }
        if placing.only != Some(Part::Slot) {
            let number_b = (!placing.turned_over).then(|| issued.number_b().as_bytes());
            unit.place_tray(number_b).map_err(|_| CardError::NumberB)?;
        }
        Ok(())
    }

    /// Takes the card out of tray and slot.
    pub(crate) fn pull(&self, unit: &DeskUnit, only: Option<Part>) -> Result<(), CardError> {
        let from_tray = only != Some(Part::Slot) && unit.take_tray();
        let from_slot = only != Some(Part::Tray) && unit.slot_holds();
        if from_slot {
            self.give_back(unit.take_slot());
        }
        if from_tray || from_slot { Ok(()) } else { Err(CardError::Empty) }
    }

    /// Takes the card out when the n-th command from now has begun, in place of its answer.
    pub(crate) fn pull_mid_apdu(self: &Arc<Self>, unit: &DeskUnit, nth: u64, only: Option<Part>) {
        let nth = nth.max(1);
        let at = unit.state().slot.apdus.saturating_add(nth);
        if only != Some(Part::Tray) {
            unit.leave_slot_at(nth);
        }
        let (world, id) = (Arc::clone(self), unit.id().to_owned());
        tokio::spawn(async move {
            let Some(unit) = world.unit(&id) else { return };
            let reached =
                unit.until(crate::bench::LONGEST_WAIT, |state| (state.slot.apdus >= at).then_some(())).await;
            if reached.is_ok() {
                // Whoever pulled it before was quicker; that is no fault.
                let _pulled = tokio::task::block_in_place(|| world.pull(unit, only));
            }
        });
    }

    /// Puts someone before a reader's camera, or nobody; gives the seed that pose and light were drawn from. Unless
    /// one is given it is the reader's next, so that the same deeds see the same frames.
    pub(crate) fn show_face(
        &self,
        unit: &DeskUnit,
        before: Option<&FaceBefore>,
        seed: Option<u64>,
    ) -> Result<Option<u64>, CardError> {
        let Some(before) = before else {
            unit.show(None, None);
            return Ok(None);
        };
        let seed = seed.unwrap_or_else(|| unit.next_scene());
        tracing::info!(reader = unit.id(), scene = ?before.scene, seed, "someone stands before the camera");
        unit.show(Some(before.clone()), frame(self.persona(&before.persona)?, before.scene, seed));
        Ok(Some(seed))
    }

    /// The centre's own knowledge.
    pub(crate) fn centre<R>(&self, work: impl FnOnce(&mut Judgement) -> R) -> R {
        self.centre.with(work)
    }

    /// Changes TLS versions and certificate of the centre.
    pub(crate) fn set_centre_tls(
        &self,
        versions: TlsVersions,
        certificate: ServerCertificate,
    ) -> Result<(), StartError> {
        self.centre.set_tls(versions, certificate)
    }

    /// What the centre's end of the line has counted.
    pub(crate) fn line_counters(&self) -> crate::centre::Counters {
        self.centre.counters()
    }

    /// The port in front of the centre.
    pub(crate) const fn line(&self) -> &Line {
        &self.line
    }

    /// Changes what the centre knows of a persona: validity `None` for not insured anywhere, so that the card cannot
    /// be registered either. What is not said stays as the persona has it.
    pub(crate) fn register(
        &self,
        persona: &str,
        validity: Option<Validity>,
        registered: Option<bool>,
    ) -> Result<(), CardError> {
        let persona = self.persona(persona)?;
        self.centre(|centre| match validity {
            Some(validity) => {
                let today = OffsetDateTime::now_utc().date();
                let patient = patients::patient(persona, today);
                let registered = registered.unwrap_or(patient.registered);
                centre.put_patient(simulator_centre::Patient { validity, registered, ..patient });
            }
            None => centre.remove_patient(u64::from(persona.serial)),
        });
        Ok(())
    }

    fn persona(&self, id: &str) -> Result<&Persona, CardError> {
        self.stock.persona(id).ok_or_else(|| CardError::NoPersona(id.to_owned()))
    }

    fn own_card(&self, persona: &str) -> Result<Card, CardError> {
        self.cards().remove(persona).ok_or_else(|| CardError::Elsewhere(persona.to_owned()))
    }

    fn specimen(&self, persona: &Persona, issued: &Card, placing: &Placing) -> Result<Card, CardError> {
        let mut card = issued.clone();
        let other = self.personas().iter().find(|other| other.id != persona.id);
        let other = other.and_then(|other| self.stock.card(&other.id)).unwrap_or_else(|| issued.clone());
        let context = FaultContext {
            issuer: self.stock.issuer(),
            persona,
            other: &other,
            now: OffsetDateTime::now_utc(),
        };
        for fault in &placing.faults {
            card.apply(*fault, &context)?;
        }
        Ok(card)
    }

    fn give_back(&self, card: Option<Card>) {
        if let Some(card) = card {
            self.cards().insert(card.persona().to_owned(), card);
        }
    }

    fn locked<'a, T>(&self, mutex: &'a Mutex<T>) -> MutexGuard<'a, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cards(&self) -> MutexGuard<'_, BTreeMap<String, Card>> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
