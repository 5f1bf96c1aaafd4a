//! An XC-STFR2JMN's dialect as its unit speaks it, written from `DIALECT.md`: session and reports, and which message says
//! what. The panel is the terminal's: the unit has tray, camera and its own judgement of faces.

mod line;
mod sending;
#[cfg(test)]
mod tests;

use crate::body::{Order, Told};
use crate::facts::{JAPANESE, ModelFacts};
use crate::unit::{Around, Dialect, Unit};
use line::{Heard, Line};
use model::Moment;
use reader::conformance::{Firmware, UnitConfig};
use reader::profile::Screen;
use reader::{AttemptId, Link, PhotoCodec};
use stfr2_frames::report::{Identity, REPORT, UnitReport};
use stfr2_frames::unit::CardState;
use stfr2_frames::{HostMessage, MODEL, UnitMessage};

/// What an XC-STFR2JMN can do.
pub const FACTS: ModelFacts = ModelFacts {
    model: MODEL,
    firmware: "3.10",
    link: Link::Hid { report: REPORT },
    screen: Screen::Terminal,
    lamp: false,
    sounds: &[],
    languages: JAPANESE,
    wrong_side_notice: true,
    shuffled_pad: false,
    measures_lux: true,
    least_lux: Some(100),
    sun_sensor: false,
    document_ocr: false,
    rotates: false,
    photo: PhotoCodec::JpegGrey,
};

/// A unit that is powered up now.
#[must_use]
pub fn unit(config: UnitConfig, now: Moment) -> Box<dyn Firmware> {
    Box::new(Unit::<Stfr2>::new(config, now))
}

/// The dialect's side of one unit.
struct Stfr2 {
    line: Line,
    /// The attempt that was opened last, and the orders for which it is answered.
    attempt: Option<Attempt>,
}

struct Attempt {
    id: AttemptId,
    opened: u16,
    compared: Option<u16>,
}

impl Dialect for Stfr2 {
    const FACTS: &'static ModelFacts = &FACTS;

    fn powered_up(_seed: u64) -> Self {
        Self { line: Line::powered_up(), attempt: None }
    }

    fn started(&mut self, around: &mut Around<'_>) {
        self.line.greet(around);
    }

    fn receive(&mut self, bytes: &[u8], around: &mut Around<'_>) {
        match self.line.receive(bytes, around) {
            Some(Heard::Opened) => {
                self.attempt = None;
                let _ = around.obey(Order::Begin);
            }
            Some(Heard::Message(order, message)) => {
                let done = message.is_some_and(|message| self.take(order, message, around));
                if !done {
                    self.line.say(order, &UnitMessage::Refused, around);
                }
            }
            None => {}
        }
    }

    fn tell(&mut self, told: Told, around: &mut Around<'_>) {
        let (order, message) = match told {
            Told::CardPlaced => (0, UnitMessage::Card(CardState::Placed)),
            Told::CardTaken => (0, UnitMessage::Card(CardState::Taken)),
            Told::CardWrongSide => (0, UnitMessage::Card(CardState::WrongSide)),
            Told::Fault(number) => (0, UnitMessage::Fault(number)),
            Told::NumberB { attempt, number } => {
                let Some(open) = self.attempt.as_ref().filter(|open| open.id == attempt) else { return };
                (open.opened, UnitMessage::NumberB { attempt, number })
            }
            Told::Verdict { attempt, verdict, conditions } => {
                let Some(open) = self.attempt.take_if(|open| open.id == attempt) else { return };
                let order = open.compared.unwrap_or(open.opened);
                (order, UnitMessage::Verdict { attempt, verdict, lux: conditions.face_lux })
            }
            // The panel is the terminal's: nothing of the kind happens here.
            Told::Method(_)
            | Told::Pin(_)
            | Told::Passcode(_)
            | Told::PinCancelled
            | Told::Consent { .. }
            | Told::Language(_)
            | Told::Document(_)
            | Told::Rotated { .. } => return,
        };
        self.line.say(order, &message, around);
    }

    fn wake(&mut self, around: &mut Around<'_>) {
        if self.line.wake(around) {
            self.forget(around);
        }
    }

    fn next_wakeup(&self) -> Option<Moment> {
        self.line.next_wakeup()
    }

    fn link_changed(&mut self, open: bool, around: &mut Around<'_>) {
        if open {
            self.line.fetched(around);
        } else {
            self.line.unfetched();
            self.forget(around);
        }
    }

    fn is_claimed(&self) -> bool {
        self.line.is_open()
    }

    fn announces_card(piece: &[u8]) -> bool {
        let Ok(UnitReport::Data(data)) = UnitReport::parse(piece) else { return false };
        matches!(UnitMessage::parse(data.payload), Ok((_, UnitMessage::Card(CardState::Placed))))
    }
}

impl Stfr2 {
    /// Does what a message asks; `false` if the unit refuses.
    fn take(&mut self, order: u16, message: HostMessage, around: &mut Around<'_>) -> bool {
        match message {
            HostMessage::OpenAttempt(id) => {
                self.line.forget_answers();
                self.attempt = Some(Attempt { id, opened: order, compared: None });
                around.obey(Order::OpenAttempt(id))
            }
            HostMessage::Compare { attempt, photo } => {
                let open = self.attempt.as_mut().filter(|open| open.id == attempt && open.compared.is_none());
                let Some(open) = open else { return false };
                open.compared = Some(order);
                around.obey(Order::Compare { attempt, photo })
            }
            HostMessage::Cancel => {
                self.line.forget_answers();
                self.attempt = None;
                around.obey(Order::Cancel)
            }
        }
    }

    /// The terminal is gone: nothing is asked any more.
    fn forget(&mut self, around: &mut Around<'_>) {
        self.attempt = None;
        let _ = around.obey(Order::Cancel);
    }
}

/// What the unit says of itself when a session opens.
fn identity(around: &Around<'_>) -> Identity {
    let own = around.body.identity();
    Identity {
        self_test: own.self_test,
        card: around.body.has_card(),
        model: own.model.clone(),
        firmware: own.firmware.clone(),
        serial: own.serial.clone(),
    }
}
