//! A Caora as its other end sees it, written from `DIALECT.md`: screen, buzzer, camera, tray and half-duplex line.
//!
//! Pure: bytes, time and the patient's acts go in; bytes and a [`View`] come out.

mod face;
mod line;
mod view;
mod wire;

pub use face::GreyFrame;
pub use view::{AskedView, Power, View};

use caora_frames::unit::Identity;
use caora_frames::{HostMessage, Notice, ReaderMessage, Verb};
use line::{Heard, Line, Turn};
use model::{ConsentScreen, Decision, Moment, NumberB, Pii, Pin, Purpose, SecretError};
use reader::conformance::Firmware;
use reader::{AttemptId, FaceVerdict, Lamp, Method, Sound};
use std::time::Duration;
use wire::Wire;

/// t6: how long the unit waits for a face.
const FACE_WAIT: Duration = Duration::from_secs(10);

/// What one unit is.
#[derive(Debug, Clone)]
pub struct UnitConfig {
    /// What it says as its model.
    pub model: String,
    /// Firmware version.
    pub firmware: String,
    /// Serial number.
    pub serial: String,
    /// 0 passed, otherwise what failed, up to 99.
    pub self_test: u8,
    /// From power-up until it listens.
    pub start_up: Duration,
    /// Whether it has a lamp; no source says that a Caora has one.
    pub lamp: bool,
    /// Seed of its faults.
    pub seed: u64,
}

impl Default for UnitConfig {
    fn default() -> Self {
        Self {
            model: caora_frames::MODEL.to_owned(),
            firmware: String::from("1.04"),
            serial: String::from("T0000042"),
            self_test: 0,
            start_up: Duration::ZERO,
            lamp: false,
            seed: 0,
        }
    }
}

/// A card as the unit's camera sees it from above.
#[derive(Debug)]
pub struct CardFace {
    number_b: Option<NumberB>,
}

impl CardFace {
    /// A card that lies with these fourteen digits upwards.
    ///
    /// # Errors
    /// If they are not fourteen digits.
    pub fn new(number_b: &[u8]) -> Result<Self, SecretError> {
        NumberB::from_digits(number_b).map(|number| Self { number_b: Some(number) })
    }

    /// A card that shows its other side.
    #[must_use]
    pub const fn turned_over() -> Self {
        Self { number_b: None }
    }
}

/// How the unit reads 照合番号B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// As printed.
    #[default]
    Right,
    /// The last digit wrong: a smudge taken for another digit.
    LastDigitWrong,
    /// Not at all: glare.
    Unreadable,
}

/// One unit.
pub struct Caora {
    config: UnitConfig,
    line: Line,
    wire: Wire,
    now: Moment,
    ready_at: Moment,
    notice: Notice,
    lamp: Lamp,
    sound: Option<Sound>,
    sounds: u64,
    asked: Asked,
    card: Option<CardFace>,
    reading: Reading,
    camera: Option<GreyFrame>,
    auto_consent: Option<bool>,
}

#[derive(Debug)]
enum Asked {
    Nothing,
    Methods(Vec<Method>),
    Face(Attempt),
    Pin { tries_left: u8 },
    Consent(ConsentScreen),
}

#[derive(Debug)]
struct Attempt {
    id: AttemptId,
    photo: Pii<Vec<u8>>,
    announced: usize,
    next_index: u8,
    face_until: Option<Moment>,
}

impl std::fmt::Debug for Caora {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.view().fmt(f)
    }
}

impl Caora {
    /// A unit that is powered up now.
    #[must_use]
    pub fn new(config: UnitConfig, now: Moment) -> Self {
        Self {
            line: Line::powered_up(),
            wire: Wire::new(config.seed),
            now,
            ready_at: now.after(config.start_up),
            notice: Notice::OutOfOrder,
            lamp: Lamp::Off,
            sound: None,
            sounds: 0,
            asked: Asked::Nothing,
            card: None,
            reading: Reading::Right,
            camera: None,
            auto_consent: None,
            config,
        }
    }

    /// Power off and on. Card, camera and fault switches stay as they are.
    pub fn restart(&mut self, now: Moment) {
        self.line = Line::powered_up();
        self.wire.forget();
        self.now = now;
        self.ready_at = now.after(self.config.start_up);
        self.notice = Notice::OutOfOrder;
        self.lamp = Lamp::Off;
        self.sound = None;
        self.sounds = 0;
        self.asked = Asked::Nothing;
    }

    // The patient.

    /// Puts a card into the tray; one that lies there is taken first.
    pub fn place_card(&mut self, card: CardFace) {
        self.take_card();
        self.card = Some(card);
        self.tell_card(ReaderMessage::CardPlaced);
    }

    /// Takes the card; whether there was one.
    pub fn take_card(&mut self) -> bool {
        let taken = self.card.take().is_some();
        if taken {
            self.tell_card(ReaderMessage::CardTaken);
        }
        taken
    }

    /// Touches a method; whether it was offered.
    pub fn choose(&mut self, method: Method) -> bool {
        let offered = matches!(&self.asked, Asked::Methods(methods) if methods.contains(&method));
        if offered {
            self.answer(ReaderMessage::MethodChosen(method));
        }
        offered
    }

    /// Types the PIN and touches "OK"; whether it was asked for and has four digits.
    pub fn type_pin(&mut self, digits: &[u8]) -> bool {
        let Ok(pin) = Pin::from_digits(digits) else { return false };
        let asked = matches!(self.asked, Asked::Pin { .. });
        if asked {
            self.answer(ReaderMessage::PinEntered(pin));
        }
        asked
    }

    /// Touches "cancel" on the PIN pad; whether it was shown.
    pub fn press_cancel(&mut self) -> bool {
        let asked = matches!(self.asked, Asked::Pin { .. });
        if asked {
            self.answer(ReaderMessage::PinCancelled);
        }
        asked
    }

    /// Answers the consent question; whether one was asked.
    pub fn answer_consent(&mut self, agree: bool) -> bool {
        let Asked::Consent(screen) = &self.asked else { return false };
        let decision = if agree { Decision::Agreed } else { Decision::Refused };
        let screen = screen.id.clone();
        self.answer(ReaderMessage::ConsentAnswered { screen, decision });
        true
    }

    /// Answers every consent question so from now on, the one on the screen included; `None` stops it.
    pub fn auto_consent(&mut self, agree: Option<bool>) {
        self.auto_consent = agree;
        if let Some(agree) = agree {
            self.answer_consent(agree);
        }
    }

    /// Changes what the camera sees; `None` is an empty room.
    pub fn show_face(&mut self, frame: Option<GreyFrame>) {
        self.camera = frame;
        self.look();
    }

    // The technician.

    /// How 照合番号B is read from now on.
    pub const fn read_number_b(&mut self, reading: Reading) {
        self.reading = reading;
    }

    /// Flips one bit in each of the next frames.
    pub const fn corrupt_next(&mut self, frames: u32) {
        self.wire.corrupt_next(frames);
    }

    /// Says nothing any more, or again.
    pub const fn silence(&mut self, silent: bool) {
        self.wire.silence(silent);
    }

    /// Sends noise without end, or stops.
    pub fn babble(&mut self, on: bool) {
        self.wire.babble(on, self.now);
    }

    /// Answers so much later from now on.
    pub const fn slow(&mut self, delay: Duration) {
        self.wire.slow(delay);
    }

    /// Reports a fault of its own, 1 to 99.
    pub fn report_fault(&mut self, number: u8) {
        self.line.say(ReaderMessage::Fault(number));
    }

    /// The self-test's outcome from the next identification on: 0 passed, otherwise what failed.
    pub const fn set_self_test(&mut self, outcome: u8) {
        self.config.self_test = outcome;
    }

    /// The unit as seen from outside.
    #[must_use]
    pub fn view(&self) -> View {
        let power = match (self.now < self.ready_at, self.line.is_identified()) {
            (true, _) => Power::Starting,
            (false, false) => Power::Unclaimed,
            (false, true) => Power::Claimed,
        };
        View {
            power,
            notice: view::notice_word(&self.notice),
            asked: self.asked_view(),
            lamp: lamp_word(self.lamp),
            sound: self.sound.map(sound_word),
            sounds: self.sounds,
            card: self.card.is_some(),
            camera: self.camera.is_some(),
        }
    }

    // The line.

    fn take_turn(&mut self, turn: Turn) {
        if let Some(frame) = turn.send {
            self.wire.send(&frame, self.now);
        }
        match turn.heard {
            Some(Heard::Message(message)) => self.obey(message),
            Some(Heard::Unknown(verb)) => self.refuse(verb),
            None => {}
        }
    }

    fn obey(&mut self, message: HostMessage) {
        let verb = message.verb();
        match message {
            HostMessage::Identify => self.identify(),
            HostMessage::Show(notice) => self.notice = notice,
            HostMessage::Light(lamp) if self.config.lamp => self.lamp = lamp,
            HostMessage::Light(_) => self.refuse(verb),
            HostMessage::Sound(sound) => {
                self.sound = Some(sound);
                self.sounds = self.sounds.saturating_add(1);
            }
            HostMessage::OfferMethods(methods) => self.ask(Asked::Methods(methods)),
            HostMessage::OpenAttempt(id) => self.open_attempt(id),
            HostMessage::PhotoBegin { attempt, bytes } => self.begin_photo(attempt, bytes, verb),
            HostMessage::PhotoChunk { index, bytes } => self.extend_photo(index, &bytes, verb),
            HostMessage::Compare(attempt) => self.compare(attempt, verb),
            HostMessage::AskPin { tries_left } => self.ask(Asked::Pin { tries_left }),
            HostMessage::AskConsent(screen) => {
                self.ask(Asked::Consent(screen));
                self.auto_consent(self.auto_consent);
            }
            HostMessage::Cancel => self.ask(Asked::Nothing),
        }
    }

    fn identify(&mut self) {
        self.asked = Asked::Nothing;
        self.line.say(ReaderMessage::Identity(Identity {
            model: self.config.model.clone(),
            firmware: self.config.firmware.clone(),
            serial: self.config.serial.clone(),
            self_test: self.config.self_test,
        }));
        if self.card.is_some() {
            self.line.say(ReaderMessage::CardPlaced);
        }
    }

    fn refuse(&mut self, verb: Verb) {
        self.line.say(ReaderMessage::Refused(verb));
    }

    fn ask(&mut self, asked: Asked) {
        self.line.forget_answers();
        self.asked = asked;
    }

    fn answer(&mut self, message: ReaderMessage) {
        self.asked = Asked::Nothing;
        self.line.say(message);
    }

    fn tell_card(&mut self, message: ReaderMessage) {
        // Before it is identified the unit keeps it to itself: identification tells where the card is.
        if self.line.is_identified() {
            self.line.say(message);
        }
    }

    // The face.

    fn open_attempt(&mut self, id: AttemptId) {
        self.ask(Asked::Face(Attempt {
            id,
            photo: Pii::new(Vec::new()),
            announced: 0,
            next_index: 0,
            face_until: None,
        }));
        match self.read_card_face() {
            Some(number) => self.line.say(ReaderMessage::NumberB { attempt: id, number }),
            None => self.end_attempt(id, FaceVerdict::NumberBUnreadable),
        }
    }

    fn read_card_face(&self) -> Option<NumberB> {
        let printed = self.card.as_ref()?.number_b.as_ref()?;
        let mut digits = zeroize::Zeroizing::new(*printed.expose(Purpose::Simulate));
        match self.reading {
            Reading::Right => {}
            Reading::LastDigitWrong => {
                if let Some(last) = digits.last_mut() {
                    *last = if *last == b'9' { b'0' } else { *last + 1 };
                }
            }
            Reading::Unreadable => return None,
        }
        NumberB::from_digits(&*digits).ok()
    }

    fn begin_photo(&mut self, attempt: AttemptId, bytes: usize, verb: Verb) {
        match &mut self.asked {
            Asked::Face(open) if open.id == attempt && open.face_until.is_none() => {
                open.photo = Pii::new(Vec::with_capacity(bytes));
                open.announced = bytes;
                open.next_index = 0;
            }
            _ => self.refuse(verb),
        }
    }

    fn extend_photo(&mut self, index: u8, bytes: &Pii<Vec<u8>>, verb: Verb) {
        let bytes = bytes.expose(Purpose::Simulate);
        match &mut self.asked {
            Asked::Face(open) if open.next_index == index && open.room() >= bytes.len() => {
                let photo = std::mem::replace(&mut open.photo, Pii::new(Vec::new()));
                open.photo = photo.map(|mut photo| {
                    photo.extend_from_slice(bytes);
                    photo
                });
                open.next_index = open.next_index.saturating_add(1);
            }
            _ => self.refuse(verb),
        }
    }

    fn compare(&mut self, attempt: AttemptId, verb: Verb) {
        let until = self.now.after(FACE_WAIT);
        match &mut self.asked {
            Asked::Face(open) if open.id == attempt && open.announced > 0 && open.room() == 0 => {
                open.face_until = Some(until);
                self.look();
            }
            _ => self.refuse(verb),
        }
    }

    /// Compares if a comparison waits; a face that cannot be found is waited for until t6 has passed.
    fn look(&mut self) {
        let Asked::Face(Attempt { id, photo, face_until: Some(until), .. }) = &self.asked else { return };
        let (id, late) = (*id, *until <= self.now);
        let photo = photo.expose(Purpose::Simulate);
        let verdict = match &self.camera {
            Some(camera) => face::judge(photo, camera),
            None if face::is_readable(photo) => FaceVerdict::NoFace,
            None => FaceVerdict::PhotoUnreadable,
        };
        if late || verdict != FaceVerdict::NoFace {
            self.end_attempt(id, verdict);
        }
    }

    fn end_attempt(&mut self, attempt: AttemptId, verdict: FaceVerdict) {
        self.answer(ReaderMessage::Verdict { attempt, verdict });
    }

    fn face_until(&self) -> Option<Moment> {
        match &self.asked {
            Asked::Face(attempt) => attempt.face_until,
            _ => None,
        }
    }

    fn asked_view(&self) -> AskedView {
        match &self.asked {
            Asked::Nothing => AskedView::Nothing,
            Asked::Methods(methods) => {
                AskedView::Methods { offered: methods.iter().map(|method| method_word(*method)).collect() }
            }
            Asked::Face(attempt) => AskedView::Face { comparing: attempt.face_until.is_some() },
            Asked::Pin { tries_left } => AskedView::Pin { tries_left: *tries_left },
            Asked::Consent(screen) => {
                AskedView::Consent { screen: screen.id.clone(), items: screen.items.clone() }
            }
        }
    }
}

impl Attempt {
    fn room(&self) -> usize {
        self.announced.saturating_sub(self.photo.expose(Purpose::Simulate).len())
    }
}

impl Firmware for Caora {
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        self.now = now;
        if now < self.ready_at {
            return;
        }
        for byte in bytes {
            let turn = self.line.receive(*byte, now);
            self.take_turn(turn);
        }
    }

    fn wake(&mut self, now: Moment) {
        self.now = now;
        self.wire.wake(now);
        let turn = self.line.wake(now);
        self.take_turn(turn);
        if self.face_until().is_some_and(|until| until <= now) {
            self.look();
        }
    }

    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.wire.poll(self.now)
    }

    fn next_wakeup(&self) -> Option<Moment> {
        let start_up = (self.now < self.ready_at).then_some(self.ready_at);
        [start_up, self.wire.next_wakeup(), self.line.next_wakeup(), self.face_until()]
            .into_iter()
            .flatten()
            .min()
    }
}

const fn method_word(method: Method) -> &'static str {
    match method {
        Method::Face => "face",
        Method::Pin => "pin",
    }
}

const fn lamp_word(lamp: Lamp) -> &'static str {
    match lamp {
        Lamp::Off => "off",
        Lamp::Green => "green",
        Lamp::Blue => "blue",
        Lamp::Red => "red",
    }
}

const fn sound_word(sound: Sound) -> &'static str {
    match sound {
        Sound::Chime => "chime",
        Sound::TakeCard => "take_card",
        Sound::Alarm => "alarm",
    }
}
