//! A frame as a line of a trace. What may be personal is left out; what is not understood is only counted.

use crate::frame::{Direction, Frame};
use crate::host::{Ask, HostMessage};
use crate::unit::{UnitEvent, UnitMessage};
use model::Purpose;

/// One frame as text, without PIN, passcode, 照合番号B or photo. Anything that is not one whole message is told by its
/// length only: half a frame may hold half a PIN.
#[must_use]
pub fn redact(frame: &[u8]) -> String {
    request_line(frame)
        .or_else(|| unit_line(frame))
        .unwrap_or_else(|| format!("({} bytes, no message)", frame.len()))
}

fn request_line(bytes: &[u8]) -> Option<String> {
    let frame = Frame::new_checked(Direction::ToUnit, bytes).ok()?;
    let message = HostMessage::parse(&frame).ok()?;
    Some(format!("> {:?} {:02X} {}", frame.verb(), frame.serial(), host_fields(&message)))
}

fn unit_line(bytes: &[u8]) -> Option<String> {
    let frame = Frame::new_checked(Direction::FromUnit, bytes).ok()?;
    let message = UnitMessage::parse(&frame).ok()?;
    Some(format!("< {:?} {:02X} {}", frame.verb(), frame.serial(), unit_fields(&message)))
}

// The fields that are kept are written out; a message added later shows nothing until it is written here.

fn host_fields(message: &HostMessage) -> String {
    match message {
        HostMessage::LineOn(line) => format!("line on: {line:?}"),
        HostMessage::LineValue { line, lit } => format!("line value: {line:?} {lit}"),
        HostMessage::Begin { session } => format!("begin: session {session}"),
        HostMessage::Alive => String::from("alive"),
        HostMessage::Taken => String::from("taken"),
        HostMessage::Show(notice) => format!("notice: {notice:?}"),
        HostMessage::Say(phrase) => format!("voice: {phrase:?}"),
        HostMessage::OfferMethods { ask, methods } => format!("{}methods: {methods:?}", asked(*ask)),
        HostMessage::OpenAttempt { ask, attempt } => format!("{}attempt: {:016X}", asked(*ask), attempt.0),
        HostMessage::Compare { ask, attempt, photo } => {
            let bytes = photo.expose(Purpose::Judge).len();
            format!("{}compare: {:016X} ({bytes} bytes removed)", asked(*ask), attempt.0)
        }
        HostMessage::AskPin { ask, tries_left } => format!("{}PIN: {tries_left} tries", asked(*ask)),
        HostMessage::AskPasscode { ask } => format!("{}passcode", asked(*ask)),
        HostMessage::AskConsent { ask, screen } => {
            format!("{}consent: {} {:?}", asked(*ask), screen.id, screen.items)
        }
        HostMessage::Cancel => String::from("cancel"),
    }
}

fn unit_fields(message: &UnitMessage) -> String {
    match message {
        UnitMessage::Began(identity) => format!(
            "began: power-up {}, self-test {:02}, card {}, on base {}, {} {} {}",
            identity.power_up,
            identity.self_test,
            identity.card,
            identity.on_base,
            identity.model,
            identity.firmware,
            identity.serial
        ),
        UnitMessage::Done(_) => String::from("done"),
        UnitMessage::Refused(_, refusal) => format!("refused: {refusal:?}"),
        UnitMessage::Event(event) => event_fields(event),
    }
}

fn event_fields(event: &UnitEvent) -> String {
    let answered = event.ask().map(asked).unwrap_or_default();
    let told = match event {
        UnitEvent::PoweredUp { power_up } => format!("powered up: {power_up}"),
        UnitEvent::CardPlaced => String::from("card placed"),
        UnitEvent::CardTaken => String::from("card taken"),
        UnitEvent::OnBase(true) => String::from("on the base"),
        UnitEvent::OnBase(false) => String::from("off the base"),
        UnitEvent::MethodChosen { method, .. } => format!("method: {method:?}"),
        UnitEvent::NumberB { attempt, .. } => format!("number B: {:016X} (14 digits removed)", attempt.0),
        UnitEvent::Verdict { attempt, verdict, conditions, .. } => {
            let (lux, sun) = (conditions.face_lux, conditions.slot_in_sun);
            format!("verdict: {:016X} {verdict:?}, lux {lux:?}, sun {sun:?}", attempt.0)
        }
        UnitEvent::PinEntered { .. } => String::from("PIN typed (4 digits removed)"),
        UnitEvent::PasscodeEntered { .. } => String::from("passcode typed (4 digits removed)"),
        UnitEvent::PinCancelled { .. } => String::from("not wanted"),
        // What a patient agrees to stays out of a trace.
        UnitEvent::ConsentAnswered { screen, .. } => format!("consent: {screen} (answer removed)"),
        UnitEvent::Fault(number) => format!("fault: {number:02}"),
    };
    format!("{answered}{told}")
}

fn asked(ask: Ask) -> String {
    format!("question {} ", ask.0)
}
