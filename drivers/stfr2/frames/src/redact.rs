//! A report as a line of a trace. What may be personal is left out; what is not understood is only counted.

use crate::host::{CANCEL, COMPARE, HostMessage, OPEN_ATTEMPT};
use crate::report::{Ack, Data, HostReport, Identity, UnitReport};
use crate::unit::UnitMessage;
use std::fmt::Write as _;

/// One report as text, without 照合番号B or photo. Anything that is not a whole report is told by its length only, and so
/// is every fragment but a message's first: what stands in it cannot be known.
#[must_use]
pub fn redact(report: &[u8]) -> String {
    if let Ok(report) = HostReport::parse(report) {
        return match report {
            HostReport::Open { session } => format!("OPEN {session:04X}"),
            HostReport::Data(data) => redact_data(&data, redact_host),
            HostReport::Ack(ack) => redact_ack(ack),
        };
    }
    match UnitReport::parse(report) {
        Ok(UnitReport::Opened { session, identity }) => redact_identity(session, &identity),
        Ok(UnitReport::Data(data)) => redact_data(&data, redact_unit),
        Ok(UnitReport::Ack(ack)) => redact_ack(ack),
        Ok(UnitReport::Hello { session, reason }) => {
            format!("HELLO {session:04X} {reason:?}")
        }
        Err(_) => format!("({} bytes, no report)", report.len()),
    }
}

fn redact_identity(session: u16, identity: &Identity) -> String {
    let Identity { self_test, card, model, firmware, serial } = identity;
    let card = u8::from(*card);
    format!("OPENED {session:04X} self-test {self_test} card {card} {model} {firmware} {serial}")
}

fn redact_ack(ack: Ack) -> String {
    format!("ACK {}{}", ack.expected, if ack.again { " again" } else { "" })
}

fn redact_data(data: &Data<'_>, told: fn(&[u8]) -> Option<String>) -> String {
    let mut line = format!("DATA {}", data.number);
    let told = if data.first { told(data.payload) } else { None };
    let _ = match told {
        Some(told) => write!(line, " {told}"),
        None => write!(line, " ({} bytes removed)", data.payload.len()),
    };
    line
}

/// What is kept is listed; a message added later is hidden until it is listed here.
fn redact_host(payload: &[u8]) -> Option<String> {
    let (header, body) = payload.split_at_checked(5)?;
    let &[kind, low, high, ..] = header else { return None };
    let order = u16::from_le_bytes([low, high]);
    Some(match kind {
        OPEN_ATTEMPT => match HostMessage::parse(payload).ok()? {
            (_, HostMessage::OpenAttempt(attempt)) => format!("{order} OPEN_ATTEMPT {:016X}", attempt.0),
            _ => return None,
        },
        COMPARE => format!("{order} COMPARE ({} bytes removed)", body.len()),
        CANCEL if body.is_empty() => format!("{order} CANCEL"),
        _ => return None,
    })
}

fn redact_unit(payload: &[u8]) -> Option<String> {
    let (order, said) = UnitMessage::parse(payload).ok()?;
    Some(match said {
        UnitMessage::Card(state) => format!("{order} CARD {state:?}"),
        UnitMessage::NumberB { attempt, .. } => {
            format!("{order} NUMBER_B {:016X} (14 digits removed)", attempt.0)
        }
        UnitMessage::Verdict { attempt, verdict, lux } => {
            let lux = lux.map_or_else(|| String::from("not measured"), |lux| format!("{lux} lx"));
            format!("{order} VERDICT {:016X} {verdict:?} {lux}", attempt.0)
        }
        UnitMessage::Refused => format!("{order} REFUSED"),
        UnitMessage::Fault(number) => format!("{order} FAULT {number}"),
    })
}
