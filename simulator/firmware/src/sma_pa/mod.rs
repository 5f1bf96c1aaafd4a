//! A Sma-pa's dialect as its unit speaks it, written from `DIALECT.md`: session and window, and which message says what.

mod line;

use crate::body::{Order, Told};
use crate::facts::{ALL_SOUNDS, JAPANESE, ModelFacts};
use crate::unit::{Around, Dialect, Unit};
use line::{Heard, Line};
use model::{Moment, Pii, Purpose};
use reader::conformance::{Firmware, UnitConfig};
use reader::profile::Screen;
use reader::{AttemptId, DocumentReading, Link, Parity, PhotoCodec, SerialSettings, Sound};
use sma_pa_frames::piece::Gathered;
use sma_pa_frames::unit::{Document, Identity, MOST_FIELDS, MOST_IMAGE, MOST_NAME, MOST_VALUE};
use sma_pa_frames::words::needs_escape;
use sma_pa_frames::{
    Announced, Basket, Frame, HostMessage, Kind, MODEL, Notice, Number, Piece, Question, ReaderMessage,
    Session,
};

/// What a Sma-pa can do.
pub const FACTS: ModelFacts = ModelFacts {
    model: MODEL,
    firmware: "2.10",
    link: Link::Serial(SerialSettings { baud: 921_600, parity: Parity::None }),
    screen: Screen::Reader,
    lamp: false,
    sounds: ALL_SOUNDS,
    languages: JAPANESE,
    wrong_side_notice: false,
    shuffled_pad: true,
    measures_lux: true,
    least_lux: None,
    sun_sensor: true,
    document_ocr: true,
    rotates: false,
    photo: PhotoCodec::JpegGrey,
};

/// A unit that is powered up now.
#[must_use]
pub fn unit(config: UnitConfig, now: Moment) -> Box<dyn Firmware> {
    Box::new(Unit::<SmaPa>::new(config, now))
}

/// The dialect's side of one unit.
struct SmaPa {
    line: Line,
    /// The command that asked what is asked.
    question: Question,
    /// The attempt whose photo is under way.
    photo: Option<(AttemptId, Basket)>,
}

impl Dialect for SmaPa {
    const FACTS: &'static ModelFacts = &FACTS;

    fn powered_up(_seed: u64) -> Self {
        Self { line: Line::powered_up(), question: 0, photo: None }
    }

    fn started(&mut self, around: &mut Around<'_>) {
        self.line.greet(around);
    }

    fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>) {
        for byte in bytes {
            for heard in self.line.receive(*byte, around) {
                self.take(heard, around);
            }
        }
    }

    fn tell(&mut self, told: Told, around: &mut Around<'_>) {
        if matches!(told, Told::CardPlaced) {
            // The short beep: the chip was seen.
            let _ = around.obey(Order::Sound(Sound::Chime));
        }
        let question = self.question;
        if let Told::Document(reading) = told {
            return self.tell_document(question, reading, around);
        }
        if let Some(message) = message_for(told, question) {
            self.line.say(message, around);
        }
    }

    fn wake(&mut self, around: &mut Around<'_>) {
        let (heard, deserted) = self.line.wake(around);
        if deserted {
            self.photo = None;
            let _ = around.obey(Order::Begin);
            let _ = around.obey(Order::Show(String::from(Notice::OutOfOrder.word())));
        }
        for heard in heard {
            self.take(heard, around);
        }
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.next_wakeup()
    }

    fn is_claimed(&self) -> bool {
        self.line.is_open()
    }

    fn announces_card(piece: &[u8]) -> bool {
        Frame::new_checked(piece).is_ok_and(|frame| {
            Kind::of(frame.code()).is_some_and(|kind| {
                let message = ReaderMessage::parse(kind, frame.body());
                matches!(message, Ok(ReaderMessage::Card { placed: true }))
            })
        })
    }
}

impl SmaPa {
    fn take(&mut self, heard: Heard, around: &mut Around<'_>) {
        match heard {
            Heard::Opened => self.opened(around),
            Heard::Message(message) => {
                let question = message.question();
                if !self.obey(message, around) {
                    self.line.say(ReaderMessage::Refused { question }, around);
                }
            }
            Heard::Strange => self.line.say(ReaderMessage::Refused { question: 0 }, around),
        }
    }

    fn opened(&mut self, around: &mut Around<'_>) {
        self.photo = None;
        let _ = around.obey(Order::Begin);
        let identity = around.body.identity();
        let message = ReaderMessage::Identity(Identity {
            model: identity.model.clone(),
            firmware: identity.firmware.clone(),
            serial: identity.serial.clone(),
            self_test: identity.self_test,
            card: around.body.has_card(),
        });
        self.line.say(message, around);
    }

    /// Does what a message asks; `false` if the unit refuses.
    fn obey(&mut self, message: HostMessage, around: &mut Around<'_>) -> bool {
        match message {
            HostMessage::Show { notice, .. } => around.obey(Order::Show(word_for(&notice))),
            HostMessage::Sound { sound, .. } => around.obey(Order::Sound(sound)),
            HostMessage::OfferMethods { question, methods } => {
                self.ask(question, Order::OfferMethods(methods), around)
            }
            HostMessage::OpenAttempt { question, attempt } => {
                self.ask(question, Order::OpenAttempt(attempt), around)
            }
            HostMessage::AskPin { question, tries_left } => {
                self.ask(question, Order::AskPin { tries_left }, around)
            }
            HostMessage::AskPasscode { question } => self.ask(question, Order::AskPasscode, around),
            HostMessage::AskConsent { question, screen } => {
                self.ask(question, Order::AskConsent(screen), around)
            }
            HostMessage::ReadDocument { question } => self.ask(question, Order::ReadDocument, around),
            HostMessage::Cancel { question } => self.ask(question, Order::Cancel, around),
            HostMessage::Compare { question, attempt, photo } => {
                let wanted = around.body.wants_photo(attempt) && self.photo.is_none();
                if wanted {
                    self.photo = Some((attempt, Basket::new(question, photo)));
                }
                wanted
            }
            HostMessage::PhotoPiece(piece) => self.gather(&piece, around),
        }
    }

    /// A new question, or none.
    fn ask(&mut self, question: Question, order: Order, around: &mut Around<'_>) -> bool {
        self.photo = None;
        self.line.forget_image();
        self.question = question;
        around.obey(order)
    }

    fn gather(&mut self, piece: &Piece, around: &mut Around<'_>) -> bool {
        // A piece of a photo that is no longer wanted may still be under way.
        let Some((attempt, mut basket)) = self.photo.take() else { return true };
        match basket.put(piece) {
            Gathered::Foreign | Gathered::More => {
                self.photo = Some((attempt, basket));
                true
            }
            Gathered::Broken => false,
            Gathered::Whole => {
                self.question = piece.question;
                around.obey(Order::Compare { attempt, photo: basket.take() })
            }
        }
    }

    fn tell_document(
        &mut self,
        question: Question,
        reading: Option<Pii<DocumentReading>>,
        around: &mut Around<'_>,
    ) {
        let sayable =
            reading.as_ref().and_then(|reading| sayable(question, reading.expose(Purpose::Simulate)));
        let Some((document, image)) = sayable else {
            return self.line.say(ReaderMessage::Document { question, document: None }, around);
        };
        let document = Some(Pii::new(document));
        self.line.say(ReaderMessage::Document { question, document }, around);
        for piece in Piece::cut(question, image) {
            self.line.say(ReaderMessage::ImagePiece(piece), around);
        }
    }
}

/// What was read, as far as one message has room for it, and its image; `None` if nothing of use is left.
fn sayable(question: Question, reading: &DocumentReading) -> Option<(Document, &[u8])> {
    let image = Some(reading.image.as_slice()).filter(|image| image.len() <= MOST_IMAGE)?;
    let field = |(name, value): &(String, String)| {
        (without_escapes(name, MOST_NAME), without_escapes(value, MOST_VALUE))
    };
    let fields: Vec<(String, String)> = reading.fields.iter().take(MOST_FIELDS).map(field).collect();
    let kind = without_escapes(&reading.kind, MOST_NAME);
    (0..=fields.len()).rev().find_map(|count| {
        let fields = fields.iter().take(count).cloned().collect();
        let document = Document { kind: kind.clone(), fields, image: Announced::of(image) };
        let message = ReaderMessage::Document { question, document: Some(Pii::new(document.clone())) };
        message.emit(Session::NONE, Number::default()).is_ok().then_some((document, image))
    })
}

/// What stood on paper, without the characters that the dialect does not have, cut to so many bytes.
fn without_escapes(text: &str, most: usize) -> String {
    let mut kept = String::new();
    for character in text.chars() {
        let character = if needs_escape(character) { '・' } else { character };
        if kept.len() + character.len_utf8() > most {
            break;
        }
        kept.push(character);
    }
    kept
}

/// What happens at the unit, in the dialect's words; `None` for what a Sma-pa never tells.
fn message_for(told: Told, question: Question) -> Option<ReaderMessage> {
    Some(match told {
        Told::CardPlaced => ReaderMessage::Card { placed: true },
        Told::CardTaken => ReaderMessage::Card { placed: false },
        Told::Method(method) => ReaderMessage::MethodChosen { question, method },
        Told::NumberB { attempt, number } => ReaderMessage::NumberB { question, attempt, number },
        Told::Verdict { attempt, verdict, conditions } => ReaderMessage::Verdict {
            question,
            attempt,
            verdict,
            lux: conditions.face_lux.unwrap_or_default(),
            sun: conditions.slot_in_sun.unwrap_or_default(),
        },
        Told::Pin(pin) => ReaderMessage::Pin { question, pin },
        Told::Passcode(passcode) => ReaderMessage::Passcode { question, passcode },
        Told::PinCancelled => ReaderMessage::PinCancelled { question },
        Told::Consent { screen, decision } => ReaderMessage::ConsentAnswered { question, screen, decision },
        Told::Fault(number) => ReaderMessage::Fault { number },
        Told::CardWrongSide | Told::Language(_) | Told::Document(_) | Told::Rotated { .. } => return None,
    })
}

fn word_for(notice: &Notice) -> String {
    match notice {
        Notice::Failure(code) => code.as_str().to_owned(),
        plain => plain.word().to_owned(),
    }
}

#[cfg(test)]
mod tests;
