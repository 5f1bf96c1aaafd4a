//! A Hi-CARA's dialect as its unit speaks it, written from `DIALECT.md`: which request says what, and which event.

mod lamp;
mod line;

use crate::body::{Order, Told};
use crate::facts::{ALL_SOUNDS, JAPANESE, ModelFacts};
use crate::unit::{Around, Dialect, Unit};
use hi_cara_frames::{
    Ask, Direction, Frame, FrameError, HostMessage, Identity, MODEL, Notice, Phrase, Refusal, UnitEvent,
    UnitMessage,
};
use lamp::Lamp;
use line::{Heard, Line};
use model::Moment;
use reader::conformance::{Firmware, UnitConfig};
use reader::profile::Screen;
use reader::{Link, PhotoCodec, Sound};

/// What a Hi-CARA can do.
pub const FACTS: ModelFacts = ModelFacts {
    model: MODEL,
    firmware: "1.02",
    link: Link::Tcp,
    screen: Screen::Reader,
    lamp: true,
    // Its voice says them.
    sounds: ALL_SOUNDS,
    languages: JAPANESE,
    wrong_side_notice: false,
    shuffled_pad: false,
    measures_lux: true,
    least_lux: None,
    sun_sensor: true,
    document_ocr: false,
    rotates: false,
    photo: PhotoCodec::Jp2,
};

/// A unit that is powered up now.
#[must_use]
pub fn unit(config: UnitConfig, now: Moment) -> Box<dyn Firmware> {
    Box::new(Unit::<HiCara>::new(config, now))
}

/// The dialect's side of one unit.
struct HiCara {
    line: Line,
    lamp: Lamp,
    /// The number of the question on the screen.
    ask: Option<Ask>,
}

impl Dialect for HiCara {
    const FACTS: &'static ModelFacts = &FACTS;

    fn powered_up(_seed: u64) -> Self {
        Self { line: Line::powered_up(), lamp: Lamp::default(), ask: None }
    }

    fn started(&mut self, around: &mut Around<'_>) {
        self.line.start(around);
    }

    fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>) {
        for byte in bytes {
            let heard = self.line.receive(*byte, around);
            self.take_all(heard, around);
        }
    }

    fn tell(&mut self, told: Told, around: &mut Around<'_>) {
        if let Some(event) = self.event_for(told) {
            self.line.say(event, around);
        }
    }

    fn wake(&mut self, around: &mut Around<'_>) {
        let heard = self.line.fall_quiet(around);
        self.take_all(heard, around);
        self.line.say_again(around);
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.next_wakeup()
    }

    fn link_changed(&mut self, open: bool, around: &mut Around<'_>) {
        self.line.link_changed(open, around);
        if !open {
            self.forget(around);
        }
    }

    fn is_claimed(&self) -> bool {
        self.line.is_begun()
    }

    fn announces_card(piece: &[u8]) -> bool {
        Frame::new_checked(Direction::FromUnit, piece)
            .and_then(|frame| UnitMessage::parse(&frame))
            .is_ok_and(|message| matches!(message, UnitMessage::Event(UnitEvent::CardPlaced)))
    }
}

impl HiCara {
    fn take_all(&mut self, first: Option<Heard>, around: &mut Around<'_>) {
        let mut next = first;
        while let Some(heard) = next {
            self.take(heard, around);
            next = self.line.more(around);
        }
    }

    fn take(&mut self, heard: Heard, around: &mut Around<'_>) {
        match heard {
            Heard::Begin => {
                self.forget(around);
                let identity = identity(self.line.power_up(), around);
                self.line.began(identity, around);
            }
            Heard::Request { verb, message } => {
                let outcome = message.map_err(refusal_for).and_then(|message| self.obey(message, around));
                self.line.reply(verb, outcome, around);
            }
        }
    }

    /// Nothing is asked any more.
    fn forget(&mut self, around: &mut Around<'_>) {
        self.ask = None;
        // Every unit can begin anew.
        let _ = around.obey(Order::Begin);
    }

    fn obey(&mut self, message: HostMessage, around: &mut Around<'_>) -> Result<(), Refusal> {
        match message {
            HostMessage::LineOn(line) => {
                self.lamp.enable(line);
                Ok(())
            }
            HostMessage::LineValue { line, lit } => {
                let colour = self.lamp.write(line, lit).ok_or(Refusal::NotNow)?;
                can(around.obey(Order::Light(colour)))
            }
            HostMessage::Alive => Ok(()),
            HostMessage::Show(notice) => can(around.obey(Order::Show(word_for(&notice)))),
            HostMessage::Say(phrase) => can(around.obey(Order::Sound(sound_for(phrase)))),
            HostMessage::OfferMethods { ask, methods } => {
                self.ask(Some(ask), Order::OfferMethods(methods), around)
            }
            HostMessage::OpenAttempt { ask, attempt } => {
                self.ask(Some(ask), Order::OpenAttempt(attempt), around)
            }
            HostMessage::AskPin { ask, tries_left } => {
                self.ask(Some(ask), Order::AskPin { tries_left }, around)
            }
            HostMessage::AskPasscode { ask } => self.ask(Some(ask), Order::AskPasscode, around),
            HostMessage::AskConsent { ask, screen } => self.ask(Some(ask), Order::AskConsent(screen), around),
            HostMessage::Cancel => self.ask(None, Order::Cancel, around),
            HostMessage::Compare { ask, attempt, photo } => {
                let now = self.ask == Some(ask) && around.obey(Order::Compare { attempt, photo });
                if now { Ok(()) } else { Err(Refusal::NotNow) }
            }
            // The line itself takes these.
            HostMessage::Begin { .. } | HostMessage::Taken => Err(Refusal::Unknown),
        }
    }

    /// A new question, or none: what was answered to the one before and not said yet is void.
    fn ask(&mut self, ask: Option<Ask>, order: Order, around: &mut Around<'_>) -> Result<(), Refusal> {
        can(around.obey(order))?;
        self.line.forget_answers();
        self.ask = ask;
        Ok(())
    }

    /// What happens at the unit, in the dialect's words; `None` for what a Hi-CARA never tells.
    fn event_for(&self, told: Told) -> Option<UnitEvent> {
        let ask = self.ask;
        Some(match told {
            Told::CardPlaced => UnitEvent::CardPlaced,
            Told::CardTaken => UnitEvent::CardTaken,
            Told::Fault(number) => UnitEvent::Fault(number),
            Told::Method(method) => UnitEvent::MethodChosen { ask: ask?, method },
            Told::NumberB { attempt, number } => UnitEvent::NumberB { ask: ask?, attempt, number },
            Told::Verdict { attempt, verdict, conditions } => {
                UnitEvent::Verdict { ask: ask?, attempt, verdict, conditions }
            }
            Told::Pin(pin) => UnitEvent::PinEntered { ask: ask?, pin },
            Told::Passcode(passcode) => UnitEvent::PasscodeEntered { ask: ask?, passcode },
            Told::PinCancelled => UnitEvent::PinCancelled { ask: ask? },
            Told::Consent { screen, decision } => UnitEvent::ConsentAnswered { ask: ask?, screen, decision },
            Told::CardWrongSide | Told::Language(_) | Told::Document(_) | Told::Rotated { .. } => {
                return None;
            }
        })
    }
}

const fn can(done: bool) -> Result<(), Refusal> {
    if done { Ok(()) } else { Err(Refusal::Cannot) }
}

const fn refusal_for(error: FrameError) -> Refusal {
    match error {
        FrameError::Verb => Refusal::Unknown,
        _ => Refusal::Field,
    }
}

fn identity(power_up: u32, around: &Around<'_>) -> Identity {
    let said = around.body.identity().clone();
    Identity {
        power_up,
        self_test: said.self_test,
        card: around.body.has_card(),
        on_base: true,
        model: said.model,
        firmware: said.firmware,
        serial: said.serial,
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

const fn sound_for(phrase: Phrase) -> Sound {
    match phrase {
        Phrase::Accepted => Sound::Chime,
        Phrase::TakeCard => Sound::TakeCard,
        Phrase::Wrong => Sound::Alarm,
    }
}

#[cfg(test)]
mod tests;
