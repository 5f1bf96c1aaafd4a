//! The unit behind its dialect: screen, lamp, sounds, tray, camera and light. It obeys orders in the abstraction's
//! words, lets the patient act, and tells what happens; how that is said on the wire is the dialect's.

mod attempt;
mod words;

use crate::document;
use crate::facts::ModelFacts;
use attempt::Attempt;
use model::panel::PadOrder;
use model::{ConsentScreen, Decision, Moment, NumberB, Passcode, Pii, Pin};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use reader::conformance::{Act, AskedView, CardFace, GreyFrame, Power, Reading, UnitConfig, View};
use reader::profile::Screen;
use reader::{AttemptId, Conditions, DocumentReading, FaceVerdict, Lamp, Language, Method, Sound};
use std::collections::VecDeque;
use std::time::Duration;

/// How long the unit waits for a face, or for a certificate.
pub const FACE_WAIT: Duration = Duration::from_secs(10);
/// Light on the face at first.
const ROOM_LUX: u16 = 300;

/// What the terminal wants, said by the dialect in the abstraction's words. A question replaces the one before.
#[derive(Debug)]
pub enum Order {
    /// Begin anew with a terminal: nothing is asked, the screen speaks Japanese.
    Begin,
    /// Show a notice: its word as in [`View::notice`], or a failure's code.
    Show(String),
    /// Speak a language.
    Speak(Language),
    /// Set the lamp.
    Light(Lamp),
    /// Make a sound.
    Sound(Sound),
    /// Let the patient choose.
    OfferMethods(Vec<Method>),
    /// Read the card's face for this attempt; tells [`Told::NumberB`] or a verdict.
    OpenAttempt(AttemptId),
    /// Compare the face with this photo; tells [`Told::Verdict`]. Only for the open attempt, once.
    Compare {
        /// The open attempt.
        attempt: AttemptId,
        /// The photo in the model's coding.
        photo: Pii<Vec<u8>>,
    },
    /// Ask for the PIN.
    AskPin {
        /// Shown beside the pad.
        tries_left: u8,
    },
    /// Ask staff for the passcode.
    AskPasscode,
    /// Ask a consent question.
    AskConsent(ConsentScreen),
    /// Read a certificate.
    ReadDocument,
    /// Forget what is asked.
    Cancel,
}

/// What happens at the unit. An answer ends its question; number B does not.
#[derive(Debug)]
pub enum Told {
    /// A card lies in the tray.
    CardPlaced,
    /// The tray is empty.
    CardTaken,
    /// The card lies the wrong way; follows [`Told::CardPlaced`].
    CardWrongSide,
    /// The patient wants another language.
    Language(Language),
    /// The patient chose.
    Method(Method),
    /// 照合番号B as read.
    NumberB {
        /// The open attempt.
        attempt: AttemptId,
        /// The digits.
        number: NumberB,
    },
    /// The attempt ended.
    Verdict {
        /// Which.
        attempt: AttemptId,
        /// How.
        verdict: FaceVerdict,
        /// What the model measures of the light.
        conditions: Conditions,
    },
    /// Four digits were typed.
    Pin(Pin),
    /// Four digits were typed where the passcode was asked.
    Passcode(Passcode),
    /// Nobody wants to type, PIN or passcode.
    PinCancelled,
    /// A consent question was answered.
    Consent {
        /// The screen's id.
        screen: String,
        /// The answer.
        decision: Decision,
    },
    /// What stands on the certificate; `None` if nothing could be read.
    Document(Option<Pii<DocumentReading>>),
    /// The unit was turned.
    Rotated {
        /// Upright from now on.
        portrait: bool,
    },
    /// A fault of the unit's own, 1 to 99.
    Fault(u8),
}

impl Told {
    /// Whether it answers something that the terminal asked, so that a cancel makes it void.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Method(_)
                | Self::NumberB { .. }
                | Self::Verdict { .. }
                | Self::Pin(_)
                | Self::Passcode(_)
                | Self::PinCancelled
                | Self::Consent { .. }
                | Self::Document(_)
        )
    }
}

/// What a unit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Model.
    pub model: String,
    /// Firmware version.
    pub firmware: String,
    /// Serial number.
    pub serial: String,
    /// 0 passed, otherwise what failed.
    pub self_test: u8,
}

/// One unit's body.
pub struct Body {
    facts: &'static ModelFacts,
    identity: Identity,
    random: ChaCha8Rng,
    notice: String,
    language: Language,
    lamp: Lamp,
    sound: Option<Sound>,
    sounds: u64,
    asked: Asked,
    card: Option<CardFace>,
    reading: Reading,
    camera: Option<GreyFrame>,
    document: Option<String>,
    face_lux: u16,
    slot_in_sun: bool,
    portrait: bool,
    told: VecDeque<Told>,
}

enum Asked {
    Nothing,
    Methods(Vec<Method>),
    Face(Attempt),
    Pin { tries_left: u8, pad: Option<PadOrder> },
    Passcode { pad: Option<PadOrder> },
    Consent(ConsentScreen),
    Document { until: Moment },
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.view(Power::Claimed).fmt(f)
    }
}

impl Body {
    /// The body of a unit that is powered up.
    #[must_use]
    pub fn new(facts: &'static ModelFacts, config: UnitConfig) -> Self {
        let identity = Identity {
            model: config.model.unwrap_or_else(|| facts.model.to_owned()),
            firmware: config.firmware.unwrap_or_else(|| facts.firmware.to_owned()),
            serial: config.serial.unwrap_or_else(|| String::from("T0000042")),
            self_test: config.self_test,
        };
        let mut body = Self {
            facts,
            identity,
            random: ChaCha8Rng::seed_from_u64(config.seed),
            notice: String::new(),
            language: Language::Japanese,
            lamp: Lamp::Off,
            sound: None,
            sounds: 0,
            asked: Asked::Nothing,
            card: None,
            reading: Reading::Right,
            camera: None,
            document: None,
            face_lux: ROOM_LUX,
            slot_in_sun: false,
            portrait: false,
            told: VecDeque::new(),
        };
        body.power_up();
        body
    }

    /// Power off and on. Card, camera and light stay as they are.
    pub fn power_up(&mut self) {
        self.notice = if self.draws() { String::from("out_of_order") } else { String::new() };
        self.language = Language::Japanese;
        self.lamp = Lamp::Off;
        self.sound = None;
        self.sounds = 0;
        self.asked = Asked::Nothing;
        self.told.clear();
    }

    /// What it says of itself.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What the model can do.
    #[must_use]
    pub const fn facts(&self) -> &'static ModelFacts {
        self.facts
    }

    /// Whether a card lies in the tray.
    #[must_use]
    pub const fn has_card(&self) -> bool {
        self.card.is_some()
    }

    /// Whether it stands upright.
    #[must_use]
    pub const fn is_portrait(&self) -> bool {
        self.portrait
    }

    /// Whether the card that lies there lies the wrong way and the model says so.
    #[must_use]
    pub fn has_card_wrong_side(&self) -> bool {
        self.facts.wrong_side_notice && self.card.as_ref().is_some_and(|card| card.number_b().is_none())
    }

    /// Whether anything is asked.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        !matches!(self.asked, Asked::Nothing)
    }

    /// Whether this attempt is open and its photo did not come yet.
    #[must_use]
    pub fn wants_photo(&self, attempt: AttemptId) -> bool {
        matches!(&self.asked, Asked::Face(open) if open.wants_photo(attempt))
    }

    /// What happened, oldest first.
    pub fn poll_told(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// When [`Body::wake`] is wanted.
    #[must_use]
    pub const fn next_wakeup(&self) -> Option<Moment> {
        match &self.asked {
            Asked::Face(attempt) => attempt.until(),
            Asked::Document { until } => Some(*until),
            _ => None,
        }
    }

    /// Gives up waiting for a face or a certificate once its time has passed.
    pub fn wake(&mut self, now: Moment) {
        match &self.asked {
            Asked::Face(attempt) if attempt.until().is_some_and(|until| until <= now) => self.look(now),
            Asked::Document { until } if *until <= now => self.answer(Told::Document(None)),
            _ => {}
        }
    }

    // The terminal.

    /// Does what the terminal wants; `false` if this model cannot do it, or not now: the dialect refuses.
    #[must_use]
    pub fn obey(&mut self, order: Order, now: Moment) -> bool {
        match order {
            Order::Begin => {
                self.language = Language::Japanese;
                self.ask(Asked::Nothing)
            }
            Order::Cancel => self.ask(Asked::Nothing),
            Order::Light(lamp) => self.facts.lamp && self.light(lamp),
            Order::Sound(sound) => self.facts.sounds.contains(&sound) && self.make_sound(sound),
            Order::OpenAttempt(attempt) => self.open_attempt(attempt),
            Order::Compare { attempt, photo } => self.compare(attempt, &photo, now),
            Order::ReadDocument => self.facts.document_ocr && self.read_document(now),
            Order::Show(notice) => self.draws() && self.show(notice),
            Order::Speak(language) => self.draws() && self.speak(language),
            Order::OfferMethods(methods) => self.draws() && self.ask(Asked::Methods(methods)),
            Order::AskPin { tries_left } => self.draws() && self.ask_pin(tries_left),
            Order::AskPasscode => self.draws() && self.ask_passcode(),
            Order::AskConsent(screen) => self.draws() && self.ask(Asked::Consent(screen)),
        }
    }

    const fn draws(&self) -> bool {
        matches!(self.facts.screen, Screen::Reader)
    }

    fn show(&mut self, notice: String) -> bool {
        self.notice = notice;
        true
    }

    fn speak(&mut self, language: Language) -> bool {
        let spoken = self.facts.languages.contains(&language);
        if spoken {
            self.language = language;
        }
        spoken
    }

    const fn light(&mut self, lamp: Lamp) -> bool {
        self.lamp = lamp;
        true
    }

    const fn make_sound(&mut self, sound: Sound) -> bool {
        self.sound = Some(sound);
        self.sounds = self.sounds.saturating_add(1);
        true
    }

    fn ask_pin(&mut self, tries_left: u8) -> bool {
        let pad = self.draw_pad();
        self.ask(Asked::Pin { tries_left, pad })
    }

    fn ask_passcode(&mut self) -> bool {
        let pad = self.draw_pad();
        self.ask(Asked::Passcode { pad })
    }

    fn draw_pad(&mut self) -> Option<PadOrder> {
        self.facts.shuffled_pad.then(|| {
            let mut random = [0; 32];
            self.random.fill_bytes(&mut random);
            PadOrder::shuffled(&random)
        })
    }

    fn read_document(&mut self, now: Moment) -> bool {
        self.ask(Asked::Document { until: now.after(FACE_WAIT) });
        self.look_at_document();
        true
    }

    fn look_at_document(&mut self) {
        if let (Asked::Document { .. }, Some(page)) = (&self.asked, &self.document) {
            let reading = document::read(page).map(Pii::new);
            self.answer(Told::Document(reading));
        }
    }

    fn ask(&mut self, asked: Asked) -> bool {
        self.told.retain(|told| !told.is_answer());
        self.asked = asked;
        true
    }

    fn answer(&mut self, told: Told) {
        self.asked = Asked::Nothing;
        self.told.push_back(told);
    }

    // The patient and the technician.

    /// Does what a patient or a technician does to the body; whether it could be done. What concerns power and wire is
    /// not the body's.
    #[must_use]
    pub fn act(&mut self, act: Act, now: Moment) -> bool {
        match act {
            Act::PlaceCard(card) => self.place_card(card),
            Act::TakeCard => self.take_card(),
            Act::Choose(method) => self.choose(method),
            Act::TypePin(pin) => self.end_pin(Told::Pin(pin)),
            Act::TypePasscode(passcode) => self.end_passcode(Told::Passcode(passcode)),
            Act::Cancel => self.end_pin(Told::PinCancelled) || self.end_passcode(Told::PinCancelled),
            Act::Consent(agree) => self.answer_consent(agree),
            Act::Language(language) => self.touch_language(language),
            Act::ShowFace(frame) => {
                self.camera = frame;
                self.look(now);
                true
            }
            Act::Light(lux) => {
                self.face_lux = lux;
                self.look(now);
                true
            }
            Act::Sun(sun) => {
                self.slot_in_sun = sun;
                true
            }
            Act::Document(page) => self.facts.document_ocr && self.lay_document(page),
            Act::ReadNumberB(reading) => {
                self.reading = reading;
                true
            }
            Act::Rotate => self.facts.rotates && self.rotate(),
            Act::ReportFault(number) => (1..=99).contains(&number) && self.tell(Told::Fault(number)),
            Act::SelfTest(outcome) => {
                self.identity.self_test = outcome;
                true
            }
            Act::Corrupt(_) | Act::Silence(_) | Act::Babble(_) | Act::Slow(_) | Act::Restart => false,
        }
    }

    fn tell(&mut self, told: Told) -> bool {
        self.told.push_back(told);
        true
    }

    fn place_card(&mut self, card: CardFace) -> bool {
        self.take_card();
        self.card = Some(card);
        self.told.push_back(Told::CardPlaced);
        if self.has_card_wrong_side() {
            self.told.push_back(Told::CardWrongSide);
        }
        true
    }

    fn take_card(&mut self) -> bool {
        self.card.take().is_some() && self.tell(Told::CardTaken)
    }

    fn choose(&mut self, method: Method) -> bool {
        let offered = matches!(&self.asked, Asked::Methods(methods) if methods.contains(&method));
        if offered {
            self.answer(Told::Method(method));
        }
        offered
    }

    fn end_pin(&mut self, told: Told) -> bool {
        let asked = matches!(self.asked, Asked::Pin { .. });
        if asked {
            self.answer(told);
        }
        asked
    }

    fn end_passcode(&mut self, told: Told) -> bool {
        let asked = matches!(self.asked, Asked::Passcode { .. });
        if asked {
            self.answer(told);
        }
        asked
    }

    fn answer_consent(&mut self, agree: bool) -> bool {
        let Asked::Consent(screen) = &self.asked else { return false };
        let decision = if agree { Decision::Agreed } else { Decision::Refused };
        let screen = screen.id.clone();
        self.answer(Told::Consent { screen, decision });
        true
    }

    /// The screen changes its language when the terminal says so.
    fn touch_language(&mut self, language: Language) -> bool {
        let offered =
            self.draws() && self.facts.languages.len() > 1 && self.facts.languages.contains(&language);
        offered && self.tell(Told::Language(language))
    }

    fn lay_document(&mut self, page: Option<String>) -> bool {
        self.document = page;
        self.look_at_document();
        true
    }

    fn rotate(&mut self) -> bool {
        self.portrait = !self.portrait;
        self.tell(Told::Rotated { portrait: self.portrait })
    }

    // The outside.

    /// The unit as seen from outside.
    #[must_use]
    pub fn view(&self, power: Power) -> View {
        View {
            power,
            notice: self.notice.clone(),
            asked: self.asked_view(),
            language: words::language(self.language),
            lamp: words::lamp(self.lamp),
            sound: self.sound.map(words::sound),
            sounds: self.sounds,
            card: self.card.is_some(),
            camera: self.camera.is_some(),
            face_lux: self.face_lux,
            slot_in_sun: self.slot_in_sun,
        }
    }

    fn asked_view(&self) -> AskedView {
        match &self.asked {
            Asked::Nothing => AskedView::Nothing,
            Asked::Methods(methods) => {
                AskedView::Methods { offered: methods.iter().map(|method| words::method(*method)).collect() }
            }
            Asked::Face(attempt) => AskedView::Face { comparing: attempt.until().is_some() },
            Asked::Pin { tries_left, pad } => {
                AskedView::Pin { tries_left: *tries_left, pad: pad.map(|pad| *pad.digits()) }
            }
            Asked::Passcode { pad } => AskedView::Passcode { pad: pad.map(|pad| *pad.digits()) },
            Asked::Consent(screen) => {
                AskedView::Consent { screen: screen.id.clone(), items: screen.items.clone() }
            }
            Asked::Document { .. } => AskedView::Document,
        }
    }
}
