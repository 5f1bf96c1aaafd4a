//! The terminal's commands in the dialect's words.

use hi_cara_frames::{HostMessage, LampLine, Notice, NoticeCode, Phrase};
use reader::{Lamp, Sound};

/// The notice; `None` for a failure whose code the dialect cannot say.
pub(crate) fn notice(notice: reader::Notice) -> Option<HostMessage> {
    Some(HostMessage::Show(match notice {
        reader::Notice::PlaceCard => Notice::PlaceCard,
        reader::Notice::Wait => Notice::Wait,
        reader::Notice::Done => Notice::Done,
        reader::Notice::TakeCard => Notice::TakeCard,
        reader::Notice::CardLeft => Notice::CardLeft,
        reader::Notice::Failure(code) => Notice::Failure(NoticeCode::new(code.as_str()).ok()?),
        reader::Notice::OutOfOrder => Notice::OutOfOrder,
        reader::Notice::VisualArmed => Notice::VisualArmed,
        reader::Notice::StaffCheck => Notice::StaffCheck,
    }))
}

/// What the voice says.
pub(crate) const fn phrase(sound: Sound) -> HostMessage {
    HostMessage::Say(match sound {
        Sound::Chime => Phrase::Accepted,
        Sound::TakeCard => Phrase::TakeCard,
        Sound::Alarm => Phrase::Wrong,
    })
}

/// The lamp's three lines switched on, once in a session.
pub(crate) fn lamp_on() -> impl Iterator<Item = HostMessage> {
    LampLine::ALL.into_iter().map(HostMessage::LineOn)
}

/// The lamp's colour: what is to be dark first, so that two lines are never lit at a time.
pub(crate) fn lamp(lamp: Lamp) -> impl Iterator<Item = HostMessage> {
    let wanted = match lamp {
        Lamp::Off => None,
        Lamp::Green => Some(LampLine::Green),
        Lamp::Blue => Some(LampLine::Blue),
        Lamp::Red => Some(LampLine::Red),
    };
    let dark = LampLine::ALL.into_iter().filter(move |line| Some(*line) != wanted);
    let dark = dark.map(|line| HostMessage::LineValue { line, lit: false });
    dark.chain(wanted.map(|line| HostMessage::LineValue { line, lit: true }))
}
