//! A frame as a line of a trace. What may be personal is left out; what is not understood is only counted.

use crate::packet::{HostPacket, Message, Turn, UnitPacket};
use crate::slip::{Collector, END, Token};
use crate::{HostMessage, Notice, UnitMessage};
use model::Purpose;

/// One frame as it goes over the wire, as text, without PIN, passcode, 照合番号B or photo. Anything that is not a whole
/// frame of the dialect is told by its length only: half a frame may hold half a PIN.
#[must_use]
pub fn redact(frame: &[u8]) -> String {
    packet(frame).unwrap_or_else(|| format!("({} bytes, no frame)", frame.len()))
}

fn packet(frame: &[u8]) -> Option<String> {
    let (END, END) = (*frame.first()?, *frame.last()?) else { return None };
    let mut collector = Collector::default();
    let (last, before) = frame.split_last()?;
    if before.iter().any(|byte| collector.push(*byte).is_some())
        || collector.push(*last) != Some(Token::Frame)
    {
        return None;
    }
    let body = collector.frame()?.body();
    if let Ok(packet) = HostPacket::parse(body) {
        return Some(line(packet.session, &packet.turn, host_fields));
    }
    let packet = UnitPacket::parse(body).ok()?;
    Some(line(packet.session, &packet.turn, unit_fields))
}

fn line<M: Message>(session: u16, turn: &Turn<M>, fields: fn(&M) -> String) -> String {
    match turn {
        Turn::Opening(message) => format!("s{session} {}{}", message.name(), fields(message)),
        Turn::Heard { next } => format!("s{session} heard {}", next.0),
        Turn::Numbered { number, next, message } => {
            format!("s{session} #{} heard {} {}{}", number.0, next.0, message.name(), fields(message))
        }
    }
}

// The fields that are kept are listed; a message added later says nothing until it is listed here.

fn host_fields(message: &HostMessage) -> String {
    match message {
        HostMessage::Show(Notice::Failure(code)) => format!(" failure {}", code.as_str()),
        HostMessage::Show(notice) => format!(" {notice:?}"),
        HostMessage::Speak(language) => format!(" {language:?}"),
        HostMessage::Methods { ask, offered } => format!(" ask {ask} {offered:?}"),
        HostMessage::Attempt { ask, attempt } => format!(" ask {ask} attempt {:016x}", attempt.0),
        HostMessage::Photo { ask, attempt, bytes } => {
            format!(" ask {ask} attempt {:016x} {bytes} bytes", attempt.0)
        }
        HostMessage::Piece { ask, index, bytes } => {
            let removed = bytes.expose(Purpose::Judge).len();
            format!(" ask {ask} piece {index} ({removed} bytes removed)")
        }
        HostMessage::Pin { ask, tries } => format!(" ask {ask} tries {tries}"),
        HostMessage::Passcode { ask } => format!(" ask {ask}"),
        HostMessage::Consent { ask, screen } => format!(" ask {ask} {} {:?}", screen.id, screen.items),
        _ => String::new(),
    }
}

fn unit_fields(message: &UnitMessage) -> String {
    match message {
        UnitMessage::Up { boot } => format!(" boot {boot}"),
        UnitMessage::Here(identity) => format!(
            " {} {} {} boot {} begun {} self-test {} card {} portrait {}",
            identity.model,
            identity.firmware,
            identity.serial,
            identity.boot,
            identity.begun,
            identity.self_test,
            identity.card,
            identity.portrait
        ),
        UnitMessage::Card { placed } => format!(" {placed}"),
        UnitMessage::Turned { portrait } => format!(" {portrait}"),
        UnitMessage::Language(language) => format!(" {language:?}"),
        UnitMessage::Method { ask, method } => format!(" ask {ask} {method:?}"),
        UnitMessage::NumberB { ask, attempt, .. } => {
            format!(" ask {ask} attempt {:016x} (14 digits removed)", attempt.0)
        }
        UnitMessage::Verdict { ask, attempt, verdict, conditions } => {
            format!(" ask {ask} attempt {:016x} {verdict:?} {conditions:?}", attempt.0)
        }
        UnitMessage::Entered { ask, .. } | UnitMessage::PasscodeEntered { ask, .. } => {
            format!(" ask {ask} (4 digits removed)")
        }
        UnitMessage::Declined { ask } => format!(" ask {ask}"),
        // What a patient agrees to stays out of a trace.
        UnitMessage::Answer { ask, screen, .. } => format!(" ask {ask} {screen} (answer removed)"),
        UnitMessage::Refused { name, ask } => format!(" {name} ask {ask}"),
        UnitMessage::Fault(number) => format!(" {number}"),
    }
}
