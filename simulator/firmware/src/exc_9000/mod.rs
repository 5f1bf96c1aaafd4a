//! An EXC-9000's dialect as its unit speaks it, written from `DIALECT.md`: the session, and which message says what.

mod session;

use crate::body::{Order, Told};
use crate::facts::ModelFacts;
use crate::photo::{PhotoBasket, Piece};
use crate::unit::{Around, Dialect, Unit};
use exc_9000_frames::host::MOST_PHOTO;
use exc_9000_frames::{
    Collector, HostMessage, Identity, MODEL, Message as _, Notice, Token, Turn, UnitMessage, UnitPacket,
};
use model::{Moment, Purpose};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use reader::conformance::{Firmware, UnitConfig};
use reader::profile::Screen;
use reader::{AttemptId, Language, Link, Parity, PhotoCodec, SerialSettings};
use session::{Heard, Session};

/// What an EXC-9000 can do. That it measures the light is a stand-in.
pub const FACTS: ModelFacts = ModelFacts {
    model: MODEL,
    firmware: "2.11",
    link: Link::Serial(SerialSettings { baud: 460_800, parity: Parity::None }),
    screen: Screen::Reader,
    lamp: false,
    sounds: &[],
    languages: &[Language::Japanese, Language::English, Language::Korean, Language::Chinese],
    wrong_side_notice: false,
    shuffled_pad: false,
    measures_lux: true,
    least_lux: None,
    sun_sensor: true,
    document_ocr: false,
    rotates: true,
    photo: PhotoCodec::Jp2,
};

/// A unit that is powered up now.
#[must_use]
pub fn unit(config: UnitConfig, now: Moment) -> Box<dyn Firmware> {
    Box::new(Unit::<Exc9000>::new(config, now))
}

/// The dialect's side of one unit.
struct Exc9000 {
    session: Session,
    asked: Asked,
}

/// Under which number an answer is waited for.
enum Asked {
    Nothing,
    Question { ask: u32 },
    Attempt { ask: u32, attempt: AttemptId, photo: Photo },
}

/// The photo of an attempt.
enum Photo {
    Absent,
    Arriving { ask: u32, basket: PhotoBasket },
    Whole { ask: u32 },
}

impl Dialect for Exc9000 {
    const FACTS: &'static ModelFacts = &FACTS;

    fn powered_up(seed: u64) -> Self {
        let boot = ChaCha8Rng::seed_from_u64(seed).next_u32();
        Self { session: Session::powered_up(boot), asked: Asked::Nothing }
    }

    fn started(&mut self, around: &mut Around<'_>) {
        self.session.started(around.now);
        self.leave(around);
    }

    fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>) {
        for byte in bytes {
            match self.session.receive(*byte, around.now) {
                Some(Heard::Hello(session)) => self.begin(session, around),
                Some(Heard::Message(message)) => self.take(message, around),
                None => {}
            }
        }
        self.leave(around);
    }

    fn tell(&mut self, told: Told, around: &mut Around<'_>) {
        self.say_told(told, around);
        self.leave(around);
    }

    fn wake(&mut self, around: &mut Around<'_>) {
        if !self.session.wake(around.now) {
            self.let_go(around);
        }
        self.leave(around);
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.session.next_wakeup()
    }

    fn is_claimed(&self) -> bool {
        self.session.is_open()
    }

    fn announces_card(piece: &[u8]) -> bool {
        let mut collector = Collector::default();
        let framed = piece.iter().any(|byte| collector.push(*byte) == Some(Token::Frame));
        let packet = collector.frame().filter(|_| framed).map(|frame| UnitPacket::parse(frame.body()));
        matches!(
            packet,
            Some(Ok(UnitPacket {
                turn: Turn::Numbered { message: UnitMessage::Card { placed: true }, .. },
                ..
            }))
        )
    }
}

impl Exc9000 {
    /// Puts what the session has to say on the wire.
    fn leave(&mut self, around: &mut Around<'_>) {
        self.session.speak(around.now);
        while let Some(frame) = self.session.poll_frame() {
            around.send(&frame);
        }
    }

    fn say_told(&mut self, told: Told, around: &mut Around<'_>) {
        if let Some(message) = self.message_for(told) {
            self.say(message, around);
        }
    }

    fn say(&mut self, message: UnitMessage, around: &mut Around<'_>) {
        if !self.session.say(message) {
            self.let_go(around);
        }
    }

    fn begin(&mut self, session: u16, around: &mut Around<'_>) {
        let known = around.body.identity();
        let here = Identity {
            model: known.model.clone(),
            firmware: known.firmware.clone(),
            serial: known.serial.clone(),
            boot: self.session.boot(),
            begun: self.session.beginning(),
            self_test: known.self_test,
            card: around.body.has_card(),
            portrait: around.body.is_portrait(),
        };
        self.asked = Asked::Nothing;
        let begun = around.obey(Order::Begin);
        if begun {
            self.session.begin(session, here, around.now);
        }
    }

    /// Nobody listens: nothing is asked any more, and the screen says so.
    fn let_go(&mut self, around: &mut Around<'_>) {
        self.asked = Asked::Nothing;
        let _ = around.obey(Order::Cancel) && around.obey(Order::Show(word_for(&Notice::OutOfOrder)));
        self.session.let_go(around.now);
    }

    fn take(&mut self, message: HostMessage, around: &mut Around<'_>) {
        let (name, ask) = (message.name(), message.ask().unwrap_or(0));
        if !self.obey(message, around) {
            self.say(UnitMessage::Refused { name, ask }, around);
        }
        // Said before the next message is obeyed, which may ask something else.
        while let Some(told) = around.body.poll_told() {
            self.say_told(told, around);
        }
    }

    /// Does what a message asks; `false` if the unit refuses.
    fn obey(&mut self, message: HostMessage, around: &mut Around<'_>) -> bool {
        match message {
            HostMessage::Hello => true,
            HostMessage::Show(notice) => around.obey(Order::Show(word_for(&notice))),
            HostMessage::Speak(language) => around.obey(Order::Speak(language)),
            HostMessage::Methods { ask, offered } => {
                self.ask(Asked::Question { ask }, Order::OfferMethods(offered), around)
            }
            HostMessage::Attempt { ask, attempt } => {
                let asked = Asked::Attempt { ask, attempt, photo: Photo::Absent };
                self.ask(asked, Order::OpenAttempt(attempt), around)
            }
            HostMessage::Pin { ask, tries } => {
                self.ask(Asked::Question { ask }, Order::AskPin { tries_left: tries }, around)
            }
            HostMessage::Passcode { ask } => self.ask(Asked::Question { ask }, Order::AskPasscode, around),
            HostMessage::Consent { ask, screen } => {
                self.ask(Asked::Question { ask }, Order::AskConsent(screen), around)
            }
            HostMessage::Cancel => self.ask(Asked::Nothing, Order::Cancel, around),
            HostMessage::Photo { ask, attempt, bytes } => self.announce(ask, attempt, bytes, around),
            HostMessage::Piece { ask, index, bytes } => {
                self.piece(ask, index, bytes.expose(Purpose::Simulate), around)
            }
        }
    }

    /// A new question, or none: what was answered to the one before and not said yet is void.
    fn ask(&mut self, asked: Asked, order: Order, around: &mut Around<'_>) -> bool {
        self.session.forget_answers();
        self.asked = asked;
        let obeyed = around.obey(order);
        if !obeyed {
            self.asked = Asked::Nothing;
        }
        obeyed
    }

    fn announce(&mut self, ask: u32, attempt: AttemptId, bytes: u32, around: &Around<'_>) -> bool {
        let Asked::Attempt { attempt: open, photo, .. } = &mut self.asked else { return false };
        let wanted = *open == attempt && matches!(photo, Photo::Absent) && around.body.wants_photo(attempt);
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let Some(basket) = PhotoBasket::announced(bytes, MOST_PHOTO).filter(|_| wanted) else { return false };
        *photo = Photo::Arriving { ask, basket };
        true
    }

    fn piece(&mut self, ask: u32, index: u8, bytes: &[u8], around: &mut Around<'_>) -> bool {
        let Asked::Attempt { attempt, photo, .. } = &mut self.asked else { return false };
        let Photo::Arriving { ask: announced, basket } = photo else { return false };
        if *announced != ask || basket.put(u32::from(index), bytes) != Piece::Taken {
            return false;
        }
        let Some(whole) = basket.take() else { return true };
        *photo = Photo::Whole { ask };
        let attempt = *attempt;
        around.obey(Order::Compare { attempt, photo: whole })
    }

    /// What happens at the unit, in the dialect's words; `None` for what an EXC-9000 never tells.
    fn message_for(&mut self, told: Told) -> Option<UnitMessage> {
        Some(match told {
            Told::CardPlaced => UnitMessage::Card { placed: true },
            Told::CardTaken => UnitMessage::Card { placed: false },
            Told::Rotated { portrait } => UnitMessage::Turned { portrait },
            Told::Language(language) => UnitMessage::Language(language),
            Told::Method(method) => UnitMessage::Method { ask: self.answered()?, method },
            Told::NumberB { attempt, number } => {
                let Asked::Attempt { ask, .. } = &self.asked else { return None };
                UnitMessage::NumberB { ask: *ask, attempt, number }
            }
            Told::Verdict { attempt, verdict, conditions } => {
                UnitMessage::Verdict { ask: self.answered()?, attempt, verdict, conditions }
            }
            Told::Pin(pin) => UnitMessage::Entered { ask: self.answered()?, pin },
            Told::Passcode(passcode) => UnitMessage::PasscodeEntered { ask: self.answered()?, passcode },
            Told::PinCancelled => UnitMessage::Declined { ask: self.answered()? },
            Told::Consent { screen, decision } => {
                UnitMessage::Answer { ask: self.answered()?, screen, decision }
            }
            Told::Fault(number) => UnitMessage::Fault(number),
            Told::CardWrongSide | Told::Document(_) => return None,
        })
    }

    /// The number of the question that is answered now; it is asked no longer.
    fn answered(&mut self) -> Option<u32> {
        match std::mem::replace(&mut self.asked, Asked::Nothing) {
            Asked::Nothing => None,
            Asked::Question { ask }
            | Asked::Attempt { photo: Photo::Whole { ask }, .. }
            | Asked::Attempt { ask, .. } => Some(ask),
        }
    }
}

fn word_for(notice: &Notice) -> String {
    match notice {
        Notice::PlaceCard => String::from("place_card"),
        Notice::Wait => String::from("wait"),
        Notice::Done => String::from("done"),
        Notice::TakeCard => String::from("take_card"),
        Notice::CardLeft => String::from("card_left"),
        Notice::Failure(code) => code.as_str().to_owned(),
        Notice::OutOfOrder => String::from("out_of_order"),
        Notice::VisualArmed => String::from("visual_armed"),
        Notice::StaffCheck => String::from("staff_check"),
    }
}
