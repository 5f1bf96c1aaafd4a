//! A frame as a line of a trace. What may be personal is left out; what is not understood is only counted.

use crate::{Frame, HostMessage, Kind, ReaderMessage};

/// One frame as text, without PIN, passcode, 照合番号B, photo or anything of a certificate. Anything that is not a whole
/// frame, or has not the form of its message, is told by its length only: it may hold half a PIN.
#[must_use]
pub fn redact(frame: &[u8]) -> String {
    let Ok(frame) = Frame::new_checked(frame) else { return format!("({} bytes, no frame)", frame.len()) };
    let (session, number) = (frame.session().0, frame.number().0);
    let length = frame.body().len();
    let Some(kind) = Kind::of(frame.code()) else {
        return format!("{session:04X} {number} {:02X} ({length} bytes removed)", frame.code());
    };
    let body = if is_kept(kind) && has_its_form(kind, frame.body()) {
        frame.body().iter().map(|byte| shown(*byte)).collect()
    } else if kind == Kind::NumberB {
        redact_number_b(frame.body())
    } else {
        format!("({length} bytes removed)")
    };
    format!("{session:04X} {number} {kind:?} {body}").trim_end().to_owned()
}

/// The texts of those kinds are printable; the white space that JSON allows between them need not be.
fn shown(byte: u8) -> char {
    if matches!(byte, 0x20..=0x7E) { char::from(byte) } else { '.' }
}

/// Kinds whose fields are kept, all of them; a kind added later is hidden until it is listed here.
const fn is_kept(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Open
            | Kind::Up
            | Kind::Alive
            | Kind::Ack
            | Kind::Show
            | Kind::Sound
            | Kind::OfferMethods
            | Kind::OpenAttempt
            | Kind::Compare
            | Kind::AskPin
            | Kind::AskPasscode
            | Kind::AskConsent
            | Kind::ReadDocument
            | Kind::Cancel
            | Kind::Identity
            | Kind::Card
            | Kind::MethodChosen
            | Kind::Verdict
            | Kind::Refused
            | Kind::Fault
    )
}

fn has_its_form(kind: Kind, body: &[u8]) -> bool {
    match kind {
        Kind::Open | Kind::Up | Kind::Alive | Kind::Ack => body.is_empty(),
        _ => HostMessage::parse(kind, body).is_ok() || ReaderMessage::parse(kind, body).is_ok(),
    }
}

fn redact_number_b(body: &[u8]) -> String {
    match ReaderMessage::parse(Kind::NumberB, body) {
        Ok(ReaderMessage::NumberB { question, attempt, .. }) => {
            format!("q {question}, attempt {:016X} (digits removed)", attempt.0)
        }
        _ => format!("({} bytes removed)", body.len()),
    }
}
