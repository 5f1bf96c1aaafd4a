//! A Caora's dialect as its unit speaks it, written from `DIALECT.md`: the half-duplex line, and which message says what.

mod line;

use crate::body::{Order, Told};
use crate::facts::{ALL_SOUNDS, JAPANESE, ModelFacts};
use crate::photo::{PhotoBasket, Piece};
use crate::unit::{Around, Dialect, Unit};
use caora_frames::host::MOST_PHOTO;
use caora_frames::unit::Identity;
use caora_frames::{Block, HostMessage, MODEL, Notice, ReaderMessage};
use line::{Heard, Line, Turn};
use model::{Moment, Purpose};
use reader::conformance::{Firmware, UnitConfig};
use reader::profile::Screen;
use reader::{AttemptId, Link, Parity, PhotoCodec, SerialSettings};

/// What a Caora can do.
pub const FACTS: ModelFacts = ModelFacts {
    model: MODEL,
    firmware: "1.04",
    link: Link::Serial(SerialSettings { baud: 115_200, parity: Parity::Even }),
    screen: Screen::Reader,
    lamp: false,
    sounds: ALL_SOUNDS,
    languages: JAPANESE,
    wrong_side_notice: false,
    shuffled_pad: false,
    measures_lux: true,
    least_lux: Some(150),
    sun_sensor: false,
    document_ocr: false,
    rotates: false,
    photo: PhotoCodec::JpegGrey,
};

/// A unit that is powered up now.
#[must_use]
pub fn unit(config: UnitConfig, now: Moment) -> Box<dyn Firmware> {
    Box::new(Unit::<Caora>::new(config, now))
}

/// The dialect's side of one unit.
struct Caora {
    line: Line,
    photo: Option<(AttemptId, PhotoBasket)>,
}

impl Dialect for Caora {
    const FACTS: &'static ModelFacts = &FACTS;

    fn powered_up(_seed: u64) -> Self {
        Self { line: Line::powered_up(), photo: None }
    }

    fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>) {
        for byte in bytes {
            let turn = self.line.receive(*byte, around.now);
            self.take_turn(turn, around);
        }
    }

    fn tell(&mut self, told: Told, _around: &mut Around<'_>) {
        if let Some(message) = message_for(told) {
            self.line.say(message);
        }
    }

    fn wake(&mut self, around: &mut Around<'_>) {
        let turn = self.line.wake(around.now);
        self.take_turn(turn, around);
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.next_wakeup()
    }

    fn is_claimed(&self) -> bool {
        self.line.is_identified()
    }

    fn announces_card(piece: &[u8]) -> bool {
        Block::new_checked(piece).is_ok_and(|block| block.body() == b"CI")
    }
}

impl Caora {
    fn take_turn(&mut self, turn: Turn, around: &mut Around<'_>) {
        if let Some(frame) = turn.send {
            around.send(&frame);
        }
        match turn.heard {
            Some(Heard::Message(message)) => {
                let verb = message.verb();
                if !self.take(message, around) {
                    self.line.say(ReaderMessage::Refused(verb));
                }
            }
            Some(Heard::Unknown(verb)) => self.line.say(ReaderMessage::Refused(verb)),
            None => {}
        }
    }

    /// Does what a message asks; `false` if the unit refuses.
    fn take(&mut self, message: HostMessage, around: &mut Around<'_>) -> bool {
        match message {
            HostMessage::Identify => self.identify(around),
            HostMessage::Show(notice) => around.obey(Order::Show(word_for(&notice))),
            HostMessage::Light(lamp) => around.obey(Order::Light(lamp)),
            HostMessage::Sound(sound) => around.obey(Order::Sound(sound)),
            HostMessage::OfferMethods(methods) => self.ask(Order::OfferMethods(methods), around),
            HostMessage::OpenAttempt(attempt) => self.ask(Order::OpenAttempt(attempt), around),
            HostMessage::AskPin { tries_left } => self.ask(Order::AskPin { tries_left }, around),
            HostMessage::AskPasscode => self.ask(Order::AskPasscode, around),
            HostMessage::AskConsent(screen) => self.ask(Order::AskConsent(screen), around),
            HostMessage::Cancel => self.ask(Order::Cancel, around),
            HostMessage::PhotoBegin { attempt, bytes } => self.begin_photo(attempt, bytes, around),
            HostMessage::PhotoChunk { index, bytes } => self.photo.as_mut().is_some_and(|(_, basket)| {
                basket.put(u32::from(index), bytes.expose(Purpose::Simulate)) == Piece::Taken
            }),
            HostMessage::Compare(attempt) => self.compare(attempt, around),
        }
    }

    fn identify(&mut self, around: &mut Around<'_>) -> bool {
        let identity = around.body.identity();
        self.line.say(ReaderMessage::Identity(Identity {
            model: identity.model.clone(),
            firmware: identity.firmware.clone(),
            serial: identity.serial.clone(),
            self_test: identity.self_test,
            card: around.body.has_card(),
        }));
        self.photo = None;
        around.obey(Order::Begin)
    }

    /// A new question, or none: what was answered to the one before and not fetched yet is void.
    fn ask(&mut self, order: Order, around: &mut Around<'_>) -> bool {
        self.line.forget_answers();
        self.photo = None;
        around.obey(order)
    }

    fn begin_photo(&mut self, attempt: AttemptId, bytes: usize, around: &Around<'_>) -> bool {
        let basket = PhotoBasket::announced(bytes, MOST_PHOTO).filter(|_| around.body.wants_photo(attempt));
        let begun = basket.is_some();
        if let Some(basket) = basket {
            self.photo = Some((attempt, basket));
        }
        begun
    }

    fn compare(&mut self, attempt: AttemptId, around: &mut Around<'_>) -> bool {
        let photo =
            self.photo.as_mut().filter(|(of, _)| *of == attempt).and_then(|(_, basket)| basket.take());
        photo.is_some_and(|photo| around.obey(Order::Compare { attempt, photo }))
    }
}

/// What happens at the unit, in the dialect's words; `None` for what a Caora never tells.
fn message_for(told: Told) -> Option<ReaderMessage> {
    Some(match told {
        Told::CardPlaced => ReaderMessage::CardPlaced,
        Told::CardTaken => ReaderMessage::CardTaken,
        Told::Method(method) => ReaderMessage::MethodChosen(method),
        Told::NumberB { attempt, number } => ReaderMessage::NumberB { attempt, number },
        Told::Verdict { attempt, verdict, conditions } => {
            ReaderMessage::Verdict { attempt, verdict, face_lux: conditions.face_lux? }
        }
        Told::Pin(pin) => ReaderMessage::PinEntered(pin),
        Told::Passcode(passcode) => ReaderMessage::PasscodeEntered(passcode),
        Told::PinCancelled => ReaderMessage::PinCancelled,
        Told::Consent { screen, decision } => ReaderMessage::ConsentAnswered { screen, decision },
        Told::Fault(number) => ReaderMessage::Fault(number),
        Told::CardWrongSide | Told::Language(_) | Told::Document(_) | Told::Rotated { .. } => return None,
    })
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
